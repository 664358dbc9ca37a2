"""How reviews appear, and how one begins."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid
from septet.kernel.governing.zones import check_zone
from septet.kernel.loading import load
from septet.kernel.models import Record
from septet.kernel.registry import Cluster, RecordType, States, final, register, waiting
from septet.kernel.shapes import Choices
from septet.team.reviews.items import add_questions, take_over, template_for
from septet.team.reviews.members import accountable, let_see, members_of, seat
from septet.team.reviews.models import Review, ReviewEvidence, ReviewItem, ReviewMember
from septet.team.reviews.sorts import check_rule, check_series, read_clusters
from septet.team.reviews.templates.models import ReviewTemplate
from septet.team.tasks.models import CLUSTERS
from septet.team.tasks.ties import take_after

OF_TEMPLATE = ("threshold_pct", "quorum", "core_clusters", "veto_clusters", "repeats")


@register
class ReviewType(RecordType):
    """A review."""

    model, prefix = Review, "REV"
    cluster = Cluster.TEAM
    states = States(
        "planned", "prepared", "held", waiting("minutes-out", "Minutes out"), "comments-closed", "actions-open",
        final("closed"), waiting("postponed"), final("cancelled", good=False),
    )  # fmt: skip
    columns = ("number", "title", "type", "state", "subject", "owner", "planned_at", "decision")
    filters = (
        "state", "type", "subject", "owner", "team", "decision", "planned_at", "held_at", "service", "customer", "site",
    )  # fmt: skip
    hidden = ("requester", "priority")
    derived = ("due_at",)
    internal = ("extra",)
    personal = ("title", "description", "minutes")
    several: ClassVar[dict[str, Choices]] = {"core_clusters": CLUSTERS, "veto_clusters": CLUSTERS}
    calendar = (CalendarSpan("planned_at", tentative=("postponed",), called_off=("cancelled",)),)
    form: ClassVar[dict[Any, tuple[str, ...]]] = {
        "": ("title", "type", "planned_at", "place", "subject", "period_start", "period_end", "description"),
        _("Who"): ("owner", "facilitator", "timekeeper", "minutes_taker", "team"),
        _("How it decides"): ("template", "threshold_pct", "quorum", "core_clusters", "veto_clusters"),
        _("Again"): ("repeats", "zone"),
    }
    parts: ClassVar[dict[str, Any]] = {"members": ReviewMember, "items": ReviewItem, "evidence": ReviewEvidence}
    example: ClassVar[dict[str, Any]] = {
        "title": "Operations review",
        "type": "operations",
        "planned_at": "2035-01-08T09:00:00Z",
        "period_start": "2034-12-01",
        "period_end": "2034-12-31",
    }

    def settle(self, record: Review, before: dict[str, Any] | None, now: Any) -> None:
        if before is None:
            _begin(record)
        check_zone(record.zone)
        check_rule(record)
        check_series(record.repeats, record.planned_at, record.zone)
        if record.period_start and record.period_end and record.period_end < record.period_start:
            raise Invalid(fields={"period_end": "The end cannot come before the beginning."})
        awaited = {"planned": record.planned_at, "prepared": record.planned_at, "minutes-out": record.comments_until}
        record.due_at = awaited.get(record.state)

    def opened(self, record: Review, actor: Actor) -> None:
        record.owner_id = record.owner_id or actor.person
        let_see(record)
        template = load(ReviewTemplate, record.template_id) if record.template_id else None
        if template is not None:
            add_questions(record, template)
        previous = load(Review, record.previous_id) if record.previous_id else None
        if previous is not None:
            take_over(record, previous)
            for one in members_of(previous):
                seat(ReviewMember(cluster=one.cluster, person_id=one.person_id, deputy_id=one.deputy_id))
        elif template is not None:
            _seat_accountable(record, template)


def _begin(review: Review) -> None:
    """What a review has from the beginning: its template with the rule, and the place of what it is about."""
    review.first_planned_at = review.planned_at
    if review.subject_id is not None:
        take_after(review, Record.objects.get(pk=review.subject_id))
    template = (
        load(ReviewTemplate, review.template_id)
        if review.template_id is not None
        else template_for(review.type, review.opened_at)
    )
    if template is not None:
        review.template_id = template.pk
        for name in OF_TEMPLATE:
            if getattr(review, name) in (None, ""):
                setattr(review, name, getattr(template, name))
    review.threshold_pct = 75 if review.threshold_pct is None else review.threshold_pct
    review.quorum = 1 if review.quorum is None else review.quorum


def _seat_accountable(review: Review, template: ReviewTemplate) -> None:
    clusters = read_clusters("attending", template.attending)
    holders = accountable(clusters, review.service_id, review.opened_at)
    for cluster in clusters:
        if (one := holders.get(cluster)) is not None and one.person_id is not None:
            seat(ReviewMember(cluster=cluster, person_id=one.person_id, deputy_id=one.deputy_id))
