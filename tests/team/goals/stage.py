"""Goals and past work, in few words."""

import itertools
from datetime import UTC, datetime
from typing import Any

from septet.kernel import bulk
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.models import ExternalKey
from septet.lib.drafts import Draft, Link
from septet.team.goals import following, reading
from septet.team.goals.indicators import Unit, declared
from septet.team.goals.models import Goal
from septet.team.goals.reading import GoalValue
from septet.team.goals.sets import Which, asked_period, behind
from septet.team.goals.specs import Spec, of_goals

NOW = datetime(2024, 4, 12, 12, tzinfo=UTC)
_count = itertools.count(1)
TARGETS = {Unit.PERCENT: "50 %", Unit.SECONDS: "4h", Unit.COUNT: "10"}


def at(text: str) -> datetime:
    """A moment of 2024 in UTC: `03-02 10:00`."""
    return datetime.fromisoformat(f"2024-{text}:00+00:00")


def opened(kind: str, when: str, **values: Any) -> Any:
    """A record that was opened then."""
    fields = {"title": "Something", **values}
    return create(kind, OPERATOR, via="api", at=at(when), fields={"opened_at": at(when).isoformat(), **fields})


def done(record: Any, action: str, when: str, **values: Any) -> Any:
    """An action that was done then; the journal entry."""
    return perform(record, action, OPERATOR, via="api", at=at(when), params=values)


def brought(kind: str, when: str, *links: tuple[str, Any], **fields: Any) -> Any:
    """A record as another system had it, opened then."""
    key = f"{kind}-{next(_count)}"
    tied = [Link(relation, target.pk) for relation, target in links]
    draft = Draft(kind, ("test", key), {"title": "Something", **fields}, at(when), links=tied)
    report = bulk.write([draft], OPERATOR, request=new_request())
    assert not report.refused
    return reload(ExternalKey.objects.get(source="test", key=key).record)


def goal(indicator: str, **values: Any) -> Any:
    """A goal over calendar years, in UTC unless told otherwise."""
    statistic = values.get("statistic", "median")
    unit = Unit.PERCENT if statistic == "within" else declared[indicator].unit
    fields = {"title": indicator, "indicator": indicator, "target": TARGETS[unit], "period": "year", **values}
    return create("goal", OPERATOR, via="api", fields=fields)


def spec(one: Any) -> Spec:
    """What a goal says."""
    return of_goals([Goal.objects.get(pk=one.pk)])[0]


def come_to(one: Any, period: str = "2024") -> GoalValue:
    """What a goal comes to in a period once all is measured."""
    assert following.catch_up()
    found = spec(one)
    return reading.whole_value(found, OPERATOR, asked_period(found, period, NOW), NOW)


def figures(one: Any, period: str = "2024") -> Any:
    """Numerator, denominator and value."""
    found = come_to(one, period)
    return found.numerator, found.denominator, found.value


def records(one: Any, which: Which, period: str = "2024") -> set[int]:
    """The ids of the records behind a number."""
    found = spec(one)
    rows = found.one.rows().filter(behind(found, which, asked_period(found, period, NOW), NOW))
    return set(rows.values_list("pk", flat=True))
