"""How records of a type stand in the calendar, as their declaration says."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from septet.kernel.actors import Actor
from septet.kernel.fields import FieldInfo
from septet.kernel.models import Record
from septet.lib.text import suggestion


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which a record that comes again stands in the calendar. `what` it then is in words; `forbids`: work has
    to rest; `why` it concerns what was asked about."""

    record: int
    starts_at: datetime
    ends_at: datetime
    what: str = ""
    why: str = ""
    forbids: bool = False


# Asked by whom, between which moments, about which record: every stretch, in order.
Stretches = Callable[[Actor, datetime, datetime, Record | None], Sequence[Stretch]]
# Asked by whom, about which records at which times: what is in the way of each, in sentences.
Conflicts = Callable[[Actor, Mapping[int, tuple[datetime, datetime]]], Mapping[int, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class CalendarSpan:
    """One sort of dates of a type: the field with the start, and that with the end where it lasts.

    `key` and `what` tell several sorts of one type apart: the day on which an agreement ends. `days_before` is a field
    with the number of days by which it comes before `start`. `tentative` are states in which it is not settled yet,
    `called_off` those in which nothing comes of it; `only_open`: it is of no interest any more when the record is
    closed. `who` is a reference to the person it is about. `usual`: it is shown until somebody chooses otherwise.
    What comes again says by `stretches` when, and by `rule` and `zone` (fields) how. What `governs` other work stands
    behind it. `conflicts` says what is in the way of records that are still open.
    """

    start: str
    end: str = ""
    key: str = ""
    what: Any = ""
    days_before: str = ""
    tentative: tuple[str, ...] = ()
    called_off: tuple[str, ...] = ()
    only_open: bool = False
    who: str = ""
    usual: bool = True
    governs: bool = False
    rule: str = ""
    zone: str = ""
    stretches: Stretches | None = None
    conflicts: Conflicts | None = None

    def check(self, owner: str, fields: Mapping[str, FieldInfo], states: Collection[str]) -> None:
        """Refuse a name that the type does not have; `owner` is whose declaration it is."""
        for name in filter(None, (self.start, self.end, self.days_before, self.who, self.rule, self.zone)):
            if name not in fields:
                raise ImproperlyConfigured(f"{owner}.calendar: there is no field {name!r}.{suggestion(name, fields)}")
        for state in (*self.tentative, *self.called_off):
            if state not in states:
                raise ImproperlyConfigured(f"{owner}.calendar: there is no state {state!r}.{suggestion(state, states)}")
