"""Undo of everything that one request changed, at once or, if it changed much, in the background."""

from uuid import UUID

from django.http import HttpResponse
from pydantic import BaseModel, Field

from septet.kernel.actions import validate
from septet.kernel.errors import NotFound
from septet.kernel.fields import LongText
from septet.kernel.limits import UNDO
from septet.kernel.models import Entry
from septet.kernel.registry import STRICT
from septet.kernel.undo import check_known, undo_request
from septet.kernel.work import enqueue
from septet.surfaces.api import answers
from septet.surfaces.api.background import undo_all
from septet.surfaces.api.bodies import undo_body
from septet.surfaces.api.calls import VIA, Call
from septet.surfaces.api.idempotency import once
from septet.surfaces.api.readings import accepted

AT_ONCE = 500


class Undo(BaseModel):
    """How to undo."""

    model_config = STRICT
    note: LongText = Field("", description="Why; it stands in the history.")
    dry_run: bool = Field(False, description="Say what would happen, change nothing.")


def undo(call: Call, request_id: str) -> HttpResponse:
    """Append the inverse of every entry of a request; records on which that is not possible are named, with why."""
    call.params()
    call.demand_scope(UNDO)
    actor = call.actor.unlimited()
    try:
        undone = str(UUID(request_id))
    except ValueError:
        raise NotFound(f"There is no request {request_id!r}; a request id is a UUID.") from None
    given = validate(Undo, call.json())
    check_known(undone, actor)

    def do() -> HttpResponse:
        if Entry.objects.filter(request=undone).order_by()[: AT_ONCE + 1].count() > AT_ONCE:
            told = {"person": call.actor.person, "undone": undone, "under": call.id, **given}
            return accepted(enqueue(undo_all, asked_by=call.actor, request=call.id, **told))
        report = undo_request(undone, actor, via=VIA, dry_run=given["dry_run"], note=given["note"], under=call.id)
        return answers.as_json(undo_body(report, given["dry_run"]))

    return once(call, call.request.body, do, whole=False)
