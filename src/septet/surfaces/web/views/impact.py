"""The impact map of a record: what fails with it, what it needs, and what if others are switched off."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypedDict
from urllib.parse import quote, urlencode

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from septet.kernel import policy
from septet.kernel.actors import Actor
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.impact.mapping import SHOWN, ImpactMap, Node, Tie, impact_map
from septet.kernel.impact.reaching import impact
from septet.kernel.loading import heads
from septet.kernel.models import Record
from septet.kernel.policy import seen_among
from septet.kernel.references import MISSING, find_id
from septet.kernel.registry import number_of, registry
from septet.surfaces.web import impact_words
from septet.surfaces.web.impact_words import SERVICE, Words, distance_of, place
from septet.surfaces.web.navigation import CLUSTERS, list_address, section_of
from septet.surfaces.web.pages import page, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.records import at_address, times_of

MOST_OFF = 50
MOST_NEIGHBOURS = 12
MOST_SERVICES = 6
PER_PAGE = 200
MOST_DIGITS = 9
NEEDS, FAILS = "needs", "fails"


class Times(TypedDict):
    """The two times of a map; None means now."""

    as_of: datetime | None
    known_at: datetime | None


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a map, as its address says: every link of the page is this one with something changed."""

    number: str
    show: str
    off: tuple[str, ...]
    as_of: str
    known_at: str

    def address(self, **changed: Any) -> str:
        """The address of this look with some of it changed; `number` is another middle, `page` one below the map, `at`
        the record that is picked."""
        apart = {"off", "number", "page"}
        said = {
            "show": self.show,
            "off": ",".join(changed.get("off", self.off)),
            "as_of": self.as_of,
            "known_at": self.known_at,
            **{name: value for name, value in changed.items() if name not in apart},
        }
        query = urlencode({name: value for name, value in said.items() if value}, safe=",", quote_via=quote)
        where = f"/map/{changed.get('number', self.number)}/{changed.get('page', '')}"
        return f"{where}?{query}" if query else where

    @property
    def picker(self) -> str:
        """The address that picks the record whose number is put behind it."""
        plain = self.address()
        return f"{plain}{'&' if '?' in plain else '?'}at="

    def switched(self, number: str) -> str:
        """The address at which this record is switched the other way, and picked."""
        off = [one for one in self.off if one != number] if number in self.off else [*self.off, number]
        return self.address(off=off, at=number)


@dataclass(frozen=True, slots=True)
class Group:
    """Records of the list beside the map under one heading."""

    label: str
    nodes: list[Node]


@dataclass(frozen=True, slots=True)
class Picked:
    """The record that the reader looks at: what is known of it on the map."""

    node: Node
    said: list[str]
    ties: list[tuple[str, list[Node], int]]
    is_middle: bool
    may_switch: bool


@require_safe
@page
def drawn(request: Asked, number: str) -> HttpResponse:
    """The map of a record."""
    found, look, off, times = _asked(request, number)
    shown = impact_map(found, actor=request.actor, up=look.show == NEEDS, off=off, limit=SHOWN, **times)
    if not look.show and not shown.total and shown.opposite:
        shown = impact_map(found, actor=request.actor, up=True, off=off, limit=SHOWN, **times)
        look = replace(look, show=NEEDS)
    up = look.show == NEEDS
    nodes = {one.number: one for one in shown.nodes}
    middle = nodes[found.number]
    then = any(times.values())
    picked = _picked(nodes.get(request.GET.get("at", ""), middle), shown, up=up, look=look)
    context = {
        **_around(found, look),
        "middle": middle,
        "map": shown,
        "counts": (shown.opposite, shown.total) if up else (shown.total, shown.opposite),
        "groups": _groups(shown),
        "rows": impact_words.rows,
        "picked": picked,
        "sentence": impact_words.sentence(shown, middle, up=up, off=len(off)),
        "whom": impact_words.whom(shown),
        "left_out": impact_words.left_out(shown.left_out),
        "off": [nodes[one] for one in look.off if one in nodes],
        "data": _data(shown, look),
        "moments": [one.isoformat() for one in shown.turns],
        "then": times if then else None,
        "text": {name: request.GET.get(name, "") for name in ("as_of", "known_at")},
        "kept": [("show", look.show), *([("off", ",".join(look.off))] if look.off else [])],
        "may_relate": not then and policy.may(request.actor, "relate", found).allowed,
        "words": Words(),
        "services": MOST_SERVICES,
    }
    return show(request, "web/map/picked.html" if _asks_for_picked(request) else "web/map/page.html", context)


def _asks_for_picked(request: Asked) -> bool:
    return bool(request.htmx) and request.htmx.target == "map-picked"


def _asked(request: Asked, number: str) -> tuple[Any, Look, dict[int, str], Times]:
    """The record in the middle, the look at it, what is switched off by id, and the times."""
    found = at_address(request, number)
    as_of, known_at = times_of(request)
    off = _switched_off(request.GET.get("off", ""), request.actor)
    shows = request.GET.get("show", "")
    look = Look(
        number=found.number,
        show=shows if shows in {NEEDS, FAILS} else "",
        off=tuple(off.values()),
        as_of=request.GET.get("as_of", "").strip(),
        known_at=request.GET.get("known_at", "").strip(),
    )
    return found, look, off, {"as_of": as_of, "known_at": known_at}


