"""From the draft of an agreement to its end, and what it promises on the way."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from django.utils import timezone
from pydantic import Field

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common.actions import approval_of
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment, Text, Words
from septet.kernel.governing.calendars import read_calendar
from septet.kernel.governing.models import BusinessCalendar
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action, clocked_kinds
from septet.lib.clocks import THRESHOLDS
from septet.lib.text import exact_duration, suggestion
from septet.service.agreements.lengths import DAY, read_length
from septet.service.agreements.models import Agreement, AgreementTarget
from septet.team.priorities.levels import Level

Organisation = Annotated[Record, Ref("organisation")]
Service = Annotated[Record, Ref("service")]
Calendar = Annotated[Record, Ref("business-calendar")]
Percent = Annotated[int, Field(ge=1, le=99)]

BEFORE = ("draft", "negotiating", "agreed")
IN_FORCE = ("active", "under-review")


@action(Agreement, from_=("draft",), to="negotiating", verb=Verb.MANAGE)
def negotiate(agreement: Agreement, actor: Actor) -> None:
    """Talk about it with the other side."""


@action(Agreement, from_=("negotiating",), to="agreed", verb=Verb.MANAGE)
def agree(agreement: Agreement, actor: Actor) -> None:
    """Both sides have signed. Whoever was asked to approve must have done so."""
    if approval_of(agreement) in {"pending", "rejected"}:
        raise Conflict(f"{agreement.number} is not signed: somebody who was asked to approve it has not.")
    if agreement.sort == "uc" and agreement.provider_id is None:
        raise Invalid(fields={"provider": "Say which supplier it is with."})
    if agreement.sort == "ola" and agreement.team_id is None:
        raise Invalid(fields={"team": "Say which team has to keep it."})


@action(Agreement, from_=("agreed",), to="active", verb=Verb.MANAGE)
def activate(agreement: Agreement, actor: Actor) -> None:
    """From now on, or from the day it names, records are judged by it."""
    agreement.valid_from = agreement.valid_from or parts.current().at


@action(Agreement, from_=("active",), to="under-review", verb=Verb.MANAGE)
def review(agreement: Agreement, actor: Actor) -> None:
    """Look at it together; it stays in force, and targets that change are dated."""


@action(
    Agreement,
    from_=IN_FORCE,
    to="active",
    verb=Verb.MANAGE,
    examples=[{"valid_to": "2035-12-31T00:00:00Z"}],
)
def renew(agreement: Agreement, actor: Actor, *, valid_to: Moment | None = None) -> None:
    """Go on with it as it is, until another day or without an end."""
    if valid_to is not None and valid_to <= parts.current().at:
        raise Invalid(fields={"valid_to": "Name a time to come; to end it now, terminate it."})
    agreement.valid_to = valid_to


@action(
    Agreement,
    from_=IN_FORCE,
    to="terminated",
    verb=Verb.MANAGE,
    examples=[{"reason": "The customer left."}],
)
def terminate(agreement: Agreement, actor: Actor, *, reason: Words) -> None:
    """End it now; records opened before are judged by it still."""
    _end(agreement)
    parts.note_change(":reason", None, reason)


@action(
    Agreement,
    from_=IN_FORCE,
    to="expired",
    verb=Verb.MANAGE,
    when=lambda one: one.valid_to is not None and one.valid_to <= timezone.now(),
    examples=[],
)
def expire(agreement: Agreement, actor: Actor) -> None:
    """Its time is over; the worker does this at the end it names."""
    _end(agreement)


def _end(agreement: Agreement) -> None:
    at = parts.current().at
    if agreement.valid_from is not None and agreement.valid_from >= at:
        raise Conflict(f"{agreement.number} has not begun yet; change its beginning or withdraw it.")
    if agreement.valid_to is None or agreement.valid_to > at:
        agreement.valid_to = at


@action(
    Agreement,
    from_=(*BEFORE, *IN_FORCE),
    verb=Verb.MANAGE,
    examples=[{"metric": "resolution", "priority": 1, "within": "4h"}],
)
def set_target(
    agreement: Agreement,
    actor: Actor,
    *,
    metric: Literal["response", "resolution"],
    within: Text,
    kind: Text = "incident",
    priority: Level | None = None,
    category: Text = "",
    customer: Organisation | None = None,
    service: Service | None = None,
    calendar: Calendar | None = None,
    around_the_clock: bool = False,
    thresholds: list[Percent] | None = None,
    valid_from: Moment | None = None,
) -> None:
    """Promise a time, such as 4h, 90 min or 2 business days, for the records that fit what is given.

    It takes the place of the target for the same records from `valid_from` on: from now if the agreement is in force,
    else from its beginning. A beginning in the past judges the records opened since then anew.
    """
    _check_kind(kind)
    if calendar is not None and around_the_clock:
        raise Invalid(fields={"calendar": "Either a calendar, or around the clock."})
    what = {
        "metric": metric,
        "kind": kind,
        "priority": priority,
        "category": category.strip(),
        "customer_id": customer.pk if customer else None,
        "service_id": service.pk if service else None,
    }
    since = valid_from or (parts.current().at if agreement.state in IN_FORCE else None)
    until = _make_room(agreement, what, since)
    parts.add(
        AgreementTarget(
            **what,
            calendar_id=calendar.pk if calendar else None,
            around_the_clock=around_the_clock,
            within=exact_duration(_read(within, _day_of(agreement, calendar, around_the_clock=around_the_clock))),
            thresholds=sorted(set(THRESHOLDS if thresholds is None else thresholds)),
            valid_from=since,
            valid_to=until,
        )
    )


def _check_kind(kind: str) -> None:
    clocked = [one for one, _ in clocked_kinds()]
    if kind not in clocked:
        raise Invalid(fields={"kind": f"No clock runs on records of the kind {kind!r}.{suggestion(kind, clocked)}"})


def _read(within: str, day: int | None) -> int:
    try:
        return read_length(within, day)
    except ValueError as error:
        raise Invalid(fields={"within": str(error)}) from None


def _day_of(agreement: Agreement, calendar: Record | None, *, around_the_clock: bool) -> int | None:
    """How long a working day of the target's calendar is."""
    pk = calendar.pk if calendar else agreement.calendar_id
    if around_the_clock or pk is None:
        return DAY
    return read_calendar(BusinessCalendar.objects.get(pk=pk)).usual_day()


