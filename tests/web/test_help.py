"""The guide inside the product: every link leads somewhere, search finds, and every page has its part of it."""

import re

import pytest

from septet.kernel.registry import registry
from septet.surfaces.web.help.chapters import FOLDER, every_page, guide, reference_pages
from septet.surfaces.web.help.finding import TOPICS, about, find, leads_nowhere
from tests.web.conftest import SignIn


def test_no_link_leads_nowhere() -> None:
    assert leads_nowhere() == []


def test_every_chapter_stands_in_the_contents() -> None:
    named = set(re.findall(r"\]\(([\w-]+)\.md\)", (FOLDER / "README.md").read_text(encoding="utf-8")))
    assert named <= set(guide())
    assert set(guide()) == {path.stem for path in FOLDER.glob("*.md")} - {"README"}


def test_every_page_of_the_product_has_its_part_of_the_help() -> None:
    there = {"/help/", *(one.address_of(section) for one in every_page() for section in one.sections)}
    types = [about(it, "") for it in registry.types.values()]
    assert [goal for goal in types if goal not in there] == []
    assert [goal for goal in (about(None, address) for address in TOPICS) if goal not in there] == []
    assert about(registry.types["incident"], "") == "/help/support/#an-incident-from-new-to-closed"
    assert about(registry.types["skill"], "").startswith("/help/")
    assert about(None, "/somewhere/else/") == "/help/"


def test_search_wants_every_word_and_puts_the_guide_first() -> None:
    hits = find("major incid")
    assert hits[0].address == "/help/support/#larger-ones"
    assert "<mark>major</mark>" in hits[0].snippet
    assert find("<script> zzzz") == []
    assert all(one.snippet or "<mark>" in one.title for one in find("priority matrix"))
    assert find("  ") == []


def test_anchors_are_those_of_the_files() -> None:
    chapter = guide()["import-profiles"]
    assert {"read-from-bytes-to-rows", "all-words-at-a-glance"} <= {one.anchor for one in chapter.sections}
    assert 'id="read-from-bytes-to-rows"' in chapter.html


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/help/", "For agents"),
        ("/help/support/", "An incident from new to closed"),
        ("/help/reference/incidents/", "Actions"),
        ("/help/reference/", "Record types"),
        ("/help/?q=xylophone+orchestra", "Nothing in the guide holds"),
    ],
)
def test_pages_of_the_help(browser_of: SignIn, address: str, words: str) -> None:
    answer = browser_of("rita").get(address)
    assert answer.status_code == 200
    assert words in answer.content.decode()


def test_a_chapter_that_is_not_there(browser_of: SignIn) -> None:
    assert browser_of("rita").get("/help/no-such-chapter/").status_code == 404


def test_a_chapter_shows_its_pictures(browser_of: SignIn) -> None:
    rita = browser_of("rita")
    address = re.search(
        r'<img src="(/help/pictures/[^"]+)" alt="[^"]{10,}"', rita.get("/help/support/").content.decode()
    )
    assert address
    answer = rita.get(address[1])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert answer.content.startswith(b"RIFF")
    assert rita.get("/help/pictures/no-such-picture.webp").status_code == 404


def test_a_list_leads_to_its_chapter(browser_of: SignIn) -> None:
    page = browser_of("alice").get("/support/incidents/").content.decode()
    assert 'href="/help/support/#an-incident-from-new-to-closed"' in page


def test_the_reference_has_a_page_for_every_type() -> None:
    assert {it.path for it in registry.types.values()} <= set(reference_pages())
