"""The impact map: who is on it, what ties them, what fails if some are switched off, and whom that hits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor, Right
from septet.kernel.impact.mapping import ImpactMap, Node, Spare, impact_map
from septet.kernel.impact.reaching import LeftOut
from septet.kernel.models import Confidentiality

AGENT = Actor(name="Agent", rights=(Right("see", "*"),))


def item(title: str, **values: Any) -> Any:
    return create("configuration-item", OPERATOR, via="cli", title=title, **values)


def service(title: str, **values: Any) -> Any:
    return create("service", OPERATOR, via="cli", title=title, **values)


def tie(record: Any, target: Any, type: str = "depends-on", **values: Any) -> None:
    perform(record, "relate", OPERATOR, via="cli", type=type, target=target, **values)


def nodes(found: ImpactMap) -> dict[str, Node]:
    return {one.title: one for one in found.nodes}


def effects(found: ImpactMap) -> dict[str, str]:
    """What becomes of each record that is shown: `+` stands in, `-` is switched off."""
    return {one.title: one.effect + "+" * one.stands_in + "-" * one.off for one in found.nodes}


def ties(found: ImpactMap) -> set[tuple[str, str, str]]:
    titles = {one.pk: one.title for one in found.nodes}
    return {(titles[one.supplier], one.relation, titles[one.dependent]) for one in found.ties}


@pytest.fixture
def farm(db: None) -> dict[str, Any]:
    """A shop on a web farm of which two of three hosts must work; a rack carries the first two."""
    made = {name: item(name) for name in ("one", "two", "three", "rack", "web")}
    made["shop"] = service("shop")
    for host in ("one", "two", "three"):
        tie(made["web"], made[host], "runs-on", need=2)
    for host in ("one", "two"):
        tie(made[host], made["rack"])
    tie(made["web"], made["shop"], "component-of")
    return made


def test_what_stands_in_is_shown_beside_what_is_hit(farm: dict[str, Any]) -> None:
    found = impact_map(farm["one"], actor=OPERATOR)
    assert effects(found) == {
        "one": "failing",
        "web": "degraded",
        "shop": "degraded",
        "two": "+",
        "three": "+",
    }
    assert nodes(found)["web"].spares == (Spare("runs-on", needed=2, suppliers=3, left=2),)
    assert ties(found) == {
        ("one", "runs-on", "web"),
        ("two", "runs-on", "web"),
        ("three", "runs-on", "web"),
        ("web", "component-of", "shop"),
    }
    assert (found.total, found.failing, found.degraded, found.hidden) == (2, 0, 2, 0)
    assert [(one.title, one.effect) for one in found.hit.services] == [("shop", "degraded")]


def test_switching_off_one_more_than_can_be_spared_stops_all_that_needs_them(farm: dict[str, Any]) -> None:
    found = impact_map(farm["one"], actor=OPERATOR, off=[farm["three"].pk])
    assert effects(found) == {
        "one": "failing",
        "web": "failing",
        "shop": "failing",
        "three": "failing-",
        "two": "+",
    }
    assert nodes(found)["web"].spares == (Spare("runs-on", needed=2, suppliers=3, left=1),)
    assert (found.total, found.failing, found.degraded) == (2, 2, 0)
    assert [(one.title, one.effect) for one in found.hit.services] == [("shop", "failing")]


def test_what_only_the_switched_off_reach_is_shown_too(farm: dict[str, Any]) -> None:
    tie(item("printer"), farm["rack"])
    found = impact_map(farm["three"], actor=OPERATOR, off=[farm["rack"].pk])
    assert nodes(found)["printer"].distance is None
    assert effects(found)["printer"] == "failing"
    assert found.failing == 5


def test_upwards_only_what_is_switched_off_fails(farm: dict[str, Any]) -> None:
    calm = impact_map(farm["shop"], actor=OPERATOR, up=True)
    assert set(effects(calm).values()) == {""}
    assert {one.title: one.distance for one in calm.nodes} == {
        "shop": 0,
        "web": 1,
        "one": 2,
        "two": 2,
        "three": 2,
        "rack": 3,
    }
    assert nodes(calm)["web"].spares == (Spare("runs-on", needed=2, suppliers=3, left=3),)
    found = impact_map(farm["shop"], actor=OPERATOR, up=True, off=[farm["three"].pk])
    assert effects(found) == {
        "shop": "degraded",
        "web": "degraded",
        "one": "+",
        "two": "+",
        "three": "failing-",
        "rack": "",
    }
    stopped = impact_map(farm["shop"], actor=OPERATOR, up=True, off=[farm["rack"].pk])
    assert effects(stopped)["shop"] == "failing"
    assert stopped.failing == 4


def test_a_change_hits_what_fails_with_what_it_affects(farm: dict[str, Any]) -> None:
    change = create("change", OPERATOR, via="cli", title="firmware", reason="old")
    tie(change, farm["rack"], "affects")
    found = impact_map(change, actor=OPERATOR)
    assert {one.title: one.distance for one in found.nodes if one.distance is not None} == {
        "firmware": 0,
        "rack": 1,
        "one": 2,
        "two": 2,
        "web": 3,
        "shop": 4,
    }
    assert effects(found) == {
        "firmware": "",
        **dict.fromkeys(("rack", "one", "two", "web", "shop"), "failing"),
        "three": "+",
    }
    assert ("firmware", "affects", "rack") in ties(found)
    assert (found.total, found.failing) == (5, 5)
    assert ("rack", "affects", "firmware") in ties(impact_map(change, actor=OPERATOR, up=True))


def test_the_rest_is_counted_by_distance_and_kind(farm: dict[str, Any]) -> None:
    for n in range(3):
        tie(service(f"service {n}"), farm["web"])
    found = impact_map(farm["rack"], actor=OPERATOR, limit=4)
    assert {one.title for one in found.nodes} == {"rack", "one", "two", "web"}
    assert found.left_out == [LeftOut(3, "service", 4)]
    assert (found.total, found.failing) == (7, 7)
    assert len(found.hit.services) == 4


def test_what_may_not_be_seen_is_counted_and_a_path_leads_over_it(farm: dict[str, Any]) -> None:
    perform(farm["web"], "edit", OPERATOR, via="cli", confidentiality=str(Confidentiality.RESTRICTED))
    found = impact_map(farm["rack"], actor=AGENT)
    assert "web" not in nodes(found)
    assert found.hidden == 1
    assert {one for one in ties(found) if one[2] == "shop"} & {("one", "", "shop"), ("two", "", "shop")}
    perform(farm["shop"], "edit", OPERATOR, via="cli", confidentiality=str(Confidentiality.RESTRICTED))
    hit = impact_map(farm["rack"], actor=AGENT).hit
    assert (hit.services, hit.hidden, hit.whom.for_all) == ([], 1, 0)


def test_another_time_has_its_own_relations_titles_and_states(farm: dict[str, Any]) -> None:
    before = timezone.now()
    perform(farm["web"], "edit", OPERATOR, via="cli", title="web farm")
    perform(farm["web"], "go-live", OPERATOR, via="cli")
    perform(farm["web"], "unrelate", OPERATOR, via="cli", type="component-of", target=farm["shop"])
    now, then = impact_map(farm["rack"], actor=OPERATOR), impact_map(farm["rack"], actor=OPERATOR, as_of=before)
    assert "shop" not in nodes(now)
    assert nodes(now)["web farm"].state == "live"
    assert nodes(then)["web"].state == "planned"
    assert nodes(then)["shop"].effect == "failing"
    assert len(nodes(impact_map(farm["rack"], actor=OPERATOR, known_at=before))) == 6
    assert len(nodes(impact_map(farm["rack"], actor=OPERATOR, as_of=datetime(2012, 3, 1, tzinfo=UTC)))) == 1
    assert before - timedelta(minutes=1) < now.turns[0] < now.turns[-1] < timezone.now()


def test_for_whom_failing_services_are(farm: dict[str, Any]) -> None:
    claims = create("organisation", OPERATOR, via="cli", title="Claims")
    supplier = create("organisation", OPERATOR, via="cli", title="Supply", sort="partner")
    for n in range(3):
        create("person", OPERATOR, via="cli", title=f"Person {n}", customer=claims)
    create("person", OPERATOR, via="cli", title="Paul", customer=supplier)
    create("person", OPERATOR, via="cli", title="Olga")
    house = create("organisation", OPERATOR, via="cli", title="House", sort="own")
    perform(farm["shop"], "edit", OPERATOR, via="cli", customer=house)
    assert impact_map(farm["one"], actor=OPERATOR).hit.whom.for_all == 0
    whom = impact_map(farm["rack"], actor=OPERATOR).hit.whom
    assert (whom.customers, whom.for_all, whom.everybody) == ((), 1, 4)
    perform(farm["shop"], "edit", OPERATOR, via="cli", customer=None)
    assert impact_map(farm["rack"], actor=OPERATOR).hit.whom.for_all == 1
    agreement = create("agreement", OPERATOR, via="cli", title="Shop", customer=claims)
    tie(farm["shop"], agreement, "covered-by")
    assert impact_map(farm["rack"], actor=OPERATOR).hit.whom.for_all == 1
    for step in ("negotiate", "agree", "activate"):
        perform(agreement, step, OPERATOR, via="cli")
    whom = impact_map(farm["rack"], actor=OPERATOR).hit.whom
    assert [(one.title, one.people) for one in whom.customers] == [("Claims", 3)]
    assert (whom.for_all, whom.everybody) == (0, 0)


def test_sorts_are_told_in_words(farm: dict[str, Any]) -> None:
    server = create("item-type", OPERATOR, via="cli", fields={"title": "Server", "key": "server"})
    tie(item("four", item_type=server), farm["rack"])
    found = nodes(impact_map(farm["rack"], actor=OPERATOR))
    assert (found["four"].sort, found["one"].sort) == ("Server", "")


def test_a_map_takes_few_queries_however_many_are_on_it(farm: dict[str, Any]) -> None:
    counts = []
    for n in range(2):
        for m in range(1 + 9 * n):
            tie(item(f"host {n} {m}"), farm["rack"])
            tie(service(f"service {n} {m}"), farm["rack"])
        with CaptureQueriesContext(connection) as asked:
            impact_map(farm["rack"], actor=AGENT)
        counts.append(len(asked))
    assert counts[0] == counts[1]
