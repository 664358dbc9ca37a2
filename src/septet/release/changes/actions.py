"""How a change goes from its request to its authorisation."""

from typing import Annotated, Any, Literal

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment, Words
from septet.kernel.models import Approval, Decision, Record, Verb
from septet.kernel.registry import Ref, action
from septet.release.articles.models import Article
from septet.release.changes import collisions
from septet.release.changes.models import Change
from septet.release.changes.rules import DECIDED, approvals_needed
from septet.team.priorities.levels import Level

AnArticle = Annotated[Record, Ref("article")]
REQUESTED = ("draft", "logged", "screened", "classified", "assessed")
# What was decided on; editing it afterwards would change what people said yes to.
FIXED = ("type", "description", "impact", "likelihood", "backout_plan", "test_plan", "procedure")
PLANNED = ("planned_start", "planned_end", "downtime_start", "downtime_end")


@action(Change, examples=[{"title": "Replace the core switch on the second floor"}])
def edit(change: Change, actor: Actor, **values: Any) -> None:
    """Change fields of the change; what was decided on stays until the change is reconsidered."""
    if change.state in DECIDED:
        for name in FIXED:
            if name in values:
                raise Invalid(fields={name: "This was decided on. Reconsider the change first."})
        for name in PLANNED:
            if name in values:
                raise Invalid(fields={name: "The change is authorised; schedule it, so that clashes are noticed."})
    common.edit(change, actor, **values)


@action(Change, from_=("draft",), to="logged", verb=Verb.CREATE, audience="requester")
def submit(change: Change, actor: Actor) -> None:
    """Ask for the change."""
    if not change.reason.strip():
        raise Invalid(fields={"reason": "Say why it is needed; without a reason nobody can judge it."})


@action(Change, from_=("logged",), to="screened", audience="requester")
def screen(change: Change, actor: Actor) -> None:
    """Accept the request: it is understood, complete and no duplicate."""


@action(Change, from_=("logged", "screened"), to="draft", audience="requester", examples=[{"reason": "Which switch?"}])
def send_back(change: Change, actor: Actor, *, reason: Words) -> None:
    """Return the request to those who asked; something is missing."""
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("logged", "screened", "classified", "assessed"),
    to="rejected",
    audience="requester",
    examples=[{"reason": "The floor is given up next month."}],
)
def turn_down(change: Change, actor: Actor, *, reason: Words) -> None:
    """The change will not be made; say why."""
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("screened", "classified", "assessed"),
    to="classified",
    examples=[{"type": "minor", "impact": 3, "likelihood": 4}],
)
def classify(
    change: Change,
    actor: Actor,
    *,
    type: Literal["minor", "significant", "major", "emergency"],
    impact: Level | None = None,
    likelihood: Level | None = None,
    first_time: bool | None = None,
    cab_required: bool | None = None,
) -> None:
    """Say how much care the change needs, and how bad and how likely a failure is."""
    change.type = type
    change.impact = impact or change.impact
    change.likelihood = likelihood or change.likelihood
    change.first_time = change.first_time if first_time is None else first_time
    change.cab_required = type == "major" if cab_required is None else cab_required
    _look_around(change)


@action(Change, from_=("classified", "assessed"), to="assessed", examples=[{"findings": "Nobody works at that hour."}])
def assess(change: Change, actor: Actor, *, findings: Words | None = None) -> None:
    """Judge the plan: what it touches, what may go wrong, how to get back."""
    if change.type in {"significant", "major"}:
        if not change.backout_plan.strip():
            raise Invalid(fields={"backout_plan": f"A {change.type} change needs a way back."})
        if not change.test_plan.strip():
            raise Invalid(fields={"test_plan": f"A {change.type} change needs a plan for its test."})
        if change.service_id is None and not collisions.affected_by(change):
            raise Conflict('Say what it touches: set its service, or relate items to it by "affects".')
    _look_around(change)
    if findings:
        parts.note_change(":comment", None, findings)


def _look_around(change: Change) -> None:
    change.shared_item = change.shared_item or collisions.is_shared(change)


