"""Lists of another time come to the same whether the first records of their order are asked first or not."""

from datetime import timedelta
from importlib import import_module
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from septet.kernel import door, listing, timetravel
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Span
from septet.kernel.registry import registry
from septet.kernel.verify import check

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
            for near in (1, 3, 7, 13):
                with patch.object(timetravel, "NEAR", near):
                    assert listed(params) == usual, (days, more, near)
    late = listed({"as_of": (now - timedelta(days=18)).isoformat(), "limit": "2"})
    assert late == [numbers[2], *(numbers[n] for n in range(12, -1, -1) if n != 2)]


def test_spans_from_before_are_told_their_size_and_opening() -> None:
    now = timezone.now()
    one = create("incident", OPERATOR, via="cli", title="Late", impact=3, at=now - timedelta(days=90))
    perform(one, "resolve", OPERATOR, via="cli", cause="x", at=now - timedelta(days=2))
    perform(one, "edit", OPERATOR, via="cli", opened_at=now - timedelta(days=1))
    told = list(Span.objects.filter(record_id=one.pk).order_by("since").values_list("size", "opened_at"))
    assert told == [(8, now - timedelta(days=1)), (None, now - timedelta(days=1))]
    with door.opened():
        Span.objects.update(size=None, opened_at=None)
    assert [found.number for found in check().problems] == [one.number]
    with door.opened():
        import_module("septet.kernel.migrations.0013_as_of_in_short").tell(apps, SimpleNamespace(connection=connection))
    assert check().problems == []
