"""Short words for what the tests of this folder do again and again."""

from typing import Any

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR


def open_(kind: str, **fields: Any) -> Any:
    """A new record, opened by the operator."""
    return create(kind, OPERATOR, via="cli", fields=fields)


def act(record: Any, name: str, **params: Any) -> Any:
    """An action of the operator."""
    return perform(record, name, OPERATOR, via="cli", params=params)


def assign(person: Any, *, active: bool = True, **fields: Any) -> Any:
    """An assignment of a person, by default an agent's in Support that is in force."""
    team = {} if "team" in fields or "cluster" in fields else {"cluster": "support"}
    made = open_("assignment", person=person, **{"role": "agent", **team, **fields})
    if active:
        act(made, "activate")
    return made
