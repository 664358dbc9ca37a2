"""How it was, and what was known of it: random histories against a model too simple to be wrong."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from septet.kernel import bulk, timetravel
from septet.kernel.actions import create, new_request, perform, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.journal import blank, entries_of, replay
from septet.kernel.listing import Query
from septet.kernel.models import Entry, ExternalKey, Record
from septet.kernel.reading import body
from septet.kernel.registry import registry
from septet.kernel.undo import undo_entry, undo_request
from septet.lib.drafts import Draft, Step
from tests.effort import examples
from tests.kernel.proofs.stock import LONG_AGO, assert_consistent

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FIELDS = ("title", "category", "owner", "state")
KEYS = ("a", "b")
# Each example is a small database; shrinking a failing one would take minutes.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

hours = st.integers(0, 6)
values = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["One", "Two"]),
        "category": st.sampled_from(["", "Network"]),
        "owner": st.sampled_from([None, 0, 1]),
    },
).filter(bool)
steps = st.lists(st.tuples(hours, values | st.just({"state": "resolved"})), max_size=3)
operations = st.one_of(
    st.tuples(st.just("edit"), st.integers(0, 2), values, hours | st.none()),
    st.tuples(st.just("import"), st.sampled_from(KEYS), hours, values, steps),
    st.tuples(st.just("undo"), st.integers(0, 30)),
    st.tuples(st.just("undo request"), st.integers(0, 30)),
)


@dataclass
class Fact:
    """From `at` on these fields had these values; recorded at `known`."""

    at: datetime
    number: int
    known: datetime
    values: dict[str, Any]


@dataclass
class Model:
    """All facts of each record, and answers read off them by looking at every one."""

    facts: dict[int, list[Fact]] = field(default_factory=dict)

    def state(self, record: int, at: datetime, known: datetime) -> dict[str, Any] | None:
        """What the record was at a time, by what was known; None if it did not exist."""
        found: dict[str, Any] = {}
        for fact in sorted(self.facts.get(record, []), key=lambda one: (one.at, one.number)):
            if fact.at <= at and fact.known <= known:
                found |= fact.values
        return found or None

    def listed(self, at: datetime, known: datetime, **conditions: Any) -> set[int]:
        """The records of the list at a time, by what was known."""
        found = set()
        for record in self.facts:
            state = self.state(record, at, known)
            if state and state.get("withdrawn_at") is None and conditions.items() <= state.items():
                found.add(record)
        return found


@dataclass
class World:
    """The database, the model beside it, and every answer given so far."""

    people: list[int]
    model: Model = field(default_factory=Model)
    made: list[Any] = field(default_factory=list)
    known: list[datetime] = field(default_factory=list)
    answers: dict[tuple[datetime, datetime], list[Any]] = field(default_factory=dict)

    def do(self, operation: tuple[Any, ...]) -> None:
        """One operation; the model works out for itself what an edit changes."""
        match operation:
            case ("edit", which, given_values, hour):
                self._edit(self.made[which % len(self.made)], given_values, hour)
            case ("import", key, hour, given_values, given_steps):
                bulk.write([self._draft(key, hour, given_values, given_steps)], OPERATOR, request=new_request())
            case ("undo", which):
                entries = list(Entry.objects.filter(record_id__in=self.records()).order_by("pk"))
                self._try(lambda: undo_entry(entries[which % len(entries)].pk, OPERATOR, via="cli"))
            case ("undo request", which):
                found = Entry.objects.filter(record_id__in=self.records()).order_by("pk")
                requests = list(dict.fromkeys(found.values_list("request", flat=True)))
                self._try(lambda: undo_request(requests[which % len(requests)], OPERATOR, via="cli"))
        self._learn()

    def _try(self, undo: Any) -> None:
        with suppress(Conflict):
            undo()

    def _edit(self, record: Any, given_values: dict[str, Any], hour: int | None) -> None:
        at = None if hour is None else LONG_AGO + hour * HOUR
        params = self._written(given_values)
        then = self.model.state(record.pk, at or timezone.now(), timezone.now())
        if then is None or then.get("withdrawn_at") or reload(record).withdrawn_at:
            with pytest.raises((Conflict, Invalid)):
                perform(record, "edit", OPERATOR, via="cli", at=at, params=params)
            return
        entry = perform(record, "edit", OPERATOR, via="cli", at=at, params=params)
        changed = {name: value for name, value in params.items() if then.get(name) != value}
        assert (entry is not None) == bool(changed)
        if entry is not None:
            self.model.facts[record.pk].append(Fact(entry.at, entry.number, entry.recorded_at, changed))

    def _written(self, given_values: dict[str, Any]) -> dict[str, Any]:
        return {k: self.people[v] if k == "owner" and v is not None else v for k, v in given_values.items()}

    def _draft(self, key: str, hour: int, given_values: dict[str, Any], given_steps: Any) -> Draft:
        start = LONG_AGO + hour * HOUR
        fields = {"title": "Imported", "priority": 3, **self._written(given_values)}
        return Draft(
            "incident",
            ("desk", key),
            fields,
            start,
            [Step(start + after * HOUR, "import", self._written(one)) for after, one in given_steps],
        )

    def _learn(self) -> None:
        """Take over what other operations wrote, and ask everything again."""
        for key in KEYS:
            found = ExternalKey.objects.filter(source="desk", key=key).first()
            if found is not None:
                self.model.facts.setdefault(found.record_id, [])
        for record, facts in self.model.facts.items():
            held = {fact.number for fact in facts}
            for entry in Entry.objects.filter(record_id=record).exclude(number__in=held):
                changes = replay_one(entry)
                facts.append(Fact(entry.at, entry.number, entry.recorded_at, changes))
        self.known.append(timezone.now())

    def records(self) -> list[int]:
        return [*self.model.facts]

    def moments(self) -> list[datetime]:
        return [LONG_AGO + hour * HOUR for hour in (0, 2, 4, 9)] + [self.known[-1]]


def replay_one(entry: Entry) -> dict[str, Any]:
    """What one entry set, of the fields that the model watches."""
    from septet.kernel.journal import read_changes

    watched = {*FIELDS, "withdrawn_at"}
    found = {key: change[1] for key, change in read_changes(entry.changes).items() if key in watched}
    return {**(dict.fromkeys(watched) | {"category": ""} if entry.number == 1 else {}), **found}


def asked(world: World, at: datetime, known: datetime) -> list[Any]:
    """Every answer about a time by what was known: lists by several filters, and each record's fields."""
    answers: list[Any] = []
    it = registry.types["incident"]
    for conditions in ({}, {"state": "new"}, {"owner": str(world.people[0])}, {"category": "Network"}):
        params = {"as_of": at.isoformat(), "known_at": known.isoformat(), **conditions}
        query = Query.parse(it, params)
        numbers = {int(one["number"].partition("-")[2]) for one in timetravel.page(query, OPERATOR).items}
        assert timetravel.count(query, OPERATOR) == len(numbers)
        answers.append(sorted(numbers & set(world.records())))
    for record in world.records():
        then = replay(it, entries_of(record, as_of=at, known_at=known))
        answers.append({name: then.values[name] for name in FIELDS} if then.exists else None)
    return answers


