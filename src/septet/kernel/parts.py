"""Rows owned by a record, changed from inside its actions; every change of a row enters the action's journal entry."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from septet.kernel import door, saving
from septet.kernel.actors import Actor
from septet.kernel.errors import OutsideAction
from septet.kernel.fields import moment_text
from septet.kernel.ids import allocate
from septet.kernel.models import Part, Record
from septet.kernel.registry import RecordType, registry

# How a part's column reads what the journal holds as text.
READERS: dict[str, Callable[[str], Any]] = {
    "DateTimeField": datetime.fromisoformat,
    "DateField": date.fromisoformat,
}


@dataclass
class Act:
    """The action now running: what its function may ask about it, and the part changes it has made so far.

    `via` and `request` are those of the call; what the action does to other records passes them on by `onward`.
    """

    record: Record
    actor: Actor
    at: datetime
    now: datetime
    note: str = ""
    audience: str = "internal"
    via: str = ""
    request: str = ""
    changes: dict[str, list[Any]] = field(default_factory=dict)


_current: ContextVar[Act | None] = ContextVar("septet_act", default=None)


def current() -> Act:
    """The running action. Raises OutsideAction if none runs."""
    act = _current.get()
    if act is None:
        raise OutsideAction("Parts of a record can be changed only inside one of its actions.")
    return act


@contextmanager
def running(act: Act) -> Iterator[None]:
    """Let `act` be the running action; only the door uses it."""
    token = _current.set(act)
    try:
        yield
    finally:
        _current.reset(token)


def onward() -> dict[str, Any]:
    """What the running action passes to `perform` or `create` when it acts on another record: the same actor, time,
    surface and request, so that undoing the request undoes both."""
    act = current()
    return {"actor": act.actor, "at": act.at, "via": act.via, "request": act.request}


def part_name(it: RecordType, model: type[Part]) -> str:
    """The name under which the type's journal knows rows of `model`."""
    return next(name for name, one in it.all_parts.items() if one is model)


def part_values(row: Part) -> dict[str, Any]:
    """The plain values of a part's row, without its id and its record."""
    found = {}
    for one in row._meta.concrete_fields:
        if one.name in {"id", "record"}:
            continue
        value = getattr(row, one.attname)
        found[one.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else value


def part_row(model: type[Part], record: int, pk: int, plain: dict[str, Any]) -> Part:
    """The row that plain values of the journal describe; the inverse of `part_values`."""
    row: Part = model(id=pk, record_id=record)
    for one in model._meta.concrete_fields:
        value = plain.get(one.name)
        if value is None or one.name in {"id", "record"}:
            continue
        reader = READERS.get(one.get_internal_type())
        setattr(row, one.attname, reader(value) if reader else value)
    return row


def note_change(key: str, before: Any, after: Any) -> None:
    """Put one change into the running action's entry; changing back to the start leaves nothing."""
    act = current()
    first = act.changes[key][0] if key in act.changes else before
    if first == after:
        act.changes.pop(key, None)
    else:
        act.changes[key] = [first, after]


def add(row: Part) -> Part:
    """Insert a row into the record of the running action."""
    act = current()
    row.record_id = act.record.pk
    if row.pk is None:
        row.pk = allocate(type(row))[0]
    _journal(row, {}, part_values(row))
    saving.insert(row)
    return row


def change(row: Part, **values: Any) -> Part:
    """Set values of a row that the running action's record owns."""
    before = part_values(row)
    for name, value in values.items():
        setattr(row, name, value)
    _journal(row, before, part_values(row))
    saving.update(row, values)
    return row


def remove(row: Part) -> None:
    """Delete a row; the journal keeps what it was."""
    _journal(row, part_values(row), {})
    row.delete()


def _journal(row: Part, before: dict[str, Any], after: dict[str, Any]) -> None:
    act = current()
    if row.record_id != act.record.pk:
        raise OutsideAction(f"{row} belongs to another record than {act.record.number}.")
    prefix = f"{part_name(registry.types[act.record.kind], type(row))}.{row.pk}."
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            note_change(prefix + name, before.get(name), after.get(name))


def restore(it: RecordType, record: int, name: str, pk: int, plain: dict[str, Any]) -> None:
    """Make a part's row be what `plain` says, or be gone if it says nothing; used by undo, without journaling."""
    model = it.all_parts[name]
    door.check(model.__name__)
    if any(value is not None for value in plain.values()):
        part_row(model, record, pk, plain).save()
    else:
        model._default_manager.filter(pk=pk).delete()
