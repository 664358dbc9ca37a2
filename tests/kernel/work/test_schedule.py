"""Recurring tasks: the next time in a zone, claimed once, missed times made up for once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from septet.kernel import schedule
from septet.kernel.models import Run, Schedule
from tests.kernel.work import tasks

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_else() -> Iterator[None]:
    """Only what the test declares recurs."""
    kept = dict(schedule.declared)
    schedule.declared.clear()
    yield
    schedule.declared.clear()
    schedule.declared.update(kept)


def test_a_task_is_enqueued_once_when_it_is_due() -> None:
    schedule.every("hourly")(tasks.tick)
    assert schedule.step(NOON) == 0
    assert schedule.step(NOON + timedelta(minutes=59)) == 0
    assert schedule.step(NOON + timedelta(minutes=60)) == 1
    assert schedule.step(NOON + timedelta(minutes=61)) == 0
    assert Run.objects.count() == 1


def test_missed_times_are_made_up_for_once() -> None:
    schedule.every("hourly")(tasks.tick)
    schedule.step(NOON)
    assert schedule.step(NOON + timedelta(days=3)) == 1
    assert Schedule.objects.get().due_at == NOON + timedelta(days=3, hours=1)


def test_what_still_waits_its_turn_is_not_enqueued_again() -> None:
    schedule.every("hourly")(tasks.tick)
    schedule.step(NOON)
    assert [schedule.step(NOON + timedelta(hours=n)) for n in (1, 2, 3)] == [1, 0, 0]
    Run.objects.update(state="done")
    assert schedule.step(NOON + timedelta(hours=4)) == 1


def test_a_rhythm_follows_the_clock_of_its_zone() -> None:
    schedule.every("30 2 * * *", zone="Europe/Berlin")(tasks.tick)
    one = schedule.declared["test-tick"]
    night = one.after(NOON)
    assert night == datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "02:30 does not exist that night; cron takes 03:00"
    assert one.after(night) == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)


def test_a_faster_rhythm_takes_effect_at_once() -> None:
    schedule.every("weekly")(tasks.tick)
    schedule.step(NOON)
    schedule.every("hourly")(tasks.tick)
    assert schedule.step(NOON) == 0
    assert Schedule.objects.get().due_at == NOON + timedelta(hours=1)
    assert not Run.objects.exists()


@pytest.mark.parametrize(("rhythm", "zone"), [("now and then", "UTC"), ("hourly", "Europe/Atlantis")])
def test_a_rhythm_that_is_none_stops_the_start(rhythm: str, zone: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="'test-tick'"):
        schedule.every(rhythm, zone=zone)(tasks.tick)


def test_a_task_that_needs_arguments_cannot_recur() -> None:
    with pytest.raises(ImproperlyConfigured, match="'left'"):
        schedule.every("hourly")(tasks.add)
