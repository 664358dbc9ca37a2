"""The people of the tests: an agent, a manager, an end user who asks, a partner's contact, and an outsider."""

from dataclasses import dataclass
from typing import Any

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor, of_person


@dataclass
class Cast:
    """Alice works at the desk, Bob manages, Rita is an end user, Paul a partner's contact, Otto an outsider."""

    alice: Any
    bob: Any
    rita: Any
    paul: Any
    otto: Any
    desk: Any
    supplier: Any

    def as_(self, name: str) -> Actor:
        """One of them as an actor, with the rights of this moment."""
        return of_person(getattr(self, name).pk)


def engage() -> Cast:
    """Create the cast in an empty database."""
    supplier = create("organisation", OPERATOR, via="cli", title="Supply Ltd", sort="partner")
    people = {
        name: create("person", OPERATOR, via="cli", title=name.capitalize(), email=f"{name}@example.org")
        for name in ("alice", "bob", "rita", "otto")
    }
    paul = create("person", OPERATOR, via="cli", title="Paul", email="paul@supply.example", customer=supplier.number)
    desk = create("function-team", OPERATOR, via="cli", title="Desk", cluster="support")
    perform(desk, "add-member", OPERATOR, via="cli", person=people["alice"], role="agent")
    perform(desk, "add-member", OPERATOR, via="cli", person=people["bob"], role="manager")
    return Cast(**people, paul=paul, desk=desk, supplier=supplier)
