"""What a review looks at: the questions of its template, and what was left open. Called inside its actions."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from septet.kernel import parts
from septet.team.reviews.models import Review, ReviewItem
from septet.team.reviews.questions import Question, read_questions
from septet.team.reviews.sorts import CLUSTER_NAMES
from septet.team.reviews.templates.models import ReviewTemplate
from septet.team.tasks.models import Task

LEFT_OPEN = "Open actions"


def template_for(type: str, at: datetime) -> ReviewTemplate | None:
    """The template for a type of review that is in force at a moment; of several the one valid since last."""
    begun = Q(valid_from=None) | Q(valid_from__lte=at)
    lasting = Q(valid_to=None) | Q(valid_to__gt=at)
    rows = ReviewTemplate.objects.filter(begun, lasting, type=type, state="in-force", withdrawn_at=None)
    return max(rows, key=lambda one: (one.valid_from or one.opened_at, one.pk), default=None)


def items_of(review: Review) -> dict[int, ReviewItem]:
    """The items of a review by their line."""
    rows = ReviewItem.objects.filter(record_id=review.pk).select_related("target").order_by("line")
    return {row.line: row for row in rows}


def add_questions(review: Review, template: ReviewTemplate) -> None:
    """Add those questions of a template that the review does not have yet."""
    held = items_of(review)
    known = {(row.area, row.element, row.question) for row in held.values()}
    fresh = [
        one
        for one in read_questions(template.questions, CLUSTER_NAMES)
        if (one.area, one.element, one.question) not in known
    ]
    _add(max(held, default=0), fresh)


def _add(last: int, questions: Iterable[Question]) -> None:
    for line, one in enumerate(questions, start=last + 1):
        parts.add(ReviewItem(line=line, area=one.area, element=one.element, question=one.question, cluster=one.cluster))


def left_open(review: Review) -> list[Task]:
    """The actions of a review that are still to do, with those that it took over."""
    taken_over = ReviewItem.objects.filter(record_id=review.pk).values("target_id")
    rows = Task.objects.filter(Q(subject_id=review.pk) | Q(pk__in=taken_over), closed_at=None, withdrawn_at=None)
    return list(rows.order_by("pk"))


def take_over(review: Review, previous: Review) -> None:
    """Make items of the actions that the previous review left open, unless they are items already."""
    held = items_of(review)
    known = {row.target_id for row in held.values()}
    line = max(held, default=0)
    for task in left_open(previous):
        if task.pk not in known:
            line += 1
            parts.add(
                ReviewItem(line=line, area=LEFT_OPEN, element=task.number, question=task.title, target_id=task.pk)
            )
