"""From what somebody types to records: every word must be there, the last one may be unfinished."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from septet.kernel.actors import Actor
from septet.kernel.models import Record
from septet.kernel.policy import visible_to
from septet.kernel.registry import number_of, registry
from septet.kernel.search.index import READERS_SHARE, catch_up
from septet.kernel.search.words import spellings, words_of

MOST_WORDS = 12
# Rank orders only the newest so many of the matches: ranking all that hold a common word costs a hundred times more.
CANDIDATES = 1000
# How often a title holds what was asked for, which FTS5 marks in it. Its own bm25 counts every document of the index
# that holds a word, however few are ranked.
_IN_TITLE = "length(highlight(search_index, 0, char(1), '')) - length(highlight(search_index, 0, '', ''))"


@dataclass(frozen=True, slots=True)
class Hit:
    """A record found."""

    number: str
    kind: str
    title: str
    state: str


def expression(text: str, *, unfinished: bool = True) -> str:
    """What the engine's matcher takes, with the index brought up to date; empty if the text holds no word.
    `unfinished` says that the last word may be the beginning of one; else it is taken as it is written."""
    catch_up(READERS_SHARE)
    words = words_of(text)[:MOST_WORDS]
    groups = [[(spelling, False) for spelling in spellings(word, prefix=False)] for word in words[:-1]]
    if words:
        last = spellings(words[-1], prefix=True) if unfinished else words[-1:]
        groups.append([(spelling, unfinished) for spelling in last])
    sqlite = connection.vendor == "sqlite"
    tail = "*" if sqlite else ":*"
    quote, either = ('"', " OR ") if sqlite else ("", " | ")
    parts = ["(" + either.join(f"{quote}{w}{quote}{tail * p}" for w, p in group) + ")" for group in groups]
    return (" AND " if sqlite else " & ").join(parts)


def _match(internal: bool) -> str:
    """The SQL condition on `search_index`, whose one parameter is an expression; without `internal` what only staff
    may read is not looked at."""
    if connection.vendor == "sqlite":
        return "search_index MATCH %s" if internal else "search_index MATCH '{title body} : (' || %s || ')'"
    return f"{'whole' if internal else 'shown'} @@ to_tsquery('simple', %s)"


def matching(expression: Any, *, internal: bool = True) -> RawSQL:
    """The ids of records that fit an expression, for `pk__in`."""
    pk = "rowid" if connection.vendor == "sqlite" else "record_id"
    return RawSQL(f"SELECT {pk} FROM search_index WHERE {_match(internal)}", [expression])


@dataclass(frozen=True, slots=True)
class Found:
    """The best matches, and how many the candidates hold of each kind, the most first."""

    hits: list[Hit]
    counts: dict[str, int]


def search(text: str, actor: Actor, *, kind: str | None = None, limit: int = 20) -> list[Hit]:
    """The best matches that the actor may see, those in the title first; withdrawn records are left out."""
    ranked = _ranked(text, actor)
    rows = Record.objects.filter(pk__in=ranked, withdrawn_at=None)
    return _best(ranked, _seen(rows if kind is None else rows.filter(kind=kind), actor, kind), limit)


def find_words(text: str, actor: Actor, *, kind: str | None = None, limit: int = 20) -> Found:
    """The same, with the number of matches of each kind among the candidates that the actor may see."""
    ranked = _ranked(text, actor)
    seen = _seen(Record.objects.filter(pk__in=ranked, withdrawn_at=None), actor)
    counts = Counter(one[0] for one in seen.values())
    wanted = {pk: one for pk, one in seen.items() if kind is None or one[0] == kind}
    return Found(_best(ranked, wanted, limit), dict(counts.most_common()))


def _ranked(text: str, actor: Actor) -> list[int]:
    """The ids of the candidates, the best first. Where whole words alone are common enough, words that only begin with
    the last one are not looked for: the engine would first put all of their documents together."""
    found = _candidates(expression(text, unfinished=False), actor)
    return found if len(found) == CANDIDATES else _candidates(expression(text), actor)


def _candidates(wanted: str, actor: Actor) -> list[int]:
    if not wanted:
        return []
    sqlite = connection.vendor == "sqlite"
    pk, rank = ("rowid", _IN_TITLE) if sqlite else ("record_id", "ts_rank(whole, to_tsquery('simple', %s))")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pk, score FROM (SELECT {pk} AS pk, {rank} AS score FROM search_index"
            f" WHERE {_match(actor.is_staff)} ORDER BY {pk} DESC LIMIT %s) AS found ORDER BY score DESC, pk DESC",
            [*([] if sqlite else [wanted]), wanted, CANDIDATES],
        )
        return [row[0] for row in cursor.fetchall()]


def _seen(rows: QuerySet[Record], actor: Actor, kind: str | None = None) -> dict[int, tuple[str, str, str]]:
    """Kind, title and state of those that the actor may see, by id."""
    shown = visible_to(actor, rows, registry.types.get(kind or ""), few=True)
    return {pk: (kind_, title, state) for pk, kind_, title, state in shown.values_list("pk", "kind", "title", "state")}


def _best(ranked: list[int], seen: dict[int, tuple[str, str, str]], limit: int) -> list[Hit]:
    best = [pk for pk in ranked if pk in seen][:limit]
    return [Hit(number_of(seen[pk][0], pk), *seen[pk]) for pk in best]
