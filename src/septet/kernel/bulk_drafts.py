"""What a draft says, worked out and validated: what its record was from its beginning on, moment by moment."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b
from typing import Annotated, Any, NamedTuple

from pydantic import AfterValidator, BaseModel, TypeAdapter, ValidationError, create_model

# pydantic takes the one of `typing` only from Python 3.12 on.
from typing_extensions import TypedDict

from septet.kernel.actions import diff, plain_values, sentences, set_values
from septet.kernel.bulk_rows.light import light
from septet.kernel.errors import Invalid
from septet.kernel.fields import FieldInfo, moment_text
from septet.kernel.journal import blank
from septet.kernel.models import Decision
from septet.kernel.registry import STRICT, RecordType
from septet.kernel.relations import type_called
from septet.lib.canonical import checked
from septet.lib.drafts import Draft, Link, Step

NOT_PLAIN = ("moment", "date", "decimal")
DECISIONS = (Decision.APPROVED.value, Decision.REJECTED.value)


class Moment(NamedTuple):
    """What a record was from a time on, what that changed, and who made it so; `stays` says that it is told even if
    nothing changed. `asks` and `decision` are those of the step."""

    at: datetime
    action: str
    note: str
    actor: int | None
    values: dict[str, Any]
    changes: dict[str, list[Any]]
    stays: bool = False
    asks: tuple[int, ...] = ()
    decision: str = ""


class Written(NamedTuple):
    """A draft worked out: its life moment by moment (those alone that leave an entry), its links, its digest."""

    moments: list[Moment]
    links: list[Link]
    digest: bytes


@dataclass(frozen=True)
class Compiled:
    """What is worked out once per type: the validator of plain values, and whether values must be settled."""

    it: RecordType

    @cached_property
    def types(self) -> dict[str, Any]:
        """What each field accepts; references are record ids here."""
        return {
            name: int | None if f.sort == "reference" else f.input_type()
            for name, f in self.it.fields.items()
            if f.journaled
        }

    @cached_property
    def plain(self) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
        """Values as plain values of their fields. Raises ValidationError."""
        declare: Any = TypedDict  # made while the program runs, which the type checker cannot follow
        types = {name: _made_plain(self.it.fields[name], accepted) for name, accepted in self.types.items()}
        values = declare(f"{self.it.model.__name__}Values", types, total=False)
        values.__pydantic_config__ = STRICT
        adapter: TypeAdapter[dict[str, Any]] = TypeAdapter(values)
        return adapter.validator.validate_python

    @cached_property
    def schema(self) -> type[BaseModel]:
        """The fields as those see them who put what was refused into words."""
        params: dict[str, Any] = {name: (accepted, None) for name, accepted in self.types.items()}
        return create_model(f"{self.it.model.__name__}Bulk", __config__=STRICT, **params)

    @cached_property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The fields that refer to records, each with the kind it must lead to."""
        return tuple((name, f.kind) for name, f in self.it.references.items())

    @cached_property
    def settles(self) -> bool:
        """Whether the type derives fields from others."""
        return type(self.it).settle is not RecordType.settle

    @cached_property
    def blank(self) -> dict[str, Any]:
        """What a record is on which nothing was ever set."""
        return blank(self.it).values

    @cached_property
    def start(self) -> dict[str, Any]:
        """What a record is before a draft says anything: blank, with the defaults of its fields."""
        defaults = {name: f.default for name, f in self.it.fields.items() if f.default is not None}
        return {**self.blank, **{name: getattr(one, "value", one) for name, one in defaults.items()}}

    @cached_property
    def attributes(self) -> dict[str, Any]:
        """What a new instance of the model holds, its fields among them."""
        return {name: value for name, value in vars(self.it.model(kind=self.it.kind)).items() if name != "_state"}

    @cached_property
    def started(self) -> frozenset[str]:
        """The fields whose defaults are something."""
        return frozenset(diff(self.blank, self.start))

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that must hold something."""
        return tuple(name for name, f in self.it.fields.items() if f.required)

    def check(self, values: dict[str, Any]) -> dict[str, Any]:
        """Values as plain values of their fields. Raises Invalid."""
        try:
            plain = self.plain(values)
        except ValidationError as error:
            raise Invalid(fields=sentences(error, self.schema)) from None
        if "state" in plain and plain["state"] not in self.it.states:
            raise Invalid(fields={"state": f"There is no state {plain['state']!r}."})
        return plain


def _made_plain(f: FieldInfo, accepted: Any) -> Any:
    return Annotated[accepted, AfterValidator(f.plain)] if f.sort in NOT_PLAIN else accepted


class Working:
    """Works drafts out: everything they say, validated, moment by moment.

    `kinds` is what the door knows of records that drafts refer to (id -> kind); `action` names a record's beginning.
    """

    def __init__(self, kinds: dict[int, str], action: str) -> None:
        self.kinds, self.action = kinds, action

    def _check_references(self, compiled: Compiled, plain: dict[str, Any]) -> None:
        problems = {}
        for name, kind in compiled.references:
            value = plain.get(name)
            if value is None or self.kinds.get(value) == kind or (kind == "*" and value in self.kinds):
                continue
            problems[name] = f"There is no {'record' if kind == '*' else kind} with the id {value}."
        if problems:
            raise Invalid(fields=problems)

    def out(self, compiled: Compiled, draft: Draft, now: datetime, properties: dict[str, Any]) -> Written:
        """Everything a draft says, validated: the values at its beginning and after each step. Raises Invalid."""
        birth = self._birth(compiled, draft, now, properties)
        moments = [birth]
        values = birth.values
        steps = sorted(draft.steps, key=lambda one: one.at) if len(draft.steps) > 1 else draft.steps
        asked: set[int] = set()
        for step in steps:
            if step.asks or step.decision:
                self._check_approvals(step, asked, values)
            moment = self._step(compiled, step, values, birth.at, now)
            if "extra" in step.fields:
                _check_declared(compiled.it, moment.values, properties)
            values = moment.values
            if moment.changes or moment.stays:
                moments.append(moment)
        for link in draft.links:
            self._check_link(link)
        return Written(moments, draft.links, digest_of(draft))

    def _birth(self, compiled: Compiled, draft: Draft, now: datetime, properties: dict[str, Any]) -> Moment:
        it = compiled.it
        plain = compiled.check(draft.fields)
        plain.setdefault("extra", {})
        _check_declared(it, plain, properties)
        self._check_references(compiled, plain)
        begun = draft.at or _moment_of(plain, "opened_at") or now
        if begun > now:
            raise Invalid(fields={"opened_at": "It lies in the future."})
        plain.setdefault("opened_at", moment_text(begun))
        plain.setdefault("state", it.states.initial)
        values = {**compiled.start, **plain}
        _close(it, values, plain, begun)
        touched: Iterable[str] = {*compiled.started, *plain, "closed_at"}
        if compiled.settles and values.get("priority") is None:
            values = _settled(compiled, values, begun)
            touched = values
        missing = [n for n in compiled.required if values.get(n) in (None, "")]
        if missing:
            raise Invalid(fields=dict.fromkeys(missing, "This must be given."))
        return Moment(begun, self.action, "", None, values, _changes(compiled.blank, values, touched))

    def _step(self, compiled: Compiled, step: Step, before: dict[str, Any], begun: datetime, now: datetime) -> Moment:
        if step.at > now:
            raise Invalid(fields={"at": "A step of its history lies in the future."})
        plain = compiled.check(step.fields)
        self._check_references(compiled, plain)
        at = max(step.at, begun)
        after = {**before, **plain}
        if "extra" in plain:
            after["extra"] = {**before["extra"], **plain["extra"]}
        if "state" in plain:
            _close(compiled.it, after, plain, at)
        changes = _changes(before, after, {*plain, "closed_at"})
        stays = bool(step.note or step.asks or step.decision) or not step.fields
        return Moment(at, step.action, step.note, step.actor, after, changes, stays, step.asks, step.decision)

    def _check_approvals(self, step: Step, asked: set[int], values: dict[str, Any]) -> None:
        """Refuse what the actions of approval refuse; `asked` holds, and gains, who was asked to approve."""
        for one in step.asks:
            if self.kinds.get(one) != "person":
                raise Invalid(fields={"asks": f"There is no person with the id {one}."})
            if one in {step.actor, values.get("requester")}:
                raise Invalid(fields={"asks": f"The person with the id {one} asked for this and cannot approve it."})
        asked.update(step.asks)
        if step.decision and step.decision not in DECISIONS:
            raise Invalid(fields={"decision": f"It is one of {', '.join(DECISIONS)}, not {step.decision!r}."})
        if step.decision and step.actor not in asked:
            raise Invalid(
                fields={"decision": "Only a person who was asked before can answer: `actor` names nobody asked."}
            )

    def _check_link(self, link: Link) -> None:
        type_called(link.type)
        if not isinstance(link.target, int) or link.target not in self.kinds:
            raise Invalid(fields={"links": f"The target of {link.type!r} is no record: {link.target}."})


def _check_declared(it: RecordType, values: dict[str, Any], properties: dict[str, Any]) -> None:
    """Refuse custom values that neither the type nor what the record is (an item of some type) has a field for."""
    unknown = values["extra"].keys() - properties.keys()
    if not unknown:
        return
    record = it.model(kind=it.kind)
    set_values(it, record, values)
    if unknown := unknown - it.attributes_of(record).keys():
        raise Invalid(fields={f"extra.{n}": "There is no such custom field; declare it first." for n in unknown})


def digest_of(draft: Draft) -> bytes:
    """By which the same draft is known again."""
    content = [
        draft.kind,
        draft.at and moment_text(draft.at),
        draft.fields,
        [
            [
                moment_text(s.at),
                s.action,
                s.fields,
                s.note,
                s.actor,
                *([s.asks, s.decision] if s.asks or s.decision else ()),
            ]
            for s in draft.steps
        ],
        [
            [one.type, one.target, one.valid_from, one.valid_to, *(() if one.need is None else (one.need,))]
            for one in draft.links
        ],
    ]
    return blake2b(checked(content), digest_size=16).digest()


def _changes(before: dict[str, Any], after: dict[str, Any], touched: Iterable[str]) -> dict[str, list[Any]]:
    """As `diff`, where only the `touched` fields can differ."""
    changes = {name: [before[name], after[name]] for name in touched if name != "extra" and before[name] != after[name]}
    old, new = before["extra"], after["extra"]
    if old != new:
        for name in {**old, **new}:
            if old.get(name) != new.get(name):
                changes[f"extra.{name}"] = [old.get(name), new.get(name)]
    return changes


def _moment_of(plain: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(plain[name]) if plain.get(name) else None


def _close(it: RecordType, values: dict[str, Any], given: dict[str, Any], at: datetime) -> None:
    """A record in a final state is closed, one in any other is not; a time of closing that was given counts."""
    if it.states.by_key[values["state"]].final:
        values["closed_at"] = given.get("closed_at") or values.get("closed_at") or moment_text(at)
    else:
        values["closed_at"] = None


def _settled(compiled: Compiled, values: dict[str, Any], at: datetime) -> dict[str, Any]:
    it = compiled.it
    held = dict(compiled.attributes)
    for name, value in values.items():
        f = it.fields[name]
        held[f.attribute] = f.blank if value is None else f.value(value)
    record = light(it.model, **held)
    record.extra = dict(values["extra"])
    it.settle(record, None, at)
    return plain_values(it, record)
