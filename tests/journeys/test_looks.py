"""Every sort of page: no barrier that axe knows, in light, dark and high contrast; nothing to scroll sideways from 360
to 2560 pixels; nothing that the policy blocks."""

from typing import Any

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from tests.cast import Cast
from tests.journeys.conftest import Enter, barriers, violations

OPEN = ("/sign-in/", "/api/v1/docs", "/api/v1/docs/incidents")
FOR_ADMINISTRATORS = (
    "/help/components/",
    "/administration/",
    "/administration/accounts/",
    "/administration/log/",
    "/administration/runs/",
    "/administration/settings/",
    "/me/sign-in/",
    "/team/business-calendars/new/",
    "/release/item-types/new/",
)


@pytest.fixture
def incident(cast: Cast) -> Any:
    """An incident with something of everything."""
    alice = cast.as_("alice")
    other = create("incident", alice, via="web", title="Toner is empty")
    made = create(
        "incident",
        alice,
        via="web",
        title="A-title-of-one-very-long-word-" * 6,
        description="# What\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code` and https://example.org/" + "x" * 200,
        requester=cast.rita.number,
        team=cast.desk.number,
        owner=cast.alice.number,
    )
    perform(made, "edit", alice, via="web", description="Another text altogether")
    perform(made, "comment", alice, via="web", text="We look into it, @Bob.", audience="requester")
    perform(made, "relate", alice, via="web", type="caused-by", target=other.number)
    perform(made, "share", alice, via="web", party=cast.supplier.number)
    perform(made, "ask-approval", OPERATOR, via="cli", approvers=[cast.bob.number])
    return made


def test_what_staff_see(enter: Enter, incident: Any, live_server: LiveServer, page: Page, heard: list[str]) -> None:
    found = {}
    for address in OPEN:
        page.goto(f"{live_server.url}{address}")
        found[address] = barriers(page)
    enter("bob")
    for address in (
        "/",
        "/my-work/",
        "/support/incidents/",
        "/support/incidents/?priority=wrong&state=new&state=resolved",
        "/support/incidents/?state=new&open=true&as_of=now",
        "/support/incidents/filter/?field=owner",
        "/support/incidents/columns/",
        "/support/incidents/new/",
        f"/r/{incident.number}/",
        f"/r/{incident.number}/?as_of=now",
        f"/r/{incident.number}/do/resolve/",
        f"/r/{incident.number}/edit/",
        f"/r/{incident.number}/field/owner/",
        "/search/?q=toner",
        "/imports/",
        "/me/",
        "/team/clusters/",
        "/team/coverage/",
        "/team/coverage/?show=people",
        "/team/proposal/?count=3",
        "/no-such-page/at-all/",
    ):
        page.goto(f"{live_server.url}{address}")
        found[address] = barriers(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert heard == []


def test_what_administrators_see(
    enter: Enter, cast: Cast, live_server: LiveServer, page: Page, heard: list[str]
) -> None:
    enter_as_administrator(enter, cast)
    found = {}
    for address in FOR_ADMINISTRATORS:
        page.goto(f"{live_server.url}{address}")
        found[address] = barriers(page)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
    assert heard == []


def enter_as_administrator(enter: Enter, cast: Cast) -> None:
    """Sign Bob in, who administers for once."""
    perform(cast.desk, "remove-member", OPERATOR, via="cli", person=cast.bob)
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=cast.bob, role="administrator")
    enter("bob")


def test_what_opens_over_a_page(
    enter: Enter, incident: Any, live_server: LiveServer, page: Page, heard: list[str]
) -> None:
    enter("bob")
    page.goto(f"{live_server.url}/r/{incident.number}/")
    wrong = {}
    page.keyboard.press("Control+k")
    page.locator("#palette").get_by_role("option").first.wait_for()
    wrong["palette"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Resolve").click()
    page.get_by_role("dialog").get_by_label("Cause").wait_for()
    wrong["drawer"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    wrong["help"] = violations(page)
    assert not any(wrong.values()), wrong
    assert heard == []
