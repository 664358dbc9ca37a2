"""A change that worked in the evening and stopped a department in the morning: the wave of incidents, the way back, and
what was learnt."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from septet.demo.changes import Plan, play_change
from septet.demo.history.cast import Cast
from septet.demo.history.life import Life, Move, write
from septet.demo.meetings import Seat, order, seat, write_down
from septet.demo.organisation import MANAGER
from septet.demo.people.users import User
from septet.demo.stage import Stage
from septet.team.reviews.models import Review
from septet.team.tasks.closing import open_mandatory

# About so many days ago, on a Tuesday.
DAYS, TUESDAY = 35, 1
PLAN = Plan(
    "claimdesk-driver", "New database driver for ClaimDesk", "significant",
    "The driver in use gets no corrections any more.", "claims-handling",
    ("app-claimdesk", "srv-claims-1", "srv-claims-2", "srv-claims-3"), "aisha", "benedikt", DAYS, "17:00", 2, 4,
    "Install the old driver again; the package stays on the servers.",
    "Fifty sessions of the test robot for an hour: no error, no waiting.", 2, "complete",
)  # fmt: skip
CHANGE, MAJOR, LESSON = "change-claimdesk-driver", "claimdesk-stands-still", "lesson-driver"
CAUSE = "The new driver did not give back sessions after an error; by nine all 400 were gone."
CURE = "The change of the evening before was taken back. Please open ClaimDesk again."
WHY_BACK = "ClaimDesk stands still at three sites since half past eight; the new driver keeps every session."
TEXT = """**What happened.** The new driver keeps a session open after an error until somebody ends the program. The
test robot made no errors, so fifty sessions were enough all evening. Three hundred people make one every few minutes.

**What to look at.** `select count(*) from pg_stat_activity` on the claims database: more than 300 before nine is too
many.

**What we do otherwise now.** Before each release of ClaimDesk 300 sessions of the test robot run for an hour, and every
tenth makes an error. Sessions that wait are an alarm. The way back takes under fifteen minutes, and somebody who can go
it is there at eight."""


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody reported: so many minutes after the first, at which site, in which words."""

    minutes: int
    site: str
    title: str
    description: str
    channel: str = "phone"


REPORTS = (
    Report(4, "bremen", "ClaimDesk: 'no session available'", "It comes when I open the second claim."),
    Report(7, "leeds", "ClaimDesk will not let me in", "It was fine at eight, after my coffee it was not."),
    Report(9, "bremen", "ClaimDesk takes for ever", "The wheel turns since five minutes.", "portal"),
    Report(12, "porto", "ClaimDesk does not save", "A claim of this morning is gone.", "chat"),
    Report(15, "bremen", "Nobody on floor 2 can open a claim", "Eleven of us. Customers wait on the telephone."),
    Report(18, "leeds", "Claims cannot be opened in Leeds", "All of us in the claims room, about thirty.", "mail"),
    Report(21, "bremen", "ClaimDesk: white page after signing in", "Restarting the computer did not help.", "portal"),
    Report(26, "porto", "Payments of today are not shown", "The list stays empty.", "portal"),
    Report(33, "bremen", "Documents do not open beside the claim", "The claim opens, its documents do not."),
    Report(41, "leeds", "Error 503 in ClaimDesk", "Since about nine.", "portal"),
    Report(52, "bremen", "ClaimDesk throws me out again and again", "I sign in, and after a minute I am out.", "chat"),
    Report(66, "porto", "ClaimDesk: waiting for connection", "That is all it says.", "mail"),
)


def play_bad_change(cast: Cast) -> None:
    """The change, the morning after it, and what followed."""
    stage = cast.stage
    days = DAYS + (stage.now.weekday() - TUESDAY) % 7
    evening = play_change(stage, replace(PLAN, days=days))
    morning = (evening + timedelta(days=1)).replace(hour=6, minute=48)
    back = morning + timedelta(minutes=104)
    _stands_still(stage, morning, back)
    write(stage, [_reported(cast, number, one, morning, back) for number, one in enumerate(REPORTS, 1)])
    _learn(stage, back)


