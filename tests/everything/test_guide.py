"""The guide is true: every page of which it has a picture shows what it should, and every command does what it says, on
the demo."""

import os
import re
import shlex
from pathlib import Path

import pytest
from playwright.sync_api import expect

from septet.demo.load import load
from septet.kernel.accounts import new_sign_in_link
from septet.kernel.models import Account
from septet.kernel.search import index
from septet.surfaces.cli.program import run
from tests.pictures import FOLDER as PICTURE_FOLDER
from tests.pictures import LARGEST, MOST, PICTURES, SIZE, walk

GUIDES = (
    "support.md",
    "release.md",
    "service.md",
    "agreements-and-clocks.md",
    "reviews-and-tasks.md",
    "goals.md",
    "team.md",
)
FOLDER = Path(__file__).parents[2] / "docs/guide"
# The browser's own event loop runs in this thread; the test uses the database beside it, not inside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
SHOWN = re.compile(r"!\[([^\]]*)\]\((?:docs/guide/)?pictures/([\w-]+)\.webp\)")
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
OPENED = re.compile(r"([A-Z]+-\d+) is open\.")


def commands(page: str) -> list[str]:
    """The lines that a page tells its reader to type."""
    return [line for block in BLOCK.findall((FOLDER / page).read_text()) for line in block.splitlines() if line]


@pytest.fixture
def people(transactional_db: None) -> dict[str, int]:
    """A small demo, where a server sees it, too: role to the person's id."""
    return load(0.05)


def test_the_guide_is_true(
    people: dict[str, int], request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    # One test, so that the demo is loaded once.
    _every_page_shows_what_its_picture_does(people, request)
    _every_command_works(capsys)


def _every_page_shows_what_its_picture_does(people: dict[str, int], request: pytest.FixtureRequest) -> None:
    server, page = request.getfixturevalue("live_server"), request.getfixturevalue("page")
    page.set_viewport_size(SIZE)
    expect.set_options(timeout=30_000)
    accounts = {role: Account.objects.get(person_id=person) for role, person in people.items()}
    links = {role: f"{server.url}/sign-in/{new_sign_in_link(one)}/" for role, one in accounts.items()}
    index.catch_up()
    seen: list[str] = []
    walk(page, server.url, links, lambda one: seen.append(one.name))
    assert seen == [one.name for one in PICTURES]


def _every_command_works(capsys: pytest.CaptureFixture[str]) -> None:
    for guide in GUIDES:
        numbers: dict[str, str] = {}
        assert commands(guide)
        for line in commands(guide):
            typed, _, comment = line.partition("  # ")
            for written, actual in numbers.items():
                typed = typed.replace(written, actual)
            capsys.readouterr()
            code = run(shlex.split(typed)[1:])
            said = capsys.readouterr()
            assert code == 0, f"{guide}: {line}\n{said.out}{said.err}"
            if comment:
                opened = OPENED.match(said.out)
                assert opened, said.out
                numbers[comment.removesuffix(" is open.")] = opened[1]


def test_every_picture_is_shown_and_every_picture_that_is_shown_is_there() -> None:
    pages = [*FOLDER.glob("*.md"), FOLDER.parents[1] / "README.md"]
    shown = [found for page in pages for found in SHOWN.findall(page.read_text(encoding="utf-8"))]
    assert {name for _, name in shown} == {one.name for one in PICTURES}
    assert {path.name for path in PICTURE_FOLDER.iterdir()} == {f"{one.name}.webp" for one in PICTURES}
    assert all(len(words.split()) > 3 for words, _ in shown), "a picture says in words what it shows"


def test_pictures_are_small_and_few() -> None:
    sizes = {path.name: path.stat().st_size for path in PICTURE_FOLDER.iterdir()}
    assert len(sizes) <= MOST
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}
