"""Values of records as HTML, driven by what the kernel knows of each field."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from markupsafe import Markup, escape

from septet.kernel.actors import Actor
from septet.kernel.custom import properties_of
from septet.kernel.fields import FieldInfo
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import RecordType, registry
from septet.surfaces.web import marks
from septet.surfaces.web.diffs import word_diff
from septet.surfaces.web.forms.shaped import in_words
from septet.surfaces.web.markdown import markdown
from septet.surfaces.web.times import NOTHING, date_text, full_moment, is_near, moment

KERNEL_LABELS = {"number": _("Number"), "kind": _("Kind"), "version": _("Version"), "updated_at": _("Updated")}
SHORT_TEXT = 200
COMMENT = ":comment"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
# What a reader of a history looks for.
FIRST = ("state", "team", "owner", "priority")


def label(it: RecordType, name: str) -> str:
    """What a field, a custom field or an entry's own key is called on screen."""
    if name in it.fields:
        return it.fields[name].label
    if name.startswith("extra."):
        key = name.removeprefix("extra.")
        return str(properties_of(it).get(key, {}).get("title") or human(key))
    return str(KERNEL_LABELS.get(name) or "") or human(name.lstrip(":"))


def human(name: str) -> str:
    """`valid_from` -> `Valid from`."""
    text = name.replace("_", " ").replace("-", " ").strip()
    return text[:1].upper() + text[1:]


def cell(it: RecordType, name: str, value: Any) -> Markup | str:
    """A value where there is room for one line."""
    if name == "state" and isinstance(value, str) and value:
        return marks.state(it, value)
    if name == "priority":
        return marks.priority(value)
    if name == "updated_at":
        return moment(value)
    f = it.fields.get(name)
    if name in it.shapes and value:
        return in_words(it.shapes[name], value) or plain(value)
    if name in it.several and value:
        words = dict(it.several[name])
        return escape(", ".join(str(words.get(key, key)) for key in str(value).split(", ")))
    if f is None or f.sort == "json":
        return plain(value)
    return moment(value) if f.sort == "moment" else _of_field(f, value)


def _of_field(f: FieldInfo, value: Any) -> Markup | str:
    if value is None or value == "":
        return NOTHING
    if f.choices:
        return next((escape(text) for key, text in f.choices if key == value), escape(value))
    if f.sort == "date":
        return date_text(value)
    if f.kind == "person":
        return marks.person(value)
    return plain(value)


def fact(it: RecordType, name: str, value: Any) -> Markup | str:
    """A value with room of its own: texts as Markdown, moments with date and time."""
    f = it.fields.get(name)
    if f is not None and value not in (None, ""):
        if f.sort == "long-text":
            return Markup('<div class="prose">{}</div>').format(markdown(str(value)))
        if f.sort == "moment":
            distance = Markup(" <span class='aside'>{}</span>").format(moment(value)) if is_near(value) else ""
            return full_moment(value) + distance
        if f.sort == "json":
            return Markup("<pre>{}</pre>").format(pretty(value)) if value else NOTHING
    return cell(it, name, value)


def plain(value: Any) -> Markup | str:
    """A value of which nothing else is known: what API answers and custom fields hold."""
    if value is None or value in ("", [], {}):
        return NOTHING
    if isinstance(value, bool):
        return marks.yes_no(value)
    if isinstance(value, Mapping) and "number" in value and "title" in value:
        return link(value)
    if isinstance(value, list) and all(isinstance(one, str | int | float) for one in value):
        return escape(", ".join(str(one) for one in value))
    return escape(pretty(value) if isinstance(value, dict | list) else str(value))


def link(reference: Mapping[str, Any]) -> Markup:
    """A reference to a record as a link; what has no number (the operator, an erased name) is plain text."""
    if not reference["number"]:
        return escape(reference["title"])
    number, title = reference["number"], escape(reference["title"])
    return Markup(f'<a href="/r/{number}/" title="{number}">{title}</a>')  # noqa: S704  # the title was escaped


def unlink_hidden(actor: Actor, *shown: Any, seen: Collection[int] | None = None) -> None:
    """Take the number off every reference to a record that the actor cannot see: the name stays, the link goes.

    `seen` are the ids that they can, if that is known. Staff see nearly everything, and a link that answers "not
    found" tells them what they may know anyway.
    """
    if actor.is_staff:
        return
    references = list(_references(shown))
    if seen is None:
        ids = {int(one["number"].rpartition("-")[2]) for one in references}
        seen = set(visible_to(actor, Record.objects.filter(pk__in=ids), few=True).values_list("pk", flat=True))
    for one in references:
        # Rows of a list share what they refer to, so it may have been met before.
        if one["number"] and int(one["number"].rpartition("-")[2]) not in seen:
            one["number"] = None


