"""The grammar of the command line: every command, its words and its options. Loads nothing but the parser."""

import argparse
import sys
from typing import NoReturn

DESCRIPTION = "Runs an IT operation by the seven role clusters of the MOF Team Model."
NUMBER = "a number such as INC-4711, or SOURCE:KEY of an imported record"
PERSON = "a person's number, SOURCE:KEY or mail address"
MOMENT = "2012-03-01, 2012-03-01T10:00Z, yesterday or 2h ago"
VALUE = "NAME=VALUE; json:… gives any JSON value, @FILE a file's text, extra.NAME a custom field; repeat for a list"


class Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}. See: {self.prog} --help", file=sys.stderr)
        sys.exit(2)


def build() -> tuple[Parser, dict[str, Parser]]:
    """The parser that shows what there is, and the parser of each command.

    Each sets `run`, the place of its function as `module:name`, and `quiet`, whether the log goes to a file.
    """
    from septet import __version__

    main = Parser(prog="septet", description=DESCRIPTION, allow_abbrev=False)
    main.add_argument("--version", action="version", version=f"septet {__version__}")
    commands = main.add_subparsers(title="commands", metavar="COMMAND", dest="command", required=True)
    grammar = _Grammar(commands)
    _running(grammar)
    _transfer(grammar)
    _reading(grammar)
    _changing(grammar)
    _upkeep(grammar)
    return main, grammar.made


class _Grammar:
    """Makes commands that share their common options."""

    def __init__(self, commands: "argparse._SubParsersAction[Parser]") -> None:
        self.commands = commands
        self.made: dict[str, Parser] = {}

    def command(self, name: str, run: str, help: str, *, quiet: bool = True) -> Parser:
        one = self.commands.add_parser(
            name, help=help, description=help, allow_abbrev=False, formatter_class=argparse.HelpFormatter
        )
        one.prog = f"septet {name}"
        one.add_argument("--json", action="store_true", help="print JSON, as the API gives it")
        one.add_argument("--as", dest="person", metavar="PERSON", help=f"act as {PERSON}; else as the local operator")
        one.set_defaults(run=run, quiet=quiet, command=name)
        self.made[name] = one
        return one


def _running(grammar: _Grammar) -> None:
    up = grammar.command("up", "running:up", "Run everything: web server and worker, in one process tree.", quiet=False)
    up.add_argument("--demo", action="store_true", help="with a small organisation to look at")
    _address(up)
    up.add_argument("--data", metavar="DIR", help="directory of everything that is kept (default: SEPTET_DATA)")
    web = grammar.command("web", "running:web", "Run the web server alone.", quiet=False)
    _address(web)
    grammar.command("worker", "running:worker", "Run a worker alone.", quiet=False)


