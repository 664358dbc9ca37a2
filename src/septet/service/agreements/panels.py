"""The clocks of a record on its page, and the targets of an agreement on its own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel import policy
from septet.kernel.actors import Actor
from septet.kernel.clocks.explain import ClockInterval, ClockShown, explained
from septet.kernel.models import Record
from septet.kernel.registry import registry
from septet.lib.text import counted_duration
from septet.service.agreements.models import Agreement, AgreementTarget
from septet.surfaces.web.panels import panel

SOON = 0.75
TONES = {"met": "good", "missed": "bad"}


@dataclass(frozen=True, slots=True)
class Line:
    """One clock, with what the page says of it in words and colours."""

    clock: ClockShown
    tone: str
    used: str
    left: str

    def added(self, one: ClockInterval) -> str:
        """What an interval added to the elapsed time."""
        return counted_duration(one.added) if one.added else "–"

    def elapsed(self, one: ClockInterval) -> str:
        """What had elapsed at the end of an interval."""
        return counted_duration(one.elapsed)


@panel(Record, "agreements/clocks.html", travels=True, place=10)
def clocks(record: Record, actor: Actor, as_of: datetime | None, known_at: datetime | None) -> list[Line] | None:
    """How much of what was promised is used, and why."""
    return [_line(one) for one in explained(record, actor, as_of, known_at)] or None


def _line(one: ClockShown) -> Line:
    tone = TONES.get(one.state, "")
    if one.state in {"running", "paused"}:
        tone = "bad" if one.breached_at else "warn" if one.share >= SOON else ""
    used = _("%(used)s of %(within)s") % {"used": counted_duration(one.elapsed), "within": one.within}
    return Line(one, tone, used, _left(one))


def _left(one: ClockShown) -> str:
    time = {"time": counted_duration(abs(one.remaining))}
    if one.remaining < 0:
        return _("%(time)s too late") % time
    return _("%(time)s to spare") % time if one.state == "met" else _("%(time)s left") % time


@dataclass(frozen=True, slots=True)
class Row:
    """Targets for the same records on one line: within which time these are answered and resolved."""

    kind: str
    whom: str
    priority: int | None
    response: AgreementTarget | None
    resolution: AgreementTarget | None
    hours: str
    since: datetime | None
    until: datetime | None


@panel(Agreement, "agreements/targets.html", actions=("set-target", "end-target", "recalculate"), shows=("targets",))
def targets(agreement: Agreement, actor: Actor) -> dict[str, list[Row]] | None:
    """What is promised now or from later on, and what was."""
    if not policy.sees_internal(actor, agreement):
        return None
    held = AgreementTarget.objects.filter(record_id=agreement.pk).select_related("customer", "service", "calendar")
    calendar = agreement.calendar.title if agreement.calendar else _("Around the clock")
    rows = list(_rows(held, calendar))
    now = timezone.now()
    past = [one for one in rows if one.until is not None and one.until <= now]
    return {"present": [one for one in rows if one not in past], "past": past}


def _rows(held: Iterable[AgreementTarget], calendar: str) -> Iterator[Row]:
    lines: dict[tuple[Any, ...], dict[str, AgreementTarget]] = {}
    for one in held:
        hours = _("Around the clock") if one.around_the_clock else one.calendar.title if one.calendar else calendar
        line = (one.kind, _whom(one), one.priority, hours, one.valid_from, one.valid_to)
        lines.setdefault(line, {})[one.metric] = one
    for line, found in sorted(lines.items(), key=_place):
        kind, whom, priority, hours, since, until = line
        label = registry.types[kind].label_plural
        yield Row(label, whom, priority, found.get("response"), found.get("resolution"), hours, since, until)


def _place(item: tuple[tuple[Any, ...], object]) -> tuple[Any, ...]:
    kind, whom, priority, hours, since, _until = item[0]
    return kind, whom, priority or 0, hours, since is not None, since


def _whom(one: AgreementTarget) -> str:
    named = (one.category, one.customer.title if one.customer else "", one.service.title if one.service else "")
    return ", ".join(part for part in named if part)
