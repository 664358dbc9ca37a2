"""Measuring in the worker: killed at any moment it loses nothing; long work is a run that can be cancelled."""

import signal
import threading
import time
from datetime import date
from typing import Any

import pytest

from septet.kernel import runs, sequencer, verify, work
from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Run
from septet.kernel.readings import read_about, run_procedure
from septet.team.goals import following
from septet.team.goals.background import measure_goals
from septet.team.goals.following import Measurer
from septet.team.goals.measuring import Measured
from septet.team.goals.models import Course, DayValue, Dirty, Goal, PeriodValue
from tests.kernel.work.conftest import Site, eventually
from tests.team.goals.stage import NOW, done, figures, goal, opened

MANY = """
from datetime import timedelta
from django.utils import timezone
from septet.kernel import bulk
from septet.kernel.actions import create, new_request
from septet.kernel.actors import OPERATOR
from septet.lib.drafts import Draft, Step
begun = timezone.now() - timedelta(days=200)
for key in ("incident.reopened", "incident.hand-overs", "incident.backlog", "incident.opened"):
    create("goal", OPERATOR, via="cli", title=key, indicator=key, target="5 %" if "reopened" in key else "5", days=7)
def drafts():
    for n in range(1500):
        at = begun + timedelta(hours=n * 3)
        steps = [Step(at + timedelta(hours=2), "resolve", {"state": "resolved"})]
        steps += [Step(at + timedelta(hours=5), "reopen", {"state": "in-progress"})] if n % 3 == 0 else []
        yield Draft("incident", ("x", str(n)), {"title": "x"}, at, steps)
bulk.write(drafts(), OPERATOR, request=new_request())
"""


def test_a_worker_killed_again_and_again_loses_nothing(site: Site) -> None:
    site.script(MANY)
    for pause in (0.3, 1.1):
        process = site.worker()
        eventually(lambda: "at work" in site.log)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
    site.worker()
    site.until("SELECT (SELECT max(position) FROM entry) - position FROM follower WHERE name = 'goals'", (0,))
    site.until("SELECT count(*) FROM goal_dirty", (0,))
    site.until("SELECT count(*) FROM course", (1500,))
    of_goal = "goal_id = (SELECT record_ptr_id FROM goal WHERE indicator = 'incident.reopened')"
    [(again, ended)] = site.rows(f"SELECT sum(numerator), sum(denominator) FROM goal_day WHERE {of_goal}")
    assert (again, ended) == (500, 1500)
    said = site.script("from septet.kernel.verify import check; print([str(one) for one in check().problems])")
    assert said == "[]", said


@pytest.fixture
def measurer() -> Measurer:
    """Measures as a worker does, long work in runs."""
    return Measurer("w", measure_goals)


def worked(measurer: Measurer) -> None:
    measurer.rest_no_longer()
    while measurer.step():
        measurer.rest_no_longer()


def run_next() -> None:
    assert runs.step("w", threading.Event())


@pytest.mark.django_db(transaction=True)
def test_long_work_is_a_run_and_goals_show_meanwhile_what_they_came_to(measurer: Measurer) -> None:
    one = goal("incident.major", period="month")
    opened("incident", "04-02 10:00")
    worked(measurer)
    assert not Run.objects.exists()
    for month, day in (("01", "03"), ("02", "03"), ("03", "28")):
        opened("incident", f"{month}-{day} 10:00")
    perform(one, "edit", OPERATOR, via="api", valid_from="2024-01-01")
    worked(measurer)
    run = Run.objects.get()
    told = read_about(Goal.objects.get(pk=one.pk), "value", OPERATOR, {})
    assert "measured anew in the background" in told.recomputing
    assert (told.numerator, told.denominator) == (0, 1)
    assert not PeriodValue.objects.filter(goal_id=one.pk, last=date(2024, 1, 31)).exists()
    run_next()
    run.refresh_from_db()
    assert (run.state, run.done, run.total) == ("done", 101, 101)
    assert not Dirty.objects.exists()
    assert read_about(Goal.objects.get(pk=one.pk), "value", OPERATOR, {}).recomputing == ""
    assert figures(one, "2024-01")[:2] == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_run_leaves_what_was_and_can_be_taken_up(measurer: Measurer) -> None:
    one = goal("incident.major", period="month", valid_from="2024-01-01")
    opened("incident", "02-03 10:00")
    worked(measurer)
    work.cancel(Run.objects.get().pk)
    worked(measurer)
    told = read_about(Goal.objects.get(pk=one.pk), "value", OPERATOR, {})
    assert "was stopped" in told.recomputing
    opened("incident", "04-12 10:00")
    worked(measurer)
    april = PeriodValue.objects.get(goal_id=one.pk)
    assert (april.denominator, april.published_at) == (1, None)
    measurer.release()
    answer = run_procedure("measure-goals", OPERATOR, {}, via="api", request="x")
    assert answer.complete
    assert answer.resumed
    assert figures(one, "2024-02")[:2] == (0, 1)


@pytest.mark.django_db
def test_what_is_marked_while_a_day_is_measured_stays_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    one = goal("incident.opened", period="month")
    opened("incident", "04-02 10:00")
    measurer, other = Measurer("w"), Measurer("w")
    write = Measured.write

    def meanwhile(self: Any) -> None:
        monkeypatch.setattr(Measured, "write", write)
        opened("incident", "04-02 11:00")
        sequencer.catch_up()
        other._lease_ends = float("inf")
        other._mark(following.read_until(), NOW)
        write(self)

    monkeypatch.setattr(Measured, "write", meanwhile)
    measurer.step()
    assert Dirty.objects.exists()
    measurer.release()
    assert figures(one, "2024-04")[0] == 2


@pytest.mark.django_db
def test_check_finds_what_is_not_as_measured_and_repairs_it() -> None:
    teams = [opened("function-team", "01-01 10:00", cluster="support").number for _ in range(2)]
    one = goal("incident.hand-overs", period="month")
    incident = opened("incident", "04-02 10:00")
    for hour, team in enumerate(teams):
        done(incident, "assign", f"04-02 1{hour + 1}:00", team=team)
    done(incident, "resolve", "04-02 20:00", cause="x")
    assert figures(one, "2024-04")[:2] == (1, 1)
    assert not verify.check().problems
    Course.objects.update(hand_overs=7)
    DayValue.objects.update(denominator=5)
    said = [str(problem) for problem in verify.check().problems]
    assert len(said) == 2
    assert "course" in said[0]
    assert "2024-04-02" in said[1]
    verify.check(repair=True)
    assert not verify.check().problems
    assert figures(one, "2024-04")[:2] == (1, 1)
    PeriodValue.objects.update(numerator=3)
    assert len(verify.check(repair=True).problems) == 1
    assert not verify.check().problems
