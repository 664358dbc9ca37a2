"""What governs a record at a time, and why: the one function that every module asks about windows.

A window governs what it names: its service, its site, its team, and every record that it is tied to by `affects`; one
that names nothing governs everything. So it reaches a record that it names, or whose service, site or team it names,
and what affects an item that it reaches (a change of a server under maintenance).

The past is judged by what was in force then: a window that is changed or retired governs otherwise from that time on.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext

from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.calendar.spans import Stretch
from septet.kernel.errors import Invalid
from septet.kernel.governing.models import WindowPurpose
from septet.kernel.governing.window_rules import SCOPES, WINDOWS, Rule, Version
from septet.kernel.models import Record, Relation
from septet.kernel.policy import visible_to
from septet.kernel.registry import number_of
from septet.kernel.relations import in_force

INSTANT = timedelta(microseconds=1)
# How a name reaches a record: (what it is to the record or to an item of it, that item).
Reach = dict[int, tuple[str, int | None]]


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A stretch of time in which a window is open, and why it governs what was asked about."""

    number: str
    title: str
    purpose: str
    starts_at: datetime
    ends_at: datetime
    why: str

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


@dataclass(frozen=True, slots=True)
class _Open:
    """A stretch of a window; `names` are those by which it reaches what was asked about, or all it names."""

    rule: Rule
    version: Version
    starts_at: datetime
    ends_at: datetime
    names: tuple[int, ...]


def governing(
    record: Record, since: datetime, until: datetime | None = None, purposes: Collection[str] = ()
) -> list[Occurrence]:
    """The windows that are open over a record at a moment, or some time between two, in order; of all purposes, unless
    some are given. Raises Invalid if there are more than can be told."""
    reach = _reach(record)
    return _shown(_open(WINDOWS.get().about(reach), since, until or since + INSTANT, purposes, reach), reach, OPERATOR)


def occurrences_between(
    actor: Actor,
    since: datetime,
    until: datetime,
    *,
    purposes: Collection[str] = (),
    about: Record | None = None,
) -> list[Occurrence]:
    """The windows that the actor may see and that are open some time between two moments, in order; with `about` those
    that govern this record. Raises Invalid if there are more than can be told."""
    rules = WINDOWS.get()
    seen = set(visible_to(actor, Record.objects.filter(kind="window")).order_by().values_list("pk", flat=True))
    reach = None if about is None else _reach(about)
    asked = rules.all.values() if reach is None else rules.about(reach)
    return _shown(_open((one for one in asked if one.window in seen), since, until, purposes, reach), reach, actor)


def windows_over(
    asked: Mapping[int, tuple[datetime, datetime]], purposes: Collection[str] = ()
) -> dict[int, list[str]]:
    """The windows that are open over each of some records between two moments, by number and title, in order. Raises
    Invalid if there are more than can be told."""
    rules = WINDOWS.get()
    found = {}
    for pk, reach in _reaches(Record.objects.filter(pk__in=asked)).items():
        opened = _open(rules.about(reach), *asked[pk], purposes, reach)
        found[pk] = list(dict.fromkeys(f"{number_of('window', one.rule.window)} {one.rule.title}" for one in opened))
    return found


def stretches(actor: Actor, since: datetime, until: datetime, about: Record | None = None) -> list[Stretch]:
    """The same as `occurrences_between`, as the calendar has it."""
    return [
        Stretch(
            record=int(one.number.rpartition("-")[2]),
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            what=str(WindowPurpose(one.purpose).label),
            why=one.why,
            forbids=one.purpose != WindowPurpose.MAINTENANCE,
        )
        for one in occurrences_between(actor, since, until, about=about)
    ]


def _open(
    rules: Iterable[Rule], since: datetime, until: datetime, purposes: Collection[str], reach: Reach | None
) -> list[_Open]:
    """Every stretch, in order; without a reach those of all the windows."""
    found = []
    for rule in rules:
        for version in rule.versions:
            named = rule.named(version, since, until)
            hits = named if reach is None else tuple(name for name in reach if name in named)
            if (purposes and version.purpose not in purposes) or (named and not hits):
                continue
            try:
                found += [_Open(rule, version, start, end, hits) for start, end in version.pieces(since, until)]
            except ValueError as error:
                raise Invalid(fields={"until": str(error)}) from None
    return _joined(sorted(found, key=lambda one: (one.starts_at, one.ends_at, one.rule.window)))


def _joined(pieces: Iterable[_Open]) -> list[_Open]:
    """Where a window was changed while it was open, both pieces are one again."""
    found: list[_Open] = []
    last: dict[int, int] = {}
    for one in pieces:
        place = last.get(one.rule.window)
        if place is not None and found[place].ends_at == one.starts_at:
            found[place] = replace(one, starts_at=found[place].starts_at)
        else:
            last[one.rule.window] = len(found)
            found.append(one)
    return found


def _shown(found: list[_Open], reach: Reach | None, reader: Actor) -> list[Occurrence]:
    names = {name for one in found for name in one.names}
    names |= {item for name in names if reach and (item := reach[name][1]) is not None}
    titles = dict.fromkeys(names, gettext("something that you may not see"))
    if names:
        rows = visible_to(reader, Record.objects.filter(pk__in=names), few=True)
        titles.update(rows.values_list("pk", "title"))
    return [
        Occurrence(
            number=number_of("window", one.rule.window),
            title=one.rule.title,
            purpose=one.version.purpose,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            why=_why(one, reach, titles),
        )
        for one in found
    ]


def _reach(record: Record) -> Reach:
    """Everything by which a window may reach a record, the nearest first."""
    return _reaches([record])[record.pk]


def _reaches(records: Iterable[Record]) -> dict[int, Reach]:
    """The same for each of several, by one query."""
    found: dict[int, Reach] = {}
    for record in records:
        found[record.pk] = {record.pk: ("itself", None)}
        for name in SCOPES:
            if (pk := getattr(record, f"{name}_id")) is not None:
                found[record.pk].setdefault(pk, (name, None))
    edges = in_force(Relation.objects.filter(record_id__in=list(found), type="affects"), timezone.now())
    columns = [f"target__{name}_id" for name in SCOPES]
    rows = edges.filter(target__withdrawn_at=None).order_by("pk").values_list("record_id", "target_id", *columns)
    for pk, item, *places in rows:
        found[pk].setdefault(item, ("item", item))
        for name, place in zip(SCOPES, places, strict=True):
            if place is not None:
                found[pk].setdefault(place, (name, item))
    return found


def _why(one: _Open, reach: Reach | None, titles: Mapping[int, str]) -> str:
    if not one.names:
        return gettext("It is for everything.")
    if reach is None:
        return gettext("It is for %(names)s.") % {"names": ", ".join(dict.fromkeys(titles[name] for name in one.names))}
    name = one.names[0]
    what, item = reach[name]
    named = {"name": titles[name], "item": titles[item] if item is not None else ""}
    match what, item:
        case "itself", _:
            return gettext("It names this record.")
        case "item", _:
            return gettext("It names %(item)s, which this affects.") % named
        case "service", None:
            return gettext("It is for the service %(name)s.") % named
        case "site", None:
            return gettext("It is for the site %(name)s.") % named
        case _, None:
            return gettext("It is for the team %(name)s.") % named
    return gettext("It is for %(name)s, where %(item)s belongs, which this affects.") % named
