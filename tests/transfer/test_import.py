"""Imports against a real database: again, interrupted, undone, dangling, refused."""

import csv
import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.bulk import Door
from septet.kernel.errors import Invalid, Refused, Unavailable
from septet.kernel.models import Entry, ExternalKey, Record, Relation, Span
from septet.kernel.undo import undo_request
from septet.kernel.work import Cancelled
from septet.surfaces.transfer import importer
from septet.surfaces.transfer.beside import Beside, Remembered
from septet.surfaces.transfer.importer import Progress, run_import
from septet.surfaces.transfer.plan import make_plan
from septet.surfaces.transfer.profile import ProfileError
from septet.surfaces.transfer.report import Report
from septet.surfaces.transfer.sources import Input
from septet.surfaces.transfer.writing import ImportResult
from tests.transfer.telling import Kept, held, profile_of

pytestmark = pytest.mark.django_db

TICKETS = """
values: {zone: UTC}
records:
  - kind: incident
    key: Nr
    at: Opened
    fields:
      title: Title
      state: {constant: new}
      team: {column: Team, missing: create, create: {cluster: {constant: support}}}
      impact: {column: Impact, otherwise: keep}
    relations:
      - type: about
        to: {column: Item, refers-to: configuration-item, missing: leave-empty}
    history:
      - at: Closed
        action: close
        set: {state: {constant: closed}}
"""
FILE = """Nr,Title,Opened,Closed,Team,Impact,Item,Floor
1,Printer,2024-01-01 08:00,2024-01-02 08:00,Desk,2,srv-1,3
2,Mail,2024-01-01 09:00,,Desk,huge,,
3,Web,2024-01-01 10:00,,Network,,srv-2,1
"""


def bring_in(profile: str, *files: str, **options: Any) -> ImportResult:
    """One import by the local operator."""
    return run_import(profile_of(profile), [held(one) for one in files], actor=OPERATOR, **options)


def record(key: str, kind: str = "incident") -> Record:
    """The record that the demo source knows by a key."""
    return ExternalKey.objects.get(source="demo", kind=kind, key=key).record


def test_rows_become_records_with_history_relations_and_custom_fields() -> None:
    result = bring_in(TICKETS, FILE)
    assert (result.rows, result.created, result.refused, result.dangling) == (3, 5, 0, 2)
    assert result.kinds["incident"] == {"created": 3}
    one = record("1")
    assert (one.title, one.state, one.team.title) == ("Printer", "closed", "Desk")
    assert one.closed_at is not None
    assert one.extra == {"Floor": "3", "Item": "srv-1"}
    assert record("2").extra == {"Impact": "huge"}
    spans = Span.objects.filter(record=one).order_by("since").values_list("state", flat=True)
    assert list(spans) == ["new", "closed"]
    assert list(Entry.objects.filter(record=one).order_by("number").values_list("action", "via")) == [
        ("import", "import"),
        ("close", "import"),
    ]


def test_a_second_import_changes_nothing() -> None:
    bring_in(TICKETS, FILE)
    before = list(Entry.objects.order_by("pk").values_list("pk", "hash"))
    result = bring_in(TICKETS, FILE)
    assert (result.created, result.changed) == (0, 0)
    assert result.unchanged == 3
    assert list(Entry.objects.order_by("pk").values_list("pk", "hash")) == before


def test_a_newer_export_adds_what_is_new_in_it() -> None:
    bring_in(TICKETS, FILE)
    newer = FILE.replace("2,Mail,2024-01-01 09:00,,", "2,Mail,2024-01-01 09:00,2024-01-05 12:00,")
    result = bring_in(TICKETS, newer)
    assert (result.created, result.changed) == (0, 1)
    assert record("2").state == "closed"


def test_a_dangling_reference_is_filled_in_once_its_target_has_arrived() -> None:
    bring_in(TICKETS, FILE)
    bring_in("records: [{kind: configuration-item, key: Item}]", "Item\nsrv-1\n")
    result = bring_in(TICKETS, FILE)
    assert (result.changed, result.dangling) == (1, 1)
    assert Relation.objects.get(record=record("1"), type="about").target == record("srv-1", "configuration-item")


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    dry = bring_in(TICKETS, FILE, dry_run=True)
    assert not Record.objects.exists()
    assert not ExternalKey.objects.exists()
    real = bring_in(TICKETS, FILE)
    assert (dry.created, dry.refused, dry.dangling) == (real.created, real.refused, real.dangling)
    assert dry.kinds == real.kinds


