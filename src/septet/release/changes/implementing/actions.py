"""How an authorised change is built, tested, made and looked back on."""

from datetime import timedelta
from typing import Annotated

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment, Words
from septet.kernel.models import Record, Relation
from septet.kernel.registry import Ref, action
from septet.release.changes.models import Change, Outcome
from septet.release.changes.rules import CAREFUL
from septet.team.tasks.closing import check_done

Person = Annotated[Record, Ref("person")]
Article = Annotated[Record, Ref("article")]
RECORD_WITHIN = timedelta(hours=24)


@action(Change, from_=("scheduled",), to="built")
def build(change: Change, actor: Actor, *, builder: Person | None = None) -> None:
    """What is to be brought in is made and can be tested."""
    change.builder_id = builder.pk if builder else actor.person


@action(Change, name="test", from_=("built",), to="tested", examples=[{"result": "All floors answer."}])
def pass_test(change: Change, actor: Actor, *, result: Words, tester: Person | None = None) -> None:
    """The test went well."""
    change.tester_id = tester.pk if tester else actor.person
    parts.note_change(":comment", None, result)


@action(Change, from_=("built", "tested"), to="scheduled", examples=[{"result": "The third floor is silent."}])
def fail_test(change: Change, actor: Actor, *, result: Words) -> None:
    """The test went wrong; it has to be built again."""
    change.tester_id = None
    parts.note_change(":comment", None, result)


@action(Change, from_=("tested",), to="ready", audience="requester")
def ready(change: Change, actor: Actor) -> None:
    """The go: everything and everybody needed is there."""
    if change.planned_start is None or change.planned_end is None:
        raise Conflict("Nobody knows when it is to be made; schedule it first.")


@action(Change, from_=("scheduled", "built", "tested", "ready"), to="implementing", audience="requester")
def start(change: Change, actor: Actor) -> None:
    """Begin. Significant and major changes need the go."""
    if change.type in CAREFUL and change.state != "ready":
        raise Conflict(f"A {change.type} change begins when it was built, tested and declared ready.")
    change.actual_start = parts.current().at


@action(
    Change,
    from_=("draft", "logged", "screened", "classified", "assessed", "authorised", "scheduled", "built", "tested"),
    audience="requester",
    examples=[{"reason": "The shop is down."}],
)
def start_at_once(change: Change, actor: Actor, *, reason: Words) -> None:
    """Make it an emergency change and begin; the approvals follow before it is closed."""
    # Not declared by `to`: this is the way round, which nobody is to be shown as the way to an implementation.
    change.type, change.state = "emergency", "implementing"
    change.actual_start = parts.current().at
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("draft", "logged"),
    audience="requester",
    examples=[
        {
            "actual_start": "2025-01-05T20:00:00Z",
            "actual_end": "2025-01-05T20:40:00Z",
            "reason": "The shop was down at night.",
        }
    ],
)
def record_emergency(change: Change, actor: Actor, *, actual_start: Moment, actual_end: Moment, reason: Words) -> None:
    """Write down an emergency change that was made already; it should be within 24 hours."""
    now = parts.current().now
    if actual_end < actual_start:
        raise Invalid(fields={"actual_end": "The end cannot come before the start."})
    if actual_end > now:
        raise Invalid(fields={"actual_end": "This lies in the future; begin it at once instead."})
    change.type, change.state, change.outcome = "emergency", "implemented", str(Outcome.SUCCESSFUL)
    change.actual_start, change.actual_end = actual_start, actual_end
    change.recorded_late = now - actual_end > RECORD_WITHIN
    parts.note_change(":reason", None, reason)


@action(Change, from_=("implementing",), to="implemented", audience="requester")
def complete(change: Change, actor: Actor) -> None:
    """It is made and works."""
    change.actual_end, change.outcome = parts.current().at, str(Outcome.SUCCESSFUL)


@action(
    Change,
    from_=("implementing", "implemented", "review"),
    to="backed-out",
    audience="requester",
    examples=[{"reason": "Calls break off."}],
)
def back_out(change: Change, actor: Actor, *, reason: Words) -> None:
    """Go back to how it was."""
    change.actual_end, change.outcome = parts.current().at, str(Outcome.BACKED_OUT)
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("implementing", "implemented", "review"),
    to="failed",
    audience="requester",
    examples=[{"reason": "The new switch does not start, the old one neither."}],
)
def fail(change: Change, actor: Actor, *, reason: Words) -> None:
    """It did not work, and there was no way back."""
    change.actual_end = change.actual_end or parts.current().at
    change.outcome = str(Outcome.FAILED)
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("implemented", "backed-out", "failed"),
    to="review",
    examples=[{"notes": "On time, no incident, everybody content."}],
)
def review(change: Change, actor: Actor, *, notes: Words) -> None:
    """Look back: was the aim reached, in time, at what price, with what side effects?"""
    change.review_notes = notes


@action(
    Change,
    from_=("review", "implemented"),
    to="closed",
    audience="requester",
    examples=[{"no_lesson_because": "It went as the last ten times."}],
)
def close(
    change: Change,
    actor: Actor,
    *,
    lesson: Article | None = None,
    no_lesson_because: Words | None = None,
) -> None:
    """End it, with the article that holds its lesson or the reason why there is none."""
    if change.state == "implemented" and change.type not in {"standard", "minor"}:
        raise Conflict(f"A {change.type} change is reviewed before it is closed.")
    if change.type == "emergency" and common.approval_of(change) != "approved":
        raise Conflict("An emergency change is approved afterwards; ask for the approvals and wait for them.")
    check_done(change)
    if lesson is not None:
        common.tie(change, actor, "lesson", lesson)
    change.no_lesson_because = (no_lesson_because or "")[:255]
    has_lesson = Relation.objects.filter(record_id=change.pk, type="lesson", valid_to=None).exists()
    if not has_lesson and not no_lesson_because and change.type != "standard":
        raise Invalid(fields={"lesson": "Name the article with the lesson, or say why there is none."})
