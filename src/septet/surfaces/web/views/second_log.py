"""The second log: sign-ins, exports, refusals and what else changes no record, to look through and to take along."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from septet.kernel import log
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, SeptetError
from septet.kernel.governing.zones import check_zone
from septet.kernel.models import LogEntry, Record
from septet.kernel.reading import titles_of
from septet.kernel.references import find_person
from septet.kernel.registry import number_of
from septet.lib.periods import day_start
from septet.surfaces.transfer.report import defused
from septet.surfaces.web.forms import written
from septet.surfaces.web.pages import administrators, show
from septet.surfaces.web.requests import Asked

PER_PAGE = 50
CHUNK = 1000
# What is suggested when somebody filters the log.
EVENTS = (
    "sign-in", "sign-in-refused", "sign-in-link", "sign-out", "signed-out-elsewhere", "second-factor-added",
    "second-factor-removed", "password-set", "password-removed", "account-opened", "account-closed", "token-made",
    "token-revoked", "token-use", "refusal", "restricted-read", "export",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What somebody looks for, as it stands in the address: days are those of the reader's zone, both included."""

    event: str = ""
    who: str = ""
    since: str = ""
    until: str = ""

    @property
    def address(self) -> str:
        """The same as the query of an address."""
        return urlencode({one.name: value for one in fields(self) if (value := getattr(self, one.name))})


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the log with the names of whom and what it is about."""

    entry: LogEntry
    actor: str
    actor_number: str
    record: str


@require_safe
@administrators
def second_log(request: Asked) -> HttpResponse:
    """What changed no record, newest first, as far as it was asked for."""
    asked, problem = _asked(request), None
    try:
        rows = _found(asked, request.actor)
    except SeptetError as error:
        rows, problem = LogEntry.objects.none(), error
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    lines = list(_named(rows[: PER_PAGE + 1], request.actor))
    following = lines[PER_PAGE - 1].entry.pk if len(lines) > PER_PAGE else None
    today = timezone.localdate()
    context = {
        "lines": lines[:PER_PAGE],
        "next": following,
        "asked": asked,
        "events": EVENTS,
        "errors": problem.fields if problem else {},
        "spans": [
            (_("Today"), Filter(asked.event, asked.who, str(today), str(today))),
            (_("Last 7 days"), Filter(asked.event, asked.who, str(today - timedelta(days=6)), str(today))),
            (_("This month"), Filter(asked.event, asked.who, str(today.replace(day=1)), str(today))),
        ],
    }
    return show(request, "web/log.html", context, status=problem.status if problem else 200)


@require_safe
@administrators
def export(request: Asked) -> HttpResponseBase:
    """The same as a file: all of it that was asked for, oldest first, with the place of each row in the chain."""
    asked = _asked(request)
    rows = _found(asked, request.actor).order_by("id")
    log.note("export", request.actor, via="web", request=request.id, detail=f"second log, {asked.address or 'all'}")
    # What is logged from now on, this export first of all, is for the next one.
    last = LogEntry.objects.order_by("-id").values_list("pk", flat=True).first() or 0
    response = StreamingHttpResponse(_csv(rows.filter(pk__lt=last), request.actor), "text/csv; charset=utf-8")
    name = "-".join(["second-log", *(one for one in (asked.since, asked.until) if one)])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _asked(request: Asked) -> Filter:
    return Filter(**{one.name: request.GET.get(one.name, "").strip() for one in fields(Filter)})


def _found(asked: Filter, actor: Actor) -> QuerySet[LogEntry]:
    """The rows that were asked for, newest first. Raises Invalid, NotFound or Conflict."""
    rows, zone = LogEntry.objects.order_by("-id"), check_zone(actor.zone)
    if asked.event:
        rows = rows.filter(event=asked.event)
    if asked.who:
        try:
            person = find_person(written(asked.who, "person", actor), actor)
        except SeptetError as error:
            raise Invalid(fields={"who": error.detail}) from None
        rows = rows.filter(actor_id=person.pk)
    since, until = _day("since", asked.since), _day("until", asked.until)
    if since and until and until < since:
        raise Invalid(fields={"until": _("The last day comes before the first one.")})
    if since:
        rows = rows.filter(at__gte=day_start(since, zone))
    if until:
        rows = rows.filter(at__lt=day_start(until + timedelta(days=1), zone))
    return rows


def _day(name: str, text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day is not None and not 1970 <= day.year < 2200:
        raise Invalid(fields={name: _("Write a day such as 2026-11-30.")})
    return day


def _named(rows: Iterable[LogEntry], actor: Actor) -> Iterator[Line]:
    """Rows with names, a chunk at a time: two queries for each."""
    rest = iter(rows)
    while some := list(islice(rest, CHUNK)):
        people = titles_of((one.actor_id for one in some if one.actor_id is not None), actor)
        kinds = dict(Record.objects.filter(pk__in={one.record_id for one in some}).values_list("pk", "kind"))
        for one in some:
            name, number = one.actor_name, ""
            if one.actor_id in people:
                kind, name = people[one.actor_id]
                number = number_of(kind, one.actor_id)
            about = number_of(kinds[one.record_id], one.record_id) if one.record_id in kinds else ""
            yield Line(one, name, number, about)


def _csv(rows: QuerySet[LogEntry], actor: Actor) -> Iterator[bytes]:
    """CSV with the mark by which spreadsheets know UTF-8; times carry the offset of the reader's zone."""
    zone = check_zone(actor.zone)
    yield b"\xef\xbb\xbf" + _line(["place", "at", "event", "who", "name", "by", "record", "request", "detail", "hash"])
    for line in _named(rows.iterator(CHUNK), actor):
        one = line.entry
        yield _line(
            [
                one.sealed or "",
                one.at.astimezone(zone).isoformat(),
                one.event,
                line.actor_number,
                line.actor,
                one.via,
                line.record,
                one.request,
                one.detail,
                bytes(one.hash).hex(),
            ]
        )


def _line(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([defused(str(cell)) for cell in cells])
    return text.getvalue().encode()