def test_a_dry_run_names_what_would_change(tmp_path: Path) -> None:
    bring_in(TICKETS, FILE)
    bring_in("records: [{kind: configuration-item, key: Item}]", "Item\nsrv-1\n")
    newer = FILE.replace("1,Printer,", "1,Plotter,").replace(
        "2,Mail,2024-01-01 09:00,,Desk", "2,Mail,2024-01-01 09:00,,New"
    )
    report = tmp_path / "report.csv"
    dry = bring_in(TICKETS, newer, dry_run=True, report=report)
    assert dry.fields == {"incident": {"title": 1, "relations": 1, "extra.Item": 1, "team": 1}}
    with report.open(newline="") as stream:
        found = {
            (one["line"], one["column"], one["reason"]) for one in csv.DictReader(stream) if one["sort"] == "change"
        }
    item, team = record("srv-1", "configuration-item").number, record("Desk", "function-team").number
    assert found == {
        ("2", "Title", "title: Printer would become Plotter"),
        ("2", "", f"relations: nothing would become {item}"),
        ("2", "", "extra.Item: srv-1 would become nothing"),
        ("3", "Team", f"team: {team} would become a new function-team"),
    }
    blind = Actor(name="Importer", rights=(Right("import", "*"),))
    hidden = run_import(profile_of(TICKETS), [held(newer)], actor=blind, dry_run=True).findings["change"]
    assert "title: it would become Plotter" in [one.reason for one in hidden]
    assert "Printer" not in str(hidden)
    real = bring_in(TICKETS, newer)
    assert real.fields == dry.fields
    assert "change" not in real.findings


def test_what_only_refused_rows_mention_is_not_made() -> None:
    profile = TICKETS.replace("title: Title", "title: Title\n      service: {column: Floor}")
    rows = [
        "1,Refused by its own time,2024-13-01,,Nobody,,,",
        "2,Refused by the door,2150-01-01 08:00,,Nobody either,,,",
        "3,Refused for its service,2024-01-01 08:00,,Nobody at all,,,Unheard of",
        "4,Fine,2024-01-01 08:00,,Desk,,,",
        "5,Refused too but Desk is there,2024-13-01,,Desk,,,",
    ]
    dry = bring_in(profile, FILE.splitlines()[0] + "\n" + "\n".join(rows), dry_run=True)
    real = bring_in(profile, FILE.splitlines()[0] + "\n" + "\n".join(rows))
    assert (real.created, real.refused) == (dry.created, dry.refused) == (2, 4)
    assert list(Record.objects.filter(kind="function-team").values_list("title", flat=True)) == ["Desk"]
    assert record("4").team == record("Desk", "function-team")


def test_what_cannot_be_made_is_left_empty_and_what_it_needs_is_made_first() -> None:
    profile = """
records:
  - kind: incident
    key: Nr
    fields:
      service:
        column: Service
        missing: create
        create:
          owner: {column: Owner, missing: create, create: {email: Mail}}
          state: {column: State}
"""
    rows = "Nr,Service,Owner,Mail,State\n1,Mail,Ann,ann@example.org,live\n2,Web,Bob,bob@example.org,asleep\n"
    result = bring_in(profile, rows)
    assert (result.created, result.refused, result.dangling) == (4, 1, 1)
    assert record("1").service.owner == record("Ann", "person")
    assert (record("2").service, record("2").extra) == (None, {"Service": "Web"})


def test_what_steps_empty_and_what_they_need_go_together() -> None:
    profile = """
values: {zone: UTC}
records:
  - kind: incident
    key: Nr
    rows: many
    history:
      - each: row
        at: When
        set:
          team: {column: Team, missing: create, create: {cluster: {constant: support}}}
          waiting_for: {column: Waits, when-empty: clear}
"""
    rows = "Nr,When,Team,Waits\n1,2024-01-01,Desk,user\n1,2024-01-02,Network,\n"
    assert bring_in(profile, rows).refused == 0
    assert (record("1").team.title, record("1").incident.waiting_for) == ("Network", "")


