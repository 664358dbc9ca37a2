"""Writes the items, and ties each to what it needs."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

from septet.demo.chance import seeded
from septet.demo.estate.equipment import CITY, FLOORS, HOSTS, ITEM_TYPES, RACKS, Item, equipment
from septet.demo.estate.services import BUILT, SERVICES
from septet.demo.estate.software import APPLICATIONS, DATABASES
from septet.demo.organisation import MANAGER
from septet.demo.people.users import User
from septet.demo.stage import Stage
from septet.lib.drafts import Draft, Link, Step

SEED = 6
VITAL = {"claims-handling", "policies", "broker-portal", "network", "hotline", "identity"}
NAMED_HOSTS = {"server", "virtual-server", "storage", "network-device"}
# The core switches to which the others of a site lead.
CORES = {
    "bremen": ("sw-core-bre-1", "sw-core-bre-2"),
    "leeds": ("sw-core-lds",),
    "porto": ("sw-core-opo",),
    "halifax": ("sw-core-hfx",),
}
# Source, relation, target; how many of its kind the source needs, if not all.
Edge = tuple[str, str, str, int | None]


def build(stage: Stage, everybody: list[User]) -> list[Item]:
    """Item types, items, and what needs what; gives the items."""
    _types(stage)
    items = list(equipment(stage.scale))
    here = {one.key for one in items}
    edges = [edge for edge in _edges(items) if edge[0] in here and edge[2] in here]
    chance = seeded(SEED)
    for level in _levels(items, edges):
        drafts = [_draft(stage, chance, one, everybody) for one in level]
        for draft, one in zip(drafts, level, strict=True):
            mine = [edge for edge in edges if edge[0] == one.key]
            draft.links += [Link(relation, stage.id(target), need=need) for _, relation, target, need in mine]
        stage.write(drafts)
    for service, relation, target, need in _of_services():
        if target in here:
            then = stage.ago(BUILT - 5, "15:00")
            stage.act(service, "relate", then, MANAGER, type=relation, target=f"@{target}", need=need)
    return items


def _levels(items: list[Item], edges: list[Edge]) -> list[list[Item]]:
    """The items, those first that need no other ones."""
    needed: dict[str, set[str]] = {}
    for source, _, target, _ in edges:
        needed.setdefault(source, set()).add(target)

    @cache
    def depth(key: str) -> int:
        return max((depth(one) + 1 for one in needed.get(key, ())), default=0)

    found: dict[int, list[Item]] = {}
    for one in items:
        found.setdefault(depth(one.key), []).append(one)
    return [found[level] for level in sorted(found)]


def _types(stage: Stage) -> None:
    for key, title, parent, attributes in ITEM_TYPES:
        properties = {name: {"type": sort, "title": label} for name, (sort, label) in attributes.items()}
        stage.open(
            "item-type",
            f"type-{key}",
            stage.ago(BUILT, "11:00"),
            MANAGER,
            title=title,
            # A prefix, so that item types of an import do not meet a taken key.
            key=f"hv-{key}",
            parent=f"@type-{parent}" if parent else None,
            attributes={"properties": properties},
        )


def _draft(stage: Stage, chance: Random, one: Item, everybody: list[User]) -> Draft:
    at = stage.ago(BUILT - 4 if one.type != "workstation" else chance.randint(30, BUILT - 5), "12:00")
    bought = at.date() - timedelta(days=chance.randint(20, 1300))
    fields: dict[str, object] = {
        "title": one.title or one.key,
        "item_type": f"@type-{one.type}",
        "state": one.state,
        "environment": "production",
        "site": f"@{one.site}",
        "service": f"@{one.service}",
        "manufacturer": one.maker,
        "model": one.model,
        "location": one.location,
        "product_version": one.version,
        "vital": one.service in VITAL,
        "extra": dict(one.attributes),
        "in_continuity_plan": one.service in VITAL and one.type != "workstation",
    }
    if one.service == "test-lab":
        fields["environment"] = "test"
    if one.owner:
        fields["owner"] = f"@{one.owner}"
    if one.supplier:
        fields["supplier"] = f"@{one.supplier}"
    if one.type in NAMED_HOSTS:
        fields["hostname"] = f"{one.key}.demo.example"
    if one.price:
        fields |= _bought(chance, one, bought)
    if one.type == "workstation" and one.state == "live":
        at_site = [user for user in everybody if user.site == one.site and user.there(stage.now) and user.there(at)]
        if at_site:
            fields["owner"] = f"@{chance.choice(at_site).key}"
    draft = stage.draft("configuration-item", one.key, at, **fields)
    if one.state == "live" and chance.random() < 0.93:
        seen = max(at + timedelta(days=1), stage.ago(chance.randint(10, 330), "14:00"))
        draft.steps.append(Step(seen, "audit", {"audited_at": seen.isoformat()}, "As recorded.", stage.id("henning")))
    return draft


def _bought(chance: Random, one: Item, bought: date) -> dict[str, object]:
    return {
        "price": one.price,
        "supplied_on": bought.isoformat(),
        "asset_tag": f"HV-{chance.randint(10000, 99999)}",
        "warranty_until": (bought + timedelta(days=1096)).isoformat(),
        "serial": f"{chance.randrange(36**7):07X}"[:8],
        "order_number": f"PO-{bought.year}-{chance.randint(100, 990)}",
    }


def _edges(items: list[Item]) -> Iterator[Edge]:
    """What items need."""
    for app in APPLICATIONS:
        for server in app.servers:
            yield app.key, "runs-on", server, app.need if len(app.servers) > 1 else None
        for other in app.needs:
            yield app.key, "depends-on", other, None
    for base in DATABASES:
        yield base.key, "runs-on", base.server, None
    for one in items:
        if one.type == "virtual-server":
            yield one.key, "runs-on", f"cluster-{CITY[one.site]}", None
    yield from _of_hosts()
    yield from _of_network(items)


def _of_services() -> Iterator[Edge]:
    for one in SERVICES:
        for item in one.needs:
            yield one.key, "depends-on", item, 1 if item.startswith("sw-core") else None


def _of_hosts() -> Iterator[Edge]:
    enough = {"bremen": 3, "hamburg": 6}
    for number, site in HOSTS:
        host, city = f"vm-host-{number}", CITY[site]
        if site in enough:
            yield f"cluster-{city}", "runs-on", host, enough[site]
            yield host, "depends-on", f"sw-core-{city}-1", 1
            yield host, "depends-on", f"sw-core-{city}-2", 1
        else:
            yield host, "depends-on", f"sw-core-{city}", None
        yield host, "depends-on", f"rack-{city}-{(number - 1) % RACKS[site] + 1}", None
    for city, storage in (("bre", "storage-1"), ("ham", "storage-2")):
        yield f"cluster-{city}", "depends-on", storage, None
        yield storage, "depends-on", f"rack-{city}-1", None
    yield "tape-1", "depends-on", "rack-bre-3", None
    for site, racks in RACKS.items():
        for number in range(1, racks + 1):
            for power in range(1, 1 + min(racks, 2)):
                yield f"rack-{CITY[site]}-{number}", "depends-on", f"ups-{CITY[site]}-{power}", 1 if racks > 1 else None


def _of_network(items: list[Item]) -> Iterator[Edge]:
    for city in ("lds", "opo", "hfx"):
        yield f"sw-core-{city}", "depends-on", f"fw-{city}", None
        yield f"fw-{city}", "depends-on", f"line-{city}", None
    for number in (1, 2):
        yield f"sw-core-bre-{number}", "depends-on", f"rack-bre-{number}", None
        yield f"sw-core-ham-{number}", "depends-on", f"rack-ham-{number}", None
        yield "line-net", "depends-on", f"fw-{number}", 1
        yield "line-net-ham", "depends-on", f"fw-ham-{number}", 1
        for fibre in (1, 2):
            yield f"sw-core-ham-{number}", "depends-on", f"line-ham-{fibre}", 1
    yield "pbx", "depends-on", "sw-core-ham-1", None
    yield "pbx", "depends-on", "pbx-gateway", None
    yield from _of_floors(items)


def _of_floors(items: list[Item]) -> Iterator[Edge]:
    for site, floors, switches, points in FLOORS:
        city = CITY[site]
        for floor in range(1, floors + 1):
            for number in range(1, switches + 1):
                for core in CORES[site]:
                    yield f"sw-{city}-{floor}{number}", "depends-on", core, 1 if len(CORES[site]) > 1 else None
            for number in range(1, points + 1):
                yield f"ap-{city}-{floor}{number}", "depends-on", f"sw-{city}-{floor}1", None
    for one in items:
        if one.type in {"printer", "workstation"} and one.location.startswith("Floor"):
            storey = one.location.removeprefix("Floor ")[0]
            yield one.key, "depends-on", f"sw-{CITY[one.site]}-{storey}1", None
        if one.type == "printer":
            yield one.key, "uses", "app-print", None