def _make_room(agreement: Agreement, what: dict[str, Any], since: datetime | None) -> datetime | None:
    """End the target for the same records where a new one begins; the beginning of the next one after that, if any."""
    following: list[datetime] = []
    for row in AgreementTarget.objects.filter(record_id=agreement.pk, **what).order_by("pk"):
        if row.valid_from == since:
            parts.remove(row)
        elif row.valid_from is not None and (since is None or row.valid_from > since):
            following.append(row.valid_from)
        elif since is not None and (row.valid_to is None or row.valid_to > since):
            parts.change(row, valid_to=since)
    return min(following, default=None)


@action(Agreement, from_=(*BEFORE, *IN_FORCE), verb=Verb.MANAGE, examples=[])
def end_target(agreement: Agreement, actor: Actor, *, target: int, valid_to: Moment | None = None) -> None:
    """End a target, by its id, now or at a given time; records opened before are judged by it still."""
    row = AgreementTarget.objects.filter(record_id=agreement.pk, pk=target).first()
    if row is None:
        raise Invalid(fields={"target": f"{agreement.number} has no target with this id."})
    until = valid_to or parts.current().at
    if agreement.state not in IN_FORCE or (row.valid_from is not None and row.valid_from >= until):
        parts.remove(row)
    elif row.valid_to is not None and row.valid_to <= until:
        raise Conflict("The target has ended already.")
    else:
        parts.change(row, valid_to=until)


@action(Agreement, from_=IN_FORCE, verb=Verb.MANAGE, examples=[])
def recalculate(agreement: Agreement, actor: Actor, *, since: Moment) -> None:
    """Judge the records opened since a time by the targets that are in force now, in place of those of that time."""
    at = parts.current().at
    if agreement.valid_from is not None and since < agreement.valid_from:
        raise Invalid(fields={"since": f"{agreement.number} begins on {agreement.valid_from:%Y-%m-%d}."})
    present = AgreementTarget.objects.filter(Q(valid_to=None) | Q(valid_to__gt=at), record_id=agreement.pk)
    for row in present.filter(valid_from__gt=since, valid_from__lte=at).order_by("pk"):
        names = ("metric", "kind", "priority", "category", "customer_id", "service_id")
        same = AgreementTarget.objects.filter(record_id=agreement.pk, **{name: getattr(row, name) for name in names})
        before = same.filter(Q(valid_from=None) | Q(valid_from__lt=row.valid_from)).exclude(pk=row.pk)
        for other in before.filter(valid_from__gte=since):
            parts.remove(other)
        for other in before.filter(valid_to__gt=since):
            parts.change(other, valid_to=since)
        parts.change(row, valid_from=since)
