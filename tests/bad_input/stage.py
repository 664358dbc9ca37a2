"""Fills an empty installation and tells what to know of it: `python -m tests.bad_input.stage`."""

import json
import os
from datetime import timedelta
from typing import Any

import django


def main() -> None:
    """Make the cast, an administrator, tokens of every sort, sessions, and records to work on; print them as JSON."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    print(json.dumps(_stage()))


def _stage() -> dict[str, Any]:
    from django.utils import timezone

    from septet.kernel.accounts import new_sign_in_link, new_token, open_account
    from septet.kernel.actions import create, perform
    from septet.kernel.actors import OPERATOR
    from septet.kernel.models import Token
    from tests.cast import engage

    cast = engage()
    ada: Any = create("person", OPERATOR, via="cli", title="Ada", email="ada@example.org")
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=ada, role="administrator")
    people = {"alice": cast.alice, "bob": cast.bob, "rita": cast.rita, "otto": cast.otto, "ada": ada}
    accounts = {name: open_account(person, f"{name}@example.org") for name, person in people.items()}
    revoked = new_token(accounts["alice"], "revoked")
    Token.objects.filter(label="revoked").update(revoked_at=timezone.now())
    ticket = create("incident", OPERATOR, via="cli", title="The printer jams", requester=cast.rita, team=cast.desk)
    hidden = create("incident", OPERATOR, via="cli", title="A secret", confidentiality="restricted")
    return {
        "tokens": {name: new_token(account, "test") for name, account in accounts.items()},
        "expired": new_token(accounts["alice"], "old", timezone.now() - timedelta(seconds=1)),
        "revoked": revoked,
        "links": {name: new_sign_in_link(account) for name, account in accounts.items()},
        "sessions": {name: _session(account) for name, account in accounts.items()},
        "people": {name: person.number for name, person in people.items()},
        "incident": ticket.number,
        "hidden": hidden.number,
    }


def _session(account: Any) -> str:
    from django.test import Client

    client = Client()
    client.force_login(account)
    return client.cookies["sessionid"].value


if __name__ == "__main__":
    main()
