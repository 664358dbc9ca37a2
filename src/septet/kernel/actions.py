"""`perform`: the only way a record changes. One short transaction: lock, permission, state, function, journal."""

import time
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, get_args

from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from pydantic import BaseModel, ValidationError

from septet.kernel import door, parts, policy, revisions, saving, spans
from septet.kernel.actors import Actor
from septet.kernel.clocks import keep as clocks
from septet.kernel.custom import check_extra, index_values
from septet.kernel.errors import Conflict, Invalid, NotFound, Refused, Stale
from septet.kernel.fields import FieldInfo
from septet.kernel.ids import allocate
from septet.kernel.journal import Snapshot, blank, entries_of, next_positions, replay, seal
from septet.kernel.loading import load
from septet.kernel.models import Entry, ExternalKey, Record
from septet.kernel.references import as_own_type, resolve_fields, resolve_params
from septet.kernel.registry import Action, RecordType, number_of, registry
from septet.kernel.separation.rules import check_named
from septet.lib.text import suggestion

DEADLOCK_RETRIES = 3
CLOCK_SKEW = timedelta(minutes=2)
LONGEST_NOTE = 10_000


def new_request() -> str:
    """A fresh request id: it groups the entries that one call, import or bulk change wrote."""
    return str(uuid.uuid4())


def perform(
    record: Record,
    name: str,
    actor: Actor,
    *,
    via: str,
    version: int | None = None,
    note: str = "",
    at: datetime | None = None,
    request: str = "",
    caused_by: int | None = None,
    params: Mapping[str, Any] | None = None,
    **values: Any,
) -> Entry | None:
    """Do the action `name` to `record` for `actor` and return its journal entry; None if nothing changed.

    `via`: web, api, cli, import or worker. `version`: the version the caller saw; another raises Stale. `at`: when
    it was so, if not now; it may lie in the past, and then a field that a later entry set keeps its present value.
    `params` and keywords are the action's parameters as written from outside. `record` is brought up to date.
    Raises Refused, NotFound, Conflict, Stale or Invalid; then nothing was changed.
    """
    it = registry.types[record.kind]
    one = action_of(it, name)
    given = _validated(it, one, {**(params or {}), **values})
    if name == "edit":
        given = resolve_fields(it, given, actor)
    else:
        resolve_params(one.refs, one.many, given, actor)
    now = timezone.now()
    moment = _moment(at, now)
    check_note(note)
    act = parts.Act(record, actor, moment, now, note, one.audience, via, request or new_request())
    entry: Entry | None = None
    for attempt in range(DEADLOCK_RETRIES + 1):
        try:
            with transaction.atomic(), door.opened():
                entry = _perform(it, one, act, given, version, caused_by)
            break
        except OperationalError as error:
            # A deadlock chose this transaction; a nested one cannot be repeated alone, its outer one is aborted.
            if attempt == DEADLOCK_RETRIES or connection.in_atomic_block or "deadlock" not in str(error):
                raise
            time.sleep(0.02 * 2**attempt)
    if isinstance(record, it.model):
        record.__dict__.update(act.record.__dict__)
    return entry


def action_of(it: RecordType, name: str) -> Action:
    """The action of this name on records of this type. Raises NotFound with a suggestion."""
    if name not in it.actions:
        raise NotFound(f"{it.label_plural} have no action {name!r}.{suggestion(name, it.actions)}")
    return it.actions[name]


