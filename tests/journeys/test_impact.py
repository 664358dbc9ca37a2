"""The impact map in a browser: switch something off, see what it costs, and go back."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from tests.journeys.conftest import Enter, barriers


@pytest.fixture
def shop(transactional_db: None) -> dict[str, Any]:
    """A shop on two servers of which one is enough."""
    made = {name: create("configuration-item", OPERATOR, via="cli", title=name) for name in ("one", "two")}
    made["shop"] = create("service", OPERATOR, via="cli", title="Shop")
    for name in ("one", "two"):
        perform(made["shop"], "relate", OPERATOR, via="cli", type="runs-on", target=made[name], need=1)
    return made


def test_what_if_the_second_server_fails_too(
    enter: Enter, shop: dict[str, Any], live_server: LiveServer, page: Page, heard: list[str]
) -> None:
    enter("alice")
    page.goto(f"{live_server.url}/r/{shop['one'].number}/")
    page.get_by_role("link", name="Show on the map").click()
    drawing, summary = page.locator("#map-canvas[data-drawn]"), page.get_by_role("status").first
    expect(drawing.locator("canvas").first).to_be_visible()
    assert barriers(page) == []

    page.set_viewport_size({"width": 1440, "height": 900})
    expect(summary).to_contain_text("1 is weakened but works on")
    page.get_by_role("link", name="two").click()
    page.get_by_role("link", name="Switch it off").click()
    expect(summary).to_contain_text("Services: Shop (fails)")
    expect(page).to_have_url(re.compile(f"off={shop['two'].number}"))
    page.get_by_role("button", name="Zoom in").click()

    # What the drawing shows is what the list says; both follow the way back.
    page.get_by_role("link", name="Switch all on").click()
    expect(summary).to_contain_text("1 is weakened but works on")
    page.go_back()
    expect(summary).to_contain_text("Services: Shop (fails)")

    # By keyboard along the arrow to what leans on the record, which is told, shown beside the drawing, and opened.
    drawing.focus()
    for key, told in (("Home", "one"), ("ArrowRight", "Shop"), ("ArrowLeft", "one"), ("ArrowRight", "Shop")):
        page.keyboard.press(key)
        expect(page.locator("#map-said")).to_contain_text(told)
    page.keyboard.press("Enter")
    expect(page.locator("#map-picked")).to_contain_text(shop["shop"].number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/r/{shop['shop'].number}/")
    assert heard == []
