"""The chapters of the guide and the pages of the reference as HTML, read once per process.

The guide is `docs/guide` of the repository, which the wheel carries in the folder `guide` beside this file; the
reference is written from the registry. Links between them, which lead from file to file where they are written, lead
from page to page here.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from septet.surfaces import reference

PACKED = Path(__file__).with_name("guide")
FOLDER = PACKED if PACKED.is_dir() else Path(__file__).parents[5] / "docs/guide"
PICTURES = FOLDER / "pictures"
INDEX = "README"
HOME = "/help/"
# Folders as the Markdown files know them -> where their pages are.
ADDRESSES = {"guide": HOME, "reference/types": f"{HOME}reference/"}
TASK = re.compile(r"^- \[([^\]]+)\]\(([\w-]+\.md)#([\w-]+)\)$", re.MULTILINE)
_reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a page under one heading. The first has none of its own: its `anchor` is empty."""

    title: str
    anchor: str
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """One page: its title, its HTML without it, its sections, and where its links lead within the help."""

    name: str
    title: str
    address: str
    html: Markup
    sections: tuple[Section, ...]
    links: tuple[str, ...]

    def address_of(self, section: Section) -> str:
        """Where a section stands."""
        return f"{self.address}#{section.anchor}" if section.anchor else self.address


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody wants to do, and where it is written how."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """What the contents name for one sort of reader: tasks, and the chapters that are theirs."""

    title: str
    tasks: tuple[Task, ...]
    chapters: tuple[Chapter, ...]


@cache
def guide() -> dict[str, Chapter]:
    """The chapters by name, in the order of the contents."""
    return {one.name: one for group in contents() for one in group.chapters}


@cache
def contents() -> tuple[Group, ...]:
    """The chapters as the index of the guide groups them; what it does not name comes last."""
    read = {
        path.stem: _read(path.stem, path.read_text(encoding="utf-8"), "guide")
        for path in sorted(FOLDER.glob("*.md"))
        if path.stem != INDEX
    }
    groups = []
    for part in re.split(r"^## ", (FOLDER / f"{INDEX}.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        names = re.findall(r"\]\(([\w-]+)\.md\)", part)
        tasks = tuple(
            Task(words, f"{_address(f'guide/{file}')}#{anchor}") for words, file, anchor in TASK.findall(part)
        )
        groups.append(Group(part.splitlines()[0], tasks, tuple(read.pop(name) for name in names if name in read)))
    return (*groups, Group(str(_("More")), (), tuple(read.values()))) if read else tuple(groups)


@cache
def reference_pages() -> dict[str, Chapter]:
    """The pages of the reference by name; the index is `README`."""
    return {
        name.removesuffix(".md"): _read(name.removesuffix(".md"), text, "reference/types")
        for name, text in reference.pages().items()
    }


def every_page() -> Iterator[Chapter]:
    """The guide, then the reference."""
    yield from guide().values()
    yield from reference_pages().values()


def _read(name: str, text: str, folder: str) -> Chapter:
    tokens = _reader.parse(text)
    title = name
    if tokens and tokens[0].tag == "h1":
        title = _plain(tokens[1])
        tokens = tokens[3:]
    sections = _anchored(tokens)
    links = tuple(_led(tokens, folder))
    _hang(tokens)
    html = Markup(_reader.renderer.render(_framed(tokens), _reader.options, {}))  # noqa: S704  # our own text, raw HTML off
    address = ADDRESSES[folder] + ("" if name == INDEX else f"{name}/")
    return Chapter(name, title, address, html, sections, links)


def _anchored(tokens: list[Token]) -> tuple[Section, ...]:
    """Give each heading the anchor that GitHub gives it, and tell what stands under each."""
    found: list[tuple[str, str, int, list[str]]] = [("", "", 1, [])]
    taken: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            title = _plain(tokens[place + 1])
            anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            taken[anchor] = taken.get(anchor, -1) + 1
            anchor += f"-{taken[anchor]}" if taken[anchor] else ""
            token.attrSet("id", anchor)
            found.append((title, anchor, int(token.tag[1]), []))
        elif token.type in {"inline", "fence", "code_block"} and tokens[place - 1].type != "heading_open":
            found[-1][3].append(_plain(token) if token.type == "inline" else token.content)
    return tuple(Section(title, anchor, level, " ".join(texts)) for title, anchor, level, texts in found)


def _plain(token: Token) -> str:
    inner = token.children or []
    return "".join(
        one.content if one.type in {"text", "code_inline"} else " " if "break" in one.type else "" for one in inner
    )


def _led(tokens: list[Token], folder: str) -> Iterator[str]:
    """Let links to Markdown files lead to their pages; yields where they lead."""
    for token in tokens:
        for one in token.children or []:
            goal = str(one.attrGet("href") or "")
            if one.type != "link_open" or not goal or "://" in goal:
                continue
            file, _hash, anchor = goal.partition("#")
            path = posixpath.normpath(posixpath.join(folder, file)) if file else ""
            if path:
                goal = _address(path) + (f"#{anchor}" if anchor else "")
                one.attrSet("href", goal)
            yield goal


def _hang(tokens: list[Token]) -> None:
    """Let pictures, which lie beside the chapters, be fetched from where the help serves them."""
    for token in tokens:
        for one in token.children or []:
            if one.type == "image":
                one.attrSet("src", f"{HOME}{one.attrGet('src')}")
                one.attrSet("loading", "lazy")


def _address(path: str) -> str:
    parent, name = posixpath.split(path)
    root = ADDRESSES.get(parent, f"{HOME}{parent}/")
    stem = name.removesuffix(".md")
    return root if stem == INDEX else f"{root}{stem}/"


def _framed(tokens: list[Token]) -> list[Token]:
    """What may be wider than the page can be scrolled, by keyboard as well."""
    for token in tokens:
        if token.type in {"fence", "code_block", "table_open"}:
            token.attrSet("tabindex", "0")
    return tokens
