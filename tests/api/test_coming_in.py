"""Who comes in, and how: tokens, sessions, request ids."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, Grant, LogEntry, Token
from tests.api.conftest import Program
from tests.cast import Cast
from tests.everything.walk import make


def test_nobody_is_told_how_to_come_in(client: Client, db: None) -> None:
    answer = client.get("/api/v1/incidents")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Septet"')
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["instance"] == "/api/v1/incidents"
    assert answer.json()["request"] == answer.headers["X-Request-Id"]


def test_tokens_that_no_longer_hold(cast: Cast, alice: Program) -> None:
    account = open_account(cast.bob, "bob@example.org")
    secrets = {
        "expired": new_token(account, "old", timezone.now() - timedelta(seconds=1)),
        "revoked": new_token(account, "revoked"),
        "unknown": "spt_" + "x" * 43,
        "": "",
    }
    Token.objects.filter(label="revoked").update(revoked_at=timezone.now())
    for secret in secrets.values():
        assert Program(secret).get("me").status_code == 401
    for scheme in ("Basic YWxpY2U6eA==", "Bearer", alice.token):
        assert alice.get("me", headers={"Authorization": scheme}).status_code == 401
    assert alice.get("me", headers={"Authorization": f"bearer {alice.token}"}).status_code == 200
    perform(cast.alice, "leave", OPERATOR, via="cli")
    assert alice.get("me").status_code == 401


def test_a_token_speaks_for_its_person_with_the_rights_of_this_moment(cast: Cast, alice: Program) -> None:
    me = alice.get("me").json()
    assert me["person"] == {"number": cast.alice.number, "title": "Alice"}
    assert me["teams"] == [{"number": cast.desk.number, "title": "Desk"}]
    assert {"verb": "see", "kind": "*", "scope": [], "on_behalf_of": None} in me["rights"]
    number = make("incident").number
    assert alice.get(f"incidents/{number}").status_code == 200
    Grant.objects.filter(person_id=cast.alice.pk).update(until=timezone.now())
    assert alice.get("me").json()["rights"] == []
    assert alice.get(f"incidents/{number}").status_code == 404


def test_authentication_takes_one_query(alice: Program, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice.get("types")
    with django_assert_num_queries(1):
        alice.get("types")


def test_use_of_a_token_is_noted_once_a_day(cast: Cast, alice: Program) -> None:
    for _ in range(3):
        alice.get("types")
    noted = LogEntry.objects.filter(event="token-use")
    assert [(one.actor_id, one.via, one.detail) for one in noted] == [(cast.alice.pk, "api", "test")]
    Token.objects.update(used_on=timezone.now().date() - timedelta(days=1))
    alice.get("types")
    assert noted.all().count() == 2


def test_a_refusal_and_a_look_at_a_restricted_record_are_noted(cast: Cast, alice: Program) -> None:
    service = make("service")
    answer = alice.patch(f"services/{service.number}", {"title": "Mine"})
    assert answer.status_code == 403
    assert "right to manage" in answer.json()["detail"]
    incident = make("incident", confidentiality="restricted")
    perform(incident, "share", OPERATOR, via="cli", party=cast.alice.number)
    assert alice.get(f"incidents/{incident.number}").status_code == 200
    noted = LogEntry.objects.exclude(event="token-use").order_by("pk").values_list("event", "record_id")
    assert list(noted) == [("refusal", service.pk), ("restricted-read", incident.pk)]


@pytest.fixture
def page(cast: Cast) -> Client:
    """Alice's browser after she signed in."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(open_account(cast.alice, "alice@example.org"))
    return client


def test_a_signed_in_person_may_look_and_with_the_page_s_proof_also_change(page: Client, cast: Cast) -> None:
    assert page.get("/api/v1/me").json()["person"]["title"] == "Alice"
    fields = {"title": "From a page"}
    forged = page.post("/api/v1/incidents", fields, content_type="application/json")
    assert (forged.status_code, forged.headers["Content-Type"]) == (403, "application/problem+json")
    assert "Load the page again" in forged.json()["detail"]
    secret = "a" * 32
    page.cookies["csrftoken"] = secret
    proved = page.post("/api/v1/incidents", fields, content_type="application/json", headers={"X-CSRFToken": secret})
    assert proved.status_code == 201


def test_a_request_id_is_taken_over_and_journaled(cast: Cast, alice: Program) -> None:
    given = str(uuid4())
    answer = alice.post("incidents", {"title": "x"}, headers={"X-Request-Id": given})
    assert answer.headers["X-Request-Id"] == given
    assert Entry.objects.filter(request=given, action="create").count() == 1
    for bad in ("1", "x" * 500, "../../etc", f"{given}\x00"):
        made = alice.post("incidents", {"title": "x"}, headers={"X-Request-Id": bad}).headers["X-Request-Id"]
        assert made != bad
        assert Entry.objects.filter(request=made).exists()


def test_programs_are_answered_before_all_that_only_pages_need(
    alice: Program, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice.client.cookies["sessionid"] = "no-such-session"
    alice.get("types")
    with django_assert_num_queries(1):
        answer = alice.get("types")
    assert not answer.cookies
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (answer.headers["Cache-Control"], answer.headers["Vary"]) == ("private, no-cache", "Authorization, Cookie")


def test_a_person_asks_for_others_through_nobody_else(program: Callable[[str], Program], cast: Cast) -> None:
    mine = make("incident", requester=cast.rita.number, title="Mine")
    make("incident", title="Another's")
    rita = program("rita")
    assert [one["number"] for one in rita.get("incidents").json()["items"]] == [mine.number]
    opened = rita.post("incidents", {"title": "Help", "requester": cast.otto.number})
    assert opened.json()["requester"]["number"] == cast.rita.number
    assert not {"extra", "cause"} & set(opened.json())


def test_nobody_writes_under_the_request_id_of_somebody_else(alice: Program, bob: Program) -> None:
    mine = {"X-Request-Id": str(uuid4())}
    made = [alice.post("incidents", {"title": "Mine"}, headers=mine) for _ in range(2)]
    assert {one.headers["X-Request-Id"] for one in made} == set(mine.values())
    theirs = bob.post("incidents", {"title": "Theirs"}, headers=mine)
    assert theirs.status_code == 201
    assert theirs.headers["X-Request-Id"] not in mine.values()
    assert alice.post(f"undo/{mine['X-Request-Id']}", {}).json()["undone"] == 2


def test_whether_a_mail_address_belongs_to_somebody_hidden_is_not_told(cast: Cast, rita: Program) -> None:
    open_account(cast.bob, "bob.login@example.org")
    said = set()
    for mail in ("bob.login@example.org", "otto@example.org", "nobody@example.org"):
        answer = rita.get("incidents", data={"owner": mail})
        said.add((answer.status_code, str(answer.json().get("fields")).replace(mail, "MAIL")))
    assert len(said) == 1
