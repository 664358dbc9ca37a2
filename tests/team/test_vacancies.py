"""A place that falls vacant: whoever answers for it is told, once, and no longer when somebody fills it."""

from datetime import timedelta
from time import sleep
from typing import Any

import pytest
from django.utils import timezone

from septet.kernel import follow
from septet.kernel.models import FailedReaction
from septet.team.assignments.background import end_run_out
from septet.team.assignments.models import Assignment
from septet.team.tasks.models import Task
from tests.cast import Cast, engage
from tests.team.words import act, assign, open_

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, kept for what the worker does by itself."""
    return engage()


def to_do() -> list[Task]:
    """The tasks that are to do once everything has followed."""
    follow.drain()
    assert not FailedReaction.objects.exists()
    return list(Task.objects.filter(state="open", withdrawn_at=None).order_by("pk"))


def offered(title: str) -> Any:
    service = open_("service", title=title, description="What people need.")
    act(service, "launch")
    return service


def held(person: Any) -> Assignment:
    return Assignment.objects.get(person_id=person.pk, state="active")


def test_who_answers_for_the_cluster_looks_for_somebody_until_there_is_one(cast: Cast) -> None:
    assign(cast.otto, cluster="support", role="manager", accountability="accountable")
    act(cast.desk, "remove-member", person=cast.bob)
    assert to_do() == [], "Alice is still there"
    act(cast.alice, "leave")
    [task] = to_do()
    assert task.title == "Find somebody for Desk"
    assert (task.owner_id, task.subject_id, task.cluster) == (cast.otto.pk, cast.desk.pk, "support")
    assert not task.mandatory
    assert task.description.startswith("Alice ([ASG-")
    assert f"(/r/{cast.desk.number}/)" in task.description
    assert timedelta(days=6) < (task.due_at or timezone.now()) - timezone.now() < timedelta(days=8)
    act(cast.desk, "add-member", person=cast.bob)
    assert to_do() == []
    task.refresh_from_db()
    assert task.state == "done"
    assert held(cast.bob).number in task.evidence


def test_nobody_who_answers_for_a_service_is_a_task_for_a_manager(cast: Cast) -> None:
    mail, files = offered("Mail"), offered("Files")
    for service in (mail, files):
        assign(cast.alice, cluster="release", service=service, accountability="accountable")
    act(Assignment.objects.get(service=mail), "end", ends_at=timezone.now() + timedelta(seconds=1))
    assert to_do() == [], "it is not over yet"
    sleep(1)
    assert end_run_out.func() == 1
    [task] = to_do()
    assert task.title == "Find somebody who answers for release of Mail"
    assert (task.owner_id, task.subject_id, task.service_id) == (cast.bob.pk, mail.pk, mail.pk)
    assign(cast.otto, cluster="release", role="agent", accountability="accountable")
    assert to_do() == [], "who answers for all answers for it"


def test_a_successor_who_is_there_or_named_is_enough(cast: Cast) -> None:
    offered("Mail")
    one = assign(cast.alice, cluster="service", accountability="accountable")
    other = assign(cast.otto, active=False, cluster="service", accountability="accountable")
    act(other, "activate", replace=True)
    assert to_do() == []
    later = timezone.now() + timedelta(days=3)
    act(other, "end", ends_at=later)
    assign(cast.bob, cluster="service", accountability="accountable", starts_at=later)
    act(other, "end")
    assert to_do() == [], "Bob is about to"
    one.refresh_from_db()
    assert one.state == "ended"


def test_what_was_only_proposed_or_is_needed_no_more_leaves_nothing(cast: Cast) -> None:
    act(assign(cast.otto, active=False, cluster="security", accountability="accountable"), "end")
    act(assign(cast.otto, active=False, cluster="security", accountability="accountable"), "withdraw")
    act(assign(cast.otto, cluster="operations", accountability="accountable"), "end")
    assert to_do() == [], "no service is on offer"
    act(cast.desk, "dissolve")
    assert to_do() == []


def test_the_next_vacancy_is_the_next_task(cast: Cast) -> None:
    offered("Mail")
    for _ in range(2):
        holder = assign(cast.otto, cluster="partner", accountability="accountable")
        assert to_do() == []
        act(holder, "withdraw")
        [task] = to_do()
        assert (task.title, task.owner_id) == ("Find somebody who answers for partner", cast.bob.pk)
    assert list(Task.objects.order_by("pk").values_list("state", flat=True)) == ["done", "open"]
    assign(cast.alice, cluster="partner", accountability="accountable", service=offered("Files"))
    assert to_do() == [task], "Mail is still nobody's"
