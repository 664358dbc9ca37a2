"""A profile made ready to run: every value and condition a function, every column a place in the row."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from septet.surfaces.transfer.profile import Condition, Profile, RecordRule, StepRule, Value
from septet.surfaces.transfer.rows import Columns, FieldHint, Reader, Row
from septet.surfaces.transfer.values import Compiler, inherit
from septet.surfaces.transfer.yamltext import Path

EXTRA = "extra."
# What is known of a field of a kind; raises LookupError with a sentence where there is no such kind or field.
Hints = Callable[[str, str], FieldHint]
Test = Callable[[Row], bool]


@dataclass(frozen=True, slots=True)
class LinkPlan:
    """A compiled relation."""

    type: str
    to: Reader
    since: Reader | None
    until: Reader | None
    where: Test | None


@dataclass(frozen=True, slots=True)
class StepPlan:
    """A compiled step of history."""

    rule: StepRule
    at: Reader
    fields: dict[str, Reader]
    where: Test | None
    note: Reader | None
    actor: Reader | None
    references: dict[str, Reader]


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """A compiled record rule, the profile's `number`th. `implied` if it stands for a `missing: create` in that rule;
    `main` if rows are about it."""

    rule: RecordRule
    number: int
    key: Reader
    source: str
    where: Test | None
    at: Reader | None
    fields: dict[str, Reader]
    links: list[LinkPlan]
    steps: list[StepPlan]
    implied: bool
    main: bool
    references: dict[str, Reader]
    by: str = "key"


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled profile. The records stand in the order in which they can be written."""

    profile: Profile
    columns: Columns
    where: Test | None
    records: list[RecordPlan]
    named: frozenset[str]
    readers: list[Reader]

    def leaves_known(self, record: RecordPlan) -> bool:
        """Whether a record that is there already stays as it is; only the main record is added to by itself."""
        return (record.rule.when_known or ("add" if record.main else "leave")) == "leave"

    def kept(self, record: RecordPlan) -> Callable[[str], Sequence[Test] | None]:
        """Which columns become custom fields of the record as they stand: None if one does not; otherwise tests of
        which none may hold of the row: with each, a rule for records of another sort speaks that uses the column."""
        keep = record.rule.keep or ("unmapped" if record.main else "none")
        if isinstance(keep, list):
            wanted = frozenset(keep)
            return lambda name: () if name in wanted else None
        if keep == "none":
            return lambda _: None
        away = frozenset(self.profile.ignore_columns)
        if keep == "all":
            return lambda name: None if name in away else ()
        tests = {one.number: one.where for one in self.records if not one.implied and one is not record}

        def unmapped(name: str) -> Sequence[Test] | None:
            users = self.columns.named_by.get(name, set())
            others = [tests.get(user) for user in users]
            if name in away or None in others:
                return None
            return [test for test in others if test is not None]

        return unmapped


def no_hints(kind: str, field: str) -> FieldHint:
    """Nothing is known of any field: a date has to say `type: date-time`, a number `type: integer`."""
    return FieldHint()


def make_plan(profile: Profile, hints: Hints = no_hints) -> Plan:
    """The plan of a profile. Raises `ProfileError` for fields that do not exist and values that cannot be right."""
    compiler = Compiler(profile)
    where = compiler.condition(profile.where, ("where",))
    records: list[RecordPlan] = []
    for index, rule in enumerate(profile.records):
        maker = _Maker(compiler, hints, ("records", index), main=index == len(profile.records) - 1)
        own = maker.record(rule)
        records += [one for one in maker.implied if not any(_same(one, other) for other in records)]
        records.append(own)
    named = frozenset(compiler.columns.names)
    return Plan(profile, compiler.columns, where, _in_order(records), named, compiler.readers)


