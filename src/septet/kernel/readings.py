"""What can be asked beside lists and records, and what changes several records at once: declared once, offered alike
by the API, the command line and the reference.

    @reading(Goal)
    def missed(goal, actor, *, limit: int = 50) -> Missed: ...        # about one record

    @report()
    def coverage(actor, *, service: Service | None = None) -> Coverage: ...   # about all of them

    @procedure(verb=Verb.MANAGE)
    def load_standard_model(actor, *, via: str, request: str) -> Loaded: ...  # changes records, each through its door

Parameters are keyword-only, written from outside and checked like those of an action. The answer is a frozen dataclass
(or a list or dict of such); its form goes into the OpenAPI document.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pydantic import BaseModel, TypeAdapter, create_model

from septet.kernel import policy
from septet.kernel.actions import validate
from septet.kernel.actors import Actor
from septet.kernel.errors import NotFound, Refused
from septet.kernel.models import Record, Verb
from septet.kernel.references import resolve_params
from septet.kernel.registry import STRICT, RecordType, parameters_of, registry
from septet.lib.text import suggestion

# Addresses below a record that the kernel itself answers.
BUILT_IN = frozenset({"history", "relations", "impact", "attachments"})
# What a procedure is given by whoever calls it, not by its parameters.
OF_THE_CALL = frozenset({"via", "request"})


@dataclass(frozen=True, eq=False)
class Offer:
    """One reading, report or procedure. `model` is what a reading is about; `verb` on `kind` the right it needs."""

    name: str
    function: Callable[..., Any]
    label: str
    help: str
    verb: Verb | None = None
    kind: str = "*"
    model: type[Record] | None = None
    params: dict[str, Any] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    many: frozenset[str] = frozenset()
    examples: tuple[dict[str, Any], ...] = ({},)

    @cached_property
    def schema(self) -> type[BaseModel]:
        """The pydantic model of its parameters."""
        owner = self.model.__name__ if self.model else ""
        return create_model(f"{owner}_{self.name}_asked", __config__=STRICT, **self.params)

    @cached_property
    def answer(self) -> TypeAdapter[Any]:
        """The form of what it returns."""
        return TypeAdapter(inspect.get_annotations(self.function, eval_str=True)["return"])

    def about(self, model: type[Record]) -> bool:
        """Whether it can be asked about records of this model."""
        return self.model is not None and issubclass(model, self.model)


class Offers:
    """All of them. There is one instance, `offers`; only the decorators write to it."""

    def __init__(self) -> None:
        self.readings: list[Offer] = []
        self.reports: dict[str, Offer] = {}
        self.procedures: dict[str, Offer] = {}

    def of_type(self, it: RecordType) -> dict[str, Offer]:
        """The readings of a type by name."""
        return {one.name: one for one in self.readings if one.about(it.model)}

    def reading(self, it: RecordType, name: str) -> Offer:
        """The reading of this name. Raises NotFound with a suggestion."""
        return _named(name, self.of_type(it), f"{it.label_plural} have no reading")

    def report(self, name: str) -> Offer:
        """The report of this name. Raises NotFound with a suggestion."""
        return _named(name, self.reports, "There is no report")

    def procedure(self, name: str) -> Offer:
        """The procedure of this name. Raises NotFound with a suggestion."""
        return _named(name, self.procedures, "There is no procedure")

    def check(self) -> None:
        """Refuse names that are taken and references to kinds that do not exist; called when all is loaded."""
        for one in (*self.readings, *self.reports.values(), *self.procedures.values()):
            for parameter, kind in one.refs.items():
                if kind != "*" and kind not in registry.types:
                    raise ImproperlyConfigured(f"{one.name}({parameter}): no record type {kind!r}.")
        for it in registry.types.values():
            names = [one.name for one in self.readings if one.about(it.model)]
            taken = BUILT_IN | set(it.actions)
            for name in names:
                if name in taken or names.count(name) > 1:
                    raise ImproperlyConfigured(f"{it.kind}: the reading {name!r} has the name of something else.")


offers = Offers()


def _named(name: str, known: Mapping[str, Offer], missing: str) -> Offer:
    if name not in known:
        raise NotFound(f"{missing} {name!r}.{suggestion(name, known)}")
    return known[name]


def reading(
    model: type[Record], *, verb: Verb | None = None, name: str = "", examples: Sequence[dict[str, Any]] = ({},)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare `f(record, actor, *, ...)` as something that can be read about records of `model` by whoever sees them.

    `verb`: a right that it needs besides.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        offers.readings.append(_offer(function, name, verb=verb, model=model, examples=tuple(examples)))
        return function

    return declare


def report(
    *, verb: Verb | None = Verb.SEE, kind: str = "*", name: str = "", examples: Sequence[dict[str, Any]] = ({},)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare `f(actor, *, ...)` as something that can be read about many records by whoever has `verb` on `kind`
    somewhere; with None by everybody. What they may not see is the function's to leave out."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        one = _offer(function, name, verb=verb, kind=kind, examples=tuple(examples))
        if one.name in offers.reports:
            raise ImproperlyConfigured(f"Report {one.name!r} is declared twice.")
        offers.reports[one.name] = one
        return function

    return declare


def procedure(
    *, verb: Verb, kind: str = "*", name: str = "", examples: Sequence[dict[str, Any]] = ({},)
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare `f(actor, *, via, request, ...)` as something that changes several records, each by `perform`, `create`
    or the bulk door with this `via` and `request`, so that one undo takes all of it back."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        one = _offer(function, name, verb=verb, kind=kind, examples=tuple(examples))
        if one.name in offers.procedures:
            raise ImproperlyConfigured(f"Procedure {one.name!r} is declared twice.")
        offers.procedures[one.name] = one
        return function

    return declare


def _offer(function: Callable[..., Any], name: str, **options: Any) -> Offer:
    key = name or function.__name__.strip("_").replace("_", "-")
    params, refs, many = parameters_of(function, apart=OF_THE_CALL)
    said = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
    label = key.replace("-", " ").capitalize()
    return Offer(key, function, label, said, params=params, refs=refs, many=many, **options)


def read_about(record: Record, name: str, actor: Actor, values: Mapping[str, Any]) -> Any:
    """The answer of a reading about a record that the actor is known to see. Raises NotFound, Refused, Invalid."""
    one = offers.reading(registry.types[record.kind], name)
    if one.verb is not None and not (verdict := policy.may_do(actor, one.verb, record)):
        raise Refused(verdict.reason)
    return one.function(record, actor, **_given(one, actor, values))


def read_report(name: str, actor: Actor, values: Mapping[str, Any]) -> Any:
    """The answer of a report. Raises NotFound, Refused, Invalid."""
    one = offers.report(name)
    if actor.limits is not None and not actor.limits.may_read(one.kind):
        raise Refused(f"This token may not read {one.name}: it is limited to {actor.limits}.")
    _check_right(one, actor)
    return one.function(actor, **_given(one, actor, values))


def run_procedure(name: str, actor: Actor, values: Mapping[str, Any], *, via: str, request: str) -> Any:
    """Do what a procedure does and return its answer. Raises NotFound, Refused, Invalid and what its actions raise."""
    one = offers.procedure(name)
    if actor.limits is not None and not actor.limits.may_run(name):
        raise Refused(
            f"This token may not run {name}: it is limited to {actor.limits}. Use one with the scope run:{name}."
        )
    _check_right(one, actor)
    return one.function(actor.unlimited(), via=via, request=request, **_given(one, actor, values))


def _check_right(one: Offer, actor: Actor) -> None:
    if one.verb is None:
        return
    # What only administrators may do concerns everybody, not a part of the work.
    may = actor.has_everywhere if one.verb == Verb.ADMINISTER else actor.has
    if not may(one.verb, one.kind):
        raise Refused(f"You may not ask for {one.name}: it needs the right to {one.verb}, which you do not have.")


def _given(one: Offer, actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    given = validate(one.schema, values)
    resolve_params(one.refs, one.many, given, actor)
    return given
