"""Programs that call the API, each for one person of the cast; every answer is checked against the document."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from septet.kernel.accounts import new_token, open_account
from tests.api.conformance import conformance
from tests.cast import Cast

ROOT = "/api/v1"


class Program:
    """A program with a person's token."""

    def __init__(self, token: str) -> None:
        self.client = Client()
        self.token = token

    def __call__(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """One call; `body` is sent as JSON. The answer fits the document, or the test fails."""
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        if body is not None:
            options |= {"data": body, "content_type": options.get("content_type", "application/json")}
        whole = path if path.startswith("/") else f"{ROOT}/{path}"
        answer = self.client.generic(method, whole, headers=headers, **_encoded(options))
        conformance().check(method, whole.partition("?")[0], answer)
        return answer

    def get(self, path: str, **options: Any) -> Any:
        """Read."""
        return self("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        """Do."""
        return self("POST", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Any:
        """Change."""
        return self("PATCH", path, body, **options)


def _encoded(options: dict[str, Any]) -> dict[str, Any]:
    data = options.get("data", b"")
    return {**options, "data": data if isinstance(data, bytes | str) else json.dumps(data)}


@pytest.fixture
def program(cast: Cast) -> Callable[[str], Program]:
    """Makes a program for one of the cast."""

    def make(name: str) -> Program:
        account = open_account(getattr(cast, name), f"{name}@example.org")
        return Program(new_token(account, "test"))

    return make


@pytest.fixture
def alice(program: Callable[[str], Program]) -> Program:
    """The agent's program."""
    return program("alice")


@pytest.fixture
def bob(program: Callable[[str], Program]) -> Program:
    """The manager's program."""
    return program("bob")


@pytest.fixture
def rita(program: Callable[[str], Program]) -> Program:
    """The end user's program."""
    return program("rita")


@pytest.fixture
def otto(program: Callable[[str], Program]) -> Program:
    """The program of somebody who has no rights."""
    return program("otto")


@pytest.fixture(autouse=True)
def content(tmp_path: Any, settings: LazySettings) -> None:
    """A content store of the test's own."""
    settings.CONTENT_DIR = tmp_path / "content"
