"""Who and what takes part in the history: users by site, agents at work, items by site."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from septet.demo.estate.equipment import Item
from septet.demo.people.staff import STAFF_BY_KEY, members
from septet.demo.people.teams import Presence
from septet.demo.people.users import User
from septet.demo.rhythm import PLACES, Openings, after, first_at_work
from septet.demo.stage import Stage
from septet.lib.calendars import Calendar

DESK = "desk"
# Working time in which somebody else takes over rather than to wait for who has it.
PATIENCE = timedelta(hours=30)
ITEM_SORTS = {
    "printer": "printer",
    "workstation": "workstation",
    "vm": "virtual-server",
    "host": "server",
    "db": "database",
}


@dataclass
class Cast:
    """What the writers of the history share."""

    stage: Stage
    users: Sequence[User]
    items: Sequence[Item]
    presence: Presence
    chance: Random

    def __post_init__(self) -> None:
        self.openings = Openings(self.chance, self.stage.now)
        self._at = {place.key: [one for one in self.users if one.site == place.key] for place in PLACES}
        self._teams: dict[str, list[str]] = {}
        self._items: dict[tuple[str, str], list[Item]] = {}

    def user_at(self, site: str, at: datetime) -> User:
        """Somebody at a site who worked there then; some ask much more often than others."""
        here = self._at[site]
        while True:
            one = here[int(len(here) * self.chance.random() ** 1.4)]
            if one.there(at):
                return one

    def team(self, team: str) -> list[str]:
        """Who works in a team, or did."""
        if team not in self._teams:
            self._teams[team] = members(team)
        return self._teams[team]

    def at_the_desk(self, site: str, at: datetime) -> str | None:
        """An agent of the desk who is at work then, of the same site if there is one."""
        here = [who for who in self.team(DESK) if who != "margaret" and self.is_at_work(who, at)]
        near = [who for who in here if STAFF_BY_KEY[who].site == site]
        return self.chance.choice(near or here) if here else None

    def is_at_work(self, who: str, at: datetime) -> bool:
        """Whether somebody is employed, not away, and within their hours."""
        return self.presence.employed(who, at) and self.presence.hours(who).is_open(at)

    def hours(self, who: str) -> Calendar:
        """When somebody is at work."""
        return self.presence.hours(who)

    def next_at_the_desk(self, site: str, at: datetime) -> tuple[str, datetime]:
        """The agent who comes to the desk first from a moment on, and when."""
        if (now := self.at_the_desk(site, at)) is not None:
            return now, at
        staff = [who for who in self.team(DESK) if who != "margaret" and self.presence.employed(who, at)]
        return first_at_work(staff, self.hours, at)

    def specialist(self, team: str, at: datetime, minutes: float) -> tuple[str, datetime]:
        """Somebody of a team who can begin at about a moment and has the time after it; and when they begin."""
        staff = [who for who in self.team(team) if self.presence.employed(who, at)]
        if not staff:
            staff = [who for who in self.team("monitoring") if self.presence.employed(who, at)]
        self.chance.shuffle(staff)
        found = []
        for who in staff:
            begun = after(self.hours(who), at, 0)
            done = after(self.hours(who), begun, minutes)
            found.append((done, begun, who))
            if begun - at < PATIENCE and done - begun < PATIENCE + timedelta(minutes=minutes * 3.4):
                return who, begun
        _, begun, who = min(found)
        return who, begun

    def item(self, sort: str, site: str) -> Item | None:
        """An item of a sort, at a site where that matters; or the one with this key."""
        key = sort, site if sort in {"printer", "workstation", "point", "switch"} else ""
        if key not in self._items:
            self._items[key] = [one for one in self.items if _fits(one, *key)]
        found = self._items[key] or ([] if key[1] == "" else [one for one in self.items if _fits(one, sort, "")])
        return self.chance.choice(found) if found else None


def _fits(one: Item, sort: str, site: str) -> bool:
    if site and one.site != site:
        return False
    if sort in {"point", "switch"}:
        return one.type == "network-device" and one.key.startswith("ap-" if sort == "point" else "sw-")
    if sort in ITEM_SORTS:
        return one.type == ITEM_SORTS[sort] and one.state == "live"
    return one.key == sort
