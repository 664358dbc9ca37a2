"""An incident from its report to its end: states, priority, waiting, parts of a larger one, rights, clocks of time."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import follow, policy, reading
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid, NotFound, Refused
from septet.kernel.models import Entry
from septet.kernel.references import find
from septet.support.incidents.background import close_resolved, resume_waiting
from septet.support.incidents.models import Incident
from tests.cast import Cast


def report(cast: Cast, who: str = "alice", **values: Any) -> Any:
    fields = {"title": "Mail does not arrive", "impact": 3, "urgency": 2, **values}
    return create("incident", cast.as_(who), via="api", fields=fields)


def do(record: Any, name: str, cast: Cast, who: str = "alice", **values: Any) -> Any:
    perform(record, name, cast.as_(who), via="api", **values)
    return record


def test_from_new_to_closed(cast: Cast) -> None:
    incident = report(cast, requester=cast.rita.number)
    assert (incident.state, incident.priority) == ("new", 3)
    do(incident, "classify", cast, category="mail", impact=2)
    assert (incident.state, incident.category, incident.priority) == ("classified", "mail", 2)
    do(incident, "assign", cast, team=cast.desk.number)
    assert (incident.state, incident.team_id) == ("assigned", cast.desk.pk)
    do(incident, "start", cast)
    assert (incident.state, incident.owner_id) == ("in-progress", cast.alice.pk)
    do(incident, "wait", cast, waiting_for="supplier")
    assert (incident.state, incident.waiting_for) == ("waiting", "supplier")
    do(incident, "resume", cast)
    assert (incident.state, incident.waiting_for) == ("in-progress", "")
    do(incident, "resolve", cast, cause="A full disk.", resolution="Made room.", resolution_code="storage")
    assert incident.state == "resolved"
    assert incident.resolved_at is not None
    assert incident.closed_at is None
    do(incident, "close", cast, "rita")
    assert incident.state == "closed"
    assert incident.closed_at is not None
    told = Entry.objects.filter(record_id=incident.pk).order_by("number").values_list("action", flat=True)
    assert list(told) == ["create", "classify", "assign", "start", "wait", "resume", "resolve", "close"]


def test_taking_it_from_everybody_leaves_it_classified(cast: Cast) -> None:
    incident = do(report(cast), "assign", cast, owner=cast.alice.number)
    assert incident.state == "assigned"
    assert do(incident, "assign", cast).state == "classified"
    started = do(report(cast), "start", cast)
    assert do(started, "assign", cast, team=cast.desk.number).state == "in-progress"


def test_escalation_hands_it_to_another_team(cast: Cast) -> None:
    second = create("function-team", OPERATOR, via="cli", title="Mail team", cluster="operations")
    incident = do(report(cast), "assign", cast, team=cast.desk.number, owner=cast.alice.number)
    do(incident, "wait", cast, waiting_for="user")
    do(incident, "escalate", cast, team=second.number, reason="It is their system.")
    assert (incident.state, incident.team_id, incident.owner_id, incident.waiting_for) == (
        "assigned",
        second.pk,
        None,
        "",
    )
    with pytest.raises(Invalid, match=r"has the incident already"):
        do(incident, "escalate", cast, team=second.number, reason="Again.")


@pytest.mark.parametrize(
    ("name", "values"),
    [("resume", {}), ("close", {}), ("reopen", {"reason": "Again."}), ("escalate", {"reason": "Up.", "team": "desk"})],
)
def test_what_does_not_fit_the_state_is_refused(cast: Cast, name: str, values: dict[str, str]) -> None:
    incident = report(cast)
    given = {key: cast.desk.number if value == "desk" else value for key, value in values.items()}
    with pytest.raises(Conflict, match=f"{incident.number} is new"):
        do(incident, name, cast, **given)
    assert reload(incident).version == 1


def test_a_wait_needs_a_time_to_come(cast: Cast) -> None:
    incident = do(report(cast), "start", cast)
    with pytest.raises(Invalid, match="time to come"):
        do(incident, "wait", cast, waiting_for="user", until=timezone.now() - timedelta(hours=1))


def test_a_wait_runs_out(cast: Cast) -> None:
    then = timezone.now() - timedelta(days=2)
    incident = create("incident", OPERATOR, via="api", at=then, title="Slow")
    do(incident, "start", cast, at=then + timedelta(hours=1))
    do(incident, "wait", cast, at=then + timedelta(hours=2), waiting_for="user", until=then + timedelta(hours=8))
    patient = do(do(report(cast), "start", cast), "wait", cast, waiting_for="supplier")
    assert resume_waiting.func() == 1
    assert reload(incident).state == "in-progress"
    assert reload(patient).state == "waiting"


@pytest.mark.parametrize(
    ("waiting_for", "who", "state"),
    [("user", "rita", "in-progress"), ("user", "alice", "waiting"), ("supplier", "rita", "waiting")],
)
def test_the_answer_of_the_user_ends_the_wait_for_it(cast: Cast, waiting_for: str, who: str, state: str) -> None:
    incident = do(report(cast, "rita"), "start", cast)
    do(incident, "wait", cast, waiting_for=waiting_for)
    do(incident, "comment", cast, who, text="It is the second floor.", audience="requester")
    follow.drain()
    assert reload(incident).state == state


def test_what_the_user_said_before_the_wait_does_not_end_it(cast: Cast) -> None:
    incident = do(report(cast, "rita"), "start", cast)
    do(incident, "comment", cast, "rita", text="It is the second floor.")
    do(incident, "wait", cast, waiting_for="user")
    follow.drain()
    assert reload(incident).state == "waiting"


def test_parts_stay_open_if_the_whole_was_reopened_meanwhile(cast: Cast) -> None:
    whole, part = report(cast), report(cast)
    do(part, "link-to", cast, parent=whole.number)
    do(do(whole, "resolve", cast, cause="A full disk."), "reopen", cast, reason="Not yet.")
    follow.drain()
    assert reload(part).state == "new"


def test_what_was_resolved_long_ago_is_closed_unless_it_was_major(cast: Cast) -> None:
    then = timezone.now() - timedelta(days=20)
    made = [create("incident", OPERATOR, via="api", at=then, title=title) for title in ("old", "major", "recent")]
    perform(made[1], "mark-major", OPERATOR, via="api", at=then + timedelta(minutes=1), reason="All stand still.")
    for one in made[:2]:
        perform(one, "resolve", OPERATOR, via="api", at=then + timedelta(hours=1), cause="A cable.")
    perform(made[2], "resolve", OPERATOR, via="api", cause="A cable.")
    assert close_resolved.func() == 1
    assert [reload(one).state for one in made] == ["closed", "resolved", "resolved"]


def test_reopening_has_an_end(cast: Cast) -> None:
    then = timezone.now() - timedelta(days=15)
    incident = create("incident", OPERATOR, via="api", at=then, title="Slow")
    perform(incident, "resolve", OPERATOR, via="api", at=then, cause="A cable.")
    with pytest.raises(Conflict, match=r"more than 14 days ago.*Open a new incident"):
        perform(incident, "reopen", OPERATOR, via="api", reason="Again.")
    fresh = do(do(report(cast), "resolve", cast, cause="A cable."), "reopen", cast, reason="Again.")
    assert (fresh.state, fresh.resolved_at, fresh.cause) == ("in-progress", None, "A cable.")


def test_priority_follows_the_matrix_in_force_when_it_was_opened(cast: Cast) -> None:
    before = report(cast, impact=1, urgency=1)
    matrix = create("priority-matrix", OPERATOR, via="api", title="Strict", valid_from=timezone.now().isoformat())
    perform(matrix, "set-cell", OPERATOR, via="api", impact=5, urgency=5, priority=2)
    after = report(cast, impact=5, urgency=5)
    assert (before.priority, after.priority) == (1, 2)
    do(before, "edit", cast, impact=5, urgency=5)
    assert before.priority == 5
    do(after, "edit", cast, title="Only the title")
    assert after.priority == 2


def test_priority_by_hand_stays_until_it_is_reset(cast: Cast) -> None:
    incident = report(cast, impact=5, urgency=5)
    do(incident, "override-priority", cast, priority=1, reason="The board meets.")
    do(incident, "edit", cast, impact=4)
    assert (incident.priority, incident.priority_reason) == (1, "The board meets.")
    do(incident, "reset-priority", cast)
    assert (incident.priority, incident.priority_reason) == (5, "")


def test_nobody_gives_a_priority_when_creating_or_editing(cast: Cast) -> None:
    with pytest.raises(Invalid, match="priority"):
        report(cast, priority=1)
    with pytest.raises(Invalid, match="priority"):
        do(report(cast), "edit", cast, priority=1)


def test_a_major_incident_ends_with_a_lesson_or_a_reason(cast: Cast) -> None:
    incident = report(cast, requester=cast.rita.number)
    do(incident, "mark-major", cast, reason="Nobody can work.", commander=cast.bob.number)
    assert (incident.is_major, incident.owner_id) == (True, cast.bob.pk)
    with pytest.raises(Conflict, match="major incident already"):
        do(incident, "mark-major", cast, reason="Again.")
    do(incident, "resolve", cast, cause="A full disk.")
    with pytest.raises(Refused, match="closed by IT"):
        do(incident, "close", cast, "rita")
    with pytest.raises(Invalid, match="lesson"):
        do(incident, "close", cast)
    article = create("article", cast.as_("alice"), via="api", title="Watch the disk", type="lesson-learned")
    do(incident, "close", cast, lesson=article.number)
    told = reading.relations(incident, OPERATOR)
    assert [(one["type"], one["record"]["number"]) for one in told] == [("lesson", article.number)]
    other = do(do(report(cast), "mark-major", cast, reason="All."), "resolve", cast, cause="A cable.")
    assert do(other, "close", cast, no_lesson_because="It is written down already.").state == "closed"


def test_resolving_the_whole_resolves_its_parts(cast: Cast) -> None:
    whole, part, done = report(cast), report(cast), report(cast)
    do(part, "link-to", cast, parent=whole.number)
    do(done, "link-to", cast, parent=whole.number)
    do(done, "cancel", cast, reason="Gone by itself.")
    do(whole, "resolve", cast, cause="A full disk.", resolution_code="storage")
    follow.drain()
    part = reload(part)
    assert (part.state, part.cause, part.resolution_code) == ("resolved", "A full disk.", "storage")
    assert reload(done).state == "cancelled"
    last = Entry.objects.filter(record_id=part.pk).latest("number")
    first = Entry.objects.get(record_id=whole.pk, action="resolve")
    assert (last.caused_by, last.request, last.note) == (first.pk, first.request, f"Resolved with {whole.number}.")


def test_a_cycle_of_parts_is_refused(cast: Cast) -> None:
    whole, part = report(cast), report(cast)
    do(part, "link-to", cast, parent=whole.number)
    with pytest.raises(Conflict, match="cycle"):
        do(whole, "link-to", cast, parent=part.number)


def test_a_duplicate_points_to_the_first(cast: Cast) -> None:
    first, second = report(cast), report(cast)
    do(second, "cancel", cast, reason="Known.", duplicate_of=first.number)
    assert second.state == "cancelled"
    assert second.closed_at is not None
    assert [one["type"] for one in reading.relations(second, OPERATOR)] == ["duplicate-of"]


def test_an_end_user_reports_follows_reopens_and_cancels_their_own(cast: Cast) -> None:
    incident = report(cast, "rita", impact=5)
    assert incident.requester_id == cast.rita.pk
    with pytest.raises(Refused):
        do(incident, "classify", cast, "rita", category="mail")
    do(incident, "classify", cast, category="mail")
    do(incident, "resolve", cast, cause="Somebody's password on a note.", resolution="New password.")
    do(incident, "reopen", cast, "rita", reason="Still locked out.")
    do(incident, "cancel", cast, "rita", reason="It works now.")
    assert incident.state == "cancelled"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner", "alice"), ("team", "desk"), ("confidentiality", "restricted"), ("due_at", "2035-01-01T00:00:00Z"),
        ("opened_at", "2020-01-01T00:00:00Z"), ("customer", "supplier"), ("extra", {}),
    ],
)  # fmt: skip
def test_an_end_user_does_not_decide_what_is_for_the_staff(cast: Cast, name: str, value: Any) -> None:
    given = getattr(cast, value).number if isinstance(value, str) and hasattr(cast, value) else value
    with pytest.raises(Invalid, match=f"{name}: IT decides this"):
        report(cast, "rita", **{name: given})
    assert not Incident.objects.exists()


def test_an_end_user_reads_the_resolution_but_not_the_cause(cast: Cast) -> None:
    incident = report(cast, "rita")
    do(incident, "classify", cast, category="mail")
    do(incident, "resolve", cast, cause="A colleague's mistake.", resolution="New password.")
    rita = cast.as_("rita")
    body = reading.body(incident, rita)
    assert body["resolution"] == "New password."
    assert "cause" not in body
    told = reading.history(incident, rita)
    assert [one["action"] for one in told] == ["create", "resolve"]
    assert "mistake" not in str(told)


def test_outsiders_meet_nothing(cast: Cast) -> None:
    incident = report(cast)
    for who in ("otto", "paul", "rita"):
        with pytest.raises(NotFound):
            find(incident.number, cast.as_(who))
        assert not policy.visible_to(cast.as_(who), Incident.objects.all()).exists()


def test_levels_may_be_typed_as_text(cast: Cast) -> None:
    incident = report(cast, impact="3", urgency="2")
    assert (incident.impact, incident.urgency, incident.priority) == (3, 2, 3)
    for wrong in ("0", "6", "three", "", "³", None):
        with pytest.raises(Invalid, match="impact"):
            report(cast, impact=wrong)
