"""Windows as they were and are: each a row of definitions by its journal, kept in memory until one of them changes."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from septet.kernel.governing.models import Window
from septet.kernel.journal import lives
from septet.kernel.models import Entry, Relation
from septet.kernel.registry import registry
from septet.kernel.revisions import Revised
from septet.lib.windows import occurrences

SCOPES = ("service", "site", "team")
ALWAYS_SO = datetime(1900, 1, 1, tzinfo=UTC)
Piece = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Version:
    """What a window was from `since` until `until`; the first version holds for the time before it, too."""

    since: datetime
    until: datetime | None
    purpose: str
    starts_at: datetime
    ends_at: datetime
    rule: str
    zone: str
    scopes: tuple[int, ...]

    def pieces(self, since: datetime, until: datetime) -> Iterator[Piece]:
        """The stretches that overlap the time between two moments, cut where the version begins and ends."""
        low, high = max(since, self.since), until if self.until is None else min(until, self.until)
        if low >= high:
            return
        length = self.ends_at - self.starts_at
        for start, end in occurrences(self.rule, self.starts_at, length, ZoneInfo(self.zone), low, high):
            yield max(start, self.since), end if self.until is None else min(end, self.until)


@dataclass(frozen=True, slots=True)
class Rule:
    """A window with all that it ever was. `affects` holds the records it names by a relation, each with its time."""

    window: int
    title: str
    versions: tuple[Version, ...]
    affects: tuple[tuple[int, datetime, datetime | None], ...] = ()

    def named(self, version: Version, since: datetime, until: datetime) -> tuple[int, ...]:
        """The records that it names some time between two moments; if there are none, it is for everything."""
        ties = (target for target, begins, ends in self.affects if begins < until and (ends is None or since < ends))
        return (*version.scopes, *ties)


@dataclass
class Rules:
    """All windows, and by which named record each can be found; those that ever named nothing can be found by None."""

    all: dict[int, Rule] = field(default_factory=dict)
    by_name: dict[int | None, set[int]] = field(default_factory=dict)

    def about(self, names: Iterable[int]) -> list[Rule]:
        """The windows that may govern something which has these names."""
        found = set(self.by_name.get(None, ())).union(*(self.by_name.get(name, ()) for name in names))
        return [self.all[pk] for pk in sorted(found)]


def _load() -> Rules:
    rules = Rules()
    heads = {pk: (bytes(head), title) for pk, head, title in Window.objects.values_list("pk", "head", "title")}
    versions = _versions({pk: head for pk, (head, _) in heads.items()})
    ties: dict[int, list[tuple[int, datetime, datetime | None]]] = {}
    rows = Relation.objects.filter(type="affects", record__kind="window").order_by("pk")
    for pk, target, begins, ends in rows.values_list("record_id", "target_id", "valid_from", "valid_to"):
        ties.setdefault(pk, []).append((target, begins, ends))
    for pk, (_, title) in heads.items():
        rule = rules.all[pk] = Rule(pk, title, versions[pk], tuple(ties.get(pk, ())))
        names: set[int | None] = {name for one in rule.versions for name in one.scopes}
        names |= {target for target, *_ in rule.affects}
        # A tie does not hold always, and a version may name what another does not.
        if rule.affects or any(not one.scopes for one in rule.versions):
            names.add(None)
        for name in names:
            rules.by_name.setdefault(name, set()).add(pk)
    return rules


WINDOWS = Revised("windows", _load, {"window": ()})
_worked_out: dict[tuple[int, bytes], tuple[Version, ...]] = {}


def _versions(heads: Mapping[int, bytes]) -> dict[int, tuple[Version, ...]]:
    """The versions of windows; those whose journal did not move on since are known already."""
    known = {pk: _worked_out[pk, head] for pk, head in heads.items() if (pk, head) in _worked_out}
    told: dict[int, list[tuple[datetime, int, str]]] = {pk: [] for pk in heads if pk not in known}
    rows = Entry.objects.filter(record_id__in=list(told)).values_list("record_id", "at", "number", "changes")
    for pk, at, number, changes in rows:
        told[pk].append((at, number, changes))
    found = {**known, **{pk: tuple(_lives(entries)) for pk, entries in told.items()}}
    _worked_out.clear()
    _worked_out.update({(pk, heads[pk]): versions for pk, versions in found.items()})
    return found


def _lives(entries: Collection[tuple[datetime, int, str]]) -> Iterator[Version]:
    states = [(at, dict(values)) for at, values in lives(registry.types["window"], entries)]
    for place, (at, values) in enumerate(states):
        until = states[place + 1][0] if place + 1 < len(states) else None
        if values["state"] == "in-force" and values.get("withdrawn_at") is None and (until is None or at < until):
            yield _version(ALWAYS_SO if place == 0 else at, until, values)


def _version(since: datetime, until: datetime | None, values: Mapping[str, Any]) -> Version:
    return Version(
        since,
        until,
        purpose=values["purpose"],
        starts_at=datetime.fromisoformat(values["starts_at"]),
        ends_at=datetime.fromisoformat(values["ends_at"]),
        rule=values["rule"],
        zone=values["zone"],
        scopes=tuple(values[name] for name in SCOPES if values.get(name) is not None),
    )
