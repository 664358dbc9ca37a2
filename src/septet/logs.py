"""How the log looks: one line an entry on standard error, with what must stay secret struck out."""

import logging
import re
import time

_STRUCK_OUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(bearer\s+)[^\s\"',;]+",
        r"((?:token|password|passwd|secret|key|sessionid)[\"']?\s*[=:]\s*[\"']?)[^\s&\"',;]+",
        r"(://[^\s/:@]*:)[^\s/@]+(?=@)",
        r"(/sign-in/|/calendar/feeds/)[^\s/?]+",
    )
)


def redact(text: str) -> str:
    """The text without tokens, passwords, sign-in links and calendar feeds."""
    for pattern in _STRUCK_OUT:
        text = pattern.sub(r"\1***", text)
    return text


class OneLine(logging.Formatter):
    """`2026-01-31T12:00:00Z WARNING septet.kernel: text`, in UTC; line breaks of a traceback become ` | `."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        return " | ".join(line for line in redact(super().format(record)).splitlines() if line.strip())
