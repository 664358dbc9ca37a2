"""How absences appear, and what must hold for them."""

from typing import Any, ClassVar

from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid, Refused
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.team.absences.inheriting import follow
from septet.team.absences.models import Absence, Sort
from septet.team.assignments.giving import check_may_give
from septet.team.assignments.models import Assignment


@register
class AbsenceType(RecordType):
    """An absence."""

    model, prefix = Absence, "ABS"
    cluster = Cluster.TEAM
    states = States("planned", "running", final("over"), final("cancelled"))
    columns = ("number", "person", "sort", "starts_at", "ends_at", "deputy", "state")
    filters = ("state", "person", "deputy", "sort")
    hidden = ("priority", "customer", "due_at", "service", "site", "team", "owner", "confidentiality")
    personal = ("title",)
    optional = ("title", "starts_at")
    create_verb = edit_verb = Verb.MANAGE
    requesters_create = True
    is_work = False
    about_people = True
    importable = False
    calendar = (CalendarSpan("starts_at", "ends_at", who="person", usual=False, called_off=("cancelled",)),)
    example: ClassVar[dict[str, Any]] = {"title": "Summer", "person": "@person", "ends_at": "2035-08-15T00:00:00Z"}

    def settle(self, record: Absence, before: dict[str, Any] | None, now: Any) -> None:
        if before is None:
            record.starts_at = getattr(record, "starts_at", None) or now
            record.person_id = record.person_id or record.requester_id
            record.title = record.title or str(Sort(record.sort).label)
        # Whoever is away may change and cancel it, whoever noted it.
        record.requester_id = record.requester_id or record.person_id
        problems = {}
        if record.person_id is None:
            problems["person"] = "Say who is away."
        if record.ends_at <= record.starts_at:
            problems["ends_at"] = "The end must come after the beginning."
        if record.deputy_id is not None:
            if record.deputy_id == record.person_id:
                problems["deputy"] = "Nobody can be their own deputy."
            elif _of(record.person_id).exists() and not _of(record.deputy_id).exists():
                problems["deputy"] = "Only somebody who has an assignment can take over others; name a colleague."
        if problems:
            raise Invalid(fields=problems)

    def opened(self, record: Absence, actor: Actor) -> None:
        check_may_delegate(actor, record)

    def follow(self, record: Absence, now: Any) -> None:
        follow(record, now)


def check_may_delegate(actor: Actor, absence: Absence) -> None:
    """Refuse to note somebody else's absence without the right to, and to pass on rights that one does not have."""
    if actor.person == absence.person_id or actor.all_rights:
        return
    if not actor.has(Verb.MANAGE, "absence"):
        raise Refused("You may note only your own absence.")
    for assignment in _of(absence.person_id) if absence.deputy_id else ():
        check_may_give(actor, assignment)


def _of(person: int | None) -> Any:
    return Assignment.objects.filter(person_id=person, state="active", withdrawn_at=None)
