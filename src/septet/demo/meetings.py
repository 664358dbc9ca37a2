"""How people of the demo meet for a review: who sits where, what they bring, what is written down and ordered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from septet.demo.stage import Stage
from septet.kernel.models import Record

TIME_FOR_COMMENTS = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Seat:
    """Who speaks for a role cluster, and who in their place."""

    cluster: str
    person: str
    deputy: str = ""


def seat(stage: Stage, review: str | Record, at: datetime, by: str, seats: Iterable[Seat]) -> None:
    """Give everybody their seat."""
    for one in seats:
        named = {"deputy": f"@{one.deputy}"} if one.deputy else {}
        stage.act(review, "add-member", at, by, cluster=one.cluster, person=f"@{one.person}", **named)


def write_down(stage: Stage, review: str | Record, at: datetime, by: str, writer: str, minutes: str) -> None:
    """The minutes, two days for comments, and their end."""
    until = at + TIME_FOR_COMMENTS
    stage.act(review, "issue-minutes", at, writer, minutes=minutes, comments_until=until.isoformat())
    stage.act(review, "close-comments", until + timedelta(minutes=3), by)


def order(
    stage: Stage, review: str | Record, at: datetime, by: str, title: str, owner: str, due: datetime, **more: Any
) -> None:
    """An action that the review decided on: what, by whom, until when."""
    stage.act(review, "add-action", at, by, title=title, owner=f"@{owner}", due_at=due.isoformat(), **more)
