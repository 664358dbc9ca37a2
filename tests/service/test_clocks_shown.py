"""Clocks and targets as people and programs see them."""

import json
from typing import Any

import pytest
from django.test import Client

from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.clocks.explain import explained
from septet.surfaces.cli.program import run
from tests.cast import Cast
from tests.service.test_clocks import HOUR, MONDAY, OFFICE, agreement, do, incident, target


@pytest.fixture
def judged(cast: Cast) -> Any:
    """An incident of a customer that two agreements fit, resolved after a wait and a weekend."""
    office = create("business-calendar", OPERATOR, via="api", at=MONDAY - HOUR, title="Office", weekly=OFFICE)
    agreement(target("50h"), target("1h", priority=1), title="All")
    agreement(target("9h", priority=3), calendar=office.number, customer=cast.supplier.number, title="Theirs")
    one = do(do(incident(customer=cast.supplier.number), "start", 3), "wait", 4, waiting_for="user")
    return do(do(one, "resume", 6), "resolve", 24, cause="A cable.")


def test_a_clock_says_interval_by_interval_what_it_did(judged: Any) -> None:
    [one] = explained(judged, OPERATOR)
    told = [((each.since - MONDAY) / HOUR, each.kind, each.state, each.added / 3600) for each in one.intervals]
    assert told == [
        (0, "running", "New", 3),
        (3, "running", "In progress", 1),
        (4, "waiting", "Waiting", 0),
        (6, "running", "In progress", 2),
        (8, "outside-hours", "In progress", 0),
        (23, "running", "In progress", 1),
        (24, "stopped", "Resolved", 0),
    ]
    assert (one.state, one.within, one.elapsed, one.remaining, one.earlier) == ("met", "9 h", 7 * 3600, 2 * 3600, 0)
    assert [(mark.percent, mark.reached) for mark in one.marks] == [(50, True), (75, True), (90, False), (100, False)]
    assert one.calendar is not None
    assert one.calendar.title == "Office"


def test_a_clock_says_why_its_target_counts_and_others_do_not(judged: Any, cast: Cast) -> None:
    [one] = explained(judged, OPERATOR)
    assert one.agreement is not None
    assert (one.agreement.title, one.why) == ("Theirs", "It is for this customer, for priority 3.")
    [other] = one.others
    assert (other.within, other.reason) == ("50 h", "It is for everybody, which is less close.")
    [seen] = explained(judged, cast.as_("otto"))
    assert (seen.agreement, seen.calendar) == (None, None), "who may not see an agreement is told its time alone"


def test_a_clock_as_it_stood(judged: Any) -> None:
    [one] = explained(judged, OPERATOR, as_of=MONDAY + 5 * HOUR)
    assert (one.state, one.elapsed / 3600, one.due_at) == ("paused", 4, None)
    [one] = explained(judged, OPERATOR, as_of=MONDAY + 7 * HOUR)
    assert (one.state, one.elapsed / 3600, one.due_at) == ("running", 5, MONDAY + 26 * HOUR)
    assert explained(judged, OPERATOR, as_of=MONDAY - HOUR) == []


def test_a_long_life_is_cut_at_its_beginning(judged: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("septet.kernel.clocks.explain.MOST_INTERVALS", 2)
    [one] = explained(judged, OPERATOR)
    assert ([each.kind for each in one.intervals], one.earlier) == (["running", "stopped"], 5)


def test_programs_ask_for_clocks(judged: Any, cast: Cast) -> None:
    secret = new_token(open_account(cast.alice, "alice@example.org"), "test")
    client = Client(headers={"authorization": f"Bearer {secret}", "host": "localhost"})
    answer = client.get(f"/api/v1/incidents/{judged.number}/clocks", {"as_of": (MONDAY + 5 * HOUR).isoformat()})
    found = answer.json()
    [one] = found if isinstance(found, list) else found["items"]
    assert (one["metric"], one["state"], one["seconds"]) == ("resolution", "paused", 9 * 3600)
    assert client.get(f"/api/v1/incidents/{judged.number}/clocks?as_of=soon").status_code == 422


def test_the_command_line_shows_clocks(judged: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", judged.number]) == 0
    said = capsys.readouterr().out
    assert "Resolution  Met    7 h   9 h  2 h" in said
    assert run(["read", judged.number, "clocks", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)
    assert run(["read", judged.number, "clocks"]) == 0
    assert "Outside the hours of the calendar." in capsys.readouterr().out


def test_pages_show_clocks_and_targets(judged: Any, cast: Cast) -> None:
    client = Client(headers={"host": "localhost"})
    client.force_login(open_account(cast.bob, "bob@example.org"))
    page = client.get(f"/r/{judged.number}/").content.decode()
    for text in ("7 h of 9 h", "2 h to spare", "It is for this customer, for priority 3.", "which is less close"):
        assert text in page
    then = client.get(f"/r/{judged.number}/", {"as_of": (MONDAY + 5 * HOUR).isoformat()}).content.decode()
    assert "4 h of 9 h" in then
    assert "not due while it is paused" in then
    [one] = explained(judged, OPERATOR)
    assert one.agreement is not None
    targets = client.get(f"/r/{one.agreement.number}/").content.decode()
    assert "Resolved within" in targets
    assert f"/r/{one.agreement.number}/do/set-target/" in targets
