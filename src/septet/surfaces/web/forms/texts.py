"""What stands in an input as text, and what a text that was sent means."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from zoneinfo import ZoneInfo

import orjson
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.lib.moments import parse_moment
from septet.surfaces.web import times
from septet.surfaces.web.forms.inputs import Input
from septet.surfaces.web.forms.shaped import sent
from septet.surfaces.web.values import pretty

NUMBERED = re.compile(r"([A-Za-z]{1,10}-\d{1,18})(?:\s.*)?", re.ASCII | re.DOTALL)


def filled(inputs: Iterable[Input], values: Mapping[str, Any], numbers: Mapping[str, str]) -> list[Input]:
    """The inputs holding plain values; `numbers` says how a reference's value reads."""
    return [
        replace(one, text=numbers.get(one.name, "") if one.kind else text_of(one, values.get(one.name)))
        for one in inputs
    ]


def text_of(one: Input, value: Any) -> str:
    """How a plain value stands in its input; the inverse of `value_of`."""
    if value is None:
        return ""
    match one.widget:
        case "moment":
            return times.input_text(value)
        case "json" | "shaped":
            return pretty(value) if value else ""
        case "lines":
            return "\n".join(str(line) for line in value)
        case "yes-no":
            return "yes" if value else "no"
    return str(value)


def typed(one: Input, post: QueryDict) -> str:
    """What was sent for an input, with the line ends of the rest of the world; of what is shaped its JSON."""
    if one.shape is not None:
        return sent(one.shape, one.name, post)
    texts = cast("list[str]", post.getlist(one.name))
    if one.widget == "several":
        return ", ".join(filter(None, texts))
    return "\n".join(texts).replace("\r\n", "\n")


def read(
    inputs: Sequence[Input], post: QueryDict, actor: Actor, *, unless: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The values that were sent, ready for the kernel's own checks; custom fields gathered under `extra`.

    Inputs that still hold the text that `unless` names for them are left out. Raises Invalid for what cannot be read.
    """
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in inputs:
        if one.name not in post:
            continue
        text = typed(one, post)
        if unless is not None and is_same(one, unless.get(one.name, ""), text):
            continue
        try:
            values[one.name] = value_of(one, text, actor)
        except ValueError as error:
            problems[one.name] = str(error)
    if problems:
        raise Invalid(fields=problems)
    custom = {name.removeprefix("extra."): values.pop(name) for name in list(values) if name.startswith("extra.")}
    return {**values, "extra": custom} if custom else values


def is_same(one: Input, before: str, text: str) -> bool:
    """Whether two texts of an input say the same; in what is shaped the order of names says nothing."""
    if one.shape is None or before == text:
        return before == text
    try:
        return bool(_json(before) == _json(text))
    except ValueError:
        return False


def value_of(one: Input, text: str, actor: Actor) -> Any:
    """What a text in an input means. Raises ValueError with a sentence."""
    if not text.strip() and one.widget not in ("text", "area", "several", "references", "lines", "json", "shaped"):
        return None if not (one.widget == "choice" and not one.nullable) else ""
    match one.widget:
        case "reference":
            return written(text, one.kind, actor)
        case "references":
            return [written(part, one.kind, actor) for part in re.split(r"[,\n]", text) if part.strip()]
        case "choice":
            return next((key for key, _ in one.choices if str(key) == text), text)
        case "moment":
            return parse_moment(text, ZoneInfo(actor.zone), timezone.now()).isoformat()
        case "yes-no":
            return text == "yes"
        case "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        case "json" | "shaped":
            return _json(text)
        case "number":
            return _number(text, whole=one.whole)
    return None if one.nullable and not text.strip() else text


def _json(text: str) -> Any:
    try:
        return orjson.loads(text) if text.strip() else {}
    except orjson.JSONDecodeError as error:
        raise ValueError(_("This is no JSON: %(why)s.") % {"why": error}) from None


def _number(text: str, *, whole: bool) -> int | float | str:
    try:
        return int(text) if whole else (int(text) if text.strip().lstrip("-").isdigit() else float(text))
    except ValueError:
        said = _("%(text)r is no whole number.") if whole else _("%(text)r is no number.")
        raise ValueError(said % {"text": text[:40]}) from None


def written(text: str, kind: str, actor: Actor) -> str:
    """How the kernel is told of the record that somebody means: by number, by SOURCE:KEY, or by its exact title."""
    plain = text.strip()
    numbered = NUMBERED.fullmatch(plain)
    if numbered and numbered[1].partition("-")[0].upper() in registry.by_prefix:
        return numbered[1]
    rows = visible_to(actor, Record.objects.filter(title__iexact=plain, withdrawn_at=None))
    if kind not in ("", "*"):
        rows = rows.filter(kind=kind)
    found = list(rows[:2])
    return found[0].number if len(found) == 1 else plain
