"""Another site's page in the browser of an administrator gets nothing done, whatever the address."""

import json

import pytest
from django.test import Client

from septet.kernel.accounts import new_sign_in_link, new_token, open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account, Entry, LogEntry
from tests.everything.walk import make
from tests.matrix.people import met
from tests.matrix.routes import all_routes

pytestmark = pytest.mark.django_db
HERE = {"host": "localhost"}


@pytest.fixture
def admin() -> Account:
    """An administrator's account, with a token."""
    person = create("person", OPERATOR, via="cli", title="Ada", email="ada@example.org")
    perform(make("function-team"), "add-member", OPERATOR, via="cli", person=person, role="administrator")
    account = open_account(person, "ada@example.org")
    new_token(account, "mine")
    return account


def test_no_address_does_anything_for_a_form_from_elsewhere(admin: Account) -> None:
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False, headers=HERE)
    browser.force_login(admin)
    thing = met(make("incident"), admin)
    before = Entry.objects.count(), LogEntry.objects.count()
    tried = 0
    for route in all_routes():
        for method in route.methods[1:]:
            address = route.address(thing)
            if route.is_api:
                answer = browser.generic(method, address, json.dumps(route.body()), content_type="text/plain")
            else:
                answer = browser.post(address, route.form(thing))
            assert answer.status_code in {401, 403, 404, 405, 415}, (method, address, answer.status_code)
            tried += answer.status_code == 403
    assert tried > 100
    assert (Entry.objects.count(), LogEntry.objects.count()) == before


def test_a_session_that_was_foisted_on_somebody_is_not_theirs_once_they_come_in(admin: Account) -> None:
    attacker = Client(headers=HERE)
    attacker.session.save()
    foisted = attacker.session.session_key or ""
    victim = Client(headers=HERE)
    victim.cookies["sessionid"] = foisted
    assert victim.post(f"/sign-in/{new_sign_in_link(admin)}/").status_code == 302
    assert victim.get("/my-work/").status_code == 200
    assert victim.cookies["sessionid"].value != foisted
    attacker.cookies["sessionid"] = foisted
    assert attacker.get("/my-work/").status_code == 302


def test_who_signs_out_takes_the_session_along(admin: Account) -> None:
    browser = Client(headers=HERE)
    browser.post(f"/sign-in/{new_sign_in_link(admin)}/")
    kept = browser.cookies["sessionid"].value
    assert browser.post("/sign-out/").status_code == 302
    thief = Client(headers=HERE)
    thief.cookies["sessionid"] = kept
    assert thief.get("/my-work/").status_code == 302
