"""Lists of another time come to the same whether the newest records are asked first or not."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from septet.kernel import listing, timetravel
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.registry import registry

pytestmark = pytest.mark.django_db


def listed(params: dict[str, str]) -> list[str]:
    """All pages of a list, one after the other."""
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = listing.Query.parse(registry.types["incident"], params | ({"cursor": cursor} if cursor else {}))
        page = listing.page(query, OPERATOR)
        found += [item["number"] for item in page.items]
        cursor = page.next
    return found


def test_the_newest_are_asked_first_and_nothing_is_lost_or_doubled() -> None:
    now = timezone.now()
    numbers = []
    for n in range(14):
        opened = now - timedelta(days=30 - n)
        one = create("incident", OPERATOR, via="cli", title=f"Incident {n}", impact=3, at=opened)
        if n % 3 == 0:
            perform(one, "resolve", OPERATOR, via="cli", cause="x", at=opened + timedelta(days=4))
        if n == 2:
            # It was there before it was opened, as its journal has it now.
            perform(one, "edit", OPERATOR, via="cli", opened_at=now - timedelta(days=1))
        numbers.append(one.number)
    for days in (0, 15, 18, 22, 29):
        for more in ({}, {"state": "resolved"}, {"order": "opened_at"}, {"state": "new"}):
            params = {"as_of": (now - timedelta(days=days)).isoformat(), "limit": "2", **more}
            usual = listed(params)
            for newest in (1, 3, 7, 13):
                with patch.object(timetravel, "NEWEST", newest):
                    assert listed(params) == usual, (days, more, newest)
    late = listed({"as_of": (now - timedelta(days=18)).isoformat(), "limit": "2"})
    assert late == [numbers[2], *(numbers[n] for n in range(12, -1, -1) if n != 2)]
