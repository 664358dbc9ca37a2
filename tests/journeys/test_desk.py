"""A day at the desk, in a real browser."""

import re

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from septet.kernel.accounts import new_sign_in_link, open_account
from septet.kernel.actions import create
from septet.kernel.models import Record
from tests.cast import Cast
from tests.journeys.conftest import Enter


def pick(page: Page, label: str, letters: str, name: str) -> None:
    """Choose a record by the first letters of its name, as one does: type, and Enter before the answers are there."""
    page.get_by_role("combobox", name=label).press_sequentially(letters)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name=label)).to_have_value(name)


def test_an_incident_from_new_to_closed(enter: Enter, cast: Cast, live_server: LiveServer) -> None:
    page = enter("alice")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Incidents").click()
    page.get_by_role("link", name="New incident").first.click()
    page.get_by_label("Title").fill("Mail does not arrive")
    pick(page, "Requester", "Rit", "Rita")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mail does not arrive")

    page.get_by_role("link", name="Assign", exact=True).click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_be_visible()
    pick(page, "Owner", "Ali", "Alice")
    pick(page, "Team", "Des", "Desk")
    drawer.get_by_role("button", name="Assign").click()
    expect(page.get_by_role("status").filter(has_text="Assign: done.")).to_be_visible()
    page.get_by_role("textbox", name="Comment").fill("Looking into **it**.")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.locator(".timeline .said strong", has_text="it")).to_be_visible()
    page.get_by_role("link", name="My work").click()
    page.get_by_role("link", name="Mail does not arrive").click()

    page.get_by_role("button", name="Start").click()
    page.get_by_role("link", name="Resolve").click()
    drawer.get_by_label("Cause").fill("The cable was loose")
    drawer.get_by_role("button", name="Resolve").click()
    page.get_by_role("link", name="Close", exact=True).click()
    drawer.get_by_role("button", name="Close", exact=True).last.click()
    expect(page.locator(".record-line .state")).to_have_text("Closed")
    assert Record.objects.get(kind="incident").state == "closed"

    page.wait_for_load_state()  # keys are heard once the scripts are there
    page.keyboard.press("/")
    page.keyboard.type("cable")
    page.keyboard.press("Enter")
    expect(page.locator(".hits")).to_contain_text("Mail does not arrive")


def test_with_keys_alone(enter: Enter, cast: Cast, live_server: LiveServer) -> None:
    first = create("incident", cast.as_("alice"), via="web", title="The first one")
    create("incident", cast.as_("alice"), via="web", title="The second one")
    page = enter("alice")
    keys = page.keyboard
    keys.press("Control+k")
    keys.type("incid")
    expect(page.get_by_role("option", name=re.compile("^Incidents"))).to_have_attribute("aria-selected", "true")
    keys.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Incidents")
    page.wait_for_load_state()
    for key in ("j", "j", "x"):
        keys.press(key)
    expect(page.get_by_label(f"Choose {first.number}")).to_be_checked()
    expect(page.locator("[data-chosen]")).to_have_text("1 chosen")
    keys.press("o")
    expect(page.get_by_role("heading", level=1)).to_have_text("The first one")
    page.wait_for_load_state()
    keys.press("Control+k")
    keys.type("canc")
    keys.press("Enter")
    expect(page.get_by_label("Reason required")).to_be_focused()
    keys.type("It was a test")
    keys.press("Control+Enter")
    expect(page.locator(".record-line .state")).to_have_text("Cancelled")
    page.wait_for_load_state()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    keys.press("g")
    keys.press("m")
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")


def test_what_was_typed_survives_and_a_fact_is_changed_where_it_stands(
    enter: Enter, cast: Cast, live_server: LiveServer
) -> None:
    page = enter("alice")
    page.goto(f"{live_server.url}/support/incidents/new/")
    page.get_by_label("Title").fill("Half a thought")
    expect(page.locator("form[data-draft]")).to_have_attribute("data-kept", "")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_label("Title")).to_have_value("Half a thought")
    page.get_by_role("button", name="Create", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Half a thought")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length") == 0

    page.locator("summary", has_text="without a value").click()
    page.get_by_role("link", name="Change: Category").click()
    page.get_by_role("textbox", name="Category").fill("mail")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Category: saved.")).to_be_visible()
    assert Record.objects.get(kind="incident").incident.category == "mail"
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").filter(has_text="Undone on 1 record.")).to_be_visible()
    assert Record.objects.get(kind="incident").incident.category == ""


def test_without_javascript_the_desk_still_works(browser: Browser, cast: Cast, live_server: LiveServer) -> None:
    link = new_sign_in_link(open_account(cast.alice, "alice@example.org"))
    incident = create("incident", cast.as_("alice"), via="web", title="No script")
    page = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 700}).new_page()
    page.goto(f"{live_server.url}/sign-in/{link}/")
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Menu", exact=True).click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Incidents").click()
    page.get_by_label(f"Choose {incident.number}").check()
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw: 1").click()
    expect(page.get_by_role("status")).to_contain_text("Withdraw: done to 1 record.")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_contain_text("Undone on 1 record.")
    incident.refresh_from_db()
    assert incident.withdrawn_at is None
    page.context.close()


def test_dark_is_kept(enter: Enter, cast: Cast) -> None:
    page = enter("alice")
    page.locator("summary", has_text="Me: Alice").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
