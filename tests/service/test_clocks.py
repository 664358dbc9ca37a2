"""Clocks of incidents under agreements: which promise counts, what moves them, what is judged anew, what time tells."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from septet.kernel import follow
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.bulk import write
from septet.kernel.clocks import events
from septet.kernel.derived import Derived
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.listing import Query
from septet.kernel.models import Clock, Entry, Run
from septet.kernel.reading import body
from septet.kernel.registry import registry
from septet.kernel.timetravel import page
from septet.kernel.undo import undo_entry, undo_request
from septet.kernel.verify import verify
from septet.kernel.work import find_task
from septet.lib.drafts import Draft, Step
from tests.cast import Cast

HOUR = timedelta(hours=1)
INCIDENTS = registry.types["incident"]
MONDAY = datetime(2024, 3, 4, 9, tzinfo=UTC)


def agreement(*targets: dict[str, Any], **values: Any) -> Any:
    """An agreement in force since 2020 with these targets."""
    found = create("agreement", OPERATOR, via="api", fields={"title": "SLA", "valid_from": "2020-01-01", **values})
    for one in targets:
        perform(found, "set-target", OPERATOR, via="api", params=one)
    for name in ("negotiate", "agree", "activate"):
        perform(found, name, OPERATOR, via="api")
    return found


def target(within: str, metric: str = "resolution", **values: Any) -> dict[str, Any]:
    return {"metric": metric, "within": within, **values}


def incident(at: datetime | None = MONDAY, **values: Any) -> Any:
    return create(
        "incident", OPERATOR, via="api", at=at, fields={"title": "No mail", "impact": 3, "urgency": 3, **values}
    )


def do(record: Any, name: str, hours: float | None = None, **values: Any) -> Any:
    """Do an action, so many hours after that Monday, 9 o'clock."""
    at = None if hours is None else MONDAY + hours * HOUR
    perform(record, name, OPERATOR, via="api", at=at, **values)
    return record


def resolve(record: Any, hours: float) -> Any:
    return do(record, "resolve", hours, cause="A cable.")


def clock(record: Any, metric: str = "resolution") -> Clock:
    return Clock.objects.get(record_id=record.pk, metric=metric)


def stands(record: Any, metric: str = "resolution") -> tuple[str, float, float | None]:
    """State, elapsed hours, and hours from that Monday until it is due."""
    one = clock(record, metric)
    due = None if one.due_at is None else (one.due_at - MONDAY) / HOUR
    return one.state, one.elapsed / 3_600_000_000, due


def assert_all_is_right() -> None:
    """What is derived is what the journal yields, and the journal verifies."""
    assert [problem for batch in Derived(repair=False).batches() for problem in batch.problems] == []
    assert verify().problems == []


def test_a_clock_from_the_opening_to_the_end(cast: Cast) -> None:
    agreement(target("4h"), target("1h", "response"))
    one = incident()
    assert one.due_at == MONDAY + HOUR, "the response is due first"
    do(one, "start", 0.5)
    assert stands(one, "response") == ("met", 0.5, 1)
    assert one.due_at == MONDAY + 4 * HOUR
    do(one, "wait", 1, waiting_for="user")
    assert (stands(one), one.due_at) == (("paused", 1, None), None)
    do(one, "resume", 11)
    assert (stands(one), one.due_at) == (("running", 1, 14), MONDAY + 14 * HOUR)
    resolve(one, 12)
    assert (stands(one), one.due_at) == (("met", 2, 14), None)
    do(one, "reopen", 20, reason="Again.")
    assert (stands(one), reload(one).due_at) == (("running", 2, 22), MONDAY + 22 * HOUR)
    assert resolve(one, 23).state == "resolved"
    assert stands(one) == ("missed", 5, 22)
    assert clock(one).breached_at == MONDAY + 22 * HOUR
    assert_all_is_right()


def test_a_cancelled_incident_ends_without_a_verdict_and_a_withdrawn_one_has_no_clock(cast: Cast) -> None:
    agreement(target("4h"))
    one = do(incident(), "cancel", 9, reason="A test.")
    assert stands(one) == ("cancelled", 9, None)
    two = do(incident(), "withdraw")
    assert (Clock.objects.filter(record_id=two.pk).count(), two.due_at) == (0, None)
    assert do(two, "restore").due_at == MONDAY + 4 * HOUR
    assert_all_is_right()


@pytest.mark.parametrize(
    ("who", "audience", "answered"),
    [
        ("alice", "requester", True),
        ("alice", "everybody", True),
        ("alice", "internal", False),
        ("rita", "requester", False),
    ],
)
def test_the_first_comment_that_the_requester_can_read_is_a_response(
    cast: Cast, who: str, audience: str, answered: bool
) -> None:
    agreement(target("1h", "response"))
    one = incident(None, requester=cast.rita.number)
    perform(one, "comment", cast.as_(who), via="api", text="We look at it.", audience=audience)
    assert (clock(one, "response").state == "met") == answered
    before = clock(one, "response").met_at
    do(one, "start")
    assert clock(one, "response").met_at == (before if answered else reload(one).updated_at)
    assert_all_is_right()


