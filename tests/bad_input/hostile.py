"""Values that nobody means well with, each a JSON value."""

from typing import Any

DATES = (
    "0000-01-01",
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "99999-01-01",
    "2026-02-30",
    "2026-01-01T25:61:00Z",
    "2026-01-01",
    "1e9",
    "tomorrow",
    "in 99999999999 days",
    "99999999999999999999 days ago",
)
TEXTS = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\udc80",
    "\u202e",
    "\ufeff",
    "\U0001f600" * 300,
    "x" * 5000,
    "a\r\nSet-Cookie: x=1",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "' OR 1=1 --",
    "%s%n%00",
    "=cmd|' /C calc'!A0",
)
NUMBERS = (0, -1, 2**31, 2**63, -(2**63) - 1, 10**30, 1.5, -0.0, 1e308, float("inf"), float("nan"), True, False)
REFERENCES = (
    "INC-0",
    "INC--1",
    "INC-999999999999999999",
    "INC-99999999999999999999999",
    "PER-1",
    "XXX-1",
    "SAP:4711",
    ":",
    "a:b:c",
    1,
    0,
    -1,
    2**63 - 1,
    "１",
    "nobody@example.org",
    "@",
)
SHAPES: tuple[Any, ...] = (None, [], {}, [[]], [None], {"": ""}, {"number": "PER-1"}, ["x"] * 1000, {"a": {"b": []}})
VALUES: tuple[Any, ...] = (*DATES, *TEXTS, *NUMBERS, *REFERENCES, *SHAPES)
