"""What each role may do. A role is a bundle of rights; an assignment gives them to a person, somewhere, for a time."""

from dataclasses import dataclass
from typing import Literal

from septet.kernel.models import Verb

SEE_ALL = ((Verb.SEE, "*"), (Verb.EXPORT, "*"))
DESK = ("incident", "interaction")
OTHER_WORK = ("article", "configuration-item", "task")


RoleName = Literal["agent", "change-manager", "manager", "administrator", "auditor"]


@dataclass(frozen=True, slots=True)
class Role:
    """A role's label, one sentence about it, and its (verb, kind) pairs."""

    label: str
    help: str
    grants: tuple[tuple[Verb, str], ...]


def _on(verbs: tuple[Verb, ...], kinds: tuple[str, ...]) -> tuple[tuple[Verb, str], ...]:
    return tuple((verb, kind) for verb in verbs for kind in kinds)


WORK = (Verb.CREATE, Verb.WORK)
ROLES: dict[str, Role] = {
    "agent": Role(
        "Agent",
        "Works on incidents, interactions and tasks, writes articles, keeps configuration items, asks for changes.",
        SEE_ALL + _on(WORK, (*DESK, *OTHER_WORK)) + _on((Verb.CREATE,), ("change", "person")),
    ),
    "change-manager": Role(
        "Change manager",
        "Leads changes from the request to the review, approves them, and holds reviews.",
        SEE_ALL + _on((*WORK, Verb.APPROVE), ("change",)) + _on(WORK, ("review",)) + _on(WORK, (*DESK, *OTHER_WORK)),
    ),
    "manager": Role(
        "IT manager",
        "Works on everything, keeps rules, teams and services, imports data.",
        (*SEE_ALL, (Verb.CREATE, "*"), (Verb.WORK, "*"), (Verb.APPROVE, "*"), (Verb.MANAGE, "*"), (Verb.IMPORT, "*")),
    ),
    "administrator": Role(
        "Administrator",
        "All rights, including accounts, tokens, imports and the erasure of personal data.",
        tuple((verb, "*") for verb in Verb if verb not in {Verb.MEMBER, Verb.STAND_IN}),
    ),
    "auditor": Role("Auditor", "Sees everything that is not restricted, changes nothing.", SEE_ALL),
}
