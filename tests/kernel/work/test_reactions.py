"""Reactions: every entry once and in order, failures tried again and parked, nothing behind them blocked."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from septet.kernel import follow, reactions
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict
from septet.kernel.models import Entry, FailedReaction, Follower, Record
from septet.kernel.reactions import because, reaction

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("only_mine")]
LONG_AGO = timezone.now() - timedelta(hours=1)


def organisation(title: str, via: str = "cli") -> Any:
    """A record whose entries are reacted to."""
    return create("organisation", OPERATOR, via=via, title=title)


@pytest.fixture
def seen() -> list[str]:
    """What the reactions of a test have seen."""
    return []


def test_a_reaction_sees_what_it_asked_for_once_and_in_order(seen: list[str]) -> None:
    @reaction("organisation.end", "site.create", name="some")
    def some(entry: Entry) -> None:
        seen.append(f"{entry.kind}.{entry.action}")

    @reaction("*.end", name="ends")
    def ends(entry: Entry) -> None:
        seen.append("end")

    @reaction("*", name="all")
    def everything(entry: Entry) -> None:
        seen.append("*")

    one = organisation("A")
    perform(one, "end", OPERATOR, via="cli")
    create("site", OPERATOR, via="cli", title="S")
    follow.drain()
    follow.drain()
    assert sorted(seen) == ["*", "*", "*", "end", "organisation.end", "site.create"]
    assert [word for word in seen if "." in word] == ["organisation.end", "site.create"]
    assert set(follow.behind().values()) == {0}


def test_imports_are_followed_only_on_request(seen: list[str]) -> None:
    @reaction("*.create", name="no")
    def no(entry: Entry) -> None:
        seen.append("no")

    @reaction("*.create", follows_imports=True, name="yes")
    def yes(entry: Entry) -> None:
        seen.append("yes")

    organisation("A", via="import")
    follow.drain()
    assert seen == ["yes"]


def test_what_a_reaction_does_names_its_cause(seen: list[str]) -> None:
    @reaction("organisation.create", name="ender")
    def ender(entry: Entry) -> None:
        perform(Record.objects.get(pk=entry.record_id), "end", **because(entry))

    organisation("A")
    follow.drain()
    cause, effect = Entry.objects.order_by("id")
    assert (effect.action, effect.caused_by, effect.via) == ("end", cause.pk, "worker")
    assert (effect.request, effect.actor_name) == (cause.request, "Septet")


def test_what_a_reaction_wrote_is_undone_when_it_fails_and_nothing_behind_it_waits(seen: list[str]) -> None:
    @reaction("organisation.create", name="picky")
    def picky(entry: Entry) -> None:
        record = Record.objects.get(pk=entry.record_id)
        perform(record, "end", **because(entry))
        seen.append(record.title)
        if record.title == "Bad":
            raise Conflict("Not this one.")

    for title in ("Good", "Bad", "Better"):
        organisation(title)
    follow.drain()
    assert seen == ["Good", "Bad", "Better"]
    assert list(Record.objects.order_by("id").values_list("state", flat=True)) == ["ended", "active", "ended"]
    failed = FailedReaction.objects.get()
    assert (failed.follower, failed.failures, failed.error) == ("picky", 1, "Not this one.")
    assert failed.retry_at is not None


def test_the_fifth_failure_parks_an_entry_until_somebody_asks(seen: list[str]) -> None:
    @reaction("organisation.create", name="stubborn")
    def stubborn(entry: Entry) -> None:
        seen.append("tried")
        if len(seen) < 6:
            raise RuntimeError("not yet")

    organisation("A")
    waits = []
    for _ in range(5):
        follow.drain()
        due = FailedReaction.objects.get().retry_at
        waits.append(due and round((due - timezone.now()).total_seconds(), -1))
        FailedReaction.objects.filter(retry_at__isnull=False).update(retry_at=LONG_AGO)
    assert waits == [10, 60, 300, 1800, None]
    follow.drain()
    assert len(seen) == 5
    assert FailedReaction.objects.filter(retry_at=None).get().follower == "stubborn"
    assert follow.retry_parked([0]) == 0
    assert follow.retry_parked() == 1
    follow.drain()
    assert len(seen) == 6
    assert not FailedReaction.objects.exists()


def test_a_reaction_added_later_begins_at_the_end_of_the_journal(seen: list[str]) -> None:
    @reaction("*", name="old")
    def old(entry: Entry) -> None:
        seen.append("old")

    organisation("A")
    follow.drain()

    @reaction("*", name="new")
    def new(entry: Entry) -> None:
        seen.append("new")

    organisation("B")
    follow.step("w")  # makes its place known, at the end of what there is
    organisation("C")
    follow.drain()
    assert (seen.count("old"), seen.count("new")) == (3, 1)


def test_one_worker_at_a_time_brings_a_reaction_along(seen: list[str]) -> None:
    @reaction("organisation.create", name="one")
    def one(entry: Entry) -> None:
        seen.append("x")
        perform(Record.objects.get(pk=entry.record_id), "end", **because(entry))
        if len(seen) == 1:
            # Another worker took the first one for dead and took over.
            Follower.objects.update(worker="other", lease_until=timezone.now() + timedelta(minutes=1))

    record = organisation("A")
    Follower.objects.create(name="one", worker="other", lease_until=timezone.now() + timedelta(minutes=1))
    assert not follow.step("me")
    assert seen == []
    Follower.objects.update(lease_until=LONG_AGO)
    follow.step("me")
    record.refresh_from_db()
    assert (seen, record.state, Follower.objects.get().position) == (["x"], "active", 0)
    follow.drain("me")
    record.refresh_from_db()
    assert (seen, record.state) == (["x", "x"], "ended")


def test_reactions_that_cause_each_other_without_end_are_stopped(seen: list[str]) -> None:
    @reaction("organisation.end", name="back")
    def back(entry: Entry) -> None:
        perform(Record.objects.get(pk=entry.record_id), "resume", **because(entry))

    @reaction("organisation.resume", name="forth")
    def forth(entry: Entry) -> None:
        perform(Record.objects.get(pk=entry.record_id), "end", **because(entry))

    perform(organisation("A"), "end", OPERATOR, via="cli")
    follow.drain()
    assert Entry.objects.count() < 25
    assert "they seem to call each other" in FailedReaction.objects.get().error


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("organization.end", "no record type 'organization'. Did you mean 'organisation'?"),
        ("organisation.ended", "has no action 'ended'. Did you mean 'end'?"),
        ("organisation", "must look like"),
        ("", "must look like"),
    ],
)
def test_an_unknown_name_stops_the_start(pattern: str, problem: str) -> None:
    def declare() -> None:
        reaction(pattern, name="wrong")(lambda entry: None)
        reactions.check_patterns()

    with pytest.raises(ImproperlyConfigured, match="Reaction 'wrong'") as caught:
        declare()
    assert problem in str(caught.value)
