"""How often a token may ask."""

from collections.abc import Callable, Iterator
from multiprocessing import get_context

import pytest
from django.conf import LazySettings
from django.test import Client

from septet.kernel.accounts import new_token
from septet.kernel.models import Account, Record
from septet.surfaces import pace
from septet.surfaces.attempts import TooOften
from tests.api.conftest import Program

Clock = Callable[[float], None]


@pytest.fixture
def passes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """Lets seconds pass."""
    now = [1000.0]

    def later(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(pace, "monotonic", lambda: now[0])
    yield later
    pace.forget()


def test_a_token_that_asks_too_often_waits_and_others_go_on(
    alice: Program, bob: Program, settings: LazySettings, passes: Clock
) -> None:
    settings.REQUESTS_PER_MINUTE = 4
    opened = [alice.post("incidents", {"title": f"No {n}"}).status_code for n in range(4)]
    refused = alice.post("incidents", {"title": "One too many"})
    assert (opened, refused.status_code) == ([201] * 4, 429)
    assert refused.headers["Retry-After"] == "15"
    assert refused.json()["title"] == "Too many requests"
    assert refused.json()["detail"] == ("This token asks more than 4 times a minute. Wait 15 seconds and go on slower.")
    assert Record.objects.filter(kind="incident").count() == 4
    assert bob.get("me").status_code == 200
    passes(15)
    assert [alice.get("me").status_code for _ in range(2)] == [200, 429]
    passes(3600)
    assert [alice.get("me").status_code for _ in range(5)] == [200] * 4 + [429]


def test_who_is_refused_does_not_wait_the_longer_for_it(settings: LazySettings, passes: Clock) -> None:
    settings.REQUESTS_PER_MINUTE = 1
    pace.take(7)
    for _ in range(100):
        with pytest.raises(TooOften, match="Wait 60 seconds"):
            pace.take(7)
    passes(60)
    pace.take(7)
    passes(59.5)
    with pytest.raises(TooOften, match="Wait 1 second and"):
        pace.take(7)


def test_the_processes_of_the_server_count_together(settings: LazySettings, passes: Clock) -> None:
    settings.REQUESTS_PER_MINUTE = 3
    other = get_context("fork").Process(target=pace.take, args=(5,))
    other.start()
    other.join()
    assert other.exitcode == 0
    pace.take(5)
    pace.take(5)
    with pytest.raises(TooOften):
        pace.take(5)


def test_a_limit_of_zero_is_none(settings: LazySettings, passes: Clock) -> None:
    settings.REQUESTS_PER_MINUTE = 0
    for _ in range(10_000):
        pace.take(9)
    settings.REQUESTS_PER_MINUTE = 1
    pace.take(9)


def test_calendar_feeds_are_counted_too(alice: Program, client: Client, settings: LazySettings, passes: Clock) -> None:
    settings.REQUESTS_PER_MINUTE = 2
    secret = new_token(Account.objects.get(email="alice@example.org"), "feed", scope="feed", query="kind=change")
    asked = [client.get(f"/calendar/feeds/{secret}.ics").status_code for _ in range(3)]
    assert asked == [200, 200, 429]
    assert alice.get("me").status_code == 200
