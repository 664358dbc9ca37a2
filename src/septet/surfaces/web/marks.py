"""The small signs by which lists and pages tell what a value is: by shape and words as well as by colour.

Plain functions, not macros: a list of fifty rows calls them hundreds of times.
"""

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from zlib import crc32

from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from septet.kernel.registry import RecordType, registry
from septet.surfaces.web.locales import text_language

FACES = 6
PRIORITIES = 5


def state(it: RecordType, key: str) -> Markup:
    """A state with its mark: dashed where it begins, a pie that fills on the way, two bars while it waits, a tick
    when it is done, a cross when it came to nothing; for what exists rather than happens, in use or not."""
    return _state(it.kind, key, text_language())


@lru_cache(maxsize=4096)
def _state(kind: str, key: str, _language: str) -> Markup:
    it = registry.types[kind]
    return Markup('<span class="state {}">{}</span>').format(shape(it, key), it.states.label(key))


def shape(it: RecordType, key: str) -> str:
    """The class that draws a state's mark."""
    one = it.states.by_key.get(key)
    if one is None or one.waiting:
        return "state-waiting"
    if one.final:
        return "state-off" if not it.is_work else "state-done" if one.good else "state-failed"
    on_the_way = [s.key for s in it.states.all if not s.final and not s.waiting]
    place = on_the_way.index(key)
    if len(on_the_way) == 1 and not it.is_work:
        return "state-on"
    if place == 0:
        return "state-new"
    return f"state-open state-{max(1, place * 4 // (len(on_the_way) - 1))}" if it.is_work else "state-thing"


@lru_cache(maxsize=64)
def priority(value: int | None) -> Markup | str:
    """A priority as bars and `P2`; 1 is the highest."""
    if value is None:
        return "–"
    return Markup('<span class="priority priority-{}">P{}</span>').format(min(max(value, 1), PRIORITIES), value)


def number(text: str) -> Markup:
    """A record's number as a link."""
    return _safe(f'<a class="number" href="/r/{text}/">{text}</a>')


@lru_cache(maxsize=4096)
def avatar(name: str, size: str = "") -> Markup:
    """The initials of somebody, on a ground that stays theirs; only repeats what the name beside it says."""
    words = [word for word in name.split() if word[:1].isalnum()] or ["?"]
    initials = words[0][:1] + (words[-1][:1] if len(words) > 1 else "")
    face = crc32(name.encode()) % FACES + 1
    return Markup('<i class="avatar avatar-{}{}" aria-hidden="true">{}</i>').format(
        face, f" avatar-{size}" if size else "", initials
    )


def person(reference: Mapping[str, Any] | None, *, linked: bool = True) -> Markup | str:
    """Somebody by initials and name; a link where the reader may see who it is."""
    if reference is None:
        return "–"
    name = reference["title"]
    plain = f"{avatar(name)}{escape(name)}"
    if linked and reference["number"]:
        plain = f'{avatar(name)}<a href="/r/{reference["number"]}/">{escape(name)}</a>'
    return _safe(f'<span class="person">{plain}</span>')


def _safe(html: str) -> Markup:
    """HTML whose values were escaped one by one, which is ten times as fast as `Markup.format`."""
    return Markup(html)  # noqa: S704


def yes_no(value: bool) -> str:
    """A truth in words."""
    return _("Yes") if value else _("No")


def bar(share: float, label: str, *, tone: str = "", aim: float | None = None) -> Markup:
    """How far something is, from 0 to 1, as a bar; `label` says it in words. `tone` is good, warn, bad or empty,
    `aim` where a line stands."""
    width = round(min(max(share, 0.0), 1.0) * 100, 1)
    line = Markup('<line x1="{0}" x2="{0}" y1="0" y2="8"/>').format(round(aim * 100, 1)) if aim is not None else ""
    return Markup(
        '<svg class="bar{}" role="img" aria-label="{}" viewBox="0 0 100 8" preserveAspectRatio="none">'
        '<rect width="{}" height="8"/>{}</svg>'
    ).format(f" bar-{tone}" if tone else "", label, width, line)


def tag(text: str, tone: str = "") -> Markup:
    """A short word in a frame. `tone` is accent, good, warn, bad or empty."""
    return Markup('<span class="tag{}">{}</span>').format(f" tag-{tone}" if tone else "", text)


@cache
def keys(*names: str) -> Markup:
    """Keys to be pressed: together, or one after the other."""
    return Markup(" ").join(Markup("<kbd>{}</kbd>").format(one) for one in names)
