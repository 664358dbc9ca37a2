"""From what somebody types to records: every word must be there, the last one may be unfinished."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from septet.kernel.actors import Actor
from septet.kernel.loading import Head, heads
from septet.kernel.models import Record
from septet.kernel.policy import seen_among
from septet.kernel.registry import number_of
from septet.kernel.search.index import READERS_SHARE, catch_up
from septet.kernel.search.words import spellings, words_of

MOST_WORDS = 12
# Rank orders only the newest so many of the matches: ranking all that hold a common word costs a hundred times more.
CANDIDATES = 1000
# So many matches of whole words are enough not to look for words that only begin so.
ENOUGH = 200
# Of so many records of a kind the ids are looked up before matches are.
FEW = 20_000
# How often a title holds what was asked for, which FTS5 marks in it. Its own bm25 counts every document of the index
# that holds a word, however few are ranked.
_IN_TITLE = "length(highlight(search_index, 0, char(1), '')) - length(title)"


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
    return _expression(words_of(text)[:MOST_WORDS], unfinished=unfinished)


def _expression(words: list[str], *, unfinished: bool) -> str:
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
    return _best(_ranked(text, actor, kind), actor, limit)


def find_words(text: str, actor: Actor, *, kind: str | None = None, limit: int = 20) -> Found:
    """The same, with the number of matches of each kind among the candidates that the actor may see."""
    ranked = _ranked(text, actor)
    counts = Counter(one.kind for one in _seen(ranked, actor))
    wanted = ranked if kind is None else _ranked(text, actor, kind)
    return Found(_best(wanted, actor, limit), dict(counts.most_common()))


def _ranked(text: str, actor: Actor, kind: str | None = None) -> list[int]:
    """The ids of the candidates, the best first. Where whole words alone are common enough, words that only begin with
    the last one are not looked for: the engine would first put all of their documents together."""
    catch_up(READERS_SHARE)
    words = words_of(text)[:MOST_WORDS]
    if not words:
        return []
    found = _candidates(_expression(words, unfinished=False), actor, kind)
    return found if len(found) >= ENOUGH else _candidates(_expression(words, unfinished=True), actor, kind)


def _candidates(wanted: str, actor: Actor, kind: str | None) -> list[int]:
    sqlite = connection.vendor == "sqlite"
    pk, rank = ("rowid", _IN_TITLE) if sqlite else ("record_id", "ts_rank(whole, to_tsquery('simple', %s))")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT pk, score FROM (SELECT {pk} AS pk, {rank} AS score FROM search_index"
            f" WHERE {_match(actor.is_staff)}{_of_kind(kind, pk)} ORDER BY {pk} DESC LIMIT %s) AS found"
            " ORDER BY score DESC, pk DESC",
            [*([] if sqlite else [wanted]), wanted, *([kind] if kind else []), CANDIDATES],
        )
        return [row[0] for row in cursor.fetchall()]


def _of_kind(kind: str | None, pk: str) -> str:
    """The SQL condition that a document is of a record of this kind. Few such records are looked up first; of many
    each match is asked, since the newest are soon found."""
    if kind is None:
        return ""
    if len(Record.objects.filter(kind=kind).order_by().values_list("pk")[: FEW + 1]) > FEW:
        return f" AND EXISTS (SELECT 1 FROM record WHERE record.id = search_index.{pk} AND record.kind = %s)"
    return f" AND {pk} IN (SELECT id FROM record WHERE kind = %s)"


def _seen(ids: list[int], actor: Actor) -> list[Head]:
    """Those that are not withdrawn and that the actor may see, in no order."""
    found = heads(ids, withdrawn=False)
    seen = seen_among(actor, found)
    return [one for one in found if one.pk in seen]


def _best(ranked: list[int], actor: Actor, limit: int) -> list[Hit]:
    """The first ones that the actor may see. Most of them usually may be, so a few are asked for first."""
    best: list[Hit] = []
    start, lot = 0, 2 * limit
    while len(best) < limit and start < len(ranked):
        some = ranked[start : start + lot]
        seen = {one.pk: one for one in _seen(some, actor)}
        best += [Hit(number_of(seen[pk].kind, pk), *seen[pk][1:4]) for pk in some if pk in seen]
        start, lot = start + lot, 4 * lot
    return best[:limit]
