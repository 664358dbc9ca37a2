"""Markdown to HTML. Raw HTML in it stays text, and what comes out is cleaned once more."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

# What was read is kept for the next reader, as long as it takes little memory.
LONGEST_KEPT = 8_000
# Longer texts are shown as they were typed: of some, made for it, reading takes the square of their length.
LONGEST_READ = 20_000

_reader = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
# Pictures would be fetched from anywhere; the content policy refuses them, so they are not offered.
_TAGS = {
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


def markdown(text: str | None) -> Markup:
    """The HTML of a text that somebody wrote, safe to show to anybody."""
    plain = text or ""
    if len(plain) > LONGEST_READ:
        return Markup("<pre>{}</pre>").format(plain)
    return _read(plain) if len(plain) <= LONGEST_KEPT else _read.__wrapped__(plain)


@lru_cache(maxsize=1024)
def _read(text: str) -> Markup:
    html = _reader.render(text)
    return Markup(nh3.clean(html, tags=_TAGS, url_schemes={"http", "https", "mailto"}))  # noqa: S704  # nh3 has just cleaned it
