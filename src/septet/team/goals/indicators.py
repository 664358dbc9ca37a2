"""Indicators: what can be measured, declared in the `goals.py` of a capability; nothing is typed in by anybody.

    indicator(
        "incident.reopened",
        Cluster.SUPPORT,
        _("Incidents opened again"),
        kind="incident",
        sort=Sort.RATIO,
        date="course__first_ended_at",
        valid=Q(course__first_ended_at__isnull=False),
        good=Q(course__reopened_at__isnull=False),
        ...
    )

A record belongs to the day of its `date`. The records that a number is made of are found by the very conditions that
made the number, so every number opens.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from septet.kernel.models import Record
from septet.kernel.registry import Cluster, RecordType, registry
from septet.lib.text import suggestion
from septet.team.goals.conditions import at_moment, check_told, fields_in, moves

# By which of a record's fields a goal may be limited to a part of the work, each with the journal's name of it.
SCOPES = ("service", "customer", "team", "site", "priority", "category")


class Sort(StrEnum):
    """The five sorts: a share of records; a number of them, or the sum of a value; its mean; its distribution; and
    what there is at the end of a day, of all records as they were then."""

    RATIO = "ratio"
    SUM = "sum"
    MEAN = "mean"
    DISTRIBUTION = "distribution"
    GAUGE = "gauge"


class Unit(StrEnum):
    """What a number counts: a share in percent, records (or what they hold), or seconds."""

    PERCENT = "percent"
    COUNT = "count"
    SECONDS = "seconds"


@dataclass(frozen=True)
class Indicator:
    """One indicator.

    `valid`: which records count. `good`: of those, which are the numerator of a share. `value`: the field that a sum,
    mean or distribution is of; of a gauge the field with the moment from which a record's age runs. `per`: the
    indicator whose records are the denominator where they are others than the numerator's, and `factor` by how much
    the quotient is multiplied (incidents per 100 changes). `higher`: whether more is better. `formula` and `source`:
    how it is computed, in words, and who defines it so. `reads`: journal keys that matter beside the fields named:
    `relations` for edges that lead from the record, `relations-back` for edges that lead to it, `clocks` for clocks.
    `beside` gives, for a moment, what conditions may name beside fields: a name and a database expression over dated
    rows; `follows` are the kinds of the records whose rows these are. `standing`: the gauge whose records at the end of
    a period count in its denominator as well.
    """

    key: str
    cluster: Cluster
    label: str
    help: str
    formula: str
    source: str
    kind: str
    sort: Sort
    unit: Unit
    date: str = ""
    valid: Q = field(default_factory=Q)
    good: Q | None = None
    value: str = ""
    per: str = ""
    factor: int = 1
    higher: bool = True
    reads: frozenset[str] = frozenset()
    follows: tuple[str, ...] = ()
    standing: str = ""
    beside: Callable[[datetime], dict[str, Any]] | None = None

    @cached_property
    def it(self) -> RecordType:
        """The type of the records it is made of."""
        return registry.types[self.kind]

    @cached_property
    def fields(self) -> frozenset[str]:
        """Whatever of a record, by its key in the journal, changes a number when it changes."""
        names = {self.date.partition("__")[0], self.value.partition("__")[0], *fields_in(self.valid)}
        names |= fields_in(self.good) if self.good is not None else set()
        return frozenset({*names, *SCOPES, *self.reads, "withdrawn_at"} - {"", "pk"})

    @property
    def is_share(self) -> bool:
        """Whether it is a numerator in a denominator of the same records."""
        return self.good is not None

    @property
    def denominator(self) -> "Indicator | None":
        """The indicator whose records are the denominator, where they are others."""
        return declared[self.per] if self.per else None

    @property
    def dated_beside(self) -> bool:
        """Whether its date is that of a row beside the record."""
        return (
            bool(self.date) and self.beside is not None and self.date.partition("__")[0] in self.beside(timezone.now())
        )

    @property
    def left_over(self) -> "Indicator | None":
        """The gauge whose records at the end of a period count in its denominator as well."""
        return declared[self.standing] if self.standing else None

    @property
    def sources(self) -> list["Indicator"]:
        """All indicators from whose records its number is made."""
        return [one for one in (self, self.denominator, self.left_over) if one is not None]

    @cached_property
    def moves(self) -> bool:
        """Whether time alone changes what it comes to."""
        return bool(not self.date and (self.value or self.beside)) or moves(self.valid & (self.good or Q()))

    def scopes(self) -> tuple[str, ...]:
        """The fields by which it can be limited."""
        return tuple(one for one in SCOPES if one in self.it.fields and one not in self.it.hidden)

    def rows(self, at: datetime | None = None) -> QuerySet[Record]:
        """The records of its kind, with what stands beside them at a moment (now)."""
        # The kind leads every index of the base table.
        found: QuerySet[Record] = self.it.model._default_manager.filter(kind=self.kind).order_by()
        return found.annotate(**self.beside(at or timezone.now())) if self.beside else found


declared: dict[str, Indicator] = {}


def indicator(
    key: str,
    cluster: Cluster,
    label: Any,
    help: Any,
    *,
    kind: str,
    sort: Sort,
    formula: Any,
    source: str,
    unit: Unit | None = None,
    reads: tuple[str, ...] = (),
    **options: Any,
) -> Indicator:
    """Declare an indicator; see `Indicator` for the options. The unit of a share is percent, else a count."""
    if key in declared:
        raise ImproperlyConfigured(f"Indicator {key!r} is declared twice.")
    usual = Unit.PERCENT if options.get("good") is not None else Unit.COUNT
    one = Indicator(
        key=key,
        cluster=cluster,
        label=label,
        help=help,
        formula=formula,
        source=source,
        kind=kind,
        sort=sort,
        unit=unit or usual,
        reads=frozenset(reads),
        **options,
    )
    declared[key] = one
    return one


def named(key: str) -> Indicator:
    """The indicator of this key. Raises ValueError with a suggestion."""
    if key not in declared:
        raise ValueError(f"There is no indicator {key!r}.{suggestion(key, declared)}")
    return declared[key]


def check_indicators() -> None:
    """Refuse an indicator that names what does not exist; called when every declaration is loaded."""
    for one in declared.values():
        if one.kind not in registry.types:
            raise ImproperlyConfigured(f"Indicator {one.key!r}: no record type {one.kind!r}.")
        for name in (one.per, one.standing):
            if name and name not in declared:
                raise ImproperlyConfigured(f"Indicator {one.key!r}: no indicator {name!r}.{suggestion(name, declared)}")
        if strange := [kind for kind in one.follows if kind not in registry.types]:
            raise ImproperlyConfigured(f"Indicator {one.key!r}: no record type {strange[0]!r}.")
        _check_shape(one)
        _check_names(one)


def _check_shape(one: Indicator) -> None:
    needed = {
        "date": one.sort != Sort.GAUGE,
        "good": one.sort == Sort.RATIO and not one.per,
        "value": one.sort in {Sort.MEAN, Sort.DISTRIBUTION},
    }
    missing = [name for name, is_needed in needed.items() if is_needed and not getattr(one, name)]
    if missing:
        raise ImproperlyConfigured(f"Indicator {one.key!r}: a {one.sort} needs {' and '.join(missing)}.")
    if one.sort == Sort.GAUGE:
        if one.date:
            raise ImproperlyConfigured(f"Indicator {one.key!r}: a gauge looks at every day, not at a date.")
        check_told(one.valid & (one.good or Q()), f"Indicator {one.key!r}")


def _check_names(one: Indicator) -> None:
    names = [name for name in (one.date, one.value) if name]
    conditions = [one.valid, *([one.good] if one.good is not None else [])]
    try:
        rows = one.rows().annotate(**{f"n{place}": F(name) for place, name in enumerate(names)})
        for q in conditions:
            rows = rows.filter(at_moment(q, timezone.now()))
    except FieldError as error:
        raise ImproperlyConfigured(f"Indicator {one.key!r}: {error}") from None
