"""Walks the registry: makes a record of any type, and brings one into a state in which an action may be done."""

import itertools
from collections import deque
from collections.abc import Iterator
from typing import Any

from septet.kernel import content
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.models import Entry, Record
from septet.kernel.registry import Action, RecordType, registry

LONGEST_WAY = 14
# Fields of which no two records may hold the same value.
UNIQUE = {"item-type": "key"}
_count = itertools.count(1)


def all_types() -> list[str]:
    """Every kind, for parametrising."""
    return sorted(registry.types)


def own_actions() -> Iterator[tuple[str, str]]:
    """Every (kind, action) with an example, of those that not every record has."""
    for kind, it in sorted(registry.types.items()):
        for name, one in it.actions.items():
            if one.examples and one.model is not Record:
                yield kind, name


def common_actions(it: RecordType) -> list[Action]:
    """What a record of this type can do because every record can, as far as it has an example.

    A record that was just made can do all of it, one after the other; erasing comes last.
    """
    found = [one for one in it.actions.values() if one.examples and one.model is Record]
    return sorted(found, key=lambda one: one.name == "erase")


def make(kind: str, actor: Actor = OPERATOR, **values: Any) -> Any:
    """A record of the kind from its type's example; what the example refers to is made too."""
    it = registry.types[kind]
    fields = {**filled(it.example), **values}
    if kind in UNIQUE:
        fields[UNIQUE[kind]] = f"{fields[UNIQUE[kind]]}-{next(_count)}"
    return create(kind, actor, via="api", fields=fields)


def filled(example: dict[str, Any]) -> dict[str, Any]:
    """An example with each `@kind` replaced by a new record's number."""
    return {name: _filled(value) for name, value in example.items()}


def _filled(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("@") and value[1:] in registry.types:
        return make(value[1:]).number
    return [_filled(one) for one in value] if isinstance(value, list) else value


def ready_for(it: RecordType, one: Action, **values: Any) -> Any:
    """A record in a state in which the action may be done."""
    record = make(it.kind, **values)
    for step in _way(it, record.state, one):
        do(record, step)
    return reload(record)


def _way(it: RecordType, start: str, goal: Action) -> list[Action]:
    """The shortest chain of actions with examples from a state to one in which `goal` may be done."""
    if not goal.from_ or start in goal.from_:
        return []
    seen, queue = {start}, deque([(start, [])])  # type: ignore[var-annotated]  # a list of actions, empty at first
    while queue:
        state, way = queue.popleft()
        for one in it.actions.values():
            if one.to and one.examples and (not one.from_ or state in one.from_) and one.to not in seen:
                if one.to in goal.from_:
                    return [*way, one]
                if len(way) < LONGEST_WAY:
                    seen.add(one.to)
                    queue.append((one.to, [*way, one]))
    raise AssertionError(f"No chain of examples leads from {start} to {goal.from_} of {it.kind}.{goal.name}.")


def do(record: Any, one: Action, actor: Actor = OPERATOR, **options: Any) -> Entry | None:
    """Do an action by its first example."""
    example = filled(one.examples[0])
    if one.name == "attach":
        example["digest"], example["size"] = content.put([b"a file"])
    return perform(record, one.name, actor, via="api", params=example, **options)
