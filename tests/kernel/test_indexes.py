"""Lists by what they are most often asked for are answered by an index, however many records there are."""

from typing import Any

import pytest
from django.db import connection

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.listing import Query
from septet.kernel.listing.selecting import ordered, rows
from septet.kernel.registry import registry

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are"),
]


def plan_of(**parameters: str) -> str:
    """How the database answers a list of incidents."""
    query = Query.parse(registry.type_of("incident"), parameters)
    (found,) = rows(query, OPERATOR)
    return str(ordered(query, found)[:50].explain())


@pytest.mark.parametrize(
    ("parameters", "index"),
    [
        ({}, "record_kind_opened"),
        ({"team": "TEAM"}, "record_team_opened"),
        ({"team": "TEAM", "state": "new"}, "record_state_team"),
        ({"team": "TEAM", "open": "true"}, "record_"),
        ({"owner": "PERSON", "open": "true"}, "record_"),
        ({"open": "true", "order": "state"}, "record_open_kind"),
        ({"open": "true", "order": "-title"}, "record_open_kind"),
        ({"open": "true", "order": "number"}, "record_"),
        ({"service": "SERVICE"}, "record_service"),
        ({"requester": "PERSON"}, "record_requester"),
        ({"customer": "ORGANISATION"}, "record_customer"),
        ({"site": "SITE"}, "record_site"),
    ],
)
def test_a_list_by(parameters: dict[str, str], index: str) -> None:
    made: dict[str, Any] = {
        "PERSON": create("person", OPERATOR, via="cli", title="Ann"),
        "TEAM": create("function-team", OPERATOR, via="cli", title="Desk", cluster="support"),
        "SERVICE": create("service", OPERATOR, via="cli", title="Mail"),
        "ORGANISATION": create("organisation", OPERATOR, via="cli", title="ACME"),
        "SITE": create("site", OPERATOR, via="cli", title="Bern"),
    }
    given = {name: made[value].number if value in made else value for name, value in parameters.items()}
    assert index in plan_of(**given)
