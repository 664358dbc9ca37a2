"""Lists of another time: who was in which state by spans, everything else by replay of the rows shown.

As-of T asks how it was at T; known-at T leaves out what was recorded after T. Rights are always today's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.clocks.then import due_then
from septet.kernel.errors import Invalid
from septet.kernel.fields import moment_text
from septet.kernel.journal import Snapshot, blank, read_changes
from septet.kernel.listing import Condition, Page, Query, list_fields, sees_all_internal, without_telling, write_cursor
from septet.kernel.models import Entry, Record, Span
from septet.kernel.policy import visible_to
from septet.kernel.reading import link, titles_of
from septet.kernel.registry import RecordType
from septet.kernel.spans import COLUMNS, SIZES

CHUNK = 500
# Among so many records, the first in the order of the list, a page is looked for first.
NEAR = 20_000
# Querysets that follow one another in the order of a list.
Rows = Sequence[QuerySet[Record]]
ORDERS = ("opened_at", "number")


def page(query: Query, actor: Actor) -> Page:
    """One page of the list as it was."""
    found: list[tuple[int, datetime, Snapshot]] = []
    for one in _matching(query, actor):
        found.append(one)
        if len(found) > query.limit:
            break
    more, found = len(found) > query.limit, found[: query.limit]
    _set_due(query, found)
    items = _items(query.it, found, actor)
    last = found[-1] if more else None
    return Page(items, write_cursor(query, moment_text(last[1]), last[0]) if last else None)


def count(query: Query, actor: Actor) -> int:
    """How many records the list held."""
    told_by_spans = query.only_open is None and not query.withdrawn
    if query.known_at is None and told_by_spans and all(one.name in COLUMNS for one in query.conditions):
        return _candidates(query, actor).count()
    return sum(1 for _ in _matching(query, actor))


def _matching(query: Query, actor: Actor) -> Iterator[tuple[int, datetime, Snapshot]]:
    """Every record of the list as it was, in order: candidates by index, chunk by chunk, checked by replay. The first
    chunk fills a page if all its candidates fit; while they do not, chunks grow."""
    if query.order_field not in ORDERS:
        raise Invalid(fields={"order": f"A list of another time can be ordered by {' or '.join(ORDERS)} only."})
    rows: Rows = [_candidates(query, actor)]
    near = _near(query, actor)
    after, size = query.after, min(query.limit + 1, CHUNK)
    while True:
        chunk = _first(near, query, after, size)
        if len(chunk) < size:
            near, chunk = [], _first(rows, query, after, size)
        snapshots = snapshots_of(query.it, [pk for pk, _ in chunk], query.as_of, query.known_at)
        if any(one.name == "due_at" for one in query.conditions):
            _set_due(query, [(pk, opened_at, snapshots[pk]) for pk, opened_at in chunk if pk in snapshots])
        for pk, opened_at in chunk:
            snapshot = snapshots.get(pk)
            if snapshot is not None and snapshot.exists and _fits(query, snapshot):
                yield pk, opened_at, snapshot
        if len(chunk) < size:
            return
        after, size = (chunk[-1][1], chunk[-1][0]), min(size * 4, CHUNK)


def _first(rows: Rows, query: Query, after: tuple[Any, int] | None, size: int) -> list[tuple[int, datetime]]:
    """Id and opening of so many of the rows, the next ones in the order of the list."""
    found: list[tuple[int, datetime]] = []
    for some in rows:
        if len(found) < size:
            found += _behind(some, query, after)[: size - len(found)]
    return found


def _behind(rows: QuerySet[Record], query: Query, after: tuple[Any, int] | None) -> QuerySet[Record, tuple[int, Any]]:
    """Id and opening of the rows behind a place in the order of the list."""
    by_number = query.order_field == "number"
    compare, sign = ("lt", "-") if query.descending else ("gt", "")
    if after is not None:
        value, pk = after
        beyond = Q(**{f"pk__{compare}": pk})
        rows = rows.filter(beyond if by_number else Q(opened_at=value) & beyond | Q(**{f"opened_at__{compare}": value}))
    ordered = rows.order_by(f"{sign}pk") if by_number else rows.order_by(f"{sign}opened_at", f"{sign}pk")
    return ordered.values_list("pk", "opened_at")


def _set_due(query: Query, found: list[tuple[int, datetime, Snapshot]]) -> None:
    """Let records of types with clocks be due as they were then; their journal does not tell."""
    due = due_then(query.it, [pk for pk, *_ in found], query.as_of, query.known_at)
    for pk, _, snapshot in found if due else ():
        snapshot.values["due_at"] = due[pk]


def _candidates(query: Query, actor: Actor) -> QuerySet[Record]:
    """Records that may belong to the list: by their spans, or, where later knowledge changed them, all that existed."""
    base = _all(query, actor)
    in_time = Q(pk__in=_by_size(query))
    if query.withdrawn:
        # What was withdrawn has no span any more.
        at = query.as_of or timezone.now()
        in_time = Q(pk__in=Entry.objects.filter(kind=query.it.kind, number=1, at__lte=at).values("record_id"))
    if query.known_at is None:
        return base.filter(in_time)
    later = Entry.objects.filter(recorded_at__gt=query.known_at, kind=query.it.kind)
    known = Entry.objects.filter(recorded_at__lte=query.known_at, kind=query.it.kind, number=1)
    touched = Q(pk__in=later.filter(number__gt=1).values("record_id")) & Q(pk__in=known.values("record_id"))
    return base.filter((in_time & ~Q(pk__in=later.values("record_id"))) | touched)


def _near(query: Query, actor: Actor) -> Rows:
    """Those of the candidates that are among the first records of the order, or the first behind the list's cursor,
    asked one by one whether they belong to it: that mostly finds a page without looking at all that was so at the
    time. Nothing where it does not help."""
    if query.withdrawn or query.known_at is not None or query.order_field != "opened_at":
        return []
    at = query.as_of or timezone.now()
    rows = _all(query, actor).filter(Exists(_spans(query).filter(record_id=OuterRef("pk"))))
    if not query.descending:
        last = _beyond(query.it.kind, "opened_at", query.after and {"opened_at__gte": query.after[0]})
        return [] if last is None else [rows.filter(opened_at__lte=last)]
    last = _beyond(query.it.kind, "-opened_at", {"opened_at__lte": min(at, query.after[0]) if query.after else at})
    # The few records that were there before they were opened come first.
    early = Span.objects.filter(kind=query.it.kind, opened_at__gt=at).values_list("record_id", flat=True)
    some = list(early.distinct()[: CHUNK + 1])
    if last is None or len(some) > CHUNK:
        return []
    return [rows.filter(pk__in=some, opened_at__gt=at), rows.filter(opened_at__gte=last, opened_at__lte=at)]


def _beyond(kind: str, order: str, since: dict[str, datetime] | None) -> datetime | None:
    """When the record was opened that comes after NEAR others; none if there are not so many."""
    opened = Record.objects.filter(kind=kind, **since or {}).order_by(order).values_list("opened_at", flat=True)
    return opened[NEAR : NEAR + 1].first()


def _all(query: Query, actor: Actor) -> QuerySet[Record]:
    if query.q:
        raise Invalid(fields={"q": "A list of another time cannot be searched; filter it instead."})
    return without_telling(query, actor, visible_to(actor, Record.objects.filter(kind=query.it.kind), query.it))


def _spans(query: Query) -> QuerySet[Span]:
    """Of what was in time as the conditions say, as far as spans tell."""
    at = query.as_of or timezone.now()
    spans = Span.objects.filter(Q(until=None) | Q(until__gt=at), kind=query.it.kind, since__lte=at)
    for one in query.conditions:
        if one.name in COLUMNS:
            spans = spans.filter(_span_q(one))
    return spans


def _by_size(query: Query) -> QuerySet[Span, int]:
    """The records of `_spans`, asked for size by size: of each only what began no longer before the time of the list
    than such spans last. Not as one condition: then databases walk all that ever was in a state."""
    at, spans = query.as_of or timezone.now(), _spans(query).values_list("record_id", flat=True)
    # The last of the sizes is of whatever lasted longer.
    ended = [spans.filter(size=size, since__gt=at - timedelta(seconds=8**size)) for size in SIZES[:-1]]
    return spans.filter(size=None).union(*ended, spans.filter(size=SIZES[-1]), all=True)


def _span_q(one: Condition) -> Q:
    path = COLUMNS[one.name]
    if one.comparison and one.comparison != "not":
        return Q(**{f"{path}__{one.comparison}": one.values[-1]})
    given = [value for value in one.values if value is not None]
    found = Q(**{f"{path}__in": given}) if given else Q(pk__in=[])
    if None in one.values:
        found |= Q(**{path: None})
    return ~found if one.comparison == "not" else found


def snapshots_of(
    it: RecordType, ids: list[int], as_of: datetime | None, known_at: datetime | None
) -> dict[int, Snapshot]:
    """What each of these records was, by one query over their entries."""
    rows = Entry.objects.filter(record_id__in=ids)
    if as_of is not None:
        rows = rows.filter(at__lte=as_of)
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found: dict[int, Snapshot] = {}
    for pk, changes in rows.order_by("at", "number").values_list("record_id", "changes"):
        found.setdefault(pk, blank(it)).apply(read_changes(changes))
    return found


def _fits(query: Query, snapshot: Snapshot) -> bool:
    """Whether a record as it was belongs to the list; withdrawn ones only if asked for."""
    values = snapshot.values
    if values.get("withdrawn_at") is not None and not query.withdrawn:
        return False
    if query.only_open is not None and (values.get("closed_at") is None) != query.only_open:
        return False
    return all(_holds(query.it, one, values) for one in query.conditions)


def _holds(it: RecordType, one: Condition, values: dict[str, Any]) -> bool:
    if one.name.startswith("extra."):
        held = (values.get("extra") or {}).get(one.name.removeprefix("extra."))
        texts = {str(x) for x in (held if isinstance(held, list) else [held]) if x is not None}
        return bool(texts & set(one.values)) != (one.comparison == "not")
    f = it.fields[one.name]
    value = f.value(values.get(one.name))
    if one.comparison in {"", "not"}:
        return (value in one.values) != (one.comparison == "not")
    if value is None:
        return False
    bound = one.values[-1]
    return bool(
        {"gte": value >= bound, "gt": value > bound, "lte": value <= bound, "lt": value < bound}[one.comparison]
    )


def _items(it: RecordType, found: list[tuple[int, datetime, Snapshot]], actor: Actor) -> list[dict[str, Any]]:
    internal = sees_all_internal(actor, it)
    names = [name for name in list_fields(it) if internal or not it.fields[name].internal]
    references = [name for name in names if it.fields[name].sort == "reference"]
    ids = {one.values.get(name) for _, _, one in found for name in references}
    titles = titles_of((pk for pk in ids if pk is not None), actor)
    now = Record.objects.filter(pk__in=[pk for pk, *_ in found]).values_list("pk", "version", "updated_at")
    present = {pk: (version, updated) for pk, version, updated in now}
    return [
        {
            "number": f"{it.prefix}-{pk}",
            "kind": it.kind,
            "version": present[pk][0],
            "updated_at": moment_text(present[pk][1]),
            **{
                name: link(it.fields[name].kind, one.values.get(name), titles)
                if name in references
                else one.values.get(name)
                for name in names
            },
        }
        for pk, _, one in found
    ]
