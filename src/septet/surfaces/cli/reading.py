"""Commands that look and change nothing: list, show, impact, types, why."""

from dataclasses import asdict
from typing import Any

from septet.kernel import listing, log, policy, reading
from septet.kernel.actors import of_person
from septet.kernel.clocks.explain import ClockShown, explained
from septet.kernel.common.readings import Why
from septet.kernel.fields import moment_text
from septet.kernel.impact import LIMIT
from septet.kernel.impact import impact as impact_of
from septet.kernel.impact.mapping import impact_map
from septet.kernel.models import Confidentiality, Record, Verb
from septet.kernel.readings import offers, read_about
from septet.kernel.references import find, find_person
from septet.kernel.registry import RecordType, registry
from septet.lib.text import counted_duration
from septet.surfaces.cli.call import VIA, Call, WrongUsage
from septet.surfaces.cli.tables import facts, harmless, shown, table

HISTORY_SHOWN = 20


def list_(call: Call) -> None:
    """Records of a type, as many as were asked for."""
    it = registry.type_of(call.arguments.type)
    params = _conditions(call)
    if call.arguments.count:
        number = listing.count(listing.Query.parse(it, params, zone=call.actor.zone), call.actor)
        call.answer({"count": number}, lambda: str(number))
        return
    items, following = _pages(call, it, params)
    call.answer({"items": items, "next": following}, lambda: _as_table(it, items, following))


def _conditions(call: Call) -> dict[str, Any]:
    params: dict[str, Any] = {}
    for word in call.arguments.where:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise WrongUsage(f"--where {word[:60]!r} is not understood; write --where FIELD=VALUE")
        params.setdefault(name, []).append(value)
    for option in ("as_of", "known_at"):
        if moment := call.moment(option):
            params[option] = moment.isoformat()
    if call.arguments.q is not None:
        params["q"] = call.arguments.q
    return params


def _pages(call: Call, it: RecordType, params: dict[str, Any]) -> tuple[list[dict[str, Any]], str | None]:
    """So many items as the limit says, page by page, and the cursor of what follows."""
    items: list[dict[str, Any]] = []
    following = params.pop("cursor", [None])[-1]
    while (wanted := call.arguments.limit - len(items)) > 0:
        page_params = {**params, "limit": str(min(wanted, listing.LARGEST_PAGE))}
        if following:
            page_params["cursor"] = following
        page = listing.page(listing.Query.parse(it, page_params, zone=call.actor.zone), call.actor)
        items += page.items
        following = page.next
        if following is None:
            break
    return items, following


def _as_table(it: RecordType, items: list[dict[str, Any]], following: str | None) -> str:
    if not items:
        return f"No {it.label_plural.lower()} fit."
    text = table(
        [_label(it, name) for name in it.columns], ([_cell(item.get(name)) for name in it.columns] for item in items)
    )
    return text if following is None else f"{text}\n… and more; --limit shows more, --count says how many there are"


def _cell(value: Any) -> Any:
    return value["title"] if isinstance(value, dict) and "title" in value else value


def show(call: Call) -> None:
    """One record, now or at another time."""
    as_of, known_at = call.moment("as_of"), call.moment("known_at")
    record = find(call.arguments.number, call.actor)
    if record.confidentiality == Confidentiality.RESTRICTED:
        log.note("restricted-read", call.actor, via=VIA, request=call.request, record=record)
    body = reading.body(record, call.actor, as_of=as_of, known_at=known_at)

    def text() -> str:
        it = registry.types[record.kind]
        edges = reading.relations(record, call.actor, as_of=as_of, known_at=known_at)
        entries = reading.history(record, call.actor, as_of=as_of, known_at=known_at)
        clocks = explained(record, call.actor, as_of, known_at)
        return "\n\n".join(one for one in (_facts(it, body), _clocks(clocks), _edges(edges), _history(entries)) if one)

    call.answer(body, text)


def _facts(it: RecordType, body: dict[str, Any]) -> str:
    named: list[tuple[str, Any]] = [("Number", f"{body['number']} ({it.singular})")]
    for name, value in body.items():
        if name in {"number", "kind"} or value in (None, "", [], {}):
            continue
        if name == "extra":
            named += [(f"extra.{harmless(key)}", one) for key, one in value.items()]
        elif name == "state":
            named.append((it.fields[name].label, it.states.label(value)))
        elif isinstance(value, list):
            named.append((_label(it, name), "\n".join(_row(row) for row in value)))
        else:
            named.append((_label(it, name), value))
    return facts(named)


def _label(it: RecordType, name: str) -> str:
    return it.fields[name].label if name in it.fields else name.removesuffix("_at").replace("_", " ").capitalize()


def _row(row: Any) -> str:
    """A part's row in one line: what it says, without its id."""
    if not isinstance(row, dict):
        return shown(row)
    return ", ".join(
        f"{name} {shown(value)}" for name, value in row.items() if name != "id" and value not in (None, "")
    )


def _clocks(found: list[ClockShown]) -> str:
    """The clocks in short; `septet read NUMBER clocks` tells every interval."""
    if not found:
        return ""
    heads = ("Clock", "State", "Used", "Of", "Left", "Due", "Promised by")
    rows = [
        (
            one.label,
            one.state_label,
            counted_duration(one.elapsed),
            one.within,
            counted_duration(one.remaining),
            moment_text(one.due_at) if one.due_at else None,
            one.agreement.number if one.agreement else None,
        )
        for one in found
    ]
    return f"Clocks\n{table(heads, rows)}"


