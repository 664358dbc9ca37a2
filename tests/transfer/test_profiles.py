"""The profiles that come with Septet, on small files of the same shape, and on the real ones where they are."""

import csv
import gzip
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from septet.kernel.actors import OPERATOR
from septet.kernel.models import ExternalKey, Record, Relation, Span
from septet.lib.drafts import Draft
from septet.surfaces.transfer.importer import hints, run_import
from septet.surfaces.transfer.mapping import Mapping
from septet.surfaces.transfer.plan import make_plan
from septet.surfaces.transfer.profile import find_profile, shipped_profiles
from septet.surfaces.transfer.report import Report
from septet.surfaces.transfer.sources import Input
from tests.transfer.telling import drafts_of, held

INTERACTIONS = """CI Name (aff);CI Type (aff);CI Subtype (aff);Service Comp WBS (aff);Interaction ID;Status;Impact;\
Urgency;Priority;Category;KM number;Open Time (First Touch);Close Time;Closure Code;First Call Resolution;\
Handle Time (secs);Related Incident
APP1;application;Web Based Application;W1;S1;Closed;5;5 - Very Low;5;incident;K1;9-9-2011 9:23;\
14-2-2014 9:05;Other;N;239;I1
#N/B;#N/B;#N/B;W2;S2;Open - Linked;3;3;3;complaint;K2;2-10-2013 9:54;3-10-2013 15:56;;Y;1.033;#MULTIVALUE
"""
CHANGES = """CI Name (aff);CI Type (aff);CI Subtype (aff);Service Component WBS (aff);Change ID;Change Type;\
Risk Assessment;Emergency Change;CAB-approval needed;Planned Start;Planned End;Scheduled Downtime Start;\
Scheduled Downtime End;Actual Start;Actual End;Requested End Date;Change record Open Time;\
Change record Close Time;Originated from;# Related Interactions;# Related Incidents
A;software;SAP;W1;C1;Release Type 1;Minor Change;N;N;1-6-2013 7:00;2-6-2013 7:00;;;1-6-2013 8:00;1-6-2013 9:00;\
3-6-2013 0:00;1-5-2013 9:13;4-6-2013 16:16;Problem;;2
B;software;SAP;W1;C1;Release Type 1;Minor Change;N;N;1-6-2013 7:00;2-6-2013 7:00;;;1-6-2013 8:00;1-6-2013 9:00;\
3-6-2013 0:00;1-5-2013 9:13;4-6-2013 16:20;Problem;;2
A;software;SAP;W1;C2;Standard Change Type 9;Major Business Change;Y;Y;;;;;1-4-2013 8:00;;3-6-2013 0:00;\
1-5-2013 9:13;4-6-2013 16:16;Incident;;
"""
EVENTS = """\ufeffSR Number,Change Date+Time,Status,Sub Status,Involved ST,SR Latest Impact,Product
1-7,2010-03-31T16:59:42+01:00,Accepted,In Progress,V30,Medium,P1
1-7,2010-03-31T15:59:42+01:00,Queued,Awaiting Assignment,V5,Medium,P1
1-7,2010-04-01T00:00:00+01:00,Accepted,Wait - Vendor,V30,Medium,P1
1-7,2010-04-02T00:00:00+01:00,Odd,Unheard of,V30,Medium,P1
"""


def drafts(profile: str, *files: Input) -> dict[tuple[str, str], Draft]:
    """What a shipped profile makes of files, by kind and key; nothing may be refused."""
    report = Report()
    with Mapping(make_plan(find_profile(profile), hints), files, report) as mapping:
        mapping.stage()
        found = {(one.kind, one.key[1]): one for one in drafts_of(mapping) if one.key}
    assert not report.counts["refused"], report.first["refused"][:3]
    return found


def test_what_is_shipped_has_its_own_name() -> None:
    assert {find_profile(name).name for name in shipped_profiles()} == set(shipped_profiles())


def test_interactions() -> None:
    found = drafts("bpic2014-interactions", held(INTERACTIONS.replace("1.033", "1033").encode("latin-1")))
    assert Counter(kind for kind, _ in found) == {
        "item-type": 2, "service": 2, "configuration-item": 1, "interaction": 2
    }  # fmt: skip
    one, two = found[("interaction", "S1")], found[("interaction", "S2")]
    assert (one.fields["impact"], one.fields["urgency"]) == (5, 5)
    assert [step.fields["state"] for step in one.steps + two.steps] == ["closed", "linked"]
    assert [link.target[2] for link in one.links if isinstance(link.target, tuple)] == ["APP1", "I1", "K1"]
    assert [link.target[2] for link in two.links if isinstance(link.target, tuple)] == ["K2"]
    assert two.steps[0].fields["handle_seconds"] == 1033