@pytest.fixture
def shop(cast: Cast) -> Any:
    """A service, a customer, and agreements about both, either and neither."""
    service = create("service", OPERATOR, via="api", title="Shop")
    other = create("service", OPERATOR, via="api", title="Mail")
    agreement(target("100h"), target("90h", priority=1), target("80h", priority=1, category="Mail"), title="All")
    agreement(target("70h"), service=service.number, title="Shop")
    perform(other, "relate", OPERATOR, via="api", type="covered-by", valid_from="2020-01-01",
            target=agreement(target("60h"), target("55h", category="backup"), title="Mail"))  # fmt: skip
    agreement(target("50h"), target("40h", service=service.number), customer=cast.supplier.number, title="Customer")
    agreement(target("1h"), sort="ola", team=cast.desk.number, title="Inside")
    return {"shop": service.number, "mail": other.number, "customer": cast.supplier.number}


@pytest.mark.parametrize(
    ("values", "hours"),
    [
        ({}, 100),
        ({"impact": 1, "urgency": 1}, 90),
        ({"impact": 1, "urgency": 1, "category": "mail"}, 80),
        ({"service": "shop"}, 70),
        ({"service": "shop", "impact": 1, "urgency": 1}, 70),
        ({"service": "mail"}, 60),
        ({"service": "mail", "category": "Backup"}, 55),
        ({"customer": "customer"}, 50),
        ({"customer": "customer", "service": "mail"}, 50),
        ({"customer": "customer", "service": "shop"}, 40),
    ],
)
def test_the_closest_promise_counts(shop: Any, values: dict[str, Any], hours: int) -> None:
    given = {
        name: shop.get(value, value) if name in {"service", "customer"} else value for name, value in values.items()
    }
    assert clock(incident(**given)).seconds == hours * 3600


def test_whatever_the_order_of_edits_the_same_is_due(cast: Cast, shop: Any) -> None:
    """Priority, customer, service and category, changed in any order and told late, end in the same clocks."""
    steps = {
        "priority": lambda one: do(one, "override-priority", 1, priority=1, reason="The board."),
        "customer": lambda one: do(one, "edit", 2, customer=shop["customer"]),
        "service": lambda one: do(one, "edit", 3, service=shop["shop"]),
        "wait": lambda one: do(one, "edit", 4, category="mail"),
    }
    found = set()
    for order in permutations(steps):
        one = do(incident(), "start", 0.5)
        for name in order:
            steps[name](one)
        found.add((stands(one), reload(one).due_at))
    assert found == {(("running", 0, 40), MONDAY + 40 * HOUR)}


def test_a_change_reckons_from_the_original_start(cast: Cast) -> None:
    agreement(target("100h"), target("8h", priority=1))
    one = do(do(incident(), "start", 1), "wait", 2, waiting_for="user")
    do(one, "resume", 7)
    do(one, "override-priority", 10, priority=1, reason="Worse than we thought.")
    assert stands(one) == ("running", 2, 13)
    do(one, "override-priority", 11, priority=4, reason="Not so bad.")
    assert stands(one) == ("running", 2, 105)
    assert_all_is_right()


def test_an_opening_time_that_is_corrected_moves_the_clock(cast: Cast) -> None:
    agreement(target("8h"))
    one = do(incident(), "edit", opened_at=MONDAY - 2 * HOUR)
    assert one.due_at == MONDAY + 6 * HOUR
    assert_all_is_right()


def test_undo_takes_the_clock_along(cast: Cast) -> None:
    agreement(target("8h"), target("4h", priority=1))
    one = incident(None)
    due = one.due_at
    entry = perform(one, "override-priority", OPERATOR, via="api", priority=1, reason="Now!")
    assert reload(one).due_at == one.opened_at + 4 * HOUR
    assert entry is not None
    undo_entry(entry.pk, OPERATOR, via="api")
    assert reload(one).due_at == due
    assert_all_is_right()


def test_the_due_time_is_not_typed_in_and_not_journaled(cast: Cast) -> None:
    agreement(target("8h"))
    with pytest.raises(Invalid, match="due_at"):
        incident(due_at="2030-01-01")
    one = do(incident(), "start", 1)
    with pytest.raises(Invalid, match="due_at"):
        do(one, "edit", due_at="2030-01-01")
    assert not Entry.objects.filter(record_id=one.pk, changes__contains="due_at").exists()


