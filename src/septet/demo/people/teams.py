"""Who does what in IT: teams and their owners, places, skills, and when people are away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from septet.demo.chance import seeded
from septet.demo.organisation import LONG_AGO, MANAGER
from septet.demo.people.staff import STAFF, STAFF_BY_KEY, Colleague, members
from septet.demo.rhythm import BY_KEY, free_days, hours_of
from septet.demo.staffing import WORK
from septet.demo.stage import Stage
from septet.lib.calendars import Calendar
from septet.team.standard.load import read

SEED = 7
# The function teams of the standard model that the demo has under names of its own.
OWN_NAMES = {
    "service-desk": "desk",
    "production-support": "second",
    "network-administration": "networks",
    "availability-management": "servers",
    "change-management": "changes",
    "network-security": "security",
    "service-level-management": "management",
    "suppliers": "suppliers",
}
SETTLED = {person for _, person, *_ in WORK}
# Days ago, working days, and what for: for everybody, moved by chance. Less than nothing is to come.
LEAVE = (
    (395, 5, "leave"),
    (290, 5, "leave"),
    (225, 2, "training"),
    (120, 10, "leave"),
    (20, 5, "leave"),
    (-32, 5, "leave"),
)
# Who is away today and in the days to come, so that a deputy can be seen at work: days ago, how long, what for.
AWAY_NOW = {
    "yuki": (2, 5, "leave"),
    "graham": (2, 8, "leave"),
    "zainab": (0, 3, "training"),
    "piotr": (-3, 5, "leave"),
    "owen": (-6, 2, "travel"),
}
DESK_ENDS = time(18)
REMEMBERED = 75


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which somebody is away, by the days of their site."""

    who: str
    first: date
    last: date
    sort: str

    def bounds(self) -> tuple[datetime, datetime]:
        """From the first midnight to the one after the last day."""
        zone = ZoneInfo(BY_KEY[STAFF_BY_KEY[self.who].site].zone)
        begins = datetime.combine(self.first, time(), zone)
        return begins.astimezone(UTC), datetime.combine(self.last + timedelta(days=1), time(), zone).astimezone(UTC)


@dataclass
class Presence:
    """When everybody of IT is at work."""

    now: datetime
    away: list[Away] = field(default_factory=list)
    _known: dict[str, Calendar] = field(default_factory=dict)

    def hours(self, who: str) -> Calendar:
        """When somebody is at work."""
        if who not in self._known:
            days = {day for one in self.away if one.who == who for day in _days(one.first, one.last)}
            self._known[who] = hours_of(STAFF_BY_KEY[who].site, days, time(8), DESK_ENDS)
        return self._known[who]

    def employed(self, who: str, at: datetime) -> bool:
        """Whether somebody worked here then."""
        one, ago = STAFF_BY_KEY[who], self.now - at
        joined = not one.joined or ago < timedelta(days=one.joined - 1)
        # Whoever is about to leave takes on nothing new.
        return joined and (not one.left or ago > timedelta(days=one.left + 2))

    def is_away(self, who: str, at: datetime) -> bool:
        """Whether somebody was away then."""
        return any(since <= at < until for since, until in self._bounds.get(who, ()))

    @cached_property
    def _bounds(self) -> dict[str, list[tuple[datetime, datetime]]]:
        found: dict[str, list[tuple[datetime, datetime]]] = {}
        for one in self.away:
            found.setdefault(one.who, []).append(one.bounds())
        return found


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def plan_absences(stage: Stage) -> Presence:
    """When people are away: never at the same time as those who stand in for them."""
    chance, found = seeded(SEED), Presence(stage.now)
    taken: dict[str, set[date]] = {one.key: set() for one in STAFF}
    today = stage.now.date()
    for who, (ago, length, sort) in AWAY_NOW.items():
        _take(found, taken, STAFF_BY_KEY[who], today - timedelta(days=ago), length, sort)
    for colleague in STAFF:
        for ago, length, sort in LEAVE:
            for _ in range(6):
                day = today - timedelta(days=ago + chance.randint(-18, 18))
                day -= timedelta(days=day.weekday())
                recent = -4 < (today - day).days < 15
                here = found.employed(colleague.key, datetime.combine(day, time(12), UTC))
                if not recent and here and _take(found, taken, colleague, day, length, sort):
                    break
    return found


def _take(found: Presence, taken: dict[str, set[date]], who: Colleague, first: date, length: int, sort: str) -> bool:
    """Note an absence of so many working days, unless the person or somebody who stands in is away then."""
    free, last, left = free_days(who.site), first, length
    while True:
        left -= last.weekday() < 5 and last not in free
        if left <= 0:
            break
        last += timedelta(days=1)
    days = set(_days(first, last))
    near = {place.deputy for place in who.places if place.deputy}
    near |= {one.key for one in STAFF if any(place.deputy == who.key for place in one.places)}
    if any(days & taken[one] for one in (who.key, *near)):
        return False
    taken[who.key] |= days
    found.away.append(Away(who.key, first, last, sort))
    return True


