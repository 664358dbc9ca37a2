"""The reviews that are held again and again: every month the running of services, every quarter the levels of Claims.

What their members bring is counted from the records of the time they look at.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from septet.demo.meetings import Seat, order, seat, write_down
from septet.demo.stage import Stage
from septet.kernel.models import Clock, Record
from septet.kernel.registry import registry
from septet.team.reviews.models import Review
from septet.team.tasks.closing import open_mandatory

ZONE = "Europe/Berlin"
ACTION_DONE, CLOSED, PREPARED = timedelta(days=11), timedelta(days=13), timedelta(hours=20)


@dataclass(frozen=True, slots=True)
class Round:
    """One meeting: what each seat says in the order of the seats, what was ordered from whom, what shows it, and the
    minutes."""

    says: tuple[str, ...]
    order: str
    owner: str
    shown: str
    minutes: str


@dataclass(frozen=True, slots=True)
class Series:
    """Reviews of one type that follow each other; the first `days` ago."""

    key: str
    title: str
    days: int
    rule: str
    period: int
    lead: str
    writer: str
    seats: tuple[Seat, ...]
    rounds: tuple[Round, ...]
    fields: dict[str, Any] = field(default_factory=dict)


OPERATIONS = Series(
    "operations", "Operations review", 362, "FREQ=MONTHLY;BYDAY=1TU", 30, "miriam", "piotr",
    (Seat("operations", "george", "yuki"), Seat("infrastructure", "piotr", "carla"), Seat("support", "jonas", "priya"),
     Seat("release", "helen", "astrid")),
    (
        Round(
            ("All jobs ran but three; each waited for a lock of the backup.", "No line was down for an hour.",
             "{incidents} incidents and {contacts} contacts. Printing is more than anything else.",
             "{changes} changes were made, {undone} of them taken back."),
            "Let the load of the warehouse begin after the backup", "yuki", "No job waited for a week.",
            "Jobs ran well but for three. Printing stays on the list.",
        ),
        Round(
            ("Restores were tried: files 9 minutes, mail 40, policies four hours.", "storage-2 is at 71 %.",
             "{incidents} incidents, of which the desk settled more than half; {contacts} contacts.",
             "{changes} changes, {undone} taken back. Two were made outside the window, both agreed."),
            "Find out why the restore of policies takes four hours", "yuki", "The disks are the limit; see the change.",
            "The restore of policies is too slow for what is promised.",
        ),
        Round(
            ("Monitoring saw 4 of 6 failures before users did.", "Two access points were moved in Porto.",
             "{incidents} incidents, {contacts} contacts. New colleagues ask about remote access.",
             "{changes} changes, {undone} taken back."),
            "Two more probes: queue of the printers, sessions of PolicyBase", "kofi", "Both are on the wall.",
            "Users still see failures of PolicyBase before us.",
        ),
        Round(
            ("No job failed for the first time in a year.", "The power supply of Leeds held 14 minutes.",
             "{incidents} incidents and {contacts} contacts; calm but for one Monday.",
             "{changes} changes, {undone} taken back. Standard changes are a third now."),
            "Write procedures for two more kinds of change", "astrid", "Disks and rules of the firewall.",
            "A calm month. More changes should follow a procedure.",
        ),
        Round(
            ("Two jobs of 640 were late, both behind the backup of storage-1.", "storage-1 is full in eleven weeks.",
             "{incidents} incidents, {contacts} contacts. The drum of floor 2 is the reason for many.",
             "{changes} changes, {undone} taken back."),
            "Move the backup of storage-1 to four o'clock", "george", "No job was late for a week.",
            "Jobs ran well but for two. Storage grows.",
        ),
    ),
    {"place": "Room 2.01"},
)  # fmt: skip
SERVICE_LEVELS = Series(
    "levels-claims", "Service levels of Claims", 330, "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10", 91, "miriam", "eleanor",
    (Seat("service", "miriam", "eleanor"), Seat("support", "margaret", "jonas"), Seat("partner", "owen", "paulo")),
    (
        Round(
            ("{kept} % of {clocked} incidents of Claims were over in time.",
             "{incidents} incidents of all; Claims asks for an answer by name.",
             "Lindqvist Soft answered within a day, but for one week in summer."),
            "Name one agent for Claims at each site", "margaret", "Jonas, Priya, Tomás.",
            "Marc Dubois is content with the times, not with being asked the same twice.",
        ),
        Round(
            ("{kept} % of {clocked} incidents of Claims were over in time.",
             "{contacts} contacts of all; short ones in the morning.",
             "Telcora missed its promise once: two hours without a line in Porto."),
            "Ask Telcora for a second line to Porto", "owen", "The offer is here; a change follows.",
            "The agreement fits. Porto needs a second line.",
        ),
    ),
    {"place": "Claims, floor 2", "subject": "@sla-claims"},
)  # fmt: skip


def play_series(stage: Stage) -> None:
    """Hold the reviews of a year, and prepare the next ones."""
    for series, least in ((OPERATIONS, 2), (SERVICE_LEVELS, 1)):
        _play(stage, series, least)


def _play(stage: Stage, series: Series, least: int) -> None:
    # A small demo begins later, so that there are fewer.
    days = max(series.days * min(stage.scale, 1.0), least * (series.period + 1) + CLOSED.days)
    first = stage.ago(days, "09:00")
    begun = first - timedelta(days=14)
    stage.open(
        "review", series.key, begun, series.lead, title=series.title, owner=f"@{series.lead}",
        type="sla" if series is SERVICE_LEVELS else "operations", planned_at=first.isoformat(), zone=ZONE,
        repeats=series.rule, minutes_taker=f"@{series.writer}", period_end=first.date().isoformat(),
        period_start=(first - timedelta(days=series.period)).date().isoformat(), **series.fields,
    )  # fmt: skip
    seat(stage, series.key, begun, series.lead, series.seats)
    review: Review | None = Review.objects.get(pk=stage.id(series.key))
    number = 0
    while review is not None:
        _hold(stage, series, review, series.rounds[number % len(series.rounds)])
        number += 1
        review = Review.objects.filter(previous_id=review.pk).first()


def _hold(stage: Stage, series: Series, review: Review, told: Round) -> None:
    met = review.planned_at
    counted = _counted(met - timedelta(days=series.period), met)
    for hours, (one, said) in enumerate(zip(series.seats, told.says, strict=True)):
        at = met - PREPARED + timedelta(hours=hours)
        stage.act(review, "hand-in", at, one.person, evidence=said.format_map(counted))
    stage.act(review, "hold", met, series.lead)
    order(
        stage, review, met, series.lead, told.order, told.owner, met + timedelta(days=12), criterion="What came of it"
    )
    write_down(stage, review, met + timedelta(hours=3), series.lead, series.writer, told.minutes)
    if met + ACTION_DONE <= stage.now:
        for task in open_mandatory(review):
            stage.act(task, "complete", met + ACTION_DONE, told.owner, evidence=told.shown)
    stage.act(review, "close", met + CLOSED, series.lead)


def _counted(since: datetime, until: datetime) -> dict[str, Any]:
    """What happened between two moments, as people say it."""
    opened = Record.objects.filter(opened_at__gte=since, opened_at__lt=until)
    made: Any = registry.types["change"].model._default_manager
    changes = made.filter(actual_end__gte=since, actual_end__lt=until)
    ended = Clock.objects.filter(kind="incident", metric="resolution", met_at__gte=since, met_at__lt=until)
    clocked = ended.filter(record__service__title="Claims handling")
    late = clocked.filter(breached_at__isnull=False).count()
    count = clocked.count()
    return {
        "incidents": f"{opened.filter(kind='incident').count():,}",
        "contacts": f"{opened.filter(kind='interaction').count():,}",
        "changes": changes.count(),
        "undone": changes.filter(outcome="backed-out").count(),
        "clocked": count,
        "kept": round(100 * (count - late) / count) if count else 100,
    }
