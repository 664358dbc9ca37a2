"""Minutes, comments and actions of a review, and its end."""

from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from septet.kernel import parts
from septet.kernel.actions import create
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import LongText, Moment, Words, clean_text
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action
from septet.team.reviews import series
from septet.team.reviews.members import takes_part
from septet.team.reviews.models import Review
from septet.team.reviews.sorts import GATES
from septet.team.tasks.closing import check_done

Person = Annotated[Record, Ref("person")]
Team = Annotated[Record, Ref("function-team")]
Title = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(clean_text)]
Criterion = Annotated[str, StringConstraints(max_length=255), AfterValidator(clean_text)]
USUAL_TIME = timedelta(days=5)
FOLLOWED = ("held", "minutes-out", "comments-closed", "actions-open")


@action(
    Review,
    from_=("held",),
    to="minutes-out",
    owner=True,
    partner=True,
    audience="everybody",
    examples=[{"minutes": "All restores were tried.", "comments_until": "2035-01-12T17:00:00Z"}],
)
def issue_minutes(review: Review, actor: Actor, *, minutes: Words, comments_until: Moment | None = None) -> None:
    """Give out the minutes; members may comment until the time that is given, or for five days."""
    _check_writes(review, actor)
    now = parts.current().at
    if review.type in GATES and not review.decision:
        raise Conflict("This review ends in a decision; draw it from the votes first.")
    if comments_until is not None and comments_until <= now:
        raise Invalid(fields={"comments_until": "Name a time to come."})
    review.minutes, review.comments_until = minutes, comments_until or now + USUAL_TIME


@action(
    Review,
    from_=("minutes-out", "comments-closed"),
    owner=True,
    partner=True,
    audience="everybody",
    examples=[{"minutes": "All restores but one were tried."}],
)
def correct_minutes(review: Review, actor: Actor, *, minutes: Words) -> None:
    """Put the minutes right; the history keeps what they said before."""
    _check_writes(review, actor)
    review.minutes = minutes


@action(
    Review,
    from_=("minutes-out",),
    verb=Verb.SEE,
    partner=True,
    audience="everybody",
    undoable=False,
    why_not="A comment that was read cannot be unread; withdraw what it says in another one.",
    examples=[],
)
def comment_minutes(review: Review, actor: Actor, *, text: Words) -> None:
    """Say what is missing or wrong in the minutes; for those who took part, until the comments close."""
    if not takes_part(review, actor):
        raise Refused("Only those who took part comment on the minutes.")
    if review.comments_until is not None and parts.current().at > review.comments_until:
        raise Conflict("The time for comments is over; tell the lead of the review.")
    parts.note_change(":comment", None, text)


@action(
    Review,
    from_=("minutes-out",),
    to="comments-closed",
    owner=True,
    audience="everybody",
    examples=[{"reason": "Everybody has answered."}],
)
def close_comments(review: Review, actor: Actor, *, reason: LongText | None = None) -> None:
    """The minutes stand. It happens by itself when the time for comments is over; before that it needs a reason."""
    early = review.comments_until is not None and parts.current().at < review.comments_until
    if early and not (reason and reason.strip()):
        raise Invalid(fields={"reason": "Members may still comment; say why it is closed before."})
    if reason:
        parts.note_change(":reason", None, reason)


@action(Review, from_=("comments-closed",), to="actions-open", owner=True, audience="everybody")
def follow_up(review: Review, actor: Actor) -> None:
    """See to it that the actions are done."""


@action(
    Review,
    from_=FOLLOWED,
    owner=True,
    audience="everybody",
    examples=[{"title": "Try the restore of the mail store", "owner": "@person", "due_at": "2035-02-01T12:00:00Z"}],
)
def add_action(
    review: Review,
    actor: Actor,
    *,
    title: Title,
    owner: Person,
    due_at: Moment,
    criterion: Criterion | None = None,
    team: Team | None = None,
    mandatory: bool = True,
) -> None:
    """Make a task of what the review decided: who, until when, and by what one sees that it is done."""
    task = create(
        "task",
        **parts.onward(),
        fields={
            "title": title,
            "subject": review.pk,
            "owner": owner.pk,
            "team": team.pk if team else None,
            "due_at": due_at,
            "evidence_wanted": criterion or "",
            "mandatory": mandatory,
        },
    )
    parts.note_change(":task", None, str(task))


@action(Review, from_=("comments-closed", "actions-open"), to="closed", owner=True, audience="everybody")
def close(review: Review, actor: Actor) -> None:
    """All mandatory actions are done. Of a series, the next review is planned, and gets what is still open."""
    check_done(review)
    if review.repeats:
        series.plan(review)


@action(Review, from_=FOLLOWED, owner=True, when=lambda one: bool(one.repeats), audience="everybody", examples=[])
def plan_next(review: Review, actor: Actor) -> None:
    """Plan the next review of the series before this one is closed."""
    if not review.repeats:
        raise Conflict(f"{review.number} does not repeat; plan another review.")
    made = series.plan(review)
    if made is None:
        raise Conflict("The series ends here: its rule has no later time.")
    parts.note_change(":next", None, str(made))


def _check_writes(review: Review, actor: Actor) -> None:
    """Those who are asked to write the minutes do so without any right; members in general do not."""
    writers = {review.owner_id, review.facilitator_id, review.minutes_taker_id}
    if actor.person not in writers and not actor.has(Verb.WORK, "review"):
        raise Refused("The minutes are written by whoever takes them, or by the lead of the review.")
