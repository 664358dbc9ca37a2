"""A change from its request to its review: who may decide, when it may be made, and what it leaves behind."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import policy
from septet.kernel.actions import create, perform, reload
from septet.kernel.actors import OPERATOR, Actor, of_person
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import Entry, Share
from septet.release.changes import collisions
from septet.release.changes.models import Change
from septet.release.changes.rules import risk_of, score
from tests.cast import Cast

NIGHT = datetime(2035, 1, 7, 2, tzinfo=UTC)


def request(who: Actor = OPERATOR, **values: Any) -> Any:
    fields = {
        "title": "Replace the core switch", "reason": "Its support ends.", "backout_plan": "Put it back.",
        "test_plan": "Ping every floor.", **values,
    }  # fmt: skip
    return create("change", who, via="api", fields=fields)


def do(change: Any, name: str, who: Actor = OPERATOR, **values: Any) -> Any:
    perform(change, name, who, via="api", **values)
    return change


def assessed(type: str = "minor", who: Actor = OPERATOR, **values: Any) -> Any:
    change = request(who, **values)
    for name in ("submit", "screen"):
        do(change, name, who)
    if type in {"significant", "major"} and change.service_id is None:
        item = create("configuration-item", OPERATOR, via="api", title="switch")
        do(change, "relate", type="affects", target=item)
    do(change, "classify", type=type, impact=3, likelihood=4)
    return do(change, "assess")


def authorised(**values: Any) -> Any:
    return do(assessed(**values), "authorise")


def planned(start: datetime = NIGHT, hours: int = 2, change: Any = None, **values: Any) -> Any:
    return do(
        change or authorised(), "schedule", planned_start=start.isoformat(),
        planned_end=(start + timedelta(hours=hours)).isoformat(), **values,
    )  # fmt: skip


def approved_by(change: Any, *people: Any) -> Any:
    do(change, "ask-approval", approvers=[one.number for one in people])
    for one in people:
        do(change, "approve", as_person(one))
    return change


def as_person(person: Any) -> Actor:
    return of_person(person.pk)


def second_manager(cast: Cast) -> Any:
    mary = create("person", OPERATOR, via="cli", title="Mary", email="mary@example.org")
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=mary, role="manager")
    return mary


def test_a_minor_change_from_request_to_end(cast: Cast) -> None:
    change = planned()
    do(change, "start")
    do(change, "complete")
    with pytest.raises(Invalid, match="lesson"):
        do(change, "close")
    task = create("task", OPERATOR, via="api", title="Throw the box away", subject=change.number)
    with pytest.raises(Conflict, match=f"{task.number} Throw the box away"):
        do(change, "close", no_lesson_because="It went as always.")
    do(task, "complete")
    do(change, "close", no_lesson_because="It went as always.")
    assert (change.state, change.outcome, change.no_lesson_because) == ("closed", "successful", "It went as always.")
    assert change.actual_start <= change.actual_end <= change.closed_at


def test_an_agent_asks_for_a_change_but_does_not_lead_it(cast: Cast) -> None:
    change = do(request(cast.as_("alice")), "submit", cast.as_("alice"))
    assert change.state == "logged"
    with pytest.raises(Refused):
        do(change, "screen", cast.as_("alice"))
    do(change, "screen", cast.as_("bob"))


def test_a_request_without_a_reason_is_not_taken(db: None) -> None:
    with pytest.raises(Invalid, match="reason"):
        do(request(reason=""), "submit")


def test_a_request_goes_back_or_is_turned_down(db: None) -> None:
    change = do(do(request(), "submit"), "send-back", reason="Which switch?")
    assert change.state == "draft"
    do(do(change, "submit"), "turn-down", reason="The floor is given up.")
    assert change.state == "rejected"
    assert change.closed_at is not None


@pytest.mark.parametrize(
    ("impact", "likelihood", "values", "points", "risk"),
    [
        (5, 5, {}, 1, "low"),
        (3, 4, {}, 6, "low"),
        (2, 4, {}, 8, "medium"),
        (3, 4, {"backout_plan": " "}, 9, "medium"),
        (3, 4, {"backout_plan": "", "first_time": True, "shared_item": True}, 15, "high"),
        (1, 1, {"first_time": True}, 38, "high"),
        (None, 1, {}, None, ""),
        (1, None, {}, None, ""),
    ],
)
def test_risk(
    impact: int | None, likelihood: int | None, values: dict[str, Any], points: int | None, risk: str
) -> None:
    change = Change(**{"impact": impact, "likelihood": likelihood, "backout_plan": "Back.", **values})
    assert score(change) == points
    assert (risk_of(points) if points is not None else "") == risk


def test_risk_follows_an_edit_and_a_risk_without_numbers_stays(db: None) -> None:
    change = request(impact=3, likelihood=4)
    assert (change.risk_score, change.risk) == (6, "low")
    do(change, "edit", backout_plan="", first_time=True)
    assert (change.risk_score, change.risk) == (12, "medium")
    assert request(risk="high").risk == "high"


def test_what_several_services_need_makes_it_riskier(db: None) -> None:
    switch = create("configuration-item", OPERATOR, via="api", title="switch")
    for title in ("mail", "files"):
        needing = create("service", OPERATOR, via="api", title=title)
        perform(needing, "relate", OPERATOR, via="api", type="depends-on", target=switch)
    change = request()
    do(change, "relate", type="affects", target=switch)
    do(do(change, "submit"), "screen")
    do(change, "classify", type="minor", impact=3, likelihood=4)
    assert (change.shared_item, change.risk_score) == (True, 9)


def test_whoever_asked_does_not_authorise(cast: Cast, standard_rules: None) -> None:
    mine = assessed(requester=cast.bob.number)
    with pytest.raises(Refused, match="Nobody authorises the change they asked for"):
        do(mine, "authorise", cast.as_("bob"))
    submitted = approved_by(assessed("significant", cast.as_("bob")), cast.alice)
    with pytest.raises(Refused, match="Whoever submitted a larger change does not authorise it"):
        do(submitted, "authorise", cast.as_("bob"))
    assert do(submitted, "authorise", as_person(second_manager(cast))).state == "authorised"
    assert do(assessed("minor", cast.as_("bob")), "authorise", cast.as_("bob")).state == "authorised"


def test_an_agent_may_not_authorise(cast: Cast) -> None:
    assert not policy.may(cast.as_("alice"), "authorise", assessed())


@pytest.mark.parametrize(("type", "needed"), [("significant", 1), ("major", 2), ("emergency", 1)])
def test_greater_changes_need_approvals(cast: Cast, type: str, needed: int) -> None:
    change = assessed(type)
    people = [cast.alice, second_manager(cast)][:needed]
    for given, person in enumerate(people):
        with pytest.raises(Conflict, match=f"{given} of {needed} approvals"):
            do(change, "authorise", cast.as_("bob"))
        approved_by(change, person)
    assert do(change, "authorise", cast.as_("bob")).state == "authorised"


def test_a_customer_who_is_asked_sees_the_change_and_answers(cast: Cast) -> None:
    change = assessed(cost="1200.00")
    assert not policy.may(cast.as_("otto"), "see", change)
    do(change, "ask-approval", approvers=[cast.otto.number, cast.alice.number])
    assert [share.party_id for share in Share.objects.filter(record_id=change.pk)] == [cast.otto.pk]
    assert "cost" not in policy.fields_for(cast.as_("otto"), change)
    do(change, "approve", cast.as_("otto"))
    with pytest.raises(Refused):
        do(change, "authorise", cast.as_("otto"))
    with pytest.raises(Refused, match="Nobody asked you"):
        do(change, "approve", cast.as_("bob"))


def test_one_rejection_stops_it_until_it_is_reconsidered(cast: Cast) -> None:
    change = assessed()
    do(change, "ask-approval", approvers=[cast.alice.number])
    with pytest.raises(Conflict, match="0 of 1 approvals"):
        do(change, "authorise")
    do(change, "reject", cast.as_("alice"), reason="Not on a Monday.")
    with pytest.raises(Conflict, match="rejected it"):
        do(change, "authorise")


def test_what_was_decided_on_stays(cast: Cast) -> None:
    change = approved_by(assessed("significant"), cast.alice)
    do(change, "authorise")
    with pytest.raises(Invalid, match="Reconsider"):
        do(change, "edit", backout_plan="None.")
    with pytest.raises(Invalid, match="schedule it"):
        do(change, "edit", planned_start=NIGHT.isoformat())
    do(change, "edit", title="Replace the core switch on floor two")
    do(change, "reconsider", reason="Another model.")
    do(change, "edit", backout_plan="Better.")
    do(change, "assess")
    with pytest.raises(Conflict, match="0 of 1 approvals"):
        do(change, "authorise")


def test_a_careful_change_needs_plans_and_what_it_touches(db: None) -> None:
    for missing in ("backout_plan", "test_plan", "touches"):
        change = request()
        if missing != "touches":
            perform(change, "edit", OPERATOR, via="api", params={missing: ""})
        do(do(change, "submit"), "screen")
        do(change, "classify", type="major")
        with pytest.raises((Invalid, Conflict), match=missing):
            do(change, "assess")


def test_a_standard_change_follows_a_validated_procedure(cast: Cast) -> None:
    article = create("article", OPERATOR, via="api", title="New phone", body="Plug it in.")
    change = do(request(), "submit")
    with pytest.raises(Invalid, match="Name the article"):
        do(change, "use-pre-approval")
    with pytest.raises(Invalid, match="not validated"):
        do(change, "use-pre-approval", procedure=article.number)
    perform(article, "validate", OPERATOR, via="api")
    do(change, "use-pre-approval", procedure=article.number)
    assert (change.state, change.type, change.procedure_id) == ("authorised", "standard", article.pk)
    do(do(planned(change=change), "start"), "complete")
    assert do(change, "close").state == "closed"


def test_standard_without_its_procedure_is_not_authorised(db: None) -> None:
    change = assessed()
    do(change, "edit", type="standard")
    with pytest.raises(Conflict, match="use that approval"):
        do(change, "authorise")


def test_a_freeze_stands_in_the_way(cast: Cast) -> None:
    freeze = create(
        "window", OPERATOR, via="api", title="Year-end", purpose="freeze",
        starts_at=(NIGHT + timedelta(minutes=30)).isoformat(), ends_at=(NIGHT + timedelta(minutes=40)).isoformat(),
    )  # fmt: skip
    change = authorised()
    with pytest.raises(Conflict, match=f"frozen then: {freeze.number} Year-end"):
        planned(change=change)
    assert planned(NIGHT + timedelta(hours=1), change=change).state == "scheduled"
    leader = Actor("Leader", rights=cast.as_("bob").rights)
    worker = Actor("Worker", rights=tuple(right for right in leader.rights if right.verb != "approve"))
    with pytest.raises(Conflict, match="frozen"):
        do(change, "schedule", worker, planned_start=NIGHT, planned_end=NIGHT + timedelta(hours=1), despite="Now.")
    do(change, "schedule", leader, planned_start=NIGHT, planned_end=NIGHT + timedelta(hours=1), despite="Agreed.")
    assert change.planned_start == NIGHT


def test_a_freeze_of_something_else_does_not(db: None) -> None:
    mail, files = (create("service", OPERATOR, via="api", title=title) for title in ("mail", "files"))
    create(
        "window", OPERATOR, via="api", title="Files", purpose="freeze", service=files.number,
        starts_at=NIGHT.isoformat(), ends_at=(NIGHT + timedelta(hours=9)).isoformat(),
    )  # fmt: skip
    assert planned(change=authorised(service=mail.number)).state == "scheduled"
    with pytest.raises(Conflict, match="frozen"):
        planned(change=authorised(service=files.number))


def test_a_freeze_that_comes_again_stands_in_the_way_each_time(db: None) -> None:
    create(
        "window", OPERATOR, via="api", title="Month-end", purpose="freeze", rule="FREQ=MONTHLY;BYMONTHDAY=7",
        starts_at=datetime(2030, 1, 7, tzinfo=UTC).isoformat(), ends_at=datetime(2030, 1, 7, 3, tzinfo=UTC).isoformat(),
    )  # fmt: skip
    change = authorised()
    for start, free in ((NIGHT, False), (NIGHT + timedelta(hours=1), True), (NIGHT - timedelta(hours=4), True)):
        if free:
            assert planned(start, change=change).state == "scheduled"
        else:
            with pytest.raises(Conflict, match="Month-end"):
                planned(start, change=change)


def affecting(*items: Any) -> Any:
    change = authorised()
    for item in items:
        do(change, "relate", type="affects", target=item)
    return change


def test_changes_of_the_same_item_or_what_it_needs_clash(db: None) -> None:
    web, host, other = (create("configuration-item", OPERATOR, via="api", title=t) for t in ("web", "host", "other"))
    perform(web, "relate", OPERATOR, via="api", type="runs-on", target=host)
    first = planned(change=affecting(host))
    for items, clashes in (([host], True), ([web], True), ([other], False), ([], False)):
        change = affecting(*items)
        if clashes:
            with pytest.raises(Conflict, match=f"clashes with {first.number}"):
                planned(change=change)
            assert planned(NIGHT + timedelta(hours=2), change=change).state == "scheduled"
            do(change, "cancel", reason="Only tried.")
        else:
            assert planned(change=change).state == "scheduled"
    assert planned(change=affecting(web), despite="Both teams sit together.").state == "scheduled"
    do(first, "cancel", reason="No more.")
    assert collisions.overlapping(affecting(host), NIGHT, NIGHT + timedelta(hours=2)) != [first]


def test_plan_ends_after_it_begins(db: None) -> None:
    with pytest.raises(Invalid, match="planned_end"):
        planned(hours=0)
    with pytest.raises(Invalid, match="downtime_end"):
        request(downtime_start=NIGHT.isoformat(), downtime_end=(NIGHT - timedelta(hours=1)).isoformat())


def test_duties_of_a_major_change_lie_in_different_hands(cast: Cast, standard_rules: None) -> None:
    mary = as_person(second_manager(cast))
    bob = cast.as_("bob")
    change = approved_by(assessed("major"), cast.alice, cast.bob)
    planned(change=do(change, "authorise"))
    with pytest.raises(Conflict, match="declared ready"):
        do(change, "start", bob)
    do(change, "build", bob)
    with pytest.raises(Refused, match="does not test it"):
        do(change, "test", bob, result="Fine.")
    do(change, "test", mary, result="Fine.")
    do(change, "ready", mary)
    with pytest.raises(Refused, match="does not bring it in"):
        do(change, "start", mary)
    do(change, "start", bob)
    assert change.state == "implementing"
    do(change, "complete", bob)
    with pytest.raises(Conflict, match="reviewed before"):
        do(change, "close", bob, no_lesson_because="None.")
    do(change, "review", bob, notes="On time.")
    assert do(change, "close", bob, no_lesson_because="None.").state == "closed"


def test_a_failed_test_sends_it_back_to_be_built(db: None) -> None:
    change = do(planned(), "build")
    do(change, "fail-test", result="Floor three is silent.")
    assert change.state == "scheduled"
    assert do(do(change, "build"), "test", result="Fine.").state == "tested"


def test_back_out_and_failure_are_outcomes(db: None) -> None:
    backed = do(do(planned(), "start"), "back-out", reason="Calls break off.")
    assert (backed.state, backed.outcome) == ("backed-out", "backed-out")
    failed = do(do(planned(NIGHT + timedelta(days=1)), "start"), "fail", reason="It does not start.")
    assert (failed.state, failed.outcome) == ("failed", "failed")
    assert do(failed, "review", notes="Bad luck.").state == "review"


def test_an_emergency_is_made_first_and_approved_afterwards(cast: Cast) -> None:
    change = do(request(), "start-at-once", cast.as_("bob"), reason="The shop is down.")
    assert (change.state, change.type) == ("implementing", "emergency")
    do(do(change, "complete"), "review", notes="Up again.")
    with pytest.raises(Conflict, match="approved afterwards"):
        do(change, "close", no_lesson_because="None.")
    approved_by(change, cast.alice)
    assert do(change, "close", no_lesson_because="None.").state == "closed"


@pytest.mark.parametrize(("ago", "late"), [(timedelta(hours=23), False), (timedelta(hours=25), True)])
def test_an_emergency_is_written_down_within_a_day(db: None, ago: timedelta, late: bool) -> None:
    ended = timezone.now() - ago
    change = request()
    started = (ended - timedelta(hours=1)).isoformat()
    do(change, "record-emergency", actual_start=started, actual_end=ended.isoformat(), reason="At night.")
    assert (change.state, change.type, change.actual_end, change.recorded_late) == (
        "implemented", "emergency", ended, late,
    )  # fmt: skip


def test_an_emergency_to_come_is_not_written_down_as_done(db: None) -> None:
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    with pytest.raises(Invalid, match="future"):
        do(request(), "record-emergency", actual_start=later, actual_end=later, reason="Soon.")


def test_a_held_change_goes_on_from_where_it_was(db: None) -> None:
    change = do(planned(), "hold", reason="No budget.")
    assert (change.state, change.held_in) == ("on-hold", "scheduled")
    assert (do(change, "resume").state, change.held_in) == ("scheduled", "")


def test_a_partner_sees_a_change_that_is_shared_and_nothing_of_its_cost(cast: Cast) -> None:
    change = request(cost="1200.00")
    paul = cast.as_("paul")
    assert not policy.may(paul, "see", change)
    do(change, "share", party=cast.supplier.number)
    assert policy.may(paul, "see", change)
    assert "cost" not in policy.fields_for(paul, change)
    assert not policy.may(paul, "start-at-once", change)


def test_the_whole_way_is_in_the_journal(db: None) -> None:
    change = do(do(planned(), "start"), "complete")
    told = list(Entry.objects.filter(record_id=change.pk).order_by("number").values_list("action", flat=True))
    assert told == [
        "create", "submit", "screen", "classify", "assess", "authorise", "schedule", "start", "complete",
    ]  # fmt: skip
    assert reload(change).version == len(told)
