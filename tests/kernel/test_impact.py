"""Impact over real relations, against a plain evaluation of the rows in the database."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from septet.kernel import door
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.errors import NotFound
from septet.kernel.impact import Impact, held, impact
from septet.kernel.models import Confidentiality, Entry, Record, Relation
from septet.kernel.registry import registry
from septet.lib.canonical import canonical
from tests.effort import examples

AGENT = Actor(name="Agent", rights=(Right("see", "*"),))
OUTSIDER = Actor(name="Outsider")


def node(title: str) -> Any:
    return create("service", OPERATOR, via="cli", title=title)


def tie(record: Record, target: Record, type: str = "depends-on", **values: Any) -> None:
    perform(record, "relate", OPERATOR, via="cli", type=type, target=target, **values)


def effects(found: Impact) -> dict[str, tuple[int, str]]:
    return {one.record.title: (one.distance, one.effect) for one in found.nodes}


@pytest.fixture
def farm(db: None) -> dict[str, Any]:
    """A shop on a web farm of which two of three hosts must work; two hosts share one power line."""
    made = {name: node(name) for name in ("shop", "web", "one", "two", "three", "power")}
    for host in ("one", "two", "three"):
        tie(made["web"], made[host], need=2)
    tie(made["one"], made["power"])
    tie(made["two"], made["power"], "runs-on")
    tie(made["web"], made["shop"], "component-of")
    return made


def test_one_host_of_a_farm_degrades_it_and_two_stop_it(farm: dict[str, Any]) -> None:
    assert effects(impact(farm["one"], actor=OPERATOR)) == {"web": (1, "degraded"), "shop": (2, "degraded")}
    both = impact(farm["one"], actor=OPERATOR, removed=[farm["two"]])
    assert effects(both) == {"web": (1, "failing"), "shop": (2, "failing")}
    power = impact(farm["power"], actor=OPERATOR)
    assert effects(power) == {
        "one": (1, "failing"),
        "two": (1, "failing"),
        "web": (2, "failing"),
        "shop": (3, "failing"),
    }
    assert (power.total, power.failing, power.hidden) == (4, 4, 0)
    assert {one.record.title: one.relation for one in power.nodes} == {
        "one": "depends-on",
        "two": "runs-on",
        "web": "depends-on",
        "shop": "component-of",
    }


def test_upwards_it_is_what_a_record_depends_on(farm: dict[str, Any]) -> None:
    found = impact(farm["shop"], actor=OPERATOR, up=True)
    assert effects(found) == {"web": (1, ""), "one": (2, ""), "two": (2, ""), "three": (2, ""), "power": (3, "")}
    parents = {one.record.title: one.parent for one in found.nodes}
    assert parents["web"] == farm["shop"].pk
    assert parents["one"] == farm["web"].pk


def test_only_the_nearest_are_named_when_there_are_many(farm: dict[str, Any]) -> None:
    found = impact(farm["power"], actor=OPERATOR, limit=2)
    assert sorted(one.record.title for one in found.nodes) == ["one", "two"]
    assert (found.total, found.failing) == (4, 4)


def test_relations_count_in_their_time(farm: dict[str, Any]) -> None:
    before = timezone.now()
    perform(farm["web"], "unrelate", OPERATOR, via="cli", type="component-of", target=farm["shop"])
    assert effects(impact(farm["web"], actor=OPERATOR)) == {}
    assert effects(impact(farm["web"], actor=OPERATOR, as_of=before)) == {"shop": (1, "failing")}
    assert effects(impact(farm["web"], actor=OPERATOR, as_of=datetime(2012, 3, 1, tzinfo=UTC))) == {}


def test_what_was_recorded_later_was_not_known(farm: dict[str, Any]) -> None:
    known = timezone.now()
    year_ago = known - timedelta(days=365)
    desk = node("desk")
    tie(desk, farm["shop"], valid_from=year_ago.isoformat())
    perform(farm["web"], "unrelate", OPERATOR, via="cli", type="component-of", target=farm["shop"])
    perform(farm["two"], "withdraw", OPERATOR, via="cli")
    assert effects(impact(farm["web"], actor=OPERATOR)) == {}
    assert effects(impact(farm["shop"], actor=OPERATOR, as_of=year_ago)) == {"desk": (1, "failing")}
    assert effects(impact(farm["web"], actor=OPERATOR, known_at=known)) == {"shop": (1, "failing")}
    assert effects(impact(farm["shop"], actor=OPERATOR, as_of=year_ago, known_at=known)) == {}
    assert effects(impact(farm["power"], actor=OPERATOR, known_at=known))["two"] == (1, "failing")


def test_a_relation_that_is_gone_was_known_before(farm: dict[str, Any]) -> None:
    """An undone import leaves no row; the journal still says what was known."""
    known = timezone.now()
    row = Relation.objects.get(record_id=farm["web"].pk, type="component-of")
    until = timezone.now()
    perform(farm["web"], "unrelate", OPERATOR, via="cli", type="component-of", target=farm["shop"])
    entry = Entry.objects.filter(record_id=farm["web"].pk).latest("number")
    names = {"type": row.type, "target": row.target_id, "need": None, "valid_from": row.valid_from.isoformat()}
    gone = {f"relations.{row.pk}.{name}": [value, None] for name, value in names.items()}
    with door.opened():
        Entry.objects.filter(pk=entry.pk).update(changes=canonical(gone).decode())
        row.delete()
    assert effects(impact(farm["web"], actor=OPERATOR, as_of=until)) == {}
    assert effects(impact(farm["web"], actor=OPERATOR, known_at=known)) == {"shop": (1, "failing")}


def test_a_withdrawn_record_carries_nothing_until_it_is_restored(farm: dict[str, Any]) -> None:
    perform(farm["one"], "withdraw", OPERATOR, via="cli")
    assert set(effects(impact(farm["power"], actor=OPERATOR))) == {"two", "web", "shop"}
    perform(farm["one"], "restore", OPERATOR, via="cli")
    assert set(effects(impact(farm["power"], actor=OPERATOR))) == {"one", "two", "web", "shop"}


def test_restricted_records_are_counted_but_not_named(farm: dict[str, Any]) -> None:
    perform(farm["web"], "edit", OPERATOR, via="cli", confidentiality=str(Confidentiality.RESTRICTED))
    found = impact(farm["one"], actor=AGENT)
    assert [(one.record.title, one.parent) for one in found.nodes] == [("shop", None)]
    assert (found.total, found.hidden) == (2, 1)
    assert impact(farm["one"], actor=OPERATOR).hidden == 0


def test_who_may_not_see_a_record_learns_nothing_of_its_impact(farm: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        impact(farm["one"], actor=OUTSIDER)
    perform(farm["two"], "edit", OPERATOR, via="cli", confidentiality=str(Confidentiality.RESTRICTED))
    with pytest.raises(NotFound):
        impact(farm["one"], actor=AGENT, removed=[farm["two"]])


def test_a_cycle_ends(farm: dict[str, Any]) -> None:
    tie(farm["power"], farm["shop"])
    assert set(effects(impact(farm["power"], actor=OPERATOR))) == {"one", "two", "web", "shop"}
    assert effects(impact(farm["three"], actor=OPERATOR))["power"] == (3, "degraded")


@pytest.mark.django_db(transaction=True)
def test_the_kept_graph_follows_every_change_and_only_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_kept", None)
    web, host, other = node("web"), node("host"), node("other")
    tie(web, host)
    place_entries()
    assert effects(impact(host, actor=OPERATOR)) == {"web": (1, "failing")}
    kept = held._kept
    assert kept is not None

    perform(web, "comment", OPERATOR, via="cli", text='"relations.1.type" is only said here')
    place_entries()
    impact(host, actor=OPERATOR)
    assert held._kept is not None
    assert held._kept.position > kept.position
    assert held._kept.graph is kept.graph

    tie(other, host)
    assert set(effects(impact(host, actor=OPERATOR))) == {"web", "other"}
    place_entries()
    perform(web, "unrelate", OPERATOR, via="cli", type="depends-on", target=host)
    assert set(effects(impact(host, actor=OPERATOR))) == {"other"}
    perform(other, "withdraw", OPERATOR, via="cli")
    assert effects(impact(host, actor=OPERATOR)) == {}


@pytest.mark.django_db(transaction=True)
def test_a_graph_of_another_journal_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_kept", None)
    web, host = node("web"), node("host")
    tie(web, host)
    place_entries()
    impact(host, actor=OPERATOR)
    kept = held._kept
    with door.opened():
        Entry.objects.filter(position__gt=0).update(hash=b"another")
    impact(host, actor=OPERATOR)
    assert held._kept is not None
    assert kept is not None
    assert held._kept.graph is not kept.graph


def place_entries() -> None:
    """Give entries their positions in the order of their ids, where the engine has not done so already."""
    with door.opened():
        Entry.objects.filter(position=None).update(position=F("id"))


pairs = st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda pair: pair[0] != pair[1])
edges = st.dictionaries(
    st.tuples(pairs, st.sampled_from(["depends-on", "uses"])), st.none() | st.integers(1, 3), max_size=12
)


@pytest.mark.django_db
@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edges, st.integers(0, 5), st.sets(st.integers(0, 5), max_size=2))
def test_it_says_what_a_plain_evaluation_says(
    edges: dict[tuple[tuple[int, int], str], int | None], start: int, more: set[int]
) -> None:
    nodes = [node(str(number)) for number in range(6)]
    for ((source, target), key), need in edges.items():
        tie(nodes[source], nodes[target], key, need=need)
    found = impact(nodes[start], actor=OPERATOR, removed=[nodes[number] for number in more - {start}])
    started = {nodes[number].pk for number in more | {start}}
    failing = {one.record.pk for one in found.nodes if one.effect == "failing"}
    assert failing | started == plain_failed(started)
    assert found.failing == len(failing)


def plain_failed(down: set[int]) -> set[int]:
    """What fails, by asking every record in the database again and again until nothing changes."""
    groups: dict[tuple[int, str], list[Relation]] = defaultdict(list)
    for row in Relation.objects.filter(valid_to=None):
        assert registry.relations[row.type].impact == "forth"
        groups[row.record_id, row.type].append(row)
    more = set(down)
    for (record, _), rows in groups.items():
        needed = max(row.need or 0 for row in rows) or len(rows)
        if sum(row.target_id not in down for row in rows) < min(needed, len(rows)):
            more.add(record)
    return down if more == down else plain_failed(more)