def _edges(edges: list[dict[str, Any]]) -> str:
    if not edges:
        return ""
    rows = [(edge["label"], edge["record"]["number"], edge["record"]["title"], edge["valid_from"]) for edge in edges]
    return f"Relations\n{table(('Relation', 'Record', 'Title', 'Since'), rows)}"


def _history(entries: list[dict[str, Any]]) -> str:
    earlier = len(entries) - HISTORY_SHOWN
    said = [f"History{f' (the last {HISTORY_SHOWN} of {len(entries)} entries)' if earlier > 0 else ''}"]
    for entry in entries[-HISTORY_SHOWN:]:
        undone = " (undone)" if entry["undone"] else ""
        said.append(f"{shown(entry['at'])}  {harmless(entry['actor']['title'])}: {entry['label']}{undone}")
        if entry["note"]:
            said.append(facts([("why", entry["note"])], indent=" " * 18))
        if entry["changes"]:
            said.append(
                facts(((key, change_text(change)) for key, change in entry["changes"].items()), indent=" " * 18)
            )
    return "\n".join(said)


def change_text(change: list[Any]) -> str:
    """A change in words: the new value, and what it was before if it was anything."""
    before, after = change
    if before in (None, "", {}, []):
        return after if isinstance(after, str) else shown(after)
    return f"{shown(before)} -> {shown(after) or 'nothing'}"


def impact(call: Call) -> None:
    """What suffers when a record fails, or what it depends on."""
    from septet.surfaces.api.readings import impact_body, map_body

    asked = call.arguments
    record = find(asked.number, call.actor)
    removed = [find(one, call.actor) for one in asked.without]
    question = {"actor": call.actor, "up": asked.up, "as_of": call.moment("as_of"), "known_at": call.moment("known_at")}
    body = impact_body(impact_of(record, removed=removed, **question), record, *removed)
    more = map_body(impact_map(record, off=[one.pk for one in removed], limit=LIMIT, **question))
    call.answer(body | more if asked.edges else body, lambda: _impact_text(body, more, record, up=asked.up))


def _impact_text(body: dict[str, Any], more: dict[str, Any], record: Record, *, up: bool) -> str:
    if not body["total"]:
        return f"{record.number} depends on nothing." if up else f"Nothing depends on {record.number}."
    names = ["distance", "number", "title", "state", "relation", "parent", *([] if up else ["effect"])]
    said = [table([name.capitalize() for name in names], ([one[name] for name in names] for one in body["items"]))]
    if body["hidden"]:
        said.append(f"… and {body['hidden']} that you may not see")
    for one in body["left_out"]:
        said.append(f"… and {one['count']} of the kind {one['kind']} at distance {one['distance']}")
    if failing := [one["title"] for one in more["services"] if one["effect"] == "failing"]:
        said.append(f"Services that fail: {', '.join(failing)}")
    for one in more["customers"]:
        said.append(f"For {one['title']} (people: {one['people']})")
    if more["for_all"]:
        said.append(f"For everybody (people: {more['everybody']})")
    return "\n".join(said)


def types(call: Call) -> None:
    """What there is: every record type, or one with its fields, states and actions."""
    from septet.surfaces.api.types import brief, type_body

    if call.arguments.prefix is None:
        rows = [brief(it, call.actor) for it in registry.types.values()]
        names = ("prefix", "path", "label", "cluster", "help")
        call.answer(
            {"items": rows},
            lambda: table([name.capitalize() for name in names], ([row[name] for name in names] for row in rows)),
        )
        return
    it = registry.type_of(call.arguments.prefix)
    call.answer(type_body(it, call.actor), lambda: _type_text(it))


def _type_text(it: RecordType) -> str:
    fields = [
        (
            f.name,
            f"{f.kind} reference" if f.kind else f.sort,
            _given(it, f.name),
            [key for key, _ in f.choices],
        )
        for f in it.fields.values()
        if f.name not in it.hidden
    ]
    actions = [
        (one.name, " ".join([] if one.name == "edit" else one.params), list(one.from_), one.to, one.help)
        for one in it.actions.values()
    ]
    readings = [(one.name, " ".join(one.params), one.help) for one in offers.of_type(it).values()]
    return "\n\n".join(
        [
            f"{it.label} ({it.prefix}): septet list {it.path}",
            f"States: {', '.join(it.states.by_key)}",
            table(("Field", "Sort", "Given", "One of"), fields),
            table(("Action", "Parameters", "From", "To", "What it does"), actions),
            *([table(("Reading", "Parameters", "What it says"), readings)] if readings else []),
        ]
    )


def _given(it: RecordType, name: str) -> str:
    """Whether a field must or may be given when a record is opened."""
    if name not in it.editable:
        return ""
    return "must" if it.create_schema.model_fields[name].is_required() else "may"


def why(call: Call) -> None:
    """Whether a person may do something, and the reason; the answer is in the words, not in the exit code."""
    person = find_person(call.arguments.who, call.actor)
    verb = call.arguments.verb
    if verb == Verb.CREATE and (it := registry.by_path.get(call.arguments.number)):
        verdict = policy.may_create(of_person(person), it)
        found = Why(person.number, verb, it.path, verdict.allowed, verdict.reason)
    else:
        record = find(call.arguments.number, call.actor)
        found = read_about(record, "why", call.actor, {"person": person, "verb": verb})
    call.answer(asdict(found), lambda: f"{'Yes' if found.allowed else 'No'}. {found.reason}")
