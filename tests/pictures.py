"""The pictures of the guide: from which page of the demo each is taken, for whom, and what the guide says stands on it.

`make pictures` takes them anew from a whole demo. The tests walk the same way through a small one, so that a page which
no longer shows what the guide tells of it is noticed before its picture is out of date.
"""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

FOLDER = Path(__file__).parents[1] / "docs/guide/pictures"
SIZE: ViewportSize = {"width": 1280, "height": 800}
LARGEST, MOST = 72 * 1024, 20
QUALITIES = (0.8, 0.7, 0.6, 0.5, 0.4)
PORT = 8798
# A demo that was just loaded measures its goals at once; on a slow machine that takes a while.
PATIENCE = 600_000
KEY = re.compile(r"\{([\w-]+):([\w-]+)\}")
TO_WEBP = """async ([png, quality]) => {
  const bitmap = await createImageBitmap(await (await fetch('data:image/png;base64,' + png)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  const made = new Uint8Array(await (await canvas.convertToBlob({type: 'image/webp', quality})).arrayBuffer());
  return btoa(Array.from(made, (one) => String.fromCharCode(one)).join(''));
}"""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: what a role of the demo sees at an address, after `prepare`. In the address `{kind:key}` is the number
    of the demo's record with that key. `shows` are words that stand on it."""

    name: str
    role: str
    address: str
    shows: tuple[str, ...]
    prepare: Callable[[Page], object] | None = None


def _resolve(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name="Resolve", exact=True).first.click()
    page.get_by_role("dialog").get_by_label("Cause").fill("A long query of the monthly report.")


def _search(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("claimdesk", delay=20)
    page.locator("#palette").get_by_role("option", name="ClaimDesk").first.wait_for()


def _drawn(page: Page) -> None:
    page.get_by_role("main").locator("canvas").first.wait_for()


MANAGER, AGENT, CHANGES = "IT manager", "Service desk agent", "Change manager"
USER, ADMINISTRATOR = "End user", "Administrator"
PICTURES = (
    Picture("goal", MANAGER, "/r/{goal:goal-first-contact}/", ("Half of all contacts end at once",)),
    Picture("board", MANAGER, "/", ("Release", "Infrastructure", "Support", "Operations")),
    Picture("coverage", MANAGER, "/team/coverage/", ("Claims handling", "Printing")),
    Picture("review", MANAGER, "/r/{review:readiness}/", ("Is PolicyBase 7.2 ready?", "Go, with conditions")),
    Picture("agreement", MANAGER, "/r/{agreement:sla-vital}/", ("Class A: vital services", "4 h")),
    Picture("my-work", AGENT, "/my-work/", ("My work",)),
    Picture("incidents", AGENT, "/support/incidents/?open=true", ("ClaimDesk takes minutes to open a file",)),
    Picture("incident", AGENT, "/r/{incident:claimdesk-stands-still}/", ("ClaimDesk stands still", "Resolution")),
    Picture("resolving", AGENT, "/r/{incident:own-open}/", ("What helped",), _resolve),
    Picture("search", AGENT, "/my-work/", ("ClaimDesk",), _search),
    Picture("calendar", CHANGES, "/calendar/", ("Changes", "Windows")),
    Picture("change", CHANGES, "/r/{change:change-claimdesk-driver}/", ("New database driver for ClaimDesk",)),
    Picture("map", CHANGES, "/map/{configuration-item:app-sso}/", ("What fails with it", "Claims handling"), _drawn),
    Picture("asking", USER, "/portal/", ("ClaimDesk takes minutes to open a file",)),
    Picture("administration", ADMINISTRATOR, "/administration/", ("Administration",)),
    Picture("priorities", ADMINISTRATOR, "/r/{priority-matrix:matrix}/", ("Priorities of all incidents",)),
    Picture("importing", ADMINISTRATOR, "/imports/", ("Import",)),
    Picture("api", ADMINISTRATOR, "/api/v1/docs/incidents", ("incidents",)),
)  # fmt: skip


def walk(page: Page, base: str, links: dict[str, str], seen: Callable[[Picture], object]) -> None:
    """Come in by the link of each role, go to its pages, and look whether each shows what it should."""
    from septet.demo.stage import by_key

    for role, pictures in groupby(PICTURES, key=lambda one: one.role):
        page.context.clear_cookies()
        page.goto(links[role])
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        for one in pictures:
            page.goto(base + KEY.sub(lambda found: str(by_key(found[1], found[2]).number), one.address))
            if one.prepare is not None:
                one.prepare(page)
            for words in one.shows:
                expect(page.get_by_text(words).locator("visible=true").first).to_be_visible()
            seen(one)


@contextmanager
def _whole_demo() -> Iterator[tuple[str, dict[str, str]]]:
    """A server with a whole demo, in a folder that is thrown away: its address, and a link to sign in for each role."""
    folder = tempfile.mkdtemp(prefix="septet-pictures-")
    os.environ |= {"SEPTET_DATA": folder, "DJANGO_SETTINGS_MODULE": "septet.settings", "DJANGO_ALLOW_ASYNC_UNSAFE": "1"}
    os.environ.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "septet", "up", "--demo", "--json", "--port", str(PORT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tree:
        try:
            assert tree.stdout is not None
            if not (line := tree.stdout.readline()):
                raise SystemExit("The server did not start.")
            greeting = json.loads(line)
            yield greeting["url"].rstrip("/"), {one["role"]: one["url"] for one in greeting["links"]}
        finally:
            tree.terminate()
            tree.wait()
            shutil.rmtree(folder, ignore_errors=True)


def _small(page: Page, converter: Page) -> bytes:
    """What the page shows as WebP, as good as its size allows."""
    png = base64.b64encode(page.screenshot(animations="disabled", caret="hide")).decode()
    for quality in QUALITIES:
        made = base64.b64decode(converter.evaluate(TO_WEBP, [png, quality]))
        if len(made) <= LARGEST:
            return made
    raise SystemExit(f"{page.url} cannot be shown in {LARGEST // 1024} kB.")


def take() -> None:
    """Take all pictures anew, and throw away those that are no longer wanted."""
    from tests.conftest import CHROMIUM, CHROMIUM_ARGUMENTS

    with _whole_demo() as (base, links), sync_playwright() as play:
        import django

        django.setup()
        browser = play.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        page = browser.new_page(viewport=SIZE, color_scheme="light", reduced_motion="reduce", locale="en-GB")
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        converter = browser.new_page()
        FOLDER.mkdir(exist_ok=True)

        def keep(one: Picture) -> None:
            end = time.monotonic() + PATIENCE / 1000
            while page.get_by_text("Not measured yet").first.is_visible() and time.monotonic() < end:
                page.wait_for_timeout(3000)
                page.reload()
            page.wait_for_load_state("networkidle")
            (FOLDER / f"{one.name}.webp").write_bytes(_small(page, converter))

        walk(page, base, links, keep)
        browser.close()
    for path in FOLDER.glob("*.webp"):
        if path.stem not in {one.name for one in PICTURES}:
            path.unlink()


if __name__ == "__main__":
    take()
