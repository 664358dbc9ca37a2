"""The management's reviews of the demo: a release that may go, and those that are held again and again."""

from datetime import timedelta

from septet.demo.meetings import Seat, order, seat, write_down
from septet.demo.review_series import play_series
from septet.demo.stage import Stage
from septet.team.reviews.items import items_of
from septet.team.reviews.models import Review

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


def play_reviews(stage: Stage) -> None:
    """Hold the review of a release, and those that come again."""
    _readiness(stage)
    play_series(stage)


def _readiness(stage: Stage) -> None:
    asked, met = stage.ago(8, "09:00"), stage.ago(3, "14:00")
    stage.open(
        "review", "readiness", asked, "helen", title="Is PolicyBase 7.2 ready?", type="release-readiness",
        subject="@change-policybase", planned_at=met.isoformat(), place="Room 3.12", owner="@helen",
        facilitator="@miriam", minutes_taker="@jonas",
    )  # fmt: skip
    seat(stage, "readiness", asked, "helen", [Seat(*one[:3]) for one in READINESS])
    for hours, (cluster, person, _, evidence, _, _) in enumerate(READINESS):
        at = met - timedelta(days=1, hours=hours)
        shown_by = ["@change-policybase"] if cluster == "release" else []
        stage.act("readiness", "hand-in", at, person, evidence=evidence, preliminary="go", shown_by=shown_by)
    speakers = {cluster: person for cluster, person, *_ in READINESS}
    for line, item in items_of(Review.objects.get(pk=stage["readiness"].pk)).items():
        found = {"severity": "minor", "finding": SLOW_RESTORE} if item.element == "Backup" else {}
        at = met - timedelta(hours=5) + timedelta(minutes=line)
        stage.act("readiness", "answer-item", at, speakers.get(item.cluster, "helen"), line=line, answer="yes", **found)
    stage.attach("readiness", met - timedelta(hours=4), "helen", "acceptance-tests.csv", _acceptance())
    stage.act("readiness", "hold", met, "helen")
    for minutes, (cluster, person, deputy, _, vote, conditions) in enumerate(READINESS, start=40):
        # Yuki is ill that day; George stands in.
        by = deputy if person == "yuki" else person
        at = met + timedelta(minutes=minutes)
        stage.act("readiness", "vote", at, by, vote=vote, conditions=conditions or None, cluster=cluster)
    stage.act("readiness", "decide", met + timedelta(minutes=50), "helen")
    after = met + timedelta(hours=2)
    write_down(
        stage, "readiness", after, "helen", "jonas",
        "**Go on Sunday**, if the restore is tried once more before. Jonas prepares a page of answers for the desk.",
    )  # fmt: skip
    for title, owner, days, shown in (
        ("Try the restore on srv-db-1", "yuki", 2, "Its duration"),
        ("Write answers for the desk", "jonas", 3, "The article"),
    ):
        order(stage, "readiness", after, "helen", title, owner, stage.ago(-days, "17:00"), criterion=shown)
    stage.act("readiness", "follow-up", met + timedelta(days=2, hours=3), "helen")


def _acceptance() -> str:
    """How the acceptance tests went, area by area."""
    areas = (
        ("Quotes", 96),
        ("Contracts", 118),
        ("Premiums", 74),
        ("Renewals", 58),
        ("Commissions", 41),
        ("Letters", 25),
    )
    return "area,tests,passed\n" + "".join(f"{area},{count},{count}\n" for area, count in areas)
