"""What people send is text: UTF-8, and without the NUL character, which no database keeps."""

from collections.abc import Iterable, Iterator

from django.http import HttpRequest
from django.utils.translation import gettext as _

from septet.kernel.errors import Invalid, SeptetError
from septet.lib.text import is_encoded_text

# Django puts this in the place of bytes that are no UTF-8; somebody may have typed it too.
REPLACED = "\ufffd"


def refuse_other(request: HttpRequest) -> None:
    """Refuse an address or a form that holds anything else. Raises SeptetError or Invalid."""
    if "\x00" in request.path or any("\x00" in text for text in _texts(request.GET.lists())):
        raise SeptetError(_("The address holds the NUL character, which is no text. Check it."))
    if not is_encoded_text(request.META.get("QUERY_STRING", "")):
        raise SeptetError(_("The address is not UTF-8 text. Check it."))
    if request.method == "POST":
        _refuse_form(request)


def _refuse_form(request: HttpRequest) -> None:
    texts = list(_texts(request.POST.lists()))
    if any("\x00" in text for text in texts):
        raise Invalid(_("The form holds the NUL character, which is no text; nothing was changed. Take it out."))
    replaced = any(REPLACED in text for text in texts)
    with_files = request.content_type == "multipart/form-data"
    is_text = not replaced if with_files else _is_text(request.body, encoded=replaced)
    if not is_text:
        raise Invalid(_("The form is not UTF-8 text; nothing was changed. Load the page again and repeat your change."))


def _texts(lists: Iterable[tuple[str, list[str]]]) -> Iterator[str]:
    for name, values in lists:
        yield name
        yield from values


def _is_text(body: bytes, *, encoded: bool) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return not encoded or is_encoded_text(body)
