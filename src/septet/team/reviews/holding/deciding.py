"""A review's own rule and votes, in the form in which `rules` judges them."""

from septet.team.reviews.models import Review, ReviewMember
from septet.team.reviews.rules import Ballot, Rule
from septet.team.reviews.sorts import read_clusters


def rule_of(review: Review) -> Rule:
    """The rule by which a review decides."""
    return Rule(
        threshold_pct=review.threshold_pct or 0,
        core=read_clusters("core_clusters", review.core_clusters),
        veto=read_clusters("veto_clusters", review.veto_clusters),
        quorum=review.quorum or 0,
    )


def ballot_of(member: ReviewMember) -> Ballot:
    """The vote of a member."""
    return Ballot(member.cluster, member.person.title, member.vote, member.conditions)
