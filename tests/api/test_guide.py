"""The guide is true: every call in it, made as it stands there, works."""

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from septet.surfaces.api.problems import PROBLEMS
from tests.api.conftest import Program
from tests.api.test_doing import PROFILE, ROWS

GUIDE = (Path(__file__).parents[2] / "docs/guide/api.md").read_text()
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
FILES = {"log.txt": b"a log", "photo.jpg": b"a photo", "profile.yaml": PROFILE, "incidents.csv": ROWS}
IN_TEXT = "INC-4711", "6f1c2d0a-8a35-4b0e-9b7e-1d2f3a4b5c6d"


def calls() -> list[list[str]]:
    """The arguments of each curl command of the guide."""
    found = []
    for block in BLOCK.findall(GUIDE):
        for command in re.split(r"^(?=curl )", block.replace("\\\n", " "), flags=re.MULTILINE):
            if command.startswith("curl "):
                found.append(shlex.split(command)[1:])
    return found


def curl(program: Program, words: list[str]) -> Any:
    """Do what curl would do with these arguments."""
    parser = argparse.ArgumentParser()
    parser.add_argument("-X", default="")
    parser.add_argument("-H", action="append", default=[])
    parser.add_argument("-d", "--data-binary", default=None)
    parser.add_argument("-F", action="append", default=[])
    parser.add_argument("url")
    given = parser.parse_args(words)
    headers = dict(one.split(": ", 1) for one in given.H)
    assert headers.pop("Authorization") == "Bearer $TOKEN"
    options: dict[str, Any] = {"headers": headers}
    if kind := headers.pop("Content-Type", ""):
        options["content_type"] = kind
    body = FILES[given.data_binary[1:]] if (given.data_binary or "").startswith("@") else given.data_binary
    if given.F:
        body = encode_multipart(BOUNDARY, dict(map(_field, given.F)))
        options["content_type"] = MULTIPART_CONTENT
    method = given.X or ("GET" if body is None else "POST")
    return program(method, given.url.removeprefix("$URL"), body, **options)


def _field(written: str) -> tuple[str, Any]:
    name, _, value = written.partition("=")
    return name, SimpleUploadedFile(value[1:], FILES[value[1:]]) if value.startswith("@") else value


def test_every_call_of_the_guide_works(bob: Program) -> None:
    opened, request = "", ""
    made = calls()
    assert len(made) >= 13
    for words in made:
        here = [one.replace(IN_TEXT[0], opened).replace(IN_TEXT[1], request) for one in words]
        answer = curl(bob, here)
        assert answer.status_code in {200, 201}, (words, answer.content)
        if answer.status_code == 201 and not opened:
            opened, request = answer.json()["number"], answer.headers["X-Request-Id"]


@pytest.mark.parametrize("one", PROBLEMS)
def test_every_problem_is_explained(one: Any) -> None:
    assert f"| {one.status} |" in GUIDE
