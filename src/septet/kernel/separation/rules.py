"""Which separation rules are in force, and whom they keep from what. Asked at every action: a record that no rule
concerns costs no query, another one costs one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.errors import Refused
from septet.kernel.journal import undone_ids
from septet.kernel.kept import Kept
from septet.kernel.models import Entry, Record
from septet.kernel.registry import RecordType, number_of, registry
from septet.kernel.separation.models import SeparationRule


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is asked; `first` and `second` hold names of actions and of fields."""

    number: str
    title: str
    applies_to: str
    first: frozenset[str]
    second: frozenset[str]
    condition: Mapping[str, list[Any]]
    within: timedelta | None
    reason: str

    def holds(self, it: RecordType, record: Record) -> bool:
        """Whether the record is as the rule's condition says."""
        return all(
            it.fields[name].plain(it.fields[name].get(record)) in self.condition[name] for name in self.condition
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.number}). {self.reason}"


def _read() -> list[Rule]:
    return [_rule(row) for row in SeparationRule.objects.filter(state="in-force", withdrawn_at=None).order_by("pk")]


# The rules in force; another process's edit is seen within 15 seconds.
in_force = Kept(15.0, _read)
forget = in_force.forget


def _rule(row: SeparationRule) -> Rule:
    return Rule(
        number=number_of(row.kind, row.pk),
        title=row.title.rstrip("."),
        applies_to=row.applies_to,
        first=names_in(row.first),
        second=names_in(row.second),
        condition=row.condition,
        within=timedelta(days=row.within_days) if row.within_days else None,
        reason=row.reason,
    )


def names_in(text: str) -> frozenset[str]:
    """The names in a list with commas."""
    return frozenset(name for one in text.split(",") if (name := one.strip()))


def forbidding(actor: Actor, action: str, record: Record) -> Rule | None:
    """The rule that keeps the actor, or the person for whom they act, from doing this to the record."""
    people = {one for one in (actor.person, actor.for_person) if one is not None}
    it = registry.types[record.kind]
    rules = [one for one in in_force() if action in one.second and one.applies_to in ("*", it.kind)] if people else []
    if not rules:
        return None
    own: Record = record if isinstance(record, it.model) else it.model._default_manager.get(pk=record.pk)
    return _first_broken([one for one in rules if one.holds(it, own)], it, own, people)


def check_named(it: RecordType, record: Record, changed: Iterable[str]) -> None:
    """Refuse that somebody is named in a field who may not stand there because of what they did. Raises Refused."""
    for name in changed:
        person = it.fields[name].get(record) if name in it.fields and it.fields[name].kind == "person" else None
        if person is not None:
            rules = [one for one in in_force() if name in one.second and one.applies_to in ("*", it.kind)]
            rules = [one for one in rules if one.holds(it, record)]
            if broken := _first_broken(rules, it, record, {person}):
                raise Refused(str(broken))


def _first_broken(rules: list[Rule], it: RecordType, record: Record, people: set[int]) -> Rule | None:
    """The first of the rules of which one of the people did the first part; one query where fields do not tell."""
    for one in rules:
        named = {it.fields[name].get(record) for name in one.first if name in it.fields}
        if people & named:
            return one
    names: frozenset[str] = frozenset().union(*(one.first for one in rules))
    done = _done(record, names & set(it.actions)) if rules else []
    now = timezone.now()
    for one in rules:
        since = now - one.within if one.within else None
        if any(name in one.first and people & who and (since is None or at >= since) for name, at, who in done):
            return one
    return None


def _done(record: Record, actions: frozenset[str]) -> list[tuple[str, datetime, set[int | None]]]:
    """What of these actions was done to the record and not undone: which, when, by whom and for whom."""
    if not actions:
        return []
    rows = Entry.objects.filter(Q(action__in=actions) | Q(undoes__isnull=False), record_id=record.pk)
    entries = list(rows.values_list("pk", "undoes", "action", "at", "actor_id", "on_behalf_of_id"))
    undone = undone_ids((pk, undoes) for pk, undoes, *_ in entries)
    return [
        (action, at, {actor, absent})
        for pk, undoes, action, at, actor, absent in entries
        if undoes is None and pk not in undone
    ]