@action(Change, from_=("assessed",), to="authorised", verb=Verb.APPROVE, audience="requester")
def authorise(change: Change, actor: Actor) -> None:
    """Let the change be made: everybody who was asked agrees."""
    if change.type == "standard":
        raise Conflict("A standard change was approved beforehand; use that approval instead.")
    decision = common.approval_of(change)
    if decision == "rejected":
        raise Conflict("Somebody who was asked has rejected it. Reconsider it, or turn it down.")
    answers = Approval.objects.filter(record_id=change.pk)
    needed = approvals_needed(change)
    if decision == "pending" or answers.count() < needed:
        given = answers.filter(decision=Decision.APPROVED).count()
        raise Conflict(f"It has {given} of {max(needed, answers.count())} approvals; ask for them and wait.")


@action(Change, from_=("draft", "logged", "screened", "classified"), to="authorised", audience="requester", examples=[])
def use_pre_approval(change: Change, actor: Actor, *, procedure: AnArticle | None = None) -> None:
    """Make it a standard change: it follows a procedure that was validated, and needs no approval of its own."""
    article = Article.objects.filter(pk=procedure.pk if procedure else change.procedure_id or 0).first()
    if article is None:
        raise Invalid(fields={"procedure": "Name the article with the procedure that it follows."})
    if article.state != "validated" or article.withdrawn_at is not None:
        raise Invalid(fields={"procedure": f"{article.number} is not validated; a standard change follows what is."})
    change.type, change.procedure_id = "standard", article.pk


@action(
    Change,
    from_=("authorised", "scheduled", "built", "tested", "ready"),
    to="classified",
    audience="requester",
    examples=[{"reason": "The supplier delivers another model."}],
)
def reconsider(change: Change, actor: Actor, *, reason: Words) -> None:
    """Take the authorisation back and plan anew; everybody is asked again."""
    for row in Approval.objects.filter(record_id=change.pk).exclude(decision=Decision.PENDING):
        parts.change(row, decision=str(Decision.PENDING), decided_at=None)
    change.builder_id = change.tester_id = None
    parts.note_change(":reason", None, reason)


@action(
    Change,
    from_=("authorised", "scheduled"),
    to="scheduled",
    audience="requester",
    examples=[{"planned_start": "2035-01-07T02:00:00Z", "planned_end": "2035-01-07T04:00:00Z"}],
)
def schedule(
    change: Change,
    actor: Actor,
    *,
    planned_start: Moment,
    planned_end: Moment,
    downtime_start: Moment | None = None,
    downtime_end: Moment | None = None,
    despite: Words | None = None,
) -> None:
    """Fix when it is made. A freeze, or another change nearby at that time, is in the way unless you say why not."""
    if planned_end <= planned_start:
        raise Invalid(fields={"planned_end": "The end must come after the start."})
    change.planned_start, change.planned_end = planned_start, planned_end
    change.downtime_start, change.downtime_end = downtime_start, downtime_end
    frozen = [] if change.type == "emergency" else collisions.freezes_over(change, planned_start, planned_end)
    if frozen and not (despite and actor.has(Verb.APPROVE, "change")):
        names = ", ".join(frozen)
        raise Conflict(
            f"Changes are frozen then: {names}. Choose another time; who approves changes may plan it all the same "
            "by giving a reason in `despite`."
        )
    others = collisions.overlapping(change, planned_start, planned_end)
    if others and not despite:
        names = ", ".join(one.number for one in others[:5])
        raise Conflict(f"It clashes with {names}. Choose another time, or give a reason in `despite`.")
    if despite:
        parts.note_change(":reason", None, despite)


@action(
    Change,
    from_=("logged", "screened", "classified", "assessed", "authorised", "scheduled", "built", "tested", "ready"),
    to="on-hold",
    audience="requester",
    examples=[{"reason": "Nothing is bought before the new budget."}],
)
def hold(change: Change, actor: Actor, *, reason: Words) -> None:
    """Let it rest; it goes on later from where it is now."""
    change.held_in = change.state
    parts.note_change(":reason", None, reason)


@action(Change, from_=("on-hold",), audience="requester")
def resume(change: Change, actor: Actor) -> None:
    """Go on from where it was put to rest."""
    change.state, change.held_in = change.held_in or "logged", ""


@action(
    Change,
    from_=(*REQUESTED, "authorised", "scheduled", "built", "tested", "ready", "on-hold"),
    to="cancelled",
    audience="requester",
    requester=True,
    examples=[{"reason": "No longer needed."}],
)
def cancel(change: Change, actor: Actor, *, reason: Words) -> None:
    """It will not be made after all."""
    parts.note_change(":reason", None, reason)
