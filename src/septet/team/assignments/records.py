"""How assignments appear, and what must hold for them."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.grants import follow
from septet.kernel.loading import load
from septet.kernel.locks import exclusive
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.team.absences.inheriting import follow_people
from septet.team.assignments.giving import check_may_give
from septet.team.assignments.grants import granted_by
from septet.team.assignments.holders import other_holders
from septet.team.assignments.models import Accountability, Assignment
from septet.team.assignments.roles import ROLES
from septet.team.people.models import FunctionTeam
from septet.team.rules.combining import combine
from septet.team.virtual_teams.belonging import follow_assignments

# What an assignment is once it gives rights; another one is another assignment.
FIXED = ("person", "cluster", "team", "role", "accountability", "service", "site", "technology", "starts_at")


@register
class AssignmentType(RecordType):
    """An assignment."""

    model, prefix = Assignment, "ASG"
    cluster = Cluster.TEAM
    states = States("proposed", "active", final("ended"))
    columns = (
        "number", "person", "role", "team", "cluster", "accountability", "service", "site", "deputy", "ends_at",
        "state",
    )  # fmt: skip
    filters = (
        "state", "person", "team", "cluster", "role", "accountability", "service", "site", "technology", "deputy",
        "combination",
    )  # fmt: skip
    hidden = ("priority", "requester", "customer", "due_at", "owner", "confidentiality")
    personal = ()
    required = ("person",)
    optional = ("title", "cluster", "starts_at")
    scope_fields: ClassVar[dict[str, str]] = {**RecordType.scope_fields, "technology": "technology"}
    calendar = (
        CalendarSpan("starts_at", key="begins", what=_("begins"), who="person", usual=False, tentative=("proposed",)),
        CalendarSpan("ends_at", key="ends", what=_("ends"), who="person", usual=False, tentative=("proposed",)),
    )
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    about_people = True
    importable = False
    example: ClassVar[dict[str, Any]] = {"person": "@person", "team": "@function-team", "role": "agent", "share": 50}

    def settle(self, record: Assignment, before: dict[str, Any] | None, now: Any) -> None:
        if before is not None and before["state"] != "proposed":
            changed = [name for name in FIXED if self.fields[name].plain(self.fields[name].get(record)) != before[name]]
            if changed:
                raise Invalid(fields=dict.fromkeys(changed, "It gives rights; end it and make another one."))
        if before is None:
            record.starts_at = getattr(record, "starts_at", None) or now
        _name(record)
        _check(record)
        if record.state == "active" and (before is None or self._reaches_further(record, before)):
            # Two that are activated at once must see each other.
            exclusive("assignments")
            _check_sole_holder(record)
            combine(record, now, refuse=True)

    def _reaches_further(self, record: Assignment, before: dict[str, Any]) -> bool:
        """Whether it is in force since this change, or lasts longer by it."""
        ended = self.fields["ends_at"].value(before["ends_at"])
        return before["state"] != "active" or (ended is not None and (record.ends_at is None or record.ends_at > ended))

    def opened(self, record: Assignment, actor: Actor) -> None:
        check_may_give(actor, record)

    def follow(self, record: Assignment, now: Any) -> None:
        if record.version == 1 and record.state == "proposed":
            # It has never given anything, so nothing can depend on it.
            return
        follow(record, granted_by(record), now)
        follow_people([record.person_id], now)
        follow_assignments([record.pk], now)


def _name(record: Assignment) -> None:
    """Its cluster is that of its team; its title says what it is for."""
    team = load(FunctionTeam, record.team_id) if record.team_id else None
    if team is None and not record.cluster:
        raise Invalid(fields={"team": "Name a function team, or a role cluster if it is for the whole cluster."})
    record.cluster = team.cluster if team else record.cluster
    if not record.title:
        record.title = f"{ROLES[record.role].label}, {team.title if team else record.cluster.capitalize()}"[:255]


def _check(record: Assignment) -> None:
    problems = {}
    if record.ends_at is not None and record.ends_at < record.starts_at:
        problems["ends_at"] = "The end must come after the beginning."
    if record.share is not None and not 1 <= record.share <= 100:
        problems["share"] = "Between 1 and 100 per cent."
    if record.deputy_id is not None and record.deputy_id == record.person_id:
        problems["deputy"] = "Nobody can be their own deputy."
    if record.accountability == Accountability.ACCOUNTABLE:
        for name in ("site", "technology"):
            if getattr(record, f"{name}_id") is not None:
                problems[name] = "Whoever is accountable answers for a service as a whole; leave this empty."
    if problems:
        raise Invalid(fields=problems)


def _check_sole_holder(record: Assignment) -> None:
    holder = other_holders(record).first() if record.accountability == Accountability.ACCOUNTABLE else None
    if holder is not None:
        what = record.cluster.capitalize() + (f" of {record.service.title}" if record.service else "")
        until = f" until {holder.ends_at:%Y-%m-%d}" if holder.ends_at else ""
        raise Conflict(
            f"{holder.person.title} is accountable for {what}{until} ({holder.number}), and only one can be. End that "
            "first, or let this one replace it."
        )