def _stands_still(stage: Stage, morning: datetime, back: datetime) -> None:
    """The first report becomes a major incident; the change is taken back."""

    def minutes(number: float) -> datetime:
        return morning + timedelta(minutes=number)

    stage.open(
        "incident", MAJOR, morning, "jonas", title="ClaimDesk stands still",
        description="No claim can be opened. It began shortly after half past eight and gets worse by the minute.",
        requester="@marc", customer="@claims", service="@claims-handling", site="@bremen", category="application",
        impact=2, urgency=1, channel="phone", affected_users=290,
    )  # fmt: skip
    told = f"partner:{stage['lindqvist-soft'].pk}"
    for at, name, by, params in (
        (2, "classify", "jonas", {"category": "application"}),
        (3, "relate", "jonas", {"type": "affects", "target": "@app-claimdesk"}),
        (4, "assign", "jonas", {"team": "@second"}),
        (6, "start", "aisha", {}),
        (19, "mark-major", "aisha", {"reason": "Nobody in Claims can work, at three sites.", "commander": "@aisha"}),
        (20, "comment", "aisha", {
            "text": "ClaimDesk stands still for everybody. We work on it and write here again by half past nine.",
            "audience": "requester",
        }),
        (31, "comment", "benedikt", {"text": "All 400 sessions are in use on all three servers; none comes back."}),
        (38, "share", "aisha", {"party": "@lindqvist-soft"}),
        (40, "comment", "aisha", {
            "text": "Since your new driver is in, sessions are not given back after an error. Is that known?",
            "audience": told,
        }),
        (71, "relate", "benedikt", {"type": "caused-by", "target": f"@{CHANGE}"}),
        (74, "comment", "aisha", {
            "text": "We take back the change of last evening. ClaimDesk should be there again at about half past ten.",
            "audience": "requester",
        }),
    ):  # fmt: skip
        stage.act(MAJOR, name, minutes(at), by, **params)
    stage.attach(MAJOR, minutes(33), "benedikt", "sessions.csv", _sessions(morning))
    stage.act(CHANGE, "back-out", back, "helen", reason=WHY_BACK)
    stage.act(
        MAJOR, "resolve", back + timedelta(minutes=9), "aisha", cause=CAUSE, resolution=CURE, resolution_code="change"
    )


def _sessions(morning: datetime) -> str:
    """Sessions of the claims database in use, minute by minute, until none was left."""
    rows = ["time,in use,waiting"]
    for minute in range(-18, 34):
        at, used = morning + timedelta(minutes=minute), min(400, round(61 * 1.1 ** (minute + 18)))
        rows.append(f"{at:%H:%M},{used},{max(0, minute - 2) * 3 if used == 400 else 0}")
    return "\n".join(rows) + "\n"


def _reported(cast: Cast, number: int, one: Report, morning: datetime, back: datetime) -> Life:
    """One of those who reported the same."""
    opened = morning + timedelta(minutes=one.minutes)
    user = _of_claims(cast, one.site, number, opened)
    agent, at = cast.next_at_the_desk(one.site, opened)
    by = user.key if one.channel == "portal" else agent
    life = Life("incident", f"claimdesk-{number}", opened, by, {
        "title": one.title, "description": one.description, "requester": f"@{user.key}", "customer": "@claims",
        "service": "@claims-handling", "site": f"@{one.site}", "category": "application", "impact": 4, "urgency": 2,
        "channel": one.channel,
    })  # fmt: skip
    life.links += [("affects", "app-claimdesk"), ("caused-by", CHANGE), ("child-of", MAJOR)]
    at += timedelta(minutes=2 + number % 3)
    resolved = back + timedelta(minutes=12 + 2 * number)
    told = {"cause": CAUSE, "resolution": CURE, "resolution_code": "change"}
    life.moves += [
        Move(at, "classify", agent, {"category": "application"}),
        Move(at + timedelta(minutes=1), "assign", agent, {"team": "@second"}),
        Move(at + timedelta(minutes=2), "link-to", agent, {"parent": f"@{MAJOR}"}),
        Move(at + timedelta(minutes=4), "start", "aisha"),
        Move(resolved, "resolve", "aisha", told),
        Move(resolved + timedelta(hours=3 + number), "close", user.key if number % 2 else agent),
    ]
    return life


