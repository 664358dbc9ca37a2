"""What a deputy inherits while somebody is away: the rights of each assignment that they take over, except where the
rules about combinations of roles forbid that they hold it as well."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from septet.kernel import grants
from septet.kernel.models import Grant, Record, Verb
from septet.kernel.registry import number_of
from septet.team.absences.models import Absence
from septet.team.assignments.grants import granted_by
from septet.team.assignments.models import Assignment
from septet.team.rules.combining import held, rules_at, waivers_at
from septet.team.rules.rules import Held, Rule, findings

STANDING = ("planned", "running")


@dataclass(frozen=True, slots=True)
class Takeover:
    """An assignment of who is absent, who takes it over and when; `why_not` says what is in the way, if anything is."""

    assignment: Assignment
    deputy: int | None
    since: datetime
    until: datetime
    why_not: str = ""


def takeovers(absence: Absence, at: datetime) -> list[Takeover]:
    """Who takes over which assignment, as far as they may."""
    found = [one for one in (_one(absence, each) for each in _of([absence.person_id])) if one.since < one.until]
    deputies = {one.deputy for one in found if one.deputy is not None}
    own: dict[int, list[Held]] = {}
    for assignment in _of(deputies):
        own.setdefault(assignment.person_id or 0, []).append(held(assignment))
    rules, waived = rules_at(at), waivers_at(at, deputies)
    names = dict(Record.objects.filter(pk__in=deputies).values_list("pk", "title"))
    return [_judged(one, own, rules, waived, names) for one in found]


def _of(people: Iterable[int | None]) -> list[Assignment]:
    rows = Assignment.objects.filter(person_id__in=list(people), state="active", withdrawn_at=None)
    return list(rows.order_by("pk"))


def _one(absence: Absence, assignment: Assignment) -> Takeover:
    deputy = absence.deputy_id or assignment.deputy_id
    since = max(absence.starts_at, assignment.starts_at)
    until = min(absence.ends_at, assignment.ends_at or absence.ends_at)
    return Takeover(assignment, deputy, since, until, "" if deputy else "Nobody is named as deputy.")


def _judged(
    one: Takeover,
    own: dict[int, list[Held]],
    rules: list[Rule],
    waived: dict[int, dict[int, str]],
    names: dict[int, str],
) -> Takeover:
    if one.deputy is None:
        return one
    taken = held(one.assignment)
    taken = Held(taken.id, taken.cluster, taken.role, one.since, one.until, taken.scope)
    # What the two hold already is no matter of this absence: only pairs with what is taken over count.
    blocking = [
        finding
        for mine in own.get(one.deputy, [])
        for finding in findings([mine, taken], rules, waived.get(one.deputy, {}))
        if finding.blocks
    ]
    if not blocking:
        return one
    first = blocking[0]
    other = first.one.id if first.one.id != taken.id else first.other.id
    why_not = f"{names[one.deputy]} holds {number_of('assignment', other)}: {first.rule.reason}"
    return Takeover(one.assignment, one.deputy, one.since, one.until, why_not)


def inherited(absence: Absence, at: datetime) -> list[Grant]:
    """The grants that an absence gives to deputies."""
    person = absence.person_id
    if person is None or absence.state == "cancelled" or absence.withdrawn_at is not None:
        return []
    found = [one for one in takeovers(absence, at) if not one.why_not]
    rows = [_for(absence, one, grant) for one in found for grant in granted_by(one.assignment)]
    standing_in = {absence.deputy_id} if absence.deputy_id else {one.deputy for one in found}
    deputies = [one for one in standing_in if one is not None]
    rows += [Grant(verb=Verb.STAND_IN, **_when(absence, one, absence.starts_at, absence.ends_at)) for one in deputies]
    people = Record.objects.filter(pk__in=[*deputies, person], closed_at=None, withdrawn_at=None)
    here = set(people.values_list("pk", flat=True))
    return _once([row for row in rows if row.person_id in here and person in here])


def _for(absence: Absence, one: Takeover, grant: Grant) -> Grant:
    for name, value in _when(absence, one.deputy, one.since, one.until).items():
        setattr(grant, name, value)
    return grant


def _when(absence: Absence, deputy: int | None, since: datetime, until: datetime) -> dict[str, object]:
    return {"person_id": deputy, "for_person_id": absence.person_id, "since": since, "until": until}


def _once(rows: Iterable[Grant]) -> list[Grant]:
    """The same right from two assignments is one right, from the first beginning to the last end."""
    found: dict[tuple[object, ...], Grant] = {}
    for row in rows:
        key = grants.key_of(row)
        known = found.setdefault(key, row)
        known.since = min(known.since, row.since)
        known.until = max(known.until or row.since, row.until or row.since)
    return list(found.values())


def follow(absence: Absence, now: datetime) -> None:
    """Bring the grants of an absence in line with it: one that has ended gives no rights any more."""
    grants.follow(absence, inherited(absence, now) if absence.ends_at > now else (), now)


def follow_people(people: Iterable[int | None], now: datetime) -> None:
    """Bring the absences of people, and those in which they are deputies, in line with their assignments."""
    some = [one for one in people if one is not None]
    rows = Absence.objects.filter(state__in=STANDING, ends_at__gt=now, withdrawn_at=None)
    own = Q(person_id__in=some) | Q(deputy_id__in=some)
    for absence in rows.filter(own | Q(person_id__in=_stood_in_for(some))).order_by("pk"):
        follow(absence, now)


def _stood_in_for(people: list[int]) -> QuerySet[Assignment, int | None]:
    """Of whose assignments these people are the deputies."""
    rows = Assignment.objects.filter(deputy_id__in=people, state="active", withdrawn_at=None)
    return rows.values_list("person_id", flat=True)
