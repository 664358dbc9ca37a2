"""A log entry is one line and holds no secret."""

import logging
import sys

import pytest

from septet.logs import OneLine, redact


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Authorization: Bearer abc.def-1", "Authorization: Bearer ***"),
        ("GET /sign-in/abcdef/ done", "GET /sign-in/***/ done"),
        ("GET /x?token=abc&page=2", "GET /x?token=***&page=2"),
        ('{"password": "hunter2", "name": "Ann"}', '{"password": "***", "name": "Ann"}'),
        ("postgresql://ann:hunter2@db/desk is away", "postgresql://ann:***@db/desk is away"),
        ("INC-7 was resolved by Ann", "INC-7 was resolved by Ann"),
        ("http://127.0.0.1:8765/r/INC-7/", "http://127.0.0.1:8765/r/INC-7/"),
    ],
)
def test_secrets_are_struck_out(text: str, left: str) -> None:
    assert redact(text) == left


def test_a_traceback_stays_on_its_line() -> None:
    try:
        raise ValueError("password=hunter2")
    except ValueError:
        record = logging.LogRecord("septet.kernel", logging.ERROR, __file__, 1, "It\nbroke", (), sys.exc_info())
    line = OneLine().format(record)
    assert "\n" not in line
    assert "It | broke | Traceback" in line
    assert "hunter2" not in line
