"""What stands below the head of a record: its long texts, its structured values, and the rows that it owns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Field
from markupsafe import Markup, escape

from septet.kernel.registry import RecordType
from septet.kernel.shapes import Kept
from septet.surfaces.web import values
from septet.surfaces.web.forms.shaped import shown_as
from septet.surfaces.web.times import date_text

EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True)
class Text:
    """A value that needs the width of the page; `name` is empty where it cannot be edited."""

    label: str
    html: Markup | str
    internal: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that a record owns: its cells, and what names it to the action that takes it off."""

    pk: int
    cells: list[Markup | str]
    key: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one part, with the actions by which they are kept, as far as the reader may."""

    name: str
    label: str
    columns: list[str]
    rows: list[Row]
    add: str
    add_label: str
    change: str
    remove: str


def texts(it: RecordType, shown: Mapping[str, Any], elsewhere: Collection[str], *, editable: bool) -> list[Text]:
    """The long texts and structured values that hold anything and do not stand elsewhere on the page."""
    found = []
    for name, f in it.fields.items():
        if not shown.get(name) or name in elsewhere or not (f.sort == "long-text" or name in it.shapes):
            continue
        html = shown_as(it.shapes[name], shown[name]) if name in it.shapes else None
        in_place = name if editable and name in it.editable else ""
        found.append(Text(f.label, html or values.fact(it, name, shown[name]), f.internal, in_place))
    return found


def placed(it: RecordType) -> frozenset[str]:
    """The actions that stand at the tables of a type's own rows."""
    return frozenset().union(*(one.actions for one in it.kept.values()))


def tables(
    it: RecordType, shown: Mapping[str, Any], elsewhere: Collection[str], may: Collection[str], *, then: bool
) -> list[Table]:
    """The type's own rows as tables, but for those that stand elsewhere on the page; an empty one only where a row can
    be added."""
    found = []
    for name in [one for one in it.parts if one not in elsewhere]:
        rows, kept = shown.get(name) or [], it.kept.get(name, Kept())
        if rows or (kept.add in may and not then):
            found.append(_table(it, name, rows, kept, may))
    return found


def _table(it: RecordType, name: str, rows: list[dict[str, Any]], kept: Kept, may: Collection[str]) -> Table:
    fields = {one.name: one for one in it.all_parts[name]._meta.concrete_fields}
    columns = [key for key in (rows[0] if rows else {}) if key != "id" and any(row[key] not in EMPTY for row in rows)]
    add = kept.add if kept.add in may else ""
    return Table(
        name=name,
        label=values.human(name),
        columns=[values.human(str(fields[key].verbose_name)) for key in columns],
        rows=[Row(row["id"], [_cell(fields[key], row[key]) for key in columns], key_of(it, kept, row)) for row in rows],
        add=add,
        add_label=it.actions[add].label if add else "",
        change=kept.change if kept.change in may else "",
        remove=kept.remove if kept.remove in may else "",
    )


def _cell(field: "Field[Any, Any]", value: Any) -> Markup | str:
    if value not in EMPTY:
        if field.choices:
            return escape(dict(field.flatchoices).get(value, value))
        if field.get_internal_type() == "DateField":
            return date_text(value)
    return values.part(value)


def key_of(it: RecordType, kept: Kept, row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the action that takes a row off must be told: its parameters with the row's own values."""
    if not kept.remove:
        return []
    named = dict(kept.key)
    found = {name: row.get(named.get(name, name)) for name in it.actions[kept.remove].params}
    return [(name, _told(value)) for name, value in found.items() if value not in EMPTY]


def _told(value: Any) -> str:
    return str(value["number"]) if isinstance(value, Mapping) else str(value)


def row_asked(it: RecordType, action: str, row: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the row, by its id, that somebody wants to change by an action; nothing if there is none."""
    for name, kept in it.kept.items():
        if action == kept.change:
            for held in shown.get(name) or ():
                if str(held["id"]) == row:
                    named = {**held, **{parameter: held.get(column) for parameter, column in kept.key}}
                    return {parameter: value for parameter, value in named.items() if parameter not in kept.anew}
    return {}