def _perform(
    it: RecordType,
    one: Action,
    act: parts.Act,
    given: dict[str, Any],
    version: int | None,
    caused_by: int | None,
) -> Entry | None:
    record: Any = locked(it, act.record.pk)
    verdict = _allowed(it, one, act.actor, record)
    act.actor = act.actor.on_behalf_of(verdict.for_person or act.actor.for_person).unlimited()
    if version is not None and record.version != version:
        raise Stale(
            f"{record.number} was changed in the meantime: you saw version {version}, it is now {record.version}. "
            "Look at it again and repeat what still applies."
        )
    present = plain_values(it, record)
    latest = act.at >= record.updated_at
    if not latest:
        then = replay(it, entries_of(record.pk, as_of=act.at))
        if not then.exists:
            raise Invalid(fields={"at": f"{record.number} did not exist at that time; it was opened later."})
        set_values(it, record, then.values)
    if one.from_ and record.state not in one.from_:
        raise Conflict(
            f"{record.number} is {it.states.label(record.state).lower()}; to {one.label.lower()} it must be "
            f"{' or '.join(it.states.label(s).lower() for s in one.from_)}."
        )
    before = plain_values(it, record)
    act.record = record
    act.changes.clear()
    with parts.running(act):
        one.function(record, act.actor, **given)
    if one.to:
        enter_state(it, record, one.to, act.at)
    it.settle(record, before, act.at)
    changes = {**diff(before, plain_values(it, record)), **act.changes}
    if not changes:
        return None
    check_values(it, record, changes)
    check_named(it, record, changes)
    if not latest:
        _keep_later(it, record, changes, present, act.at)
    entry = write_entry(
        record, one.name, act, changes, via=act.via, request=act.request, caused_by=caused_by, number=record.version + 1
    )
    spans.follow(record, act.at, changes, latest=latest)
    _save(it, record, changes, moved=clocks.follow(it, record, act, changes))
    revisions.note(it.kind, changes)
    it.follow(record, act.now)
    return entry


def locked(it: RecordType, pk: int) -> Record:
    """The record under lock until the transaction ends: its base row on PostgreSQL, the whole database on SQLite."""
    if connection.vendor == "postgresql":
        Record.objects.select_for_update().filter(pk=pk).values_list("pk").first()
    found = load(it.model, pk)
    if found is None:
        raise NotFound(f"There is no record {number_of(it.kind, pk)}.")
    return found


def _allowed(it: RecordType, one: Action, actor: Actor, record: Record) -> policy.Verdict:
    """Why the actor may do this. Raises NotFound, Refused or Conflict."""
    seen = policy.may(actor, "see", record)
    if not seen:
        raise NotFound(f"There is no record {record.number}, or you may not see it.")
    verdict = policy.may(actor, one.name, record)
    if not verdict:
        raise Refused(verdict.reason)
    if record.withdrawn_at is not None and not one.withdrawn:
        raise Conflict(f"{record.number} is withdrawn; restore it first.")
    return verdict


def _validated(it: RecordType, one: Action, values: dict[str, Any]) -> dict[str, Any]:
    if one.name == "edit":
        return validate(it.edit_schema, values, only_given=True)
    return validate(one.schema, values)


def validate(schema: type[BaseModel], values: Mapping[str, Any], *, only_given: bool = False) -> dict[str, Any]:
    """Values from outside as a schema's types. Raises Invalid with one sentence for each that does not fit."""
    refuse_truths(schema, values)
    try:
        # Records pass as they are: a caller inside the program already has what a number would name.
        plain = {name: value.pk if isinstance(value, Record) else value for name, value in values.items()}
        plain = {
            name: [one.pk if isinstance(one, Record) else one for one in value] if isinstance(value, list) else value
            for name, value in plain.items()
        }
        found = schema.model_validate(plain)
    except ValidationError as error:
        raise Invalid(fields=sentences(error, schema)) from None
    names = found.model_fields_set if only_given else type(found).model_fields
    return {name: getattr(found, name) for name in names}


def refuse_truths(schema: type[BaseModel], values: Mapping[str, Any]) -> None:
    """Refuse true and false where the schema wants a number; pydantic would take them for 1 and 0. Raises Invalid."""
    fields = schema.model_fields
    truths = [name for name, value in values.items() if isinstance(value, bool) and name in fields]
    wrong = [name for name in truths if not {bool, Any} & set(_kinds(fields[name].annotation))]
    if wrong:
        raise Invalid(fields=dict.fromkeys(wrong, "This is neither true nor false; write a value."))


