"""The board: how each role cluster stands, what needs a person now; every number opens to its records."""

from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from septet.kernel import bulk, listing
from septet.kernel.actions import create, new_request, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import ExternalKey, Run
from septet.kernel.readings import read_report
from septet.kernel.registry import registry
from septet.lib.drafts import Draft, Step
from septet.team.board.readings import Board, whole
from septet.team.goals import following
from septet.team.goals.background import measure_goals
from septet.team.goals.progress import FirstMeasuring
from tests.cast import Cast
from tests.team.words import assign
from tests.web.conftest import SignIn, browser_of, no_attempts_yet

__all__ = ["browser_of", "no_attempts_yet"]


def made(kind: str, **values: Any) -> Any:
    return create(kind, OPERATOR, via="cli", fields={"title": f"Some {kind}", **values})


def live(title: str) -> Any:
    """A service that is on offer."""
    at = timezone.now()
    draft = Draft("service", ("test", title), {"title": title}, at, [Step(at, "go-live", {"state": "live"})])
    assert not bulk.write([draft], OPERATOR, request=new_request()).refused
    return ExternalKey.objects.get(source="test", key=title).record


def in_hours(hours: float) -> str:
    return (timezone.now() + timedelta(hours=hours)).isoformat()


def told() -> Board:
    board: Board = read_report("board", OPERATOR, {})
    return board


def listed(types: str, query: str) -> set[str]:
    """The records that a list shows under a query."""
    asked = listing.Query.parse(registry.by_path[types], dict(parse_qsl(query)), zone="UTC")
    return {one["number"] for one in listing.page(asked, OPERATOR).items}


@pytest.fixture
def goal(cast: Cast) -> Any:
    """Of three incidents one was a major one; there should be none."""
    one = made("goal", indicator="incident.major", target="0 %", title="No major incidents")
    for major in (True, False, False):
        incident = made("incident")
        if major:
            perform(incident, "mark-major", OPERATOR, via="cli", reason="Many")
    assert following.catch_up()
    return one


def test_each_cluster_stands_there_with_its_goals(goal: Any) -> None:
    board = {one.key: one for one in told().clusters}
    [found] = board["support"].goals
    assert (found.number, found.state, found.shown, found.against, found.denominator) == (
        goal.number, "missed", "33.4 %", 1, 3,
    )  # fmt: skip
    assert len(listed(found.types, f"among={found.among}")) == 1
    assert found.trend[-1] == pytest.approx(100 / 3)
    assert board["security"].measures == board["security"].lists == 0
    assert list(board)[:2] == ["release", "infrastructure"]


def test_what_needs_a_person_opens_as_a_list(cast: Cast) -> None:
    late, soon = made("task", due_at=in_hours(-1)), made("task", due_at=in_hours(1))
    made("task", due_at=in_hours(9))
    done = made("task", due_at=in_hours(-2), owner=cast.bob.number)
    perform(done, "start", OPERATOR, via="cli")
    perform(done, "complete", OPERATOR, via="cli")
    change = made("change")
    perform(change, "ask-approval", OPERATOR, via="cli", approvers=[cast.bob.number])
    found = {one.why: listed(one.types, one.query) for one in told().needs}
    assert found == {"late": {late.number}, "soon": {soon.number}, "approval": {change.number}}
    assert [one.count for one in told().needs] == [1, 1, 1]
    assert [(one.number, one.late) for one in told().urgent] == [(late.number, True), (soon.number, False)]


def test_services_nobody_answers_for(cast: Cast) -> None:
    one, other = live("Mail"), live("Print")
    proposed = made("service", title="Fax")
    answers = {"accountability": "accountable", "team": cast.desk}
    assign(cast.bob, **answers, service=one)
    vacant = {one.key: one.vacant for one in told().clusters}
    mine = cast.desk.cluster
    assert (vacant[mine], vacant["security"], vacant["team"]) == (1, 2, 0)
    assert listed("services", f"among=vacant:{mine}") == {other.number}
    assert listed("services", "among=vacant:security") == {one.number, other.number}
    assign(cast.bob, **answers)
    assert {one.key: one.vacant for one in told().clusters}[mine] == 0
    assert listed("services", f"among=vacant:{mine}") == set()
    assert proposed.number not in listed("services", "among=vacant:security")


def test_the_page_shows_it_and_asks_little(goal: Any, browser_of: SignIn) -> None:
    alice = browser_of("alice")
    page = alice.get("/")
    assert "No major incidents" in page.text
    assert "1 of 3 missed" in page.text
    assert "Not built yet" in page.text
    with CaptureQueriesContext(connection) as few:
        alice.get("/?wall")
    for _ in range(3):
        made("goal", indicator="incident.reopened", target="5 %")
        made("task", due_at=in_hours(-1))
    assert following.catch_up()
    with CaptureQueriesContext(connection) as many:
        alice.get("/?wall")
    assert len(many) == len(few) <= 18
    assert "Some goal" in alice.get("/team/goals/").text
    assert "Your work" not in alice.get("/?wall").text


def test_it_says_how_far_the_first_measuring_is(goal: Any, browser_of: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "AT_ONCE", 0)
    made("goal", indicator="incident.reopened", target="5 %")
    made("goal", indicator="incident.reopened", target="5 %", valid_from="2199-01-01")
    worker, alice = following.Measurer("worker", measure_goals), browser_of("alice")
    assert worker._lease()
    reading = whole(OPERATOR, timezone.now()).first
    assert reading is not None
    assert 0 < reading.read_percent < 100
    for address in ("/", "/team/goals/"):
        assert f"{reading.read_percent} % of the history is read." in alice.get(address).text
    assert worker.step()
    assert "1 of 2 goals are done." in alice.get("/").text
    assert whole(OPERATOR, timezone.now()).first == FirstMeasuring(1, 2, 100)
    measure_goals.call(Run.objects.get().arguments["batch"])
    assert whole(OPERATOR, timezone.now()).first is None
    assert "for the first time" not in alice.get("/").text


def test_a_goal_has_its_page_and_leads_to_what_missed_it(goal: Any, browser_of: SignIn) -> None:
    alice = browser_of("alice")
    page = alice.get(f"/r/{goal.number}/").text
    assert "33.4 %" in page
    assert "major incidents / incidents opened" in page
    [address] = {
        one.partition('"')[0] for one in page.split('href="') if f"{goal.number}:missed" in one.partition('"')[0]
    }
    shown = alice.get(unescape(address)).text
    assert shown.count('data-version="') == 1
    assert "missed by No major incidents" in shown


def test_people_outside_see_their_own_page_and_no_board(goal: Any, browser_of: SignIn) -> None:
    rita: Client = browser_of("rita")
    assert "No major incidents" not in rita.get("/").text
    assert rita.get(f"/r/{goal.number}/").status_code == 404
    assert rita.get("/api/v1/reports/board").status_code in {401, 403}
