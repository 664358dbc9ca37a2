"""Structured values as tables: what a table shows is what it sends back, and rows are kept where they stand."""

from html.parser import HTMLParser
from typing import Any

import orjson
import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.shapes import Grid, Lists, Properties, Shape, SpecialDays, WeeklyHours
from septet.service.agreements.models import AgreementTarget
from septet.surfaces.web.forms.shaped import TABLE, asked_for, sent
from septet.team.checklists.models import ChecklistLine
from septet.team.priorities.rules import priority_at
from tests.cast import Cast
from tests.web.conftest import SignIn

LEVELS = [(1, "High"), (2, "Low")]
GRID = Grid(LEVELS, LEVELS, "Impact", "Urgency", LEVELS)
SHAPES: list[Shape] = [
    WeeklyHours(),
    SpecialDays(),
    Properties(required=True),
    Lists("Relation", "Types", lambda: [("runs-on", "runs on"), ("uses", "uses")]),
    Lists("Field", "Values", texts=False),
    GRID,
]
NAMES = st.sampled_from(["mon", "sun", "2026-12-24", "properties", "required", "runs-on", "uses", "type", "title", "x"])
TEXTS = st.sampled_from(["", "08:00", "17:30", "a, b", "x", "string"])
LEAVES = st.none() | st.booleans() | st.integers(-3, 30) | TEXTS
VALUES = st.dictionaries(
    NAMES,
    st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3)),
    min_size=1,
    max_size=3,
)


