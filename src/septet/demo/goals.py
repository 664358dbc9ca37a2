"""What the role clusters of the demo are held to."""

from dataclasses import dataclass, field
from typing import Any

from septet.demo.stage import Stage

SET = 60
ZONE = "Europe/Berlin"


@dataclass(frozen=True, slots=True)
class Aim:
    """A goal: its key, owner, words, indicator, target and threshold."""

    key: str
    owner: str
    title: str
    indicator: str
    target: str
    threshold: str = ""
    more: dict[str, Any] = field(default_factory=dict)


MONTH = {"period": "month"}
AIMS = (
    Aim("first-contact", "miriam", "Half of all contacts end at once", "interaction.first-contact", "50 %", "40 %"),
    Aim("reopened", "miriam", "Few incidents come back", "incident.reopened", "5 %", "8 %"),
    Aim("urgent", "miriam", "Urgent incidents are over within four hours", "incident.time-to-resolve", "90 %", "75 %",
        {"limit": "4h", "priority": 1}),
    Aim("resolved", "miriam", "Half of all incidents are over in 8 hours", "incident.time-to-resolve", "8h", "1 day",
        {"statistic": "median"}),
    Aim("hand-overs", "miriam", "Incidents are not passed around", "incident.hand-overs", "0.5", "1"),
    Aim("backlog", "miriam", "The desk keeps up", "incident.backlog", "30", "45"),
    Aim("age", "miriam", "Nobody waits for ever", "incident.backlog-age", "14 days", "30 days", {"statistic": "p90"}),
    Aim("article", "sven", "What helped is written down", "incident.with-article", "40 %", "25 %"),
    Aim("changes", "helen", "Changes work", "change.success", "95 %", "90 %", {"days": 90}),
    Aim("on-time", "helen", "Changes end when they were to end", "change.on-time", "90 %", "80 %", {"days": 90}),
    Aim("emergency", "helen", "Few changes are emergencies", "change.emergency", "10 %", "20 %", {"days": 90}),
    Aim("lessons", "helen", "Changes leave lessons", "change.with-lesson", "50 %", "30 %", {"days": 90}),
    Aim("answered", "miriam", "People are answered in time", "incident.response-in-time-of-all", "95 %", "85 %"),
    Aim("in-time", "miriam", "Incidents are resolved in time", "incident.resolution-in-time-of-all", "95 %", "85 %",
        {"consequence": "review"}),
    Aim("covered", "miriam", "Every cluster answers for every service", "service.covered", "100 %", "90 %"),
    Aim("agreed", "miriam", "Every service has an agreement", "service.with-agreement", "100 %", "60 %"),
    Aim("monitoring", "george", "We know before people call", "incident.by-monitoring", "20 %", "10 %"),
    Aim("mail", "yuki", "Mail has no major incidents", "incident.major", "5 %", "10 %", {"service": "@mail", **MONTH}),
)  # fmt: skip


def set_goals(stage: Stage) -> None:
    """Set all goals, valid for as long as there have been records."""
    then = stage.ago(SET, "09:00")
    for aim in AIMS:
        stage.open(
            "goal",
            f"goal-{aim.key}",
            then,
            "miriam",
            title=aim.title,
            indicator=aim.indicator,
            target=aim.target,
            threshold=aim.threshold,
            owner=f"@{aim.owner}",
            zone=ZONE,
            **aim.more,
        )
