"""Starting a checklist on a record of any type, and moving its tasks when the event moves."""

from typing import Annotated

from septet.kernel import parts
from septet.kernel.actions import create, perform
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment
from septet.kernel.governing.calendars import read_calendar
from septet.kernel.models import BusinessCalendar, Record
from septet.kernel.registry import Cluster, Ref, action
from septet.lib.calendars import Calendar
from septet.lib.offsets import parse_offset
from septet.team.checklists.actions import lines_of
from septet.team.checklists.models import Checklist, ChecklistLine, StartedChecklist
from septet.team.checklists.rules import due_times, in_order, why_not
from septet.team.people.models import FunctionTeam
from septet.team.tasks.models import Task

AChecklist = Annotated[Record, Ref("checklist")]


@action(Record, examples=[])
def start_checklist(record: Record, actor: Actor, *, checklist: AChecklist, event_at: Moment | None = None) -> None:
    """Make a task of every line of a checklist, due at its distance from the event, which is now if not given."""
    act = parts.current()
    chosen = Checklist.objects.get(pk=checklist.pk)
    if reason := why_not(chosen, record.kind, act.at):
        raise Invalid(fields={"checklist": reason})
    if under_way := tasks_under_way(record, chosen):
        raise Conflict(f"{chosen.number} is under way here already: {under_way} of its tasks are to do.")
    lines, event = lines_of(chosen), event_at or act.at
    if not lines:
        raise Invalid(fields={"checklist": f"{chosen.number} has no lines yet."})
    try:
        due = due_times(lines.values(), event, calendar_of(chosen))
    except ValueError as error:
        raise Invalid(fields={"event_at": str(error)}) from None
    started = parts.add(StartedChecklist(checklist_id=chosen.pk, event_at=event))
    made: dict[int, Task] = {}
    for position, line in enumerate(in_order(lines, due), start=1):
        made[line.line] = create(
            "task",
            **parts.onward(),
            fields={
                "title": line.title,
                "description": line.instruction,
                "subject": record.pk,
                "position": position,
                "cluster": line.cluster,
                "team": team_of(line),
                "mandatory": line.mandatory,
                "evidence_wanted": line.evidence_wanted,
                "completed_by": line.completed_by,
                "four_eyes": line.four_eyes,
                "due_at": due[line.line],
            },
            derived={"checklist": chosen.pk, "run": started.pk, "due_offset": line.due, "follows_event": True},
        )
        for before in line.after:
            perform(made[line.line], "relate", **parts.onward(), type="waits-for", target=made[before])


@action(Record, examples=[])
def move_checklist(record: Record, actor: Actor, *, checklist: AChecklist, event_at: Moment) -> None:
    """The event is at another time: tasks that are to do move with it, except those that were moved by hand."""
    row = StartedChecklist.objects.filter(record_id=record.pk, checklist_id=checklist.pk).order_by("pk").last()
    if row is None:
        raise Conflict(f"{checklist.number} was not started on {record.number}.")
    parts.change(row, event_at=event_at)
    for task in Task.objects.filter(run=row.pk, follows_event=True, closed_at=None, withdrawn_at=None).order_by("pk"):
        perform(task, "follow-event", **parts.onward())


@action(Task, from_=("open", "in-progress", "to-confirm"), when=lambda one: bool(one.due_offset), examples=[])
def follow_event(task: Task, actor: Actor) -> None:
    """Be due at its distance from the event of its checklist; a task that was moved by hand does so no longer."""
    row = StartedChecklist.objects.filter(pk=task.run or 0).first()
    if row is None:
        raise Conflict(f"{task.number} comes from no checklist that was started.")
    calendar = calendar_of(Checklist.objects.get(pk=row.checklist_id))
    try:
        task.due_at = parse_offset(task.due_offset).of(row.event_at, calendar)
    except ValueError as error:
        raise Conflict(str(error)) from None
    task.follows_event = True


def tasks_under_way(record: Record, checklist: Checklist) -> int:
    """How many tasks of a checklist are still to do on a record."""
    rows = Task.objects.filter(subject_id=record.pk, checklist_id=checklist.pk)
    return rows.filter(closed_at=None, withdrawn_at=None).count()


def calendar_of(checklist: Checklist) -> Calendar | None:
    """The business calendar by which a checklist counts days."""
    if checklist.calendar_id is None:
        return None
    return read_calendar(BusinessCalendar.objects.get(pk=checklist.calendar_id))


def team_of(line: ChecklistLine) -> int | None:
    """The team that does a line: the one it names, or the only one of its role cluster."""
    if line.team_id is not None or line.cluster in ("", Cluster.TEAM):
        return line.team_id
    rows = FunctionTeam.objects.filter(cluster=line.cluster, state="active", withdrawn_at=None)
    found = list(rows.values_list("pk", flat=True)[:2])
    return found[0] if len(found) == 1 else None
