"""Every word that a reader sees is marked for translation, in templates and in what pages say."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import nodes

from septet.surfaces.web.jinja import environment

SOURCE = Path(__file__).parent.parent.parent / "src/septet"
TEMPLATES = sorted(SOURCE.glob("**/jinja2/**/*.html"))
WORD = re.compile(r"[^\W\d_]{2,}")
# Said alike in every language, or no words at all.
NAMES = {"Septet", "OpenAPI", "openapi", "json"}
SHOWN = {"aria-label", "title", "placeholder", "alt", "aria-description"}
SAYING = {"say", "NotFound", "Invalid", "Refused", "Conflict", "TooLarge", "SeptetError", "bare_error"}
GAP = "\x00"


class Words(HTMLParser):
    """Collects the text that a reader of the page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        self.found += [value for name, value in attrs if name in SHOWN and value]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.inside:
            while self.inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"code", "kbd", "script", "style"} & set(self.inside):
            self.found.append(data)


def unmarked(template: str) -> list[str]:
    """The words of a template that are written into it plainly."""
    html, plain = [], []
    for output in environment().parse(template).find_all(nodes.Output):
        for one in output.nodes:
            if isinstance(one, nodes.TemplateData):
                html.append(one.data)
            else:
                html.append(GAP)
                plain += said_in(one)
    words = Words()
    words.feed("".join(html))
    # Attributes that a block puts together for later are no text.
    return [text.strip() for text in [*words.found, *plain] if set(WORD.findall(text)) - NAMES and '="' not in text]


def said_in(node: nodes.Expr) -> list[str]:
    """The texts that an expression may put on the page as they are."""
    if isinstance(node, nodes.Const):
        # A sentence begins with a capital; what does not is the name of a class or a value.
        return [node.value] if isinstance(node.value, str) and node.value[:1].isupper() else []
    if isinstance(node, nodes.CondExpr):
        return [*said_in(node.expr1), *(said_in(node.expr2) if node.expr2 else [])]
    if isinstance(node, nodes.Or):
        return said_in(node.right)
    return []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_no_word_of_a_template_is_unmarked(path: Path) -> None:
    assert unmarked(path.read_text()) == []


def test_the_check_finds_what_is_unmarked() -> None:
    marked = '<p title="{{ _("Fine") }}">{{ _("Fine") }} <code>GET /x</code> – 12</p>'
    assert unmarked(marked) == []
    assert unmarked("<p>Not <b>fine</b></p>") == ["Not", "fine"]
    assert unmarked('<a aria-label="Close">{{ "No good at all" if x else _("Fine") }}</a>') == [
        "Close",
        "No good at all",
    ]


def test_what_pages_say_is_marked() -> None:
    found = []
    for path in sorted((SOURCE / "surfaces/web").glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAYING:
                found += [f"{path.name}:{node.lineno}" for one in said_by(node) if is_plain(one)]
    assert found == []


def said_by(call: ast.Call) -> list[ast.expr]:
    fields = [one.value for one in call.keywords if one.arg == "fields" and isinstance(one.value, ast.Dict)]
    return [*call.args, *(value for one in fields for value in one.values)]


def is_plain(one: ast.expr) -> bool:
    return isinstance(one, ast.JoinedStr) or (isinstance(one, ast.Constant) and isinstance(one.value, str))