def test_an_interrupted_import_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    profile = "records: [{kind: incident, key: Nr}]"
    rows = "Nr\n" + "\n".join(map(str, range(2500)))
    write = Door.write_batch

    def interrupted(self: Door, drafts: list[Any]) -> None:
        if Record.objects.filter(kind="incident").count() >= 2000:
            raise KeyboardInterrupt
        write(self, drafts)

    monkeypatch.setattr(Door, "write_batch", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bring_in(profile, rows)
    assert Record.objects.filter(kind="incident").count() == 2000
    monkeypatch.undo()
    result = bring_in(profile, rows)
    assert (result.created, result.unchanged) == (500, 2000)


def test_an_undone_import_comes_back() -> None:
    result = bring_in(TICKETS, FILE)
    undo_request(result.request, OPERATOR, via="test")
    assert not Record.objects.filter(kind="incident", withdrawn_at=None).exists()
    bring_in(TICKETS, FILE)
    assert Record.objects.filter(kind="incident", withdrawn_at=None).count() == 3
    assert record("1").team.withdrawn_at is None


def test_records_may_refer_to_later_ones_and_in_circles() -> None:
    profile = """
records:
  - kind: configuration-item
    key: Item
    relations:
      - type: depends-on
        to: {column: Needs, refers-to: configuration-item, missing: leave-empty}
"""
    result = bring_in(profile, "Item,Needs\na,b\nb,c\nc,\nd,e\ne,d\nf,nowhere\n")
    assert result.created == 6
    ties = Relation.objects.values_list("record__title", "target__title")
    assert {("a", "b"), ("b", "c")} <= set(ties)
    assert result.dangling >= 1


def test_people_are_found_by_their_mail_address() -> None:
    people = "records: [{kind: person, key: Mail, fields: {title: Name, email: Mail}}]"
    bring_in(people, "Mail,Name\na@example.org,Ann\n")
    profile = "records: [{kind: incident, key: Nr, fields: {owner: {column: By, by: email, missing: leave-empty}}}]"
    result = bring_in(profile, "Nr,By\n1,a@example.org\n2,b@example.org\n")
    assert record("1").owner == record("a@example.org", "person")
    assert (record("2").owner, record("2").extra) == (None, {"By": "b@example.org"})
    assert result.dangling == 1


def test_a_reference_that_must_exist_refuses_its_record() -> None:
    result = bring_in("records: [{kind: incident, key: Nr, fields: {service: Service}}]", "Nr,Service\n1,\n2,Mail\n")
    assert (result.created, result.refused) == (1, 1)
    finding = result.findings["refused"][0]
    assert (finding.line, finding.column, finding.value) == (3, "Service", "Mail")
    assert finding.reason == "service: there is no service with the key Mail"


def test_what_the_door_refuses_is_reported_with_its_line() -> None:
    profile = "values: {zone: UTC}\nrecords: [{kind: incident, key: Nr, at: When}]"
    result = bring_in(profile, "Nr,When\n1,2024-01-01\n2,2150-01-01\n")
    assert (result.created, result.refused) == (1, 1)
    assert result.findings["refused"][0].line == 3
    assert "future" in result.findings["refused"][0].reason


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_the_report_lists_everything(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"report{suffix}"
    bring_in(TICKETS, FILE + "4,Bad,2024-13-01,,Desk,,,\n5,Bad,=1+1,,Desk,,,\n", report=path)
    if suffix == ".csv":
        with path.open(newline="") as stream:
            found = list(csv.DictReader(stream))
    else:
        found = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(one["sort"], int(one["line"]), one["column"], one["value"]) for one in found] == [
        ("refused", 5, "Opened", "2024-13-01"),
        ("refused", 6, "Opened", "'=1+1" if suffix == ".csv" else "=1+1"),
        ("dangling", 2, "Item", "srv-1"),
        ("dangling", 4, "Item", "srv-2"),
    ]


def test_progress_is_told() -> None:
    heard: list[Progress] = []
    rows = "Nr\n" + "\n".join(map(str, range(2100)))
    bring_in("records: [{kind: incident, key: Nr}]", rows, progress=heard.append)
    reading = [one.done for one in heard if one.phase == "reading"]
    # A slow machine is told again that reading goes on.
    assert sorted({*reading} - {2100}) == [1000, 2000]
    assert (heard[-1].phase, heard[-1].done, heard[-1].total) == ("writing", 2100, 2100)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Nr;Title\n1;x\n", "look separated by semicolons; correct `delimiter`"),
        ('[{"Nr": 1}]', "looks like JSON; the profile says `format: csv`"),
        ("x" * 500 + "\n", "are: x{80}\\. A column"),
    ],
)
def test_a_header_that_is_one_column_says_what_is_probably_wrong(text: str, said: str) -> None:
    with pytest.raises(ProfileError, match=said):
        run_import(profile_of(TICKETS), [held(text)], actor=OPERATOR)


