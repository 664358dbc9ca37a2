"""Lists: filters, order, columns, pages, saved filters, many records at once."""

from typing import Any

import pytest

from septet.kernel.actions import create
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, Record
from tests.cast import Cast
from tests.web.conftest import SignIn

INCIDENTS = "/support/incidents/"


@pytest.fixture
def incidents(cast: Cast) -> list[Any]:
    """Three incidents of which Alice owns the second."""
    owners: list[dict[str, Any]] = [{}, {"owner": cast.alice.number}, {}]
    return [create("incident", OPERATOR, via="cli", title=f"Incident {i}", **o) for i, o in enumerate(owners)]


def shown(page: Any) -> list[str]:
    """The titles in the list, from the top."""
    return [f"Incident {part[0]}" for part in page.text.split('">Incident ')[1:] if part[0].isdigit()]


def test_filters_order_and_search(browser_of: SignIn, incidents: list[Any], cast: Cast) -> None:
    alice = browser_of("alice")
    assert shown(alice.get(INCIDENTS)) == ["Incident 2", "Incident 1", "Incident 0"]
    assert shown(alice.get(INCIDENTS, {"order": "title"})) == ["Incident 0", "Incident 1", "Incident 2"]
    by_owner = alice.get(INCIDENTS, {"owner": "Alice", "state": "", "q": ""})
    assert shown(by_owner) == ["Incident 1"]
    assert ">Owner</span> Alice" in by_owner.text
    assert shown(alice.get(INCIDENTS, {"owner": "none"})) == ["Incident 2", "Incident 0"]
    assert shown(alice.get(INCIDENTS, {"state": "resolved"})) == []
    assert "Nothing fits these filters" in alice.get(INCIDENTS, {"state": "resolved"}).text
    assert shown(alice.get(INCIDENTS, {"state": ["new", "resolved"]})) == ["Incident 2", "Incident 1", "Incident 0"]


def test_a_filter_that_does_not_fit_is_explained_and_kept(browser_of: SignIn, incidents: list[Any]) -> None:
    page = browser_of("alice").get(INCIDENTS, {"priority": "soon", "as_of": "in spring"})
    assert page.status_code == 422
    assert 'name="priority" value="soon"' in page.text
    assert 'value="in spring"' in page.text
    assert page.text.count('role="alert"') == 1


def test_pages_follow_each_other(browser_of: SignIn, incidents: list[Any]) -> None:
    alice = browser_of("alice")
    first = alice.get(INCIDENTS, {"limit": "2"})
    following = first.text.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = alice.get(INCIDENTS + following)
    assert shown(first) + shown(second) == ["Incident 2", "Incident 1", "Incident 0"]
    assert "First page" in second.text
    assert alice.get(INCIDENTS, {"cursor": "made-up"}).status_code == 422
    assert "3 records" in alice.get(INCIDENTS, {"count": "true"}).text


def test_columns_are_chosen(browser_of: SignIn, incidents: list[Any]) -> None:
    page = browser_of("alice").get(INCIDENTS, {"columns": ["number", "category", "nonsense"]})
    head = page.text.partition("<thead>")[2].partition("</thead>")[0]
    assert "Category" in head
    assert "Title" not in head


def test_a_list_of_another_time(browser_of: SignIn, incidents: list[Any]) -> None:
    page = browser_of("alice").get(INCIDENTS, {"as_of": "now"})
    assert shown(page) == ["Incident 2", "Incident 1", "Incident 0"]
    assert "Who may see what is judged as of today" in page.text
    assert 'name="action"' not in page.text
    assert shown(browser_of("alice").get(INCIDENTS, {"as_of": "2012-03-01"})) == []


def test_filters_are_saved_shared_and_forgotten(browser_of: SignIn, incidents: list[Any]) -> None:
    alice, bob = browser_of("alice"), browser_of("bob")
    sent = {"name": "Nobody's", "query": "?owner=none", "shared": "yes"}
    assert alice.post(f"{INCIDENTS}filters/", sent)["Location"] == f"{INCIDENTS}?owner=none"
    assert alice.post(f"{INCIDENTS}filters/", {"name": "Of Alice", "query": "?owner=Alice"}).status_code == 302
    assert "Nobody&#39;s" in bob.get(INCIDENTS).text
    assert "Of Alice" not in bob.get(INCIDENTS).text
    page = alice.get(INCIDENTS, {"owner": "Alice"}).text
    mine = page.partition("/forget/")[0].rpartition("filters/")[2]
    assert bob.post(f"{INCIDENTS}filters/{mine}/forget/").status_code == 404
    assert "Of Alice" in alice.get(INCIDENTS).text
    assert alice.post(f"{INCIDENTS}filters/{mine}/forget/").status_code == 302
    assert "Of Alice" not in alice.get(INCIDENTS).text


def test_one_action_on_many_says_first_what_it_will_do(browser_of: SignIn, incidents: list[Any]) -> None:
    bob = browser_of("bob")
    first, second, third = incidents
    sent = {"action": "withdraw", "number": [first.number, second.number]}
    asked = bob.post(f"{INCIDENTS}bulk/", sent)
    assert asked.status_code == 200
    assert "2 records will change" in asked.text
    assert not Record.objects.exclude(withdrawn_at=None).exists()
    done = bob.post(f"{INCIDENTS}bulk/", {**sent, "confirm": "yes", "note": "doubles"})
    assert done["Location"] == INCIDENTS
    assert "Withdraw: done to 2 records." in bob.get(INCIDENTS).text
    entries = Entry.objects.filter(action="withdraw")
    assert {one.record_id for one in entries} == {first.pk, second.pk}
    assert len({one.request for one in entries}) == 1
    assert entries[0].note == "doubles"
    again = bob.post(f"{INCIDENTS}bulk/", {**sent, "number": [first.number, third.number]})
    assert "1 of 2 records will change" in again.text
    assert "It is withdrawn." in again.text
    assert bob.post(f"/undo/{entries[0].request}/").status_code == 200
    assert not Record.objects.exclude(withdrawn_at=None).exists()


