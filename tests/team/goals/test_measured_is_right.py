"""Whatever happens to records, in whatever order it is learnt: what was measured step by step is what measuring
everything anew finds, and each number is as long as the list of its records."""

import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest

from septet.kernel import bulk
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import SeptetError
from septet.kernel.models import Entry
from septet.kernel.undo import undo_entry, undo_request
from septet.lib.drafts import Draft, Step
from septet.lib.periods import DAY, Period
from septet.team.goals import courses, following, measuring, reading
from septet.team.goals.indicators import declared
from septet.team.goals.models import Course, DayValue, Dirty, PeriodValue
from septet.team.goals.sets import behind
from septet.team.goals.specs import Spec, specs
from tests.team.goals.stage import NOW, done, goal, opened

pytestmark = pytest.mark.django_db

FIRST = NOW - 12 * DAY
KINDS = ("incident", "interaction", "change")
ZONES = ("UTC", "Pacific/Auckland")
MORE: dict[str, dict[str, Any]] = {
    "incident.time-to-resolve": {"limit": "20h", "target": "50 %"},
    "incident.backlog-age": {"statistic": "p90"},
    "change.lead-time": {"statistic": "mean"},
}
Doing = tuple[str, dict[str, Any]]


class World:
    """Some records, to which things happen at random: now or in the past, done, undone, imported, imported again."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        teams = [create("function-team", OPERATOR, via="api", title=name, cluster="support") for name in ("A", "B")]
        self.teams = [one.number for one in teams]
        self.services = [create("service", OPERATOR, via="api", title=name) for name in ("Mail", "Web")]
        promised = opened("agreement", "04-01 00:00")
        for metric, within in (("response", "1h"), ("resolution", "24h")):
            done(promised, "set-target", "04-01 00:00", metric=metric, kind="incident", within=within)
        for action in ("negotiate", "agree", "activate"):
            done(promised, action, "04-01 00:00")
        self.records: list[Any] = []
        self.requests: list[str] = []
        self.drafts: list[Draft] = []
        for kind in KINDS * 2:
            self._open(kind)

    def something(self) -> None:
        """Let something happen; what the rules refuse does not."""
        with suppress(SeptetError):
            self.chance.choice(
                [self._open, self._act, self._act, self._act, self._edit, self._tie, self._undo, self._bring_in]
            )()

    def _moment(self) -> datetime:
        """Now, or some time before, now and then exactly on the edge of a day."""
        day = self.chance.choice([NOW, NOW, FIRST + self.chance.randrange(12) * DAY])
        back = self.chance.choice([12 * 3600, self.chance.randrange(90_000)])
        return min(NOW, max(day - timedelta(seconds=back), FIRST))

    def _open(self, kind: str = "") -> None:
        chosen = kind or self.chance.choice(KINDS)
        fields: dict[str, Any] = {"title": "x", "impact": 3, "service": self.chance.choice(self.services).number}
        if chosen == "change":
            fields |= {"reason": "x", "type": self.chance.choice(["standard", "minor", "emergency"])}
        self.records.append(create(chosen, OPERATOR, via="api", at=self._moment(), fields=fields))

    def _perform(self, record: Any, action: str, values: dict[str, Any]) -> None:
        request = new_request()
        perform(record, action, OPERATOR, via="api", at=self._moment(), request=request, params=values)
        self.requests.append(request)

    def _act(self) -> None:
        record = reload(self.chance.choice(self.records))
        self._perform(record, *self.chance.choice(self._doings(record.kind)))

    def _doings(self, kind: str) -> list[Doing]:
        why = {"reason": "x"}
        found: list[Doing] = [("withdraw", {}), ("restore", {}), ("comment", {"text": "x"})]
        if kind == "incident":
            team = {"team": self.chance.choice(self.teams)}
            found += [("resolve", {"cause": "x"}), ("reopen", why), ("close", {}), ("cancel", why)] * 2
            found += [("assign", team), ("escalate", {**team, **why}), ("mark-major", why)] * 2
        elif kind == "interaction":
            first = {"answer": "x", "first_contact": self.chance.random() < 0.5, "handle_seconds": 60}
            found += [("answer", first), ("close", {}), ("reopen", why)] * 2
        else:
            found += [("start-at-once", why), ("complete", {}), ("back-out", why), ("review", {"notes": "x"})] * 2
            found += [("close", {"no_lesson_because": "x"}), ("cancel", why)]
        return found

    def _edit(self) -> None:
        record = reload(self.chance.choice(self.records))
        values: list[dict[str, Any]] = [
            {"service": self.chance.choice(self.services).number},
            {"impact": self.chance.randrange(1, 6)},
            {"opened_at": self._moment().isoformat()},
        ]
        self._perform(record, "edit", self.chance.choice(values))

    def _tie(self) -> None:
        incidents = [one for one in self.records if one.kind == "incident"]
        change = self.chance.choice([one for one in self.records if one.kind == "change"])
        action = self.chance.choice(["relate", "relate", "unrelate"])
        values = {"type": "caused-by", "target": change.number}
        self._perform(reload(self.chance.choice(incidents)), action, values)

    def _undo(self) -> None:
        if self.requests and self.chance.random() < 0.7:
            undo_request(self.chance.choice(self.requests), OPERATOR, via="api")
        else:
            undo_entry(self.chance.choice(list(Entry.objects.values_list("pk", flat=True))), OPERATOR, via="api")

    def _bring_in(self) -> None:
        """Import an incident with a history, or one that came before with more of it."""
        begun = self._moment()
        draft = Draft("incident", ("test", str(self.chance.randrange(4))), {"title": "x", "impact": 2}, begun)
        for state in self.chance.sample(["assigned", "resolved", "in-progress", "closed"], self.chance.randrange(4)):
            draft.steps.append(Step(begun + self.chance.randrange(100) * timedelta(hours=1), "step", {"state": state}))
        draft.steps = [step for step in draft.steps if step.at <= NOW]
        request = new_request()
        bulk.write([draft], OPERATOR, request=request)
        self.requests.append(request)


@pytest.mark.parametrize("seed", range(3))
def test_step_by_step_is_the_same_as_anew(seed: int) -> None:
    world = World(seed)
    for place, key in enumerate(key for key, one in declared.items() if one.kind in KINDS):
        goal(key, period="rolling", days=3, zone=ZONES[place % 2], **MORE.get(key, {}))
    goal("incident.opened", period="week", service=world.services[0].number, priority=3)
    goal("change.success", period="month", service=world.services[1].number)
    for turn in range(45):
        world.something()
        if turn % 4 == 0:
            assert following.catch_up()
    assert following.catch_up()
    assert not Dirty.objects.exists()
    for one in Course.objects.all():
        anew = next(courses.courses_of({one.pk: one.kind}))
        assert courses.row(one) == courses.row(anew)
    for spec in specs():
        assert_measured(spec)


def assert_measured(spec: Spec) -> None:
    """The days of a goal are what measuring finds, and its present period is as long as its lists."""
    days = list(Period(measuring.oldest_day(spec, NOW) - DAY, spec.today(NOW)).days())
    tallies = measuring.count(spec.one, days, spec.zone, {spec.scope}, NOW)
    anew = {day: (t.numerator, t.denominator, t.total, t.standing) for (_, day), t in tallies.items()}
    rows = DayValue.objects.filter(goal_id=spec.pk)
    held = {row.day: (row.numerator, row.denominator, row.total, row.standing) for row in rows}
    assert {day: one for day, one in held.items() if any(one)} == {day: one for day, one in anew.items() if any(one)}, (
        spec.title
    )
    for row in PeriodValue.objects.filter(goal_id=spec.pk):
        period = Period(row.first, row.last)
        found = {w: spec.one.rows().filter(behind(spec, w, period, NOW)).count() for w in ("counted", "made", "missed")}
        if not spec.one.per:
            assert found["counted"] == row.denominator, f"{spec.title} {period}"
        if spec.is_share:
            bad = row.numerator if spec.comparison == "at-most" else row.denominator - row.numerator
            assert (found["missed"], found["made"]) == (bad, row.denominator - bad), f"{spec.title} {period}"
        value = reading.value_of(spec, row)
        assert row.value == (None if value is None else float(value))