def test_who_may_not_import_is_refused() -> None:
    with pytest.raises(Refused, match="may not import"):
        run_import(profile_of(TICKETS), [held(FILE)], actor=Actor(name="Somebody"))


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        (
            "records: [{kind: incidents, key: Nr}]",
            r"line 4: There is no record type `incidents`. Did you",
        ),
        ("records: [{kind: incident, key: Nr, fields: {titel: Nr}}]", r"no field `titel`. Did you mean 'title'"),
        ("records: [{kind: incident, key: Nummer}]", r"No file has a column `Nummer`"),
        ("records: [{kind: incident, key: Nr, fields: {state: {constant: open}}}]", r"`open` cannot be used here"),
        ("records: [{kind: incident, key: Nr, relations: [{type: abuot, to: Nr}]}]", r"needs `refers-to`"),
        (
            "records: [{kind: incident, key: Nr, relations: [{type: abuot, to: {column: Nr, refers-to: service}}]}]",
            r"There is no relation type 'abuot'. Did you mean 'about'",
        ),
        ("records: [{kind: incident, key: Nr, at: {column: Nr, zone: Mars}}]", r"There is no time zone `Mars`"),
        ("records:\n  - kind: incident\n    kee: Nr", r"line 6: records.1.kee: `kee` is no word"),
        ("records:\n  - kind: incident\n    key: [Nr", r"no valid YAML"),
        ("records: [{kind: incident, key: Nr, key: Title}]", r"`key` stands twice"),
    ],
)
def test_a_profile_that_cannot_work_is_refused_with_its_line(profile: str, said: str) -> None:
    with pytest.raises((Invalid, ProfileError), match=said):
        bring_in(profile, "Nr,Title\n1,a\n")
    assert not Record.objects.exists()


def test_large_files_are_read_by_a_process_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importer, "WORTH_A_PROCESS", 0)
    path = tmp_path / "file.csv.gz"
    path.write_bytes(gzip.compress((FILE + "3,Again,2024-01-01 10:00,,,,,\n").encode()))
    result = run_import(profile_of(TICKETS), [path], actor=OPERATOR)
    assert (result.rows, result.created, result.refused, result.dangling) == (4, 5, 1, 2)
    assert result.findings["refused"][0].line == 5
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(Invalid, match="damaged"):
        run_import(profile_of(TICKETS), [path], actor=OPERATOR)
    with pytest.raises(Invalid, match="cannot be read"):
        run_import(profile_of(TICKETS), [tmp_path / "missing.csv"], actor=OPERATOR)


def test_queries_grow_with_batches_not_with_rows(django_assert_max_num_queries: Callable[[int], Any]) -> None:
    bring_in(TICKETS, FILE)
    rows = "\n".join(f"n{n},T,2024-01-01 08:00,,Desk,2,srv-{n},1" for n in range(900))
    with django_assert_max_num_queries(40):
        bring_in(TICKETS, FILE.splitlines()[0] + "\n" + rows)


def test_the_priority_is_that_of_the_matrix_in_force_when_the_record_began() -> None:
    for since, priority in (("2023-01-01T00:00:00Z", 5), ("2024-01-01T09:00:00Z", 4)):
        matrix = create("priority-matrix", OPERATOR, via="test", title=since, valid_from=since)
        perform(matrix, "set-cell", OPERATOR, via="test", impact=2, urgency=3, priority=priority)
    bring_in(TICKETS, FILE.replace("huge", "2").replace(",Network,,", ",Network,1,"))
    assert [record(key).priority for key in ("1", "2", "3")] == [5, 4, 2]


def test_a_long_column_name_is_cut_and_stays_its_own() -> None:
    long = "What did the caller say about the service when asked for the third time"
    result = bring_in("records: [{kind: incident, key: Nr}]", f"Nr,{long} A,{long} B\n1,x,y\n")
    assert (result.created, result.refused) == (1, 0)
    assert sorted(record("1").extra.values()) == ["x", "y"]
    assert all(len(name) == 64 for name in record("1").extra)


def test_a_report_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be written"):
        bring_in(TICKETS, FILE, report=tmp_path)
    assert not Record.objects.exists()


