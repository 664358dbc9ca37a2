"""Every address, for every role and for nobody, on what is theirs, on what is others', and on what is restricted."""

import json
import logging
from collections.abc import Iterator, Sequence
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from septet.kernel.models import Entry
from septet.kernel.registry import registry
from septet.surfaces.web import pages
from septet.surfaces.web.security import HEADERS
from septet.surfaces.web.views.files import SANDBOX
from tests.everything.walk import make
from tests.matrix.people import PEOPLE, WHOSE, Met, Stage, engage, met
from tests.matrix.routes import FILES, Route, all_routes
from tests.matrix.table import compare, text_of

NOBODY = "nobody"
ABOUT = """
What each address answers whom. Addresses with <number> are asked for an incident (/portal/articles/ for an article).

  yes  answered or done
  in   asked to sign in first
  403  refused: they may know of it, but not do this
  404  hidden: they are told that there is nothing
  -    it is the same address whosever things there are
  other numbers: refused for what was sent, after the right was asked for

own: the record, run, token, saved view or file is theirs (for a partner: shared with their company; for the agent of a
service: of that service). foreign: it is somebody else's. restricted: for those alone who are named on it.
"""


@pytest.fixture
def quick(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Views run as they are, but what they show is not written: what a page holds is asked elsewhere."""
    settings.CONTENT_DIR = tmp_path / "content"
    settings.PASSWORDS, settings.MAIL = True, {"EMAIL_HOST": "localhost"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(pages, "render", lambda *args, status=200, **told: HttpResponse(status=status))
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.usefixtures("quick")
def test_every_address(db: None) -> None:
    stage = engage()
    columns = columns_of(stage)
    browsers = {name: Browser(stage, name) for name in columns}
    lines = []
    for route in all_routes():
        for method in route.methods:
            nobody = browsers[NOBODY].asks(route, method, columns[NOBODY][0])
            # Which methods an address has does not depend on who asks.
            if nobody != "405":
                others = [
                    browsers[name].asks(route, method, one) if n < route.columns else "-"
                    for name in PEOPLE
                    for n, one in enumerate(columns[name])
                ]
                if set(others) - {"-"} != {"405"}:
                    lines.append((f"{method:5} {route.label}", [nobody, *others], ""))
    groups = {name: ("",) if name == NOBODY else tuple(one[:3] for one in WHOSE) for name in columns}
    compare("routes.txt", text_of(ABOUT, groups, lines))


def test_every_page_opens(db: None, tmp_path: Path, settings: LazySettings) -> None:
    settings.CONTENT_DIR = tmp_path / "content"
    stage = engage()
    mine, browser = columns_of(stage)["administrator"][0], Browser(stage, "administrator")
    opened = {route.label: browser.asks(route, "GET", mine) for route in all_routes() if not route.is_api}
    assert not {label: said for label, said in opened.items() if said.startswith("5")}
    assert sum(said == "yes" for said in opened.values()) > len(opened) / 2


def columns_of(stage: Stage) -> dict[str, Sequence[Met]]:
    """What each of them is asked about: what is theirs, what is another's, what is restricted."""
    incident = registry.types["incident"]
    own = {name: met(stage.own(name, incident), stage.accounts[name]) for name in PEOPLE}
    stranger = stage.accounts["manager"], stage.accounts["agent"]
    foreign = [met(make("incident"), one) for one in stranger]
    secret = [met(make("incident", confidentiality="restricted"), one) for one in stranger]
    others = {name: int(name == "manager") for name in PEOPLE}
    return {NOBODY: [foreign[0]], **{name: [own[name], foreign[others[name]], secret[others[name]]] for name in PEOPLE}}


class Browser:
    """Somebody who calls addresses, pages by a session and the API by a token; nothing of it lasts."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.client = Client(raise_request_exception=False, headers={"host": "localhost"})
        self.program: dict[str, str] = {}
        self.only_looks = name == "auditor"
        if name != NOBODY:
            self.person = stage.people[name].pk
            self.client.force_login(stage.accounts[name])
            self.program = {"authorization": f"Bearer {stage.tokens[name]}"}
        self.cookies = self.client.cookies.output()

    def asks(self, route: Route, method: str, met: Met) -> str:
        """What an address answers."""
        cache.clear()
        self.client.cookies = SimpleCookie(self.cookies.replace("Set-Cookie: ", ""))
        with transaction.atomic():
            answer = self._call(route, method, met)
            if answer.streaming:
                b"".join(answer)
            if self.only_looks and method != "GET" and met.record.requester_id != self.person:
                assert not Entry.objects.filter(record_id=met.record.pk, actor_id=self.person).exists(), route.label
            transaction.set_rollback(True)
        carries_its_headers(answer)
        return in_a_word(answer)

    def _call(self, route: Route, method: str, met: Met) -> Any:
        address, headers = route.address(met), self.program if route.is_api else {}
        file = {"file": SimpleUploadedFile("a.txt", b"a")} if route.pattern in FILES else {}
        if method == "GET":
            return self.client.get(address, headers=headers)
        if file or not route.is_api:
            return self.client.post(address, {**route.form(met), **file}, headers=headers)
        body = json.dumps(route.body())
        return self.client.generic(method, address, body, content_type="application/json", headers=headers)


def carries_its_headers(answer: Any) -> None:
    """Whatever the answer: a browser is told what it may do with it."""
    policy = answer["Content-Security-Policy"]
    assert policy in {HEADERS["Content-Security-Policy"], SANDBOX}
    assert "unsafe" not in policy
    assert {name: answer[name] for name in HEADERS} == {**HEADERS, "Content-Security-Policy": policy}
    if answer.wsgi_request.path.startswith("/r/") and in_a_word(answer) not in {"in", "405"}:
        assert "private" in answer["Cache-Control"]


def in_a_word(answer: Any) -> str:
    """An answer as the table shows it."""
    if answer.status_code == 401 or answer.get("Location", "").startswith("/sign-in/"):
        return "in"
    return "yes" if answer.status_code < 400 else str(answer.status_code)
