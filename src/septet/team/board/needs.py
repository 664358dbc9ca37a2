"""What needs a person now, each number with the query of the ordinary list that holds its records."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.kernel.models import Approval, Decision, Record
from septet.kernel.named_sets import NamedSet, named_set
from septet.kernel.policy import visible_to
from septet.kernel.prepared import Slot, as_stored
from septet.kernel.registry import RecordType, number_of, registry
from septet.kernel.remembered import remembered

SOON = timedelta(hours=4)
MOST_URGENT = 6
OPEN = Q(closed_at=None, withdrawn_at=None)
ASKED = "waiting:approval"


@dataclass(frozen=True, slots=True)
class BoardNeed:
    """Records of one type that need somebody: why (`late`, `soon` or `approval`), how many, and the query by which the
    list of their type holds just them."""

    why: str
    types: str
    count: int
    query: str


@dataclass(frozen=True, slots=True)
class BoardRecord:
    """A record that is late, or will be within hours if nobody sees to it."""

    number: str
    title: str
    state: str
    priority: int | None
    due_at: datetime
    late: bool


def needs(actor: Actor, now: datetime) -> list[BoardNeed]:
    """What of all that the actor sees is late, due within hours, or waits for an answer: two queries."""
    due = _due(actor).read(_slots(now))
    late, soon = (_written(at) for at in (now, now + SOON))
    return [
        *_of_kinds("late", f"open=true&due_at__lt={late}", [(kind, n) for kind, n, _ in due]),
        *_of_kinds(
            "soon", f"open=true&due_at__gte={late}&due_at__lt={soon}", [(kind, all_ - n) for kind, n, all_ in due]
        ),
        *_of_kinds("approval", f"among={ASKED}", _waiting(actor).read({})),
    ]


@remembered
def _due(actor: Actor) -> QuerySet[Record, Any]:
    late = Count("pk", filter=Q(due_at__lt=Slot("now")))
    return visible_to(actor, _due_soon()).order_by().values_list("kind").annotate(late=late, all=Count("pk"))


@remembered
def _waiting(actor: Actor) -> QuerySet[Record, Any]:
    by_kind = visible_to(actor, _asked(Record.objects.all())).order_by().values_list("kind")
    found: QuerySet[Record, Any] = by_kind.annotate(all=Count("pk"))
    return found


def urgent(actor: Actor, now: datetime) -> list[BoardRecord]:
    """The records that have been late for longest, or will be late first."""
    return [
        BoardRecord(number_of(kind, pk), title, state, priority, due, due < now)
        for pk, kind, title, state, priority, due in _urgent(actor).read(_slots(now))
    ]


@remembered
def _urgent(actor: Actor) -> QuerySet[Record, Any]:
    rows = visible_to(actor, _due_soon()).order_by("due_at", "pk")
    return rows.values_list("pk", "kind", "title", "state", "priority", "due_at")[:MOST_URGENT]


def _of_kinds(why: str, query: str, counts: Any) -> list[BoardNeed]:
    return [BoardNeed(why, registry.types[kind].path, count, query) for kind, count in sorted(counts) if count]


def _due_soon() -> QuerySet[Record]:
    kinds = [it.kind for it in registry.types.values() if it.is_work and "due_at" not in it.hidden]
    return Record.objects.filter(OPEN, kind__in=kinds, due_at__lt=Slot("soon"))


def _slots(now: datetime) -> dict[str, Any]:
    return {"now": as_stored(now), "soon": as_stored(now + SOON)}


def _asked(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.filter(OPEN, pk__in=Approval.objects.filter(decision=Decision.PENDING).values("record_id"))


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


@named_set("waiting")
def waiting(name: str, it: RecordType) -> NamedSet:
    """`waiting:approval`: open records that wait for somebody's answer."""
    if name != ASKED:
        raise Invalid(fields={"among": f"Write {ASKED}."})
    return NamedSet(name, "waiting for an answer", lambda rows, actor: _asked(rows))
