"""The changes of the demo: done, under way, planned, and one that went wrong."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from septet.demo.rhythm import outside_closing
from septet.demo.stage import Stage

# When, what, by whom, and with which words.
Step = tuple[datetime, str, str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """A change: `days` ago it was made, or in how many days it is to be if that is negative.

    `until` is the last step that has happened, `end` how it ended if it was made. `despite` says why it is planned
    although something is in its way.
    """

    key: str
    title: str
    type: str
    reason: str
    service: str
    items: tuple[str, ...]
    requester: str
    owner: str
    days: float
    clock: str
    impact: int
    likelihood: int
    backout: str
    test: str
    hours: int = 2
    until: str = "close"
    end: str = "complete"
    why: str = ""
    despite: str = ""


PLANS = (
    Plan(
        "firmware", "New firmware on the core switch in Leeds", "significant", "It closes two security gaps.",
        "network", ("sw-core-lds",), "carla", "piotr", 31, "03:00", 2, 4,
        "Boot the old image; it stays in the second slot.", "Ping every neighbour, place a call, open ClaimDesk.",
    ),
    Plan(
        "mailbox-limit", "Raise the mailbox limit to 20 GB", "minor", "Claims keeps pictures in its mail.", "mail",
        ("app-mail",), "marc", "aisha", 24, "18:00", 4, 5, "Set the limit back.", "Send 30 MB to a test mailbox.", 1,
    ),
    Plan(
        "claimdesk-pool", "More connections for ClaimDesk", "minor", "Saving failed when many worked at once.",
        "claims-handling", ("app-claimdesk", "srv-claims-2"), "aisha", "aisha", 17, "19:00", 3, 4,
        "Restore the old settings file.", "Fifty sessions of the test robot for an hour.",
    ),
    Plan(
        "storage", "New firmware on storage-1", "significant", "The maker no longer supports the present one.", "files",
        ("storage-1",), "george", "george", 10, "02:30", 1, 4, "Load the present firmware again.",
        "Read and write on every volume.", 3, "review", "back_out",
        "The second controller did not come back; the old firmware is on it again.",
    ),
    Plan(
        "firewall", "New rules for the payment provider", "minor", "The provider moves to other addresses.", "network",
        ("fw-1", "fw-2"), "julia", "piotr", 3, "06:30", 4, 5, "Take the rules out again.", "A payment of one cent.", 1,
    ),
    Plan(
        "policybase", "PolicyBase 7.2", "major", "Brokers need the new tariff by the end of the quarter.", "policies",
        ("app-policybase", "db-policy"), "edward", "yuki", -4, "02:00", 2, 3, "Restore the backup of the evening.",
        "The tariff cases of the department, and one premium run.", 4, "ready",
    ),
    Plan(
        "line-porto", "A second line to Porto", "significant", "One cut cable stopped the whole office.", "network",
        ("line-opo", "sw-core-opo"), "miriam", "carla", -12, "02:00", 2, 5, "Switch the new port off.",
        "Unplug each line in turn.", 3, "schedule",
    ),
    Plan(
        "printers", "Two colour printers for Porto", "minor", "The office prints its broker letters in Bremen.",
        "printing", (), "beatriz", "owen", -20, "10:00", 5, 5, "", "Print one page from each desk.", 2, "classify",
    ),
    Plan(
        "vpn", "Remote access by certificate", "significant", "Codes on the telephone fail too often.", "network",
        ("fw-1",), "nadia", "piotr", -30, "20:00", 3, 4, "", "", 2, "submit",
    ),
    Plan(
        "core-opo", "New firmware on the core switch in Porto", "significant", "It closes the gaps that Leeds had.",
        "network", ("sw-core-opo",), "carla", "piotr", -12, "03:00", 2, 5, "Boot the old image from the second slot.",
        "Ping every neighbour, place a call.", 2, "schedule",
        despite="Both are made on the spot in one night, one after the other; Carla leads them.",
    ),
)  # fmt: skip


def play_changes(stage: Stage) -> None:
    """Lead every change as far as it has come."""
    for plan in PLANS:
        play_change(stage, plan)


def play_change(stage: Stage, plan: Plan) -> datetime:
    """Lead a change as far as it has come; gives when it was, or is, to begin."""
    start = outside_closing(stage.ago(plan.days, plan.clock), stage.now)
    asked = min(start - timedelta(days=9), stage.now - timedelta(days=8))
    change = stage.open(
        "change",
        f"change-{plan.key}",
        asked,
        "helen",
        title=plan.title,
        type=plan.type,
        reason=plan.reason,
        description=plan.reason,
        service=f"@{plan.service}",
        requester=f"@{plan.requester}",
        owner=f"@{plan.owner}",
        team="@changes",
        backout_plan=plan.backout,
        test_plan=plan.test,
    )
    for minutes, item in enumerate(plan.items, 1):
        stage.act(change, "relate", asked + timedelta(minutes=minutes), "helen", type="affects", target=f"@{item}")
    for at, name, by, params in _steps(plan, asked, start):
        stage.act(change, name, at, by, **params)
        if name == plan.until:
            break
    return start


def _steps(plan: Plan, asked: datetime, start: datetime) -> list[Step]:
    """Every step of a change's life."""
    board = [one for one in ("miriam", "nadia") if one != plan.requester]
    approvers = board[: {"minor": 0, "significant": 1, "major": 2}[plan.type]]
    tester = "george" if plan.owner != "george" else "yuki"
    end = start + timedelta(hours=plan.hours * 0.8)
    judged = {"type": plan.type, "impact": plan.impact, "likelihood": plan.likelihood}
    planned = {"planned_start": start.isoformat(), "planned_end": (start + timedelta(hours=plan.hours)).isoformat()}
    planned |= {"despite": plan.despite} if plan.despite else {}
    steps: list[Step] = [
        (asked + timedelta(hours=1), "submit", "helen", {}),
        (asked + timedelta(hours=2), "screen", "helen", {}),
        (asked + timedelta(hours=3), "classify", "helen", judged),
        (asked + timedelta(days=1), "assess", "helen", {"findings": "Plan and way back are complete."}),
    ]
    if approvers:
        people = [f"@{one}" for one in approvers]
        steps.append((asked + timedelta(days=1, hours=1), "ask-approval", "helen", {"approvers": people}))
        steps += [(asked + timedelta(days=2, hours=n), "approve", one, {}) for n, one in enumerate(approvers)]
    steps += [
        (asked + timedelta(days=3), "authorise", board[0], {}),
        (asked + timedelta(days=3, hours=1), "schedule", "helen", planned),
    ]
    steps += [
        (asked + timedelta(days=5), "build", "helen", {"builder": f"@{plan.owner}"}),
        (asked + timedelta(days=6), "test", "helen", {"result": plan.test, "tester": f"@{tester}"}),
        (asked + timedelta(days=7), "ready", "helen", {}),
        (start, "start", "helen", {}),
    ]
    if plan.end == "complete":
        steps.append((end, "complete", "helen", {}))
    else:
        steps.append((end, "back-out", "helen", {"reason": plan.why}))
    lesson = {"no_lesson_because": "It went as planned."} if plan.end == "complete" else {}
    steps += [
        (end + timedelta(days=1), "review", "helen", {"notes": plan.why or "On time; nobody noticed it."}),
        (end + timedelta(days=2), "close", "helen", lesson),
    ]
    return steps
