"""What other modules add to the page of a record: a piece of template, and what it needs to know."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from septet.kernel.actors import Actor
from septet.kernel.models import Record

Data = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the pages of `model`, and what it shows itself, so that the page does not show it elsewhere: actions,
    parts and long texts by name, and relations as (type, kind of the other record)."""

    name: str
    model: type[Record]
    template: str
    data: Data
    actions: frozenset[str]
    shows: frozenset[str]
    relations: frozenset[tuple[str, str]]
    travels: bool
    place: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel filled in; its template knows the data as `panel`."""

    panel: Panel
    data: Any


declared: dict[str, Panel] = {}


def panel(
    model: type[Record],
    template: str,
    *,
    actions: Collection[str] = (),
    shows: Collection[str] = (),
    relations: Collection[tuple[str, str]] = (),
    travels: bool = False,
    place: int = 50,
) -> Callable[[Data], Data]:
    """Declare `f(record, actor)` as what `template` shows on pages of `model`; where it gives None, there is no panel.

    One that `travels` is shown for other times, too: it is `f(record, actor, as_of, known_at)`. Panels stand in the
    order of their `place`. The name of the function is that of the panel. Declarations stand in modules `panels`.
    """

    def declare(function: Data) -> Data:
        name = function.__name__
        if name in declared and declared[name].data.__module__ != function.__module__:
            raise ImproperlyConfigured(f"{function.__module__}: there is a panel called {name!r} already.")
        declared[name] = Panel(
            name, model, template, function, frozenset(actions), frozenset(shows), frozenset(relations), travels, place
        )
        return function

    return declare


def placed(record: Record) -> frozenset[str]:
    """The actions that have their place in a panel of this record's page, shown or not."""
    return frozenset().union(*(one.actions for one in declared.values() if isinstance(record, one.model)))


def shown(
    record: Record, actor: Actor, as_of: datetime | None = None, known_at: datetime | None = None
) -> dict[str, Shown]:
    """The panels of a record's page, by name; at another time those that travel."""
    found = {}
    now = as_of is None and known_at is None
    for one in sorted(declared.values(), key=lambda one: one.place):
        if not isinstance(record, one.model) or not (now or one.travels):
            continue
        data = one.data(record, actor, as_of, known_at) if one.travels else one.data(record, actor)
        if data is not None:
            found[one.name] = Shown(one, data)
    return found


def shown_in(found: dict[str, Shown]) -> frozenset[str]:
    """The parts and long texts that these panels show."""
    return frozenset().union(*(one.panel.shows for one in found.values()))


def without_relations_in(found: dict[str, Shown], relations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of a record's relations that none of these panels shows."""
    held = frozenset[tuple[str, str]]().union(*(one.panel.relations for one in found.values()))
    return [one for one in relations if (one["type"], one["record"]["kind"]) not in held]
