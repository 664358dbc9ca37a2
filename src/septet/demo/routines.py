"""What is done by checklist and what somebody has to do: a service to come, a leaver, and tasks that stand alone."""

from dataclasses import dataclass
from typing import Any

from septet.demo.organisation import MANAGER
from septet.demo.stage import Stage
from septet.team.tasks.models import Task

WRITTEN = 180


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a checklist: when it is due, who does it, what shows it, and after which lines."""

    title: str
    due: str
    team: str
    evidence: str = ""
    after: tuple[int, ...] = ()
    four_eyes: bool = False
    mandatory: bool = True


LEAVER = (
    Line("Agree who takes over which work and files", "T-5wd", "management", "Names beside each piece of work"),
    Line("Talk about what stays confidential", "T-1wd", "security", "The signed form"),
    Line("Keep the data that the person controlled", "T-1h", "servers"),
    Line("Disable accounts, end sessions", "T0", "security", "State of each account", (3,), four_eyes=True),
    Line("Take back badge, computer, telephone and keys", "T0", "desk", "The receipt"),
    Line("Forward mailbox and telephone", "T+1h", "desk"),
    Line("Change shared passwords that the person knew", "T+4h", "security", after=(4,)),
    Line("Take off rotas, groups and portals of suppliers", "T+1wd", "suppliers"),
    Line("Give back licences", "T+2wd", "changes", mandatory=False),
    Line("Try whether anything still opens", "T+1d", "security", "What was tried", (4, 7)),
    Line("Delete what is left", "T+30d", "servers", after=(10,)),
)
INTRODUCTION = (
    Line("Say what it is worth, for whom, at what price", "T-60d", "management", "The case, accepted by the customer"),
    Line("Agree on hours, support and targets", "T-30wd", "management", "The agreement"),
    Line("Hand over documents and working instructions", "T-20wd", "servers", "Links to all of them"),
    Line("Watch it, back it up, and restore it once", "T-10wd", "servers", "The restore's record", (3,)),
    Line("Name and train first and second support", "T-10wd", "desk", "Names and dates", (3,)),
    Line("Check its security", "T-10wd", "security", "The report", four_eyes=True),
    Line("Hold the release readiness review", "T-5wd", "changes", "Its number", (4, 5, 6)),
    Line("Write its page of the catalogue, tell its users", "T-2wd", "management", after=(7,)),
    Line("Stand by for the first weeks", "T+20wd", "second", mandatory=False),
    Line("Look back, end the early life", "T+30wd", "management", "What was learnt"),
)


def play_routines(stage: Stage) -> None:
    """Write the checklists, start each where it is needed, and hand out tasks."""
    then = stage.ago(WRITTEN, "10:00")
    _write(stage, "leaver", "Somebody leaves", "person", "Last day", LEAVER)
    _write(stage, "introduction", "A service is introduced", "service", "Launch", INTRODUCTION)
    stage.open(
        "service",
        "photo-claims",
        then,
        MANAGER,
        title="Damage reports by photograph",
        description="Policy holders send pictures of a damage from their telephone; the claim is opened by itself.",
        owner="@aisha",
        customer="@claims",
        criticality=2,
    )
    begun = stage.ago(40, "09:15")
    stage.act(
        "photo-claims",
        "start-checklist",
        begun,
        MANAGER,
        checklist="@introduction",
        event_at=stage.ago(-16, "06:00").isoformat(),
    )
    for place, (days, by, evidence) in enumerate(
        ((39, "miriam", "Accepted by Marc Dubois in the meeting of the department."), (33, "miriam", "Signed by both."),
         (12, "george", "https://files.demo.example/photo-claims/handover")), start=1
    ):  # fmt: skip
        _settle(stage, "photo-claims", place, days, by, evidence)
    stage.act(
        "katrin",
        "start-checklist",
        stage.ago(1, "11:00"),
        MANAGER,
        checklist="@leaver",
        event_at=stage.ago(-9, "17:00").isoformat(),
    )
    _alone(stage)


def _write(stage: Stage, key: str, title: str, kind: str, event: str, lines: tuple[Line, ...]) -> None:
    then = stage.ago(WRITTEN, "10:00")
    stage.open(
        "checklist", key, then, MANAGER, title=title, applies_to=kind, event=event, calendar="@office-hours",
        owner="@miriam",
    )  # fmt: skip
    for line in lines:
        params: dict[str, Any] = {
            "title": line.title, "due": line.due, "team": f"@{line.team}", "evidence_wanted": line.evidence,
            "after": list(line.after), "four_eyes": line.four_eyes, "mandatory": line.mandatory,
        }  # fmt: skip
        stage.act(key, "add-line", then, MANAGER, **params)


def _settle(stage: Stage, subject: str, place: int, days: float, by: str, evidence: str) -> None:
    task = Task.objects.get(subject_id=stage[subject].pk, position=place)
    stage.act(task, "complete", stage.ago(days, "16:20"), by, evidence=evidence)


def _alone(stage: Stage) -> None:
    opened = stage.ago(6, "08:40")
    stage.open(
        "task", "batteries", opened, "george", title="Order batteries for the power supply in Leeds", team="@servers",
        owner="@george", due_at=stage.ago(-3, "12:00").isoformat(), evidence_wanted="The order's number",
    )  # fmt: skip
    stage.open(
        "task", "change-batteries", opened, "george", title="Change the batteries in Leeds", team="@servers",
        owner="@george", due_at=stage.ago(-20, "12:00").isoformat(), four_eyes=True,
    )  # fmt: skip
    stage.act("change-batteries", "relate", opened, "george", type="waits-for", target="@batteries")
    stage.open(
        "task", "spare-list", stage.ago(15, "14:00"), "piotr", title="Count the spare switches", team="@networks",
        owner="@carla", due_at=stage.ago(2, "17:00").isoformat(),
    )  # fmt: skip
    stage.act("spare-list", "start", stage.ago(3, "09:30"), "carla")
