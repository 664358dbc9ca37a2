"""Imports: files and the profile that says what their rows mean, at once or, if they are large, in the background."""

import hashlib
from typing import Any

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse

from septet.kernel import content
from septet.kernel.errors import Invalid, Refused
from septet.kernel.limits import IMPORT
from septet.kernel.models import Verb
from septet.kernel.work import enqueue, note_done
from septet.lib.text import suggestion
from septet.surfaces.api import answers
from septet.surfaces.api.background import import_files, import_stored
from septet.surfaces.api.bodies import import_body
from septet.surfaces.api.calls import Call, truth
from septet.surfaces.api.idempotency import once
from septet.surfaces.api.problems import WrongMediaType
from septet.surfaces.api.readings import accepted
from septet.surfaces.api.uploads import demand_size, is_form
from septet.surfaces.transfer.profile import ProfileError, read_profile, shipped_profiles

LARGEST = 1024 * 1024 * 1024
LONGEST_PROFILE = 1024 * 1024
AT_ONCE = 512 * 1024
MOST_FILES = 20


def import_records(call: Call) -> HttpResponse:
    """Import the files of a form by the profile of the same form."""
    call.params()
    call.demand_scope(IMPORT)
    if not call.actor.has(Verb.IMPORT):
        raise Refused("You may not import: nobody granted you the right.")
    if not is_form(call.request):
        raise WrongMediaType("Send a form (multipart/form-data) with the fields profile and file.")
    demand_size(call.request, LARGEST)
    _known_fields(call)
    dry_run = truth(call.request.POST.dict(), "dry_run")
    profile_name, profile = _profile(call)
    stored, size = _store(call)
    at_once = size <= AT_ONCE
    given = orjson.dumps([profile, stored, dry_run])

    def do() -> HttpResponse:
        told: dict[str, Any] = {"profile": profile, "profile_name": profile_name, "files": stored, "dry_run": dry_run}
        told |= {"person": call.actor.person, "under": call.id}
        if at_once:
            done = import_body(import_stored(call.actor, profile, profile_name, stored, dry_run, call.id))
            note_done(import_files, asked_by=call.actor, request=call.id, result=done, **told)
            return answers.as_json(done)
        return accepted(enqueue(import_files, asked_by=call.actor, request=call.id, **told))

    return once(call, hashlib.sha256(given).digest(), do, whole=False)


def _known_fields(call: Call) -> None:
    known = ("profile", "file", "dry_run", "csrfmiddlewaretoken")
    wrong = {
        name: f"There is no field {name!r} here.{suggestion(name, known[:3])}"
        for name in (*call.request.POST, *call.request.FILES)
        if name not in known
    }
    if wrong:
        raise Invalid(fields=wrong)


def _profile(call: Call) -> tuple[str, str]:
    """Name and text of the profile: of one that is shipped, or of a file that was sent. Never a path on the server."""
    sent = call.request.FILES.get("profile")
    name = str(sent.name) if sent else call.request.POST.get("profile", "")
    if isinstance(sent, UploadedFile):
        text = _text(sent)
    else:
        shipped = shipped_profiles()
        if name not in shipped:
            raise Invalid(
                fields={
                    "profile": f"There is no profile {name[:60]!r}.{suggestion(name, shipped)} "
                    f"Send one as a file, or name one of {', '.join(shipped)}."
                }
            )
        text = shipped[name]
    try:
        read_profile(text, name)
    except ProfileError as error:
        raise Invalid(fields={"profile": str(error)}) from None
    return name, text


def _text(sent: "UploadedFile[Any]") -> str:
    if (sent.size or 0) > LONGEST_PROFILE:
        raise Invalid(fields={"profile": "A profile holds at most 1 MB."})
    try:
        return bytes(sent.read()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(fields={"profile": "The profile is not UTF-8 text; save it as UTF-8."}) from None


def _store(call: Call) -> tuple[list[tuple[str, str]], int]:
    """Put the files into the content store; (name, digest) of each, and the size of all."""
    files = call.request.FILES.getlist("file")
    if not 1 <= len(files) <= MOST_FILES:
        raise Invalid(fields={"file": f"Send between 1 and {MOST_FILES} files in this field."})
    stored, total = [], 0
    for file in files:
        digest, size = content.put(file.chunks(content.CHUNK), largest=LARGEST)
        stored.append((str(file.name), digest))
        total += size
    return stored, total
