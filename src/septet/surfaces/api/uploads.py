"""Files that come with a request, as the whole body or as a form, read in pieces so that memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, UnreadablePostError

from septet.kernel.content import CHUNK, LARGEST
from septet.kernel.errors import Invalid, TooLarge
from septet.surfaces.api.calls import demand_length
from septet.surfaces.api.problems import problem_of

FORM_OVERHEAD = 1024 * 1024
ANY_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file: its name and media type as the sender says, and its bytes, to be read once."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


def is_form(request: HttpRequest) -> bool:
    """Whether the body is a form with files."""
    return request.content_type == "multipart/form-data"


def demand_size(request: HttpRequest, largest: int = LARGEST) -> None:
    """Refuse a body that says it is too large, before a byte of it is stored. Raises TooLarge, LengthRequired."""
    demand_length(request)
    length = request.headers.get("Content-Length", "0")
    if length.isascii() and length.isdigit() and int(length[:15]) > largest + FORM_OVERHEAD * is_form(request):
        raise TooLarge(f"A file may hold at most {largest // 1024 // 1024} MB.")


def form_file(request: HttpRequest, field: str) -> "UploadedFile[bytes]":
    """The one file of a form's field. Raises Invalid."""
    given = request.FILES.getlist(field)
    if len(given) != 1:
        raise Invalid(fields={field: "Send one file in this field."})
    return given[0]


def attached(request: HttpRequest, name: str) -> Upload:
    """The file of a request: the form's field `file`, or the whole body, called `name` or as its header says."""
    demand_size(request)
    if is_form(request):
        file = form_file(request, "file")
        return Upload(name or str(file.name), file.content_type or ANY_TYPE, iter(file.chunks(CHUNK)))
    named = name or _name_in(request.headers.get("Content-Disposition", ""))
    if not named:
        raise Invalid(fields={"name": "Say what the file is called: ?name=report.pdf"})
    return Upload(named, str(request.content_type) or ANY_TYPE, _body(request))


def _name_in(disposition: str) -> str:
    message = Message()
    message["Content-Disposition"] = disposition
    return message.get_filename() or ""


def _body(request: HttpRequest) -> Iterator[bytes]:
    try:
        while chunk := request.read(CHUNK):
            yield chunk
    except UnreadablePostError as error:  # an OSError, but none of our disk
        raise problem_of(error) from None