def set_up_teams(stage: Stage) -> None:
    """The other function teams of the standard model, each with its owner, its members and what they can do."""
    then, teams = stage.ago(LONG_AGO, "07:30"), read("function-teams")
    others = {key: told for key, told in teams.items() if key not in OWN_NAMES}
    texts = ("title", "cluster", "description", "answers_for", "consults", "informs")
    stage.write(
        stage.draft(
            "function-team",
            key,
            then,
            **{name: told[name] for name in texts},
            default_role=told["role"],
            activities="\n".join(f"- {one}" for one in told["activities"]),
            **_owner(key),
        )
        for key, told in others.items()
    )
    for key, told in others.items():
        for skill, (level, people) in told["needs"].items():
            stage.act(key, "need-skill", then, MANAGER, skill=f"septet:{skill}", level=level, people=people)
    for colleague in STAFF:
        _give_places(stage, colleague)
    _teach(stage, {OWN_NAMES.get(key, key): told for key, told in teams.items()})


def _owner(team: str) -> dict[str, str]:
    here = [who for who in members(team) if not STAFF_BY_KEY[who].left]
    return {"owner": f"@{here[0]}"} if here else {}


def _give_places(stage: Stage, colleague: Colleague) -> None:
    """Places beyond those that the demo's own teams have given already."""
    begun = stage.ago(colleague.joined, "07:05") if colleague.joined else stage.ago(LONG_AGO, "08:00")
    roles = {OWN_NAMES.get(key, key): told["role"] for key, told in read("function-teams").items()}
    for place in colleague.places:
        if colleague.key in SETTLED and place.team in OWN_NAMES.values():
            continue
        key = f"{colleague.key}-{place.team}"
        deputy = {"deputy": f"@{place.deputy}"} if place.deputy else {}
        role = place.role or ("agent" if place.team in OWN_NAMES.values() else roles[place.team])
        stage.open(
            "assignment",
            key,
            begun,
            person=f"@{colleague.key}",
            team=f"@{place.team}",
            role=role,
            share=place.share,
            starts_at=begun.isoformat(),
            **deputy,
        )
        stage.act(key, "activate", begun)


def _teach(stage: Stage, teams: dict[str, dict[str, dict[str, list[int]]]]) -> None:
    """Everybody knows what their teams need, as well as they know things; some have it in writing."""
    then, chance = stage.ago(LONG_AGO - 20, "10:00"), seeded(SEED + 1)
    for colleague in STAFF:
        if colleague.key in SETTLED:
            continue
        known: dict[str, int] = {}
        for place in colleague.places:
            for skill, (level, _) in teams[place.team]["needs"].items():
                best = min(4, colleague.skill if place.share >= 50 else max(level, colleague.skill - 1))
                known[skill] = max(best, known.get(skill, 0))
        at = max(then, stage.ago(colleague.joined - 14, "10:00")) if colleague.joined else then
        for skill, level in known.items():
            written = {}
            if level >= 3 and chance.random() < 0.35:
                ends = stage.now.date() + timedelta(days=chance.randint(-20, 700))
                written = {
                    "certificate": f"{skill.replace('-', ' ').capitalize()} {chance.randint(101, 499)}",
                    "expires_on": ends.isoformat(),
                }
            stage.act(colleague.key, "set-skill", at, MANAGER, skill=f"septet:{skill}", level=level, **written)


def note_absences(stage: Stage, presence: Presence) -> None:
    """Note who is away when, and who is back."""
    for number, one in enumerate(presence.away):
        begins, ends = one.bounds()
        # Of what is long past, nobody asks any more.
        if ends < stage.ago(REMEMBERED) or (stage.scale < 1 and ends < stage.now and number % 12):
            continue
        # Hers is told with the staff.
        if one.who == "yuki" and begins <= stage.now < ends:
            continue
        key, noted = f"absence-{number + 1}", min(begins - timedelta(days=30), stage.now - timedelta(days=5))
        titles = {"leave": "Leave", "training": "Training", "travel": "On a visit"}
        stage.open(
            "absence",
            key,
            noted,
            one.who,
            title=titles[one.sort],
            person=f"@{one.who}",
            sort=one.sort,
            starts_at=begins.isoformat(),
            ends_at=ends.isoformat(),
        )
        if ends <= stage.now:
            stage.act(key, "come-back", ends, one.who)
        elif begins <= stage.now:
            stage.act(key, "begin", begins)


def let_leave(stage: Stage) -> None:
    """Those who left IT are gone, and so are their places."""
    for colleague in STAFF:
        if colleague.left:
            at = stage.ago(colleague.left, "16:00")
            for place in colleague.places:
                stage.act(f"{colleague.key}-{place.team}", "end", at, MANAGER, ends_at=at.isoformat())
            stage.act(colleague.key, "leave", at, MANAGER)
