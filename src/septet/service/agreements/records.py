"""How agreements appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, States, clocked_kinds, final, register
from septet.kernel.shapes import Kept
from septet.service.agreements.models import Agreement, AgreementTarget

UNSETTLED: dict[str, Any] = {"tentative": ("draft", "negotiating"), "called_off": ("terminated",)}


@register
class AgreementType(RecordType):
    """An agreement."""

    model, prefix = Agreement, "AGR"
    cluster = Cluster.SERVICE
    states = States(
        "draft", "negotiating", "agreed", "active", "under-review", final("expired", good=False),
        final("terminated", good=False),
    )  # fmt: skip
    columns = ("number", "title", "sort", "customer", "service", "state", "valid_from", "valid_to", "owner")
    filters = ("state", "sort", "customer", "service", "provider", "team", "owner")
    hidden = ("priority", "requester", "site", "due_at")
    personal = ()
    parts: ClassVar[dict[str, Any]] = {"targets": AgreementTarget}
    options: ClassVar[dict[str, Any]] = {"kind": clocked_kinds}
    kept: ClassVar[dict[str, Kept]] = {
        "targets": Kept(
            add="set-target", change="set-target", remove="end-target", key=(("target", "id"),), anew=("valid_from",)
        )
    }
    calendar = (
        CalendarSpan("valid_from", key="begins", what=_("begins"), **UNSETTLED),
        CalendarSpan(
            "valid_to", key="notice", what=_("last day to give notice"), days_before="notice_days", **UNSETTLED
        ),
        CalendarSpan("valid_to", key="ends", what=_("ends"), **UNSETTLED),
    )
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    order = "title"
    example: ClassVar[dict[str, Any]] = {
        "title": "Desktop support for Sales",
        "sort": "sla",
        "reviewed_every": "quarterly",
    }

    def settle(self, record: Agreement, before: dict[str, Any] | None, now: Any) -> None:
        if record.valid_to is not None and record.valid_from is not None and record.valid_to <= record.valid_from:
            raise Invalid(fields={"valid_to": "The end must come after the beginning."})
