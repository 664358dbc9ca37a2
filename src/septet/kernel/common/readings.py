"""What can be read about a record of any type beside its history and its relations."""

from dataclasses import dataclass
from typing import Annotated

from septet.kernel import policy
from septet.kernel.actors import Actor, of_person
from septet.kernel.errors import NotFound, Refused
from septet.kernel.fields import Text
from septet.kernel.models import Record, Verb
from septet.kernel.readings import reading
from septet.kernel.registry import Ref, registry
from septet.lib.text import suggestion

Person = Annotated[Record, Ref("person")]


@dataclass(frozen=True, slots=True)
class Why:
    """Whether a person may do something to a record, and the reason in words."""

    person: str
    verb: str
    number: str
    allowed: bool
    reason: str


@reading(Record, examples=[{"person": "@person", "verb": "see"}])
def why(record: Record, actor: Actor, *, person: Person, verb: Text) -> Why:
    """Say whether a person may do an action or use a right on the record, and why; yourself, or for staff anybody."""
    if person.pk != actor.person and not actor.is_staff:
        raise Refused("You may ask for yourself only.")
    known = [*registry.types[record.kind].actions, *map(str, Verb)]
    if verb not in known:
        raise NotFound(f"{record.number} knows no action or right {verb!r}.{suggestion(verb, known)}")
    verdict = policy.may(of_person(person), verb, record)
    return Why(person.number, verb, record.number, verdict.allowed, verdict.reason)
