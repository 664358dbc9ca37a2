"""Positions without a gap, and anchors that cover them and agree with the file outside the database."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.models import Count, Max
from django.utils import timezone

from septet.kernel.fields import moment_text
from septet.kernel.models import Anchor, Entry, Follower
from septet.kernel.sequencer import CHUNK, lines_outside
from septet.lib.chain import anchor_hash

# An anchor reaches the file a moment after the database.
GRACE = timedelta(minutes=10)


def position_problems() -> Iterator[str]:
    """What is wrong with the positions: a gap among them, or a tail that was cut off."""
    found = Entry.objects.aggregate(highest=Max("position"), count=Count("position"), latest=Max("id"))
    highest = found["highest"] or 0
    if highest != found["count"]:
        yield f"The journal has no entry at position {_first_gap()}; entries were removed."
    witness = Follower.objects.order_by("-position").values_list("name", "position").first()
    if witness and witness[1] > highest:
        yield f"The journal ends at position {highest}, but {witness[0]} had come to {witness[1]}; its end was cut off."
    elif (given := _ids_given()) > (found["latest"] or 0):
        yield f"The journal ends at entry {found['latest'] or 0}, but {given} were written; its end was cut off."


def _first_gap() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(min(before + 1), 1) FROM ("
            " SELECT position AS before, lead(position) OVER (ORDER BY position) AS after FROM ("
            " SELECT 0 AS position UNION ALL SELECT position FROM entry WHERE position IS NOT NULL) p) g"
            " WHERE after > before + 1"
        )
        return int(cursor.fetchone()[0])


def _ids_given() -> int:
    """The highest id that was ever given to a committed entry, where the engine remembers it (SQLite); else 0."""
    if connection.vendor != "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'")
        row = cursor.fetchone()
        return int(row[0]) if row else 0


def anchor_problems() -> tuple[int, list[str]]:
    """How many anchors there are, and what is wrong with them or with the file outside the database."""
    problems: list[str] = []
    count, last, previous = 0, 0, b""
    held: dict[int, tuple[int, str]] = {}
    for one in Anchor.objects.order_by("last").iterator(CHUNK):
        count += 1
        held[one.last] = (one.first, bytes(one.hash).hex())
        hashes = Entry.objects.filter(position__range=(one.first, one.last)).order_by("position")
        read = map(bytes, hashes.values_list("hash", flat=True).iterator(CHUNK))
        if one.first != last + 1:
            problems.append(f"The anchor up to position {one.last} begins at {one.first} instead of {last + 1}.")
        elif bytes(one.hash) != anchor_hash(previous, one.first, one.last, read):
            problems.append(
                f"The entries at positions {one.first} to {one.last} are not those that the anchor"
                f" of {moment_text(one.made_at)} seals."
            )
        last, previous = one.last, bytes(one.hash)
    return count, [*problems, *_outside_problems(held)]


def _outside_problems(held: dict[int, tuple[int, str]]) -> Iterator[str]:
    outside: set[int] = set()
    for line in lines_outside():
        outside.add(line["last"])
        if line["last"] not in held:
            yield (
                f"The file outside the database has an anchor up to position {line['last']}, the database has not;"
                " entries were cut off, or this is another database."
            )
            return
        if held[line["last"]] != (line["first"], line["hash"]):
            yield f"The anchor up to position {line['last']} differs from that in the file outside the database."
            return
    old = Anchor.objects.filter(made_at__lt=timezone.now() - GRACE).order_by("last").values_list("last", flat=True)
    if missing := [one for one in old if one not in outside]:
        yield f"The file outside the database lacks the anchor up to position {missing[0]}."
