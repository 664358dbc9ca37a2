"""What happened: incidents with their lives, denser by day and on weekdays, from fourteen months back to now."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import numpy as np

from bench.dataset.organisation import SOURCE, Organisation
from bench.dataset.words import Words
from septet.lib.drafts import Draft, Link, Step

DAYS = 425
# How much is reported in each hour of a day, and on each day of a week beginning with Monday.
BY_HOUR = (1, 1, 1, 1, 1, 2, 5, 20, 45, 50, 48, 42, 30, 38, 42, 40, 34, 24, 10, 6, 4, 3, 2, 2)
BY_WEEKDAY = (11, 10, 10, 10, 9, 4, 4)
CATEGORIES = ("application", "hardware", "network", "account", "printing", "mail", "telephony", "security", "other")
CODES = ("workaround", "repaired", "replaced", "configured", "restarted", "user-error", "no-fault")
CHANNELS = ("phone", "phone", "mail", "mail", "portal", "monitoring", "chat")
WAITING = ("user", "user", "supplier", "change")


def drafts(size: int, held: Organisation, items: list[int], now: datetime) -> Iterator[Draft]:
    """So many incidents in the order in which they were opened."""
    words = Words(seed=4)
    titles, stories, remarks = words.titles(), words.texts(12, 45), words.texts(6, 18)
    chance = Random(5)
    for number, opened in enumerate(_openings(size, now)):
        yield _Life(chance, held, opened, now).draft(number, next(titles), next(stories), next(remarks), items)


def _openings(size: int, now: datetime) -> list[datetime]:
    chance = np.random.default_rng(6)
    start = now - timedelta(days=DAYS)
    days = np.arange(DAYS)
    weights = np.array([BY_WEEKDAY[(start + timedelta(days=int(day))).weekday()] for day in days], float)
    day = chance.choice(days, size, p=weights / weights.sum())
    hours = np.roll(np.array(BY_HOUR, float), -start.hour)
    hour = chance.choice(24, size, p=hours / hours.sum())
    seconds = np.sort(day * 86_400.0 + hour * 3600 + chance.random(size) * 3600)
    return [start + timedelta(seconds=round(one, 3)) for one in seconds.tolist()]


class _Life:
    """One incident's way from its report to its end, as far as it has come by now."""

    def __init__(self, chance: Random, held: Organisation, opened: datetime, now: datetime) -> None:
        self.chance, self.held, self.at, self.opened, self.now = chance, held, opened, opened, now
        # A few teams have most of the work.
        self.team = min(int(len(held.teams) * chance.random() ** 1.7), len(held.teams) - 1)
        self.agent = self._agent()
        self.steps: list[Step] = []

    def draft(self, number: int, title: str, story: str, remark: str, items: list[int]) -> Draft:
        """The incident, its steps, and at every tenth the item that it affects."""
        chance, held = self.chance, self.held
        user, customer = held.users[int(len(held.users) * chance.random() ** 1.3)]
        fields: dict[str, object] = {
            "title": title,
            "description": story,
            "requester": user,
            "customer": customer,
            "service": held.services[int(len(held.services) * chance.random() ** 1.6)],
            "site": held.sites[chance.randrange(len(held.sites))],
            "category": chance.choice(CATEGORIES),
            "impact": min(5, 1 + int(5 * chance.random() ** 0.4)),
            "urgency": min(5, 1 + int(5 * chance.random() ** 0.7)),
            "channel": chance.choice(CHANNELS),
        }
        if number % 3 == 0:
            fields["extra"] = {"cost_centre": f"CC{chance.randrange(400):03d}", "floor": chance.randrange(12)}
        if number % 997 == 0:
            fields["confidentiality"] = "restricted"
        self._live(remark)
        links = [Link("affects", items[chance.randrange(len(items))], self.opened)] if number % 10 == 0 else []
        return Draft("incident", (SOURCE, f"incident-{number}"), fields, self.opened, self.steps, links)

    def _live(self, remark: str) -> None:
        chance = self.chance
        if not self._step(chance.expovariate(1 / 15), "assign", state="assigned", team=self.held.teams[self.team]):
            return
        if chance.random() < 0.02:
            self._step(chance.expovariate(1 / 60), "cancel", state="cancelled")
            return
        if chance.random() < 0.1:
            self.team = chance.randrange(len(self.held.teams))
            self.agent = self._agent()
            self._step(chance.expovariate(1 / 90), "escalate", team=self.held.teams[self.team])
        self._step(chance.expovariate(1 / 45), "start", state="in-progress", owner=self.agent)
        if chance.random() < 0.15:
            self._step(0.5, "comment", note=remark)
        if chance.random() < 0.12:
            self._step(chance.expovariate(1 / 120), "wait", state="waiting", waiting_for=chance.choice(WAITING))
            self._step(chance.expovariate(1 / 1500), "resume", state="in-progress", waiting_for="")
        # Half are resolved within some hours, a few take months.
        minutes = chance.lognormvariate(5.7, 1.7)
        resolved = self.at + timedelta(minutes=minutes)
        done = self._step(
            minutes,
            "resolve",
            state="resolved",
            cause=remark,
            resolution=remark,
            resolution_code=chance.choice(CODES),
            resolved_at=resolved.isoformat(),
        )
        if done:
            self._step(chance.expovariate(1 / 2900), "close", state="closed")

    def _step(self, minutes: float, action: str, note: str = "", **fields: object) -> bool:
        """One more step so much later; False, and none from then on, once it lies in the future."""
        self.at += timedelta(minutes=minutes)
        if self.at >= self.now:
            return False
        self.steps.append(Step(self.at, action, fields, note, self.agent))
        return True

    def _agent(self) -> int:
        return self.chance.choice(self.held.agents[self.team])
