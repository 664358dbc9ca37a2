"""Checklists: written line by line, started on a record, moved with its event."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from septet.kernel import reading
from septet.kernel.accounts import open_account
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import Entry
from septet.kernel.readings import read_about
from septet.kernel.undo import undo_request
from septet.team.checklists.models import ChecklistLine
from septet.team.checklists.rules import in_order
from septet.team.tasks.models import Task
from tests.cast import Cast

LAST_DAY = datetime(2035, 3, 30, 15, tzinfo=UTC)  # a Friday


def do(record: Any, name: str, actor: Actor = OPERATOR, **params: Any) -> Any:
    perform(record, name, actor, via="api", params=params)
    return record


def leaver(**values: Any) -> Any:
    """Four lines: keep data, then disable access, tell the desk beforehand, delete a month later."""
    office = create("business-calendar", OPERATOR, via="api", title="Office", zone="Europe/Berlin",
                    weekly={day: [["08:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")})  # fmt: skip
    made = create("checklist", OPERATOR, via="api", title="Leaver", event="Last day", calendar=office.number, **values)
    do(made, "add-line", title="Keep the data", due="T-1h", cluster="security")
    do(made, "add-line", title="Disable access", due="T0", after=[1], evidence_wanted="The account's state")
    do(made, "add-line", title="Tell the desk", due="T-2wd", cluster="support", mandatory=False)
    do(made, "add-line", title="Delete", due="T+30d", after=[2], four_eyes=True, completed_by="team")
    return made


def tasks_of(record: Any) -> list[Task]:
    return list(Task.objects.filter(subject_id=record.pk, withdrawn_at=None).order_by("position"))


def test_starting_makes_every_task_at_its_distance(cast: Cast) -> None:
    checklist = leaver(applies_to="person")
    do(cast.rita, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    made = tasks_of(cast.rita)
    assert [(one.title, one.due_at, one.mandatory) for one in made] == [
        ("Tell the desk", datetime(2035, 3, 28, 15, tzinfo=UTC), False),
        ("Keep the data", LAST_DAY - timedelta(hours=1), True),
        ("Disable access", LAST_DAY, True),
        ("Delete", datetime(2035, 4, 29, 15, tzinfo=UTC), True),
    ]
    desk, keep, disable, delete = made
    assert (desk.team_id, desk.cluster, keep.team_id, keep.cluster) == (cast.desk.pk, "support", None, "security")
    assert (delete.four_eyes, delete.completed_by, disable.evidence_wanted) == (True, "team", "The account's state")
    assert [one["record"]["number"] for one in reading.relations(delete, OPERATOR) if one["type"] == "waits-for"] == [
        disable.number
    ]
    with pytest.raises(Conflict, match="under way here already: 4"):
        do(cast.rita, "start-checklist", checklist=checklist.number)
    with pytest.raises(Invalid, match="records of the type person"):
        do(create("incident", OPERATOR, via="api", title="x"), "start-checklist", checklist=checklist.number)


def test_one_undo_takes_all_of_it_back(cast: Cast) -> None:
    checklist, request = leaver(), new_request()
    perform(cast.rita, "start-checklist", OPERATOR, via="api", request=request, checklist=checklist.number)
    assert len(tasks_of(cast.rita)) == 4
    assert set(Entry.objects.filter(request=request).values_list("action", flat=True)) == {
        "start-checklist", "create", "relate",
    }  # fmt: skip
    report = undo_request(request, OPERATOR, via="api")
    assert (report.undone, report.refused) == (5, [])
    assert tasks_of(cast.rita) == []
    do(cast.rita, "start-checklist", checklist=checklist.number)
    assert len(tasks_of(cast.rita)) == 4


def test_tasks_move_with_the_event_unless_moved_by_hand(cast: Cast) -> None:
    checklist = leaver()
    do(cast.rita, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    desk, keep, disable, _delete = tasks_of(cast.rita)
    by_hand = LAST_DAY + timedelta(minutes=30)
    do(desk, "complete")
    do(disable, "edit", due_at=by_hand)
    do(keep, "edit", title="Keep all the data")
    do(cast.rita, "move-checklist", checklist=checklist.number, event_at=LAST_DAY + timedelta(days=7))
    assert [one.due_at for one in tasks_of(cast.rita)] == [
        datetime(2035, 3, 28, 15, tzinfo=UTC),
        LAST_DAY + timedelta(days=7, hours=-1),
        by_hand,
        datetime(2035, 5, 6, 15, tzinfo=UTC),
    ]
    do(disable, "follow-event")
    assert (disable.due_at, disable.follows_event) == (LAST_DAY + timedelta(days=7), True)
    with pytest.raises(Conflict, match="was not started"):
        do(cast.bob, "move-checklist", checklist=checklist.number, event_at=LAST_DAY)


def test_a_checklist_is_judged_by_the_time_at_which_it_is_started(cast: Cast) -> None:
    past = leaver(valid_to="2020-01-01T00:00:00Z")
    with pytest.raises(Invalid, match="no longer in force"):
        do(cast.rita, "start-checklist", checklist=past.number)
    coming = leaver(valid_from="2100-01-01T00:00:00Z")
    with pytest.raises(Invalid, match="not in force yet"):
        do(cast.rita, "start-checklist", checklist=coming.number)
    with pytest.raises(Invalid, match="out of force"):
        do(cast.rita, "start-checklist", checklist=do(leaver(), "retire").number)
    empty = create("checklist", OPERATOR, via="api", title="Nothing")
    with pytest.raises(Invalid, match="no lines yet"):
        do(cast.rita, "start-checklist", checklist=empty.number)


def test_what_was_started_stays_as_it_was_written_then(cast: Cast) -> None:
    checklist = leaver()
    do(cast.rita, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    do(checklist, "change-line", line=2, title="Disable all access", due="T+1h")
    do(checklist, "remove-line", line=1)
    assert [row.after for row in ChecklistLine.objects.filter(record_id=checklist.pk).order_by("line")] == [[], [], [2]]
    assert [one.title for one in tasks_of(cast.rita)][2] == "Disable access"
    do(cast.bob, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    assert [one.title for one in tasks_of(cast.bob)] == ["Tell the desk", "Disable all access", "Delete"]


def test_lines_that_cannot_be_are_refused(cast: Cast) -> None:
    checklist = leaver()
    for name, params, sentence in (
        ("add-line", {"title": "x", "due": "soon"}, "no distance from the event"),
        ("add-line", {"title": "x", "line": 2}, "a line 2 already"),
        ("add-line", {"title": "x", "after": [9]}, "no line 9"),
        ("change-line", {"line": 1, "after": [4]}, "wait for each other: 1, 2, 4"),
        ("change-line", {"line": 9, "title": "x"}, "there are: 1, 2, 3, 4"),
        ("edit", {"calendar": None}, "Line 3 counts working days"),
        ("edit", {"applies_to": "persn"}, "Did you mean 'person'"),
    ):
        with pytest.raises((Invalid, Conflict), match=sentence):
            do(checklist, name, **params)
    with pytest.raises(Refused):
        do(checklist, "add-line", cast.as_("alice"), title="x")


def test_progress_is_told_by_checklist_in_few_queries(cast: Cast) -> None:
    checklist = leaver()
    create("task", OPERATOR, via="api", title="Say goodbye", subject=cast.rita.number, due_at="2020-01-01T00:00:00Z")
    do(cast.rita, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    do(Task.objects.get(title="Tell the desk"), "complete")
    with CaptureQueriesContext(connection) as queries:
        told = read_about(reload(cast.rita), "tasks", OPERATOR, {})
    assert len(queries) <= 5
    assert (told.settled, told.total, told.mandatory_left, told.overdue) == (1, 5, 4, 1)
    alone, started = told.groups
    assert (alone.checklist, alone.total, alone.overdue) == (None, 1, 1)
    assert (started.checklist.title, started.event, started.event_at) == ("Leaver", "Last day", LAST_DAY)
    assert [one.state for one in started.tasks] == ["done", "open", "open", "open"]
    assert read_about(cast.rita, "tasks", cast.as_("rita"), {}).total == 0


orders = st.lists(st.tuples(st.integers(0, 5), st.lists(st.integers(1, 12), max_size=3)), min_size=1, max_size=12)


@given(orders)
def test_what_waits_comes_after_what_it_waits_for(told: list[tuple[int, list[int]]]) -> None:
    lines = {
        number: ChecklistLine(line=number, after=[one for one in after if one < number])
        for number, (_, after) in enumerate(told, start=1)
    }
    due = {number: LAST_DAY + timedelta(days=told[number - 1][0]) for number in lines}
    ordered = [one.line for one in in_order(lines, due)]
    assert sorted(ordered) == list(lines)
    for place, number in enumerate(ordered):
        assert set(lines[number].after) <= set(ordered[:place])
        free = [one for one in ordered[place:] if set(lines[one].after) <= set(ordered[:place])]
        assert (due[number], number) == min((due[one], one) for one in free)


def test_the_page_of_a_record_shows_its_tasks_and_where_they_come_from(cast: Cast, client: Client) -> None:
    checklist = leaver()
    do(cast.rita, "start-checklist", checklist=checklist.number, event_at=LAST_DAY)
    client.force_login(open_account(cast.bob, "bob@example.org"))
    page = client.get(f"/r/{cast.rita.number}/", headers={"host": "localhost"}).text
    assert "0 of 4 settled" in page
    assert page.count("Disable access") == 1  # not among the relations once more
    assert f'href="/r/{cast.rita.number}/do/start-checklist/"' in page
    lines = client.get(f"/r/{checklist.number}/", headers={"host": "localhost"}).text
    assert "T-2wd" in lines
    assert "start-checklist" not in lines
    client.force_login(open_account(cast.rita, "rita@example.org"))
    assert "Disable access" not in client.get(f"/r/{cast.rita.number}/", headers={"host": "localhost"}).text
