"""What the first records of a dry run would become, in words, so that a person sees whether the profile reads them
rightly."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from septet.kernel.registry import RecordType, registry
from septet.lib.drafts import Draft, Step
from septet.surfaces.transfer.said import Mapped, plain

# Records of each rule of the profile, and steps of each record.
RECORDS, STEPS = 2, 5
LONGEST = 200

Named = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SampleStep:
    """A moment in the history of a sample: when it was (ISO 8601), what was done, and what was set."""

    at: str
    action: str
    fields: Named
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A record as it would be written: `becomes` is created, changed or unchanged; `fields` has labels and values. Of
    its history the first steps stand in `steps`, `step_count` is how many there are."""

    kind: str
    key: str
    file: str
    line: int
    becomes: str
    at: str
    fields: Named
    steps: list[SampleStep] = field(default_factory=list)
    step_count: int = 0
    relation_count: int = 0


def sample_of(one: Mapped, file: str, becomes: str, named: Any) -> Sample:
    """The sample of a draft that was written. `named(kind, field, value)` says the value of a field in words."""
    draft, it = one.draft, registry.types[one.draft.kind]
    return Sample(
        kind=draft.kind,
        key=draft.key[1] if draft.key else "",
        file=file,
        line=draft.line,
        becomes=becomes,
        at=_moment(draft.at),
        fields=_named(it, draft, draft.fields, named),
        steps=[_step(it, draft, step, named) for step in draft.steps[:STEPS]],
        step_count=len(draft.steps),
        relation_count=len(draft.links),
    )


def _step(it: RecordType, draft: Draft, step: Step, named: Any) -> SampleStep:
    return SampleStep(_moment(step.at), step.action, _named(it, draft, step.fields, named), step.note[:LONGEST])


def _named(it: RecordType, draft: Draft, values: dict[str, object], named: Any) -> Named:
    """The values that say something, with their labels; custom fields under their own names."""
    found: Named = []
    for name, value in values.items():
        if name == "extra" and isinstance(value, dict):
            found += [(key, _cut(str(plain(one)))) for key, one in value.items()]
        elif value not in (None, "", [], {}):
            label = it.fields[name].label if name in it.fields else name
            found.append((str(label), _cut(_said(it, name, value, named))))
    return found


def _said(it: RecordType, name: str, value: object, named: Any) -> str:
    if name == "state" and isinstance(value, str):
        return str(it.states.label(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    choices = dict(it.fields[name].choices) if name in it.fields and it.fields[name].choices else {}
    return str(choices[value]) if value in choices else str(named(it.kind, name, plain(value)))


def _moment(at: datetime | None) -> str:
    return at.isoformat() if at is not None else ""


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
