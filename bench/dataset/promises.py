"""What was promised: office hours, an agreement for everybody with times by priority, and some goals."""

from datetime import datetime
from typing import Any

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Record

# Priority, time to respond, time to resolve, around the clock.
TIMES = (
    (1, "15 min", "4 h", True),
    (2, "1 h", "10 h", False),
    (3, "4 h", "20 h", False),
    (4, "10 h", "50 h", False),
    (5, "20 h", "100 h", False),
)
GOALS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("incident.time-to-resolve", "90 %", {"limit": "4h", "priority": 1}),
    ("incident.reopened", "5 %", {}),
    ("incident.backlog", "30", {}),
    ("incident.with-article", "40 %", {}),
    ("incident.by-monitoring", "20 %", {}),
    ("incident.major", "5 %", {"period": "month"}),
)


def agree(began: datetime) -> None:
    """Sign the agreement, in force since `began`, before there is anything to be judged by it."""
    if Record.objects.filter(kind="agreement").exists():
        return
    weekly = {day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
    hours = create(
        "business-calendar", OPERATOR, via="cli", title="Office hours", zone="Europe/Berlin", weekly=weekly, at=began
    )
    signed = create(
        "agreement", OPERATOR, via="cli", title="IT for everybody", calendar=hours, valid_from=began, at=began
    )
    for priority, respond, resolve, always in TIMES:
        for metric, within in (("response", respond), ("resolution", resolve)):
            given = {"metric": metric, "priority": priority, "within": within, "around_the_clock": always}
            perform(signed, "set-target", OPERATOR, via="cli", at=began, params=given)
    for step in ("negotiate", "agree", "activate"):
        perform(signed, step, OPERATOR, via="cli", at=began)


def aim(began: datetime) -> None:
    """Set the goals, after what they measure is there."""
    if Record.objects.filter(kind="goal").exists():
        return
    for indicator, target, more in GOALS:
        fields = {"title": indicator, "indicator": indicator, "target": target, "zone": "Europe/Berlin", **more}
        create("goal", OPERATOR, via="cli", fields=fields, at=began)
