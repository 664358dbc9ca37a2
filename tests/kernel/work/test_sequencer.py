"""The sequencer: gapless positions whoever commits when, and anchors that continue each other."""

from pathlib import Path

import pytest
from django.db import connection
from pytest_django import Settings

from septet.kernel import sequencer
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict
from septet.kernel.models import Anchor, Entry
from septet.lib.chain import anchor_hash
from tests.kernel.work.conftest import Site

database = pytest.mark.django_db(transaction=True, reset_sequences=True)


@pytest.fixture(autouse=True)
def anchors(tmp_path: Path, settings: Settings) -> None:
    """A folder for anchors of its own."""
    settings.ANCHOR_DIR = tmp_path


@database
def test_every_committed_entry_has_a_place_in_one_order_without_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencer, "BATCH", 2)
    assert sequencer.catch_up() == 0
    for title in "ABCDE":
        create("organisation", OPERATOR, via="cli", title=title)
    assert sequencer.catch_up() == 5
    assert list(Entry.objects.order_by("id").values_list("position", flat=True)) == [1, 2, 3, 4, 5]


@database
def test_an_anchor_seals_what_came_since_the_last_one_inside_and_outside() -> None:
    assert sequencer.anchor_now() is None
    create("organisation", OPERATOR, via="cli", title="A")
    create("organisation", OPERATOR, via="cli", title="B")
    first = sequencer.anchor_now()
    assert sequencer.anchor_now() is None
    create("organisation", OPERATOR, via="cli", title="C")
    second = sequencer.anchor_now()
    assert first
    assert second
    hashes = [bytes(one) for one in Entry.objects.order_by("position").values_list("hash", flat=True)]
    assert first.hash == anchor_hash(b"", 1, 2, hashes[:2])
    assert second.hash == anchor_hash(bytes(first.hash), 3, 3, hashes[2:])
    outside = [(line["first"], line["last"], line["hash"]) for line in sequencer.lines_outside()]
    assert outside == [(1, 2, first.hash.hex()), (3, 3, second.hash.hex())]


@database
def test_the_file_outside_is_made_up_for_after_a_failure() -> None:
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.anchor_file().mkdir()  # a file system that refuses
    with pytest.raises(IsADirectoryError):
        sequencer.anchor_now()
    sequencer.anchor_file().rmdir()
    assert Anchor.objects.count() == 1
    create("organisation", OPERATOR, via="cli", title="B")
    sequencer.anchor_now()
    assert [line["last"] for line in sequencer.lines_outside()] == [1, 2]


@database
def test_half_a_line_left_by_a_power_failure_is_written_anew() -> None:
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.anchor_now()
    whole = sequencer.anchor_file().read_bytes()
    sequencer.anchor_file().write_bytes(whole[:-20])
    assert list(sequencer.lines_outside()) == []
    assert sequencer.write_outside() == 1
    assert sequencer.anchor_file().read_bytes() == whole


@database
@pytest.mark.parametrize("text", ["no JSON", "[]", '{"last": 1}'])
def test_a_line_outside_that_somebody_changed_is_named(text: str) -> None:
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.anchor_now()
    with sequencer.anchor_file().open("a") as file:
        file.write(f"{text}\n")
    with pytest.raises(Conflict, match=r"^Line 2 of .*anchors.jsonl is not as it was written"):
        list(sequencer.lines_outside())


@database
def test_an_idle_look_at_the_journal_is_cheap() -> None:
    create("organisation", OPERATOR, via="cli", title="A")
    sequencer.catch_up()
    with connection.execute_wrapper(_refuse_writing):
        sequencer.catch_up()
        sequencer.run()


def _refuse_writing(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's own signature
    assert sql.lstrip().upper().startswith("SELECT"), sql
    return execute(sql, params, many, context)


INTERLEAVED = """
import threading
from django.db import connection, transaction
from septet.kernel import follow, reactions
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, Record

reactions.declared.clear()
seen = []
@reactions.reaction("organisation.create", name="titles")
def titles(entry):
    seen.append(Record.objects.get(pk=entry.record_id).title)

written, go = threading.Event(), threading.Event()
def early():
    with transaction.atomic():
        create("organisation", OPERATOR, via="cli", title="written first")
        written.set()
        assert go.wait(20)
    connection.close()

thread = threading.Thread(target=early)
thread.start()
assert written.wait(20)
create("organisation", OPERATOR, via="cli", title="committed first")
follow.drain()
assert seen == ["committed first"], seen
go.set()
thread.join()
follow.drain()
assert seen == ["committed first", "written first"], seen
ids = list(Entry.objects.order_by("position").values_list("id", flat=True))
assert ids == sorted(ids, reverse=True), ids
assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == [1, 2]
print("both seen")
"""


def test_an_entry_that_commits_late_is_not_missed(postgres_site: Site) -> None:
    assert postgres_site.script(INTERLEAVED) == "both seen"


CONTENDED = """
import threading
from django.db import connection
from septet.kernel import sequencer
from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict
from septet.kernel.models import Anchor, Entry

problems = []
def work(number):
    try:
        for n in range(15):
            create("organisation", OPERATOR, via="cli", title=f"{number} {n}")
            sequencer.catch_up()
            sequencer.anchor_now()
    except Exception as error:
        problems.append(error)
    finally:
        connection.close()

threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
sequencer.anchor_now()
assert not problems, problems
assert list(Entry.objects.order_by("position").values_list("position", flat=True)) == list(range(1, 91))
spans = list(Anchor.objects.order_by("id").values_list("first", "last"))
assert spans[0][0] == 1 and spans[-1][1] == 90, spans
assert all(a[1] + 1 == b[0] for a, b in zip(spans, spans[1:])), spans
assert [(line["first"], line["last"]) for line in sequencer.lines_outside()] == spans
print("in order")
"""


def test_many_at_once_keep_one_order_and_one_chain_of_anchors(site: Site) -> None:
    assert site.script(CONTENDED) == "in order"


IDS = """
import threading
from django.db import connection, transaction
from septet.kernel.ids import allocate
from septet.kernel.models import Entry
taken = []
def take(count):
    for _ in range(100):
        with transaction.atomic():
            taken.extend(allocate(Entry, count))
    connection.close()
threads = [threading.Thread(target=take, args=(count,)) for count in (1, 1, 7, 7)]
for thread in threads: thread.start()
for thread in threads: thread.join()
assert len(taken) == len(set(taken)) == 1600, (len(taken), len(set(taken)))
print("none twice")
"""


def test_ids_taken_singly_and_in_numbers_at_the_same_time_are_never_the_same(postgres_site: Site) -> None:
    assert postgres_site.script(IDS) == "none twice"
