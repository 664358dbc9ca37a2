"""Which combinations of assignments a set of rules objects to. Pure: everything it looks at is an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

POSSIBLE, CAUTION, NOT_RECOMMENDED = "possible", "caution", "not-recommended"
WORSE_FIRST = (NOT_RECOMMENDED, CAUTION)


@dataclass(frozen=True, slots=True)
class Held:
    """An assignment that somebody holds. `scope`: in each dimension that it is limited in, what it reaches."""

    id: int
    cluster: str
    role: str
    since: datetime
    until: datetime | None = None
    scope: Mapping[str, frozenset[int]] | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a rule; an empty word means any, both empty mean nothing."""

    cluster: str = ""
    role: str = ""

    def fits(self, held: Held) -> bool:
        """Whether an assignment is of this side."""
        if not (self.cluster or self.role):
            return False
        return self.cluster in ("", held.cluster) and self.role in ("", held.role)


@dataclass(frozen=True, slots=True)
class Rule:
    """A combination rule in force."""

    id: int
    first: Side
    second: Side
    verdict: str
    reason: str = ""
    control: str = ""

    def fits(self, one: Held, other: Held) -> bool:
        """Whether two assignments are the two sides of the rule, either way round."""
        return (self.first.fits(one) and self.second.fits(other)) or (self.first.fits(other) and self.second.fits(one))


@dataclass(frozen=True, slots=True)
class Finding:
    """Two assignments of one person and the rule that objects to them; `waived` if a waiver is in force."""

    one: Held
    other: Held
    rule: Rule
    waived: bool = False

    @property
    def blocks(self) -> bool:
        """Whether the two may not be held together."""
        return self.rule.verdict == NOT_RECOMMENDED and not self.waived


def findings(held: Sequence[Held], rules: Sequence[Rule], waived: Iterable[int] = ()) -> list[Finding]:
    """What rules object to among the assignments of one person, the worst first; for each pair the worst rule alone.

    Only assignments that meet count: at the same time, and over the same part of the work. `waived`: the ids of
    the rules that are waived for this person.
    """
    ids = frozenset(waived)
    found = [
        finding
        for one, other in combinations(held, 2)
        if meet(one, other) and (finding := judged(one, other, rules, ids)) is not None
    ]
    return sorted(
        found, key=lambda one: (not one.blocks, one.rule.verdict != NOT_RECOMMENDED, one.one.id, one.other.id)
    )


def judged(one: Held, other: Held, rules: Sequence[Rule], waived: frozenset[int] = frozenset()) -> Finding | None:
    """What the rules say of two assignments: the worst of what fits; of two equally bad the one that is not waived."""
    fitting = [rule for rule in rules if rule.verdict != POSSIBLE and rule.fits(one, other)]
    if not fitting:
        return None
    worst = min(fitting, key=lambda rule: (WORSE_FIRST.index(rule.verdict), rule.id in waived, rule.id))
    return Finding(one, other, worst, waived=worst.verdict == NOT_RECOMMENDED and worst.id in waived)


def meet(one: Held, other: Held) -> bool:
    """Whether two assignments are in force at one moment and could name one record."""
    return _same_time(one, other) and _same_place(one.scope or {}, other.scope or {})


def _same_time(one: Held, other: Held) -> bool:
    begins = max(one.since, other.since)
    return all(until is None or until > begins for until in (one.until, other.until))


def _same_place(one: Mapping[str, frozenset[int]], other: Mapping[str, frozenset[int]]) -> bool:
    return all(one[dimension] & other[dimension] for dimension in one.keys() & other.keys())
