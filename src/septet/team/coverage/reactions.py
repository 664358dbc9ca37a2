"""When a place falls vacant: a task for whoever answers for it, once; it is done when somebody fills the place."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.utils import timezone

from septet.kernel.actions import create, perform
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry, ExternalKey, Record
from septet.kernel.reactions import because, reaction
from septet.kernel.registry import Cluster
from septet.team.assignments.models import Accountability, Assignment
from septet.team.assignments.vacancies import CLUSTERS, OFFERED
from septet.team.people.models import FunctionTeam
from septet.team.tasks.actions import TO_DO
from septet.team.tasks.models import Task

SOURCE = "vacancy"
# So long whoever answers for it has to find somebody.
TIME = timedelta(days=7)
FUNCTION_TEAM = "function-team"


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody has to fill: the work of a function team, or answering in a role cluster for a service or, without
    a `record`, for all of them."""

    sort: str
    record: int | None

    @property
    def key(self) -> str:
        """How tasks for this place are known, up to what tells one vacancy from the next."""
        return f"{self.sort}:{self.record or 'all'}:"

    @classmethod
    def of(cls, key: str) -> "Place":
        """The place for which a task was made."""
        sort, record, _ = key.split(":")
        return cls(sort, None if record == "all" else int(record))

    def is_vacant(self, now: datetime) -> bool:
        """Whether it has to be filled, and nobody does or is about to."""
        if self.sort == FUNCTION_TEAM and self.record is not None:
            at_work = FunctionTeam.objects.filter(pk=self.record, state="active", withdrawn_at=None)
            return at_work.exists() and not _lasting(now).filter(team_id=self.record).exists()
        services = Record.objects.filter(kind="service", state__in=OFFERED, withdrawn_at=None)
        if self.record is not None:
            services = services.filter(pk=self.record)
        held = _lasting(now).filter(cluster=self.sort, accountability=Accountability.ACCOUNTABLE)
        if held.filter(service=None).exists():
            return False
        return services.exclude(pk__in=held.exclude(service=None).values("service_id")).exists()


@reaction("assignment.end", "assignment.withdraw")
def ask_for_a_successor(entry: Entry) -> None:
    """Give whoever answers for it a task when an assignment that is over leaves a place vacant."""
    gone = Assignment.objects.select_related("person", "team", "service").get(pk=entry.record_id)
    if not _has_ended(gone, entry):
        return
    for place in _places(gone):
        if place.is_vacant(timezone.now()) and not _open_tasks(place.key).exists():
            _ask(place, gone, entry)


@reaction("assignment.activate", "function-team.dissolve")
def settle_what_is_filled(entry: Entry) -> None:
    """Complete the tasks that asked for somebody once somebody is there, or nobody is needed any more."""
    told = Record.objects.get(pk=entry.record_id)
    for key, pk in _open_tasks().values_list("key", "record_id"):
        if not Place.of(key).is_vacant(timezone.now()):
            evidence = f"{told.title} ([{told.number}](/r/{told.number}/))"
            perform(Task.objects.get(pk=pk), "complete", **because(entry), params={"evidence": evidence})


def _has_ended(gone: Assignment, entry: Entry) -> bool:
    """Whether this entry took it out of force: one that was only proposed leaves nothing vacant."""
    before, _ = read_changes(entry.changes).get("state", (gone.state, ""))
    return before == "active" and (gone.state == "ended" or gone.withdrawn_at is not None)


def _places(gone: Assignment) -> Iterator[Place]:
    if gone.team_id is not None:
        yield Place(FUNCTION_TEAM, gone.team_id)
    if gone.accountability == Accountability.ACCOUNTABLE and gone.cluster in CLUSTERS:
        yield Place(gone.cluster, gone.service_id)


def _lasting(now: datetime) -> QuerySet[Assignment]:
    """Assignments in force or about to be."""
    rows = Assignment.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), state="active", withdrawn_at=None)
    return rows.exclude(person=None)


def _open_tasks(key: str = "") -> QuerySet[ExternalKey]:
    rows = ExternalKey.objects.filter(source=SOURCE, kind="task", key__startswith=key)
    return rows.filter(record__state__in=TO_DO, record__withdrawn_at=None).order_by("pk")


def _ask(place: Place, gone: Assignment, entry: Entry) -> None:
    what, subject, where = _in_words(place, gone)
    who = f"{gone.person.title if gone.person else 'Somebody'} ([{gone.number}](/r/{gone.number}/))"
    fields: dict[str, Any] = {
        "title": f"Find somebody {what}"[:255],
        "description": f"{who} has left this place, and nobody has followed: [see what is vacant]({where}). "
        "This task is done by itself as soon as an assignment fills the place.",
        "cluster": gone.cluster if gone.cluster != Cluster.TEAM else "",
        "mandatory": False,
        "due_at": (timezone.now() + TIME).isoformat(),
    }
    if subject is not None:
        fields["subject"] = subject.number
    owner = _who_answers(gone)
    if owner is not None:
        fields["owner"] = owner.number
    create("task", **because(entry), key=(SOURCE, f"{place.key}{gone.pk}"), fields=fields)


def _in_words(place: Place, gone: Assignment) -> tuple[str, Record | None, str]:
    """What is sought, of which record, and the page that shows it."""
    if place.sort == FUNCTION_TEAM and gone.team is not None:
        return f"for {gone.team.title}", gone.team, f"/r/{gone.team.number}/"
    if gone.service is not None:
        what = f"who answers for {gone.cluster} of {gone.service.title}"
        return what, gone.service, f"/team/coverage/?service={gone.service.number}"
    return f"who answers for {gone.cluster}", None, "/team/coverage/?only=gaps"


def _who_answers(gone: Assignment) -> Record | None:
    """Whose task it is to find somebody: who answers for all of the role cluster, or else for the team as a whole, or
    else a manager, or an administrator; of several whoever has been it the longest."""
    answers = Q(accountability=Accountability.ACCOUNTABLE, service=None)
    rank = Case(
        When(answers & Q(cluster=gone.cluster), then=Value(0)),
        When(answers & Q(cluster=Cluster.TEAM), then=Value(1)),
        When(role="manager", then=Value(2)),
        When(role="administrator", then=Value(3)),
        default=None,
        output_field=IntegerField(),
    )
    everywhere = _lasting(timezone.now()).filter(
        service=None, site=None, technology=None, starts_at__lte=timezone.now()
    )
    in_office = everywhere.filter(person__closed_at=None, person__withdrawn_at=None)
    found = in_office.annotate(rank=rank).exclude(rank=None).order_by("rank", "starts_at", "pk").first()
    return found.person if found is not None else None
