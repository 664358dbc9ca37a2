"""The registry: every record type, its states, its relations and its actions, declared once and found by name."""

import inspect
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, get_args, get_origin

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q
from pydantic import BaseModel, ConfigDict, create_model

from septet.kernel.actors import Actor
from septet.kernel.calendar.spans import CalendarSpan
from septet.kernel.errors import NotFound
from septet.kernel.fields import FieldInfo, Written, describe
from septet.kernel.models import Approval, Attachment, Part, Record, Relation, Share, Verb, Watch
from septet.kernel.shapes import Choices, Kept, Shape
from septet.lib.text import suggestion


class Cluster(StrEnum):
    """The seven role clusters of the MOF Team Model, and `team` for what all of them share."""

    RELEASE = "release"
    INFRASTRUCTURE = "infrastructure"
    SUPPORT = "support"
    OPERATIONS = "operations"
    PARTNER = "partner"
    SECURITY = "security"
    SERVICE = "service"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class State:
    """One state of a record type. In a waiting state clocks pause; in a final one the record is closed, with `good`
    saying whether it came to what was wanted."""

    key: str
    label: str
    waiting: bool = False
    final: bool = False
    good: bool = True


def waiting(key: str, label: str = "") -> State:
    """A state in which the work waits for somebody outside the team."""
    return State(key, label or _label(key), waiting=True)


def final(key: str, label: str = "", *, good: bool = True) -> State:
    """A state in which the record is closed; `good=False` where it came to nothing."""
    return State(key, label or _label(key), final=True, good=good)


def _label(key: str) -> str:
    return key.replace("-", " ").capitalize()


class States:
    """The states of a type in their usual order; the first one is where a record starts."""

    def __init__(self, *states: str | State) -> None:
        self.all = tuple(s if isinstance(s, State) else State(s, _label(s)) for s in states)
        self.by_key = {s.key: s for s in self.all}
        self.initial = self.all[0].key

    def __contains__(self, key: object) -> bool:
        return key in self.by_key

    def label(self, key: str) -> str:
        """The words on screen for a state."""
        state = self.by_key.get(key)
        return state.label if state else key

    def final_keys(self) -> frozenset[str]:
        """The states in which a record is closed."""
        return frozenset(s.key for s in self.all if s.final)


@dataclass(frozen=True, slots=True)
class Clocked:
    """Which states move the clocks of a type; they pause where its states are `waiting`.

    A response is given in a `responded` state and stays given, work is resolved in a `resolved` state and runs on when
    it leaves it, and in a `cancelled` state clocks end without a verdict. `answers`: whether a comment of the staff
    that the requester can read is a response, too. Of such a type `due_at` follows from its clocks alone.
    """

    responded: tuple[str, ...]
    resolved: tuple[str, ...]
    cancelled: tuple[str, ...] = ()
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a parameter of an action as a reference: `Annotated[Record, Ref("article")]`."""

    kind: str


@dataclass(frozen=True, slots=True)
class RelationType:
    """A type of edge, read from its record (`forth`: "runs on") and from its target (`back`: "hosts").

    `impact` says which end suffers when the other fails: "forth" if the record needs its target, "back" if the
    target needs the record, "" if the edge carries no impact. `carries_scope`: whether a record belongs to the part of
    the work to which its target belongs.
    """

    key: str
    forth: str
    back: str
    impact: str = ""
    acyclic: bool = False
    source_kinds: tuple[str, ...] = ()
    target_kinds: tuple[str, ...] = ()
    carries_scope: bool = False


@dataclass(frozen=True)
class Action:
    """One way in which a record changes; see `actions.action` for the meaning of each part."""

    name: str
    model: type[Record]
    function: Callable[..., Any]
    from_: tuple[str, ...] = ()
    to: str = ""
    label: str = ""
    help: str = ""
    verb: Verb = Verb.WORK
    audience: str = "internal"
    owner: bool = False
    requester: bool = False
    partner: bool = False
    undoable: bool = True
    why_not: str = ""
    examples: tuple[dict[str, Any], ...] = ()
    params: dict[str, Any] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)
    many: frozenset[str] = frozenset()
    withdrawn: bool = False
    when: Callable[[Any], bool] | None = None

    @cached_property
    def schema(self) -> type[BaseModel]:
        """The pydantic model of the action's parameters; references are accepted as written from outside."""
        return create_model(f"{self.model.__name__}_{self.name}", __config__=STRICT, **self.params)

    @cached_property
    def json_schema(self) -> dict[str, Any]:
        """The same as a JSON Schema."""
        return self.schema.model_json_schema()


