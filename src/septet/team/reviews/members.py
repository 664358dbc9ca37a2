"""Who speaks for which role cluster in a review: found, shown the review, and heard. Called inside its actions."""

from datetime import datetime

from django.db.models import Q

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, Refused
from septet.kernel.models import Record, Share
from septet.team.assignments.models import Accountability, Assignment
from septet.team.reviews.models import Review, ReviewItem, ReviewMember


def members_of(review: Review) -> list[ReviewMember]:
    """The members of a review, in the order in which they were added."""
    rows = ReviewMember.objects.filter(record_id=review.pk).select_related("person", "deputy")
    return list(rows.order_by("pk"))


def accountable(clusters: tuple[str, ...], service: int | None, at: datetime) -> dict[str, Assignment]:
    """Who is accountable for each role cluster, for this service rather than for all, as far as somebody is."""
    rows = Assignment.objects.filter(
        Q(service=None) | Q(service_id=service),
        Q(ends_at=None) | Q(ends_at__gt=at),
        cluster__in=clusters,
        accountability=Accountability.ACCOUNTABLE,
        state="active",
        withdrawn_at=None,
        starts_at__lte=at,
    )
    return {row.cluster: row for row in sorted(rows, key=lambda one: (one.service_id is not None, one.pk))}


def seat(member: ReviewMember) -> None:
    """Give somebody a seat; they and their deputy may see the review from now on."""
    parts.add(member)
    for party in (member.person_id, member.deputy_id):
        if party is not None and not Share.objects.filter(record_id=member.record_id, party_id=party).exists():
            parts.add(Share(party_id=party))


def unseat(review: Review, member: ReviewMember) -> None:
    """Take a seat away, and the sight of the review that came with it."""
    parts.remove(member)
    left = members_of(review)
    held = {one.person_id for one in left} | {one.deputy_id for one in left} | told_parties(review)
    gone = {one for one in (member.person_id, member.deputy_id) if one is not None and one not in held}
    for row in Share.objects.filter(record_id=review.pk, party_id__in=gone):
        parts.remove(row)


def heard(review: Review, members: list[ReviewMember], actor: Actor, cluster: str | None) -> list[ReviewMember]:
    """Of the seats of a review those for which somebody speaks, their own or those of a member for whom they stand in;
    the running action is then done on that member's behalf. Raises Refused, or Invalid where it is not clear for whom
    they speak."""
    rows = [one for one in members if cluster in (None, one.cluster) and stands_in(actor, one)]
    own = [one for one in rows if one.person_id == actor.person]
    if own:
        return own
    if not rows:
        member = f"a member of {review.number}" + (f" for {cluster}" if cluster else "")
        raise Refused(f"You are neither {member} nor the deputy of one; members speak for themselves.")
    if len({one.person_id for one in rows}) > 1:
        raise Invalid(fields={"cluster": "You stand in for several members; say for which role cluster you speak."})
    act = parts.current()
    act.actor = act.actor.on_behalf_of(rows[0].person_id)
    return rows


def takes_part(review: Review, actor: Actor) -> bool:
    """Whether somebody has any part in the review: a seat, a deputy's, the lead, the minutes, the time."""
    return takes_part_among(review, members_of(review), actor)


def takes_part_among(review: Review, members: list[ReviewMember], actor: Actor) -> bool:
    """The same for members that are at hand."""
    return actor.person in told_parties(review) or any(stands_in(actor, one) for one in members)


def leads(review: Review, actor: Actor) -> bool:
    """Whether somebody leads the review, or leads through it."""
    return actor.person is not None and actor.person in {review.owner_id, review.facilitator_id}


def may_answer(review: Review, members: list[ReviewMember], item: ReviewItem, actor: Actor) -> bool:
    """Whether a question is somebody's to answer: the lead's, and of a role cluster its members', else everybody's."""
    if leads(review, actor):
        return True
    if not item.cluster:
        return takes_part_among(review, members, actor)
    return any(one.cluster == item.cluster and stands_in(actor, one) for one in members)


def stands_in(actor: Actor, member: ReviewMember) -> bool:
    """Whether somebody may speak from a seat: the member, the deputy, or whoever stands in for an absent member."""
    if actor.person is None:
        return False
    return actor.person in {member.person_id, member.deputy_id} or member.person_id in actor.stands_in_for


def told_parties(review: Review) -> set[int]:
    """Who may see the review for what they do in it."""
    roles = {review.owner_id, review.facilitator_id, review.timekeeper_id, review.minutes_taker_id}
    return {one for one in roles if one is not None}


def let_see(review: Review) -> None:
    """Share the review with its lead, facilitator, timekeeper and whoever takes the minutes."""
    held = set(Share.objects.filter(record_id=review.pk).values_list("party_id", flat=True))
    for party in Record.objects.filter(pk__in=told_parties(review) - held).order_by("pk"):
        parts.add(Share(party_id=party.pk))
