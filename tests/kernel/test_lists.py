"""Lists: what each sort of person is shown, by which index, and that no remembered SQL outlives a right."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from septet.kernel import bulk, listing, policy, statistics
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.listing import Query
from septet.kernel.models import Record
from septet.kernel.registry import registry
from septet.lib.drafts import Draft
from tests.cast import Cast

MANY = 300
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def incidents(cast: Cast) -> list[int]:
    """Some hundred incidents: a few of Rita's, a few shared with Paul's organisation, one restricted."""
    drafts = (
        Draft(
            kind="incident",
            key=("TEST", str(n)),
            at=BEGAN + timedelta(minutes=n // 2),
            fields={
                "title": f"Incident {n}",
                "requester": cast.rita.pk if n % 40 == 0 else None,
                "affected_users": n % 5 if n % 3 else None,
                "confidentiality": "restricted" if n == 80 else "normal",
            },
        )
        for n in range(MANY)
    )
    assert not bulk.write(drafts, OPERATOR, request=new_request()).refused
    found = list(Record.objects.filter(kind="incident").order_by("pk").values_list("pk", flat=True))
    for pk in found[::50]:
        perform(Record.objects.get(pk=pk), "share", OPERATOR, via="cli", party=cast.supplier)
    return found


def shown(actor: Actor, **params: str) -> list[str]:
    """The numbers of all pages of a list, which are taken ten by ten."""
    it = registry.types["incident"]
    found: list[str] = []
    cursor = ""
    while True:
        page = listing.page(Query.parse(it, {**params, "limit": "10", "cursor": cursor}), actor)
        found += [one["number"] for one in page.items]
        if page.next is None:
            return found
        cursor = page.next


@pytest.mark.parametrize(
    "order", ["opened_at", "-opened_at", "affected_users", "-affected_users", "number", "-title", "impact"]
)
@pytest.mark.parametrize("who", ["alice", "rita", "paul", "otto"])
def test_pages_hold_what_one_may_see_once_and_in_order(cast: Cast, incidents: list[int], who: str, order: str) -> None:
    actor = cast.as_(who)
    found = shown(actor, order=order)
    records = registry.types["incident"].model._default_manager.all()
    seen = {one for one in records if policy.may(actor, "see", one)}
    assert sorted(found) == sorted(one.number for one in seen)
    by_number = {one.number: one for one in seen}
    name = order.removeprefix("-")
    for first, second in pairwise(found):
        assert _is_before(by_number[first], by_number[second], "pk" if name == "number" else name, order[0] == "-")
    assert listing.count(Query.parse(registry.types["incident"], {}), actor) == len(seen)


def _is_before(one: Any, other: Any, name: str, down: bool) -> bool:
    a, b = getattr(one, name), getattr(other, name)
    if a == b:
        return bool(one.pk > other.pk if down else one.pk < other.pk)
    if a is None or b is None:
        return b is None
    return bool(a > b if down else a < b)


def test_a_list_that_was_shown_before_follows_rights_and_shares_at_once(cast: Cast, incidents: list[int]) -> None:
    before = shown(cast.as_("paul"))
    assert before
    perform(Record.objects.get(pk=incidents[0]), "unshare", OPERATOR, via="cli", party=cast.supplier)
    assert len(shown(cast.as_("paul"))) == len(before) - 1
    ends = datetime.now(UTC) + timedelta(seconds=0.4)
    perform(Record.objects.get(pk=incidents[1]), "share", OPERATOR, via="cli", party=cast.supplier, until=ends)
    assert len(shown(cast.as_("paul"))) == len(before)
    time.sleep(0.5)
    assert len(shown(cast.as_("paul"))) == len(before) - 1
    assert len(shown(cast.as_("alice"))) == MANY - 1
    perform(cast.alice, "leave", OPERATOR, via="cli")
    assert shown(cast.as_("alice")) == []


def test_custom_fields_filter_by_what_they_mean(cast: Cast) -> None:
    schema = {"properties": {"floor": {"type": "integer"}, "vip": {"type": "boolean"}, "unit": {"type": "string"}}}
    create("custom-fields", OPERATOR, via="cli", title="F", applies_to="incident", json_schema=schema)
    for extra in ({"floor": 3, "vip": True, "unit": "A"}, {"floor": 12, "vip": False, "unit": "B"}, {}):
        create("incident", OPERATOR, via="cli", title="I", extra=extra)
    alice = cast.as_("alice")
    asked: dict[str, tuple[str, int]] = {
        "number": ("extra.floor=3.0", 1),
        "greater": ("extra.floor__gt=3", 1),
        "not": ("extra.floor__not=3", 2),
        "true": ("extra.vip=true", 1),
        "text": ("extra.unit=B", 1),
        "none": ("extra.unit=C", 0),
    }
    for what, (text, count) in asked.items():
        name, _, value = text.partition("=")
        assert len(shown(alice, **{name: value})) == count, what


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL plans by statistics of its own")
@pytest.mark.parametrize(
    ("who", "index"), [("alice", "record_kind_opened"), ("rita", "record_requester"), ("paul", "PRIMARY KEY")]
)
def test_each_sort_of_person_reads_along_an_index(cast: Cast, incidents: list[int], who: str, index: str) -> None:
    statistics.refresh()
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if 'FROM "incident"' in sql:
            plans.extend(row[3] for row in execute(f"EXPLAIN QUERY PLAN {sql}", params, many, context).fetchall())
        return execute(sql, params, many, context)

    actor = cast.as_(who)
    with connection.execute_wrapper(explain):
        listing.page(Query.parse(registry.types["incident"], {}), actor)
    assert any(index in line for line in plans), plans
    if who != "alice":
        assert not any("record_kind_opened" in line for line in plans), "\n".join(plans)