def _references(shown: Any) -> Iterator[dict[str, Any]]:
    if isinstance(shown, list | tuple):
        for one in shown:
            yield from _references(one)
    elif isinstance(shown, dict):
        if shown.keys() == {"number", "title"} and shown["number"]:
            yield shown
        else:
            yield from _references(list(shown.values()))


def pretty(value: Any) -> str:
    """JSON to be read and edited by people."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def overdue(item: Mapping[str, Any]) -> bool:
    """Whether an open record of a list is past its due time."""
    due = item.get("due_at")
    return bool(due) and not item.get("closed_at") and datetime.fromisoformat(str(due)) < timezone.now()


@dataclass(frozen=True)
class Change:
    """One line of an entry: what changed, from what to what, or for a long text the difference."""

    label: str
    before: Markup | str
    after: Markup | str
    diff: Markup | None = None


def changes(it: RecordType, given: Mapping[str, Any]) -> list[Change]:
    """The lines of an entry; the values of one row of a part stand in one line, the entry's own texts are left out."""
    lines: list[Change] = []
    rows: dict[str, list[tuple[str, Any, Any]]] = {}
    ordered = sorted(given.items(), key=lambda one: FIRST.index(one[0]) if one[0] in FIRST else len(FIRST))
    for key, (before, after) in ordered:
        if key.startswith(":"):
            continue
        head, _, rest = key.partition(".")
        if rest and head != "extra":
            rows.setdefault(f"{head}.{rest.partition('.')[0]}", []).append((rest.partition(".")[2], before, after))
        else:
            diff = word_diff(before, after) if before and after and _is_long(it, key) else None
            lines.append(Change(label(it, key), cut(cell(it, key, before)), cut(cell(it, key, after)), diff))
    for key, columns in rows.items():
        head = key.partition(".")[0]
        old = _row(it, head, {name: before for name, before, _ in columns})
        new = _row(it, head, {name: after for name, _, after in columns})
        lines.append(Change(human(head), old, new))
    return lines


def _is_long(it: RecordType, key: str) -> bool:
    return key in it.fields and it.fields[key].sort == "long-text"


def _row(it: RecordType, head: str, columns: Mapping[str, Any]) -> Markup | str:
    """A row of a part: its columns in the order of the table, each with its name where the value does not speak for
    itself."""
    model = it.all_parts.get(head)
    known = {f.name: f for f in model._meta.fields} if model else {}
    names = [*(name for name in known if name in columns), *(name for name in columns if name not in known)]
    held = [(name, columns[name]) for name in names if columns[name] not in (None, "", []) and name != "digest"]
    return Markup(", ").join(_part_value(known.get(name), name, value) for name, value in held) or NOTHING


def _part_value(f: Any, name: str, value: Any) -> Markup | str:
    if name == "type" and value in registry.relations:
        return escape(registry.relations[value].forth)
    if name == "kind" and value in registry.types:
        return escape(registry.types[value].label)
    if isinstance(value, bool):
        return escape(f.verbose_name) if value and f is not None else Markup("{} {}").format(human(name), plain(value))
    chosen = dict(f.flatchoices).get(value) if f is not None and isinstance(value, str | int) else None
    shown = part(value) if chosen is None else escape(chosen)
    if f is None or f.is_relation or (chosen is not None and isinstance(value, str)):
        return shown
    return Markup("{} {}").format(f.verbose_name, shown)


def part(value: Any) -> Markup | str:
    """A value of a part's row; a text that is a moment or a day is shown as one."""
    if isinstance(value, str) and len(value) >= 20 and value[4:5] == "-" and value[10:11] == "T":
        return full_moment(value)
    if isinstance(value, str) and DAY.fullmatch(value):
        return date_text(value)
    return plain(value)


def cut(html: Markup | str) -> Markup | str:
    """Long plain texts end in an ellipsis; HTML of links and times is short already."""
    if isinstance(html, Markup) and "<" in html:
        return html
    text = html.unescape() if isinstance(html, Markup) else html
    return text if len(text) <= SHORT_TEXT else f"{text[:SHORT_TEXT]}…"
