"""The calendar: what stands in it, between which moments, for whom, and what is in the way of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test.utils import CaptureQueriesContext

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.calendar.events import CalendarEvent, Wanted, events_between
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import Invalid
from septet.kernel.readings import read_report
from septet.kernel.registry import registry
from tests.cast import Cast

NOON = datetime(2035, 3, 6, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = (datetime(2035, 3, 1, tzinfo=UTC), datetime(2035, 4, 1, tzinfo=UTC))


def change(title: str, start: datetime = NOON, hours: float = 2, **values: Any) -> Any:
    """A change that is planned."""
    ends = (start + hours * HOUR).isoformat()
    return create(
        "change", OPERATOR, via="api", title=title, planned_start=start.isoformat(), planned_end=ends, **values
    )


def window(title: str, start: datetime = NOON, hours: float = 2, **values: Any) -> Any:
    ends = (start + hours * HOUR).isoformat()
    return create("window", OPERATOR, via="api", title=title, starts_at=start.isoformat(), ends_at=ends, **values)


def found(actor: Actor = OPERATOR, since: datetime = MONTH[0], until: datetime = MONTH[1], **asked: Any) -> list[Any]:
    return events_between(actor, Wanted(since, until, **asked)).events


def titles(*args: Any, **asked: Any) -> list[str]:
    return [one.title for one in found(*args, **asked)]


def test_what_overlaps_the_time_is_told(cast: Cast) -> None:
    change("Before", MONTH[0] - 2 * HOUR)
    change("Into", MONTH[0] - HOUR)
    change("Within")
    change("Out of", MONTH[1] - HOUR)
    change("After", MONTH[1])
    change("Around", MONTH[0] - DAY, hours=24 * 40)
    create("change", OPERATOR, via="api", title="Only begins", planned_start=NOON.isoformat())
    create("change", OPERATOR, via="api", title="Without dates")
    assert set(titles()) == {"Into", "Within", "Out of", "Around", "Only begins"}
    event = next(one for one in found() if one.title == "Only begins")
    assert (event.starts_at, event.ends_at) == (NOON, None)


def test_each_kind_by_its_own_dates(cast: Cast) -> None:
    agreement = create(
        "agreement",
        OPERATOR,
        via="api",
        title="Desktops",
        valid_from="2034-03-20",
        valid_to="2035-05-20",
        notice_days=60,
    )
    create("review", OPERATOR, via="api", title="Board", type="operations", planned_at=NOON.isoformat())
    create("task", OPERATOR, via="api", title="Call", due_at=NOON.isoformat())
    done = create("task", OPERATOR, via="api", title="Called", due_at=NOON.isoformat())
    perform(done, "complete", OPERATOR, via="api")
    create(
        "absence", OPERATOR, via="api", title="Leave", person=cast.alice.number, starts_at=NOON.isoformat(),
        ends_at=(NOON + DAY).isoformat(),
    )  # fmt: skip
    told = {(one.kind, one.title, one.what, one.starts_at) for one in found()}
    notice = ("agreement", "Desktops", "last day to give notice", datetime(2035, 3, 21, tzinfo=UTC))
    assert told == {notice, ("review", "Board", "", NOON)}
    assert {(one.title, one.what) for one in found(kinds=("task", "absence"))} == {("Call", "due"), ("Leave", "")}
    assert next(one.who for one in found(kinds=("absence",))).title == "Alice"
    may = [datetime(2035, 5, 1, tzinfo=UTC), datetime(2035, 6, 1, tzinfo=UTC)]
    assert [(one.number, one.part) for one in found(OPERATOR, *may)] == [(agreement.number, "ends")]


def test_windows_come_again_at_the_same_time_of_the_clock(cast: Cast) -> None:
    sunday = datetime(2035, 3, 4, 2, tzinfo=UTC)
    weekly = window("Weekly", sunday, hours=4, rule="FREQ=WEEKLY;BYDAY=SU", zone="Europe/Berlin")
    events = found(until=datetime(2035, 4, 9, tzinfo=UTC))
    assert [one.number for one in events] == [weekly.number] * 6
    assert [one.starts_at.hour for one in events] == [2, 2, 2, 1, 1, 1], "summer time begins on 25 March"
    assert {one.ends_at - one.starts_at for one in events} == {4 * HOUR}
    assert all(one.governs and not one.forbids and one.what == "Maintenance" for one in events)
    assert len(found(until=datetime(2035, 4, 9, tzinfo=UTC), once=True)) == 1


def test_a_freeze_and_another_change_are_in_the_way(cast: Cast) -> None:
    server, disk, far = (
        create("configuration-item", OPERATOR, via="api", title=title) for title in ("Server", "Disk", "Far")
    )
    perform(server, "relate", OPERATOR, via="api", type="depends-on", target=disk)
    first, second, third = change("First"), change("Second", NOON + HOUR), change("Third")
    for one, item in ((first, server), (second, disk), (third, far)):
        perform(one, "relate", OPERATOR, via="api", type="affects", target=item)
    assert {one.title: one.conflicts for one in found()} == {"First": [], "Second": [], "Third": []}
    authorised(second)
    conflicts = {one.title: one.conflicts for one in found()}
    assert conflicts["First"] == [
        f"At the same time: {second.number} Second, which touches the same or what it depends on."
    ]
    assert conflicts["Second"] == conflicts["Third"] == []
    freeze = window("Quiet", NOON - HOUR, hours=2, purpose="freeze")
    told = next(one.conflicts for one in found() if one.title == "Third")
    assert told == [f"It lies in {freeze.number} Quiet, while changes are frozen."]
    perform(third, "edit", OPERATOR, via="api", type="emergency")
    assert next(one.conflicts for one in found() if one.title == "Third") == []
    perform(second, "edit", OPERATOR, via="api", confidentiality="restricted")
    told = next(one.conflicts for one in found(cast.as_("alice")) if one.title == "First")
    assert told[1].startswith("At the same time: another change, which you may not see,")


def authorised(record: Any) -> None:
    """Lead a change until others have to make room for it."""
    perform(record, "edit", OPERATOR, via="api", reason="Why", backout_plan="Back", test_plan="Try", type="minor")
    for name, params in (
        ("submit", {}), ("screen", {}), ("classify", {"type": "minor", "impact": 4, "likelihood": 4}), ("assess", {}),
        ("authorise", {}),
    ):  # fmt: skip
        perform(record, name, OPERATOR, via="api", params=params)


def test_nobody_sees_what_they_may_not(cast: Cast) -> None:
    change("Open")
    secret = change("Secret")
    perform(secret, "edit", OPERATOR, via="api", confidentiality="restricted")
    change("Rita's", requester=cast.rita.number)
    window("Sunday")
    assert set(titles(cast.as_("alice"))) == {"Open", "Rita's", "Sunday"}
    assert titles(cast.as_("rita")) == ["Rita's"]
    assert titles(cast.as_("otto")) == []
    perform(secret, "share", OPERATOR, via="api", party=cast.alice.number)
    assert "Secret" in titles(cast.as_("alice"))


def test_it_can_be_narrowed(cast: Cast) -> None:
    mail, web = (create("service", OPERATOR, via="api", title=title) for title in ("Mail", "Web"))
    server = create("configuration-item", OPERATOR, via="api", title="Server")
    change("Of mail", service=mail.number, team=cast.desk.number)
    change("Of web", service=web.number)
    tied = change("Of the server", owner=cast.bob.number)
    perform(tied, "relate", OPERATOR, via="api", type="affects", target=server)
    window("For mail", service=mail.number)
    window("For all")
    assert set(titles(service=mail)) == {"Of mail", "For mail", "For all"}
    assert set(titles(item=server)) == {"Of the server", "For all"}
    assert set(titles(team=cast.desk, kinds=("change",))) == {"Of mail"}
    assert set(titles(cast.as_("alice"), mine=True, kinds=("change",))) == {"Of mail"}
    assert set(titles(cast.as_("bob"), mine=True, kinds=("change",))) == {"Of mail", "Of the server"}
    assert next(one.why for one in found(service=mail) if one.title == "For mail") == "It names this record."


def test_what_was_called_off_is_told_if_asked_for(cast: Cast) -> None:
    off, gone = change("Off"), change("Gone")
    perform(off, "cancel", OPERATOR, via="api", reason="No longer needed.")
    perform(gone, "withdraw", OPERATOR, via="api")
    assert titles() == []
    assert {(one.title, one.standing) for one in found(called_off=True)} == {
        ("Off", "called-off"),
        ("Gone", "called-off"),
    }


def test_a_time_that_cannot_be_told_is_refused(cast: Cast) -> None:
    for until, said in ((MONTH[0], "must come after"), (MONTH[0] + 401 * DAY, "400 days at most")):
        with pytest.raises(Invalid) as caught:
            found(until=until)
        assert said in caught.value.fields["until"]
    with pytest.raises(Invalid) as caught:
        read_report("calendar", OPERATOR, {"kinds": "change, chance"})
    assert "Did you mean" in caught.value.fields["kinds"] or "change" in caught.value.fields["kinds"]


def test_more_records_take_no_more_queries(cast: Cast) -> None:
    item = create("configuration-item", OPERATOR, via="api", title="Server")

    def add(count: int) -> None:
        for number in range(count):
            one = change(f"Change {number}", owner=cast.bob.number)
            perform(one, "relate", OPERATOR, via="api", type="affects", target=item)
            window(f"Window {number}", purpose="freeze")

    def queries() -> int:
        found()
        with CaptureQueriesContext(connection) as asked:
            assert found()
        return len(asked)

    add(1)
    few = queries()
    add(4)
    assert queries() == few <= 24


def test_a_declaration_with_an_unknown_name_stops_the_start() -> None:
    it = registry.types["change"]
    for span, said in (
        (CalendarSpan("planed_start"), "no field 'planed_start'"),
        (CalendarSpan("planned_start", called_off=("canceled",)), "no state 'canceled'"),
    ):
        with pytest.raises(ImproperlyConfigured, match=said):
            span.check("ChangeType", it.fields, it.states.by_key)


def test_the_report_is_the_same_for_programs(cast: Cast) -> None:
    made = change("Planned")
    answer = read_report("calendar", cast.as_("bob"), {"since": "2035-03-01", "until": "2035-04-01", "kinds": "change"})
    assert [one.number for one in answer.events] == [made.number]
    assert isinstance(answer.events[0], CalendarEvent)