class Cells(HTMLParser):
    """What a browser would send of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {name: value or "" for name, value in attrs}
        if tag == "input":
            self.sent.append((held["name"], held.get("value", "")))
        elif tag == "select":
            self.select = held["name"]
        elif tag == "option" and "selected" in held:
            self.sent.append((self.select, held["value"]))


def sent_back(shape: Shape, value: Any) -> Any:
    """What comes back of a value that stands in its table, untouched; None where the table does not fit it."""
    table = asked_for(shape, "it", orjson.dumps(value).decode())
    if table is None:
        return None
    cells = Cells()
    cells.feed(table)
    post = QueryDict(mutable=True)
    post["it"] = TABLE
    for name, text in cells.sent:
        post.appendlist(name, text)
    return orjson.loads(sent(shape, "it", post) or "{}")


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: type(one).__name__)
@given(value=VALUES)
def test_a_table_sends_back_what_it_holds_or_does_not_fit(shape: Shape, value: Any) -> None:
    back = sent_back(shape, value)
    assert back is None or back == value


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        (WeeklyHours(), {"mon": [["08:00", "12:00"], ["13:00", "17:30"]], "sun": [["22:00", "06:00"]]}),
        (SpecialDays(), {"2026-12-24": [["08:00", "12:00"]], "2026-12-31": []}),
        (
            Properties(required=True),
            {
                "type": "object",
                "properties": {
                    "cores": {"type": "integer", "title": "Cores", "minimum": 1, "maximum": 64},
                    "role": {"type": "string", "enum": ["web", "mail"], "description": "What it is for"},
                    "until": {"type": "string", "format": "date"},
                    "odd": {"oneOf": [{"type": "string"}, {"type": "null"}]},
                    "code": {"type": "string", "pattern": "^x"},
                },
                "required": ["cores"],
            },
        ),
        (SHAPES[3], {"runs-on": ["server", "cluster"]}),
        (SHAPES[4], {"priority": [1, 2], "major": [True], "type": ["major"]}),
        (GRID, [[1, 2], [2, 1]]),
    ],
    ids=lambda one: type(one).__name__,
)
def test_tables_fit_what_they_are_for(shape: Shape, value: Any) -> None:
    assert sent_back(shape, value) == value


def test_hours_are_read_as_people_write_them() -> None:
    post = QueryDict(mutable=True)
    post.update({"it": TABLE, "it.mon": "8-12, 13.30 – 17h", "it.tue": "0800-24:00", "it.wed": "from time to time"})
    assert orjson.loads(sent(WeeklyHours(), "it", post)) == {
        "mon": [["08:00", "12:00"], ["13:30", "17h"]],
        "tue": [["08:00", "00:00"]],
        "wed": [["from time", "time"]],
    }


def test_a_field_without_a_name_is_called_after_its_label() -> None:
    post = QueryDict(mutable=True)
    post.update({f"it.{name}": "" for name in ("rest", "key", "minimum", "maximum", "needed", "description")})
    post.update({"it": TABLE, "it.was": "text", "it.title": "Cost centre", "it.sort": "choice"})
    post["it.choices"] = "4711, 4712"
    assert orjson.loads(sent(Properties(), "it", post)) == {
        "properties": {"cost_centre": {"title": "Cost centre", "type": "string", "enum": ["4711", "4712"]}}
    }


def test_a_calendar_is_edited_without_json(browser_of: SignIn) -> None:
    calendar = create(
        "business-calendar", OPERATOR, via="cli", title="Office", weekly={"mon": [["08:00", "17:00"]]}, zone="UTC"
    )
    client, address = browser_of("admin"), f"/r/{calendar.number}/"
    assert "Monday" in client.get(address).text
    base = {"version": "1", "weekly": TABLE, "weekly.mon": "9-17", "exceptions": TABLE}
    wrong = client.post(f"{address}edit/", {**base, "weekly.tue": "in the morning"})
    assert wrong.status_code == 422
    assert "Write intervals as" in wrong.text
    assert "in the morning" in wrong.text
    days = {"exceptions.day": ["2026-12-24", ""], "exceptions.hours": ["", ""]}
    assert client.post(f"{address}edit/", {**base, **days}).status_code == 302
    calendar.refresh_from_db()
    assert calendar.weekly == {"mon": [["09:00", "17:00"]]}
    assert calendar.exceptions == {"2026-12-24": []}


def test_rows_are_added_changed_and_taken_off_where_they_stand(browser_of: SignIn, cast: Cast) -> None:
    checklist = create("checklist", OPERATOR, via="cli", title="Somebody joins")
    client, address = browser_of("admin"), f"/r/{checklist.number}/"
    assert "do/add-line/" in client.get(address).text
    client.post(f"{address}do/add-line/", {"title": "Order a desk", "due": "T-5d", "team": cast.desk.number})
    row = ChecklistLine.objects.get()
    form = client.get(f"{address}do/change-line/", {"row": row.pk}).text
    assert 'value="Order a desk"' in form
    assert f'value="{cast.desk.number} {cast.desk.title}"' in form
    assert "Order a desk" not in client.get(f"{address}do/change-line/", {"row": row.pk + 1}).text
    client.post(f"{address}do/change-line/", {"line": "1", "title": "Order a desk and a chair"})
    page = client.get(address).text
    assert "Order a desk and a chair" in page
    assert 'name="line" value="1"' in page
    client.post(f"{address}do/remove-line/", {"line": "1"})
    assert not ChecklistLine.objects.exists()


def test_a_priority_matrix_is_filled_in_as_a_grid(browser_of: SignIn) -> None:
    matrix = create("priority-matrix", OPERATOR, via="cli", title="All", valid_from="2026-01-01T00:00:00Z")
    client, address = browser_of("admin"), f"/r/{matrix.number}/"
    assert "A site or a department" in client.get(address).text
    cells = {f"priorities.{i}-{u}": str((i + u + 1) // 2) for i in range(1, 6) for u in range(1, 6)}
    given = {"priorities": TABLE, **cells, "priorities.5-1": "1"}
    assert client.post(f"{address}do/fill-in/", given).status_code == 302
    matrix.refresh_from_db()
    assert matrix.version == 2
    assert [priority_at(matrix.valid_from, 5, urgency) for urgency in (1, 2)] == [1, 4]
    refused = client.post(f"{address}do/fill-in/", {**given, "priorities.1-1": ""})
    assert refused.status_code == 422


def test_a_target_is_set_anew_from_its_own_row_and_not_from_the_agreement(browser_of: SignIn) -> None:
    agreement = create("agreement", OPERATOR, via="cli", title="Desks", sort="sla", valid_from="2021-03-04T00:00:00Z")
    client, address = browser_of("admin"), f"/r/{agreement.number}/"
    form = client.get(f"{address}do/set-target/").text
    assert "2021-03-04" not in form
    given = {"metric": "resolution", "within": "7h", "kind": "incident", "valid_from": "2021-05-06T00:00"}
    assert client.post(f"{address}do/set-target/", given).status_code == 302
    row = AgreementTarget.objects.get()
    assert f"do/set-target/?row={row.pk}" in client.get(address).text
    form = client.get(f"{address}do/set-target/", {"row": row.pk}).text
    assert 'value="7 h"' in form
    assert '<option value="resolution" selected>' in form
    assert "2021-0" not in form


def test_several_keys_are_ticked_and_told_by_name(browser_of: SignIn) -> None:
    given: dict[str, Any] = {"title": "Go live", "type": "operations", "core_clusters": "release, security"}
    template = create("review-template", OPERATOR, via="cli", **given)
    client, address = browser_of("admin"), f"/r/{template.number}/"
    assert "Release, Security" in client.get(address).text
    form = client.get(f"{address}field/core_clusters/").text
    assert 'value="release" checked' in form
    assert 'value="support" checked' not in form
    sent = {"version": "1", "core_clusters": ["", "support", "security"]}
    assert client.post(f"{address}field/core_clusters/", sent).status_code == 302
    template.refresh_from_db()
    assert template.core_clusters == "support, security"
    refused = client.post(f"{address}field/core_clusters/", {"version": "2", "core_clusters": ["", "nobody"]})
    assert "There is no role cluster" in refused.text
    cleared = client.post(f"{address}field/core_clusters/", {"version": "2", "core_clusters": [""]})
    assert cleared.status_code == 302, cleared.text
    template.refresh_from_db()
    assert template.core_clusters == ""