def test_after_an_action_on_many_the_list_is_as_it_was(browser_of: SignIn, incidents: list[Any]) -> None:
    bob = browser_of("bob")
    sent = {"action": "comment", "number": [one.number for one in incidents], "query": "?open=true&order=-title"}
    asked = bob.post(f"{INCIDENTS}bulk/", sent)
    assert 'name="query" value="open=true&amp;order=-title"' in asked.text
    done = bob.post(f"{INCIDENTS}bulk/", {**sent, "confirm": "yes", "text": "Looked at"})
    assert done["Location"] == f"{INCIDENTS}?open=true&order=-title"
    after = bob.get(done["Location"]).text
    assert "Comment: done to 3 records." in after
    # What was read cannot be unread.
    assert "/undo/" not in after


def test_all_of_a_list_at_once(browser_of: SignIn, incidents: list[Any], cast: Cast) -> None:
    bob = browser_of("bob")
    sent = {"action": "assign", "all": "yes", "query": "?owner=none", "confirm": "yes", "owner": cast.bob.number}
    assert bob.post(f"{INCIDENTS}bulk/", sent).status_code == 302
    assert Record.objects.filter(owner_id=cast.bob.pk).count() == 2


def test_nothing_chosen_is_said_plainly(browser_of: SignIn, incidents: list[Any]) -> None:
    bob = browser_of("bob")
    assert bob.post(f"{INCIDENTS}bulk/", {"action": "withdraw"}).status_code == 422
    assert bob.post(f"{INCIDENTS}bulk/", {"action": "", "number": incidents[0].number}).status_code == 422


def test_bulk_reaches_nothing_that_the_actor_cannot_see(browser_of: SignIn, cast: Cast) -> None:
    hidden = create("incident", OPERATOR, via="cli", title="Hidden", confidentiality="restricted")
    answer = browser_of("bob").post(
        f"{INCIDENTS}bulk/", {"action": "withdraw", "number": hidden.number, "confirm": "yes"}
    )
    assert "Hidden" not in answer.text
    hidden.refresh_from_db()
    assert hidden.withdrawn_at is None


def test_search_finds_words_and_goes_straight_to_numbers(browser_of: SignIn, incidents: list[Any]) -> None:
    alice = browser_of("alice")
    number = incidents[1].number
    assert alice.get("/search/", {"q": number.lower()})["Location"] == f"/r/{number}/"
    found = alice.get("/search/", {"q": "incident", "kind": "incident"})
    assert all(one.number in found.text for one in incidents)
    assert "Nothing holds" in alice.get("/search/", {"q": "unheard-of"}).text
    assert browser_of("otto").get("/search/", {"q": "incident"}).text.count("/r/INC-") == 0


def test_a_reference_is_suggested_while_typing(browser_of: SignIn, cast: Cast) -> None:
    answer = browser_of("alice").get("/look-up/", {"kind": "person", "q": "bo"})
    assert f'data-number="{cast.bob.number}" data-title="Bob"' in answer.text
    assert "Rita" not in answer.text


def test_my_work_holds_mine_and_my_teams(browser_of: SignIn, incidents: list[Any], cast: Cast) -> None:
    create("incident", OPERATOR, via="cli", title="Incident of the desk", team=cast.desk.number)
    page = browser_of("alice").get("/my-work/").text
    assert "Incident 1" in page
    assert "Incident of the desk" in page
    assert "Incident 0" not in page
    assert "Incident of the desk" in browser_of("alice").get("/").text


def test_the_palette_begins_with_what_was_opened_last_as_far_as_one_may_see_it(browser_of: SignIn, cast: Cast) -> None:
    alice = cast.as_("alice")
    first, second = (create("incident", alice, via="web", title=title) for title in ("The first", "The second"))
    asked = {"recent": f"{second.number},{first.number},INC-x,-,{'9' * 30},"}
    page = browser_of("alice").get("/palette/", asked).text
    assert page.index("The second") < page.index("The first")
    assert "The first" not in browser_of("otto").get("/palette/", asked).text
    assert "Opened last" not in browser_of("alice").get("/palette/", {**asked, "q": "inc"}).text


def test_names_of_people_whom_one_may_not_see_are_no_links_however_often_they_stand_there(
    browser_of: SignIn, cast: Cast
) -> None:
    for title in ("The first", "The second"):
        given = {"title": title, "requester": cast.rita.number, "owner": cast.alice.number}
        create("incident", cast.as_("alice"), via="web", **given)
    page = browser_of("rita").get("/support/incidents/")
    assert page.status_code == 200
    assert page.text.count("Alice") == 2
    assert f"/r/{cast.alice.number}/" not in page.text


def test_who_does_not_work_for_it_finds_lists_without_role_clusters(browser_of: SignIn) -> None:
    rita, alice = (browser_of(name).get("/my-work/").text for name in ("rita", "alice"))
    assert 'data-section="lists"' in rita
    assert 'href="/support/incidents/"' in rita
    assert 'data-section="support"' not in rita
    assert 'data-section="support" open' in alice
