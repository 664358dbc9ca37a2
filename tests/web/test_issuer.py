"""Coming in by the organisation's own sign-in: a real OpenID Connect provider beside it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import oidc_provider_mock
import pytest
from django.conf import LazySettings
from django.test import Client

from septet.environment import Issuer
from septet.kernel.accounts import open_account
from septet.kernel.models import Account, LogEntry, Record
from tests.cast import Cast

# The provider runs in this process, on a library that goes over to other names.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config")


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """Address of a provider that knows Alice, Zoe whose address is not confirmed, and Nina."""
    users = [
        oidc_provider_mock.User(
            sub=name, claims={"email": f"{name}@example.org", "email_verified": sure, "name": name.title()}
        )
        for name, sure in (("alice", True), ("zoe", False), ("nina", True))
    ]
    with oidc_provider_mock.run_server_in_thread(user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def issuer(provider: str, settings: LazySettings) -> str:
    settings.ISSUER = Issuer(provider, "septet", "secret", "Example Ltd")
    app = {
        "provider_id": "issuer",
        "name": "Example Ltd",
        "client_id": "septet",
        "secret": "secret",
        "settings": {"server_url": provider, "fetch_userinfo": True},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    return provider


def come(sub: str, goal: str = "/") -> tuple[Client, Any]:
    """Go to the provider, say there who one is, and come back; the browser and the last answer."""
    client = Client(headers={"host": "localhost"})
    away = client.get(f"/sign-in/issuer/?next={goal}")
    assert away.status_code == 302, away.text
    back = httpx.post(away["Location"], data={"sub": sub})
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    return client, client.get(f"{parts.path}?{parts.query}")


def test_an_account_is_found_by_its_confirmed_address(cast: Cast, issuer: str) -> None:
    account = open_account(cast.alice, "Alice@example.org")
    client, answer = come("alice", "/my-work/")
    assert (answer.status_code, answer["Location"]) == (302, "/my-work/")
    assert client.get("/my-work/").status_code == 200
    # From now on it is known by what never changes there, whatever its address.
    Account.objects.filter(pk=account.pk).update(email="alice.new@example.org")
    client, _ = come("alice")
    assert client.get("/my-work/").status_code == 200
    assert Account.objects.count() == 1


@pytest.mark.parametrize(("sub", "reason"), [("zoe", "not confirmed"), ("nina", "no account for nina@example.org")])
def test_nobody_comes_in_unknown(cast: Cast, issuer: str, sub: str, reason: str) -> None:
    if sub == "zoe":
        open_account(cast.rita, "zoe@example.org")
    client, answer = come(sub)
    assert answer.status_code == 403
    assert reason in answer.text
    assert client.get("/my-work/").status_code == 302
    assert LogEntry.objects.latest("pk").event == "sign-in-refused"


def test_an_organisation_may_let_it_open_accounts(cast: Cast, issuer: str, settings: LazySettings) -> None:
    settings.ISSUER_OPENS_ACCOUNTS = True
    client, _ = come("nina")
    assert client.get("/my-work/").status_code == 200
    assert Record.objects.get(kind="person", title="Nina").pk == Account.objects.get().person_id


def test_a_closed_account_stays_out(cast: Cast, issuer: str) -> None:
    account = open_account(cast.alice, "alice@example.org")
    Account.objects.update(is_active=False)
    client, answer = come("alice")
    assert answer.status_code == 403
    assert client.get("/my-work/").status_code == 302
    assert not Account.objects.get(pk=account.pk).is_active


def test_an_answer_that_nobody_asked_for_is_refused(cast: Cast, issuer: str) -> None:
    client = Client(headers={"host": "localhost"})
    assert client.get("/sign-in/issuer/back/?code=x&state=y").status_code == 403


def test_another_site_cannot_begin_it(issuer: str, db: None) -> None:
    client = Client(headers={"host": "localhost", "sec-fetch-site": "cross-site"})
    assert client.get("/sign-in/issuer/").status_code == 403


def test_without_an_issuer_there_is_no_such_page(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    assert client.get("/sign-in/issuer/").status_code == 404
    assert client.get("/sign-in/issuer/back/").status_code == 404
