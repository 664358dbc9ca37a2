"""Readings, reports and procedures on the command line."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from septet.kernel import log
from septet.kernel.models import Confidentiality
from septet.kernel.readings import Offer, offers, read_about, read_report, run_procedure
from septet.kernel.references import find
from septet.kernel.registry import registry
from septet.surfaces.cli.call import VIA, Call, WrongUsage
from septet.surfaces.cli.tables import facts, harmless, shown, table
from septet.surfaces.cli.words import fit, read_words, text_of


def read(call: Call) -> None:
    """What a reading says about a record."""
    record = find(call.arguments.number, call.actor)
    one = offers.reading(registry.types[record.kind], call.arguments.reading)
    if record.confidentiality == Confidentiality.RESTRICTED:
        log.note("restricted-read", call.actor, via=VIA, request=call.request, record=record)
    tell(call, read_about(record, one.name, call.actor, _values(call, one)))


def report(call: Call) -> None:
    """What a report says; without its name, what reports there are."""
    if call.arguments.report is None:
        _list(call, offers.reports)
        return
    one = offers.report(call.arguments.report)
    tell(call, read_report(one.name, call.actor, _values(call, one)))


def run(call: Call) -> None:
    """Do what a procedure does; without its name, what procedures there are."""
    if call.arguments.procedure is None:
        _list(call, offers.procedures)
        return
    one = offers.procedure(call.arguments.procedure)
    tell(call, run_procedure(one.name, call.actor, _values(call, one), via=VIA, request=call.request))


def goals(call: Call) -> None:
    """All quality goals, measured up to the present."""
    tell(call, read_report("goals", call.actor, {"fresh": True}))


def openslo(call: Call) -> None:
    """Goals as OpenSLO on standard output, what is left out on standard error; or goals set from such documents."""
    arguments = call.arguments
    if arguments.direction == "import":
        file = arguments.file or "-"
        text = sys.stdin.read() if file == "-" else text_of("FILE", Path(file))
        values = {"text": text, "dry_run": arguments.dry_run}
        tell(call, run_procedure("openslo-import", call.actor, values, via=VIA, request=call.request))
        return
    if arguments.file or arguments.dry_run:
        raise WrongUsage("an export goes to standard output; send it to a file: … > FILE")
    found = read_report("openslo-export", call.actor, {})
    for one in found.left_out:
        print(f"Left out: {one.number} {harmless(one.title)}: {one.why}", file=sys.stderr)
    call.answer(found, lambda: found.text.rstrip("\n"))


def _values(call: Call, one: Offer) -> dict[str, Any]:
    return fit(read_words(call.arguments.values), one.schema, one.many)


def _list(call: Call, found: Mapping[str, Offer]) -> None:
    rows = [{"name": one.name, "help": one.help, "parameters": list(one.params)} for one in found.values()]
    call.answer(
        {"items": rows},
        lambda: table(("Name", "Parameters", "What it does"), [(r["name"], r["parameters"], r["help"]) for r in rows]),
    )


def tell(call: Call, answer: Any) -> None:
    """Print an answer: as JSON if that was asked for, else its facts and a table of each list in it."""
    plain = orjson.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS))
    call.answer(plain, lambda: _text(plain))


def _text(plain: Any, heading: str = "") -> str:
    if isinstance(plain, list):
        return _rows(plain, heading)
    if not isinstance(plain, dict):
        return shown(plain)
    simple = {name: value for name, value in plain.items() if not _is_table(value)}
    said = [heading] if heading else []
    said += [facts((_words(name), value) for name, value in simple.items() if value not in (None, "", [], {}))]
    said += [_rows(value, "" if name == "items" else _words(name)) for name, value in plain.items() if _is_table(value)]
    return "\n\n".join(one for one in said if one)


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _rows(rows: list[Any], heading: str) -> str:
    if not rows:
        return f"{heading}: none" if heading else "Nothing."
    if not _is_table(rows):
        return "\n".join(shown(one) for one in rows)
    if any(_is_table(value) for row in rows for value in row.values()):
        return "\n\n\n".join(_text(row) for row in rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = table([_words(name) for name in names], ([row.get(name) for name in names] for row in rows))
    return f"{heading}\n{text}" if heading else text


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
