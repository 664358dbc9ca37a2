"""Files held in memory, and drafts told as text, so that a test reads like the guide."""

import io
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from septet.lib.drafts import Draft, Key
from septet.surfaces.transfer.importer import hints
from septet.surfaces.transfer.mapping import Mapping
from septet.surfaces.transfer.plan import make_plan
from septet.surfaces.transfer.profile import Profile, read_profile
from septet.surfaces.transfer.report import Finding, Report
from septet.surfaces.transfer.said import Mapped
from septet.surfaces.transfer.sources import Input

HEAD = "septet-profile: 1\nname: example\nsource: demo\n"


def held(content: str | bytes, name: str = "file.csv") -> Input:
    """A file that exists only here."""
    data = content.encode() if isinstance(content, str) else content
    return Input(name, lambda: io.BytesIO(data))


def profile_of(text: str) -> Profile:
    """The profile of a text, with the first lines added where it leaves them out."""
    return read_profile(text if "septet-profile" in text else HEAD + text)


class Kept:
    """A sink that keeps every finding."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def write(self, finding: Finding) -> None:
        self.findings.append(finding)


def run(profile: str, *files: str | bytes) -> tuple[list[Draft], list[Finding], Mapping]:
    """What a profile makes of files: drafts, findings, and the mapping with its counts."""
    kept = Kept()
    with Mapping(make_plan(profile_of(profile), hints), [held(one) for one in files], Report(kept)) as mapping:
        mapping.stage()
        drafts = drafts_of(mapping)
    return drafts, kept.findings, mapping


def drafts_of(mapping: Mapping) -> list[Draft]:
    """All drafts of a mapping, before them those that are made because others need them."""
    found = list(mapping.drafts())
    needed: dict[Key, Draft] = {}
    for one in found:
        _add_needed(one, mapping, needed)
    return [*needed.values(), *(one.draft for one in found)]


def _add_needed(one: Mapped, mapping: Mapping, needed: dict[Key, Draft]) -> None:
    """Add the drafts that are made because this one needs them, those that they need themselves before them."""
    for key, number, *_ in one.references:
        if mapping.plan.readers[number].missing == "create" and key not in needed:
            implied = mapping.lookup.implied(key)
            if implied is not None:
                _add_needed(implied, mapping, needed)
                needed[key] = implied.draft


def told(profile: str, *files: str | bytes) -> str:
    """The same as text."""
    drafts, findings, mapping = run(profile, *files)
    lines = [line for draft in drafts for line in _draft(draft)]
    lines += [_finding(one) for one in findings]
    if mapping.counts.left_out:
        lines.append(f"left out: {mapping.counts.left_out}")
    return "\n".join(lines)


def _draft(draft: Draft) -> Iterable[str]:
    assert draft.key is not None
    since = f", since {_value(draft.at)}" if draft.at else ""
    yield f"{draft.kind} {draft.key[1]}{since}"
    for name in sorted(draft.fields, key=lambda name: (name != "title", name == "extra")):
        yield f"  {name}: {_value(draft.fields[name])}"
    for link in draft.links:
        since = f", from {_value(link.valid_from)}" if link.valid_from else ""
        until = f", until {_value(link.valid_to)}" if link.valid_to else ""
        yield f"  {link.type} {_value(link.target)}{since}{until}"
    for step in draft.steps:
        action = f" {step.action}" if step.action != "import" else ""
        changed = ", ".join(f"{name}: {_value(value)}" for name, value in step.fields.items()) or "nothing"
        note = f" ({step.note})" if step.note else ""
        yield f"  {_value(step.at)}{action}: {changed}{note}"


def _value(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, Key):
        return f"{value.kind} {value.key}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def _finding(one: Finding) -> str:
    column = f", column {one.column}" if one.column else ""
    value = f', "{one.value}"' if one.value else ""
    return f"{one.sort}, line {one.line}{column}{value}: {one.reason}"
