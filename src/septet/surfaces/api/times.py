"""The two times of a question: how it was then, and what was known then."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from zoneinfo import ZoneInfo

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid
from septet.lib.moments import parse_moment


class Times(TypedDict):
    """Both times of a question; None means now."""

    as_of: datetime | None
    known_at: datetime | None


def read_times(actor: Actor, params: Mapping[str, str]) -> Times:
    """The times that parameters name, in the actor's zone where they name none. Raises Invalid."""
    return {"as_of": _read(actor, params, "as_of"), "known_at": _read(actor, params, "known_at")}


def _read(actor: Actor, params: Mapping[str, str], name: str) -> datetime | None:
    text = params.get(name, "")
    if not text:
        return None
    try:
        return parse_moment(text, ZoneInfo(actor.zone), timezone.now())
    except ValueError as error:
        raise Invalid(fields={name: str(error)}) from None