# What `perform` takes for itself beside an action's own parameters.
RESERVED = frozenset({"via", "version", "note", "at", "request", "caused_by", "params"})
STRICT = ConfigDict(extra="forbid", str_strip_whitespace=False, regex_engine="python-re")


class RecordType:
    """A record type's declaration; subclass, set what differs, and decorate with `@register`."""

    model: ClassVar[type[Record]]
    prefix: ClassVar[str]
    cluster: ClassVar[Cluster]
    states: ClassVar[States]
    plural: ClassVar[str] = ""
    help: ClassVar[str] = ""
    columns: ClassVar[tuple[str, ...]] = ("number", "title", "state", "owner", "updated_at")
    filters: ClassVar[tuple[str, ...]] = ("state", "owner", "team")
    order: ClassVar[str] = "-opened_at"
    hidden: ClassVar[tuple[str, ...]] = ()
    # Shown, but never given: `settle` or an action of the type's own sets them.
    derived: ClassVar[tuple[str, ...]] = ()
    internal: ClassVar[tuple[str, ...]] = ()
    personal: ClassVar[tuple[str, ...]] = ("title",)
    parts: ClassVar[dict[str, type[Part]]] = {}
    clocks: ClassVar[Clocked | None] = None
    create_verb: ClassVar[Verb] = Verb.CREATE
    edit_verb: ClassVar[Verb] = Verb.WORK
    requesters_create: ClassVar[bool] = False
    open_to_all: ClassVar[Q | None] = None
    example: ClassVar[dict[str, Any]] = {"title": "Example"}
    is_work: ClassVar[bool] = True
    # References that must be given, and fields that may be left out because `settle` finds a value for them.
    required: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[tuple[str, ...]] = ()
    # The field by which a record says in which part of the work it belongs, by dimension; see `scopes`.
    scope_fields: ClassVar[dict[str, str]] = {"service": "service", "site": "site"}
    # The field that names the record of the same type within which a record lies: a scope reaches all below it.
    within: ClassVar[str] = ""
    # The reference that says what sort of its kind a record is, such as the item type of an item.
    sort_field: ClassVar[str] = ""
    # Whether seeing a part of the work means seeing only that part of these records; None: whether they are work.
    # Everybody of the staff sees what all work rests on, such as people and calendars.
    seen_by_scope: ClassVar[bool | None] = None
    # Whether an import may write records of this type; what gives rights comes about by actions alone.
    importable: ClassVar[bool] = True
    # A rule that others are judged by: set up once, so it does not stand among the day's work.
    governs: ClassVar[bool] = False
    # Who is who and who does what; stands among people, not among the day's work.
    about_people: ClassVar[bool] = False
    # How the form is laid out, heading -> fields; fields that stand nowhere follow, sorted by what they are.
    form: ClassVar[dict[Any, tuple[str, ...]]] = {}
    # What structured fields, and parameters of actions, are made of; by which actions the rows of a part are kept.
    shapes: ClassVar[dict[str, Shape]] = {}
    kept: ClassVar[dict[str, Kept]] = {}
    # What can be chosen for fields and parameters whose values are known only when all types are, as (value, words).
    options: ClassVar[dict[str, Callable[[], Choices]]] = {}
    # Text fields that name several of these keys, separated by commas, as (key, words).
    several: ClassVar[dict[str, Choices]] = {}
    # The dates by which its records stand in the calendar.
    calendar: ClassVar[tuple[CalendarSpan, ...]] = ()

    kind: str
    path: str
    label: str
    label_plural: str
    fields: dict[str, FieldInfo]
    actions: dict[str, Action]
    base_parts: ClassVar[dict[str, type[Part]]] = {}

    def settle(self, record: Any, before: dict[str, Any] | None, now: Any) -> None:
        """Derive fields that follow from others (a priority from impact and urgency); called by every action on
        the record before it is saved. `before` holds the plain values before the action, None at creation."""

    def opened(self, record: Any, actor: Actor) -> None:
        """Add the parts with which a new record begins, or refuse that `actor` opens it as it is; called by `create`
        inside its entry, when the fields are set. The bulk door, which brings records that have a history of their
        own, does not call it."""

    def follow(self, record: Any, now: Any) -> None:
        """Bring what is derived from the record in line with it; called in the transaction of every change of it,
        undo included. `now` is the present, whatever time the change speaks of."""

    def attributes_of(self, record: Any) -> dict[str, Any]:
        """Custom fields that this one record has beyond its type's, name -> JSON Schema (an item type's attributes)."""
        return {}

    @cached_property
    def editable(self) -> dict[str, FieldInfo]:
        """The fields that `create` and `edit` accept."""
        return {n: f for n, f in self.fields.items() if f.editable and n not in self.hidden and n not in self.derived}

    @cached_property
    def references(self) -> dict[str, FieldInfo]:
        """The fields that point to other records."""
        return {name: f for name, f in self.fields.items() if f.sort == "reference"}

    @cached_property
    def create_schema(self) -> type[BaseModel]:
        """The pydantic model of what `create` accepts."""
        return self._input("Create", lambda f: ... if f.required and f.name != "opened_at" else None)

    @cached_property
    def edit_schema(self) -> type[BaseModel]:
        """The pydantic model of what `edit` accepts: every field optional."""
        return self._input("Edit", lambda f: None)

    def _input(self, what: str, default: Callable[[FieldInfo], Any]) -> type[BaseModel]:
        params: dict[str, Any] = {name: (f.input_type(), default(f)) for name, f in self.editable.items()}
        return create_model(f"{self.model.__name__}{what}", __config__=STRICT, **params)

    @cached_property
    def all_parts(self) -> dict[str, type[Part]]:
        """The part tables of this type by the name under which the journal knows them, those of every record too."""
        return {**self.base_parts, **self.parts}

    @property
    def singular(self) -> str:
        """The label inside a sentence."""
        return self.label[:1].lower() + self.label[1:]


