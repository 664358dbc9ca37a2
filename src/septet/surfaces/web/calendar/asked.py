"""What of the calendar somebody looks at, as the address says; nothing of it is kept elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel.actors import Actor
from septet.kernel.calendar.events import Wanted, dated_types
from septet.kernel.errors import Conflict, Invalid, NotFound
from septet.kernel.models import Record
from septet.kernel.references import find
from septet.kernel.registry import RecordType
from septet.lib.text import suggestion
from septet.surfaces.web.locales import locale
from septet.surfaces.web.navigation import may_list
from septet.surfaces.web.times import moment_of

VIEWS = ("month", "week", "list")
EARLIEST, LATEST = date(1902, 1, 1), date(2198, 12, 31)
# Parameters that name a record, each with the kind that it has to be of.
NAMED = {"team": "function-team", "service": "service", "item": "*", "calendar": "business-calendar"}


@dataclass(frozen=True)
class Look:
    """A view around a day. `kinds` is empty for those that are usually shown; `named` holds what it is narrowed to."""

    view: str
    day: date
    kinds: tuple[str, ...] = ()
    named: Mapping[str, Record] = field(default_factory=dict)
    mine: bool = False

    @property
    def days(self) -> tuple[date, date]:
        """The first day that is shown, and the first that is not any more."""
        month = self.day.replace(day=1)
        after = (month + timedelta(days=31)).replace(day=1)
        match self.view:
            case "week":
                return week_of(self.day), week_of(self.day) + timedelta(days=7)
            case "list":
                return month, after
        return week_of(month), week_of(after - timedelta(days=1)) + timedelta(days=7)

    @property
    def before(self) -> date:
        """A day of the time before, which the same view shows."""
        return self.day - timedelta(days=7) if self.view == "week" else (self.day.replace(day=1) - timedelta(days=1))

    @property
    def after(self) -> date:
        """A day of the time after."""
        return self.day + timedelta(days=7) if self.view == "week" else (self.day.replace(day=1) + timedelta(days=31))

    @property
    def shown_kinds(self) -> tuple[str, ...]:
        """The kinds that are shown."""
        return self.kinds or usual_kinds()

    def wanted(self) -> Wanted:
        """The same as a question to the kernel, in the reader's zone."""
        since, until = (midnight(day) for day in self.days)
        return Wanted(since, until, self.kinds, mine=self.mine, **self.filters)

    @property
    def filters(self) -> dict[str, Any]:
        """What it is narrowed to, of what the kernel asks for."""
        return {name: record for name, record in self.named.items() if name != "calendar"}


def read(params: QueryDict, actor: Actor, today: date) -> Look:
    """The view that an address asks for. Raises Invalid, naming each parameter that does not fit."""
    problems: dict[str, str] = {}
    view = params.get("view") or "month"
    if view not in VIEWS:
        problems["view"] = _("Choose month, week or list.")
    day = _day(params.get("date", ""), today, problems)
    return Look(view, day, *narrowing(params, actor, problems))


def narrowing(
    params: QueryDict, actor: Actor, problems: dict[str, str]
) -> tuple[tuple[str, ...], dict[str, Record], bool]:
    """The kinds, the records and whether only what is the actor's own, as an address names them. Raises Invalid with
    these problems and those that there were before."""
    kinds = tuple(dict.fromkeys(one for text in params.getlist("kinds") for one in text.split(",") if one))
    for kind in kinds:
        if kind not in dated_types():
            problems["kinds"] = _("Nothing called %(kind)s stands in the calendar.") % {"kind": repr(kind)}
            problems["kinds"] += suggestion(kind, dated_types())
    named: dict[str, Record] = {}
    for name, kind in NAMED.items():
        if text := params.get(name, "").strip():
            try:
                named[name] = _find(text, kind, actor)
            except (NotFound, Conflict) as error:
                problems[name] = error.detail
    if problems:
        raise Invalid(fields=problems)
    return kinds, named, params.get("mine") in ("yes", "true", "1")


def _day(text: str, today: date, problems: dict[str, str]) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        problems["date"] = _("%(text)s is no date; write it as 2026-03-02.") % {"text": repr(text)}
        return today
    if not EARLIEST <= day <= LATEST:
        problems["date"] = _("The year must lie between 1902 and 2198.")
    return day


def _find(text: str, kind: str, actor: Actor) -> Record:
    # A picker that nobody has touched since holds number and title.
    record: Record = find(text.partition(" ")[0], actor)
    if kind not in ("*", record.kind):
        raise NotFound(_("%(number)s is something else.") % {"number": record.number})
    return record


def offered(actor: Actor) -> list[RecordType]:
    """The types with dates of which the actor may see any: what is usually shown first, and of that the work."""
    found = [it for it in dated_types().values() if may_list(actor, it)]
    return sorted(found, key=lambda it: (it.kind not in usual_kinds(), not it.is_work, it.governs))


def usual_kinds() -> tuple[str, ...]:
    """The kinds that are shown until somebody chooses."""
    return tuple(kind for kind, it in dated_types().items() if any(span.usual for span in it.calendar))


def week_of(day: date) -> date:
    """The first day of a day's week, as the reader's country has it."""
    return day - timedelta(days=(day.weekday() - locale().first_week_day) % 7)


def midnight(day: date) -> datetime:
    """When a day begins in the reader's zone."""
    return datetime.combine(day, time(), timezone.get_current_timezone())


def address_of(it: RecordType, shown: Mapping[str, Any]) -> str:
    """Where a record, as its page shows it, stands in the calendar: its week; empty if it has no date."""
    at = next((shown[span.start] for span in it.calendar if shown.get(span.start)), None)
    if at is None:
        return ""
    kinds = dict.fromkeys((it.kind, *usual_kinds()))
    return f"/calendar/?view=week&date={moment_of(at).date().isoformat()}&kinds={','.join(kinds)}"
