"""How review templates appear."""

from datetime import datetime
from typing import Any, ClassVar

from septet.kernel.errors import Invalid
from septet.kernel.governing.records import Governing
from septet.kernel.registry import register
from septet.kernel.shapes import Choices
from septet.team.reviews.questions import read_questions
from septet.team.reviews.sorts import CLUSTER_NAMES, check_rule, check_series
from septet.team.reviews.templates.models import ReviewTemplate
from septet.team.tasks.models import CLUSTERS


@register
class ReviewTemplateType(Governing):
    """A review template."""

    model, prefix = ReviewTemplate, "RVT"
    columns = ("number", "title", "type", "repeats", "owner", "state")
    filters = ("state", "type", "owner", "team")
    several: ClassVar[dict[str, Choices]] = dict.fromkeys(("attending", "core_clusters", "veto_clusters"), CLUSTERS)
    example: ClassVar[dict[str, Any]] = {
        "title": "Release readiness",
        "type": "release-readiness",
        "questions": "# Release\n- Prerequisites: Are all of them met?\n# Plans\n- Rollback: Was it tried? @operations",
        "core_clusters": "release, operations",
    }

    def settle(self, record: ReviewTemplate, before: dict[str, Any] | None, now: datetime) -> None:
        check_rule(record)
        check_series(record.repeats, now, "UTC")
        if record.valid_from and record.valid_to and record.valid_to <= record.valid_from:
            raise Invalid(fields={"valid_to": "The end must come after the beginning."})
        try:
            read_questions(record.questions, CLUSTER_NAMES)
        except ValueError as error:
            raise Invalid(fields={"questions": str(error)}) from None
