"""What of a record moves its clocks: its states, when it was opened and answered, and what decides who judges it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from septet.kernel.bulk_rows import select
from septet.kernel.clocks.book import Judged
from septet.kernel.models import Entry, Metric, Span
from septet.kernel.registry import RecordType
from septet.kernel.spans import Stretch
from septet.lib.clocks import History, Rule
from septet.lib.moments import microseconds

# The fields of a record of which a change may move its clocks.
WATCHED = frozenset({"state", "opened_at", "withdrawn_at", "priority", "customer", "service", "category"})
COMMENT = "comment"
HEARD = ("requester", "everybody")


@dataclass(frozen=True, slots=True)
class Facts:
    """One record as its clocks see it; moments in microseconds since 1970."""

    record: int
    states: History
    judged: Judged
    answered: int | None = None


@lru_cache(maxsize=64)
def rules_of(it: RecordType) -> dict[str, Rule]:
    """What the states of a type do to each of its clocks."""
    clocks = it.clocks
    assert clocks is not None
    waiting = frozenset(one.key for one in it.states.all if one.waiting)
    responded = frozenset((*clocks.responded, *clocks.resolved))
    cancelled = frozenset(clocks.cancelled)
    return {
        Metric.RESPONSE: Rule(responded, waiting - responded, cancelled, once=True),
        Metric.RESOLUTION: Rule(frozenset(clocks.resolved), waiting, cancelled),
    }


def judged(record: Any) -> Judged:
    """What decides which promise judges a record, as it stands."""
    category = getattr(record, "category", "") or ""
    return Judged(
        microseconds(record.opened_at), record.priority, category.casefold(), record.customer_id, record.service_id
    )


def judged_of(values: Mapping[str, Any]) -> Judged:
    """The same from the plain values of a record as they are or were."""
    category = values.get("category") or ""
    opened = microseconds(datetime.fromisoformat(values["opened_at"]))
    return Judged(opened, values["priority"], category.casefold(), values["customer"], values["service"])


def history(spans: Iterable[Stretch]) -> list[tuple[int, str]]:
    """The states of a record by its spans."""
    return [(microseconds(one.since), one.state) for one in spans]


def gather(it: RecordType, records: Iterable[Any]) -> list[Facts]:
    """The facts of records as they stand, in two queries; withdrawn ones, which have no clocks, are left out."""
    found = {record.pk: record for record in records if record.withdrawn_at is None}
    states: dict[int, list[tuple[int, str]]] = {pk: [] for pk in found}
    for pk, since, state in select.rows(Span, ("record_id", "since", "state"), found):
        states[pk].append((microseconds(since), state))
    answers = answered(it, {pk: record.requester_id for pk, record in found.items()})
    return [
        Facts(pk, sorted(states[pk]), judged(record), answers.get(pk)) for pk, record in found.items() if states[pk]
    ]


def answered(
    it: RecordType,
    requesters: Mapping[int, int | None],
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> dict[int, int]:
    """When whoever asked was first answered, by record: by a comment of somebody else that is for them to read."""
    found: dict[int, int] = {}
    if it.clocks is None or not it.clocks.answers:
        return found
    names = ("record_id", "actor_id", "at", "recorded_at")
    where = "action = %s AND audience IN (%s, %s) AND actor_id IS NOT NULL"
    for pk, actor, at, recorded_at in select.rows(Entry, names, requesters, where, COMMENT, *HEARD):
        late = (as_of is not None and at > as_of) or (known_at is not None and recorded_at > known_at)
        if actor != requesters[pk] and not late:
            found[pk] = min(microseconds(at), found.get(pk, microseconds(at)))
    return found
