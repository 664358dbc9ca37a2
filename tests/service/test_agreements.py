"""Agreements: from the draft to the end, and the targets they hold on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.undo import undo_entry
from septet.lib.text import exact_duration
from septet.service.agreements.background import expire_agreements
from septet.service.agreements.lengths import DAY, read_length, seconds_of
from septet.service.agreements.models import AgreementTarget
from tests.cast import Cast

HOUR = 3600


def agreement(**values: Any) -> Any:
    return create("agreement", OPERATOR, via="api", fields={"title": "Desktops", **values})


def do(record: Any, name: str, **values: Any) -> Any:
    perform(record, name, OPERATOR, via="api", **values)
    return record


def in_force(**values: Any) -> Any:
    found = agreement(**values)
    for name in ("negotiate", "agree", "activate"):
        do(found, name)
    return found


def targets(record: Any) -> list[tuple[str, datetime | None, datetime | None]]:
    rows = AgreementTarget.objects.filter(record_id=record.pk)
    found = [(row.within, row.valid_from, row.valid_to) for row in rows]
    return sorted(found, key=lambda one: (one[1] is not None, one[1]))


@pytest.mark.parametrize(
    ("text", "day", "seconds"),
    [
        ("4h", DAY, 4 * HOUR),
        ("1h 30min", None, 5400),
        ("90 minutes", 9 * HOUR, 5400),
        ("2 days", DAY, 48 * HOUR),
        ("1 week", DAY, 168 * HOUR),
        ("9 business hours", None, 9 * HOUR),
        ("2 business days", 9 * HOUR, 18 * HOUR),
        ("0.5 working days", 8 * HOUR, 4 * HOUR),
    ],
)
def test_lengths_as_people_write_them(text: str, day: int | None, seconds: int) -> None:
    assert read_length(text, day) == seconds
    assert seconds_of(exact_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "day", "message"),
    [
        ("2 days", 9 * HOUR, "write hours or business days"),
        ("2 business days", None, "differ in length"),
        ("soon", DAY, "not a length of time"),
        ("0 h", DAY, "at least a second"),
        ("600 weeks", DAY, "within ten years"),
    ],
)
def test_lengths_that_would_be_a_guess_are_refused(text: str, day: int | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_length(text, day)


def test_from_the_draft_to_the_end(cast: Cast) -> None:
    sla = agreement(customer=cast.supplier.number)
    with pytest.raises(Refused):
        perform(sla, "negotiate", cast.as_("alice"), via="api")
    for name, state in (("negotiate", "negotiating"), ("agree", "agreed"), ("activate", "active")):
        assert do(sla, name).state == state
    assert sla.valid_from is not None
    assert do(sla, "review").state == "under-review"
    assert do(sla, "renew", valid_to="2035-01-01").state == "active"
    assert do(sla, "terminate", reason="They left.").state == "terminated"
    assert sla.valid_to <= timezone.now()


def test_it_is_not_agreed_before_everybody_has_signed(cast: Cast) -> None:
    sla = do(do(agreement(), "negotiate"), "ask-approval", approvers=[cast.bob])
    with pytest.raises(Conflict, match="not signed"):
        do(sla, "agree")
    perform(sla, "approve", cast.as_("bob"), via="api")
    assert do(sla, "agree").state == "agreed"


@pytest.mark.parametrize(("sort", "missing"), [("uc", "provider"), ("ola", "team")])
def test_it_names_who_has_to_keep_it(db: None, sort: str, missing: str) -> None:
    with pytest.raises(Invalid) as refused:
        do(do(agreement(sort=sort), "negotiate"), "agree")
    assert missing in refused.value.fields


def test_it_expires_on_the_day_it_names(db: None) -> None:
    then = timezone.now() - timedelta(days=30)
    over, lasting = in_force(valid_from=then), in_force()
    do(over, "edit", valid_to=timezone.now() - timedelta(days=1))
    assert expire_agreements.func() == 1
    assert (reload(over).state, reload(lasting).state) == ("expired", "active")


def test_a_target_of_a_draft_is_set_anew_and_one_in_force_is_followed(db: None) -> None:
    sla = do(
        do(agreement(), "set-target", metric="resolution", within="8h"), "set-target", metric="resolution", within="4h"
    )
    assert targets(sla) == [("4 h", None, None)]
    for name in ("negotiate", "agree", "activate"):
        do(sla, name)
    do(sla, "set-target", metric="resolution", within="2h")
    [(_, _, ended), (within, begun, open_end)] = targets(sla)
    assert (within, open_end) == ("2 h", None)
    assert ended == begun is not None
    do(sla, "set-target", metric="resolution", within="1h", priority=1)
    assert len(targets(sla)) == 3, "a target for other records leaves these alone"


def test_a_target_between_others_ends_where_the_next_one_begins(db: None) -> None:
    sla = in_force(valid_from="2024-01-01")
    days = [datetime(2024, month, 1, tzinfo=UTC) for month in (3, 9, 6)]
    for within, day in zip(("3h", "9h", "6h"), days, strict=True):
        do(sla, "set-target", metric="response", within=within, valid_from=day)
    assert targets(sla) == [("3 h", days[0], days[2]), ("6 h", days[2], days[1]), ("9 h", days[1], None)]
    row = AgreementTarget.objects.get(record_id=sla.pk, within="9 h")
    do(sla, "end-target", target=row.pk, valid_to="2025-01-01")
    assert targets(sla)[2] == ("9 h", days[1], datetime(2025, 1, 1, tzinfo=UTC))


def test_recalculating_lets_present_targets_reach_back(db: None) -> None:
    sla = in_force(valid_from="2024-01-01")
    do(sla, "set-target", metric="response", within="3h", valid_from="2024-01-01")
    do(sla, "set-target", metric="response", within="6h", valid_from="2024-06-01")
    entry = perform(
        do(sla, "set-target", metric="response", within="9h", valid_from="2024-09-01"),
        "recalculate", OPERATOR, via="api", since="2024-03-01",
    )  # fmt: skip
    march = datetime(2024, 3, 1, tzinfo=UTC)
    assert targets(sla) == [("3 h", datetime(2024, 1, 1, tzinfo=UTC), march), ("9 h", march, None)]
    with pytest.raises(Invalid, match="begins on 2024-01-01"):
        do(sla, "recalculate", since="2023-01-01")
    assert entry is not None
    undo_entry(entry.pk, OPERATOR, via="api")
    assert [within for within, *_ in targets(sla)] == ["3 h", "6 h", "9 h"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "incidents"}, "kind"),
        ({"kind": "service"}, "kind"),
        ({"within": "soon"}, "within"),
        ({"thresholds": [50, 100]}, "thresholds"),
        ({"priority": 9}, "priority"),
        ({"metric": "first-response"}, "metric"),
    ],
)
def test_what_cannot_be_promised_is_refused(db: None, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        do(agreement(), "set-target", **{"metric": "resolution", "within": "4h", **values})
    assert field in refused.value.fields


def test_working_days_are_those_of_the_calendar(db: None) -> None:
    office = create(
        "business-calendar", OPERATOR, via="api", title="Office",
        weekly={day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    )  # fmt: skip
    sla = agreement(calendar=office.number)
    do(sla, "set-target", metric="resolution", within="2 business days")
    do(sla, "set-target", metric="resolution", within="2 days", priority=1, around_the_clock=True)
    assert [within for within, *_ in targets(sla)] == ["18 h", "48 h"]
    with pytest.raises(Invalid, match="around the clock"):
        do(sla, "set-target", metric="response", within="1h", calendar=office.number, around_the_clock=True)