EVENTS = """
values: {zone: UTC}
records:
  - kind: incident
    key: Nr
    rows: many
    keep: none
    unchanged-steps: UNCHANGED
    history:
      - each: row
        at: When
        action: update
        note: Said
        set: {state: {column: State, map: {open: classified, done: resolved}, otherwise: empty}}
"""
SAID = """Nr,When,State,Said
7,2024-01-01 08:00,open,We look into it
7,2024-01-01 09:00,update,Half of it works again
7,2024-01-01 09:30,update,
7,2024-01-01 10:00,done,It is over
"""


def told_of(key: str) -> list[tuple[str, str]]:
    """Action and note of each entry of a record."""
    return list(Entry.objects.filter(record=record(key)).order_by("at", "number").values_list("action", "note"))


def test_what_was_said_is_kept_where_nothing_changed() -> None:
    profile = EVENTS.replace("UNCHANGED", "drop")
    said = [
        ("import", ""),
        ("update", "We look into it"),
        ("update", "Half of it works again"),
        ("update", "It is over"),
    ]
    bring_in(profile, SAID)
    assert told_of("7") == said
    assert bring_in(profile, SAID).unchanged == 1
    result = bring_in(profile, SAID + "7,2024-01-02 08:00,update,Sorry again\n")
    assert (result.changed, told_of("7")) == (1, [*said, ("update", "Sorry again")])
    assert undo_request(result.request, OPERATOR, via="cli").refused == []


def test_steps_that_change_nothing_are_kept_if_the_profile_says_so() -> None:
    bring_in(EVENTS.replace("UNCHANGED", "keep"), SAID)
    assert ("update", "") in told_of("7")


def test_a_killed_import_leaves_no_files_and_no_trace(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "large.csv"
    path.write_text("Nr,Title\n" + "".join(f"{number},Printer {number}\n" for number in range(20_000)))
    known = Remembered(importer.hints)
    plan = make_plan(profile_of("records: [{kind: incident, key: Nr, fields: {title: Title}}]"), known)
    with Beside(plan, known.found, [Input.of(path)], Report(Kept())) as beside:
        beside.answers.close()
        assert beside.process.wait(60) == 1
        assert not beside.folder.path.exists()
    assert capfd.readouterr().err == ""


def test_folders_of_killed_imports_are_cleared_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    hold = "import sys; from septet.surfaces.transfer.folders import own_folder\n"
    hold += "with own_folder() as folder: print(folder.path, flush=True); sys.stdin.read()"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", hold], env=environment, **pipes) as process:
        assert process.stdout is not None
        used = Path(process.stdout.readline().strip())
        (used / "rows.sqlite3").write_text("rows")
        being_made = tmp_path / "septet-import-new"
        being_made.mkdir()
        strange = tmp_path / "septet-import-file"
        strange.write_text("no folder")
        bring_in(TICKETS, FILE)
        assert {one.name for one in tmp_path.iterdir()} == {used.name, being_made.name, strange.name}
        process.kill()
        process.wait()
    os.utime(being_made, (0, 0))
    bring_in(TICKETS, FILE)
    assert [one.name for one in tmp_path.iterdir()] == [strange.name]


@pytest.mark.parametrize("beside", [False, True])
def test_reading_can_be_cancelled(beside: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "empty.csv.gz"
    path.write_bytes(gzip.compress(b"Nr\n" + b"\n" * 20_000_000))
    monkeypatch.setattr(importer, "WORTH_A_PROCESS", 0 if beside else 10**9)

    def cancelled(_: Progress) -> None:
        raise Cancelled

    profile = "read: {max-ratio: 10000}\nrecords: [{kind: incident, key: Nr}]"
    with pytest.raises(Cancelled):
        run_import(profile_of(profile), [path], actor=OPERATOR, progress=cancelled)


def test_a_record_without_a_time_keeps_when_it_was_opened() -> None:
    profile = "records: [{kind: incident, key: Nr, fields: {title: Title}}]"
    bring_in(profile, "Nr,Title\n1,Printer\n")
    opened = record("1").opened_at
    assert bring_in(profile, "Nr,Title\n1,Plotter\n").changed == 1
    assert (record("1").title, record("1").opened_at) == ("Plotter", opened)


def test_a_report_needs_a_folder_that_exists(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="there is no folder"):
        bring_in(TICKETS, FILE, report=tmp_path / "nowhere" / "report.csv")
    assert not Record.objects.filter(kind="incident").exists()
