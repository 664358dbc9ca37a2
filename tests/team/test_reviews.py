"""A review prepared, held, decided, written down and followed up: by whom, in which order, with what to show."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from septet.kernel import policy, reading
from septet.kernel.accounts import open_account
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.models import Account, Entry, Record, Share
from septet.kernel.readings import read_about
from septet.kernel.undo import undo_entry, undo_request
from septet.team.reviews.background import close_comments_at
from septet.team.reviews.models import Review, ReviewItem, ReviewMember
from septet.team.tasks.models import Task
from tests.cast import Cast

SOON = timezone.now() + timedelta(days=3)
QUESTIONS = "# Release\n- Tests: Did all pass? @release\n# Risk\n- What may go wrong?"


def do(record: Any, name: str, actor: Actor = OPERATOR, **params: Any) -> Any:
    perform(record, name, actor, via="api", params=params)
    return record


def review(**values: Any) -> Any:
    fields = {"title": "Readiness of 7.2", "type": "release-readiness", "planned_at": SOON, **values}
    return create("review", OPERATOR, via="api", fields=fields)


def template(**values: Any) -> Any:
    fields = {
        "title": "Readiness", "type": "release-readiness", "questions": QUESTIONS, "quorum": 2,
        "core_clusters": "release", "veto_clusters": "security", **values,
    }  # fmt: skip
    return create("review-template", OPERATOR, via="api", fields=fields)


def seated(cast: Cast, **values: Any) -> Any:
    """A review of three: Alice for Release with Bob as her deputy, Bob for Support, Rita for Security."""
    template()
    one = review(**{"owner": cast.bob.number, **values})
    do(one, "add-member", cluster="release", person=cast.alice.number, deputy=cast.bob.number)
    do(one, "add-member", cluster="support", person=cast.bob.number)
    return do(one, "add-member", cluster="security", person=cast.rita.number)


def prepared(cast: Cast, **values: Any) -> Any:
    one = seated(cast, **values)
    for name in ("alice", "bob", "rita"):
        do(one, "hand-in", cast.as_(name), evidence="All is there.", preliminary="go")
    return one


def held(cast: Cast, **values: Any) -> Any:
    return do(prepared(cast, **values), "hold", cast.as_("bob"))


def votes(one: Any, cast: Cast, alice: str = "go", bob: str = "go", rita: str = "go") -> Any:
    for name, vote in (("alice", alice), ("bob", bob), ("rita", rita)):
        conditions = {"conditions": "The rollback is tried once more."} if vote == "go-with-conditions" else {}
        do(one, "vote", cast.as_(name), vote=vote, **conditions)
    return one


def test_a_review_begins_with_the_questions_and_the_rule_of_its_template(cast: Cast) -> None:
    template(title="Old", valid_to="2020-01-01T00:00:00Z")
    chosen = template()
    service = create("service", OPERATOR, via="api", title="Claims")
    change = create("change", OPERATOR, via="api", title="7.2", reason="New tariff.", service=service.number)
    one = review(subject=change.number, quorum=3)
    assert (one.template_id, one.core_clusters, one.veto_clusters, one.threshold_pct, one.quorum, one.service_id) == (
        chosen.pk, "release", "security", 75, 3, service.pk,
    )  # fmt: skip
    rows = (
        ReviewItem.objects.filter(record_id=one.pk).order_by("line").values_list("line", "area", "element", "cluster")
    )
    assert list(rows) == [(1, "Release", "Tests", "release"), (2, "Risk", "", "")]
    assert [entry["action"] for entry in reading.history(one, OPERATOR)] == ["create"]
    assert one.first_planned_at == one.planned_at == one.due_at


def test_those_who_are_accountable_are_members_from_the_beginning(cast: Cast) -> None:
    template(attending="release, support, security")
    service = create("service", OPERATOR, via="api", title="Claims")
    for person, cluster, where in (
        (cast.alice, "release", {}),
        (cast.bob, "support", {}),
        (cast.rita, "support", {"service": service.number}),
    ):
        team = create("function-team", OPERATOR, via="api", title=f"Team {person.title}", cluster=cluster)
        assignment = create(
            "assignment", OPERATOR, via="api", title="x", person=person.number, team=team.number, role="agent",
            accountability="accountable", **where,
        )  # fmt: skip
        if assignment.state != "active":
            do(assignment, "activate")
    one = review(service=service.number)
    rows = ReviewMember.objects.filter(record_id=one.pk).values_list("cluster", "person_id")
    assert dict(rows) == {"release": cast.alice.pk, "support": cast.rita.pk}
    assert policy.may(cast.as_("rita"), "see", one)


def test_it_is_prepared_when_every_member_has_handed_in(cast: Cast) -> None:
    one = seated(cast)
    with pytest.raises(Conflict, match=r"Alice \(release\), Bob \(support\), Rita \(security\)"):
        do(one, "prepare")
    do(one, "hand-in", cast.as_("alice"), evidence="412 of 412 tests passed.", shown_by=[cast.desk.number])
    do(one, "hand-in", cast.as_("bob"), evidence="Both names are known.")
    assert one.state == "planned"
    do(one, "hand-in", cast.as_("rita"), evidence="The report is there.")
    assert one.state == "prepared"
    with pytest.raises(Conflict, match="must be prepared"):
        do(seated(cast), "hold")
    late = do(seated(cast), "prepare", despite="Rita is ill; Bob knows her report.")
    assert late.state == "prepared"


def test_members_see_and_vote_whatever_else_they_may_see(cast: Cast) -> None:
    one = held(cast, confidentiality="restricted")
    rita = cast.as_("rita")
    assert not rita.is_staff
    shown = reading.body(one, rita)
    assert [(row["cluster"], row["person"]["title"]) for row in shown["members"]] == [
        ("release", "Alice"), ("support", "Bob"), ("security", "Rita"),
    ]  # fmt: skip
    assert shown["items"][0]["question"] == "Did all pass?"
    assert "shares" not in shown
    do(one, "vote", rita, vote="go")
    told = reading.history(one, rita)
    assert told[-1]["action"] == "vote"
    assert any(key.endswith(".vote") for key in told[-1]["changes"])
    do(one, "comment", OPERATOR, text="Only for us")
    assert "Only for us" not in str(reading.history(one, rita))
    with pytest.raises(Refused):
        do(one, "decide", rita)
    assert not policy.may(cast.as_("otto"), "see", one)


def test_nobody_votes_for_another_except_their_deputy(cast: Cast) -> None:
    one = held(cast)
    for name in ("otto", "paul"):
        do(one, "share", party=getattr(cast, name).number)
        with pytest.raises(Refused, match="members speak for themselves"):
            do(one, "vote", cast.as_(name), vote="go")
    with pytest.raises(Refused, match="members speak for themselves"):
        do(one, "vote", vote="go")
    with pytest.raises(Refused, match="for security"):
        do(one, "vote", cast.as_("alice"), vote="go", cluster="security")
    do(one, "vote", cast.as_("bob"), vote="abstain")
    rows = dict(ReviewMember.objects.filter(record_id=one.pk).values_list("cluster", "vote"))
    assert rows == {"release": "", "support": "abstain", "security": ""}
    entry = perform(one, "vote", cast.as_("bob"), via="api", vote="go", cluster="release")
    assert entry
    assert (entry.actor_id, entry.on_behalf_of_id) == (cast.bob.pk, cast.alice.pk)
    assert ReviewMember.objects.get(record_id=one.pk, cluster="release").vote == "go"


def test_a_vote_says_why_and_under_which_conditions(cast: Cast) -> None:
    template()
    one = review()
    do(one, "add-member", cluster="security", person=cast.rita.number)
    do(do(one, "prepare", despite="It is urgent."), "hold")
    with pytest.raises(Invalid, match="Say why not"):
        do(one, "vote", cast.as_("rita"), vote="no-go")
    with pytest.raises(Invalid, match="under which conditions"):
        do(one, "vote", cast.as_("rita"), vote="go-with-conditions")
    do(one, "vote", cast.as_("rita"), vote="no-go", evidence="The report is missing.")
    with pytest.raises(Invalid, match="held with this"):
        do(one, "edit", threshold_pct=50)
    before = prepared(cast)
    do(before, "edit", threshold_pct=60)
    do(before, "vote", cast.as_("bob"), vote="go")
    with pytest.raises(Conflict, match="voted under this rule already"):
        do(before, "edit", threshold_pct=50)


def test_the_decision_is_explained_vote_by_vote(cast: Cast) -> None:
    one = votes(held(cast), cast, bob="go-with-conditions", rita="no-go")
    do(one, "decide", cast.as_("bob"))
    assert one.decision == "no-go"
    told = read_about(one, "decision", cast.as_("rita"), {})
    assert (told.by_votes, told.drawn, told.votes_for, told.votes_cast) == ("no-go", "no-go", 2, 3)
    assert [(one.part, one.holds) for one in told.checks] == [
        ("quorum", True), ("threshold", False), ("core", True), ("veto", False),
    ]  # fmt: skip
    assert [line.effect for line in told.votes] == [
        "Counts for it.",
        "Counts for it, under conditions.",
        "Counts against it, and stops it alone: the cluster has a veto.",
    ]
    do(one, "vote", cast.as_("rita"), vote="go")
    assert one.decision == ""
    do(one, "decide")
    assert (one.decision, one.decided_at is not None) == ("go-with-conditions", True)


def test_the_lead_may_accept_a_lower_readiness_for_a_reason(cast: Cast) -> None:
    one = do(votes(held(cast, owner=cast.alice.number), cast, rita="no-go"), "decide")
    with pytest.raises(Refused):
        do(one, "accept-lower-readiness", cast.as_("rita"), reason="Hurry.")
    do(one, "accept-lower-readiness", cast.as_("alice"), reason="It closes a hole that is used already.")
    assert (one.decision, one.accepted_because) == ("go", "It closes a hole that is used already.")
    told = read_about(one, "decision", OPERATOR, {})
    assert (told.by_votes, told.drawn) == ("no-go", "go")
    with pytest.raises(Conflict, match="no decision against it"):
        do(one, "accept-lower-readiness", reason="Again.")


def test_minutes_actions_and_the_end(cast: Cast) -> None:
    one = held(cast, minutes_taker=cast.rita.number)
    with pytest.raises(Conflict, match="draw it from the votes"):
        do(one, "issue-minutes", minutes="Go.")
    do(votes(one, cast), "decide")
    do(one, "issue-minutes", cast.as_("rita"), minutes="Go, from Sunday on.")
    with pytest.raises(Refused, match="whoever takes them"):
        do(one, "correct-minutes", cast.as_("alice"), minutes="No.")
    do(one, "comment-minutes", cast.as_("alice"), text="From Monday on.")
    do(one, "correct-minutes", cast.as_("rita"), minutes="Go, from Monday on.")
    with pytest.raises(Invalid, match="say why it is closed before"):
        do(one, "close-comments")
    do(one, "close-comments", reason="All have answered.")
    do(one, "add-action", cast.as_("bob"), title="Tell the brokers", owner=cast.rita.number, due_at=SOON,
       criterion="The letter")  # fmt: skip
    task = Task.objects.get(subject_id=one.pk)
    assert (task.title, task.owner_id, task.mandatory, task.evidence_wanted) == (
        "Tell the brokers", cast.rita.pk, True, "The letter",
    )  # fmt: skip
    do(one, "follow-up")
    with pytest.raises(Conflict, match=f"{task.number} Tell the brokers"):
        do(one, "close")
    do(task, "complete", cast.as_("rita"), evidence="Sent on Tuesday.")
    assert do(one, "close", cast.as_("bob")).state == "closed"


def test_comments_close_when_their_time_is_over(cast: Cast) -> None:
    one = do(votes(held(cast), cast), "decide")
    do(one, "add-action", title="Tell the brokers", owner=cast.bob.number, due_at=SOON)
    until = timezone.now() + timedelta(seconds=0.2)
    do(one, "issue-minutes", minutes="Go.", comments_until=until)
    assert close_comments_at(until - timedelta(seconds=1)) == 0
    time.sleep(0.25)
    with pytest.raises(Conflict, match="time for comments is over"):
        do(one, "comment-minutes", cast.as_("alice"), text="Late.")
    assert close_comments_at(timezone.now()) == 1
    one = reload(one)
    assert one.state == "actions-open"
    last = Entry.objects.filter(record_id=one.pk, action="close-comments").get()
    assert (last.via, last.actor_id) == ("worker", None)


def test_a_series_plans_the_next_review_and_hands_over_what_is_open(cast: Cast) -> None:
    one = create(
        "review", OPERATOR, via="api", title="Operations", type="operations", repeats="FREQ=MONTHLY",
        planned_at="2035-01-08T09:00:00Z", period_start="2034-12-01", period_end="2034-12-31", owner=cast.bob.number,
    )  # fmt: skip
    do(one, "add-member", cluster="operations", person=cast.alice.number)
    do(do(do(one, "prepare", despite="Small."), "hold"), "issue-minutes", minutes="All well.")
    do(one, "add-action", title="Buy tapes", owner=cast.alice.number, due_at=SOON, mandatory=False)
    do(one, "close-comments", reason="Nobody else was there.")
    request = new_request()
    perform(one, "close", cast.as_("bob"), via="api", request=request)
    following = Review.objects.get(previous_id=one.pk)
    assert (str(following.planned_at), str(following.period_start), str(following.period_end), following.owner_id) == (
        "2035-02-08 09:00:00+00:00", "2035-01-01", "2035-01-31", cast.bob.pk,
    )  # fmt: skip
    assert ReviewMember.objects.get(record_id=following.pk).person_id == cast.alice.pk
    left = Task.objects.get(subject_id=one.pk)
    assert list(ReviewItem.objects.filter(record_id=following.pk).values_list("area", "element", "target_id")) == [
        ("Open actions", left.number, left.pk)
    ]
    assert undo_request(request, OPERATOR, via="api").undone == 2
    assert reload(one).state == "comments-closed"
    assert reload(following).withdrawn_at is not None


def test_the_next_one_may_be_planned_before_and_gets_what_comes_later(cast: Cast) -> None:
    one = create("review", OPERATOR, via="api", title="Operations", type="operations",
                 planned_at="2035-01-08T09:00:00Z", repeats="FREQ=WEEKLY;UNTIL=20350116")  # fmt: skip
    do(do(one, "prepare"), "hold")
    do(one, "plan-next")
    following = Review.objects.get(previous_id=one.pk)
    do(one, "issue-minutes", minutes="All well.")
    do(one, "close-comments", reason="Done.")
    do(one, "add-action", title="Buy tapes", owner=cast.alice.number, due_at=SOON, mandatory=False)
    do(one, "close")
    assert Review.objects.filter(previous_id=one.pk).count() == 1
    assert [row.question for row in ReviewItem.objects.filter(record_id=following.pk)] == ["Buy tapes"]
    do(following, "cancel", reason="Holidays.")  # and the rule ends before another one
    assert not Review.objects.filter(previous_id=following.pk).exists()


def test_what_was_put_off_is_still_judged_by_its_first_time(cast: Cast) -> None:
    one = do(review(), "postpone", reason="Half are ill.")
    due: Any = one.due_at
    assert due is None
    later = SOON + timedelta(days=7)
    do(one, "plan-again", planned_at=later)
    assert (one.state, one.planned_at, one.first_planned_at, one.due_at) == ("planned", later, SOON, later)
    with pytest.raises(Invalid, match="UNTIL"):
        review(repeats="FREQ=MONTHLY;COUNT=3")
    with pytest.raises(Invalid, match="Did you mean 'security'"):
        review(core_clusters="release, securty")


def test_questions_are_answered_by_those_whose_they_are(cast: Cast) -> None:
    one = seated(cast)
    do(one, "answer-item", cast.as_("alice"), line=1, answer="no", finding="Two failed.", severity="major")
    with pytest.raises(Refused):
        do(one, "answer-item", cast.as_("rita"), line=1, answer="yes")
    do(one, "answer-item", cast.as_("rita"), line=2, answer="yes")
    with pytest.raises(Invalid, match="Say what was found"):
        do(one, "answer-item", cast.as_("rita"), line=2, answer="no")
    row = ReviewItem.objects.get(record_id=one.pk, line=1)
    assert (row.answer, row.finding, row.severity) == ("no", "Two failed.", "major")


def test_who_leaves_the_table_no_longer_sees_the_review(cast: Cast) -> None:
    one = seated(cast)
    do(one, "remove-member", cluster="security", person=cast.rita.number)
    assert not policy.may(cast.as_("rita"), "see", one)
    assert {row.party_id for row in Share.objects.filter(record_id=one.pk)} == {cast.alice.pk, cast.bob.pk}
    with pytest.raises(Conflict, match="does not speak for security"):
        do(one, "remove-member", cluster="security", person=cast.rita.number)
    assert Record.objects.get(pk=one.pk).state == "planned"


def test_a_vote_is_nobody_elses_to_take_back(cast: Cast) -> None:
    one = prepared(cast)
    entry = perform(one, "vote", cast.as_("rita"), via="api", vote="go")
    assert entry
    for who in (cast.as_("alice"), cast.as_("rita"), OPERATOR):
        with pytest.raises(Conflict, match="Vote again instead"):
            undo_entry(entry.pk, who, via="api")
    held_by = perform(one, "hold", cast.as_("bob"), via="api")
    assert held_by
    do(one, "edit", owner=cast.alice.number)
    with pytest.raises(Refused):  # the lead may hold it, but not take back what others did
        undo_entry(held_by.pk, cast.as_("alice"), via="api")


def test_the_page_leads_a_member_who_is_no_staff_through_the_review(cast: Cast, client: Client) -> None:
    one = seated(cast)
    client.force_login(open_account(cast.rita, "rita@example.org"))
    host = {"host": "localhost"}
    page = client.get(f"/r/{one.number}/", headers=host).text
    assert "Did all pass?" in page
    assert f"/r/{one.number}/do/hand-in/" in page
    assert f"/r/{one.number}/do/answer-item/?line=2" in page
    assert f"/r/{one.number}/do/answer-item/?line=1" not in page  # Release answers it
    for name in ("add-member", "prepare", "hold"):
        assert f"/r/{one.number}/do/{name}/" not in page
    form = client.get(f"/r/{one.number}/do/answer-item/?line=2", headers=host).text
    assert 'value="2"' in form
    assert "[]" not in client.get(f"/r/{one.number}/do/hand-in/", headers=host).text
    sent = client.post(f"/r/{one.number}/do/hand-in/", {"evidence": "It is **there**."}, headers=host)
    assert sent.status_code == 302
    do(do(one, "prepare", despite="x"), "hold")
    sent = client.post(f"/r/{one.number}/do/vote/", {"vote": "no-go"}, headers=host)
    assert sent.status_code == 302
    page = client.get(f"/r/{one.number}/", headers=host).text
    assert "As the votes stand:" in page
    assert "Security may stop it alone, and does: Rita voted no go." in page
    assert f"/r/{one.number}/do/decide/" not in page
    client.force_login(open_account(cast.bob, "bob@example.org"))
    assert f'action="/r/{one.number}/do/decide/"' in client.get(f"/r/{one.number}/", headers=host).text
    task = create("task", OPERATOR, via="api", title="Sign the report", owner=cast.rita.number)
    client.force_login(Account.objects.get(person_id=cast.rita.pk))
    assert task.title in client.get("/my-work/", headers=host).text
