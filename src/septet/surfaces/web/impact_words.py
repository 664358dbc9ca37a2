"""What the impact map says of records, in words."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from septet.kernel.impact.mapping import ImpactMap, Node, Spare
from septet.kernel.impact.reaching import LeftOut
from septet.kernel.registry import registry
from septet.surfaces.web import locales

SERVICE = "service"
NAMED = 3
EFFECTS = ("failing", "degraded", "")


def place(one: Node) -> tuple[Any, ...]:
    return EFFECTS.index(one.effect), one.kind != SERVICE, one.sort, one.title


def distance_of(distance: int) -> str:
    """The heading of what is so many relations away."""
    return _("Directly") if distance == 1 else _("%(count)s steps away") % {"count": distance}


class Words:
    """What the map says of a record in a word or a line; each call is cheap, for there are hundreds."""

    def __init__(self) -> None:
        self._effects = {"failing": _("fails"), "degraded": _("weakened"), "": ""}
        self._off, self._stands_in = _("switched off"), _("works on")

    def effect(self, one: Node) -> str:
        """What becomes of it, in a word."""
        if one.off:
            return self._off
        return self._stands_in if one.stands_in and not one.effect else self._effects[one.effect]

    def tone(self, one: Node) -> str:
        """The same as a class."""
        return "off" if one.off else one.effect or ("stands-in" if one.stands_in else "calm")

    def what(self, one: Node) -> str:
        """What it is and in which state."""
        it = registry.types[one.kind]
        return f"{one.sort or it.label} · {it.states.label(one.state)}"


def rows(nodes: Iterable[Node], picker: str, current: Node) -> Markup:
    """Lines of the list beside the map, each a link that picks its record; there may be hundreds."""
    words, untitled, lines = Words(), _("(no title)"), []
    for one in nodes:
        effect = words.effect(one)
        lines.append(
            f'<li><a class="tone-{words.tone(one)}" href="{escape(picker + one.number)}#map-picked"'
            f' data-node="{one.number}"{" aria-current=true" if one.pk == current.pk else ""}><i></i>'
            f"<span>{escape(one.title or untitled)}<small>{one.number} · {escape(words.what(one))}</small></span>"
            f"{f'<b>{escape(effect)}</b>' if effect else ''}</a></li>"
        )
    return Markup("".join(lines))  # noqa: S704  # every value in it was escaped


def said_of(node: Node, *, is_middle: bool, up: bool) -> list[str]:
    """What becomes of a record and why, in sentences."""
    said = []
    if node.off:
        said.append(_("You switched it off."))
    elif is_middle and not up:
        if node.effect:
            said.append(_("The map shows what happens if it fails."))
        else:
            said.append(_("The map shows what happens if what it affects fails."))
    elif node.effect == "failing":
        said.append(_("It fails: too few of what it needs are left."))
    elif node.effect == "degraded":
        said.append(_("It works on with less to spare: it, or something it needs, has lost a supplier."))
    elif node.stands_in:
        said.append(_("It works on, and others lean on it in place of what is lost."))
    return said + [_spare(one) for one in node.spares]


def _spare(one: Spare) -> str:
    given = {
        "relation": registry.relations[one.relation].forth,
        "needed": locales.number(one.needed),
        "suppliers": locales.number(one.suppliers),
        "left": locales.number(one.left),
    }
    if one.left == one.suppliers:
        return _("“%(relation)s”: %(needed)s of %(suppliers)s are enough.") % given
    return _("“%(relation)s”: %(needed)s of %(suppliers)s are enough; %(left)s left.") % given


def sentence(shown: ImpactMap, middle: Node, *, up: bool, off: int) -> str:
    """What the map comes to."""
    if not up:
        return _counted(shown)
    if not off:
        count = {"count": locales.number(shown.total)}
        return ngettext("It needs %(count)s record.", "It needs %(count)s records.", shown.total) % count
    outcome = {
        "failing": _("It fails with what is switched off."),
        "degraded": _("It works on, with less to spare."),
        "": _("It does not notice."),
    }
    return f"{outcome[middle.effect]} {_('All in all:')} {_counted(shown)}"


def _counted(shown: ImpactMap) -> str:
    fail = {"count": locales.number(shown.failing)}
    weak = {"count": locales.number(shown.degraded)}
    parts = [
        ngettext("%(count)s record fails with it", "%(count)s records fail with it", shown.failing) % fail,
        ngettext("%(count)s is weakened but works on", "%(count)s are weakened but work on", shown.degraded) % weak,
    ]
    if not shown.failing and not shown.degraded:
        return _("Nothing fails with it.")
    return f"{', '.join(part for part, count in zip(parts, (shown.failing, shown.degraded), strict=True) if count)}."


def whom(shown: ImpactMap) -> str:
    """For whom the services are that fail."""
    hit = shown.hit.whom
    said = []
    if hit.customers:
        people = sum(one.people for one in hit.customers)
        names = ", ".join(one.title for one in hit.customers[:NAMED])
        more = len(hit.customers) - NAMED
        if more > 0:
            names = _("%(names)s and %(count)s more") % {"names": names, "count": more}
        count = {"count": locales.number(people), "names": names}
        said.append(ngettext("%(names)s (%(count)s person)", "%(names)s (%(count)s people)", people) % count)
    if hit.for_all:
        count = {"count": locales.number(hit.everybody)}
        said.append(ngettext("everybody (%(count)s person)", "everybody (%(count)s people)", hit.everybody) % count)
    return "; ".join(said)


def left_out(found: Iterable[LeftOut]) -> list[str]:
    """What is too far away to be shown, in words for each distance."""
    by_distance: dict[int, list[str]] = {}
    for one in found:
        it = registry.types.get(one.kind)
        label = (it.label if one.count == 1 else it.label_plural).lower() if it else _("records that are gone")
        by_distance.setdefault(one.distance, []).append(f"{locales.number(one.count)} {label}")
    return [
        _("%(what)s at %(distance)s steps") % {"what": ", ".join(what), "distance": distance}
        if distance > 1
        else _("%(what)s at one step") % {"what": ", ".join(what)}
        for distance, what in by_distance.items()
    ]