def test_changes() -> None:
    found = drafts("bpic2014-changes", held(CHANGES))
    one, two = found[("change", "C1")], found[("change", "C2")]
    assert (one.fields["type"], two.fields["type"]) == ("minor", "emergency")
    assert (one.fields["risk"], two.fields["risk"]) == ("low", "high")
    assert [link.target[2] for link in one.links if isinstance(link.target, tuple)] == ["A", "B"]
    assert [step.fields["state"] for step in one.steps] == ["implementing", "implemented", "closed"]
    assert f"{one.steps[-1].at:%H:%M}" == "14:20"
    assert [step.fields["state"] for step in two.steps] == ["closed"]
    assert one.fields["extra"]["# Related Incidents"] == "2"  # type: ignore[index]  # a dict, as every `extra`


def test_events() -> None:
    found = drafts("volvo-incidents", held(EVENTS))
    one = found[("incident", "1-7")]
    assert one.fields["state"] == "classified"
    assert [step.fields.get("state") for step in one.steps] == ["in-progress", "waiting", None]
    assert one.steps[1].fields["waiting_for"] == "supplier"
    assert one.steps[2].fields["extra"]["Sub Status"] == "Unheard of"  # type: ignore[index]  # a dict, as every `extra`


def _rows(path: Path, **how: Any) -> list[dict[str, str]]:
    with gzip.open(path, "rt", newline="", encoding=how.pop("encoding", "utf-8-sig")) as stream:
        return list(csv.DictReader(stream, **how))


def test_real_changes_keep_every_tie_to_an_item(data_dir: Path) -> None:
    path = data_dir / "bpic2014/Detail_Change.csv.gz"
    rows = _rows(path, delimiter=";", encoding="latin-1")
    found = drafts("bpic2014-changes", Input.of(path))
    ties = {
        (key, link.target[2])
        for (kind, key), one in found.items()
        if kind == "change"
        for link in one.links
        if isinstance(link.target, tuple)
    }
    assert ties == {(row["Change ID"], row["CI Name (aff)"]) for row in rows}
    assert sum(kind == "change" for kind, _ in found) == len({row["Change ID"] for row in rows})


@pytest.mark.django_db
def test_real_incidents_show_state_and_team_at_every_event(data_dir: Path) -> None:
    path = data_dir / "bpic2013_volvo/VINST-new.csv.gz"
    rows = _rows(path)
    some = sorted({row["SR Number"] for row in rows})[::50]
    chosen = [row for row in rows if row["SR Number"] in set(some)]
    text = ",".join(rows[0]) + "\n" + "\n".join(",".join(row.values()) for row in chosen)
    result = run_import("volvo-incidents", [held(text)], actor=OPERATOR)
    assert (result.refused, result.kinds["incident"]["created"]) == (0, len(some))
    states = {
        "Awaiting Assignment": "classified", "Assigned": "assigned", "In Progress": "in-progress",
        "In Call": "resolved", "Resolved": "resolved", "Closed": "closed", "Cancelled": "cancelled",
    }  # fmt: skip
    ids = dict(ExternalKey.objects.filter(kind="incident").values_list("key", "record_id"))
    teams = dict(Record.objects.filter(kind="function-team").values_list("pk", "title"))
    last = {(row["SR Number"], row["Change Date+Time"]): row for row in chosen}
    for (number, at), row in last.items():
        when = datetime.fromisoformat(at)
        spans = Span.objects.filter(record=ids[number], since__lte=when).exclude(until__lte=when)
        state = "waiting" if row["Sub Status"].startswith("Wait") else states.get(row["Sub Status"])
        [(shown, team)] = spans.values_list("state", "team_id")
        assert state in (None, shown), (number, at)
        assert teams[team or 0] == row["Involved ST"], (number, at)


@pytest.mark.django_db
def test_two_profiles_of_one_source_share_their_items() -> None:
    run_import("bpic2014-interactions", [held(INTERACTIONS.replace("1.033", "33"))], actor=OPERATOR)
    result = run_import(
        "bpic2014-changes", [held(CHANGES.replace("\nA;software;SAP", "\nAPP1;software;SAP"))], actor=OPERATOR
    )
    assert result.kinds["configuration-item"] == {"created": 1, "unchanged": 1}
    assert Relation.objects.filter(type="affects").count() == 3
    assert Record.objects.get(title="APP1").kind == "configuration-item"
