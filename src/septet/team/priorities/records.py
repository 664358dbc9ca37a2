"""How priority matrices appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, final, register
from septet.kernel.shapes import Grid, Shape
from septet.team.priorities.levels import Impact, Urgency
from septet.team.priorities.models import PriorityCell, PriorityMatrix


@register
class PriorityMatrixType(RecordType):
    """A priority matrix."""

    model, prefix, plural = PriorityMatrix, "MAT", "priority-matrices"
    cluster = Cluster.TEAM
    states = States("in-force", final("retired"))
    columns = ("number", "title", "valid_from", "state")
    filters = ("state",)
    hidden = ("priority", "requester", "customer", "due_at", "service", "site", "confidentiality")
    personal = ()
    parts: ClassVar[dict[str, Any]] = {"cells": PriorityCell}
    shapes: ClassVar[dict[str, Shape]] = {
        "priorities": Grid(
            Impact.choices, Urgency.choices, _("Impact"), _("Urgency"), [(level, f"P{level}") for level in range(1, 6)]
        )
    }
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    governs = True
    example: ClassVar[dict[str, Any]] = {"title": "Standard matrix", "valid_from": "2026-01-01T00:00:00Z"}
