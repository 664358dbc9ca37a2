"""What the demo tells is the same for everybody, of the size of a company, and in its rhythm. No database is asked."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from septet.demo.chance import seeded
from septet.demo.estate.equipment import equipment
from septet.demo.estate.services import SERVICES
from septet.demo.history.cast import Cast
from septet.demo.history.changes import Changes
from septet.demo.history.incidents import Incidents
from septet.demo.history.life import Life
from septet.demo.history.tasks import Tasks
from septet.demo.people.staff import STAFF
from septet.demo.people.teams import plan_absences
from septet.demo.people.users import users
from septet.demo.rhythm import is_frozen, outside_closing
from septet.demo.stage import Stage

NOW = datetime(2026, 3, 12, 9, 30, tzinfo=UTC)
BREMEN = ZoneInfo("Europe/Berlin")


def _cast(scale: float) -> Cast:
    stage = Stage(NOW, scale)
    return Cast(stage, users(stage), list(equipment(scale)), plan_absences(stage), seeded(3))


def _told(scale: float) -> list[Life]:
    cast = _cast(scale)
    changes, tasks = Changes(cast), Tasks(cast)
    incidents = Incidents(cast, lambda *_: 1.0)
    return [
        *changes.all(),
        *tasks.coming_again(),
        *tasks.of_changes(changes.made),
        *incidents.all(),
        *incidents.after_changes(changes.made),
    ]


@pytest.fixture(scope="module")
def told() -> list[Life]:
    """What a small demo tells."""
    return _told(0.02)


def test_the_same_is_told_at_every_load(told: list[Life]) -> None:
    assert len(told) > 150
    assert told == _told(0.02)


def test_it_is_a_company() -> None:
    assert len(users(Stage(NOW))) == 900
    assert 40 <= len(STAFF) <= 50
    assert len(SERVICES) == 25
    assert 380 <= len(list(equipment(1.0))) <= 460


def test_a_small_demo_is_small_and_still_has_everything(told: list[Life]) -> None:
    kinds = Counter(life.kind for life in told)
    assert kinds.keys() == {"change", "task", "incident"}
    assert kinds["change"] == pytest.approx(30, abs=3)
    assert kinds["incident"] < 130


def test_changes_are_made_in_evenings_and_on_sundays_and_none_while_the_year_is_closed() -> None:
    changes = [life for life in Changes(_cast(0.4)).all() if life.fields["type"] != "emergency"]
    planned = [
        datetime.fromisoformat(move.params["planned_start"]).astimezone(BREMEN)
        for life in changes
        for move in life.moves
        if move.action == "schedule"
    ]
    assert not [at for at in planned if is_frozen(at.date())]
    months = {(at.year, at.month) for at in planned if at < NOW}
    assert len(months) >= 13
    assert [at for at in planned if at > NOW]
    careful = [life for life in changes if life.fields["type"] in {"significant", "major"}]
    starts = [move.params["planned_start"] for life in careful for move in life.moves if move.action == "schedule"]
    assert starts
    assert all(datetime.fromisoformat(at).astimezone(BREMEN).weekday() == 6 for at in starts)


def test_a_life_goes_forward(told: list[Life]) -> None:
    for life in told:
        times = [move.at for move in life.moves]
        assert times == sorted(times), life
        assert not times or life.opened <= times[0], life


@pytest.mark.parametrize(("day", "moved"), [("2026-12-20", "2026-12-13"), ("2027-01-03", "2026-12-13")])
def test_what_is_past_lies_before_the_closing_of_the_year(day: str, moved: str) -> None:
    at = datetime.fromisoformat(day).replace(tzinfo=UTC)
    assert outside_closing(at, at + timedelta(days=2)).date().isoformat() == moved


def test_what_is_to_come_lies_after_the_closing_of_the_year() -> None:
    at = datetime(2026, 12, 20, tzinfo=UTC)
    assert outside_closing(at, at - timedelta(days=2)).date().isoformat() == "2027-01-10"
