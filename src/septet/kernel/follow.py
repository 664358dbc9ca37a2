"""How the worker brings each reaction along the journal, entry by entry, and what becomes of those that fail."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q

from septet.kernel.locks import shared_now
from septet.kernel.models import Entry, FailedReaction, Follower
from septet.kernel.reactions import Reaction, declared
from septet.kernel.runs import said
from septet.kernel.sequencer import catch_up
from septet.kernel.storage_errors import lost_database

LEASE = timedelta(seconds=15)
WINDOW = 2000
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
# A retry that is under way when its worker dies is taken up again after this.
RETRY_LEASE = timedelta(minutes=2)
LONGEST_CHAIN = 16

logger = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another worker brings this reaction along now."""


class Circle(Exception):
    """Reactions cause each other without end."""


def step(worker: str) -> bool:
    """Bring every reaction one stretch further and retry what is due; whether there may be more to do at once."""
    top = catch_up()
    moved = False
    for position, reactions in _standing().items():
        if position < top:
            moved |= _advance(reactions, worker, position)
    return _retry_due() or moved


def drain(worker: str = "here") -> None:
    """Do all that reactions have to do at present, including what follows from it."""
    while step(worker):
        pass


def _standing() -> dict[int, list[Reaction]]:
    """The declared reactions by the position up to which they have come.

    A new reaction begins at the end of the journal: it is for what happens from now on. Only in a new installation,
    where none was ever begun, do all begin at the start.
    """
    places = dict(Follower.objects.filter(name__in=declared).values_list("name", "position"))
    missing = [name for name in declared if name not in places]
    if missing:
        start = catch_up() if places else 0
        rows = [Follower(name=name, position=start) for name in missing]
        Follower.objects.bulk_create(rows, ignore_conflicts=True)
        places.update(dict.fromkeys(missing, start))
    standing: dict[int, list[Reaction]] = {}
    for name, position in places.items():
        standing.setdefault(position, []).append(declared[name])
    return standing


def _advance(reactions: list[Reaction], worker: str, position: int) -> bool:
    """Bring reactions that stand at the same position over the next stretch of entries; whether any moved."""
    rows = Entry.objects.filter(position__gt=position).order_by("position")
    stretch = list(rows.values_list("pk", "position", "kind", "action", "via")[:WINDOW])
    upto = stretch[-1][1] or position
    wanted = {
        one.name: [(pk, place or 0) for pk, place, kind, action, via in stretch if one.follows(kind, action, via)]
        for one in reactions
    }
    moved = 0
    with transaction.atomic():  # all that have nothing to do here advance in one commit
        for name in (name for name, entries in wanted.items() if not entries):
            moved += Follower.objects.filter(_free(worker), name=name, position=position).update(position=upto)
    for one in reactions:
        if wanted[one.name]:
            moved += _work_off(one, worker, position, wanted[one.name], upto)
    return moved > 0


def _work_off(one: Reaction, worker: str, position: int, entries: list[tuple[int, int]], upto: int) -> bool:
    """React to these entries, each (id, position), under a lease; whether the lease was to be had."""
    lease = {"lease_until": shared_now() + LEASE, "worker": worker}
    if not Follower.objects.filter(_free(worker), name=one.name, position=position).update(**lease):
        return False
    try:
        for pk, place in entries:
            _react(one, worker, pk, position, place)
            position = place
        _move(one.name, worker, position, upto, lease_until=None)
    except LeaseLost:
        logger.warning("Reaction %s is brought along by another worker now.", one.name)
    return True


def _free(worker: str) -> Q:
    return Q(lease_until=None) | Q(lease_until__lt=shared_now()) | Q(worker=worker)


def _move(name: str, worker: str, position: int, to: int, *, lease_until: datetime | None) -> None:
    """Advance by compare-and-set, and hold the lease so much longer or give it back. Raises LeaseLost."""
    mine = Follower.objects.filter(name=name, worker=worker, position=position)
    if mine.update(position=to, lease_until=lease_until) != 1:
        raise LeaseLost


def _react(one: Reaction, worker: str, pk: int, position: int, to: int) -> None:
    """Let one entry have its effect and advance, both or neither; if that fails, note the failure and advance."""
    try:
        with transaction.atomic():
            _call(one, pk)
            _move(one.name, worker, position, to, lease_until=shared_now() + LEASE)
    except LeaseLost:
        raise
    except Exception as error:
        if lost_database(error):
            raise
        logger.exception("Reaction %s failed at entry %s.", one.name, pk)
        with transaction.atomic():
            FailedReaction.objects.get_or_create(
                follower=one.name,
                entry_id=pk,
                defaults={"failures": 1, "retry_at": shared_now() + RETRY_AFTER[0], "error": said(error)},
            )
            _move(one.name, worker, position, to, lease_until=shared_now() + LEASE)


def _call(one: Reaction, pk: int) -> None:
    entry = Entry.objects.get(pk=pk)
    _refuse_circle(entry)
    one.function(entry)


def _refuse_circle(entry: Entry) -> None:
    cause, length = entry.caused_by, 0
    while cause is not None:
        length += 1
        if length > LONGEST_CHAIN:
            raise Circle(f"Entry {entry.pk} is the end of a chain of {length} reactions; they seem to call each other.")
        cause = Entry.objects.values_list("caused_by", flat=True).filter(pk=cause).first()


def _retry_due() -> bool:
    """Try again the failures whose time has come; whether any was tried."""
    now = shared_now()
    due = list(FailedReaction.objects.filter(follower__in=declared, retry_at__lte=now).order_by("retry_at")[:100])
    for failed in due:
        _retry(failed, now)
    return bool(due)


def _retry(failed: FailedReaction, now: datetime) -> None:
    claimed = now + RETRY_LEASE
    if not FailedReaction.objects.filter(pk=failed.pk, retry_at=failed.retry_at).update(retry_at=claimed):
        return
    mine = FailedReaction.objects.filter(pk=failed.pk, retry_at=claimed)
    try:
        with transaction.atomic():
            _call(declared[failed.follower], failed.entry_id)
            if not mine.delete()[0]:
                raise LeaseLost
    except LeaseLost:
        logger.warning("Reaction %s at entry %s was retried elsewhere.", failed.follower, failed.entry_id)
    except Exception as error:
        if lost_database(error):
            raise
        failures = failed.failures + 1
        parked = failures > len(RETRY_AFTER)
        logger.exception(
            "Reaction %s failed at entry %s for the %sth time%s.",
            *(failed.follower, failed.entry_id, failures, "; it is parked" if parked else ""),
        )
        wait = None if parked else shared_now() + RETRY_AFTER[failures - 1]
        mine.update(failures=failures, retry_at=wait, error=said(error))


def retry_parked(which: Iterable[int] | None = None) -> int:
    """Have parked failures (all, or those with these ids) tried once more, and return how many."""
    rows = FailedReaction.objects.filter(retry_at=None)
    if which is not None:
        rows = rows.filter(pk__in=list(which))
    return rows.update(retry_at=shared_now())


def behind() -> dict[str, int]:
    """How many entries each follower of the journal (the reactions, the search, …) has not seen yet, by name."""
    top = Entry.objects.aggregate(top=Max("position"))["top"] or 0
    places = Follower.objects.order_by("name").values_list("name", "position")
    return {name: max(top - position, 0) for name, position in places}
