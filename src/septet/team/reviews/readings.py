"""Why a review decides as it does, vote by vote."""

from dataclasses import dataclass
from datetime import datetime

from septet.kernel.actors import Actor
from septet.kernel.readings import reading
from septet.team.reviews.holding.deciding import ballot_of, rule_of
from septet.team.reviews.members import members_of
from septet.team.reviews.models import Review, ReviewMember
from septet.team.reviews.rules import Check, Rule, decide, effect


@dataclass(frozen=True, slots=True)
class VoteLine:
    """A member's vote and what it does to the decision."""

    cluster: str
    person: str
    vote: str
    effect: str
    conditions: str = ""
    evidence: str = ""
    voted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the votes as they stand lead to, and why. `drawn` is the decision that the review drew, empty before; with
    `accepted_because` it is one that the lead took against the votes."""

    by_votes: str
    drawn: str
    accepted_because: str
    votes_for: int
    votes_cast: int
    rule: Rule
    checks: list[Check]
    votes: list[VoteLine]


@reading(Review)
def decision(review: Review, actor: Actor) -> Decision:
    """Explain the decision of the review: each part of its rule, and what each vote does to it."""
    return explained(review, members_of(review))


def explained(review: Review, members: list[ReviewMember]) -> Decision:
    """The same for members that are at hand."""
    rule, ballots = rule_of(review), [ballot_of(one) for one in members]
    outcome = decide(rule, ballots)
    return Decision(
        by_votes=outcome.verdict,
        drawn=review.decision,
        accepted_because=review.accepted_because,
        votes_for=outcome.votes_for,
        votes_cast=outcome.votes_cast,
        rule=rule,
        checks=list(outcome.checks),
        votes=[
            VoteLine(
                cluster=one.cluster,
                person=one.person.title,
                vote=one.vote,
                effect=effect(rule, ballot),
                conditions=one.conditions,
                evidence=one.evidence,
                voted_at=one.voted_at,
            )
            for one, ballot in zip(members, ballots, strict=True)
        ],
    )