class Registry:
    """All declarations. There is one, `registry`; tests may read it, nobody but the decorators writes to it."""

    def __init__(self) -> None:
        self.types: dict[str, RecordType] = {}
        self.by_path: dict[str, RecordType] = {}
        self.by_prefix: dict[str, RecordType] = {}
        self.relations: dict[str, RelationType] = {}
        self._actions: list[Action] = []

    def add(self, cls: type[RecordType]) -> type[RecordType]:
        """Register a type; an unknown or missing name in its declaration stops the start."""
        it = cls()
        it.kind = kebab(cls.model.__name__)
        it.path = cls.plural or it.kind + "s"
        it.label = _upper(str(cls.model._meta.verbose_name))
        it.label_plural = _upper(str(cls.model._meta.verbose_name_plural))
        it.fields = describe(cls.model, cls.internal, cls.personal)
        if cls.clocks is not None:
            it.fields["due_at"] = replace(it.fields["due_at"], editable=False, journaled=False)
            _check_clocks(cls.__name__, cls.clocks, it.states)
        for name in (*cls.required, *cls.optional):
            if name in it.fields:
                it.fields[name] = replace(it.fields[name], required=name in cls.required)
        it.actions = {}
        _check_names(cls, it)
        for span in cls.calendar:
            span.check(cls.__name__, it.fields, it.states.by_key)
        for table, key in ((self.types, it.kind), (self.by_path, it.path), (self.by_prefix, it.prefix)):
            if key in table:
                raise ImproperlyConfigured(f"{cls.__name__}: {key!r} is taken already.")
            table[key] = it
        return cls

    def add_action(self, one: Action) -> None:
        """Register an action; `ready` checks it against its type once every module is loaded."""
        self._actions.append(one)

    def add_relation(self, one: RelationType) -> None:
        """Register a relation type under its key."""
        if one.key in self.relations:
            raise ImproperlyConfigured(f"Relation {one.key!r} is declared twice.")
        self.relations[one.key] = one

    def ready(self) -> None:
        """Bind actions to types once all modules are loaded, and check every name they use."""
        for it in self.types.values():
            it.actions = {}
            for one in self._actions:
                if issubclass(it.model, one.model):
                    held = it.actions.get(one.name)
                    if held is None or issubclass(one.model, held.model):
                        it.actions[one.name] = one
            for one in it.actions.values():
                self._check_action(it, one)
            _check_shapes(it)
            for f in it.references.values():
                if f.kind != "*" and f.kind not in self.types:
                    raise ImproperlyConfigured(f"{it.kind}.{f.name}: there is no record type {f.kind!r}.")

    def _check_action(self, it: RecordType, one: Action) -> None:
        for state in (*one.from_, *([one.to] if one.to else [])):
            if one.model is not Record and state not in it.states:
                raise ImproperlyConfigured(
                    f"{it.kind}.{one.name}: there is no state {state!r}.{suggestion(state, it.states.by_key)}"
                )
        for parameter, kind in one.refs.items():
            if kind != "*" and kind not in self.types:
                raise ImproperlyConfigured(f"{it.kind}.{one.name}({parameter}): no record type {kind!r}.")

    def type_of(self, name: str) -> RecordType:
        """The type with this kind (`incident`), path (`incidents`) or prefix (`INC`). Raises NotFound."""
        found = self.types.get(name) or self.by_path.get(name) or self.by_prefix.get(name.upper())
        if found is None:
            raise NotFound(f"There is no record type {name!r}.{suggestion(name, [*self.by_path, *self.types])}")
        return found


