"""Coming in by passkey and by authenticator app, in a real browser with an authenticator of its own."""

import re
import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Record
from tests.cast import Cast
from tests.journeys.conftest import Enter, barriers, violations


def authenticator(page: Page) -> None:
    """Give the browser a fingerprint reader that always knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def sign_out(page: Page) -> None:
    page.locator(".top-end summary").last.click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Sign in to Septet")).to_be_visible()


def test_a_passkey_from_offer_to_use(enter: Enter, cast: Cast, live_server: LiveServer) -> None:
    page = enter("alice")
    authenticator(page)
    page.get_by_role("link", name="Set it up").click()
    assert violations(page) == []
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("What you call it").fill("work laptop")
    page.get_by_role("button", name="Add the passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".codes code")).to_have_count(10)
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("work laptop").first).to_be_visible()
    assert violations(page) == []

    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    # After a link it is asked for, too.
    sign_out(page)
    enter("alice")
    expect(page.get_by_role("heading", name="One step more")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def test_an_authenticator_app_on_a_phone(enter: Enter, cast: Cast, live_server: LiveServer, page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 780})
    enter("alice")
    page.goto(f"{live_server.url}/me/sign-in/app/")
    assert violations(page) == []
    secret = page.locator(".key").inner_text()

    def shown(steps: int = 0) -> str:
        return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))

    page.get_by_label("Type the six digits").fill(shown())
    page.get_by_role("button", name="Finish").click()
    expect(page.locator(".codes code")).to_have_count(10)
    page.goto(f"{live_server.url}/me/sign-in/")
    sign_out(page)
    enter("alice")
    page.get_by_label("Code", exact=True).fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(re.compile("That is not right"))).to_be_visible()
    page.get_by_label("Code", exact=True).fill(shown(1))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.goto(f"{live_server.url}/my-work/")
    expect(page.get_by_role("heading", name="My work")).to_be_visible()


def test_the_portal_on_a_phone(enter: Enter, cast: Cast, live_server: LiveServer, page: Page) -> None:
    article = create("article", OPERATOR, via="cli", title="Share a folder", body="Choose Share.", audience="public")
    perform(article, "validate", OPERATOR, via="cli")
    page.set_viewport_size({"width": 360, "height": 780})
    enter("rita")
    expect(page.get_by_role("heading", name="how can we help")).to_be_visible()
    page.get_by_role("link", name="Something does not work").click()
    page.get_by_label("In one sentence").press_sequentially("cannot share a folder")
    expect(page.get_by_role("link", name="Share a folder")).to_be_visible()
    wrong = {"ask": barriers(page)}
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_label("Tell us more").fill("The menu is grey.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="cannot share a folder")).to_be_visible()
    made = Record.objects.get(kind="incident")
    perform(made, "resolve", cast.as_("alice"), via="web", cause="A right was missing")
    page.reload()
    expect(page.get_by_text("does it work for you")).to_be_visible()
    wrong["request"] = barriers(page)
    page.set_viewport_size({"width": 360, "height": 780})
    page.get_by_role("button", name="Yes, it is done").click()
    expect(page.get_by_text("Done", exact=True).first).to_be_visible()
    pages = ("/portal/", "/portal/requests/", "/portal/articles/?q=folder", "/portal/services/")
    for address in (*pages, f"/portal/articles/{article.number}/"):
        page.goto(f"{live_server.url}{address}")
        wrong[address] = barriers(page)
    assert {address: found for address, found in wrong.items() if found} == {}
