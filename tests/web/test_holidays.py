"""The holidays of a business calendar, before and after it is kept."""

from datetime import date

from django.utils import timezone

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.surfaces.web.views.holidays import days_of
from tests.web.conftest import SignIn

WEEK = {one: [["08:00", "17:00"]] for one in ("mon", "tue", "wed", "thu", "fri")}


def test_exceptions_and_closed_weekdays_are_told_apart() -> None:
    year = timezone.localdate().year
    exceptions = {f"{year}-12-25": [["10:00", "12:00"]], f"{year}-03-03": [], "2001-01-01": []}
    found = {one.day: one for one in days_of("DE-BY", exceptions, WEEK)}
    assert {one.year for one in found} == {year, year + 1}
    christmas, mine = found[date(year, 12, 25)], found[date(year, 3, 3)]
    assert (christmas.name, christmas.is_exception, christmas.hours) == ("Christmas Day", True, "10:00–12:00")
    assert (mine.name, mine.is_exception, mine.hours) == ("", True, "")
    assert date(year, 1, 6) in found, "a holiday of the region alone"
    assert date(year, 1, 6) not in {one.day for one in days_of("DE", {}, WEEK)}
    assert all(one.usually_closed == (one.day.weekday() > 4) for one in found.values())


def test_the_form_shows_them_before_the_calendar_is_kept(browser_of: SignIn) -> None:
    bob, year = browser_of("bob"), timezone.localdate().year
    assert 'hx-post="/holidays/"' in bob.get("/team/business-calendars/new/").text
    sent = {
        "holidays_of": "DE-BY",
        "exceptions": "table",
        "exceptions.day": f"{year}-12-24",
        "exceptions.hours": "8-12",
    }
    page = bob.post("/holidays/", sent).text
    assert "Epiphany" in page
    assert "Exception" in page
    assert bob.get("/holidays/?holidays_of=NL").status_code == 200
    for wrong in ("XX", "DE-XX", "x" * 500, "DE-BY-BY"):
        answer = bob.post("/holidays/", {"holidays_of": wrong, "exceptions": "{"})
        assert answer.status_code == 422
        assert "No holidays are known" in answer.text
    assert browser_of("rita").get("/holidays/").status_code == 404


def test_the_page_of_a_calendar_lists_them(browser_of: SignIn) -> None:
    kept = create("business-calendar", OPERATOR, via="cli", title="Office", weekly=WEEK, holidays_of="DE")
    bare = create("business-calendar", OPERATOR, via="cli", title="Bare", weekly=WEEK)
    bob = browser_of("bob")
    assert "Christmas Day" in bob.get(f"/r/{kept.number}/").text
    assert "Holidays and exceptions" not in bob.get(f"/r/{bare.number}/").text