def _kinds(hint: Any) -> list[type]:
    """The types that a hint is made of."""
    args = get_args(hint)
    return (
        [one for arg in args for one in _kinds(arg)]
        if args
        else [hint]
        if isinstance(hint, type) or hint is Any
        else []
    )


def sentences(error: ValidationError, schema: type[BaseModel]) -> dict[str, str]:
    """One plain sentence for each field that pydantic refused."""
    said: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False):
        name = ".".join(str(step) for step in problem["loc"][:1]) or "value"
        match problem["type"]:
            case "extra_forbidden":
                text = f"There is no field {name!r} here.{suggestion(name, schema.model_fields)}"
            case "missing":
                text = "This must be given."
            case _:
                text = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
                text = text[:1].upper() + text[1:]
        said.setdefault(name, text)
    return said


def _moment(at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    if at > now + CLOCK_SKEW:
        raise Invalid(fields={"at": "An action cannot lie in the future."})
    return min(at, now)


def check_note(note: str) -> None:
    """Refuse a note that is too long or holds a NUL. Raises Invalid."""
    if len(note) > LONGEST_NOTE:
        raise Invalid(fields={"note": f"A note holds at most {LONGEST_NOTE} characters; put more into a comment."})
    if "\x00" in note:
        raise Invalid(fields={"note": "A text cannot hold the NUL character."})


def plain_values(it: RecordType, record: Record) -> dict[str, Any]:
    """The record's journaled fields as plain values; custom fields as a copy."""
    found = {name: f.plain(f.get(record)) for name, f in it.fields.items()}
    found["extra"] = dict(record.extra)
    return found


def set_values(it: RecordType, record: Record, plain: Mapping[str, Any]) -> None:
    """Set fields of a record from plain values; the inverse of `plain_values`."""
    for name, value in plain.items():
        f = it.fields[name]
        if name == "extra":
            record.extra = dict(value)
        else:
            setattr(record, f.attribute, f.blank if value is None else f.value(value))


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The changes from one set of plain values to another; custom fields one by one as `extra.NAME`."""
    changes = {
        name: [before.get(name), value]
        for name, value in after.items()
        if name != "extra" and before.get(name) != value
    }
    old, new = before.get("extra") or {}, after.get("extra") or {}
    for name in {**old, **new}:
        if old.get(name) != new.get(name):
            changes[f"extra.{name}"] = [old.get(name), new.get(name)]
    return changes


def enter_state(it: RecordType, record: Record, state: str, at: datetime) -> None:
    """Put a record into a state; entering a final one closes it, leaving one opens it again."""
    if state not in it.states:
        raise Invalid(fields={"state": f"There is no state {state!r}.{suggestion(state, it.states.by_key)}"})
    record.state = state
    is_final = it.states.by_key[state].final
    if is_final and record.closed_at is None:
        record.closed_at = at
    elif not is_final:
        record.closed_at = None


def check_values(it: RecordType, record: Record, changed: Mapping[str, Any]) -> None:
    """Check what an action set: choices, lengths, required texts, custom fields. Raises Invalid."""
    problems = {}
    for name in changed:
        f = it.fields.get(name)
        if f is not None and (problem := _problem(f, f.get(record))):
            problems[name] = problem
    if problems:
        raise Invalid(fields=problems)
    check_extra(it, record, [name.removeprefix("extra.") for name in changed if name.startswith("extra.")])


def _problem(f: FieldInfo, value: Any) -> str:
    if f.required and value in (None, ""):
        return "This must be given."
    if f.choices and value is not None and value not in {key for key, _ in f.choices} and value != "":
        return f"Must be one of {', '.join(str(key) for key, _ in f.choices)}."
    if f.sort == "text" and value is not None and f.max_length and len(value) > f.max_length:
        return f"Holds at most {f.max_length} characters."
    return ""


def _keep_later(it: RecordType, record: Record, changes: dict[str, Any], present: dict[str, Any], at: datetime) -> None:
    """After an entry in the past: each field is what the latest entry by `at` set, so later ones keep theirs."""
    later: set[str] = set()
    for text in Entry.objects.filter(record_id=record.pk, at__gt=at).values_list("changes", flat=True):
        later |= blank_changes(text)
    if parts_touched := [key for key in changes if key in later and key not in it.fields and "." in key]:
        raise Conflict(
            f"A later entry changed the same rows ({', '.join(parts_touched[:3])}); change them now instead."
        )
    snapshot = Snapshot(present)
    snapshot.apply({key: change for key, change in changes.items() if key not in later})
    set_values(it, record, snapshot.values)


def blank_changes(text: str) -> set[str]:
    """The keys of an entry's changes that belong to the record's state."""
    from septet.kernel.journal import own, read_changes

    return {key for key in read_changes(text) if not own(key)}


def write_entry(
    record: Record,
    name: str,
    act: parts.Act,
    changes: Mapping[str, Any],
    *,
    via: str,
    request: str,
    number: int,
    caused_by: int | None = None,
    undoes: int | None = None,
) -> Entry:
    """Append one entry to the record's journal and set the record's head to its hash."""
    entry = next_entry(
        record, name, act, changes, via=via, request=request, number=number, caused_by=caused_by, undoes=undoes
    )
    saving.insert(entry)
    return entry


def next_entry(
    record: Record,
    name: str,
    act: parts.Act,
    changes: Mapping[str, Any],
    *,
    via: str,
    request: str,
    number: int,
    caused_by: int | None = None,
    undoes: int | None = None,
) -> Entry:
    """The entry that comes next in the record's journal, still to be saved; the record's head is set to its hash."""
    positions = next_positions()
    entry = Entry(
        position=positions[0] if positions else None,
        record_id=record.pk,
        kind=record.kind,
        number=number,
        action=name,
        at=act.at,
        recorded_at=act.now,
        actor_id=act.actor.person,
        actor_name="" if act.actor.person else act.actor.name,
        on_behalf_of_id=act.actor.for_person,
        via=via,
        request=request,
        caused_by=caused_by,
        undoes=undoes,
        audience=act.audience,
        note=act.note,
    )
    seal(entry, changes, bytes(record.head))
    record.version, record.head = number, entry.hash
    record.updated_at = max(record.updated_at, act.at)
    return entry


def _save(it: RecordType, record: Record, changes: Mapping[str, Any], *, moved: bool) -> None:
    """Save what changed; `moved` says that the clocks gave it another due time."""
    names = {"version", "head", "updated_at"} | {name for name in changes if name in it.fields}
    if moved:
        names.add("due_at")
    extra = [name.removeprefix("extra.") for name in changes if name.startswith("extra.")]
    if extra:
        names.add("extra")
        index_values(record.pk, record.extra, extra)
    saving.update(record, names)


def create(
    kind: str,
    actor: Actor,
    *,
    via: str,
    note: str = "",
    at: datetime | None = None,
    request: str = "",
    caused_by: int | None = None,
    key: tuple[str, str] | None = None,
    fields: Mapping[str, Any] | None = None,
    derived: Mapping[str, Any] | None = None,
    **values: Any,
) -> Any:
    """Open a record of `kind` with field values as written from outside, and return it.

    `derived`: values, as plain ones, of fields that are not given from outside. `key` is (source, key) under which
    another system knows it. A requester without the right to see others' records becomes its requester, and whose
    organisation it is for is known by the requester. Raises Refused, Conflict (the key is taken) or Invalid.
    """
    it = registry.type_of(kind)
    verdict = policy.may_create(actor, it)
    if not verdict:
        raise Refused(verdict.reason)
    given: dict[str, Any] = {**(fields or {}), **values}
    if not actor.is_staff:
        _check_asked(it, given)
    by_right = actor.all_rights or actor.rights_to(it.create_verb, it.kind)
    if actor.person is not None and "requester" in it.editable and not (actor.is_staff and by_right):
        given["requester"] = actor.person
    given = resolve_fields(it, validate(it.create_schema, given, only_given=True), actor)
    _follow_requester(it, given)
    now = timezone.now()
    moment = _moment(at, now)
    check_note(note)
    audience = "requester" if "requester" in it.editable else "internal"
    with transaction.atomic(), door.opened():
        record: Any = it.model(pk=allocate(Record)[0], kind=it.kind, state=it.states.initial, opened_at=moment)
        _fill(it, record, given)
        set_values(it, record, derived or {})
        record.updated_at = moment
        it.settle(record, None, moment)
        actor = actor.on_behalf_of(_opening(it, actor, record).for_person or actor.for_person).unlimited()
        act = parts.Act(record, actor, moment, now, note, audience, via, request or new_request())
        required = dict.fromkeys(name for name, f in it.editable.items() if f.required)
        # A record is inserted before whatever refers to it: for a row that came first, SQLite would search tables that
        # have no index for it, the whole journal among them.
        begins_with_parts = type(it).opened is not RecordType.opened
        if begins_with_parts:
            check_values(it, record, required)
            saving.insert(record)
        with parts.running(act):
            it.opened(record, actor)
        changes = {**diff(blank(it).values, plain_values(it, record)), **act.changes}
        check_values(it, record, {**changes, **required})
        entry = next_entry(record, "create", act, changes, via=via, request=act.request, number=1, caused_by=caused_by)
        ticking = clocks.opened(it, record, act)
        if begins_with_parts:
            saving.update(record)
        else:
            saving.insert(record)
        saving.insert(entry)
        index_values(record.pk, record.extra, record.extra)
        spans.begin(record, moment)
        clocks.start(ticking)
        revisions.note(it.kind, changes)
        it.follow(record, now)
        if key is not None:
            _remember_key(it, record, key)
    return record


def _opening(it: RecordType, actor: Actor, record: Record) -> policy.Verdict:
    """Why the actor may open this record, as it is filled in. Raises Refused."""
    verdict = policy.may_open(actor, it, record)
    if not verdict:
        raise Refused(verdict.reason)
    return verdict


def _follow_requester(it: RecordType, given: dict[str, Any]) -> None:
    """What somebody asks for is for the organisation they belong to, unless another customer was given."""
    asking = given.get("requester")
    if asking is not None and "customer" not in given and "customer" in it.editable:
        given["customer"] = Record.objects.filter(pk=asking).values_list("customer_id", flat=True).first()


def _check_asked(it: RecordType, given: Mapping[str, Any]) -> None:
    """Refuse what somebody who asks for help cannot decide."""
    strange = [n for n in given if n in policy.DECIDED_BY_STAFF or (n in it.fields and it.fields[n].internal)]
    if strange:
        raise Invalid(fields=dict.fromkeys(strange, "IT decides this; leave it out."))


def _fill(it: RecordType, record: Any, given: Mapping[str, Any]) -> None:
    for name, value in given.items():
        f = it.editable[name]
        if value is not None or f.nullable:
            setattr(record, f.attribute, value)


def _remember_key(it: RecordType, record: Record, key: tuple[str, str]) -> None:
    source, text = key
    try:
        saving.insert(ExternalKey(source=source, kind=it.kind, key=text, record_id=record.pk))
    except IntegrityError as error:
        raise Conflict(f"{source}:{text} is known already.") from error


def reload(record: Record) -> Any:
    """The record as it stands now, as an instance of its own type."""
    return as_own_type(Record.objects.get(pk=record.pk))
