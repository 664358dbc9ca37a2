"""Coming in by a link that works once."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from septet.kernel.accounts import new_sign_in_link, open_account
from septet.kernel.models import LogEntry, SignInLink
from septet.surfaces.web.entrance.coming import TRIES
from tests.cast import Cast
from tests.web.conftest import SignIn


@pytest.fixture
def address(cast: Cast) -> str:
    return f"/sign-in/{new_sign_in_link(open_account(cast.alice, 'alice@example.org'))}/"


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "localhost"})


def test_looking_at_a_link_does_not_use_it_up_and_its_button_works_once(address: str, browser: Client) -> None:
    for _ in range(3):
        assert browser.get(address).status_code == 200
    assert browser.get("/").status_code == 302
    answer = browser.post(f"{address}?next=/my-work/")
    assert (answer.status_code, answer["Location"]) == (302, "/my-work/")
    assert browser.get("/").status_code == 200
    assert LogEntry.objects.filter(event="sign-in").count() == 1
    second = Client(headers={"host": "localhost"})
    assert second.post(address).status_code == 403
    assert second.get(address).status_code == 403
    assert second.get("/").status_code == 302


def test_a_link_leads_nowhere_else(address: str, browser: Client) -> None:
    answer = browser.post(f"{address}?next=https://elsewhere.example/")
    assert answer["Location"] == "/"


def test_an_old_link_is_refused_and_the_refusal_logged(address: str, browser: Client) -> None:
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.post(address).status_code == 403
    assert LogEntry.objects.filter(event="sign-in-refused").count() == 1


def test_trying_link_after_link_is_stopped(address: str, browser: Client) -> None:
    for _ in range(TRIES + 1):
        assert browser.post("/sign-in/guess/").status_code == 403
    assert browser.post("/sign-in/guess/").status_code == 429
    assert browser.post(address).status_code == 429


def test_a_whole_office_behind_one_address_may_come_in(cast: Cast, browser: Client) -> None:
    account = open_account(cast.alice, "alice@example.org")
    for _ in range(TRIES + 2):
        assert browser.post(f"/sign-in/{new_sign_in_link(account)}/").status_code == 302


def test_failures_are_counted_for_whom_a_trusted_proxy_names(address: str) -> None:
    def tried(came_from: str, *hops: str) -> int:
        headers = {"host": "localhost", "x-forwarded-for": ", ".join(hops)}
        return Client(headers=headers, REMOTE_ADDR=came_from).post("/sign-in/guess/").status_code

    for n in range(TRIES + 1):
        assert tried("127.0.0.1", f"198.51.100.{n}", "203.0.113.7") == 403, "what the client itself says counts not"
    assert tried("127.0.0.1", "203.0.113.7") == 429
    assert tried("127.0.0.1", "203.0.113.8") == 403
    assert tried("203.0.113.7", "203.0.113.9") == 429, "nobody else is believed"
    for n in range(TRIES + 1):
        assert tried(f"2001:db8::{n + 1:x}") == 403
    assert tried("2001:db8::ffff") == 429, "one customer has a whole network"
    assert Client(headers={"host": "localhost"}).post(address).status_code == 302


def test_signing_in_needs_the_page_it_was_asked_on(address: str) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    assert strict.post(address).status_code == 403
    assert SignInLink.objects.filter(used_at=None).count() == 1


def test_a_closed_account_is_out_at_once(browser_of: SignIn, cast: Cast) -> None:
    client, admin = browser_of("alice"), browser_of("admin")
    account = cast.alice.account
    assert admin.post(f"/administration/accounts/{account.pk}/switch/", {"active": "no"}).status_code == 302
    assert client.get("/")["Location"] == "/sign-in/"


def test_signing_out(browser_of: SignIn) -> None:
    client = browser_of("alice")
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/my-work/")["Location"] == "/sign-in/?next=/my-work/"


def test_looks_are_kept_in_a_cookie(browser: Client, db: None) -> None:
    assert 'data-theme="auto"' in browser.get("/sign-in/").text
    answer = browser.post("/theme/", {"theme": "dark", "next": "//elsewhere.example/"})
    assert answer["Location"] == "/"
    assert 'data-theme="dark"' in browser.get("/sign-in/").text
