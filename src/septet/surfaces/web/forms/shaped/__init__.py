"""Structured values as tables: how each shape is asked for, read from what was sent, and shown.

What is sent for a field `weekly` is JSON under that name, or the word TABLE and the cells of its table, called
`weekly.` and the column, once for each row; JSON in `weekly.json` goes before the table if it holds anything.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import QueryDict
from django.template.loader import render_to_string
from markupsafe import Markup

from septet.kernel import shapes
from septet.surfaces.web.forms.shaped import days, grid, lists, properties, weekly
from septet.surfaces.web.forms.shaped.cells import Cells


@dataclass(frozen=True, slots=True)
class Look:
    """What is known of a shape: the template of its table, its value as that template wants it, the value of what was
    sent, the value as it is shown, and in a few words. All but `sent` raise one of UNFIT for what does not have this
    shape."""

    template: str
    asked: Callable[[Any, Any], Any]
    sent: Callable[[Any, Cells], Any]
    shown: Callable[[Any, Any], Any]
    words: Callable[[Any, Any], Iterable[str]]


LOOKS: dict[type[Any], Look] = {
    shapes.WeeklyHours: Look("weekly", weekly.asked, weekly.sent, weekly.asked, weekly.words),
    shapes.SpecialDays: Look("days", days.asked, days.sent, days.shown, days.words),
    shapes.Properties: Look("properties", properties.asked, properties.sent, properties.shown, properties.words),
    shapes.Lists: Look("lists", lists.asked, lists.sent, lists.shown, lists.words),
    shapes.Grid: Look("grid", grid.asked, grid.sent, grid.asked, grid.words),
}
TABLE = "table"
UNFIT = (KeyError, TypeError, ValueError, AttributeError)


def asked_for(shape: shapes.Shape, name: str, text: str) -> Markup | None:
    """The table that asks for a value, which is given as JSON; None if it does not have the shape."""
    look = LOOKS[type(shape)]
    try:
        value = look.asked(shape, orjson.loads(text) if text.strip() else {})
    except UNFIT:
        return None
    context = {"name": name, "shape": shape, "value": value, "reading": False}
    return Markup(render_to_string(f"web/shaped/{look.template}.html", context))  # noqa: S704  # a template's own HTML


def sent(shape: shapes.Shape, name: str, post: QueryDict) -> str:
    """What was sent for a value, as JSON."""
    plain = post.get(name, "")
    written = plain if plain != TABLE else post.get(f"{name}.json", "")
    if plain != TABLE or written.strip():
        return written.replace("\r\n", "\n")
    value = LOOKS[type(shape)].sent(shape, Cells(name, post))
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() if value else ""


def shown_as(shape: shapes.Shape, value: Any) -> Markup | None:
    """A value as a table to read; None if it does not have the shape."""
    look = LOOKS[type(shape)]
    try:
        context = {"shape": shape, "value": look.shown(shape, value), "reading": True}
    except UNFIT:
        return None
    return Markup(render_to_string(f"web/shaped/{look.template}.html", context))  # noqa: S704  # a template's own HTML


def in_words(shape: shapes.Shape, value: Any) -> str | None:
    """A value on one line; None if it does not have the shape."""
    try:
        return "; ".join(LOOKS[type(shape)].words(shape, value))
    except UNFIT:
        return None
