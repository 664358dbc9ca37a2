"""Every action of every type, for every role, on what is theirs, on what is others', and on what is restricted."""

from typing import Any

from septet.kernel import policy
from septet.kernel.registry import registry
from tests.matrix.people import PEOPLE, WHOSE, Stage, engage, others
from tests.matrix.table import compare, text_of

ABOUT = """
Who may do what to which records. Types of which an action may be done alike stand in one row.

  yes  allowed, in a fitting state; a few actions ask for more, such as being the one who was asked to approve
  403  refused: they see the record, but may not do this
  404  hidden: they are told that there is no such record
  -    there is no such record: nothing of these types is theirs, or none can be restricted

own: they asked for it, own it or are it; for a partner it is shared with their company, for the agent of a service it
belongs to that service. foreign: it is none of that. restricted: for those alone who are named on it, and they are not.
"""


def test_every_action(db: None) -> None:
    stage = engage()
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for kind, it in sorted(registry.types.items()):
        foreign, restricted = others(it)
        columns = [(name, one) for name in PEOPLE for one in (stage.own(name, it), foreign, restricted)]
        seen = [record is not None and bool(policy.may(stage.actors[name], "see", record)) for name, record in columns]
        rows = {action: cells_of(stage, action, columns, seen) for action in it.actions}
        rows["create"] = tuple(cell for name in PEOPLE for cell in (may_create(stage, name, kind), "-", "-"))
        rows["see"] = cells_of(stage, "see", columns, seen)
        for action, cells in rows.items():
            alike.setdefault((action, cells), []).append(kind)
    groups = dict.fromkeys(PEOPLE, tuple(one[:3] for one in WHOSE))
    lines = [(action, cells, ", ".join(kinds)) for (action, cells), kinds in alike.items()]
    compare("actions.txt", text_of(ABOUT, groups, sorted(lines)))


def cells_of(stage: Stage, action: str, columns: list[tuple[str, Any]], seen: list[bool]) -> tuple[str, ...]:
    """How the kernel answers each person on each record."""
    return tuple(
        "-"
        if record is None
        else "404"
        if not known
        else "yes"
        if action == "see" or policy.may_do(stage.actors[name], action, record)
        else "403"
        for (name, record), known in zip(columns, seen, strict=True)
    )


def may_create(stage: Stage, name: str, kind: str) -> str:
    """Whether this person may open a record of this type at all."""
    return "yes" if policy.may_create(stage.actors[name], registry.types[kind]) else "403"
