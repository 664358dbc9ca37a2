"""Reactions: what follows from an entry of the journal, done by the worker soon after.

    @reaction("incident.resolve", "change.*")
    def close_interactions(entry: Entry) -> None:
        perform(interaction, "close", **because(entry))

A reaction sees every entry that it asked for at least once, in order of position. Its own writes are committed
together with the note that the entry is done, so they happen once; what it does outside the database must bear being
done twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from septet.kernel.actors import SYSTEM
from septet.kernel.models import Entry
from septet.kernel.registry import registry
from septet.lib.text import suggestion

IMPORTED = ("import", "bulk")
# Names of entries that no action of that name wrote.
WRITTEN_BY_KERNEL = ("create", "undo", "erase", "clock-warning", "clock-breach")

Function = Callable[[Entry], None]


@dataclass(frozen=True, slots=True)
class Reaction:
    """A declared reaction: a function and the entries it follows."""

    name: str
    function: Function
    patterns: tuple[tuple[str, str], ...]
    follows_imports: bool

    @property
    def help(self) -> str:
        """What it does, in a sentence."""
        return (self.function.__doc__ or "").strip().partition("\n")[0]

    def follows(self, kind: str, action: str, via: str) -> bool:
        """Whether it reacts to an entry like this."""
        if via in IMPORTED and not self.follows_imports:
            return False
        return any(k in ("*", kind) and a in ("*", action) for k, a in self.patterns)


declared: dict[str, Reaction] = {}


def reaction(*patterns: str, follows_imports: bool = False, name: str = "") -> Callable[[Function], Function]:
    """Declare `f(entry)` as a reaction to entries such as `incident.resolve`, `*.create`, `incident.*` or `*`.

    `follows_imports`: whether it also sees entries that came by import or bulk. `name` (default: module and function)
    is under which its place in the journal is kept: a renamed reaction begins anew at the end of the journal.
    """

    def declare(function: Function) -> Function:
        key = name or f"{function.__module__.removeprefix('septet.')}.{function.__name__}"
        if key in declared:
            raise ImproperlyConfigured(f"Reaction {key!r} is declared twice.")
        if not patterns:
            raise ImproperlyConfigured(f"Reaction {key!r} follows nothing; name entries such as 'incident.resolve'.")
        declared[key] = Reaction(key, function, tuple(_parsed(key, one) for one in patterns), follows_imports)
        return function

    return declare


def _parsed(name: str, pattern: str) -> tuple[str, str]:
    kind, dot, action = pattern.partition(".")
    if pattern != "*" and not (kind and dot and action):
        raise ImproperlyConfigured(f"Reaction {name!r}: {pattern!r} must look like 'incident.resolve' or '*.create'.")
    return kind, action or "*"


def check_patterns() -> None:
    """Refuse a reaction to a kind or an action that does not exist; called when every declaration is loaded."""
    for one in declared.values():
        for kind, action in one.patterns:
            if kind != "*" and kind not in registry.types:
                raise ImproperlyConfigured(
                    f"Reaction {one.name!r}: no record type {kind!r}.{suggestion(kind, registry.types)}"
                )
            types = registry.types.values() if kind == "*" else [registry.types[kind]]
            known = {"*", *WRITTEN_BY_KERNEL}.union(*(it.actions for it in types))
            if action not in known:
                raise ImproperlyConfigured(
                    f"Reaction {one.name!r}: {kind} has no action {action!r}.{suggestion(action, known)}"
                )


def because(entry: Entry) -> dict[str, Any]:
    """What an action done by a reaction passes to `perform` or `create`: done by the system, caused by `entry`,
    and in its request, so that undoing the request undoes what followed from it."""
    return {"actor": SYSTEM, "via": "worker", "request": entry.request, "caused_by": entry.pk}
