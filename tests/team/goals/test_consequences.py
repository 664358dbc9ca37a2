"""What follows when a goal is missed: once for each period, whatever runs how often."""

from typing import Any

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.team.goals import consequences, following
from septet.team.reviews.models import ReviewItem
from septet.team.tasks.models import Task
from tests.cast import Cast
from tests.team.goals.stage import NOW, done, goal, opened


def missed(major: tuple[str, ...], **values: Any) -> Any:
    """A goal over calendar months that lets one of ten incidents be a major one."""
    one = goal("incident.major", target="10 %", period="month", **values)
    for day in ("03-05", "03-06", "04-08", "04-09"):
        incident = opened("incident", f"{day} 10:00")
        if day in major:
            done(incident, "mark-major", f"{day} 11:00", reason="x")
    assert following.catch_up()
    return one


def test_the_owner_gets_one_task_for_a_period_that_ended_missed(cast: Cast) -> None:
    one = missed(("03-05",), consequence="task", owner=cast.bob.number)
    assert [consequences.follow(NOW) for _ in range(2)] == [1, 0]
    task = Task.objects.get()
    assert (task.owner_id, task.subject_id, task.cluster, task.mandatory) == (cast.bob.pk, one.pk, "support", False)
    assert "50.0 % where ≤ 10 % is the target, 2024-03" in task.title


def test_a_spent_budget_does_not_wait_for_the_end_and_one_open_task_is_enough(cast: Cast) -> None:
    missed(("03-05",), consequence="task")
    assert consequences.follow(NOW) == 1
    done(opened("incident", "04-10 10:00"), "mark-major", "04-10 11:00", reason="x")
    assert following.catch_up()
    assert consequences.follow(NOW) == 0
    perform(Task.objects.get(), "complete", OPERATOR, via="cli")
    assert consequences.follow(NOW) == 1
    assert "2024-04" in Task.objects.latest("pk").title


def test_the_next_review_talks_about_it_once_there_is_one(cast: Cast) -> None:
    one = missed(("03-05",), consequence="review")
    assert consequences.follow(NOW) == 0
    for kind, day in (("change-initiation", "13"), ("operations", "20"), ("operations", "16")):
        create("review", OPERATOR, via="cli", title=day, type=kind, planned_at=f"2024-04-{day}T09:00:00Z")
    assert [consequences.follow(NOW) for _ in range(2)] == [1, 0]
    item = ReviewItem.objects.get(area=consequences.AREA)
    assert (item.record.title, item.target_id, item.cluster) == ("16", one.pk, "support")


def test_nothing_follows_where_nobody_asked_or_the_goal_is_met(cast: Cast) -> None:
    missed(("03-05", "04-08"))
    met = missed((), consequence="task")
    perform(met, "retire", OPERATOR, via="api")
    assert consequences.follow(NOW) == 0
    assert not Task.objects.exists()
