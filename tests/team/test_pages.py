"""The pages of the team: for staff alone, every gap leads on, a proposal becomes assignments."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from septet.kernel.accounts import open_account
from septet.kernel.actions import new_request
from septet.kernel.actors import OPERATOR
from septet.kernel.readings import run_procedure
from septet.team.assignments.models import Assignment
from tests.cast import Cast
from tests.team.test_coverage import offered
from tests.team.words import act, assign, open_

PAGES = ("/team/clusters/", "/team/coverage/", "/team/proposal/")
Browser = Callable[[str], Client]


@pytest.fixture
def browser_of(cast: Cast) -> Browser:
    """A browser in which one of the cast is signed in."""

    def sign_in(name: str) -> Client:
        client = Client(headers={"host": "localhost"})
        client.force_login(open_account(getattr(cast, name), f"{name}@example.org"))
        return client

    return sign_in


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_they_are_for_staff_alone(browser_of: Browser) -> None:
    rita, alice = browser_of("rita"), browser_of("alice")
    for address in PAGES:
        text(rita, address, 404)
        text(alice, address)


def test_every_gap_leads_on(browser_of: Browser, cast: Cast) -> None:
    bob = browser_of("bob")
    assert "No service is on offer yet" in text(bob, "/team/coverage/")
    [mail] = offered(["Mail"])
    held = assign(cast.bob, cluster="support", accountability="accountable", share=120 - 20)
    assign(cast.bob, cluster="service", share=30)
    page = text(bob, "/team/coverage/")
    new = re.search(r'href="(/team/assignments/new/\?cluster=release[^"]*)"', page)
    assert new
    form = text(bob, new[1].replace("&amp;", "&"))
    assert re.search(r'<option value="accountable" selected', form)
    assert f"SVC-{mail}" in form
    assert f'href="/r/{held.number}/"' in page
    assert "no deputy" in page
    assert "/team/assignments/new/?cluster" not in text(browser_of("alice"), "/team/coverage/")
    people = text(bob, "/team/coverage/?show=people")
    assert "1 person carries more than all of their time" in people
    assert f"/team/assignments/?person={cast.bob.number}&amp;cluster=support&amp;state=active" in people
    skill = open_("skill", title="Calls")
    act(cast.desk, "need-skill", skill=skill, people=2)
    assert f'href="/r/{skill.number}/"' in text(bob, "/team/coverage/?show=skills")
    assert "0 of 2" in text(bob, f"/r/{cast.desk.number}/")
    assert "Bob" in text(bob, "/team/clusters/")
    text(bob, "/team/coverage/?page=none", 422)


def test_a_proposal_becomes_assignments(browser_of: Browser, cast: Cast) -> None:
    run_procedure("load-standard-model", OPERATOR, {}, via="cli", request=new_request())
    bob, alice = browser_of("bob"), browser_of("alice")
    three = "/team/proposal/?people=&count=3&service=&by_team=&security_outside=if-needed"
    assert "Outside the team" in text(bob, three)
    assert "Propose these assignments" not in text(bob, three)
    assert "It cannot be done" in text(bob, three.replace("count=3", "count=1").replace("if-needed", "never"))
    assert "no whole number" in text(bob, three.replace("count=3", "count=some"), 422)
    who = {"people": "Alice, Bob, Rita, Otto", "count": "3", "service": "", "by_team": "", "security_outside": "never"}
    shown = bob.get("/team/proposal/", who).content.decode()
    assert f"{cast.rita.number} Rita" in shown
    told = re.search(r'name="fingerprint" value="(\w+)"', shown)
    assert told
    assert "fingerprint" not in alice.get("/team/proposal/", who).content.decode()
    assert alice.post("/team/proposal/", {**who, "fingerprint": told[1]}).status_code == 403
    stale = bob.post("/team/proposal/", {**who, "fingerprint": "0"})
    assert "look at the proposal again" in stale.content.decode()
    assert stale.status_code == 409
    made = bob.post("/team/proposal/", {**who, "fingerprint": told[1]})
    assert made.status_code == 302
    assert Assignment.objects.filter(state="proposed", accountability="accountable").count() == 7
    assert "7 assignments are proposed" in text(bob, made.headers["Location"])
