"""How people, organisations and function teams appear."""

from typing import Any, ClassVar

from django.db.models import Q

from septet.kernel.errors import Invalid
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.kernel.shapes import Kept
from septet.team.people.models import FunctionTeam, Organisation, Person
from septet.team.skills.models import NeededSkill, PersonSkill


class Party(RecordType):
    """What people, organisations and teams have in common."""

    cluster = Cluster.TEAM
    hidden: ClassVar[tuple[str, ...]] = ("priority", "requester", "due_at", "service")
    is_work = False
    about_people = True
    order = "title"


@register
class PersonType(Party):
    """A person."""

    model, prefix, plural = Person, "PER", "people"
    states = States("active", final("left"))
    columns = ("number", "title", "email", "customer", "department", "state")
    filters = ("state", "customer", "site", "department", "email")
    hidden = ("priority", "requester", "due_at", "service", "owner")
    personal = ("title", "email", "phone", "department", "position")
    edit_verb = Verb.MANAGE
    parts: ClassVar[dict[str, Any]] = {"skills": PersonSkill}
    kept: ClassVar[dict[str, Kept]] = {"skills": Kept(add="set-skill", change="set-skill", remove="drop-skill")}
    example: ClassVar[dict[str, Any]] = {"title": "Ann Archer", "email": "ann.archer@example.org"}


@register
class OrganisationType(Party):
    """An organisation."""

    model, prefix = Organisation, "ORG"
    states = States("active", final("ended"))
    columns = ("number", "title", "sort", "owner", "state")
    filters = ("state", "sort", "owner")
    create_verb = edit_verb = Verb.MANAGE
    personal = ()
    example: ClassVar[dict[str, Any]] = {"title": "Example Ltd", "sort": "customer"}


@register
class FunctionTeamType(Party):
    """A function team."""

    model, prefix = FunctionTeam, "TEAM"
    states = States("active", final("dissolved"))
    columns = ("number", "title", "cluster", "parent", "owner", "state")
    filters = ("state", "cluster", "parent", "owner")
    create_verb = edit_verb = Verb.MANAGE
    personal = ()
    parts: ClassVar[dict[str, Any]] = {"skills": NeededSkill}
    kept: ClassVar[dict[str, Kept]] = {"skills": Kept(add="need-skill", change="need-skill", remove="drop-skill")}
    open_to_all = Q(state="active")
    internal = ("extra",)
    example: ClassVar[dict[str, Any]] = {"title": "Service desk", "cluster": "support"}

    def settle(self, record: FunctionTeam, before: dict[str, Any] | None, now: Any) -> None:
        if before is None or before["parent"] != record.parent_id:
            _check_no_circle(record)


def _check_no_circle(team: FunctionTeam) -> None:
    """Refuse that a team is a part of itself, however far up."""
    above, seen = team.parent_id, {team.pk}
    while above is not None:
        if above in seen:
            raise Invalid(fields={"parent": "A team cannot be a part of itself."})
        seen.add(above)
        above = FunctionTeam.objects.values_list("parent_id", flat=True).filter(pk=above).first()
