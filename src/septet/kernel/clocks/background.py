"""Clocks reckoned anew in the background, after promises or calendars changed for a time that has passed."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from septet.kernel import door
from septet.kernel.clocks.book import REVISION, current
from septet.kernel.clocks.keep import refresh
from septet.kernel.fields import moment_text
from septet.kernel.locks import exclusive
from septet.kernel.models import Clock, Record, Run, RunState
from septet.kernel.registry import registry
from septet.kernel.work import enqueue, progress, task

BATCH = 250
# Told of the records of a kind whose clocks were reckoned anew, in the transaction that does it: no entry tells of it.
listeners: list[Callable[[str, Sequence[int]], None]] = []


@task(name="reckon-clocks-anew")
def reckon_anew(kinds: list[str], since: str | None = None) -> int:
    """Reckon the clocks of the records of some kinds that were opened since a time; the result is how many are due at
    another time now. What of it lies in the past is not told to their journals."""
    rows = Record.objects.filter(kind__in=kinds, withdrawn_at=None)
    return _reckon(rows if since is None else rows.filter(opened_at__gte=datetime.fromisoformat(since)))


@task(name="reckon-clocks-by-calendar")
def reckon_by_calendar(calendar: int, since: str) -> int:
    """Reckon the clocks on a calendar that had not ended before a time; as `reckon_anew` does."""
    with transaction.atomic():
        targets = current().on_calendar(calendar)
    lasting = Q(met_at=None) | Q(met_at__gte=datetime.fromisoformat(since))
    clocks = Clock.objects.filter(lasting, target__in=targets)
    return _reckon(Record.objects.filter(pk__in=clocks.values("record_id")))


def ask(kinds: Iterable[str], since: datetime | None) -> None:
    """Have `reckon_anew` done by the worker, unless a run that waits its turn will do as much."""
    wanted = sorted(kinds)
    for waiting in Run.objects.filter(task=reckon_anew.key, state=RunState.QUEUED).values_list("arguments", flat=True):
        begins = waiting.get("since")
        earlier = begins is None or (since is not None and datetime.fromisoformat(begins) <= since)
        if earlier and set(wanted) <= set(waiting["kinds"]):
            return
    enqueue(reckon_anew, kinds=wanted, since=None if since is None else moment_text(since))


def _reckon(rows: QuerySet[Record]) -> int:
    with transaction.atomic():
        exclusive(REVISION)  # whoever still writes by what was promised before has ended then
    total, done, changed, last = rows.count(), 0, 0, 0
    while page := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", "kind")[:BATCH]):
        by_kind: dict[str, list[int]] = {}
        for pk, kind in page:
            by_kind.setdefault(kind, []).append(pk)
        with transaction.atomic(), door.opened():
            ids = [pk for pk, _ in page]
            list(Record.objects.filter(pk__in=ids).order_by("pk").select_for_update().values_list("pk"))
            for kind, some in by_kind.items():
                changed += refresh(registry.types[kind], some, quiet=True)
                for listener in listeners:
                    listener(kind, some)
        last, done = page[-1][0], done + len(page)
        progress(done, total)
    return changed
