"""Who there is: an organisation of a size that goes with the number of incidents."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from septet.kernel import bulk
from septet.kernel.actions import create, new_request
from septet.kernel.actors import OPERATOR
from septet.kernel.models import ExternalKey, Record
from septet.lib.drafts import Draft

SOURCE = "bench"
STAFF_OF_A_TEAM = 5
TEAMS = (
    ("Service desk", "support"), ("Second level", "support"), ("On-site support", "support"),
    ("Applications", "support"), ("Network operations", "infrastructure"), ("Telephony", "infrastructure"),
    ("Server operations", "operations"), ("Storage and backup", "operations"), ("Databases", "operations"),
    ("Jobs and monitoring", "operations"), ("Change and release", "release"), ("Information security", "security"),
    ("Supplier management", "partner"), ("Service management", "service"),
)  # fmt: skip
SITES, SERVICES, CUSTOMERS, PARTNERS = 20, 40, 30, 5


@dataclass(frozen=True)
class Organisation:
    """The ids of all that incidents and items refer to. `agents` are those of each team, in the teams' order;
    `users` are pairs of a person and the customer they belong to."""

    teams: list[int]
    agents: list[list[int]]
    services: list[int]
    sites: list[int]
    customers: list[int]
    partners: list[int]
    users: list[tuple[int, int]]


def found(size: int, began: datetime) -> Organisation:
    """Write the organisation, or read it if it is there; one user for each 200 incidents."""
    request = new_request()
    customers = _several("organisation", CUSTOMERS, began, request, lambda n: {"title": f"Department {n + 1}"})
    partners = _several(
        "organisation", PARTNERS, began, request, lambda n: {"title": f"Supplier {n + 1}", "sort": "partner"}, "partner"
    )
    sites = _several("site", SITES, began, request, lambda n: {"title": f"Site {n + 1}", "zone": "Europe/Berlin"})
    services = _several(
        "service",
        SERVICES,
        began,
        request,
        lambda n: {"title": f"Service {n + 1}", "state": "live", "criticality": n % 4 + 1},
    )
    teams = _several(
        "function-team", len(TEAMS), began, request, lambda n: dict(zip(("title", "cluster"), TEAMS[n], strict=True))
    )
    staff = _several(
        "person",
        len(TEAMS) * STAFF_OF_A_TEAM,
        began,
        request,
        lambda n: {"title": f"Agent {n + 1}", "email": f"agent{n + 1}@bench.example", "site": sites[n % SITES]},
        "staff",
    )
    agents = [staff[n : n + STAFF_OF_A_TEAM] for n in range(0, len(staff), STAFF_OF_A_TEAM)]
    chance = Random(3)
    belongs = [chance.choice(customers) for _ in range(max(size // 200, 50))]
    users = _several(
        "person",
        len(belongs),
        began,
        request,
        lambda n: {"title": f"User {n + 1}", "email": f"user{n + 1}@bench.example", "customer": belongs[n]},
        "user",
    )
    return Organisation(teams, agents, services, sites, customers, partners, list(zip(users, belongs, strict=True)))


def rules(began: datetime) -> None:
    """Custom fields of incidents, and office hours."""
    if Record.objects.filter(kind="custom-fields").exists():
        return
    schema = {
        "properties": {
            "cost_centre": {"type": "string", "title": "Cost centre"},
            "floor": {"type": "integer", "title": "Floor"},
        }
    }
    create("custom-fields", OPERATOR, via="cli", title="Bench", applies_to="incident", json_schema=schema, at=began)


def _several(kind: str, count: int, began: datetime, request: str, fields: Any, name: str = "") -> list[int]:
    """The ids of so many records of a kind, written through the bulk door where they are missing."""
    keys = [f"{name or kind}-{n + 1}" for n in range(count)]
    drafts = (Draft(kind, (SOURCE, key), fields(n), began) for n, key in enumerate(keys))
    report = bulk.write(drafts, OPERATOR, request=request)
    if report.refused:
        raise SystemExit(f"A {kind} was refused: {report.refused[0]}")
    return ids_of(kind, keys)


def ids_of(kind: str, keys: list[str]) -> list[int]:
    """The ids of the records with these keys, in their order."""
    rows = ExternalKey.objects.filter(source=SOURCE, kind=kind).values_list("key", "record_id")
    by_key = dict(rows.iterator())
    return [by_key[key] for key in keys]
