"""How a task goes from its opening to its end."""

from typing import Annotated, Any

from septet.kernel import parts
from septet.kernel.actions import enter_state
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import Words
from septet.kernel.models import Attachment, Record, Verb
from septet.kernel.registry import Ref, action, registry
from septet.team.tasks.closing import waits_for
from septet.team.tasks.models import Task
from septet.team.tasks.rules import why_not_theirs
from septet.team.tasks.ties import let_see, tie_to_subject

Person = Annotated[Record, Ref("person")]
Team = Annotated[Record, Ref("function-team")]

TO_DO = ("open", "in-progress")
UNSETTLED = (*TO_DO, "to-confirm")
SETTLED = ("done", "not-applicable", "cancelled")


@action(Task, examples=[{"title": "Call the supplier again"}])
def edit(task: Task, actor: Actor, **values: Any) -> None:
    """Change fields of the task."""
    before, due = task.subject_id, task.due_at
    common.edit(task, actor, **values)
    if "due_at" in values and task.follows_event:
        task.follows_event = task.due_at == due
    if task.subject_id != before:
        tie_to_subject(task, actor, before)
    let_see(task, actor)


@action(Task, examples=[{"team": "@function-team"}])
def assign(task: Task, actor: Actor, *, team: Team | None = None, owner: Person | None = None) -> None:
    """Give the task to a team, a person or both; leaving both out takes it from everybody."""
    common.assign(task, actor, team=team, owner=owner)
    let_see(task, actor)


@action(Task, from_=("open",), to="in-progress", owner=True)
def start(task: Task, actor: Actor) -> None:
    """Begin with it; it becomes yours if nobody has it."""
    _check_turn(task, actor)
    _take(task, actor)


@action(Task, from_=TO_DO, owner=True, examples=[{"evidence": "They deliver on Monday, says ticket 4711 of theirs."}])
def complete(task: Task, actor: Actor, *, evidence: Words | None = None) -> None:
    """It is done. What shows it is a text, a link, or a file that is attached before."""
    _check_turn(task, actor)
    task.evidence = evidence or task.evidence
    if task.evidence_wanted and not task.evidence and not Attachment.objects.filter(record_id=task.pk).exists():
        sentence = f"Evidence is wanted: {task.evidence_wanted}. Write it here, or attach a file."
        raise Invalid(fields={"evidence": sentence})
    _take(task, actor)
    task.done_by_id = actor.person
    state = "to-confirm" if task.four_eyes else "done"
    enter_state(registry.types["task"], task, state, parts.current().at)


@action(Task, from_=("to-confirm",), to="done", examples=[])
def confirm(task: Task, actor: Actor) -> None:
    """You looked at it: it was done. Whoever did it does not confirm it."""
    _check_second(task, actor)
    task.confirmed_by_id = actor.person


@action(Task, from_=("to-confirm",), to="in-progress", examples=[])
def send_back(task: Task, actor: Actor, *, reason: Words) -> None:
    """You looked at it: it is not done yet; say what is missing."""
    _check_second(task, actor)
    task.done_by_id = None
    parts.note_change(":reason", None, reason)


@action(
    Task,
    from_=UNSETTLED,
    to="not-applicable",
    verb=Verb.APPROVE,
    examples=[{"reason": "They never had a key."}],
)
def mark_not_applicable(task: Task, actor: Actor, *, reason: Words) -> None:
    """It does not have to be done in this case; say why."""
    task.not_done_because = reason


@action(Task, from_=UNSETTLED, to="cancelled", examples=[{"reason": "The switch came this morning."}])
def cancel(task: Task, actor: Actor, *, reason: Words) -> None:
    """It will not be done after all. Of a mandatory task of another record only those decide who may approve."""
    if task.mandatory and task.subject_id is not None and not actor.has(Verb.APPROVE, "task"):
        raise Refused("This task is mandatory; ask somebody who may approve tasks to take it out.")
    task.not_done_because = reason


@action(Task, from_=SETTLED, to="open", examples=[{"reason": "They delivered the wrong model."}])
def reopen(task: Task, actor: Actor, *, reason: Words) -> None:
    """It has to be done, or done again; say why."""
    task.done_by_id = task.confirmed_by_id = None
    task.not_done_because = ""
    parts.note_change(":reason", None, reason)


def _take(task: Task, actor: Actor) -> None:
    if task.owner_id is None and actor.person is not None:
        task.owner_id = actor.person


def _check_turn(task: Task, actor: Actor) -> None:
    """Refuse whoever is not to do it, and what its time has not come for."""
    reason = why_not_theirs(task, actor.for_person or actor.person, actor.teams)
    if reason and not actor.all_rights:
        raise Refused(reason)
    if first := waits_for(task):
        names = ", ".join(str(one) for one in first[:3])
        raise Conflict(f"{task.number} waits for {names}; that has to be done first.")


def _check_second(task: Task, actor: Actor) -> None:
    if actor.person == task.done_by_id:
        raise Refused("You did it yourself; somebody else has to look at it.")