def test_as_of_another_time_it_was_due_at_another_time(cast: Cast) -> None:
    agreement(target("8h"), target("4h", priority=1))
    one = do(do(incident(), "start", 1), "wait", 2, waiting_for="user")
    do(one, "resume", 5)
    do(one, "override-priority", 6, priority=1, reason="Now!")
    for hours, due in ((0.5, 8), (3, None), (5.5, 11), (6.5, 7)):
        at = MONDAY + hours * HOUR
        expected = None if due is None else (MONDAY + due * HOUR).isoformat().replace("+00:00", "Z")
        assert body(one, OPERATOR, as_of=at)["due_at"] == expected
        listed = page(Query.parse(INCIDENTS, {"as_of": at.isoformat()}), OPERATOR)
        assert [item["due_at"] for item in listed.items] == [expected]
    late = {"as_of": (MONDAY + 5.5 * HOUR).isoformat(), "due_at__gte": (MONDAY + 10 * HOUR).isoformat()}
    assert len(page(Query.parse(INCIDENTS, late), OPERATOR).items) == 1
    late["due_at__gte"] = (MONDAY + 12 * HOUR).isoformat()
    assert page(Query.parse(INCIDENTS, late), OPERATOR).items == []


def drain() -> int:
    """Let reactions follow, and do the runs that they asked for; how many these were."""
    follow.drain()
    done = 0
    for run in Run.objects.filter(state="queued", task__startswith="reckon"):
        find_task(run.task).func(**run.arguments)
        done += 1
    Run.objects.all().delete()
    return done


def test_the_rule_in_force_when_it_was_opened_judges_it(cast: Cast) -> None:
    sla = agreement(target("8h"))
    drain()
    before = incident(MONDAY)
    do(sla, "set-target", **target("4h", valid_from=MONDAY + HOUR))
    after = incident(MONDAY + 2 * HOUR)
    assert drain() == 1
    assert (clock(before).seconds, clock(after).seconds) == (8 * 3600, 4 * 3600)
    do(sla, "recalculate", since=MONDAY - HOUR)
    assert clock(before).seconds == 8 * 3600, "in the background"
    assert drain() == 1
    assert (clock(before).seconds, reload(before).due_at) == (4 * 3600, MONDAY + 4 * HOUR)
    assert_all_is_right()


def test_what_changes_only_the_future_reckons_nothing_anew(cast: Cast) -> None:
    sla = agreement(target("8h"))
    drain()
    do(sla, "edit", description="More words.")
    do(create("agreement", OPERATOR, via="api", title="A draft"), "set-target", **target("1h"))
    assert drain() == 0


def test_an_agreement_that_begins_late_or_is_undone_judges_what_was_opened_since(cast: Cast) -> None:
    one = incident()
    assert not Clock.objects.exists()
    sla = agreement(target("8h"))
    drain()
    assert stands(one) == ("running", 0, 8)
    do(sla, "withdraw")
    drain()
    assert (Clock.objects.count(), reload(one).due_at) == (0, None)
    do(sla, "restore")
    do(sla, "terminate", reason="It was good.")
    drain()
    assert stands(one) == ("running", 0, 8), "what was opened before its end is judged by it"
    assert not Clock.objects.filter(record_id=incident(None).pk).exists()
    assert_all_is_right()


def test_a_service_that_comes_under_an_agreement(cast: Cast) -> None:
    service = create("service", OPERATOR, via="api", title="Shop")
    one = incident(service=service.number)
    general = agreement(target("8h"))
    own = agreement(target("2h"), title="Shop", service=create("service", OPERATOR, via="api", title="Mail").number)
    drain()
    assert clock(one).agreement == general.pk
    do(service, "relate", type="covered-by", target=own, valid_from=MONDAY - HOUR)
    drain()
    assert clock(one).agreement == own.pk
    assert_all_is_right()


