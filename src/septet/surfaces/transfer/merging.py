"""What several rows say about one record, brought together: one birth, steps in the order of time, relations."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from septet.lib.drafts import Draft, Key, Link, Step
from septet.surfaces.transfer.plan import EXTRA, Plan, RecordPlan, StepPlan, Test
from septet.surfaces.transfer.report import Report
from septet.surfaces.transfer.rows import Reader, Row, custom_name
from septet.surfaces.transfer.said import DOER, FIELD, LINK, STEP, Mapped, Moment, Reference, Said, order, plain, shown
from septet.surfaces.transfer.staging import Contribution, Target
from septet.surfaces.transfer.typed import Bad

MOST_ALTERNATIVES = 1_000
PECULIAR = {Bad, list}
# A value, the row that says it, and how many rows say the same.
Entry = tuple[Any, Row, int]


class _Refused(Exception):
    """The row, or the record, cannot be used; it has been reported."""


class Merger:
    """Makes one draft of all that rows say about a record."""

    def __init__(self, plan: Plan, files: Sequence[str], report: Report) -> None:
        self.plan, self.files, self.report = plan, files, report
        self.index = {id(record): index for index, record in enumerate(plan.records)}
        self.kept = [plan.kept(record) for record in plan.records]
        self.custom_of = -1
        self.custom: list[list[tuple[int, str, Sequence[Test]]]] = []
        self.nulls = frozenset(plan.profile.values.null or ()) | {""}

    def merged(self, target: Target, contributions: list[Contribution]) -> Mapped | None:
        """The draft, or None if nothing usable was said."""
        name = f"{target.kind} {target.key}"
        said = []
        for index, row, count in self._once(contributions, name):
            try:
                said.append(self._said(index, row, count, name))
            except _Refused:
                continue
        if not said:
            return None
        try:
            return self._draft(target, name, said)
        except _Refused:
            return None

    def _once(self, contributions: list[Contribution], name: str) -> Iterable[Contribution]:
        """The contributions without exact duplicates, and without second rows where there may be only one."""
        if len(contributions) == 1:
            return contributions
        first: dict[int, int] = {}
        seen: dict[tuple[int, str], int] = {}
        kept = []
        for index, row, count in contributions:
            record = self.plan.records[index]
            cells = (index, repr(row.cells))
            if cells in seen:
                if record.main:
                    self._tell(
                        "note", row, None, "", name, f"this row is the same as line {seen[cells]}; it counts once"
                    )
            elif record.rule.rows == "one" and index in first:
                where = f"the key stands in line {first[index]} already; `rows: many` lets several rows make one record"
                self._tell("refused", row, record.key, "", name, where)
            else:
                kept.append((index, row, count))
            first.setdefault(index, row.line)
            seen.setdefault(cells, row.line)
        return kept

    def _said(self, index: int, row: Row, count: int, name: str) -> Said:
        record = self.plan.records[index]
        said = Said(record, row, count)
        problems: list[tuple[Reader, Bad]] = []
        self._fields(record.fields, row, said.fields, said.extra, problems)
        if record.at is not None:
            said.at = self._one(record.at, row, said.extra, problems)
        for link in record.links:
            if link.where is None or link.where(row):
                since = self._one(link.since, row, said.extra, problems) if link.since else None
                until = self._one(link.until, row, said.extra, problems) if link.until else None
                found = self._value(link.to, row, said.extra, problems)
                keys = found if isinstance(found, list) else [] if found is None else [found]
                said.links += [(Link(link.type, key, since, until), link.to) for key in keys]
        for number, step in enumerate(record.steps):
            moment = self._moment(step, row, said.extra, problems)
            if moment is not None and step.rule.each == "row":
                said.moments.append(moment)
            elif moment is not None:
                said.whole[number] = moment
        for reader, bad in problems:
            self._tell("refused", row, reader, bad.raw, name, bad.reason)
        if problems:
            raise _Refused
        kept = self._custom(index, row)
        if said.moments:
            said.moments[-1].extra = {**kept, **said.moments[-1].extra}
        else:
            said.extra = {**kept, **said.extra}
        return said

    def _moment(
        self, step: StepPlan, row: Row, extra: dict[str, Any], problems: list[tuple[Reader, Bad]]
    ) -> Moment | None:
        if step.where is not None and not step.where(row):
            return None
        at = self._one(step.at, row, extra, problems)
        if at is None:
            return None
        moment = Moment(at, row, step, {}, {})
        self._fields(step.fields, row, moment.fields, moment.extra, problems, clear=True)
        if step.note is not None:
            moment.note = str(self._one(step.note, row, moment.extra, problems) or "")
        if step.actor is not None:
            moment.actor = self._one(step.actor, row, moment.extra, problems)
        return moment

    def _fields(
        self,
        readers: dict[str, Reader],
        row: Row,
        fields: dict[str, Any],
        extra: dict[str, Any],
        problems: list[tuple[Reader, Bad]],
        clear: bool = False,
    ) -> None:
        for name, reader in readers.items():
            value = reader.read(row)
            if value is None or type(value) in PECULIAR or reader.spec.keep or name.startswith(EXTRA):
                self._peculiar(name, reader, row, fields, extra, problems, clear)
            else:
                fields[name] = value

    def _peculiar(
        self,
        name: str,
        reader: Reader,
        row: Row,
        fields: dict[str, Any],
        extra: dict[str, Any],
        problems: list[tuple[Reader, Bad]],
        clear: bool,
    ) -> None:
        """A value that is empty, bad, a list, kept as well, or meant for a custom field."""
        if name.startswith(EXTRA):
            value = self._value(reader, row, extra, problems)
            if value is not None:
                extra[custom_name(name.removeprefix(EXTRA))] = plain(value)
            return
        value = self._one(reader, row, extra, problems)
        if value is not None or (clear and reader.spec.when_empty == "clear"):
            fields[name] = value

    def _one(self, reader: Reader, row: Row, extra: dict[str, Any], problems: list[tuple[Reader, Bad]]) -> Any:
        value = self._value(reader, row, extra, problems)
        if isinstance(value, list) and reader.spec.type != "json":
            if len(value) == 1:
                return value[0]
            problems.append((reader, Bad(", ".join(map(str, value)), "several values stand where one can be kept")))
            return None
        return value

    def _value(self, reader: Reader, row: Row, extra: dict[str, Any], problems: list[tuple[Reader, Bad]]) -> Any:
        value = reader.read(row)
        if type(value) is Bad:
            if value.fatal or reader.spec.otherwise not in {"keep", "empty"}:
                problems.append((reader, value))
            elif reader.spec.otherwise == "keep":
                extra.update(reader.raw(row, self.plan.columns))
            return None
        if reader.spec.keep and value is not None:
            extra.update(reader.raw(row, self.plan.columns))
        return value

    def _custom(self, index: int, row: Row) -> dict[str, Any]:
        """The cells that become custom fields as they stand."""
        names = self.plan.columns.names
        if self.custom_of != len(names):
            self.custom_of = len(names)
            self.custom = [
                [(n, custom_name(name), unless) for n, name in enumerate(names) if (unless := kept(name)) is not None]
                for kept in self.kept
            ]
        found = {}
        for place, name, unless in self.custom[index]:
            cell = row.cells[place] if place < len(row.cells) else None
            if cell is None or any(test(row) for test in unless):
                continue
            if not (isinstance(cell, str) and cell.strip() in self.nulls):
                found[name] = cell.strip() if isinstance(cell, str) else cell
        return found

    def _draft(self, target: Target, name: str, said: list[Said]) -> Mapped:
        leading = next((one for one in said if not one.plan.implied), said[0])
        draft = Draft(target.kind, (target.source, target.key), {}, None)
        mapped = Mapped(draft, self.index[id(leading.plan)], leading.row.file)
        fields: dict[str, Reference] = {}
        if len(said) == 1:
            begins, moments, extra = leading.at, [*leading.moments, *leading.whole.values()], leading.extra
            draft.fields = leading.fields
            fields = _references(leading.plan.references, leading.row, draft.fields)
        else:
            begins, moments, extra = self._agreed(draft, fields, _Choice(self, leading.plan, name), said)
        if len(moments) > 1:
            moments.sort(key=lambda one: one.at)
        if extra:
            draft.fields["extra"] = extra
        draft.line = leading.row.line
        draft.at = self._begin(mapped, fields, begins, moments, name)
        if not draft.fields.get("title"):
            draft.fields["title"] = target.key
        mapped.references = list(fields.values())
        self._steps(mapped, moments)
        self._links(mapped, said)
        return mapped

    def _agreed(
        self, draft: Draft, fields: dict[str, Reference], choice: "_Choice", said: list[Said]
    ) -> tuple[datetime | None, list[Moment], dict[str, Any]]:
        """What several rows say: fields into the draft; when it began, its steps, its custom fields."""
        for name in dict.fromkeys(key for one in said for key in one.fields):
            saying = [one for one in said if name in one.fields]
            reader = saying[0].plan.fields[name]
            entries = [(one.fields[name], one.row, one.count) for one in saying]
            draft.fields[name], row, _ = choice.of(name, entries, reader)
            fields |= _references({name: reader}, row, draft.fields)
        at = [(one.at, one.row, one.count) for one in said if one.at is not None]
        begins = choice.of("at", at, choice.plan.at)[0] if at else None
        moments = [moment for one in said for moment in one.moments]
        moments += [choice.step(number, said) for number in sorted({n for one in said for n in one.whole})]
        return begins, moments, _extras(said)

    def _begin(
        self,
        mapped: Mapped,
        fields: dict[str, Reference],
        begins: datetime | None,
        moments: list[Moment],
        name: str,
    ) -> datetime | None:
        """When the record came to be; without a time of its own, what its first step says is what it is born with."""
        if not moments:
            return begins
        if begins is None:
            first = moments.pop(0)
            mapped.draft.fields |= {key: value for key, value in first.fields.items() if value is not None}
            fields |= _references(first.plan.references, first.row, first.fields)
            if first.extra:
                before = mapped.draft.fields.get("extra")
                mapped.draft.fields["extra"] = {**(before if isinstance(before, dict) else {}), **first.extra}
            if first.note:
                # Its fields are what the record is born with; what was said then stands beside them.
                moments.insert(0, first)
            return first.at
        early = moments[0]
        if early.at < begins:
            if self.plan.records[mapped.plan].rule.early_steps == "begin-earlier":
                return early.at
            reason = f"this step lies before the record began ({begins:%Y-%m-%d %H:%M} UTC); see `early-steps`"
            self._tell("refused", early.row, early.plan.at, f"{early.at:%Y-%m-%d %H:%M} UTC", name, reason)
            raise _Refused
        return begins

    def _steps(self, mapped: Mapped, moments: list[Moment]) -> None:
        if not moments:
            return
        now = dict(mapped.draft.fields)
        extra = now.pop("extra", None)
        current: dict[str, Any] = extra if isinstance(extra, dict) else {}
        steps, keeps = mapped.draft.steps, self.plan.records[mapped.plan].rule.unchanged_steps == "keep"
        for moment in moments:
            changed = {key: value for key, value in moment.fields.items() if now.get(key) != value}
            now |= changed
            if any(current.get(key) != value for key, value in moment.extra.items()):
                current = {**current, **moment.extra}
                changed["extra"] = current
            if changed or moment.note or keeps:
                if moment.plan.references:
                    found = _references(moment.plan.references, moment.row, changed, STEP, len(steps))
                    mapped.references += found.values()
                if moment.actor is not None and moment.plan.actor is not None:
                    reader, row = moment.plan.actor, moment.row
                    mapped.references.append(
                        (moment.actor, reader.number, row.file, row.line, DOER, len(steps), "actor")
                    )
                steps.append(Step(moment.at, moment.plan.rule.action, changed, moment.note))

    def _links(self, mapped: Mapped, said: list[Said]) -> None:
        links = mapped.draft.links
        seen = set()
        for one in said:
            for link, reader in one.links:
                known = (link.type, link.target, link.valid_from, link.valid_to)
                if known not in seen:
                    seen.add(known)
                    if isinstance(link.target, Key):
                        mapped.references.append(
                            (link.target, reader.number, one.row.file, one.row.line, LINK, len(links), link.type)
                        )
                    links.append(link)

    def _file(self, row: Row) -> str:
        return self.files[row.file]

    def _tell(self, sort: Any, row: Row, reader: Reader | None, value: object, name: str, reason: str) -> None:
        self.report.add(sort, self._file(row), row.line, reader.column if reader else "", value, name, reason)


def _references(
    readers: dict[str, Reader], row: Row, fields: dict[str, Any], part: int = FIELD, index: int = 0
) -> dict[str, Reference]:
    """The keys that stand in fields, by field; all of them were read from one row."""
    return {
        name: (value, reader.number, row.file, row.line, part, index, name)
        for name, reader in readers.items()
        if type(value := fields.get(name)) is Key
    }


@dataclass(slots=True)
class _Choice:
    """Chooses among the values that rows of one record disagree about, and reports it."""

    merger: Merger
    plan: RecordPlan
    name: str

    def of(self, field_name: str, entries: list[Entry], reader: Reader | None) -> Entry:
        """The value to use and the row it comes from."""
        rule = (reader.spec.differing if reader else None) or self.plan.rule.differing
        first = entries[0]
        if len(entries) == 1:
            return first
        other = next((entry for entry in entries if entry[0] != first[0]), None)
        if other is None:
            return first
        merger, row = self.merger, other[1]
        said = f"rows differ in {field_name}: line {first[1].line} says {shown(first[0])}"
        if rule == "refuse":
            merger._tell("refused", row, reader, shown(other[0]), self.name, f"{said}; the record is refused")
            raise _Refused
        chosen = first
        if rule == "last":
            chosen = entries[-1]
        elif rule in {"lowest", "highest"}:
            chosen = (min if rule == "lowest" else max)(entries, key=lambda entry: order(entry[0]))
        elif rule == "most-common":
            counts: Counter[str] = Counter()
            for value, _, count in entries:
                counts[shown(value)] += count
            most = max(counts.values())
            chosen = next(entry for entry in entries if counts[shown(entry[0])] == most)
        merger._tell("note", row, reader, shown(other[0]), self.name, f"{said}; {shown(chosen[0])} is used ({rule})")
        return chosen

    def step(self, number: int, said: list[Said]) -> Moment:
        """The step of the record as a whole that its rows speak of."""
        moments = [one.whole[number] for one in said if number in one.whole]
        if len(moments) == 1:
            return moments[0]
        plan = moments[0].plan
        at, row, _ = self.of("the time of a step", [(one.at, one.row, 1) for one in moments], plan.at)
        merged = Moment(at, row, plan, {}, {}, next((one.note for one in moments if one.note), ""))
        merged.actor = next((one.actor for one in moments if one.actor), None)
        for name in dict.fromkeys(key for one in moments for key in one.fields):
            entries = [(one.fields[name], one.row, 1) for one in moments if name in one.fields]
            merged.fields[name] = self.of(name, entries, plan.fields[name])[0]
        for one in moments:
            merged.extra = {**one.extra, **merged.extra}
        return merged


def _extras(said: list[Said]) -> dict[str, Any]:
    """Custom fields of all rows; where rows differ, the list of what they say."""
    found: dict[str, Any] = {}
    listed: set[str] = set()
    for one in said:
        for name, value in one.extra.items():
            if name not in found:
                found[name] = value
            elif name in listed:
                if value not in found[name] and len(found[name]) < MOST_ALTERNATIVES:
                    found[name].append(value)
            elif found[name] != value:
                listed.add(name)
                found[name] = [found[name], value]
    return found
