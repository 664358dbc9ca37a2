"""Several operations in one request, under one request id; each is done whole or not at all."""

from typing import Annotated, Any

from django.db import transaction
from django.http import HttpResponse
from pydantic import BaseModel, Field

from septet.kernel.actions import create, validate
from septet.kernel.errors import Invalid, SeptetError
from septet.kernel.references import find
from septet.kernel.registry import STRICT
from septet.lib.text import with_article
from septet.surfaces.api import answers, problems
from septet.surfaces.api.calls import VIA, Call, address
from septet.surfaces.api.idempotency import once
from septet.surfaces.api.manner import Opening, split
from septet.surfaces.api.records import act

MOST = 500


class Operation(BaseModel):
    """One operation: without a number it opens a record of the type, without an action it edits the record."""

    model_config = STRICT
    type: str | None = Field(None, description="The type of a new record, such as incidents.")
    number: str | int | None = Field(None, description="The record: its number, or SOURCE:KEY.")
    action: str | None = Field(None, description="The action to do; edit if it is left out.")
    version: int | None = Field(None, description="The version that the caller saw.")
    fields: dict[str, Any] = Field(default_factory=dict, description="Fields or parameters, and note, at, key.")


class Bulk(BaseModel):
    """Operations in the order in which they are done."""

    model_config = STRICT
    operations: Annotated[list[Operation], Field(min_length=1, max_length=MOST)]
    dry_run: bool = Field(False, description="Try all of it, keep none of it.")


def do_bulk(call: Call) -> HttpResponse:
    """Do every operation, each by itself; a refused one stops no other."""
    call.params()
    wanted = validate(Bulk, call.json())
    return once(call, call.request.body, lambda: _all(call, wanted["operations"], wanted["dry_run"]))


def _all(call: Call, operations: list[Operation], dry_run: bool) -> HttpResponse:
    items: list[dict[str, Any]] = []
    if dry_run:
        with transaction.atomic():
            items = [_one(call, index, one) for index, one in enumerate(operations)]
            transaction.set_rollback(True)
    else:
        items = [_one(call, index, one) for index, one in enumerate(operations)]
    refused = sum("problem" in one for one in items)
    found = {"request": call.id, "dry_run": dry_run, "done": len(items) - refused, "refused": refused, "items": items}
    return answers.as_json(found)


def _one(call: Call, index: int, one: Operation) -> dict[str, Any]:
    """Do one operation; what went wrong with it belongs to its item, what went wrong with storage to the request."""
    try:
        status, record = _do(call, one)
    except SeptetError as error:
        if error.status >= 500:
            raise
        document = problems.document_of(error, f"{call.request.path}#/operations/{index}", call.id)
        return {"index": index, "status": error.status, "number": None, "version": None, "problem": document}
    return {
        "index": index,
        "status": status,
        "number": record.number,
        "version": record.version,
        "url": address(record),
    }


def _do(call: Call, one: Operation) -> tuple[int, Any]:
    if one.number is None:
        if one.type is None or one.action not in {None, "create"}:
            raise Invalid(fields={"number": "Name a record, or a type alone to open a new one."})
        it = call.type(one.type)
        fields, manner = split(one.fields, it.editable, Opening)
        record = create(
            it.kind,
            call.actor,
            via=VIA,
            note=manner.note,
            at=manner.at,
            request=call.id,
            key=manner.pair(),
            fields=fields,
        )
        return 201, record
    record = find(one.number, call.actor)
    if one.type is not None and call.type(one.type).kind != record.kind:
        raise Invalid(fields={"type": f"{record.number} is {with_article(record.kind)}."})
    act(call, record, one.action or "edit", one.fields, one.version)
    return 200, record
