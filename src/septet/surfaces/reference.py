"""The reference: one Markdown page per record type, written from the registry by `make reference`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from septet.kernel.fields import FieldInfo
from septet.kernel.models import Part
from septet.kernel.readings import Offer, offers
from septet.kernel.reference import more_pages, table
from septet.kernel.registry import Action, RecordType, registry


def pages() -> dict[str, str]:
    """Every page of the reference: file name -> Markdown."""
    found = {f"{it.path}.md": page(it) for it in registry.types.values()}
    more = {name: write() for name, write in more_pages.items()}
    return {**found, **more, "README.md": _index(), "relations.md": _relations(), "reports.md": _reports()}


def page(it: RecordType) -> str:
    """The reference page of one type."""
    doc = (it.model.__doc__ or "").strip()
    parts = [
        f"# {it.label}\n",
        f"{' '.join(doc.split())}\n",
        f"Numbers begin with `{it.prefix}`. API: `/api/v1/{it.path}`. CLI: `septet list {it.path}`.\n",
        f"Role cluster: {it.cluster}. Creating needs the right to {it.create_verb}, editing to {it.edit_verb}.\n",
        "## Fields\n",
        table(
            ("Field", "Sort", "Meaning"),
            [(f"`{f.name}`", _sort(f), _meaning(it, f)) for f in it.fields.values() if f.name not in it.hidden],
        ),
        "## States\n",
        table(
            ("State", "Label", "Meaning"),
            [(f"`{s.key}`", s.label, _state_meaning(it, s.key)) for s in it.states.all],
        ),
        "## Actions\n",
        table(
            ("Action", "From", "To", "Right", "What it does"),
            [_action_row(one) for one in sorted(it.actions.values(), key=lambda a: a.name)],
        ),
        *[_parameters(one) for one in sorted(it.actions.values(), key=lambda a: a.name) if one.params],
    ]
    if readings := offers.of_type(it):
        parts += ["## Readings\n", _offers(readings.values())]
    if it.parts:
        parts.append("## Parts\n")
        rows = [
            (f"`{name}`", ", ".join(f"`{column}`" for column in _columns(model))) for name, model in it.parts.items()
        ]
        parts.append(table(("Part", "Columns"), rows))
    return "\n".join(parts).rstrip() + "\n"


def _columns(model: type[Part]) -> list[str]:
    return [one.name for one in model._meta.concrete_fields if one.name not in {"id", "record"}]


def _sort(f: FieldInfo) -> str:
    if f.sort == "reference":
        return f"reference to {_named(f.kind)}"
    if f.choices:
        return "one of " + ", ".join(f"`{key}`" for key, _ in f.choices)
    if f.sort == "text" and f.max_length:
        return f"text, at most {f.max_length} characters"
    return f.sort.replace("-", " ")


def _named(kind: str) -> str:
    return "any record" if kind == "*" else registry.types[kind].singular


def _meaning(it: RecordType, f: FieldInfo) -> str:
    marks = [
        mark
        for mark, holds in (
            ("required", f.required and f.name != "opened_at"),
            ("set by actions only", not f.editable),
            ("internal", f.internal),
            ("personal", f.personal),
        )
        if holds
    ]
    text = f"{f.label}. {f.help}" if f.help else f.label
    return f"{text} ({', '.join(marks)})" if marks else text


def _state_meaning(it: RecordType, key: str) -> str:
    state = it.states.by_key[key]
    if key == it.states.initial:
        return "where a record starts"
    return "closed" if state.final else "waiting: clocks pause" if state.waiting else ""


def _action_row(one: Action) -> tuple[str, ...]:
    others = [name for name in ("owner", "requester", "partner") if getattr(one, name)]
    who = ", ".join([str(one.verb), *others])
    undo = "" if one.undoable else f" Cannot be undone: {one.why_not}"
    states = ", ".join(f"`{s}`" for s in one.from_) or "any"
    return (f"`{one.name}`", states, f"`{one.to}`" if one.to else "", who, one.help + undo)


def _parameters(one: Action) -> str:
    properties: dict[str, Any] = one.json_schema.get("properties", {})
    required = set(one.json_schema.get("required", []))
    rows = [
        (f"`{name}`", _json_type(one, name, spec), "yes" if name in required else "")
        for name, spec in properties.items()
    ]
    return f"### {one.label}\n\n" + table(("Parameter", "Sort", "Required"), rows)


def _json_type(one: Action, name: str, spec: dict[str, Any]) -> str:
    if name in one.refs:
        what = _named(one.refs[name])
        return f"list of references to {what}" if name in one.many else f"reference to {what}"
    choices = spec.get("enum") or next((s["enum"] for s in spec.get("anyOf", []) if "enum" in s), None)
    if choices:
        return "one of " + ", ".join(f"`{c}`" for c in choices)
    kinds = [s.get("format") or s.get("type", "") for s in spec.get("anyOf", [spec])]
    return ", ".join(k for k in kinds if k and k != "null") or "value"


def _relations() -> str:
    rows = [
        (f"`{one.key}`", one.forth, one.back, {"forth": "the record", "back": "the target", "": ""}[one.impact])
        for one in sorted(registry.relations.values(), key=lambda r: r.key)
    ]
    head = "# Relation types\n\nWho suffers when the other end fails is what impact follows.\n"
    return f"{head}\n{table(('Type', 'From the record', 'From its target', 'Suffers'), rows)}"


def _offers(found: Iterable[Offer]) -> str:
    rows = [
        (f"`{one.name}`", ", ".join(f"`{name}`" for name in one.params), str(one.verb or "see"), one.help)
        for one in found
    ]
    return table(("Name", "Parameters", "Right", "What it does"), rows)


def _reports() -> str:
    said = [
        "# Reports and procedures\n",
        "A report says something about many records: `septet report NAME`, `GET /api/v1/reports/NAME`.\n",
        _offers(offers.reports.values()),
        "A procedure changes several records at once: `septet run NAME`, `POST /api/v1/procedures/NAME`.\n",
        _offers(offers.procedures.values()),
    ]
    return "\n".join(said)


def _index() -> str:
    rows = [
        (f"[{it.label_plural}]({it.path}.md)", f"`{it.prefix}`", str(it.cluster), str(len(it.actions)))
        for it in sorted(registry.types.values(), key=lambda one: one.label_plural)
    ]
    others = [f"[{name.removesuffix('.md')}]({name})" for name in sorted(more_pages)]
    also = ", ".join(["[relation types](relations.md)", "[reports and procedures](reports.md)", *others])
    head = f"# Record types\n\nWritten from the code by `make reference`. See also {also}.\n"
    return f"{head}\n{table(('Type', 'Prefix', 'Role cluster', 'Actions'), rows)}"


def write(goal: Path) -> None:
    """Write all pages into a folder and remove pages of types that are gone."""
    goal.mkdir(parents=True, exist_ok=True)
    written = pages()
    for name, text in written.items():
        (goal / name).write_text(text)
    for old in set(goal.glob("*.md")) - {goal / name for name in written}:
        old.unlink()
