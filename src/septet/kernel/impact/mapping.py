"""The impact map: the records around one, what ties them, what fails if some of them do, and whom that hits."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from septet.kernel.actors import Actor
from septet.kernel.impact.held import carriers
from septet.kernel.impact.reaching import AFFECTS, Effect, LeftOut, Walk, left_out, walk
from septet.kernel.impact.whom import Whom, whom
from septet.kernel.loading import Head, heads
from septet.kernel.models import Record
from septet.kernel.policy import seen_among
from septet.kernel.reading import titles_of
from septet.kernel.registry import number_of, registry
from septet.kernel.timetravel import snapshots_of
from septet.lib.graph import Redundancy
from septet.lib.moments import moment

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Integers = NDArray[np.integer[Any]]

SHOWN = 300
MOST_TURNS = 60
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Spare:
    """Of some suppliers only so many are needed: `left` of them work. `relation` is what ties the node to them."""

    relation: str
    needed: int
    suppliers: int
    left: int


@dataclass(frozen=True, slots=True)
class Node:
    """A record on the map. `sort` is what sort of its kind it is, in words, such as a server among items.

    `distance` counts relations from the middle; 0 is the middle itself, and None what no path leads to: what was
    switched off or stands in. `off`: whether it was switched off. `effect` is what becomes of it, empty if nothing;
    `stands_in`: whether it works on and something that is hit leans on it.
    """

    pk: int
    kind: str
    title: str
    state: str
    sort: str
    distance: int | None
    effect: Effect
    off: bool = False
    stands_in: bool = False
    spares: tuple[Spare, ...] = ()

    @property
    def number(self) -> str:
        """The number people use."""
        return number_of(self.kind, self.pk)


@dataclass(frozen=True, slots=True)
class Tie:
    """What makes `dependent` suffer when `supplier` fails: a relation, read from the dependent if `forth`. `need` is
    how many of such suppliers must work, 0 for all. Without a relation, a path over records that may not be seen."""

    supplier: int
    dependent: int
    relation: str
    forth: bool
    need: int


@dataclass(frozen=True, slots=True)
class Hit:
    """The services that fail or degrade, wherever they are, and for whom those are that fail. Of what the actor may
    not see only the number is told."""

    services: list[Node]
    hidden: int
    whom: Whom


@dataclass(frozen=True, slots=True)
class ImpactMap:
    """The map. `total` counts what the middle reaches, `opposite` what it reaches the other way, `failing` and
    `degraded` all that is hit, `hidden` what would be on the map if the actor might see it; `left_out` is too far away.
    `turns` are moments at which a relation of what is shown came or went."""

    nodes: list[Node]
    ties: list[Tie]
    total: int
    opposite: int
    failing: int
    degraded: int
    hidden: int
    left_out: list[LeftOut]
    hit: Hit
    turns: list[datetime]


def impact_map(
    record: Record,
    *,
    actor: Actor,
    up: bool = False,
    off: Collection[int] = (),
    as_of: datetime | None = None,
    known_at: datetime | None = None,
    limit: int = SHOWN,
) -> ImpactMap:
    """The map around a record that the actor is known to see, as they are those switched `off`, given by their ids.

    Downwards the middle fails, and what is switched off with it; upwards the map is what the middle needs, and only
    what is switched off fails. At most `limit` records are shown, the nearest ones.
    """
    found = walk(record, actor, up=up, as_of=as_of, known_at=known_at)
    damage = _damage(found, off, up=up)
    placed = _placed(record.pk, found, damage, limit)
    services = damage.services()
    named = _named({*placed.distances, *services}, actor, as_of, known_at)
    nodes = {
        pk: replace(
            named[pk],
            distance=distance,
            effect=damage.effect(pk),
            off=pk in damage.off,
            stands_in=pk in placed.standing,
            spares=tuple(placed.spares.get(pk, ())),
        )
        for pk, distance in placed.distances.items()
        if pk in named
    }
    graph, at = found.held.graph, found.at
    affected = [replace(named[pk], effect=damage.effect(pk)) for pk in services if pk in named]
    return ImpactMap(
        nodes=list(nodes.values()),
        ties=_ties(record, found, nodes, len(placed.distances), up=up),
        total=len(found.nodes),
        opposite=len(graph.reach([record.pk, *found.touched], down=up, at=at).nodes) + len(found.touched),
        failing=len(damage.failing) - len(damage.given),
        degraded=len(damage.reached - damage.failing),
        hidden=len(placed.distances) - len(nodes),
        left_out=left_out(found, limit - 1),
        hit=Hit(
            services=sorted(affected, key=lambda one: (one.effect != "failing", one.title)),
            hidden=len(services) - len(affected),
            whom=_whom(affected, actor, as_of),
        ),
        turns=[moment(one) for one in graph.turns(nodes)[-MOST_TURNS:]],
    )


@dataclass(frozen=True, slots=True)
class _Damage:
    """What fails: the ids `given` to fail, those switched `off` among them, all `failing` ones, and all that these
    reach; `more` are the ones that only the switched off reach, nearest first."""

    found: Walk
    given: set[int]
    off: set[int]
    failing: set[int]
    reached: set[int]
    more: list[int]

    def effect(self, pk: int) -> Effect:
        """What becomes of a record."""
        return "failing" if pk in self.failing else "degraded" if pk in self.reached else ""

    def leaning(self, groups: Iterable[Redundancy]) -> dict[int, None]:
        """The ids of what works in groups that lost a member, in order."""
        lost = [one for one in groups if one.node not in self.given and not self.failing.isdisjoint(one.suppliers)]
        return dict.fromkeys(pk for one in lost for pk in one.suppliers if not self.effect(pk))

    def services(self) -> list[int]:
        """The ids of the services among what is hit."""
        import numpy as np

        hit = np.fromiter(self.failing | self.reached, np.int64)
        kinds = self.found.held.kinds
        found: list[int] = hit[kinds.of(hit) == kinds.number_of(SERVICE)].tolist()
        return found


def _damage(found: Walk, off: Collection[int], *, up: bool) -> _Damage:
    graph, at = found.held.graph, found.at
    # What affects others does not fail itself.
    broken = set() if up else set(found.touched or found.struck)
    struck = {*off, *broken}
    given = struck - (set(found.touched) - set(off))
    if not struck:
        return _Damage(found, set(), set(), set(), set(), [])
    failing = {*graph.failed(struck, at=at).tolist(), *struck}
    more = graph.reach(off, at=at).nodes.tolist() if off else []
    near = set() if up else set(found.nodes.tolist())
    return _Damage(found, given, {*off}, failing, {*near, *more}, [] if up else more)


@dataclass(frozen=True, slots=True)
class _Placed:
    """What is on the map if it may be seen: the distances as nodes have them, by id; the ids of what stands in; and of
    which suppliers some can be lost, by who needs them."""

    distances: dict[int, int | None]
    standing: frozenset[int]
    spares: dict[int, list[Spare]]


def _placed(middle: int, found: Walk, damage: _Damage, limit: int) -> _Placed:
    distances: dict[int, int | None] = {middle: 0}
    distances |= dict(zip(found.nodes[: limit - 1].tolist(), found.distances.tolist(), strict=False))

    def add(more: Iterable[int], most: int) -> None:
        distances.update(dict.fromkeys([pk for pk in more if pk not in distances][: max(0, most)], None))

    add(damage.off, len(damage.off))
    add(damage.more, limit - len(distances))
    groups = found.held.graph.redundancies(distances, at=found.at)
    standing = damage.leaning(groups)
    add(standing, limit - len(distances))
    return _Placed(distances, frozenset(standing), _spares(groups, damage))


def _named(ids: Collection[int], actor: Actor, as_of: datetime | None, known_at: datetime | None) -> dict[int, Node]:
    """Those of some records that the actor may see, as they were."""
    found = heads(ids)
    seen = seen_among(actor, found)
    shown = [one for one in found if one.pk in seen and one.kind in registry.types]
    sorts = _sorts(shown, actor)
    nodes = {one.pk: Node(one.pk, one.kind, one.title, one.state, sorts.get(one.pk, ""), None, "") for one in shown}
    if as_of is not None or known_at is not None:
        for kind in {one.kind for one in shown}:
            mine = [one.pk for one in shown if one.kind == kind]
            for pk, then in snapshots_of(registry.types[kind], mine, as_of, known_at).items():
                if then.exists:
                    nodes[pk] = replace(nodes[pk], title=then.values["title"], state=then.values["state"])
    return nodes


def _sorts(shown: Iterable[Head], actor: Actor) -> dict[int, str]:
    """What sort of its kind each record is, in words, for the kinds that have sorts."""
    by_kind: dict[str, list[int]] = {}
    for one in shown:
        by_kind.setdefault(one.kind, []).append(one.pk)
    values: dict[int, Any] = {}
    for kind, ids in by_kind.items():
        it = registry.types[kind]
        if it.sort_field:
            values |= dict(it.model._default_manager.filter(pk__in=ids).values_list("pk", it.sort_field))
    titles = titles_of((one for one in values.values() if one is not None), actor)
    return {pk: titles[value][1] for pk, value in values.items() if value in titles}


def _spares(groups: Iterable[Redundancy], damage: _Damage) -> dict[int, list[Spare]]:
    found: dict[int, list[Spare]] = {}
    for one in groups:
        left = sum(pk not in damage.failing for pk in one.suppliers)
        relation = carriers()[one.kind]
        found.setdefault(one.node, []).append(Spare(relation, one.needed, len(one.suppliers), left))
    return found


def _ties(record: Record, found: Walk, nodes: Mapping[int, Node], reached: int, *, up: bool) -> list[Tie]:
    held, keys = found.held, carriers()
    edges = held.graph.among(nodes, at=found.at)
    rows = held.rows[edges]
    ties = []
    for source, target, place, need in zip(
        rows["record"].tolist(), rows["target"].tolist(), rows["type"].tolist(), rows["need"].tolist(), strict=True
    ):
        forth = registry.relations[keys[place]].impact == "forth"
        supplier, dependent = (target, source) if forth else (source, target)
        ties.append(Tie(supplier, dependent, keys[place], forth, need))
    for pk in found.touched:
        if pk in nodes:
            ties.append(Tie(pk, record.pk, AFFECTS, True, 0) if up else Tie(record.pk, pk, AFFECTS, False, 0))
    parents = dict(zip(found.nodes[:reached].tolist(), found.parents.tolist(), strict=False))
    for pk, parent in parents.items():
        if pk in nodes and parent not in nodes:
            above = _nearest(parent, parents, nodes, record.pk)
            ties.append(Tie(pk, above, "", False, 0) if up else Tie(above, pk, "", False, 0))
    return ties


def _nearest(pk: int, parents: Mapping[int, int], nodes: Collection[int], middle: int) -> int:
    """The record nearest to a hidden one, on the way to the middle, that is shown."""
    while pk not in nodes:
        pk = parents.get(pk, middle)
    return pk


def _whom(affected: Iterable[Node], actor: Actor, as_of: datetime | None) -> Whom:
    failing = [one.pk for one in affected if one.effect == "failing"]
    found = whom(failing, as_of or timezone.now())
    seen = seen_among(actor, heads(one.pk for one in found.customers))
    return replace(found, customers=tuple(one for one in found.customers if one.pk in seen))
