"""What can go wrong, said once for page, API and CLI: each error knows its HTTP status, a title and a sentence."""

from collections.abc import Mapping


class SeptetError(Exception):
    """Base of every error that a user may see. `detail` says what happened and what to do, in one or two sentences."""

    status = 400
    title = "The request could not be understood"
    slug = "bad-request"

    def __init__(self, detail: str, *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = dict(fields or {})


class Refused(SeptetError):
    """The actor may see the record but not do this to it; `detail` is the reason."""

    status, title, slug = 403, "Not allowed", "refused"


class NotFound(SeptetError):
    """There is no such record, or the actor may not know that there is."""

    status, title, slug = 404, "Not found", "not-found"


class Conflict(SeptetError):
    """The record is not in a state in which this can be done."""

    status, title, slug = 409, "Conflict", "conflict"


class Stale(SeptetError):
    """Somebody else changed the record since the version that the caller knows."""

    status, title, slug = 412, "Changed in the meantime", "stale"


class TooLarge(SeptetError):
    """The input is larger than its limit."""

    status, title, slug = 413, "Too large", "too-large"


class Invalid(SeptetError):
    """Values that do not fit their fields; `fields` holds one sentence for each."""

    status, title, slug = 422, "Some values do not fit", "invalid"

    def __init__(self, detail: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(detail or " ".join(f"{name}: {text}" for name, text in (fields or {}).items()), fields=fields)


class Unavailable(SeptetError):
    """Storage does not answer or is full; nothing was changed."""

    status, title, slug = 503, "Not available right now", "unavailable"


class OutsideAction(RuntimeError):
    """Code tried to write a record without an action. This is a programming error, never shown as advice."""
