"""A real browser against a real server."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect
from pytest_django.live_server_helper import LiveServer

from septet.kernel.accounts import new_sign_in_link, open_account
from septet.kernel.models import Account
from tests.cast import Cast, engage

# The browser's own event loop runs in this thread; the tests use the database beside it, not inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
AXE = Path(__file__).parent.parent / "vendor/axe.min.js"

# What a narrow window can break.
OF_SIZE = ("color-contrast", "target-size", "scrollable-region-focusable", "label-content-name-mismatch")
WIDTHS = (360, 1024, 1440, 2560)
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

Enter = Callable[[str], Page]

# How long a page takes says more about the machine than about the page.
expect.set_options(timeout=30_000)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """Alice, Bob, Rita, Paul and Otto in an empty database."""
    return engage()


@pytest.fixture
def enter(cast: Cast, live_server: LiveServer, page: Page) -> Enter:
    """Sign one of the cast in, by a link as it comes by mail."""

    def sign_in(name: str) -> Page:
        person = getattr(cast, name)
        found = Account.objects.filter(person_id=person.pk).first()
        account = found or open_account(person, f"{name}@example.org", zone="Europe/Berlin")
        page.goto(f"{live_server.url}/sign-in/{new_sign_in_link(account)}/")
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()  # keys that are pressed before its scripts have run are lost, as they are for people
        return page

    return sign_in


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds wrong with the page, by all rules or by these: the rule and the first element, for each."""
    only = {"type": "rule", "values": list(rules)} if rules else {"type": "tag", "values": TAGS}
    if not page.evaluate("'axe' in window"):
        # Evaluated by the debugger, so that the page's own policy, which forbids it, stays in force.
        page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(
        "(only) => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


@pytest.fixture
def heard(page: Page) -> list[str]:
    """What the browser complains of, but for answers that say what is wrong."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and "404" not in message.text and "422" not in message.text:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def barriers(page: Page) -> list[str]:
    """What is wrong with the page that is open, in every look and width."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = violations(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    for theme in ("auto", "contrast"):
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found += [f"dark {theme} {one}" for one in violations(page, rules=["color-contrast"])]
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += [f"light contrast {one}" for one in violations(page, rules=["color-contrast"])]
    page.evaluate("document.documentElement.dataset.theme = 'auto'")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if over := sideways(page):
            found.append(f"{width} is {over} too wide")
        if width == WIDTHS[0]:
            found += [f"{width} {one}" for one in violations(page, rules=OF_SIZE)]
    return found
