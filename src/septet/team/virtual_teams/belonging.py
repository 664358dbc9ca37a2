"""Who belongs to a virtual team; they see what is shared with it."""

from collections.abc import Iterable
from datetime import datetime

from septet.kernel import grants
from septet.kernel.models import Grant, Record, Verb
from septet.team.assignments.models import Assignment
from septet.team.virtual_teams.models import Contact, VirtualMember, VirtualTeam


def seats(team: VirtualTeam) -> list[Grant]:
    """A seat for each person: while their assignment lasts, or as long as the team."""
    if team.withdrawn_at is not None:
        return []
    chosen = VirtualMember.objects.filter(record_id=team.pk).values("assignment_id")
    stretches: dict[int, list[tuple[datetime, datetime | None]]] = {}
    for one in Assignment.objects.filter(pk__in=chosen, withdrawn_at=None).exclude(state="proposed"):
        if one.person_id is not None:
            stretches.setdefault(one.person_id, []).append((one.starts_at, one.ends_at))
    for person in Contact.objects.filter(record_id=team.pk).values_list("person_id", flat=True):
        stretches.setdefault(person, []).append((team.opened_at, None))
    left = dict(Record.objects.filter(pk__in=stretches).values_list("pk", "closed_at"))
    rows = [_seat(team, person, stretch, left.get(person)) for person, stretch in stretches.items()]
    return [row for row in rows if row.until is None or row.since < row.until]


def _seat(
    team: VirtualTeam, person: int, stretches: list[tuple[datetime, datetime | None]], left: datetime | None
) -> Grant:
    ends = [until for _, until in stretches]
    latest = None if None in ends else max(one for one in ends if one is not None)
    until = min((one for one in (latest, left, team.closed_at) if one is not None), default=None)
    since = max(team.opened_at, min(since for since, _ in stretches))
    return Grant(person_id=person, verb=Verb.MEMBER, team_id=team.pk, since=since, until=until)


def follow(team: VirtualTeam, now: datetime) -> None:
    """Bring the seats in a team in line with it."""
    grants.follow(team, seats(team), now)


def follow_assignments(ids: Iterable[int], now: datetime) -> None:
    """Bring the seats in line in all teams to which these assignments belong."""
    teams = VirtualMember.objects.filter(assignment_id__in=list(ids)).values("record_id")
    for team in VirtualTeam.objects.filter(pk__in=teams).order_by("pk"):
        follow(team, now)
