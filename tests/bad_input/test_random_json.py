"""Random JSON against every endpoint that changes something, as whoever: never our error, always what is documented."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.registry import RecordType, registry
from tests.api.conformance import conformance
from tests.bad_input.hostile import VALUES
from tests.cast import Cast
from tests.effort import EFFORT, examples
from tests.everything.walk import all_types, filled, make

WHO = ("", "rita", "alice", "admin")
PHASES = (Phase.explicit, Phase.generate)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(VALUES)
values = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner), max_leaves=4
)


@pytest.fixture
def tokens(cast: Cast) -> dict[str, str]:
    """A token for each of those who ask, by name."""
    admin = create("person", OPERATOR, via="cli", title="Ada", email="ada@example.org")
    perform(cast.desk, "add-member", OPERATOR, via="cli", person=admin, role="administrator")
    people = {"rita": cast.rita, "alice": cast.alice, "admin": admin}
    return {name: new_token(open_account(one, f"{name}@example.org"), "test") for name, one in people.items()}


@dataclass(frozen=True)
class Endpoint:
    """Something that changes records: the names that its body knows, and a body that fits."""

    method: str
    path: str
    names: tuple[str, ...]
    fitting: dict[str, Any]


def endpoints(it: RecordType, number: str) -> Iterator[Endpoint]:
    """All that changes records of a type."""
    yield Endpoint("POST", it.path, (*it.create_schema.model_fields, "note", "at", "key"), filled(it.example))
    yield Endpoint("PATCH", f"{it.path}/{number}", (*it.edit_schema.model_fields, "note", "at"), {"title": "Better"})
    for name, one in it.actions.items():
        fitting = filled(one.examples[0]) if one.examples else {}
        yield Endpoint("POST", f"{it.path}/{number}/{name}", (*one.schema.model_fields, "note", "at"), fitting)


@st.composite
def bodies(draw: st.DrawFn, one: Endpoint) -> Any:
    """A body that fits but for one or two values; now and then nothing of the sort."""
    if draw(st.integers(0, 9)) == 0:
        return draw(values | st.dictionaries(st.text(max_size=8), values, max_size=3))
    wrong = draw(st.dictionaries(st.sampled_from(one.names), values, min_size=1, max_size=2))
    return {**one.fitting, **wrong}


@pytest.mark.hypothesis
@pytest.mark.parametrize("kind", all_types())
def test_random_json_is_answered_as_documented(kind: str, cast: Cast, tokens: dict[str, str]) -> None:
    it = registry.types[kind]
    record = make(kind, **({"requester": cast.rita.number} if "requester" in it.editable else {}))
    targets = list(endpoints(it, record.number))
    client = Client(raise_request_exception=False)

    @settings(max_examples=examples(20), derandomize=EFFORT == 1, deadline=None, database=None, phases=PHASES)
    @given(st.sampled_from(targets).flatmap(lambda one: st.tuples(st.just(one), bodies(one))), st.sampled_from(WHO))
    def ask(asked: tuple[Endpoint, Any], who: str) -> None:
        one, body = asked
        headers = {"Authorization": f"Bearer {tokens[who]}"} if who else {}
        path = f"/api/v1/{one.path}"
        answer = client.generic(one.method, path, json.dumps(body), content_type="application/json", headers=headers)
        assert answer.status_code < 500, answer.content
        conformance().check(one.method, path, answer)
        if not who:
            assert answer.status_code == 401

    ask()
