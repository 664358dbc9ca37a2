"""What is restricted is told nowhere: not where it is mentioned, not by filters, not in exports, not in the past."""

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from septet.kernel import listing, reading
from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor
from septet.kernel.errors import Invalid, Refused, SeptetError
from septet.kernel.readings import offers, read_about, read_report
from septet.kernel.registry import registry
from septet.surfaces.transfer.export import export
from tests.cast import Cast
from tests.everything.walk import filled, make

WORD = "Zanzibar"


@pytest.fixture
def ticket(cast: Cast) -> Any:
    """An incident for Rita that mentions restricted records in every way in which one can."""
    secrets = {kind: make(kind, title=f"{WORD} {kind}") for kind in ("service", "incident", "function-team")}
    one = make("incident", title="Plain", requester=cast.rita.number)
    perform(one, "edit", OPERATOR, via="cli", service=secrets["service"], team=secrets["function-team"])
    perform(one, "relate", OPERATOR, via="cli", type="associated-with", target=secrets["incident"])
    for secret in secrets.values():
        perform(secret, "edit", OPERATOR, via="cli", confidentiality="restricted")
    fields = {"person": cast.bob, "role": "agent", "cluster": "support", "service": secrets["service"]}
    perform(create("assignment", OPERATOR, via="cli", fields=fields), "activate", OPERATOR, via="cli")
    make("goal", service=secrets["service"].number)
    make("task", subject=secrets["incident"].number)
    make("change", service=secrets["service"].number)
    return one


def told_to(actor: Actor, ticket: Any) -> dict[str, str]:
    """All that somebody can read about it and around it, by where they read it."""
    whole = reading.whole(ticket, actor)
    at = timezone.now()
    found = {
        "record": f"{whole.body} {whole.history} {whole.relations}",
        "then": f"{reading.body(ticket, actor, as_of=at)} {reading.history(ticket, actor, known_at=at)}",
        "relations": str(reading.relations(ticket, actor)),
    }
    for kind, it in registry.types.items():
        for asked in ({}, {"as_of": at.isoformat()}):
            found[f"{kind} {list(asked)}"] = str(listing.page(listing.Query.parse(it, asked), actor).items)
        try:
            found[f"{kind} export"] = str(list(export(listing.Query(it), actor, "jsonl", via="web")))
        except Refused:
            found[f"{kind} export"] = ""
    for name, one in offers.of_type(registry.types["incident"]).items():
        found[name] = str(_tried(lambda n=name, o=one: read_about(ticket, n, actor, filled(o.examples[0]))))
    for name, one in offers.reports.items():
        found[name] = str(_tried(lambda n=name, o=one: read_report(n, actor, filled(o.examples[0]))))
    return found


def _tried(read: Any) -> Any:
    try:
        return read()
    except SeptetError as error:
        return error.detail


def test_nobody_reads_the_title_of_what_they_may_not_see(cast: Cast, ticket: Any) -> None:
    assert WORD in told_to(OPERATOR, ticket)["record"]
    for name in ("alice", "rita"):
        told = told_to(cast.as_(name), ticket)
        assert [where for where, text in told.items() if WORD in text] == []


def test_no_page_and_no_address_tells_it(cast: Cast, ticket: Any) -> None:
    pages = ["", "portal/", "portal/requests/", f"portal/requests/{ticket.number}/", f"r/{ticket.number}/", "my-work/"]
    pages += ["support/incidents/?columns=service,team", "search/?q=zanzib", "palette/?q=zanzib", "look-up/?q=zanzib"]
    pages += ["team/clusters/", "team/coverage/", f"r/{ticket.number}/edit/"]
    # Whoever counts numbers up learns no names.
    pages += [f"support/incidents/?service=INC-{ticket.service_id}", f"support/incidents/?team=INC-{ticket.team_id}"]
    for name in ("alice", "rita"):
        client = Client(headers={"host": "localhost"})
        client.force_login(open_account(getattr(cast, name), f"{name}@example.org"))
        assert [page for page in pages if WORD in client.get(f"/{page}").text] == []


def test_lists_do_not_tell_by_their_filters_what_is_internal(cast: Cast) -> None:
    make("custom-fields", applies_to="incident", json_schema={"properties": {"branch": {}}})
    one = make("incident", requester=cast.rita.number, extra={"branch": "Bremen"})
    it = registry.types["incident"]
    for asked in ({"extra.branch": "Bremen"}, {"priority_reason": "none"}, {"priority_reason__not": "x"}):
        query = listing.Query.parse(it, asked)
        with pytest.raises(Invalid, match="IT staff"):
            listing.page(query, cast.as_("rita"))
        with pytest.raises(Invalid, match="IT staff"):
            listing.count(query, cast.as_("rita"))
        with pytest.raises(Invalid, match="IT staff"):
            listing.page(listing.Query.parse(it, {**asked, "as_of": "now"}), cast.as_("rita"))
        assert one.number in json.dumps(listing.page(query, cast.as_("alice")).items)
    client = Client()
    secret = new_token(open_account(cast.rita, "rita@example.org"), "x")
    answer = client.get("/api/v1/incidents?order=priority_reason", headers={"authorization": f"Bearer {secret}"})
    assert (answer.status_code, list(answer.json()["fields"])) == (422, ["priority_reason"])
