"""First steps: what an administrator of an empty installation is shown on the board until it is done or hidden."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account
from septet.surfaces.cli.welcome import first_links
from tests.cast import Cast
from tests.web.conftest import SignIn, browser_of, no_attempts_yet

__all__ = ["browser_of", "no_attempts_yet"]

TITLE = 'id="first-steps"'


@pytest.fixture
def admin(db: None) -> Client:
    """The browser of the first administrator of an empty installation."""
    [link] = first_links()
    client = Client(headers={"host": "localhost"})
    client.force_login(Account.objects.get(email=link.mail))
    return client


def ticks(admin: Client) -> str:
    """The steps as on the page, a letter each: x for what is done."""
    found = re.findall(r'<li class="first-step( done)?">', admin.get("/").text)
    return "".join("x" if one else "-" for one in found)


def made(kind: str, **values: Any) -> Any:
    return create(kind, OPERATOR, via="cli", fields={"title": f"Some {kind}", **values})


def asked(admin: Client) -> list[str]:
    """The queries of the board that the steps cost: what they look for, what they remember."""
    with CaptureQueriesContext(connection) as queries:
        admin.get("/")
    texts = [one["sql"] for one in queries]
    return [one for one in texts if "business-calendar" in one or one.startswith('UPDATE "account"')]


def test_they_are_ticked_off_and_leave_when_all_are_done(admin: Client) -> None:
    assert ticks(admin) == "-----"
    assert TITLE not in admin.get("/?wall").text
    assert len(asked(admin)) == 1
    person = Account.objects.get().person
    withdrawn = made("service")
    perform(withdrawn, "withdraw", OPERATOR, via="cli")
    assert ticks(admin) == "-----"
    perform(person, "edit", OPERATOR, via="cli", title="Ann Archer")
    assert ticks(admin) == "x----"
    made("service")
    assert ticks(admin) == "x--x-"
    made("person")
    made("business-calendar")
    assert ticks(admin) == "xxxx-"
    made("agreement")
    assert TITLE not in admin.get("/").text
    assert Account.objects.get().preferences["first_steps"] is False
    assert asked(admin) == []


def test_each_leads_to_a_page_that_opens(admin: Client) -> None:
    panel = admin.get("/").text.partition(TITLE)[2].partition("</section>")[0]
    addresses = re.findall(r'<a href="([^"]+)"', panel)
    assert len(addresses) == 6
    assert {one: admin.get(one).status_code for one in addresses} == dict.fromkeys(addresses, 200)


def test_they_can_be_hidden(admin: Client) -> None:
    assert admin.post("/team/first-steps/hide/", follow=True).status_code == 200
    assert TITLE not in admin.get("/").text
    assert asked(admin) == []


def test_they_are_for_those_who_may_do_them(cast: Cast, browser_of: SignIn) -> None:
    for name in ("alice", "bob", "rita"):
        assert TITLE not in browser_of(name).get("/", follow=True).text
        assert Account.objects.get(email=f"{name}@example.org").preferences == {}
    assert TITLE in browser_of("admin").get("/").text