def _check_names(cls: type[RecordType], it: RecordType) -> None:
    """Refuse a declaration that holds an unknown name or speaks of a field that does not exist."""
    known = {*RecordType.__annotations__, *dir(RecordType)}
    for attribute in vars(cls):
        if not attribute.startswith("_") and attribute not in known:
            raise ImproperlyConfigured(f"{cls.__name__}.{attribute}: unknown name.{suggestion(attribute, known)}")
    allowed = {*it.fields, "number", "kind", "updated_at", "version"}
    for where in ("columns", "filters", "hidden", "derived", "internal", "personal", "required", "optional"):
        for name in getattr(cls, where):
            if name not in allowed:
                raise ImproperlyConfigured(
                    f"{cls.__name__}.{where}: there is no field {name!r}.{suggestion(name, allowed)}"
                )
    for name in (name for names in cls.form.values() for name in names):
        if name not in allowed:
            raise ImproperlyConfigured(f"{cls.__name__}.form: there is no field {name!r}.{suggestion(name, allowed)}")
    for name in (*cls.scope_fields.values(), *filter(None, (cls.within, cls.sort_field))):
        if name not in it.references:
            raise ImproperlyConfigured(f"{cls.__name__}: {name!r} is no reference.{suggestion(name, it.references)}")


def _check_shapes(it: RecordType) -> None:
    """Refuse a shape of what is neither a field nor a parameter, and a part kept by an action that there is not."""
    known = {*it.fields, *(name for one in it.actions.values() for name in one.params)}
    for name in (*it.shapes, *it.options, *it.several):
        if name not in known:
            raise ImproperlyConfigured(f"{it.kind}: there is no {name!r}.{suggestion(name, known)}")
    for name, kept in it.kept.items():
        for one in kept.actions - it.actions.keys():
            raise ImproperlyConfigured(f"{it.kind}.kept: there is no action {one!r}.{suggestion(one, it.actions)}")
        if name not in it.all_parts:
            raise ImproperlyConfigured(f"{it.kind}.kept: there is no part {name!r}.{suggestion(name, it.all_parts)}")


registry = Registry()
register = registry.add


def kinds() -> Choices:
    """Every kind of record with its name, for `RecordType.options`."""
    return sorted(((it.kind, it.label) for it in registry.types.values()), key=lambda one: one[1])


def clocked_kinds() -> Choices:
    """The same of those on whose records clocks run."""
    return [(kind, label) for kind, label in kinds() if registry.types[kind].clocks is not None]


