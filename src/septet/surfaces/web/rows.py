"""The rows of a list as HTML, by functions made once for its columns: fifty rows of nine columns are 450 cells."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

from septet.kernel.registry import RecordType
from septet.surfaces.web import marks, values
from septet.surfaces.web.times import NOTHING, moment

Item = Mapping[str, Any]
Cell = Callable[[Item], str]
BOX = '<td class="pick"><input type="checkbox" name="number" '
NIL = '<td class="nil">–</td>'


def rows(it: RecordType, columns: Sequence[str], items: Sequence[Item], *, pick: bool) -> Markup:
    """The rows; `pick` puts a box before each, by which it is chosen."""
    cells = [_cell(it, name) for name in columns]
    label = escape(_("Choose"))
    lines = []
    for item in items:
        number = item["number"]
        box = f'{BOX}value="{number}" aria-label="{label} {number}"></td>' if pick else ""
        body = "".join([cell(item) for cell in cells])
        lines.append(f'<tr id="{number}" data-version="{item["version"]}">{box}{body}</tr>')
    return Markup("\n".join(lines))  # noqa: S704  # every value in it was escaped by its cell


def _cell(it: RecordType, name: str) -> Cell:
    """What writes one column's cell."""
    if name == "number":
        return lambda item: f'<td class="c-number">{_link("number", item["number"], item["number"])}</td>'
    if name == "title":
        untitled = _("(no title)")
        return lambda item: f'<td class="c-title">{_link("title", item["number"], item["title"] or untitled)}</td>'
    written = _written(it, name)
    kind = " num" if is_number(it, name) else ""
    said = f"{escape(values.label(it, name))}"
    start = f'<td class="c{kind}">' if name in ("state", "priority") else f'<td class="c{kind}" data-label="{said}">'

    def cell(item: Item) -> str:
        shown = written(item)
        return NIL if shown is NOTHING else f"{start}{escape(shown)}</td>"

    return cell


def _link(look: str, number: str, text: str) -> str:
    return f'<a class="{look}" href="/r/{number}/">{escape(text)}</a>'


def is_number(it: RecordType, name: str) -> bool:
    """Whether a column holds numbers that are compared by their last digits."""
    f = it.fields.get(name)
    return f is not None and f.sort in {"integer", "decimal"} and not f.choices and name != "priority"


def _written(it: RecordType, name: str) -> Callable[[Item], Markup | str]:
    f = it.fields.get(name)
    if name.startswith("extra."):
        key = name.removeprefix("extra.")
        return lambda item: values.plain((item.get("extra") or {}).get(key))
    if name == "state":
        return lambda item: marks.state(it, item["state"])
    if name == "due_at":
        now = timezone.now()
        return lambda item: _due(item, now)
    if f is not None and f.kind == "person":
        return lambda item: marks.person(item.get(name), linked=False)
    if f is not None and f.sort == "reference":
        return lambda item: escape(item[name]["title"]) if item.get(name) else NOTHING
    return lambda item: values.cell(it, name, item.get(name))


def _due(item: Item, now: datetime) -> Markup | str:
    shown = moment(item.get("due_at"))
    if shown is not NOTHING and not item.get("closed_at") and datetime.fromisoformat(item["due_at"]) < now:
        return Markup(f'<span class="overdue">{shown}</span>')  # noqa: S704  # a time is HTML already
    return shown
