"""How much a form may bring along: files of those who are signed in, up to a limit; nothing large from anybody else."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST = 1024 * 1024 * 1024
LARGEST_OF_STRANGERS = 64 * 1024


class Quota(FileUploadHandler):
    """Refuses a form by its announced length, before any of it is written to disk. Handles no file itself."""

    def handle_raw_input(
        self,
        input_data: Any,
        meta: Any,
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        """Raise RequestDataTooBig for a form that is too long; the API has limits of its own."""
        request = self.request
        if request is None or request.path.startswith("/api/"):
            return
        user = getattr(request, "user", None)
        largest = LARGEST if user is not None and user.is_authenticated else LARGEST_OF_STRANGERS
        if content_length > largest:
            raise RequestDataTooBig(f"A form of {content_length} bytes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the bytes to the handlers that follow."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers that follow."""
        return