def _address(one: Parser) -> None:
    one.add_argument("--host", metavar="H", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    one.add_argument("--port", metavar="P", type=_port, default=8765, help="port to listen on (default: 8765)")


def _transfer(grammar: _Grammar) -> None:
    one = grammar.command("import", "transfers:import_", "Bring in records from files, as a profile says.")
    one.add_argument("profile", metavar="PROFILE", help="a shipped profile's name, or a YAML file")
    one.add_argument("files", metavar="FILE", nargs="+", help="the files to read")
    one.add_argument("--dry-run", action="store_true", help="change nothing, say what would happen")
    one.add_argument("--report", metavar="FILE", help="list every refused row and dangling reference in this file")
    one = grammar.command("export", "transfers:export", "Write all records of a type to standard output.")
    _type(one)
    one.add_argument("--format", choices=("csv", "jsonl", "xlsx"), default="csv", help="default: csv")


def _reading(grammar: _Grammar) -> None:
    one = grammar.command("list", "reading:list_", "List records of a type.")
    _type(one)
    one.add_argument(
        "--where",
        metavar="FIELD=VALUE",
        action="append",
        default=[],
        help="only these; repeat it, or separate values by commas; FIELD__gte, __gt, __lte, __lt and __not compare",
    )
    one.add_argument("--q", metavar="TEXT", help="only those in which these words occur")
    _times(one)
    one.add_argument("--limit", metavar="N", type=_positive, default=50, help="at most so many (default: 50)")
    one.add_argument("--count", action="store_true", help="only how many there are")
    one = grammar.command("show", "reading:show", "Show a record: its fields, relations and history.")
    one.add_argument("number", metavar="NUMBER", help=NUMBER)
    _times(one)
    one = grammar.command("impact", "reading:impact", "Show what fails or suffers when a record fails.")
    one.add_argument("number", metavar="NUMBER", help=NUMBER)
    one.add_argument("--up", action="store_true", help="show what it depends on instead")
    one.add_argument("--without", metavar="NUMBER", action="append", default=[], help="what fails as well; repeat it")
    one.add_argument("--edges", action="store_true", help="with --json: also what ties the records, and whom it hits")
    _times(one)
    one = grammar.command("read", "offers:read", "Show what a reading says about a record.")
    one.add_argument("number", metavar="NUMBER", help=NUMBER)
    one.add_argument("reading", metavar="READING", help="such as clocks; `septet types INC` lists them")
    one.add_argument("values", metavar="KEY=VALUE", nargs="*", help=VALUE)
    one = grammar.command("report", "offers:report", "Show a report, or list the reports there are.")
    one.add_argument("report", metavar="REPORT", nargs="?", help="such as coverage")
    one.add_argument("values", metavar="KEY=VALUE", nargs="*", help=VALUE)
    grammar.command("goals", "offers:goals", "Show all quality goals: attainment, target, what is left of the budget.")
    one = grammar.command("types", "reading:types", "List the record types, or the fields and actions of one.")
    one.add_argument("prefix", metavar="PREFIX", nargs="?", help="such as INC, incident or incidents")
    one = grammar.command("why", "reading:why", "Say whether a person may do something, and why.")
    one.add_argument("who", metavar="PERSON", help=PERSON)
    one.add_argument("verb", metavar="VERB", help="an action or a right, such as resolve or see")
    one.add_argument("number", metavar="NUMBER", help=NUMBER)


def _changing(grammar: _Grammar) -> None:
    one = grammar.command("create", "changing:create_", "Open a record.")
    _type(one)
    one.add_argument("values", metavar="FIELD=VALUE", nargs="*", help=VALUE)
    _circumstances(one)
    one = grammar.command("do", "changing:do", "Do an action to a record.")
    one.add_argument("number", metavar="NUMBER", help=NUMBER)
    one.add_argument("action", metavar="ACTION", help="such as resolve; `septet types INC` lists them")
    one.add_argument("values", metavar="KEY=VALUE", nargs="*", help=VALUE)
    _circumstances(one)
    one.add_argument("--version", metavar="N", type=_positive, help="refuse if the record is no longer of this version")
    one = grammar.command("run", "offers:run", "Do what changes several records at once, or list what there is.")
    one.add_argument("procedure", metavar="PROCEDURE", nargs="?", help="such as load-standard-model")
    one.add_argument("values", metavar="KEY=VALUE", nargs="*", help=VALUE)
    one = grammar.command("openslo", "offers:openslo", "Write quality goals as OpenSLO YAML, or set them from it.")
    one.add_argument("direction", metavar="export|import", choices=("export", "import"))
    one.add_argument("file", metavar="FILE", nargs="?", help="what to import; - or nothing reads standard input")
    one.add_argument("--dry-run", action="store_true", help="only say what an import would do")
    one = grammar.command("undo", "changing:undo", "Undo all that one request changed.")
    one.add_argument("undone", metavar="REQUEST", help="the request's id, as every command prints it")
    one.add_argument("--note", metavar="TEXT", default="", help="why; it stands in the journal")
    one = grammar.command("token", "coming_in:token", "Make a token with which a program acts as a person.")
    one.add_argument("who", metavar="PERSON", help=PERSON)
    one.add_argument(
        "--scope",
        metavar="WORD",
        action="append",
        default=[],
        help="limit it: read, read:incident, create:incident, resolve:incident, import …; repeat it for more",
    )
    one.add_argument("--days", metavar="N", type=_positive, help="valid for so many days (default: until revoked)")
    one.add_argument("--label", metavar="TEXT", default="command line", help="what it is for")
    one = grammar.command("sign-in-link", "coming_in:sign_in_link", "Make a link that signs a person in once.")
    one.add_argument("who", metavar="PERSON", help=PERSON)


def _upkeep(grammar: _Grammar) -> None:
    grammar.command("check", "upkeep:check", "Compare everything derived with the journal.")
    grammar.command("verify", "upkeep:verify", "Prove journal, anchors and records.")
    one = grammar.command("move-database", "upkeep:move_database", "Copy all to another database and prove it.")
    one.add_argument("url", metavar="URL", help="postgresql://user:password@host:5432/name or sqlite:////path/to/file")
    one = grammar.command("backup", "upkeep:backup", "Save database, files, anchors and key in one archive.")
    one.add_argument("file", metavar="FILE", help="the archive to write, such as septet.tar.gz")
    one = grammar.command("restore", "upkeep:restore", "Bring back what a backup holds, and verify it.")
    one.add_argument("file", metavar="FILE", help="an archive written by `septet backup`")
    one.add_argument("--replace", action="store_true", help="put the data that is there aside")


def _type(one: Parser) -> None:
    one.add_argument("type", metavar="TYPE", help="such as incidents, incident or INC")


def _times(one: Parser) -> None:
    one.add_argument("--as-of", metavar="T", help=f"as it was then: {MOMENT}")
    one.add_argument("--known-at", metavar="T", help="as it was known then")


def _circumstances(one: Parser) -> None:
    one.add_argument("--note", metavar="TEXT", default="", help="why; it stands in the journal")
    one.add_argument("--at", metavar="T", help="when it was so, if not now")


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return int(text)


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and 65535")
    return int(text)
