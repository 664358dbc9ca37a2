"""How the services stand, as far as everybody may know: what is disturbed, what is under maintenance, now and soon.

Of a major incident only its service and its beginning are told, of a window only the services and the time: titles are
written for the staff.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from septet.kernel.actors import SYSTEM, Actor
from septet.kernel.governing.windows import occurrences_between
from septet.kernel.models import Record, Relation
from septet.kernel.policy import visible_to
from septet.kernel.registry import registry
from septet.kernel.relations import in_force
from septet.service.catalogue.models import Service
from septet.support.incidents.models import Incident

AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A major incident: the service, or None where it names none that the reader knows."""

    service: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A time in which services may be away; no services means all of them."""

    services: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What is not as usual, now and soon; `known` are the services that the reader may see: name, number, what for."""

    disturbed: list[Disturbance] = field(default_factory=list)
    now: list[Maintenance] = field(default_factory=list)
    soon: list[Maintenance] = field(default_factory=list)
    known: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def names(self) -> dict[str, str]:
        """What is not as usual, by service: `disturbed` or `maintenance`."""
        away = {name: "maintenance" for one in self.now for name in one.services}
        return away | {one.service: "disturbed" for one in self.disturbed if one.service}


def standing_of(actor: Actor) -> Standing:
    """How the services stand for this reader."""
    it = registry.types["service"]
    rows = visible_to(actor, Service.objects.filter(withdrawn_at=None), it).order_by("title")
    known = {
        pk: (title, f"{it.prefix}-{pk}", text) for pk, title, text in rows.values_list("pk", "title", "description")
    }
    now = timezone.now()
    planned = _planned(known, now)
    return Standing(
        disturbed=_disturbed({pk: one[0] for pk, one in known.items()}),
        now=[one for one in planned if one.starts_at <= now],
        soon=[one for one in planned if one.starts_at > now],
        known=list(known.values()),
    )


def _disturbed(known: dict[int, str]) -> list[Disturbance]:
    opened = Incident.objects.filter(is_major=True, closed_at=None, withdrawn_at=None).exclude(state="resolved")
    rows: Any = opened.order_by("-opened_at").values_list("service_id", "opened_at")
    return [Disturbance(known.get(service), at) for service, at in rows if service is None or service in known]


def _planned(known: dict[int, tuple[str, str, str]], now: datetime) -> list[Maintenance]:
    found = occurrences_between(SYSTEM, now, now + AHEAD, purposes=["maintenance"])
    services, scoped = _services_of({int(one.number.rpartition("-")[2]) for one in found})
    planned = []
    for one in found:
        window = int(one.number.rpartition("-")[2])
        names = tuple(known[pk][0] for pk in services.get(window, ()) if pk in known)
        if names or window not in scoped:
            planned.append(Maintenance(names, one.starts_at, one.ends_at))
    return planned


def _services_of(windows: set[int]) -> tuple[dict[int, list[int]], set[int]]:
    """The services that each window names, and which windows name anything at all."""
    services: dict[int, list[int]] = {}
    scoped: set[int] = set()
    rows = Record.objects.filter(pk__in=windows).values_list("pk", "service_id", "site_id", "team_id")
    for pk, service, site, team in rows:
        if service is not None:
            services.setdefault(pk, []).append(service)
        if any((service, site, team)):
            scoped.add(pk)
    edges = in_force(Relation.objects.filter(record_id__in=windows, type="affects"), timezone.now())
    for window, target, kind in edges.values_list("record_id", "target_id", "target__kind"):
        scoped.add(window)
        if kind == "service":
            services.setdefault(window, []).append(target)
    return services, scoped
