"""The calendar in a browser: its three views without a barrier, by the keyboard, narrowed, and on to a record."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from tests.cast import Cast
from tests.journeys.conftest import Enter, barriers

NIGHT = datetime(2035, 3, 6, 23, tzinfo=ZoneInfo("Europe/Berlin"))


def plan(cast: Cast) -> str:
    """Two changes in a freeze, maintenance every week, and a review."""
    for title, hours in (("Core switch", 3), ("Mailboxes", 1)):
        made = create(
            "change", OPERATOR, via="api", title=title, planned_start=NIGHT.isoformat(),
            planned_end=(NIGHT + timedelta(hours=hours)).isoformat(), team=cast.desk.number if hours == 1 else None,
        )  # fmt: skip
    for title, purpose, hours, rule in (("Quiet days", "freeze", 90, ""), ("Nightly", "maintenance", 4, "FREQ=WEEKLY")):
        create(
            "window", OPERATOR, via="api", title=title, purpose=purpose, rule=rule, starts_at=NIGHT.isoformat(),
            ends_at=(NIGHT + timedelta(hours=hours)).isoformat(), zone="Europe/Berlin",
        )  # fmt: skip
    create("review", OPERATOR, via="api", title="Readiness", type="operations", planned_at=NIGHT.isoformat())
    return str(made.number)


def test_the_calendar(enter: Enter, cast: Cast, live_server: LiveServer, page: Page, heard: list[str]) -> None:
    number = plan(cast)
    enter("bob")
    wrong = {}
    for view in ("month", "week", "list"):
        page.goto(f"{live_server.url}/calendar/?view={view}&date=2035-03-06")
        wrong[view] = barriers(page)
    assert {view: found for view, found in wrong.items() if found} == {}
    page.set_viewport_size({"width": 1440, "height": 900})

    page.goto(f"{live_server.url}/calendar/?view=week&date=2035-03-06")
    block = page.get_by_role("region", name="Tuesday, 6 March 2035").get_by_role("link", name="Mailboxes")
    expect(block).to_be_visible()
    top = block.evaluate("one => one.getBoundingClientRect().top - one.closest('ol').getBoundingClientRect().top")
    row = block.evaluate("one => one.closest('ol').getBoundingClientRect().height / 48")
    assert abs(top - 46 * row) < row / 2, "eleven in the evening stands in the row of its hour"
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("12–18 Mar 2035")
    page.keyboard.press("p")
    expect(page.get_by_role("heading", level=1)).to_contain_text("5–11 Mar 2035")

    page.get_by_role("main").get_by_text("Filter", exact=True).click()
    page.get_by_role("combobox", name="Function team").fill("Des")
    page.get_by_role("option", name="Desk").click()
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("link", name="Without: Team")).to_be_visible()
    assert f"team={cast.desk.number}" in page.url
    assert "view=week&date=2035-03-06" in page.url
    expect(page.get_by_role("main").get_by_text("Core switch")).to_have_count(0)
    page.get_by_role("region", name="Tuesday, 6 March 2035").get_by_role("link", name="Mailboxes").click()
    expect(page).to_have_url(f"{live_server.url}/r/{number}/")
    page.get_by_role("link", name="In the calendar").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5–11 Mar 2035")
    assert heard == []
