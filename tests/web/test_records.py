"""The page of a record: editing by two, circles of readers, files, undo, other times."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR
from septet.kernel.content import EMPTY
from septet.kernel.models import Attachment, Entry, LogEntry
from tests.cast import Cast
from tests.web.conftest import SignIn


@pytest.fixture
def incident(cast: Cast) -> Any:
    """Something that Rita asked for and Alice works on."""
    return create(
        "incident",
        cast.as_("alice"),
        via="web",
        title="Printer jams",
        description="On the **second** floor <script>alert(1)</script>",
        requester=cast.rita.number,
        owner=cast.alice.number,
        team=cast.desk.number,
    )


@pytest.mark.parametrize(("name", "most"), [("alice", 13), ("rita", 14), ("paul", 16)])
def test_a_page_needs_few_queries_however_much_there_is_to_tell(
    browser_of: SignIn, cast: Cast, incident: Any, name: str, most: int
) -> None:
    """Of these, session, account and rights are three, the tasks of the record one, its clocks one."""
    alice = cast.as_("alice")
    perform(incident, "share", alice, via="web", party=cast.supplier.number)
    perform(incident, "ask-approval", OPERATOR, via="cli", approvers=[cast.bob.number])
    client, address = browser_of(name), f"/r/{incident.number}/"
    counts = []
    for n in range(2):
        for _ in range(1 + 2 * n):
            other = create("incident", alice, via="web", title="Another one")
            perform(incident, "relate", alice, via="web", type="caused-by", target=other.number)
            perform(incident, "comment", alice, via="web", text="We look into it.", audience="requester")
            perform(incident, "attach", OPERATOR, via="cli", params={"name": "a.txt", "digest": EMPTY, "size": 0})
        client.get(address)  # what is kept for a moment is asked for first
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1] <= most


def test_of_two_editors_the_second_sees_both_values(browser_of: SignIn, incident: Any) -> None:
    alice, bob = browser_of("alice"), browser_of("bob")
    address = f"/r/{incident.number}/edit/"
    base = {"version": "1", "title": "Printer jams", "category": ""}
    assert alice.post(address, {**base, "title": "Printer on fire", "category": "hardware"}).status_code == 302
    answer = bob.post(address, {**base, "title": "Printer is loud", "call_back": "12345"})
    assert answer.status_code == 412
    for shown in ("Printer on fire", "Printer is loud", "hardware", "12345"):
        assert shown in answer.text
    assert 'name="version" value="2"' in answer.text
    incident.refresh_from_db()
    assert (incident.title, incident.version) == ("Printer on fire", 2)
    mended = {"version": "2", "title": "Printer is loud", "category": "hardware", "call_back": "12345"}
    assert bob.post(address, mended).status_code == 302
    incident.refresh_from_db()
    assert (incident.title, incident.category, incident.version) == ("Printer is loud", "hardware", 3)


def test_only_what_was_changed_in_the_form_is_journaled(browser_of: SignIn, incident: Any) -> None:
    alice = browser_of("alice")
    form = alice.get(f"/r/{incident.number}/edit/").text
    assert f"{incident.team_id}" in form
    sent = {"version": "1", "title": "Printer jams", "description": incident.description, "category": "paper"}
    assert alice.post(f"/r/{incident.number}/edit/", {**sent, "note": "sorted"}).status_code == 302
    entry = Entry.objects.get(record_id=incident.pk, number=2)
    assert (entry.changes, entry.note) == ('{"category":["","paper"]}', "sorted")


def test_an_unfit_value_stands_at_its_field_and_nothing_is_lost(browser_of: SignIn, incident: Any) -> None:
    answer = browser_of("alice").post(
        f"/r/{incident.number}/edit/",
        {"version": "1", "title": "Still typing", "affected_users": "many", "owner": "PER-999999"},
    )
    assert answer.status_code == 422
    assert "Still typing" in answer.text
    assert 'value="many"' in answer.text
    assert "is no whole number" in answer.text


def test_a_person_can_be_named_by_title(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    answer = browser_of("alice").post(f"/r/{incident.number}/do/assign/", {"owner": "bob", "team": "Desk"})
    assert answer.status_code == 302
    incident.refresh_from_db()
    assert (incident.owner_id, incident.team_id) == (cast.bob.pk, cast.desk.pk)


def test_raw_html_stays_text(browser_of: SignIn, incident: Any) -> None:
    page = browser_of("alice").get(f"/r/{incident.number}/").text
    assert "<strong>second</strong>" in page
    assert "<script>alert" not in page


def test_a_requester_sees_what_is_for_them_and_nothing_internal(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    alice, rita = browser_of("alice"), browser_of("rita")
    say = f"/r/{incident.number}/do/comment/"
    assert alice.post(say, {"text": "The caller is difficult", "audience": "internal"}).status_code == 302
    assert alice.post(say, {"text": "We look into it", "audience": "requester"}).status_code == 302
    assert rita.post(say, {"text": "It jams again"}).status_code == 302
    page = rita.get(f"/r/{incident.number}/")
    assert page.status_code == 200
    assert "We look into it" in page.text
    assert "It jams again" in page.text
    assert "difficult" not in page.text
    assert rita.post(f"/r/{incident.number}/do/withdraw/").status_code == 403
    assert rita.get(f"/r/{incident.number}/edit/").status_code == 403
    assert "Printer jams" in rita.get("/portal/").text
    assert f"/r/{incident.number}/" in rita.get("/support/incidents/").text
    assert "It jams again" in alice.get(f"/r/{incident.number}/").text


def test_a_requester_asks_for_help_by_a_short_form(browser_of: SignIn, cast: Cast) -> None:
    rita = browser_of("rita")
    assert "Something does not work" in rita.get("/portal/").text
    form = rita.get("/support/incidents/new/")
    assert form.status_code == 200
    assert 'name="owner"' not in form.text
    assert (
        rita.post("/support/incidents/new/", {"title": "My mouse is dead", "description": "Since noon."}).status_code
        == 302
    )
    assert "My mouse is dead" in rita.get("/my-work/").text
    assert rita.get("/release/changes/new/").status_code == 404


def test_a_partner_sees_what_is_shared(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    paul = browser_of("paul")
    assert paul.get(f"/r/{incident.number}/").status_code == 404
    answer = browser_of("alice").post(f"/r/{incident.number}/do/share/", {"party": cast.supplier.number})
    assert answer.status_code == 302
    assert paul.get(f"/r/{incident.number}/").status_code == 200
    assert "Printer jams" in paul.get("/portal/").text


def test_a_file_comes_back_as_it_went_in_but_only_to_its_circle(browser_of: SignIn, incident: Any) -> None:
    alice, rita = browser_of("alice"), browser_of("rita")
    sent = {"file": SimpleUploadedFile("photo <1>.html", b"<script>1</script>"), "audience": "internal"}
    assert alice.post(f"/r/{incident.number}/attach/", sent).status_code == 302
    row = Attachment.objects.get(record_id=incident.pk)
    answer = alice.get(f"/r/{incident.number}/files/{row.pk}/")
    assert b"".join(answer) == b"<script>1</script>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert rita.get(f"/r/{incident.number}/files/{row.pk}/").status_code == 404
    assert "photo" not in rita.get(f"/r/{incident.number}/").text
    empty = alice.post(f"/r/{incident.number}/attach/", {})
    assert empty.status_code == 422
    assert "Choose a file first." in empty.text


def test_relations_are_shown_from_both_ends_and_ended_from_either(
    browser_of: SignIn, incident: Any, cast: Cast
) -> None:
    alice = browser_of("alice")
    other = create("incident", cast.as_("alice"), via="web", title="Toner is empty")
    sent = {"type": "caused-by", "target": f"{other.number} Toner is empty"}
    assert alice.post(f"/r/{incident.number}/do/relate/", sent).status_code == 302
    assert "was caused by" in alice.get(f"/r/{incident.number}/").text
    assert "caused" in alice.get(f"/r/{other.number}/").text
    wrong = alice.post(f"/r/{incident.number}/do/relate/", sent)
    assert wrong.status_code == 409
    assert "already" in wrong.text
    ended = {"type": "caused-by", "target": other.number, "next": f"/r/{other.number}/"}
    assert alice.post(f"/r/{incident.number}/do/unrelate/", ended)["Location"] == f"/r/{other.number}/"
    assert "was caused by" not in alice.get(f"/r/{incident.number}/").text.partition("What happened")[0]


def test_undo_is_shown_before_it_is_done(browser_of: SignIn, incident: Any) -> None:
    alice = browser_of("alice")
    answer = alice.post(f"/r/{incident.number}/edit/", {"version": "1", "title": "Wrong title"})
    said = alice.get(answer["Location"]).text.partition('id="toasts"')[2]
    assert "Undo</button>" in said
    entry = Entry.objects.get(record_id=incident.pk, number=2)
    shown = alice.get(f"/undo/{entry.request}/")
    assert shown.status_code == 200
    assert "1 record goes back" in shown.text
    incident.refresh_from_db()
    assert incident.title == "Wrong title"
    assert alice.post(f"/undo/{entry.request}/").status_code == 200
    incident.refresh_from_db()
    assert incident.title == "Printer jams"
    assert alice.get("/undo/no-such-request/").status_code == 404


def test_one_entry_can_be_undone_or_says_why_not(browser_of: SignIn, incident: Any) -> None:
    alice = browser_of("alice")
    for title in ("First", "Second"):
        perform(incident, "edit", OPERATOR, via="cli", title=title)
    first = Entry.objects.get(record_id=incident.pk, number=2)
    last = Entry.objects.get(record_id=incident.pk, number=3)
    refused = alice.post(f"/r/{incident.number}/undo/{first.pk}/")
    assert refused.status_code == 409
    assert alice.get(f"/r/{incident.number}/undo/{last.pk}/").status_code == 200
    assert alice.post(f"/r/{incident.number}/undo/{last.pk}/").status_code == 302
    incident.refresh_from_db()
    assert incident.title == "First"


def test_a_record_is_shown_as_it_was(browser_of: SignIn, incident: Any) -> None:
    alice = browser_of("alice")
    before = Entry.objects.get(record_id=incident.pk, number=1).at
    perform(incident, "edit", OPERATOR, via="cli", title="Renamed")
    then = alice.get(f"/r/{incident.number}/", {"as_of": before.isoformat()})
    assert "<h1>Printer jams</h1>" in then.text
    assert "Renamed" not in then.text
    assert "/do/comment/" not in then.text
    assert alice.get(f"/r/{incident.number}/", {"as_of": "in spring"}).status_code == 422


def test_approvers_are_asked_and_answer(browser_of: SignIn, cast: Cast) -> None:
    alice, bob = browser_of("alice"), browser_of("bob")
    change = create("change", OPERATOR, via="cli", title="New switch")
    perform(change, "ask-approval", OPERATOR, via="cli", approvers=[cast.bob.number])
    assert "Waiting for your answer" in bob.get("/").text
    assert "Your answer is asked for" in bob.get(f"/r/{change.number}/").text
    assert "Your answer is asked for" not in alice.get(f"/r/{change.number}/").text
    assert bob.post(f"/r/{change.number}/do/reject/", {"reason": ""}).status_code == 422
    assert bob.post(f"/r/{change.number}/do/approve/").status_code == 302
    assert "Waiting for your answer" not in bob.get("/").text


def test_what_is_refused_is_said_where_its_form_is_gone(browser_of: SignIn, incident: Any) -> None:
    alice, rita = browser_of("alice"), browser_of("rita")
    start = f"/r/{incident.number}/do/cancel/"
    assert alice.post(start, {"reason": "a double"}).status_code == 302
    again = alice.post(start, {"reason": "a double"})
    assert again.status_code == 409
    assert "is cancelled" in again.text
    refused = rita.post(f"/r/{incident.number}/do/withdraw/")
    assert refused.status_code == 403
    assert "it needs the right to" in refused.text
    assert LogEntry.objects.filter(event="refusal", actor_id=incident.requester_id).count() == 1


def test_a_look_at_a_restricted_record_is_logged(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    perform(incident, "edit", OPERATOR, via="cli", confidentiality="restricted")
    perform(incident, "share", OPERATOR, via="cli", party=cast.alice.number)
    assert browser_of("bob").get(f"/r/{incident.number}/").status_code == 404
    assert browser_of("alice").get(f"/r/{incident.number}/").status_code == 200
    assert [one.actor_id for one in LogEntry.objects.filter(event="restricted-read")] == [cast.alice.pk]


def test_a_requester_is_offered_no_link_that_leads_nowhere(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    page = browser_of("rita").get(f"/r/{incident.number}/").text
    assert "Alice" in page
    assert f"/r/{cast.alice.number}/" not in page
    assert f"/r/{cast.rita.number}/" in page
    assert f"/r/{cast.alice.number}/" not in browser_of("rita").get("/support/incidents/").text


def test_watching(browser_of: SignIn, incident: Any, cast: Cast) -> None:
    alice = browser_of("alice")
    assert alice.post(f"/r/{incident.number}/do/watch/").status_code == 302
    assert "Stop watching" in alice.get(f"/r/{incident.number}/").text
    assert alice.post(f"/r/{incident.number}/do/unwatch/").status_code == 302
    assert "Stop watching" not in alice.get(f"/r/{incident.number}/").text
