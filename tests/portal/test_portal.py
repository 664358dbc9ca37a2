"""What people outside IT find in the portal, and what they do not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Attachment, Record
from septet.kernel.registry import registry
from septet.portal import progress
from tests.cast import Cast
from tests.portal.conftest import SignIn

PAGES = (
    "/portal/",
    "/portal/ask/",
    "/portal/requests/",
    "/portal/articles/",
    "/portal/articles/?q=x",
    "/portal/services/",
)


@pytest.fixture
def incident(cast: Cast) -> Any:
    """A request of Rita's, with something for her and something for the staff alone."""
    made = create("incident", cast.as_("rita"), via="web", title="Mail is away", requester=cast.rita.number)
    alice = cast.as_("alice")
    perform(made, "assign", alice, via="web", owner=cast.alice)
    perform(made, "comment", alice, via="web", text="We look into it.", audience="requester")
    perform(made, "comment", alice, via="web", text="The supplier forgot to pay.")
    return made


def live(title: str) -> Any:
    """A service that people use."""
    made = create("service", OPERATOR, via="cli", title=title, description="For everybody.", users="Everybody")
    perform(made, "launch", OPERATOR, via="cli")
    return made


@pytest.fixture
def content(tmp_path: Path, settings: LazySettings) -> None:
    """A content store of the test's own."""
    settings.CONTENT_DIR = tmp_path


def test_requesters_begin_in_the_portal_and_staff_on_the_board(browser_of: SignIn) -> None:
    assert browser_of("rita").get("/")["Location"] == "/portal/"
    assert browser_of("alice").get("/").status_code == 200


@pytest.mark.parametrize("name", ["rita", "paul", "otto", "alice"])
def test_every_page_opens_for_everybody(browser_of: SignIn, name: str) -> None:
    client = browser_of(name)
    assert {page: client.get(page).status_code for page in PAGES} == dict.fromkeys(PAGES, 200)


def test_nobody_sees_it_without_signing_in(db: None) -> None:
    client = Client(headers={"host": "localhost"})
    assert all(client.get(page)["Location"].startswith("/sign-in/") for page in PAGES)


def test_asking_with_a_file_and_following_what_becomes_of_it(browser_of: SignIn, cast: Cast, content: None) -> None:
    rita = browser_of("rita")
    service = live("Mail")
    page = rita.get("/portal/ask/incident/").text
    assert "Mail</option>" in page
    sent = {"title": "Mail is away", "description": "Since **nine**.", "service": service.number, "impact": "4"}
    file = SimpleUploadedFile("screen.png", b"picture", "image/png")
    answer = rita.post("/portal/ask/incident/", sent | {"files": file})
    made = Record.objects.get(kind="incident")
    assert answer["Location"] == f"/portal/requests/{made.number}/"
    assert (made.requester_id, made.service_id) == (cast.rita.pk, service.pk)
    assert Attachment.objects.get().audience == "requester"
    page = rita.get(answer["Location"]).text
    for shown in ("Received", "<strong>nine</strong>", "screen.png"):
        assert shown in page
    perform(made, "resolve", cast.as_("alice"), via="web", cause="A secret cause", resolution="Plugged in")
    page = rita.get(answer["Location"]).text
    assert "does it work for you" in page
    assert "A secret cause" not in page
    assert rita.post(f"/portal/requests/{made.number}/do/reopen/").status_code == 422
    again = rita.post(f"/portal/requests/{made.number}/do/reopen/", {"reason": "Still away"})
    assert again.status_code == 302
    made.refresh_from_db()
    assert made.state == "in-progress"


def test_what_is_missing_is_said_and_nothing_is_lost(browser_of: SignIn) -> None:
    answer = browser_of("rita").post("/portal/ask/incident/", {"title": "", "description": "A long story"})
    assert answer.status_code == 422
    assert "A long story" in answer.text
    assert 'id="title-wrong"' in answer.text