def _of_claims(cast: Cast, site: str, number: int, at: datetime) -> User:
    """Somebody who settles claims at a site; each time somebody else, as long as there are any."""
    here = [one for one in cast.users if one.organisation == "claims" and one.site == site and one.there(at)]
    return here[number % len(here)]


def _learn(stage: Stage, back: datetime) -> None:
    """The article, the review with its actions, and the end of both the incident and the change."""
    written = (back + timedelta(days=2)).replace(hour=13, minute=5)
    stage.open(
        "article", LESSON, written, "aisha", title="What a new driver of ClaimDesk taught us", type="lesson-learned",
        audience="internal", question="Why did ClaimDesk stand still on the morning after a change?", body=TEXT,
        service="@claims-handling", owner="@aisha", environment="ClaimDesk 8.4",
    )  # fmt: skip
    stage.act(LESSON, "finish", written + timedelta(minutes=50), "aisha")
    stage.act(LESSON, "validate", written + timedelta(days=1), MANAGER)
    stage.act(LESSON, "relate", written + timedelta(days=1, minutes=2), "aisha", type="about", target="@app-claimdesk")
    stage.act(MAJOR, "close", written + timedelta(days=1, hours=1), "jonas", lesson=f"@{LESSON}")
    notes = "Taken back after fourteen hours. The test had fifty sessions without errors; 300 people make some."
    stage.act(CHANGE, "review", written + timedelta(days=2), "helen", notes=notes)
    _look_back(stage, (back + timedelta(days=6)).replace(hour=9, minute=0))
    stage.act(CHANGE, "close", back + timedelta(days=8), "helen", lesson=f"@{LESSON}")


def _look_back(stage: Stage, met: datetime) -> None:
    """The review of that morning: what was found, and what is done against it; one action is still under way."""
    asked, lead, key = met - timedelta(days=3), "rosalind", "review-driver"
    stage.open(
        "review", key, asked, MANAGER, title="The morning without ClaimDesk", type="operational-health",
        subject=f"@{CHANGE}", planned_at=met.isoformat(), owner=f"@{lead}", minutes_taker="@jonas", place="Room 3.12",
        repeats="",
    )  # fmt: skip
    said = (
        (
            Seat("release", "helen", "astrid"),
            "The plan was whole; its test had no errors in it, so it proved little.",
        ),
        (Seat("operations", "george", "yuki"), "All sessions were gone at 9:02. Nothing watches how many wait."),
        (Seat("support", "margaret", "jonas"), "Thirteen reports in 66 minutes; the link to the change came after 71."),
    )
    seat(stage, key, asked, MANAGER, [one for one, _ in said])
    for hours, (one, found) in enumerate(said):
        stage.act(key, "hand-in", met - timedelta(hours=20 - hours), one.person, evidence=found)
    stage.act(key, "hold", met, lead)
    for title, owner, days in (
        ("Test ClaimDesk with 300 sessions and with errors", "walter", 14),
        ("An alarm when sessions wait", "kofi", 12),
        ("Try the way back of ClaimDesk in under fifteen minutes", "benedikt", DAYS + 8),
    ):
        order(stage, key, met, lead, title, owner, met + timedelta(days=days), criterion="What shows it")
    write_down(
        stage, key, met + timedelta(hours=2), lead, "jonas",
        "Nobody did anything wrong; the test could not find it. Three actions, so that the next one is found before.",
    )  # fmt: skip
    stage.act(key, "follow-up", met + timedelta(days=3), lead)
    shown = {
        "walter": "The run stands in the test plan of ClaimDesk.",
        "kofi": "Tried by hand: rings after a minute.",
    }
    for task in open_mandatory(Review.objects.get(pk=stage.id(key))):
        if (who := _key_of(stage, task.owner_id, shown)) is not None:
            stage.act(task, "complete", met + timedelta(days=10), who, evidence=shown[who])


def _key_of(stage: Stage, person: int | None, among: Iterable[str]) -> str | None:
    return next((key for key in among if stage.id(key) == person), None)
