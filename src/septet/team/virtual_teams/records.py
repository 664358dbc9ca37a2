"""How virtual teams appear."""

from typing import Any, ClassVar

from septet.kernel.models import Part, Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.kernel.shapes import Kept
from septet.team.virtual_teams.belonging import follow
from septet.team.virtual_teams.models import Contact, VirtualMember, VirtualTeam


@register
class VirtualTeamType(RecordType):
    """A virtual team."""

    model, prefix = VirtualTeam, "VT"
    cluster = Cluster.TEAM
    states = States("active", final("dissolved"))
    columns = ("number", "title", "service", "subject", "owner", "state")
    filters = ("state", "service", "subject", "owner")
    hidden = ("priority", "requester", "customer", "due_at", "team", "site")
    personal = ()
    parts: ClassVar[dict[str, type[Part]]] = {"members": VirtualMember, "contacts": Contact}
    kept: ClassVar[dict[str, Kept]] = {
        "members": Kept(add="add-assignment", remove="remove-assignment"),
        "contacts": Kept(add="add-contact", remove="remove-contact"),
    }
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    about_people = True
    importable = False
    order = "title"
    example: ClassVar[dict[str, Any]] = {"title": "New claims system", "purpose": "From pilot to all offices."}

    def follow(self, record: VirtualTeam, now: Any) -> None:
        follow(record, now)
