"""The search index follows the journal: whoever searches first brings it up to the latest entry."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction

from septet.kernel import sequencer
from septet.kernel.journal import read_changes
from septet.kernel.locks import exclusive
from septet.kernel.models import Entry, ExternalKey, Follower, Record
from septet.kernel.registry import RecordType, registry
from septet.kernel.search.words import normalised

NAME = "search"
LONGEST = 64_000
CHUNK = 1000
# A reader waits for so many entries at most; the worker indexes the rest of a large import.
READERS_SHARE = 4000


def catch_up(limit: int | None = None) -> int:
    """Index what was recorded since, up to `limit` entries; return how many entries are still to come."""
    latest = sequencer.catch_up()
    position = _position()
    goal = latest if limit is None else min(latest, position + limit)
    while position < goal:
        position = _index_batch(position, min(position + CHUNK, goal))
    return max(latest - position, 0)


def rebuild() -> None:
    """Index everything anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        exclusive(NAME)
        cursor.execute("DELETE FROM search_index")
        cursor.execute("DELETE FROM search_word")
        Follower.objects.update_or_create(name=NAME, defaults={"position": 0})
    catch_up()


def _position() -> int:
    return Follower.objects.filter(name=NAME).values_list("position", flat=True).first() or 0


def _index_batch(start: int, stop: int) -> int:
    """Index what these entries changed; up to where the index is now, which another process may have moved further."""
    ids = set(Entry.objects.filter(position__gt=start, position__lte=stop).values_list("record_id", flat=True))
    # Read before the transaction, so that nobody waits to write meanwhile; what changes now is indexed again later.
    found = list(documents(ids))
    with transaction.atomic():
        exclusive(NAME)
        held = _position()
        if held != start:
            return held
        put(found)
        Follower.objects.update_or_create(name=NAME, defaults={"position": stop})
    return stop


def documents(ids: Iterable[int]) -> Iterator[tuple[int, str, str, str]]:
    """(record, title, body, desk) of records as they are now; `desk` holds what only staff may find."""
    wanted = list(ids)
    kinds: dict[str, list[int]] = {}
    for pk, kind in Record.objects.filter(pk__in=wanted).values_list("pk", "kind"):
        kinds.setdefault(kind, []).append(pk)
    keys: dict[int, list[str]] = {}
    for pk, key in ExternalKey.objects.filter(record_id__in=wanted).values_list("record_id", "key"):
        keys.setdefault(pk, []).append(key)
    said = _comments(wanted)
    for kind, some in kinds.items():
        if kind in registry.types:
            yield from _of_kind(registry.types[kind], some, keys, said)


def _of_kind(
    it: RecordType, ids: list[int], keys: dict[int, list[str]], said: dict[int, tuple[list[str], list[str]]]
) -> Iterator[tuple[int, str, str, str]]:
    texts = [n for n, f in it.fields.items() if f.sort in {"text", "long-text"} and n not in {"title", "state"}]
    open_fields = [not it.fields[name].internal for name in texts]
    rows = it.model._default_manager.filter(pk__in=ids).values_list("pk", "title", "extra", *texts)
    for pk, title, extra, *values in rows:
        told, inside = said.get(pk, ([], []))
        shown = [value for value, is_open in zip(values, open_fields, strict=True) if is_open and value]
        hidden = [value for value, is_open in zip(values, open_fields, strict=True) if not is_open and value]
        customs = [str(one) for one in (extra or {}).values() if isinstance(one, str | int)]
        (hidden if it.fields["extra"].internal else shown).extend(customs)
        number = f"{it.prefix} {pk}"
        yield (
            pk,
            normalised(title),
            normalised(" ".join([number, *keys.get(pk, []), *shown, *told])[:LONGEST]),
            normalised(" ".join([*hidden, *inside])[:LONGEST]),
        )


def _comments(ids: list[int]) -> dict[int, tuple[list[str], list[str]]]:
    """What was said on records: (for the requester, inside)."""
    found: dict[int, tuple[list[str], list[str]]] = {}
    rows = Entry.objects.filter(record_id__in=ids, action="comment").values_list("record_id", "audience", "changes")
    for pk, audience, text in rows:
        change = read_changes(text).get(":comment")
        if isinstance(change, list):
            told, inside = found.setdefault(pk, ([], []))
            (told if audience in {"requester", "everybody"} else inside).append(change[1])
    return found


def put(found: Iterable[tuple[int, str, str, str]]) -> None:
    """Replace documents in the index, and learn their words."""
    rows = list(found)
    if not rows:
        return
    known = {word for row in rows for text in row[1:] for word in text.split()}
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany("DELETE FROM search_index WHERE rowid = %s", [(row[0],) for row in rows])
            cursor.executemany("INSERT INTO search_index (rowid, title, body, desk) VALUES (%s, %s, %s, %s)", rows)
            cursor.executemany("INSERT OR IGNORE INTO search_word (word) VALUES (%s)", [(w,) for w in known])
            return
        cursor.executemany(
            "INSERT INTO search_index (record_id, shown, whole) VALUES (%s,"
            " setweight(to_tsvector('simple', %s), 'A') || to_tsvector('simple', %s),"
            " setweight(to_tsvector('simple', %s), 'A') || to_tsvector('simple', %s))"
            " ON CONFLICT (record_id) DO UPDATE SET shown = EXCLUDED.shown, whole = EXCLUDED.whole",
            [(pk, title, body, title, f"{body} {desk}") for pk, title, body, desk in rows],
        )
        cursor.execute(
            "INSERT INTO search_word (word) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [sorted(known)]
        )


def document_of(record: int) -> Any:
    """What the index holds of a record, for `check` to compare; None if nothing."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT title, body, desk FROM search_index WHERE rowid = %s", [record])
        else:
            cursor.execute("SELECT shown::text, whole::text FROM search_index WHERE record_id = %s", [record])
        return cursor.fetchone()
