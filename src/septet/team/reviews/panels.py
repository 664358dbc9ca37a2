"""A review on its page: how far it is, who speaks in it, what it looks at, what it decided and why, its minutes."""

from dataclasses import dataclass

from septet.kernel.actors import Actor
from septet.kernel.registry import RecordType, registry
from septet.surfaces.web.panels import panel
from septet.team.reviews.items import items_of
from septet.team.reviews.members import may_answer, members_of, stands_in, takes_part_among
from septet.team.reviews.models import Review, ReviewEvidence, ReviewItem, ReviewMember
from septet.team.reviews.readings import Decision, explained
from septet.team.reviews.sorts import GATES

STEPS = ("planned", "prepared", "held", "minutes-out", "comments-closed", "actions-open", "closed")
PLACED = (
    "add-member", "remove-member", "hand-in", "vote", "decide", "accept-lower-readiness", "use-template", "add-item",
    "remove-item", "answer-item", "take-over-actions", "issue-minutes", "correct-minutes", "comment-minutes",
    "add-action",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seat:
    """A member with what they prepared, what shows it, and what their vote does."""

    member: ReviewMember
    shown_by: list[ReviewEvidence]
    effect: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Flow:
    """All that the page shows. `step` is the place of the present state in `STEPS`, None if it is none of them."""

    it: RecordType
    steps: tuple[str, ...]
    step: int | None
    seats: list[Seat]
    areas: dict[str, list[ReviewItem]]
    count: int
    answered: int
    decision: Decision
    is_gate: bool
    has_votes: bool
    takes_part: bool
    mine_to_answer: frozenset[int]


@panel(
    Review, "reviews/flow.html", shows=("members", "items", "evidence", "minutes", "accepted_because"), actions=PLACED
)
def flow(review: Review, actor: Actor) -> Flow:
    """The review from its planning to its end."""
    members = members_of(review)
    told = explained(review, members)
    evidence: dict[str, list[ReviewEvidence]] = {}
    for one in ReviewEvidence.objects.filter(record_id=review.pk).select_related("target").order_by("pk"):
        evidence.setdefault(one.cluster, []).append(one)
    areas: dict[str, list[ReviewItem]] = {}
    items = items_of(review)
    for item in items.values():
        areas.setdefault(item.area, []).append(item)
    seats = [
        Seat(one, evidence.get(one.cluster, []), line.effect, stands_in(actor, one))
        for one, line in zip(members, told.votes, strict=True)
    ]
    return Flow(
        it=registry.types["review"],
        steps=STEPS,
        step=STEPS.index(review.state) if review.state in STEPS else None,
        seats=seats,
        areas=areas,
        count=len(items),
        answered=sum(bool(one.answer) for one in items.values()),
        decision=told,
        is_gate=review.type in GATES,
        has_votes=any(one.vote for one in members),
        takes_part=takes_part_among(review, members, actor),
        mine_to_answer=frozenset(line for line, item in items.items() if may_answer(review, members, item, actor)),
    )