def _around(found: Record, look: Look) -> dict[str, Any]:
    """What both pages say of the record in the middle."""
    it = registry.types[found.kind]
    where = {"section": CLUSTERS[section_of(it)][0], "list": list_address(it)}
    return {"it": it, "record": found, "look": look, "up": look.show == NEEDS, **where}


def _switched_off(text: str, actor: Actor) -> dict[int, str]:
    """The numbers of what is switched off, by id. Raises Invalid for very many, NotFound for what cannot be seen."""
    written = list(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))
    if len(written) > MOST_OFF:
        raise Invalid(fields={"off": _("At most %(most)s can be switched off at once.") % {"most": MOST_OFF}})
    ids = {find_id(one): one for one in written}
    found = {one.pk: one for one in heads(ids)}
    seen = seen_among(actor, found.values())
    for pk, one in ids.items():
        if pk not in seen:
            raise NotFound(MISSING.format(written=one))
    return {pk: number_of(found[pk].kind, pk) for pk in ids}


def _groups(shown: ImpactMap) -> list[Group]:
    """The list beside the map: the middle, what was switched off, the rest by distance, what only these reach."""
    by_distance: dict[int, list[Node]] = {}
    apart: dict[str, list[Node]] = {}
    for one in shown.nodes:
        if one.distance:
            by_distance.setdefault(one.distance, []).append(one)
        elif one.distance is None:
            key = "off" if one.off else "stands-in" if one.stands_in else "beside"
            apart.setdefault(key, []).append(one)
    groups = [Group(distance_of(distance), sorted(found, key=place)) for distance, found in sorted(by_distance.items())]
    headings = {
        "off": _("Switched off besides"),
        "beside": _("Hit by what is switched off"),
        "stands-in": _("Stands in for what is lost"),
    }
    return groups + [Group(label, sorted(apart[key], key=place)) for key, label in headings.items() if key in apart]


def _picked(node: Node, shown: ImpactMap, *, up: bool, look: Look) -> Picked:
    nodes = {one.pk: one for one in shown.nodes}
    ties: dict[str, list[Node]] = {}
    for one in shown.ties:
        if node.pk not in (one.supplier, one.dependent) or not one.relation:
            continue
        is_supplier = node.pk == one.supplier
        other = nodes[one.dependent if is_supplier else one.supplier]
        relation = registry.relations[one.relation]
        # Read from the dependent it is the relation itself if it leads to what is needed.
        read_forth = one.forth != is_supplier
        ties.setdefault(str(relation.forth if read_forth else relation.back), []).append(other)
    is_middle = node.distance == 0
    return Picked(
        node=node,
        said=impact_words.said_of(node, is_middle=is_middle, up=up),
        ties=[
            (label, sorted(found, key=place)[:MOST_NEIGHBOURS], max(0, len(found) - MOST_NEIGHBOURS))
            for label, found in ties.items()
        ],
        is_middle=is_middle,
        may_switch=(up or not is_middle) and (node.number in look.off or len(look.off) < MOST_OFF),
    )


def _data(shown: ImpactMap, look: Look) -> Markup:
    """The map for its script, as JSON."""
    words = Words()
    numbers = {one.pk: one.number for one in shown.nodes}
    found = {
        "middle": look.number,
        "nodes": [
            [one.number, one.title, words.what(one), words.effect(one), words.tone(one), _shape(one)]
            for one in shown.nodes
        ],
        "ties": [[numbers[one.supplier], numbers[one.dependent], _words_of(one)] for one in shown.ties],
    }
    # In a script element nothing is escaped but what would end it.
    return Markup(orjson.dumps(found).decode().replace("<", "\\u003c"))  # noqa: S704


def _words_of(tie: Tie) -> str:
    """A relation as the arrow on the map reads, from what is needed to what needs it."""
    if not tie.relation:
        return ""
    relation = registry.relations[tie.relation]
    return str(relation.back if tie.forth else relation.forth)


def _shape(one: Node) -> str:
    return SERVICE if one.kind == SERVICE else "work" if registry.types[one.kind].is_work else "thing"


@require_safe
@page
def listed(request: Asked, number: str) -> HttpResponse:
    """Everything that the map would show if there were room, page by page, the nearest first."""
    found, look, off, times = _asked(request, number)
    skip = _skipped(request.GET.get("from", ""))
    up = look.show == NEEDS
    shown = impact(
        found,
        actor=request.actor,
        up=up,
        removed=[] if up else list(Record.objects.filter(pk__in=off)),
        limit=PER_PAGE,
        skip=skip,
        **times,
    )
    last = skip + PER_PAGE
    context = {
        **_around(found, look),
        "shown": shown,
        "first": skip + 1,
        "last": min(last, shown.total),
        "next": look.address(page="all/", **{"from": last}) if shown.left_out else "",
        "begin": look.address(page="all/") if skip else "",
        "types": registry.types,
        "effects": {"failing": _("fails"), "degraded": _("weakened"), "": ""},
    }
    return show(request, "web/map/all.html", context)


def _skipped(text: str) -> int:
    if not text:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise Invalid(fields={"from": _("Say after how many records to go on, as a number.")})
    return int(text)
