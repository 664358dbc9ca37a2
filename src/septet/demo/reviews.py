"""The management's reviews of the demo: a release that may go, and the monthly look at the running of services."""

from datetime import datetime, timedelta
from typing import Any

from septet.demo.stage import Stage
from septet.team.reviews.items import items_of
from septet.team.reviews.models import Review
from septet.team.tasks.closing import open_mandatory

# Role cluster, who speaks for it, who in their place, what they handed in, how they voted, and under which conditions.
READINESS = (
    ("release", "helen", "miriam", "All prerequisites are met; 412 of 412 acceptance tests passed.", "go", ""),
    ("infrastructure", "carla", "piotr", "The new servers have room for twice the load.", "go", ""),
    ("support", "jonas", "priya", "First and second support are named and trained.", "go", ""),
    (
        "operations", "yuki", "george", "Backup and monitoring are in place; the restore took four hours.",
        "go-with-conditions", "The restore is tried once more, on the machine that it would be needed on.",
    ),
    ("partner", "owen", "", "No supplier is concerned.", "abstain", ""),
    ("security", "nadia", "", "The scan found nothing of weight.", "go", ""),
    ("service", "miriam", "", "Brokers and departments were told twice.", "go", ""),
)  # fmt: skip
SLOW_RESTORE = "The restore of the policy database took four hours; two are promised."
ROUND = (
    ("operations", "george", "yuki", "Two jobs of 640 were late, both behind the backup of storage-1."),
    ("infrastructure", "piotr", "carla", "storage-1 will be full in eleven weeks."),
    ("support", "jonas", "priya", "Printing is a third of all calls; the drum of floor 2 is the reason."),
    ("security", "nadia", "", "Four accounts of people who left were found and closed."),
)


def play_reviews(stage: Stage) -> None:
    """Hold both reviews, and prepare the next."""
    _readiness(stage)
    _operations(stage)


def _readiness(stage: Stage) -> None:
    asked, met = stage.ago(8, "09:00"), stage.ago(3, "14:00")
    stage.open(
        "review", "readiness", asked, "helen", title="Is PolicyBase 7.2 ready?", type="release-readiness",
        subject="@change-policybase", planned_at=met.isoformat(), place="Room 3.12", owner="@helen",
        facilitator="@miriam", minutes_taker="@jonas",
    )  # fmt: skip
    for cluster, person, deputy, *_ in READINESS:
        _seat(stage, "readiness", asked, "helen", cluster, person, deputy)
    for hours, (cluster, person, _, evidence, _, _) in enumerate(READINESS):
        at = met - timedelta(days=1, hours=hours)
        shown_by = ["@change-policybase"] if cluster == "release" else []
        stage.act("readiness", "hand-in", at, person, evidence=evidence, preliminary="go", shown_by=shown_by)
    speakers = {cluster: person for cluster, person, *_ in READINESS}
    for line, item in items_of(Review.objects.get(pk=stage["readiness"].pk)).items():
        found = {"severity": "minor", "finding": SLOW_RESTORE} if item.element == "Backup" else {}
        at = met - timedelta(hours=5) + timedelta(minutes=line)
        stage.act("readiness", "answer-item", at, speakers.get(item.cluster, "helen"), line=line, answer="yes", **found)
    stage.act("readiness", "hold", met, "helen")
    for minutes, (cluster, person, deputy, _, vote, conditions) in enumerate(READINESS, start=40):
        # Yuki is ill that day; George stands in.
        by = deputy if person == "yuki" else person
        at = met + timedelta(minutes=minutes)
        stage.act("readiness", "vote", at, by, vote=vote, conditions=conditions or None, cluster=cluster)
    stage.act("readiness", "decide", met + timedelta(minutes=50), "helen")
    _write_down(
        stage, "readiness", met + timedelta(hours=2), "helen", "jonas",
        "**Go on Sunday**, if the restore is tried once more before. Jonas prepares a page of answers for the desk.",
    )  # fmt: skip
    _order(
        stage, "readiness", met + timedelta(hours=2), "helen", "Try the restore on srv-db-1", "yuki", 2, "Its duration"
    )
    _order(
        stage, "readiness", met + timedelta(hours=2), "helen", "Write answers for the desk", "jonas", 3, "The article"
    )
    stage.act("readiness", "follow-up", met + timedelta(days=2, hours=3), "helen")


def _operations(stage: Stage) -> None:
    asked, met = stage.ago(45, "09:00"), stage.ago(32, "10:00")
    stage.open(
        "review", "operations", asked, "miriam", title="Operations review", type="operations", owner="@george",
        planned_at=met.isoformat(), zone="Europe/Berlin", minutes_taker="@piotr", place="Room 2.01",
        period_start=(met - timedelta(days=30)).date().isoformat(), period_end=(met.date()).isoformat(),
    )  # fmt: skip
    for cluster, person, deputy, _ in ROUND:
        _seat(stage, "operations", asked, "miriam", cluster, person, deputy)
    for hours, (_, person, _, evidence) in enumerate(ROUND, start=20):
        stage.act("operations", "hand-in", met - timedelta(hours=hours), person, evidence=evidence)
    stage.act("operations", "hold", met, "miriam")
    _order(
        stage,
        "operations",
        met,
        "miriam",
        "Move the backup of storage-1 to four o'clock",
        "george",
        -20,
        "Two quiet nights",
    )
    _order(stage, "operations", met, "miriam", "Ask for offers for more storage", "piotr", 14, mandatory=False)
    done = Review.objects.get(pk=stage["operations"].pk)
    _write_down(
        stage, "operations", met + timedelta(hours=3), "miriam", "piotr", "Jobs ran well but for two. Storage grows."
    )
    stage.act(
        open_mandatory(done)[0], "complete", stage.ago(21, "09:00"), "george", evidence="No job was late for a week."
    )
    stage.act("operations", "close", stage.ago(1.5), "miriam")
    following = Review.objects.get(previous_id=done.pk)
    for hours, (_, person, _, evidence) in enumerate(ROUND[2:]):
        stage.act(following, "hand-in", stage.ago(0.5) + timedelta(hours=hours), person, evidence=evidence)


def _seat(stage: Stage, review: str, at: datetime, by: str, cluster: str, person: str, deputy: str) -> None:
    named = {"deputy": f"@{deputy}"} if deputy else {}
    stage.act(review, "add-member", at, by, cluster=cluster, person=f"@{person}", **named)


def _write_down(stage: Stage, review: str, at: datetime, by: str, writer: str, minutes: str) -> None:
    """The minutes, two days for comments, and their end."""
    until = at + timedelta(days=2)
    stage.act(review, "issue-minutes", at, writer, minutes=minutes, comments_until=until.isoformat())
    stage.act(review, "close-comments", until + timedelta(minutes=3), by)


def _order(
    stage: Stage, review: str, at: datetime, by: str, title: str, owner: str, days: float, shows: str = "", **more: Any
) -> None:
    due = stage.ago(-days, "17:00").isoformat()
    stage.act(
        review, "add-action", at, by, title=title, owner=f"@{owner}", due_at=due, criterion=shows or None, **more
    )  # fmt: skip
