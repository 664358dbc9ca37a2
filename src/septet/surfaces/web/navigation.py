"""What the navigation offers: the day's work first, then each role cluster's pages and records, then what governs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from septet.kernel.actors import Actor
from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, registry

PEOPLE, SETUP, ADMINISTRATION = "people", "set-up", "administration"
CLUSTERS: dict[str, tuple[Any, str]] = {
    Cluster.RELEASE: (pgettext_lazy("role cluster", "Release"), "package"),
    Cluster.INFRASTRUCTURE: (pgettext_lazy("role cluster", "Infrastructure"), "topology-star"),
    Cluster.SUPPORT: (pgettext_lazy("role cluster", "Support"), "lifebuoy"),
    Cluster.OPERATIONS: (pgettext_lazy("role cluster", "Operations"), "activity"),
    Cluster.PARTNER: (pgettext_lazy("role cluster", "Partner"), "heart-handshake"),
    Cluster.SECURITY: (pgettext_lazy("role cluster", "Security"), "shield-lock"),
    Cluster.SERVICE: (pgettext_lazy("role cluster", "Service"), "stack-2"),
    Cluster.TEAM: (_("Team"), "users-group"),
    PEOPLE: (_("People"), "user-circle"),
    SETUP: (_("Set-up"), "adjustments"),
    ADMINISTRATION: (_("Administration"), "settings"),
}
DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Link:
    """One address of the navigation."""

    label: Any
    href: str
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A group of addresses that opens and closes; `usual` where it stands open before the reader chose."""

    key: str
    label: Any
    icon: str
    links: tuple[Link, ...]
    usual: bool = False


@dataclass(frozen=True)
class Navigation:
    """Everything that one reader may open: what stands on top, and the groups below. `kept` holds what was made of it
    before."""

    daily: tuple[Link, ...]
    sections: tuple[Section, ...]
    kept: dict[Any, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every address of it, from the top."""
        return (*self.daily, *(link for section in self.sections for link in section.links))

    def at(self, address: str) -> str:
        """The address of the navigation under which a page stands; empty if under none."""
        hrefs = [one.href for one in self.links]
        fitting = [href for href in hrefs if address == href or (href != "/" and address.startswith(href))]
        return max(fitting, key=len, default="")


@dataclass(frozen=True, slots=True)
class Offer:
    """A page that a module brings into the navigation."""

    link: Link
    section: str
    may: Callable[[Actor], bool]


_offers: list[Offer] = []


def is_staff(actor: Actor) -> bool:
    """Whether the actor works for IT."""
    return actor.is_staff


def offer(label: Any, href: str, *, section: str, icon: str = "", may: Callable[[Actor], bool] = is_staff) -> None:
    """Bring a page into the navigation, for those of whom `may` says so.

    `section` is a role cluster, PEOPLE, SETUP, ADMINISTRATION, or DAILY for what everybody opens every day. Called
    where a module's addresses are declared (its `urls.py`).
    """
    _offers.append(Offer(Link(label, href, icon), section, may))


offer(_("Board"), "/", section=DAILY, icon="layout-dashboard")
offer(_("My work"), "/my-work/", section=DAILY, icon="list-check")
offer(_("Given to me"), "/my-work/", section=DAILY, icon="list-check", may=lambda actor: not actor.is_staff)
offer(_("Calendar"), "/calendar/", section=DAILY, icon="calendar")
offer(_("Imports"), "/imports/", section=SETUP, may=lambda actor: actor.has(Verb.IMPORT))
for _label, _href in (
    (_("Overview"), "/administration/"),
    (_("Accounts"), "/administration/accounts/"),
    (_("Tokens"), "/administration/tokens/"),
    (_("Background runs"), "/administration/runs/"),
    (_("Reactions"), "/administration/reactions/"),
    (_("Second log"), "/administration/log/"),
    (_("Settings"), "/administration/settings/"),
):
    offer(_label, _href, section=ADMINISTRATION, may=lambda actor: actor.has_everywhere(Verb.ADMINISTER))


def navigation(actor: Actor) -> Navigation:
    """What the actor may open. People with the same rights share one, kept between requests."""
    return _navigation(actor.rights, actor.all_rights, actor.person is None)


@lru_cache(maxsize=512)
def _navigation(rights: Any, all_rights: bool, nobody: bool) -> Navigation:
    actor = Actor(name="", person=None if nobody else 0, rights=rights, all_rights=all_rights)
    offered = [one for one in _offers if one.may(actor)]
    types = [it for it in registry.types.values() if may_list(actor, it)]
    # What everybody works on stands first, then what exists.
    types.sort(key=lambda it: not it.is_work)
    daily = tuple(one.link for one in offered if one.section == DAILY)
    if not actor.is_staff:
        # Who does not work for IT need not know how it is divided.
        lists = [Link(it.label_plural, list_address(it)) for it in types]
        return Navigation(daily, (Section("lists", _("Look up"), "list", tuple(lists), usual=True),) if lists else ())
    sections = []
    for key, (label, icon) in CLUSTERS.items():
        pages = [one.link for one in offered if one.section == key]
        lists = [Link(it.label_plural, list_address(it)) for it in types if section_of(it) == key]
        if pages or lists:
            usual = any(it.is_work and section_of(it) == key and actor.has(Verb.WORK, it.kind) for it in types)
            sections.append(Section(str(key), label, icon, (*pages, *lists), usual=usual))
    return Navigation(daily, tuple(sections))


def section_of(it: RecordType) -> str:
    """Where a type's list stands: what governs is set up once, and who is who rarely changes, so neither stands among
    the day's work."""
    return SETUP if it.governs else PEOPLE if it.about_people else it.cluster


def may_list(actor: Actor, it: RecordType) -> bool:
    """Whether a list of this type can hold anything for the actor by a right, a request or being open to all."""
    return actor.has(Verb.SEE, it.kind) or it.requesters_create or it.open_to_all is not None


def list_address(it: RecordType) -> str:
    """Where a type's list is."""
    return f"/{it.cluster}/{it.path}/"


def meaning_of(it: RecordType) -> str:
    """What a type is for, in a sentence."""
    return " ".join((it.model.__doc__ or "").split())
