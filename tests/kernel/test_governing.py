"""Windows: what governs a record at a time, and why; the past by what was in force then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid
from septet.kernel.governing.readings import windows
from septet.kernel.governing.windows import governing, occurrences_between
from septet.kernel.undo import undo_entry
from tests.cast import engage

HOUR = timedelta(hours=1)
NOON = datetime(2024, 3, 6, 12, tzinfo=UTC)
YEAR = (datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, tzinfo=UTC))


def window(title: str, hours: float = 2, **values: Any) -> Any:
    """A window from noon on, known since the year before."""
    return create(
        "window", OPERATOR, via="api", at=YEAR[0], title=title, starts_at=NOON.isoformat(),
        ends_at=(NOON + hours * HOUR).isoformat(), **values,
    )  # fmt: skip


def open_at(record: Any, at: datetime = NOON + HOUR, *purposes: str) -> dict[str, str]:
    """Title and reason of every window that governs the record at a moment."""
    return {one.title: one.why for one in governing(record, at, None, purposes)}


@pytest.fixture
def estate(db: None) -> dict[str, Any]:
    """A service on a server at a site, and a change of the server."""
    made = {kind: create(kind, OPERATOR, via="api", title=kind.capitalize()) for kind in ("service", "site")}
    made["team"] = create("function-team", OPERATOR, via="api", title="Servers", cluster="operations")
    made["server"] = create(
        "configuration-item", OPERATOR, via="api", title="Server", service=made["service"].number,
        site=made["site"].number,
    )  # fmt: skip
    made["change"] = create("change", OPERATOR, via="api", title="New disk", team=made["team"].number)
    perform(made["change"], "relate", OPERATOR, via="api", type="affects", target=made["server"].number)
    return made


def test_what_a_window_names_is_governed_by_it(estate: dict[str, Any]) -> None:
    window("All")
    for name in ("service", "site", "team"):
        window(name.capitalize(), **{name: estate[name].number})
    for name in ("change", "server"):
        naming = window(name.capitalize())
        perform(naming, "relate", OPERATOR, via="api", type="affects", target=estate[name], valid_from=YEAR[0])
    other = create("service", OPERATOR, via="api", title="Other")
    window("Other", service=other.number)
    assert open_at(estate["change"]) == {
        "All": "It is for everything.",
        "Change": "It names this record.",
        "Team": "It is for the team Servers.",
        "Server": "It names Server, which this affects.",
        "Service": "It is for Service, where Server belongs, which this affects.",
        "Site": "It is for Site, where Server belongs, which this affects.",
    }
    assert open_at(estate["server"]) == {
        "All": "It is for everything.",
        "Server": "It names this record.",
        "Service": "It is for the service Service.",
        "Site": "It is for the site Site.",
    }
    assert set(open_at(other)) == {"All", "Other"}
    assert open_at(other, NOON - HOUR) == {}
    assert open_at(other, NOON + 2 * HOUR) == {}, "it is over when it ends"
    assert open_at(other, NOON + HOUR, "freeze") == {}


def test_several_scopes_add_up(estate: dict[str, Any]) -> None:
    both = window("Both", service=estate["service"].number, site=estate["site"].number)
    perform(both, "relate", OPERATOR, via="api", type="affects", target=estate["change"], valid_from=YEAR[0])
    for name in ("service", "site", "server", "change"):
        assert set(open_at(estate[name])) == {"Both"}
    assert open_at(estate["team"]) == {}


def test_windows_that_come_again(estate: dict[str, Any]) -> None:
    window("Weekly", rule="FREQ=WEEKLY", purpose="freeze", service=estate["service"].number)
    window("Once")
    assert set(open_at(estate["service"], NOON + timedelta(weeks=3) + HOUR)) == {"Weekly"}
    found = governing(estate["service"], NOON, NOON + timedelta(weeks=2) + HOUR, ["freeze"])
    assert [one.starts_at - NOON for one in found] == [timedelta(weeks=week) for week in range(3)]


def test_the_past_is_governed_by_what_was_in_force_then(estate: dict[str, Any]) -> None:
    weekly = window("Weekly", rule="FREQ=WEEKLY")
    third, fifth = NOON + timedelta(weeks=2), NOON + timedelta(weeks=4)
    half = (NOON + HOUR / 2).isoformat()
    perform(weekly, "edit", OPERATOR, via="api", at=third + timedelta(days=1), ends_at=half)
    entry = perform(weekly, "retire", OPERATOR, via="api", at=fifth + timedelta(days=1))
    found = governing(estate["service"], *YEAR)
    assert [(one.starts_at, one.ends_at - one.starts_at) for one in found] == [
        (NOON + timedelta(weeks=week), 2 * HOUR if week < 3 else HOUR / 2) for week in range(5)
    ]
    assert entry is not None
    undo_entry(entry.pk, OPERATOR, via="api")
    assert len(governing(estate["service"], NOON, NOON + timedelta(weeks=9))) == 5, "from now on, not for the past"


def test_a_window_that_is_changed_while_it_is_open_stays_one(estate: dict[str, Any]) -> None:
    longer = window("Night", service=estate["service"].number)
    perform(longer, "edit", OPERATOR, via="api", at=NOON + HOUR, ends_at=(NOON + 9 * HOUR).isoformat())
    [one] = governing(estate["service"], NOON, NOON + 99 * HOUR)
    assert (one.starts_at, one.ends_at) == (NOON, NOON + 9 * HOUR)
    perform(longer, "retire", OPERATOR, via="api", at=NOON + 4 * HOUR)
    [one] = governing(estate["service"], NOON, NOON + 99 * HOUR)
    assert one.ends_at == NOON + 4 * HOUR


def test_a_list_of_all_windows_for_a_calendar(db: None) -> None:
    cast = engage()
    mail = create("service", OPERATOR, via="api", title="Mail")
    window("Weekly", rule="FREQ=WEEKLY;COUNT=3", service=mail.number)
    window("Freeze", purpose="freeze")
    found = occurrences_between(cast.as_("alice"), *YEAR)
    assert [one.title for one in found] == ["Weekly", "Freeze", "Weekly", "Weekly"]
    assert {one.why for one in found} == {"It is for Mail.", "It is for everything."}
    frozen = occurrences_between(OPERATOR, *YEAR, purposes=["freeze"])
    assert [str(one).partition(" ")[2] for one in frozen] == ["Freeze"]
    assert [one.title for one in occurrences_between(OPERATOR, *YEAR, about=cast.desk)] == ["Freeze"]
    assert occurrences_between(cast.as_("otto"), *YEAR) == []


def test_nobody_learns_of_what_they_may_not_see(estate: dict[str, Any]) -> None:
    cast = engage()
    window("Service", service=estate["service"].number)
    perform(estate["service"], "edit", OPERATOR, via="api", confidentiality="restricted")
    about = {"about": estate["change"]}
    [told] = occurrences_between(cast.as_("alice"), *YEAR, **about)
    assert told.why == "It is for something that you may not see, where Server belongs, which this affects."
    assert [one.why for one in occurrences_between(cast.as_("alice"), *YEAR)] == [
        "It is for something that you may not see."
    ]
    asked = create("incident", OPERATOR, via="api", title="Down", requester=cast.rita.number)
    window("All")
    assert windows(asked, cast.as_("rita"), since=NOON) == []
    assert len(windows(asked, cast.as_("alice"), since=NOON)) == 1


def test_too_many_to_tell(estate: dict[str, Any]) -> None:
    window("Daily", rule="FREQ=DAILY")
    with pytest.raises(Invalid, match="More than 10000 windows"):
        governing(estate["service"], YEAR[0], datetime(2100, 1, 1, tzinfo=UTC))


def test_asking_again_reads_no_window_again(estate: dict[str, Any]) -> None:
    for number in range(20):
        window(f"Window {number}", service=estate["service"].number, rule="FREQ=DAILY")
    assert len(open_at(estate["server"])) == 20
    with CaptureQueriesContext(connection) as asked:
        assert len(open_at(estate["server"])) == 20
    assert len(asked) <= 3, "the token, what the record affects, the titles of what is named"
