"""The cast at their browsers."""

from collections.abc import Callable

import pytest
from django.test import Client

from septet.kernel.accounts import open_account
from septet.kernel.models import Account
from tests.cast import Cast

SignIn = Callable[[str], Client]


@pytest.fixture
def browser_of(cast: Cast) -> SignIn:
    """A browser in which one of the cast is signed in."""

    def sign_in(name: str) -> Client:
        person = getattr(cast, name)
        account = Account.objects.filter(person_id=person.pk).first() or open_account(person, f"{name}@example.org")
        client = Client(headers={"host": "localhost"})
        client.force_login(account)
        return client

    return sign_in
