"""The cast at their browsers."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client

from septet.kernel.accounts import open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account, Record
from tests.cast import Cast

SignIn = Callable[[str], Client]


@pytest.fixture
def browser_of(cast: Cast) -> SignIn:
    """A browser in which one of the cast is signed in; `admin` is an administrator beside them."""

    def sign_in(name: str) -> Client:
        person = _administrator(cast) if name == "admin" else getattr(cast, name)
        account = Account.objects.filter(person_id=person.pk).first()
        if account is None:
            account = open_account(person, f"{name}@example.org", zone="Europe/Berlin")
        client = Client(headers={"host": "localhost"})
        client.force_login(account)
        return client

    return sign_in


def _administrator(cast: Cast) -> Record:
    admin: Record = create("person", OPERATOR, via="cli", title="Ada", email="ada@example.org")
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=admin, role="administrator")
    return admin


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    """Attempts to sign in are counted anew in each test."""
    cache.clear()