def expected(world: World, at: datetime, known: datetime) -> list[Any]:
    """The model's answers to the same questions."""
    found: list[Any] = [
        sorted(world.model.listed(at, known, **conditions))
        for conditions in ({}, {"state": "new"}, {"owner": world.people[0]}, {"category": "Network"})
    ]
    for record in world.records():
        state = world.model.state(record, at, known)
        found.append({name: state[name] for name in FIELDS} if state else None)
    return found


@settings(max_examples=examples(8), deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
@given(st.lists(operations, min_size=2, max_size=7))
def test_every_list_and_record_of_any_time_is_as_the_model_says(operations: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        people = [create("person", OPERATOR, via="cli", title=name).pk for name in ("Ann", "Ben")]
        world = World(people)
        for n in range(2):
            record = create("incident", OPERATOR, via="cli", at=LONG_AGO + n * HOUR, title="One", fields={})
            world.made.append(record)
            world.model.facts[record.pk] = []
        world._learn()
        for number, operation in enumerate(operations):
            world.do(operation)
            # Two of them are enough after each operation: at the end all that was asked is asked again.
            moments, known = world.moments(), world.known[-1]
            for at in (moments[number % 4], moments[-1]):
                answer = asked(world, at, known)
                assert answer == expected(world, at, known)
                world.answers[at, known] = answer
        for (at, known), answer in world.answers.items():
            before = expected(world, at, known)
            assert asked(world, at, known) == before
            assert answer[4:] == before[4 : len(answer)], "what was known has changed"
            assert answer[:4] == before[:4], "what was known has changed"
        for record in Record.objects.filter(pk__in=world.records()):
            assert_consistent(record)
        transaction.set_rollback(True)


def test_a_record_as_of_a_time_is_its_replay() -> None:
    record = create("incident", OPERATOR, via="cli", at=LONG_AGO, title="One")
    perform(record, "edit", OPERATOR, via="cli", at=LONG_AGO + 2 * HOUR, params={"title": "Three"})
    perform(record, "edit", OPERATOR, via="cli", at=LONG_AGO + HOUR, params={"title": "Two", "category": "Network"})
    shown = [
        (one["title"], one["category"])
        for one in (body(reload(record), OPERATOR, as_of=LONG_AGO + n * HOUR) for n in range(3))
    ]
    assert shown == [("One", ""), ("Two", "Network"), ("Three", "Network")]
    now = body(reload(record), OPERATOR)
    assert (now["title"], now["category"]) == ("Three", "Network")
    assert blank(registry.types["incident"]).values["title"] == ""


def test_a_last_step_that_changes_nothing_is_no_update() -> None:
    step = Step(LONG_AGO + HOUR, "import", {"title": "Imported"})
    bulk.write([Draft("incident", ("desk", "1"), {"title": "Imported"}, LONG_AGO, [step])], OPERATOR, request="r")
    record = ExternalKey.objects.get(key="1").record
    assert record.updated_at == LONG_AGO
    assert_consistent(record)


def test_an_import_that_tells_of_a_time_before_the_record_began_does_not_make_it_older() -> None:
    def told(hour: int, state: str) -> Draft:
        at = LONG_AGO + hour * HOUR
        return Draft("incident", ("desk", "1"), {"title": "One"}, at, [Step(at + HOUR, "import", {"state": state})])

    bulk.write([told(5, "resolved")], OPERATOR, request="r")
    record = ExternalKey.objects.get(key="1").record
    bulk.write([told(1, "closed")], OPERATOR, request="s")
    assert not replay(registry.types["incident"], entries_of(record.pk, as_of=LONG_AGO + 3 * HOUR)).exists
    then = replay(registry.types["incident"], entries_of(record.pk, as_of=LONG_AGO + 5 * HOUR))
    assert (then.values["title"], then.values["state"]) == ("One", "closed")
    assert_consistent(record)


def test_what_was_imported_later_about_an_earlier_time_was_not_known_before() -> None:
    known = timezone.now()
    draft = Draft(
        "incident",
        ("desk", "1"),
        {"title": "Imported"},
        LONG_AGO,
        [Step(LONG_AGO + HOUR, "import", {"state": "closed"})],
    )
    bulk.write([draft], OPERATOR, request=new_request())
    it = registry.types["incident"]
    then = {"as_of": (LONG_AGO + 2 * HOUR).isoformat(), "state": "closed"}
    assert len(timetravel.page(Query.parse(it, then), OPERATOR).items) == 1
    assert timetravel.page(Query.parse(it, {**then, "known_at": known.isoformat()}), OPERATOR).items == []


def test_a_list_of_another_time_counts_what_it_shows() -> None:
    now = timezone.now()
    for hours_open in (1, 30):
        record = create("incident", OPERATOR, via="cli", at=now - 48 * HOUR, title="Mail")
        perform(record, "resolve", OPERATOR, via="cli", at=now - 47 * HOUR, cause="Dust")
        perform(reload(record), "close", OPERATOR, via="cli", at=now - (48 - hours_open - 1) * HOUR)
    gone = create("incident", OPERATOR, via="cli", at=now - 48 * HOUR, title="Fax")
    perform(gone, "withdraw", OPERATOR, via="cli", at=now - 40 * HOUR)
    then = (now - 24 * HOUR).isoformat()
    for asked, expected in (({}, 2), ({"open": "true"}, 1), ({"open": "false"}, 1), ({"withdrawn": "true"}, 3)):
        query = Query.parse(registry.types["incident"], {"as_of": then, **asked})
        shown = timetravel.page(query, OPERATOR).items
        assert (timetravel.count(query, OPERATOR), len(shown)) == (expected, expected), asked
