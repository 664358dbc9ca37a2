"""How skills appear."""

from typing import Any, ClassVar

from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.team.skills.models import Skill


@register
class SkillType(RecordType):
    """A skill."""

    model, prefix = Skill, "SKL"
    cluster = Cluster.TEAM
    states = States("in-use", final("retired"))
    columns = ("number", "title", "description", "state")
    filters = ("state",)
    hidden = ("priority", "requester", "customer", "due_at", "service", "site", "team", "confidentiality")
    personal = ()
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    governs = True
    order = "title"
    example: ClassVar[dict[str, Any]] = {"title": "Database administration"}
