"""Files on records: up into the content store, down only through a record one may see."""

import hashlib
from typing import Any

import orjson
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from septet.kernel import content, policy, reading, uploads
from septet.kernel.actions import perform
from septet.kernel.errors import NotFound, Refused
from septet.kernel.journal import read_changes
from septet.kernel.models import Attachment
from septet.surfaces.api import answers
from septet.surfaces.api.calls import VIA, Call, address
from septet.surfaces.api.idempotency import once
from septet.surfaces.api.uploads import attached, is_form

# A browser that shows the file in spite of everything runs nothing in it.
HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def list_attachments(call: Call, types: str, number: str) -> HttpResponse:
    """The files on a record that are for the caller."""
    record = call.find(types, number)
    call.params()
    rows = reading.attachments(record, call.actor)
    return answers.as_json({"items": [attachment_body(address(record), one) for one in rows]})


def add_attachment(call: Call, types: str, number: str) -> HttpResponse:
    """Store the file of the request and put it on the record."""
    record = call.find(types, number)
    params = call.params("name", "audience", "note")
    verdict = policy.may(call.actor, "attach", record)
    if not verdict:
        raise Refused(verdict.reason)
    upload = attached(call.request, params.get("name", ""))
    if is_form(call.request):
        params |= {name: text for name, text in call.request.POST.dict().items() if name in {"audience", "note"}}
    digest, size = uploads.receive(upload.chunks, call.actor)
    given: dict[str, Any] = {"name": upload.name, "digest": digest, "size": size, "media_type": upload.media_type}
    if params.get("audience"):
        given["audience"] = params["audience"]

    def do() -> HttpResponse:
        note = params.get("note", "")
        version = answers.expected_version(call.request)
        entry = perform(
            record, "attach", call.actor, via=VIA, version=version, request=call.id, note=note, params=given
        )
        keys = read_changes(entry.changes) if entry else {}
        added = next(int(key.split(".")[1]) for key in keys if key.startswith("attachments."))
        found = attachment_body(address(record), Attachment.objects.get(pk=added))
        return answers.as_json(found, 201, {"Location": found["url"]})

    return once(call, hashlib.sha256(orjson.dumps(given)).digest(), do)


def attachment_body(path: str, row: Attachment) -> dict[str, Any]:
    """A file as the API shows it; `url` is where its bytes are."""
    return {
        "id": row.pk,
        "name": row.name,
        "media_type": row.media_type,
        "size": row.size,
        "digest": row.digest,
        "audience": row.audience,
        "url": f"{path}/attachments/{row.pk}",
    }


def show_attachment(call: Call, types: str, number: str, attachment: str) -> HttpResponseBase:
    """The bytes of a file."""
    record = call.find(types, number)
    call.params()
    found = next((one for one in reading.attachments(record, call.actor) if str(one.pk) == attachment), None)
    if found is None:
        raise NotFound(f"{record.number} has no file {attachment}, or it is not for you.")
    tag = f'"{found.digest}"'
    if tag in call.request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers={"ETag": tag})
    if not content.exists(found.digest):
        raise NotFound(f"The bytes of {found.name} are not in the store any more.")
    response = StreamingHttpResponse(content.read(found.digest), content_type=found.media_type)
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    response.headers["ETag"] = tag
    for name, value in HARMLESS.items():
        response.headers[name] = value
    return response
