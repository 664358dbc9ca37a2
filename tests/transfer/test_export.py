"""Files out: complete, streamed, harmless in a spreadsheet."""

import csv
import io
import json
import zipfile

import pytest
from openpyxl import load_workbook

from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Refused
from septet.kernel.listing import Query
from septet.kernel.models import LogEntry
from septet.kernel.registry import registry
from septet.surfaces.transfer import export as exporting
from septet.surfaces.transfer.export import Format, export
from septet.surfaces.transfer.importer import run_import
from tests.transfer.telling import held, profile_of

pytestmark = pytest.mark.django_db

PROFILE = """
records:
  - kind: incident
    key: Nr
    fields: {title: Title, description: Text, service: {column: Service, missing: create}}
"""
ROWS = """Nr,Title,Text,Service,Floor
1,=HYPERLINK("x"),"two
lines, and more",Mail,-3
2,@cmd,Größe,Mail,+49 30
3,+1,-,,=1+1
"""


def exported(form: Format) -> bytes:
    """All incidents as a file."""
    query = Query.parse(registry.type_of("incident"), {"order": "opened_at"})
    return b"".join(export(query, OPERATOR, form, via="test"))


@pytest.fixture
def _incidents() -> None:
    run_import(profile_of(PROFILE), [held(ROWS)], actor=OPERATOR)


@pytest.mark.usefixtures("_incidents")
def test_csv() -> None:
    rows = list(csv.DictReader(io.StringIO(exported("csv").decode())))
    assert [row["title"] for row in rows] == ['\'=HYPERLINK("x")', "'@cmd", "+1"]
    assert [row["extra.Floor"] for row in rows] == ["-3", "'+49 30", "'=1+1"]
    assert rows[0]["description"] == "two\nlines, and more"
    assert rows[0]["service"].startswith("SVC-")
    assert rows[0]["number"].startswith("INC-")


@pytest.mark.usefixtures("_incidents")
def test_json_lines_hold_values_as_they_are() -> None:
    items = [json.loads(line) for line in exported("jsonl").splitlines()]
    assert [one["title"] for one in items] == ['=HYPERLINK("x")', "@cmd", "+1"]
    assert items[1]["extra"] == {"Floor": "+49 30"}


@pytest.mark.usefixtures("_incidents")
def test_xlsx_holds_no_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "MOST_ROWS", 2)
    data = exported("xlsx")
    book = load_workbook(io.BytesIO(data))
    header, *rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert [row[header.index("title")] for row in rows] == ['\'=HYPERLINK("x")', "'@cmd"]
    assert len(book.worksheets) == 2
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_an_empty_list_has_its_header() -> None:
    assert exported("csv").startswith(b"number,version,")
    assert len(load_workbook(io.BytesIO(exported("xlsx"))).worksheets) == 1
    assert exported("jsonl") == b""


def test_an_export_needs_the_right_and_is_logged() -> None:
    query = Query.parse(registry.type_of("incident"), {})
    with pytest.raises(Refused, match="may not export"):
        export(query, Actor(name="Somebody"), "csv", via="test")
    exported("csv")
    assert LogEntry.objects.get(event="export").detail == "incidents as csv"
