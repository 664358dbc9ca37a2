"""Search in the guide and the reference, and which part of them is about a page."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from markupsafe import Markup

from septet.kernel.registry import RecordType, registry
from septet.kernel.search.words import words_of
from septet.surfaces.web.help.chapters import (
    HOME,
    INDEX,
    Chapter,
    Section,
    contents,
    every_page,
    guide,
    reference_pages,
)
from septet.surfaces.web.snippets import marked, pattern_of, snippet

MOST = 30
# How much a word counts in a heading, and how often at most in a text.
IN_TITLE, MOST_IN_TEXT = 20, 8
# Pages that are about no type of record: how their addresses begin -> chapter and anchor.
TOPICS = {
    "/calendar/subscribe/": "calendar#subscribe-with-your-own-calendar",
    "/calendar/": "calendar",
    "/imports/": "import-profiles#running-an-import",
    "/me/": "api#a-token",
    "/team/goals/": "goals#see-how-things-stand",
    "/team/reviews/": "reviews-and-tasks#a-review-from-its-planning-to-its-end",
    "/administration/reactions/": "install#when-something-that-should-follow-does-not",
    "/administration/": "install",
    "/my-work/": "support",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """A section in which all words stand, the words marked."""

    address: str
    chapter: str
    title: Markup
    snippet: Markup


def find(text: str) -> list[Hit]:
    """The sections that hold every word, each perhaps unfinished: those of the guide first, then the likeliest."""
    words = words_of(text)
    if not words:
        return []
    pattern = pattern_of(words)
    scored = []
    for chapter, section, title, body in _indexed():
        own = section.title == "" or any(word in body or word in _words(section.title) for word in words)
        if own and all(word in title or word in body for word in words):
            score = sum(IN_TITLE * (f" {word}" in title) + min(body.count(f" {word}"), MOST_IN_TEXT) for word in words)
            scored.append(((guide().get(chapter.name) is not chapter, -score), chapter, section))
    return [
        Hit(
            chapter.address_of(section),
            chapter.title,
            marked(section.title or chapter.title, pattern),
            snippet([section.text], pattern),
        )
        for _rank, chapter, section in sorted(scored, key=lambda one: one[0])[:MOST]
    ]


@cache
def _indexed() -> list[tuple[Chapter, Section, str, str]]:
    """Every section with its words: of its headings and of its text."""
    return [
        (chapter, section, _words(f"{section.title} {chapter.title}"), _words(section.text))
        for chapter in every_page()
        for section in chapter.sections
    ]


def _words(text: str) -> str:
    return f" {' '.join(words_of(text))}"


def about(it: RecordType | None, address: str) -> str:
    """Where the help tells of a page: the part of the guide that tells of its type, or the type's reference; else of
    its address; else the contents."""
    if it is not None:
        return _about_type(it.kind)
    return _about_address(address)


@lru_cache(maxsize=512)
def _about_type(kind: str) -> str:
    it = registry.types[kind]
    names = {str(it.label).lower(), str(it.label_plural).lower()}
    pattern = re.compile("|".join(rf"\b{re.escape(name)}\b" for name in names))
    headed = [
        (section.level, chapter.address_of(section))
        for chapter in guide().values()
        for section in chapter.sections
        if section.title and pattern.search(section.title.lower())
    ]
    if headed:
        return min(headed, key=lambda one: one[0])[1]
    page = reference_pages()[it.path].address
    telling = (one.address for one in guide().values() if page in one.links)
    return next(telling, page)


def _about_address(address: str) -> str:
    found = [one for one in TOPICS if address.startswith(one)]
    if not found:
        return HOME
    name, _hash, anchor = TOPICS[max(found, key=len)].partition("#")
    return f"{guide()[name].address}#{anchor}" if anchor else guide()[name].address


def leads_nowhere() -> list[str]:
    """Every link within the help whose page or heading is not there."""
    there = {HOME, f"{HOME}reference/"}
    for one in every_page():
        there |= {one.address, *(one.address_of(section) for section in one.sections)}
    wrong = []
    for group in contents():
        wrong += [f"{INDEX}: {task.title}" for task in group.tasks if task.address not in there]
    for one in every_page():
        for goal in one.links:
            whole = f"{one.address}{goal}" if goal.startswith("#") else goal
            if whole not in there:
                wrong.append(f"{one.name}: {goal}")
    return wrong
