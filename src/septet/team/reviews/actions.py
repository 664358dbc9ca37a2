"""Planning a review: when, who, which questions; and putting it off."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import Moment, Words, clean_text
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.reviews import series
from septet.team.reviews.items import add_questions, items_of, take_over
from septet.team.reviews.members import heard, leads, let_see, members_of, seat, takes_part, unseat
from septet.team.reviews.models import Review, ReviewItem, ReviewMember
from septet.team.reviews.templates.models import ReviewTemplate

Person = Annotated[Record, Ref("person")]
Template = Annotated[Record, Ref("review-template")]
AReview = Annotated[Record, Ref("review")]
Anything = Annotated[Record, Ref("*")]
ClusterName = Literal["release", "infrastructure", "support", "operations", "partner", "security", "service"]
Name = Annotated[str, StringConstraints(max_length=128), AfterValidator(clean_text)]
Line = Annotated[int, Field(ge=1, le=9999)]

BEFORE = ("planned", "prepared", "postponed")
COMING = ("planned", "prepared")
UNDER_WAY = (*COMING, "held")
RULE = ("threshold_pct", "quorum", "core_clusters", "veto_clusters")
FIXED = ("type", "subject", "template", "period_start", "period_end", "planned_at", *RULE)


@action(Review, owner=True, examples=[{"title": "Operations review of January"}])
def edit(review: Review, actor: Actor, **values: Any) -> None:
    """Change fields of the review; what it decides on, and by which rule, stays once it was held or votes are there."""
    if review.state not in BEFORE:
        for name in FIXED:
            if name in values:
                raise Invalid(fields={name: "The review was held with this; it stays."})
    elif any(name in values for name in RULE) and any(one.vote for one in members_of(review)):
        raise Conflict("Members have voted under this rule already; it cannot be changed any more.")
    common.edit(review, actor, **values)
    let_see(review)


@action(Review, owner=True, examples=[{"owner": "@person"}])
def assign(review: Review, actor: Actor, *, owner: Person) -> None:
    """Let somebody lead the review."""
    review.owner_id = owner.pk
    let_see(review)


@action(
    Review,
    from_=COMING,
    owner=True,
    audience="everybody",
    examples=[{"cluster": "operations", "person": "@person"}],
)
def add_member(
    review: Review, actor: Actor, *, cluster: ClusterName, person: Person, deputy: Person | None = None
) -> None:
    """Let a person speak for a role cluster; their deputy may do so in their place."""
    if any(one.cluster == cluster and one.person_id == person.pk for one in members_of(review)):
        raise Conflict(f"{person.title} speaks for {cluster} already.")
    if deputy is not None and deputy.pk == person.pk:
        raise Invalid(fields={"deputy": "Name somebody else."})
    seat(ReviewMember(cluster=cluster, person_id=person.pk, deputy_id=deputy.pk if deputy else None))
    review.state = "planned"


@action(Review, from_=COMING, owner=True, audience="everybody", examples=[])
def remove_member(review: Review, actor: Actor, *, cluster: ClusterName, person: Person) -> None:
    """Take somebody's seat away; the review is no longer shown to them for it."""
    for one in members_of(review):
        if one.cluster == cluster and one.person_id == person.pk:
            if one.vote:
                raise Conflict(f"{person.title} has voted already; a vote cannot be taken away.")
            return unseat(review, one)
    raise Conflict(f"{person.title} does not speak for {cluster} in {review.number}.")


@action(Review, from_=UNDER_WAY, owner=True, audience="everybody", examples=[{"template": "@review-template"}])
def use_template(review: Review, actor: Actor, *, template: Template) -> None:
    """Add the questions of a template that the review does not have yet."""
    add_questions(review, ReviewTemplate.objects.get(pk=template.pk))


@action(
    Review,
    from_=UNDER_WAY,
    owner=True,
    audience="everybody",
    examples=[{"area": "Operations", "question": "Were all restores tried?"}],
)
def add_item(
    review: Review,
    actor: Actor,
    *,
    question: Words,
    area: Name = "",
    element: Name = "",
    cluster: ClusterName | None = None,
    target: Anything | None = None,
) -> None:
    """Add a question that the review has to look at, or a record that it is to talk about."""
    line = max(items_of(review), default=0) + 1
    parts.add(
        ReviewItem(
            line=line,
            area=area,
            element=element,
            question=question,
            cluster=cluster or "",
            target_id=target.pk if target else None,
        )
    )


@action(Review, from_=UNDER_WAY, owner=True, audience="everybody", examples=[])
def remove_item(review: Review, actor: Actor, *, line: Line) -> None:
    """Take a question off."""
    parts.remove(_item(review, line))


@action(
    Review,
    from_=UNDER_WAY,
    verb=Verb.SEE,
    partner=True,
    audience="everybody",
    undoable=False,
    why_not="Answer it again instead; the history keeps both answers.",
    examples=[],
)
def answer_item(
    review: Review,
    actor: Actor,
    *,
    line: Line,
    answer: Literal["yes", "no", "not-applicable"],
    finding: Words | None = None,
    severity: Literal["minor", "major", "critical"] | None = None,
) -> None:
    """Answer a question, with what was found and how bad it is. A question of a role cluster is its members' to
    answer, or the lead's."""
    row = _item(review, line)
    if not leads(review, actor) and not actor.all_rights:
        if row.cluster:
            heard(review, members_of(review), actor, row.cluster)
        elif not takes_part(review, actor):
            raise Refused("Only those who take part in the review answer its questions.")
    if answer == "no" and not (finding or row.finding):
        raise Invalid(fields={"finding": "Say what was found."})
    parts.change(row, answer=answer, finding=finding or row.finding, severity=severity or row.severity)


@action(Review, from_=COMING, owner=True, audience="everybody", examples=[])
def take_over_actions(review: Review, actor: Actor, *, previous: AReview) -> None:
    """Make items of the actions that another review left open."""
    take_over(review, Review.objects.get(pk=previous.pk))


@action(Review, from_=COMING, to="postponed", owner=True, audience="everybody", examples=[{"reason": "Half are ill."}])
def postpone(review: Review, actor: Actor, *, reason: Words) -> None:
    """Put the review off; plan it again when a new time is known."""
    parts.note_change(":reason", None, reason)


@action(
    Review,
    from_=("postponed",),
    to="planned",
    owner=True,
    audience="everybody",
    examples=[{"planned_at": "2035-01-15T09:00:00Z"}],
)
def plan_again(review: Review, actor: Actor, *, planned_at: Moment) -> None:
    """Fix a new time; it is still judged by the first one whether it was held on time."""
    review.planned_at = planned_at


@action(Review, from_=BEFORE, to="cancelled", owner=True, audience="everybody", examples=[{"reason": "No changes."}])
def cancel(review: Review, actor: Actor, *, reason: Words) -> None:
    """It will not be held; of a series, the next one is planned."""
    parts.note_change(":reason", None, reason)
    if review.repeats:
        series.plan(review)


def _item(review: Review, line: int) -> ReviewItem:
    rows = items_of(review)
    if line not in rows:
        raise Invalid(fields={"line": f"There is no item {line}; the last one is {max(rows, default=0)}."})
    return rows[line]