class _Maker:
    """Compiles one record rule and the creations that its references imply."""

    def __init__(self, compiler: Compiler, hints: Hints, path: Path, main: bool) -> None:
        self.compiler, self.hints, self.path, self.main = compiler, hints, path, main
        self.implied: list[RecordPlan] = []

    def record(self, rule: RecordRule, by: str = "key", implied: bool = False) -> RecordPlan:
        path, value = self.path, self.compiler.value
        self.hint(rule.kind, "title", (*path, "kind"))
        fields = self.fields(rule, rule.fields, (*path, "fields"))
        return RecordPlan(
            rule=rule,
            number=int(self.path[1]),
            key=value(rule.key.model_copy(update={"refers_to": None, "type": rule.key.type or "text"}), (*path, "key")),
            source=rule.source or self.compiler.profile.source,
            where=self.compiler.condition(rule.where, (*path, "where")),
            at=value(rule.at, (*path, "at"), MOMENT) if rule.at else None,
            fields=fields,
            links=[
                LinkPlan(
                    type=one.type,
                    to=self.target(one.to, (*path, "relations", index, "to"), rule, one.where),
                    since=value(one.from_, (*path, "relations", index, "from"), MOMENT) if one.from_ else None,
                    until=value(one.until, (*path, "relations", index, "until"), MOMENT) if one.until else None,
                    where=self.compiler.condition(one.where, (*path, "relations", index, "where")),
                )
                for index, one in enumerate(rule.relations)
            ],
            steps=[self.step(rule, one, (*path, "history", index)) for index, one in enumerate(rule.history)],
            implied=implied,
            main=self.main and not implied,
            references={name: reader for name, reader in fields.items() if reader.refers},
            by=by,
        )

    def step(self, rule: RecordRule, one: StepRule, path: Path) -> StepPlan:
        value = self.compiler.value
        fields = self.fields(rule, one.set, (*path, "set"), one.where)
        return StepPlan(
            rule=one,
            at=value(one.at, (*path, "at"), MOMENT),
            fields=fields,
            where=self.compiler.condition(one.where, (*path, "where")),
            note=value(one.note, (*path, "note")) if one.note else None,
            actor=self.reader(one.actor, (*path, "actor"), FieldHint(refers_to="person"), rule) if one.actor else None,
            references={name: reader for name, reader in fields.items() if reader.refers},
        )

    def fields(
        self, rule: RecordRule, specs: dict[str, Value], path: Path, where: Sequence[Condition] = ()
    ) -> dict[str, Reader]:
        found = {}
        for name, spec in specs.items():
            here = (*path, name)
            hint = FieldHint() if name.startswith(EXTRA) else self.hint(rule.kind, name, here)
            found[name] = self.reader(spec, here, hint, rule, where)
        return found

    def target(self, spec: Value, path: Path, rule: RecordRule, where: Sequence[Condition]) -> Reader:
        if spec.refers_to is None:
            raise self.compiler.profile.problem(path, "A relation needs `refers-to`, the kind of record it leads to.")
        return self.reader(spec, path, FieldHint(), rule, where)

    def reader(
        self, spec: Value, path: Path, hint: FieldHint, rule: RecordRule, where: Sequence[Condition] = ()
    ) -> Reader:
        for one, here, conditions in _referring(spec, path):
            kind = one.refers_to or hint.refers_to
            if one.missing == "create" and kind:
                self.create(one, here, kind, rule, [*rule.where, *where, *conditions])
            elif one.missing == "create":
                raise self.compiler.profile.problem(here, "`missing` needs `refers-to`, the kind of record meant.")
        return self.compiler.value(spec, path, hint)

    def create(self, spec: Value, path: Path, kind: str, rule: RecordRule, where: list[Condition]) -> None:
        """Add what `missing: create` stands for: a record rule of its own, keyed by the reference."""
        made = RecordRule.model_validate({"kind": kind, "key": {"constant": "x"}}).model_copy(
            update={
                "key": spec.model_copy(update={"missing": "refuse", "create": None, "required": False}),
                "source": spec.source,
                "rows": "many",
                "where": where,
                "fields": spec.create or {},
                "differing": rule.differing,
                "keep": "none",
            }
        )
        maker = _Maker(self.compiler, self.hints, path, main=False)
        plan = maker.record(made, by=spec.by, implied=True)
        self.implied += maker.implied
        self.implied.append(plan)

    def hint(self, kind: str, name: str, path: Path) -> FieldHint:
        try:
            return self.hints(kind, name)
        except LookupError as error:
            raise self.compiler.profile.problem(path, str(error.args[0])) from None


MOMENT = FieldHint(type="date-time")


def _referring(spec: Value, path: Path) -> Iterator[tuple[Value, Path, list[Condition]]]:
    """The value, or those inside it, that may name a record to create; each with the conditions of its case."""
    if spec.case is None and spec.first_of is None:
        yield spec, path, []
    for index, case in enumerate(spec.case or []):
        for one, here, conditions in _referring(inherit(case.then, spec), (*path, "case", index, "then")):
            yield one, here, [*case.where, *conditions]
    for index, inner in enumerate(spec.first_of or []):
        yield from _referring(inherit(inner, spec), (*path, "first-of", index))


def _same(one: RecordPlan, other: RecordPlan) -> bool:
    """Whether two implied creations say the same in the same words."""
    return other.implied and one.rule == other.rule and one.source == other.source and one.by == other.by


def _in_order(records: list[RecordPlan]) -> list[RecordPlan]:
    """The same records, those that others refer to before them; the given order where nothing else decides."""
    placed: list[RecordPlan] = []
    waiting = list(records)
    while waiting:
        kinds = {record.rule.kind for record in waiting}
        ready = next((r for r in waiting if not (_refers(r) - {r.rule.kind}) & kinds), waiting[0])
        waiting.remove(ready)
        placed.append(ready)
    return placed


def _refers(record: RecordPlan) -> set[str]:
    readers = [*record.fields.values(), *(link.to for link in record.links)]
    readers += [reader for step in record.steps for reader in step.fields.values()]
    return {kind for reader in readers for kind in reader.kinds}
