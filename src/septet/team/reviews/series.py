"""Reviews that come again: planning the next one. Called inside actions of the present one."""

from datetime import datetime
from typing import Any

from septet.kernel import parts
from septet.kernel.actions import create, perform
from septet.kernel.actors import SYSTEM
from septet.kernel.governing.zones import check_zone
from septet.team.reviews.models import Review
from septet.team.reviews.rules import next_period, next_time

TAKEN = (
    "title", "type", "description", "subject_id", "template_id", "owner_id", "team_id", "service_id", "site_id",
    "customer_id", "place", "facilitator_id", "timekeeper_id", "minutes_taker_id", "threshold_pct", "quorum",
    "core_clusters", "veto_clusters", "repeats", "zone", "confidentiality",
)  # fmt: skip


def following(review: Review) -> Review | None:
    """The review that was planned as the next one of the series."""
    return Review.objects.filter(previous_id=review.pk, withdrawn_at=None).order_by("pk").first()


def plan(review: Review) -> Review | None:
    """Plan the next review of the series, or bring the planned one up to what was left open; None if it ends.

    The series itself asks for it, whatever rights whoever ends the present review may have.
    """
    onward = {**parts.onward(), "actor": SYSTEM}
    planned = following(review)
    if planned is not None:
        if planned.state in ("planned", "prepared", "postponed"):
            perform(planned, "take-over-actions", **onward, previous=review)
        return planned
    act = parts.current()
    when = _when(review, act.at)
    if when is None:
        return None
    fields: dict[str, Any] = {name.removesuffix("_id"): getattr(review, name) for name in TAKEN}
    if review.period_start and review.period_end:
        fields["period_start"], fields["period_end"] = next_period(review.period_start, review.period_end)
    made: Review = create(
        "review", **onward, note=f"Follows {review.number}.", fields={**fields, "planned_at": when},
        derived={"previous": review.pk},
    )  # fmt: skip
    return made


def _when(review: Review, now: datetime) -> datetime | None:
    first = review.first_planned_at or review.planned_at
    after = max(first, review.planned_at, review.held_at or first, now)
    return next_time(review.repeats, first, after, check_zone(review.zone))