def _check_clocks(name: str, clocks: Clocked, states: States) -> None:
    for state in (*clocks.responded, *clocks.resolved, *clocks.cancelled):
        if state not in states:
            raise ImproperlyConfigured(f"{name}.clocks: there is no state {state!r}.{suggestion(state, states.by_key)}")


def kebab(name: str) -> str:
    """`ConfigurationItem` -> `configuration-item`."""
    return "".join(("-" if i and c.isupper() else "") + c.lower() for i, c in enumerate(name))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def number_of(kind: str, pk: int | None) -> str:
    """The number of a record: its type's prefix and its id."""
    it = registry.types.get(kind)
    return f"{it.prefix if it else kind.upper()}-{pk}"


def relation_type(key: str, forth: Any, back: Any, **options: Any) -> RelationType:
    """Declare a relation type; see `RelationType`."""
    one = RelationType(key, str(forth), str(back), **options)
    registry.add_relation(one)
    return one


def action(
    model: type[Record],
    *,
    from_: Sequence[str] = (),
    to: str = "",
    verb: Verb = Verb.WORK,
    label: str = "",
    audience: str = "internal",
    owner: bool = False,
    requester: bool = False,
    partner: bool = False,
    undoable: bool = True,
    why_not: str = "",
    withdrawn: bool = False,
    when: Callable[[Any], bool] | None = None,
    name: str = "",
    examples: Sequence[dict[str, Any]] = ({},),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function `f(record, actor, *, ...)` as an action on `model` and its children.

    `from_`: the states in which it may be done (any if empty). `to`: the state it leads to. `verb`: the right it
    needs; `owner`, `requester`, `partner`: who may do it without. `audience`: who sees its entry. `undoable=False` with
    `why_not`, the reason shown. `withdrawn`: whether it may be done to a withdrawn record. `when`: whether it makes
    sense to offer it on a record as it stands; doing it all the same is the function's to refuse. `examples`: parameter
    sets, used by the generated tests, OpenAPI and the reference. The docstring's first line is its help.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        params, refs, many = parameters_of(function)
        key = name or function.__name__.strip("_").replace("_", "-")
        registry.add_action(
            Action(
                name=key,
                model=model,
                function=function,
                from_=tuple(from_),
                to=to,
                label=label or _label(key),
                help=(inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " "),
                verb=verb,
                audience=audience,
                owner=owner,
                requester=requester,
                partner=partner,
                undoable=undoable,
                why_not=why_not,
                examples=tuple(examples),
                params=params,
                refs=refs,
                many=many,
                withdrawn=withdrawn,
                when=when,
            )
        )
        return function

    return declare


def parameters_of(
    function: Callable[..., Any], *, apart: Container[str] = ()
) -> tuple[dict[str, Any], dict[str, str], frozenset[str]]:
    """The keyword-only parameters as pydantic fields; which are references, to what kind; which are lists of them.

    Those `apart` are none that a user gives.
    """
    params: dict[str, Any] = {}
    refs: dict[str, str] = {}
    many: set[str] = set()
    hints = inspect.get_annotations(function, eval_str=True)
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY or name in apart:
            continue
        if name in RESERVED:
            raise ImproperlyConfigured(
                f"{function.__name__}({name}): every action has {name!r} already; name it otherwise."
            )
        hint = hints[name]
        default = ... if parameter.default is inspect.Parameter.empty else parameter.default
        kind = _reference_in(hint)
        if kind:
            refs[name] = kind
            written: Any = Written
            if any(get_origin(one) is list for one in (hint, *get_args(hint))):
                many.add(name)
                written = list[Written]
            hint = written | None if default is None else written
        params[name] = (hint, default)
    return params, refs, frozenset(many)


def _reference_in(hint: Any) -> str:
    """The kind of the first `Ref` found in a type hint, however deep; empty if there is none."""
    if get_origin(hint) is Annotated:
        return next((mark.kind for mark in get_args(hint)[1:] if isinstance(mark, Ref)), "")
    return next((found for found in map(_reference_in, get_args(hint)) if found), "")


RecordType.base_parts.update(
    relations=Relation, attachments=Attachment, approvals=Approval, watchers=Watch, shares=Share
)
