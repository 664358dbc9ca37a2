"""Preparing and holding a review: what members hand in, their votes, and the decision."""

from typing import Annotated, Literal

from septet.kernel import parts
from septet.kernel.actions import enter_state
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import Words
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action, registry
from septet.team.reviews.actions import ClusterName
from septet.team.reviews.holding.deciding import ballot_of, rule_of
from septet.team.reviews.members import heard, members_of
from septet.team.reviews.models import Review, ReviewEvidence, Verdict
from septet.team.reviews.rules import decide as decided

Shown = list[Annotated[Record, Ref("*")]]
VoteName = Literal["go", "no-go", "go-with-conditions", "abstain"]


@action(
    Review,
    from_=("planned", "prepared"),
    verb=Verb.SEE,
    partner=True,
    audience="everybody",
    undoable=False,
    why_not="Hand it in anew instead; the history keeps both.",
    examples=[],
)
def hand_in(
    review: Review,
    actor: Actor,
    *,
    evidence: Words,
    preliminary: VoteName | None = None,
    shown_by: Shown | None = None,
    cluster: ClusterName | None = None,
) -> None:
    """Hand in what your role cluster prepared: what you found, what shows it, and how you would vote. When everybody
    has, the review is prepared."""
    act, members = parts.current(), members_of(review)
    for row in heard(review, members, actor, cluster):
        parts.change(row, evidence=evidence, preliminary=preliminary or row.preliminary, prepared_at=act.at)
        _show(review, row.cluster, shown_by)
    if all(one.prepared_at is not None for one in members):
        enter_state(registry.types["review"], review, "prepared", act.at)


@action(Review, from_=("planned",), to="prepared", owner=True, audience="everybody", examples=[{}])
def prepare(review: Review, actor: Actor, *, despite: Words | None = None) -> None:
    """Everything that members have to hand in is there; with a reason also where it is not."""
    missing = [f"{one.person.title} ({one.cluster})" for one in members_of(review) if one.prepared_at is None]
    if missing and not despite:
        raise Conflict(
            f"Still missing is what {', '.join(missing)} prepared. Wait for it, or give a reason in `despite`."
        )
    if despite:
        parts.note_change(":reason", None, despite)


@action(Review, from_=("prepared",), to="held", owner=True, audience="everybody")
def hold(review: Review, actor: Actor) -> None:
    """The review takes place, or took place at the time that is given."""
    review.held_at = parts.current().at


@action(
    Review,
    from_=("prepared", "held"),
    verb=Verb.SEE,
    partner=True,
    audience="everybody",
    undoable=False,
    why_not="Vote again instead; the history keeps both votes.",
    examples=[],
)
def vote(
    review: Review,
    actor: Actor,
    *,
    vote: VoteName,
    conditions: Words | None = None,
    evidence: Words | None = None,
    shown_by: Shown | None = None,
    cluster: ClusterName | None = None,
) -> None:
    """Vote for your role cluster. A no go says why; a go with conditions says which. It can be changed until the
    minutes are out."""
    if vote == "go-with-conditions" and not conditions:
        raise Invalid(fields={"conditions": "Say under which conditions."})
    for row in heard(review, members_of(review), actor, cluster):
        if vote == "no-go" and not (evidence or row.evidence):
            raise Invalid(fields={"evidence": "Say why not."})
        parts.change(
            row,
            vote=vote,
            conditions=conditions or "",
            evidence=evidence or row.evidence,
            voted_at=parts.current().at,
        )
        _show(review, row.cluster, shown_by)
    _open_again(review)


@action(Review, from_=("held",), owner=True, audience="everybody")
def decide(review: Review, actor: Actor) -> None:
    """Draw the decision from the votes, by the rule of the review."""
    outcome = decided(rule_of(review), [ballot_of(one) for one in members_of(review)])
    review.decision, review.accepted_because = outcome.verdict, ""
    review.decided_at = parts.current().at


@action(
    Review,
    from_=("held",),
    owner=True,
    audience="everybody",
    when=lambda one: one.decision == Verdict.NO_GO,
    examples=[],
)
def accept_lower_readiness(review: Review, actor: Actor, *, reason: Words) -> None:
    """Go all the same, for a reason that is critical to the business, such as a breach that the release closes. Only
    the lead of the review may, or somebody who may approve reviews."""
    if actor.person != review.owner_id and not actor.has(Verb.APPROVE, "review"):
        raise Refused("Only the lead of the review may accept a lower readiness.")
    if review.decision != Verdict.NO_GO:
        raise Conflict("There is no decision against it; let the review decide first.")
    review.decision, review.accepted_because = str(Verdict.GO), reason


def _show(review: Review, cluster: str, records: Shown | None) -> None:
    held = set(ReviewEvidence.objects.filter(record_id=review.pk, cluster=cluster).values_list("target_id", flat=True))
    for record in records or []:
        if record.pk not in held:
            held.add(record.pk)
            parts.add(ReviewEvidence(cluster=cluster, target_id=record.pk))


def _open_again(review: Review) -> None:
    """A vote after the decision takes the decision back."""
    review.decision, review.accepted_because, review.decided_at = "", "", None