def test_internal_words_stay_inside(browser_of: SignIn, cast: Cast, incident: Any) -> None:
    address = f"/portal/requests/{incident.number}/"
    for name, sees in (("rita", True), ("alice", True), ("paul", False), ("otto", False)):
        client = browser_of(name)
        answer = client.get(address)
        assert answer.status_code == (200 if sees else 404), name
        assert "forgot to pay" not in answer.text, name
        assert "forgot to pay" not in client.get("/portal/").text, name
        if not sees:
            assert "Mail is away" not in client.get("/portal/").text + client.get("/portal/requests/").text
            assert client.post(f"{address}say/", {"text": "Hello"}).status_code == 404
            assert client.post(f"{address}do/cancel/", {"reason": "No"}).status_code == 404
    assert "We look into it." in browser_of("rita").get(address).text
    assert "Alice wrote something" in browser_of("rita").get("/portal/").text


def test_partners_find_what_is_shared_with_them(browser_of: SignIn, cast: Cast, incident: Any) -> None:
    perform(incident, "share", cast.as_("alice"), via="web", party=cast.supplier.number)
    paul = browser_of("paul")
    assert "Mail is away" in paul.get("/portal/").text
    page = paul.get(f"/portal/requests/{incident.number}/").text
    assert "We look into it." not in page
    assert "forgot to pay" not in page


def test_an_answer_is_asked_and_given(browser_of: SignIn, cast: Cast, incident: Any) -> None:
    perform(incident, "ask-approval", cast.as_("alice"), via="web", approvers=[cast.otto.number])
    otto = browser_of("otto")
    assert "Waiting for your answer" in otto.get("/portal/").text
    assert "Approve" in otto.get(f"/portal/requests/{incident.number}/").text
    assert otto.post(f"/portal/requests/{incident.number}/do/approve/").status_code == 302
    assert "Waiting for your answer" not in otto.get("/portal/").text
    assert browser_of("rita").post(f"/portal/requests/{incident.number}/do/escalate/").status_code == 404


def test_only_articles_for_everybody_are_found(browser_of: SignIn, cast: Cast) -> None:
    for audience in ("public", "internal"):
        title = f"Share a folder, {audience}"
        made = create("article", OPERATOR, via="cli", title=title, body="Menu.", audience=audience)
        perform(made, "validate", OPERATOR, via="cli")
    rita = browser_of("rita")
    page = rita.get("/portal/articles/?q=folder").text
    assert "</mark>, public" in page or "folder</mark>, public" in page
    assert ", internal" not in page
    assert ", internal" not in rita.get("/portal/suggestions/?q=cannot share a folder").text
    assert "public" in rita.get("/portal/suggestions/?q=cannot share a folder").text


def test_how_services_stand_without_the_words_of_the_staff(browser_of: SignIn, cast: Cast) -> None:
    mail = live("Mail")
    create("service", OPERATOR, via="cli", title="Secret project")
    major = create("incident", cast.as_("alice"), via="web", title="Intruder in the mail server", service=mail.number)
    perform(major, "mark-major", cast.as_("alice"), via="web", reason="All are affected")
    now = timezone.now()
    for title, hours in (("Patch against the intruder", 0), ("Another patch", 48)):
        begin, end = (now + timedelta(hours=hours + more) for more in (0, 2))
        create("window", OPERATOR, via="cli", title=title, service=mail.number, starts_at=begin, ends_at=end)
    for page in ("/portal/", "/portal/services/"):
        shown = browser_of("rita").get(page).text
        assert "Mail is disturbed" in shown
        assert "Maintenance: Mail" in shown
        assert "Planned maintenance" in shown
        for hidden in ("ntruder", "patch", "Secret project"):
            assert hidden not in shown


def test_every_state_has_plain_words() -> None:
    told: dict[str, int] = {}
    for it in registry.types.values():
        if it.requesters_create and it.is_work:
            told |= {f"{it.kind} {one.key}": progress.of(it, one.key).step for one in it.states.all}
    assert told["incident new"] == 1
    assert told["incident waiting"] == 2
    assert told["incident resolved"] == 3
    assert told["incident closed"] == 4
    assert told["incident cancelled"] == 0


@pytest.mark.parametrize("name", ["rita", "paul"])
def test_requesters_open_no_page_of_the_staff(browser_of: SignIn, name: str) -> None:
    client = browser_of(name)
    for page in ("/administration/", "/administration/accounts/", "/administration/log/", "/imports/"):
        assert client.get(page).status_code in (403, 404), page
