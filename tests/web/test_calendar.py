"""The page of the calendar, without a script, and its feeds as a calendar program reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import LogEntry, Token
from septet.lib.windows import written
from septet.logs import redact
from tests.cast import Cast
from tests.web.conftest import SignIn

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2035, 3, 6, 22, tzinfo=UTC)  # 23:00 in Berlin
HOUR = timedelta(hours=1)


def change(title: str, start: datetime = NIGHT, hours: float = 2, **values: Any) -> Any:
    ends = (start + hours * HOUR).isoformat()
    return create(
        "change", OPERATOR, via="api", title=title, planned_start=start.isoformat(), planned_end=ends, **values
    )


def window(title: str, start: datetime = NIGHT, hours: float = 2, **values: Any) -> Any:
    ends = (start + hours * HOUR).isoformat()
    return create("window", OPERATOR, via="api", title=title, starts_at=start.isoformat(), ends_at=ends, **values)


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_every_view_shows_what_is_planned(view: str, browser_of: SignIn) -> None:
    planned, freeze = change("Core switch"), window("Quiet days", hours=80, purpose="freeze")
    page = browser_of("alice").get("/calendar/", {"view": view, "date": "2035-03-06"}).text
    assert f'href="/r/{planned.number}/"' in page
    assert "Core switch" in page
    assert f"{freeze.number} Quiet days, while changes are frozen." in page
    assert "Freeze: no changes" in page
    assert "Times as in Europe/Berlin." in page
    assert "23:00" in page, "in the reader's zone"
    assert 'style="' not in page


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_who_lists_no_changes_sees_their_own(view: str, browser_of: SignIn, cast: Cast) -> None:
    mine = change("Core switch", requester=cast.rita.number)
    change("Not hers")
    page = browser_of("rita").get("/calendar/", {"view": view, "date": "2035-03-06"}).text
    assert f'href="/r/{mine.number}/"' in page
    assert "Not hers" not in page


def test_an_address_has_it_all(browser_of: SignIn, cast: Cast) -> None:
    change("Mail", team=cast.desk.number)
    change("Elsewhere")
    create("task", OPERATOR, via="api", title="Call them", due_at=NIGHT.isoformat())
    alice = browser_of("alice")

    def shown(**asked: str) -> set[str]:
        page = alice.get("/calendar/", {"view": "list", "date": "2035-03-01", **asked}).text
        return {one for one in ("Mail", "Elsewhere", "Call them") if one in page}

    assert shown() == {"Mail", "Elsewhere"}
    assert shown(kinds="change,task") == {"Mail", "Elsewhere", "Call them"}
    assert shown(team=cast.desk.number) == shown(mine="yes") == {"Mail"}
    assert shown(date="2035-04-01") == set()
    for name, value, said in (
        ("view", "year", "Choose month, week or list."),
        ("date", "2035-02-30", "is no date"),
        ("date", "0001-01-01", "The year must lie between"),
        ("kinds", "chances", "stands in the calendar"),
        ("team", "TEAM-999999", "TEAM-999999"),
        ("service", cast.desk.number, "is something else"),
    ):
        answer = alice.get("/calendar/", {name: value})
        assert answer.status_code == 422, name
        assert said in answer.text


def test_who_may_see_nothing_is_told_how_it_fills(browser_of: SignIn) -> None:
    change("Secret")
    page = browser_of("otto").get("/calendar/", {"date": "2035-03-06"}).text
    assert "Secret" not in page
    assert "Nothing is planned here." in page


def test_free_days_have_their_names(browser_of: SignIn, cast: Cast) -> None:
    values: dict[str, Any] = {"zone": "Europe/Berlin", "weekly": {"mon": [["08:00", "17:00"]]}, "holidays_of": "DE"}
    office = create("business-calendar", OPERATOR, via="api", title="Office", **values)
    perform(office, "edit", OPERATOR, via="api", exceptions={"2035-03-07": []})
    page = browser_of("alice").get("/calendar/", {"date": "2035-03-25"}).text
    assert "Free days of Office." in page
    for holiday in ("Good Friday", "Easter Monday", "Closed"):
        assert page.count(f'title="{holiday}"') == 1, holiday


def test_a_full_week_says_what_it_leaves_out_in_few_queries(browser_of: SignIn) -> None:
    alice = browser_of("alice")
    change("Change 0")
    alice.get("/calendar/", {"date": "2035-03-06"})
    with CaptureQueriesContext(connection) as few:
        alice.get("/calendar/", {"date": "2035-03-06"})
    for number in range(1, 12):
        change(f"Change {number}")
    with CaptureQueriesContext(connection) as many:
        page = alice.get("/calendar/", {"date": "2035-03-06"}).text
    assert len(many) == len(few)
    assert "4 more" in page
    assert "8 more" in alice.get("/calendar/", {"view": "week", "date": "2035-03-06"}).text
    listed = alice.get("/calendar/", {"view": "list", "date": "2035-03-06"}).text
    assert all(f"Change {number}<" in listed for number in range(12))


def test_a_record_leads_to_its_week(browser_of: SignIn) -> None:
    made = change("Core switch")
    page = browser_of("alice").get(f"/r/{made.number}/").text
    assert "/calendar/?view=week&amp;date=2035-03-06&amp;kinds=change" in page


def subscribed(browser: Client, **asked: Any) -> str:
    """The address of a new feed."""
    answer = browser.post("/calendar/subscribe/new/", {"label": "My feed", "days": "", **asked})
    assert answer.status_code == 200, answer.text
    return str(answer.text.partition("<code>http://")[2].partition("</code>")[0].partition("/")[2])


def read(address: str, **headers: str) -> Any:
    return Client(headers={"host": "localhost"}).get(f"/{address}", headers=headers)


def events(address: str) -> dict[str, Any]:
    """The events of a feed by their ids."""
    answer = read(address)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return {str(one["uid"]).partition("@")[0]: one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


def soon(days: float = 3) -> datetime:
    return (timezone.now() + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def test_a_feed_holds_what_its_person_sees(browser_of: SignIn, cast: Cast) -> None:
    at = soon()
    planned = change("Core switch", at, description="Only for staff", owner=cast.bob.number)
    secret = change("Secret", at)
    perform(secret, "edit", OPERATOR, via="api", confidentiality="restricted")
    perform(secret, "share", OPERATOR, via="api", party=cast.alice.number)
    off = change("Off", at)
    perform(off, "cancel", OPERATOR, via="api", reason="No longer needed.")
    address = subscribed(browser_of("alice"))
    found = events(address)
    assert set(found) == {planned.number, off.number}, "what is restricted does not leave"
    one = found[planned.number]
    assert one["summary"] == f"{planned.number} Core switch"
    assert (one.start, one.end) == (at, at + 2 * HOUR)
    assert (one["status"], found[off.number]["status"]) == ("TENTATIVE", "CANCELLED")
    assert one["sequence"] == 1
    assert str(one["url"]).endswith(f"/r/{planned.number}/")
    text = read(address).text
    assert "Only for staff" not in text
    assert "Bob" not in text
    perform(planned, "edit", OPERATOR, via="api", title="Two switches")
    assert events(address)[planned.number]["sequence"] == 2
    assert not set(events(subscribed(browser_of("otto")))), "it is of the one who made it"


def test_what_comes_again_stays_a_rule(browser_of: SignIn) -> None:
    begins = (soon(-30)).astimezone(BERLIN).replace(hour=23)
    made = window("Nightly", begins, 3, rule="FREQ=WEEKLY;BYDAY=SU;UNTIL=20991231", zone="Europe/Berlin")
    address = subscribed(browser_of("alice"), kinds=["window"])
    calendar: Any = Calendar.from_ical(read(address).content)
    (one,) = calendar.walk("VEVENT")
    assert str(one["uid"]).startswith(made.number)
    assert one["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20991231T225959Z;BYDAY=SU"
    start = one["dtstart"]
    assert start.params["TZID"] == "Europe/Berlin"
    assert (start.dt.weekday(), start.dt.hour) == (6, 23), "the first that fits the rule"
    assert one["duration"].dt == 3 * HOUR
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Berlin"]
    # As others expand it, over the change of the clocks.
    rule = rrulestr(one["rrule"].to_ical().decode(), dtstart=start.dt)
    year = datetime(2035, 1, 1, tzinfo=BERLIN)
    assert {at.hour for at in rule.between(year, year.replace(year=2036))} == {23}


def test_a_rule_as_others_write_it() -> None:
    monday = datetime(2035, 3, 5, 1, tzinfo=UTC)
    assert written("FREQ=DAILY;COUNT=3", monday, BERLIN) == (monday.astimezone(BERLIN), "FREQ=DAILY;COUNT=3")
    ended = written("FREQ=DAILY;COUNT=3", monday, BERLIN, datetime(2035, 3, 6, tzinfo=UTC))
    assert ended is not None
    assert ended[1] == "FREQ=DAILY;UNTIL=20350306T000000Z"
    assert written("FREQ=DAILY;UNTIL=20350101", monday, BERLIN) is None


def test_a_feed_that_has_not_changed_is_not_sent_again(browser_of: SignIn) -> None:
    made = change("Core switch", soon())
    address = subscribed(browser_of("alice"), kinds=["change"])
    first = read(address)
    assert [one.event for one in LogEntry.objects.order_by("pk")] == ["token-made", "token-use"]
    again = read(address, **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    perform(made, "edit", OPERATOR, via="api", title="Two switches")
    assert read(address, **{"If-None-Match": first["ETag"]}).status_code == 200


def test_a_feed_opens_itself_alone_and_ends_with_its_rights(browser_of: SignIn, cast: Cast) -> None:
    change("Core switch", soon())
    alice = browser_of("alice")
    address = subscribed(alice, kinds=["change"])
    secret = address.rpartition("/")[2].removesuffix(".ics")
    for path in ("changes", "reports/calendar", "me"):
        answer = Client().get(f"/api/v1/{path}", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 403
        assert "calendar feeds alone" in answer.text
    token = alice.post("/me/tokens/", {"label": "Program", "days": "30"}).text.partition("<code>")[2].partition("<")[0]
    assert read(f"calendar/feeds/{token}.ics").status_code == 404, "nor does a token of the API open a feed"
    page = alice.get("/me/").text
    assert "My feed" in page
    assert "Calendar feeds" in page
    assert secret not in page
    assert redact(f"Not Found: /{address}") == "Not Found: /calendar/feeds/***"
    assert {one.event for one in LogEntry.objects.all()} == {"token-made"}
    assert len(events(address)) == 1
    perform(cast.desk, "remove-member", OPERATOR, via="cli", person=cast.alice)
    assert events(address) == {}
    alice.post(f"/me/tokens/{Token.objects.get(label='My feed').pk}/revoke/")
    answer = read(address)
    assert answer.status_code == 404
    assert "make a new one" in answer.text


def test_a_feed_that_cannot_be_is_refused(browser_of: SignIn, cast: Cast) -> None:
    alice = browser_of("alice")
    good = {"label": "Mine", "days": "", "kinds": ["change"]}
    for wrong, said in (
        ({"label": ""}, "Name the feed"),
        ({"days": "7"}, "how long the feed"),
        ({"kinds": ["chances"]}, "stands in the calendar"),
        ({"kinds": ["absence"]}, "does not leave by a feed"),
        ({"team": "TEAM-999999"}, "TEAM-999999"),
    ):
        answer = alice.post("/calendar/subscribe/new/", {**good, **wrong})
        assert answer.status_code == 422, wrong
        assert said in answer.text
    assert not Token.objects.exists()
    for wrong_address in ("x", "spc_" + "x" * 43, "%00", "ü" * 50):
        assert read(f"calendar/feeds/{wrong_address}.ics").status_code == 404