OFFICE = {day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def test_hours_of_a_calendar_count_from_their_change_on(cast: Cast) -> None:
    office = create("business-calendar", OPERATOR, via="api", at=MONDAY - 999 * HOUR, title="Office", weekly=OFFICE)
    agreement(target("9h"), target("9h", "response", around_the_clock=True), calendar=office.number)
    one = incident()
    drain()
    assert stands(one) == ("running", 0, 24)
    assert stands(one, "response") == ("running", 0, 9)
    do(office, "edit", 10, weekly={**OFFICE, "tue": [["10:00", "17:00"]]})
    assert drain() == 1
    assert stands(one) == ("running", 0, 26)
    do(office, "edit", 48, exceptions={"2024-03-04": []})
    drain()
    assert stands(one) == ("running", 0, 26), "the past is counted by the hours of then"
    assert_all_is_right()


def drafts(count: int) -> list[Draft]:
    """Incidents of another system, each with a history."""
    return [
        Draft(
            kind="incident",
            key=("OLD", str(number)),
            at=MONDAY + number * HOUR,
            fields={"title": f"Incident {number}", "priority": 1 + number % 2},
            steps=[
                Step(MONDAY + (number + 1) * HOUR, "start", {"state": "in-progress"}),
                Step(MONDAY + (number + 2) * HOUR, "wait", {"state": "waiting"}),
                Step(MONDAY + (number + 5) * HOUR, "resume", {"state": "in-progress"}),
                *([Step(MONDAY + (number + 8) * HOUR, "resolve", {"state": "resolved"})] if number % 3 else []),
            ],
        )
        for number in range(count)
    ]


def test_imported_records_have_their_clocks_at_once(cast: Cast) -> None:
    agreement(target("50000h"), target("5h", priority=1), target("30min", "response"))
    request = new_request()
    write(drafts(6), OPERATOR, request=request)
    assert Clock.objects.count() == 12
    found = [
        (one.state, one.elapsed // 3_600_000_000)
        for one in Clock.objects.filter(metric="resolution").order_by("record")
    ]
    assert found == [("running", 2), ("met", 5), ("met", 5), ("running", 2), ("met", 5), ("met", 5)]
    assert set(Clock.objects.filter(metric="response").values_list("state", flat=True)) == {"missed"}
    assert_all_is_right()
    again = drafts(6)
    again[0].steps.append(Step(MONDAY + 9 * HOUR, "resolve", {"state": "resolved"}))
    write(again, OPERATOR, request=new_request())
    assert Clock.objects.get(metric="resolution", record__title="Incident 0").state == "missed"
    assert_all_is_right()
    undo_request(request, OPERATOR, via="api")
    assert Clock.objects.filter(record__withdrawn_at__isnull=False).count() == 0
    write(again, OPERATOR, request=new_request())
    assert Clock.objects.count() == 12
    assert_all_is_right()


def test_the_past_of_an_import_is_not_told(cast: Cast) -> None:
    agreement(target("4h"))
    write(drafts(6), OPERATOR, request=new_request())
    assert Clock.objects.filter(breached_at__isnull=False).count() == 6
    assert not events.step()
    assert not Entry.objects.filter(action__in=events.EVENTS).exists()


@pytest.fixture
def running(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An incident under a target of 8 hours (4 at priority 1), and a clock on the wall that can be set."""
    agreement(target("8h"), target("4h", priority=1))
    one = incident(None)

    def pass_hours(hours: float) -> None:
        now = one.opened_at + hours * HOUR
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)
        monkeypatch.setattr("septet.kernel.clocks.events.shared_now", lambda: now)
        while events.step():
            pass

    return one, pass_hours


def told(record: Any) -> list[tuple[str, float]]:
    rows = Entry.objects.filter(record_id=record.pk, action__in=events.EVENTS).order_by("number")
    return [(one.note.split(" of")[0].split(" within")[0], (one.at - record.opened_at) / HOUR) for one in rows]


def test_time_tells_thresholds_and_the_breach_once_each(running: Any) -> None:
    one, pass_hours = running
    pass_hours(3)
    assert told(one) == []
    for hours in (4, 4.5, 7, 7.5, 8, 8.1, 9, 99):
        pass_hours(hours)
    assert told(one) == [("50 %", 4), ("75 %", 6), ("90 %", 7.2), ("Not resolved", 8)]
    assert clock(one).breached_at == one.opened_at + 8 * HOUR
    first, *_, last = Entry.objects.filter(record_id=one.pk, action__in=events.EVENTS).order_by("number")
    assert first.note.startswith("50 % of the 8 h to resolve it are used. Due ")
    assert last.note.startswith("Not resolved within 8 h, as AGR-")
    assert (last.audience, last.actor_name, last.via) == ("internal", "Septet", "worker")
    with pytest.raises(Conflict, match="cannot be undone"):
        undo_entry(last.pk, OPERATOR, via="api")
    assert_all_is_right()


def test_of_what_a_new_target_has_passed_already_only_the_highest_is_told(running: Any) -> None:
    one, pass_hours = running
    pass_hours(4.5)
    perform(one, "override-priority", OPERATOR, via="api", priority=1, reason="Now!")
    pass_hours(4.6)
    assert [what for what, _ in told(one)] == ["50 %", "Not resolved"]
    perform(one, "override-priority", OPERATOR, via="api", priority=3, reason="No.")
    pass_hours(6.1)
    perform(one, "override-priority", OPERATOR, via="api", priority=1, reason="Yes!")
    pass_hours(7)
    assert [what for what, _ in told(one)] == ["50 %", "Not resolved", "75 %"], "each once for each target"


def test_a_pause_is_quiet(running: Any) -> None:
    one, pass_hours = running
    perform(one, "start", OPERATOR, via="api")
    perform(one, "wait", OPERATOR, via="api", waiting_for="user")
    pass_hours(99)
    assert told(one) == []
    assert clock(one).next_event_at is None
