"""From what people and programs write to records: INC-4711, an id, or SOURCE:KEY of an imported record."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid, NotFound
from septet.kernel.loading import load, load_some
from septet.kernel.models import ExternalKey, Record, Verb
from septet.kernel.policy import may, seen_among
from septet.kernel.registry import RecordType, number_of, registry
from septet.lib.text import with_article

R = TypeVar("R", bound=Record)

MISSING = "There is no record {written}, or you may not see it."


def find(written: str | int, actor: Actor) -> Record:
    """The record behind a number, an id or SOURCE:KEY, as an instance of its own type.

    Raises NotFound if there is none or the actor may not see it, Conflict with the list where a key fits several.
    """
    pk = find_id(written)
    found = _loaded(pk, str(written).strip().rpartition("-")[0].upper())
    if found is None or not may(actor, Verb.SEE, found):
        raise NotFound(MISSING.format(written=written))
    return found


def _loaded(pk: int, prefix: str) -> Record | None:
    """The record with this id, whose number probably has this prefix, as an instance of its own type."""
    it = registry.by_prefix.get(prefix)
    found = load(it.model, pk) if it else None
    if found is None:
        kind = Record.objects.filter(pk=pk).values_list("kind", flat=True).first()
        found = load(registry.types[kind].model, pk) if kind in registry.types else None
    return found


def find_id(written: str | int) -> int:
    """The id that something written means; whether such a record exists and may be seen is not asked here."""
    if isinstance(written, int):
        return written
    text = written.strip()
    if "\x00" in text:
        raise NotFound("There is no record of that name: it holds the NUL character.")
    prefix, _, digits = text.rpartition("-")
    if text.isascii() and text.isdigit() and len(text) < 19:
        return int(text)
    if prefix.upper() in registry.by_prefix and digits.isascii() and digits.isdigit() and len(digits) < 19:
        return int(digits)
    source, colon, key = text.partition(":")
    if colon:
        rows = list(
            ExternalKey.objects.filter(source=source, key=key)
            .values_list("record_id", "record__kind")
            .distinct()
            .order_by("record_id")[:20]
        )
        if len(rows) > 1:
            numbers = ", ".join(number_of(kind, pk) for pk, kind in rows)
            raise Conflict(f"{written} fits several records: {numbers}. Name one of them.")
        if rows:
            return int(rows[0][0])
    raise NotFound(MISSING.format(written=written))


def find_person(written: str | int, actor: Actor) -> Record:
    """A person by number, SOURCE:KEY or mail address."""
    if isinstance(written, str) and "@" in written and "\x00" not in written:
        return _by_mail(written.strip(), actor)
    found = find(written, actor)
    if found.kind != "person":
        raise NotFound(f"{found.number} is not a person.")
    return found


def _by_mail(mail: str, actor: Actor) -> Record:
    """The person with this mail address at their login, or else on their record. Whether somebody has it who may not
    be seen is not told. Raises NotFound, or Conflict for several."""
    everybody: Any = registry.types["person"].model._default_manager
    people = list(everybody.filter(account__email__iexact=mail)[:1])
    people = people or list(everybody.filter(account=None, email__iexact=mail, withdrawn_at=None)[:2])
    seen = [one for one in people if may(actor, Verb.SEE, one)]
    if len(seen) > 1:
        raise Conflict(f"Several people have the mail address {mail}; write a number instead.")
    if not seen:
        raise NotFound(f"Nobody has the mail address {mail}, or you may not see them.")
    found: Record = seen[0]
    return found


def resolve_fields(it: RecordType, values: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """`values` with every written reference replaced by a record's id, checked for kind and sight in one query.

    Raises Invalid with one sentence for each field that does not fit.
    """
    wanted = {name: f.kind for name, f in it.references.items() if values.get(name) is not None}
    found = _resolve({name: (values[name], kind) for name, kind in wanted.items()}, actor)
    return {**values, **{name: record.pk for name, record in found.items()}}


def resolve_params(refs: Mapping[str, str], many: Iterable[str], values: dict[str, Any], actor: Actor) -> None:
    """Replace the written references among an action's parameters by records, in place."""
    wanted: dict[str, tuple[Any, str]] = {}
    for name, kind in refs.items():
        given = values.get(name)
        if given is None:
            continue
        if name in many:
            wanted |= {f"{name}.{i}": (one, kind) for i, one in enumerate(given)}
        else:
            wanted[name] = (given, kind)
    found = _resolve(wanted, actor)
    for name in refs:
        if values.get(name) is None:
            continue
        if name in many:
            values[name] = [found[f"{name}.{i}"] for i in range(len(values[name]))]
        else:
            values[name] = found[name]


def _resolve(wanted: Mapping[str, tuple[Any, str]], actor: Actor) -> dict[str, Record]:
    if not wanted:
        return {}
    problems: dict[str, str] = {}
    ids: dict[str, int] = {}
    for name, (written, kind) in wanted.items():
        if isinstance(written, Record):
            ids[name] = written.pk
            continue
        try:
            is_mail = kind == "person" and isinstance(written, str) and "@" in written
            ids[name] = find_person(written, actor).pk if is_mail else find_id(written)
        except (NotFound, Conflict) as error:
            problems[name] = error.detail
    rows = {row.pk: row for row in load_some(Record, set(ids.values()))}
    seen = seen_among(actor, rows.values())
    for name, pk in ids.items():
        kind = wanted[name][1]
        if pk not in seen:
            problems[name] = MISSING.format(written=wanted[name][0])
        elif kind != "*" and rows[pk].kind != kind:
            problems[name] = f"{rows[pk].number} is {with_article(rows[pk].kind)}; {with_article(kind)} is needed here."
    if problems:
        raise Invalid(fields=problems)
    return {name: rows[pk] for name, pk in ids.items()}


def as_own_type(record: R) -> Any:
    """The record as an instance of its own type's model."""
    model = registry.types[record.kind].model
    return record if isinstance(record, model) else model.objects.get(pk=record.pk)
