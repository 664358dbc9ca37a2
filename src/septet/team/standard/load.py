"""Loads what the files of this folder say. What is there already stays as it is, whatever was made of it since."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from django.db import transaction

from septet.kernel import bulk
from septet.kernel.actions import perform
from septet.kernel.actors import Actor
from septet.kernel.models import ExternalKey
from septet.lib.drafts import Draft
from septet.team.checklists.models import Checklist
from septet.team.people.models import FunctionTeam
from septet.team.skills.models import Level

SOURCE = "septet"
# Draft of a record, without `at` and `opened_at`: it begins when it is loaded.
Drafts = Iterator[tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many records of each sort were added; those that were there already are not counted."""

    skills: int = 0
    function_teams: int = 0
    combination_rules: int = 0
    separation_rules: int = 0
    review_templates: int = 0
    checklists: int = 0
    goals: int = 0


def load(actor: Actor, *, via: str, request: str, without: Collection[str] = (), at: datetime | None = None) -> Loaded:
    """Add what is missing of the standard model, but for the kinds of `without`; `at`: in force since then, not now."""
    how = {"via": via, "request": request}

    def add(kind: str, drafts: Drafts) -> dict[str, int]:
        return _add(kind, drafts, actor, at, **how) if kind not in without else {}

    with transaction.atomic():
        skills = add("skill", _skills())
        added = add("function-team", _teams())
        for key, pk in added.items():
            _need(pk, read("function-teams")[key]["needs"], actor, **how)
        lists = add("checklist", _checklists())
        for key, pk in lists.items():
            _write(pk, read("checklists")[key]["lines"], actor, **how)
        return Loaded(
            skills=len(skills),
            function_teams=len(added),
            combination_rules=len(add("combination-rule", _combinations())),
            separation_rules=len(add("separation-rule", _separations())),
            review_templates=len(add("review-template", iter(read("review-templates").items()))),
            checklists=len(lists),
            goals=len(add("goal", iter(read("goals").items()))),
        )


@cache
def read(name: str) -> Any:
    """What a file of this folder says, by its key."""
    return yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


def _add(kind: str, drafts: Drafts, actor: Actor, at: datetime | None, via: str, request: str) -> dict[str, int]:
    """Add the records of which no key is known, and return the ids of those by key."""
    known = set(ExternalKey.objects.filter(source=SOURCE, kind=kind).values_list("key", flat=True))
    fresh = [Draft(kind=kind, key=(SOURCE, key), fields=fields, at=at) for key, fields in drafts if key not in known]
    report = bulk.write(fresh, actor, via=via, request=request, action="create")
    assert not report.refused, report.refused
    return {key: pk for (_, _, key), pk in report.ids.items()}


def _need(team: int, needs: dict[str, list[int]], actor: Actor, via: str, request: str) -> None:
    record = FunctionTeam.objects.get(pk=team)
    ids = dict(ExternalKey.objects.filter(source=SOURCE, kind="skill", key__in=needs).values_list("key", "record_id"))
    for skill, (level, people) in needs.items():
        values = {"skill": ids[skill], "level": Level(level).value, "people": people}
        perform(record, "need-skill", actor, via=via, request=request, params=values)


def _write(checklist: int, lines: list[dict[str, Any]], actor: Actor, via: str, request: str) -> None:
    record = Checklist.objects.get(pk=checklist)
    for told in lines:
        values = {name: value for name, value in told.items() if name not in {"optional", "evidence"}}
        values |= {"mandatory": not told.get("optional", False), "evidence_wanted": told.get("evidence")}
        perform(record, "add-line", actor, via=via, request=request, params=values)


def _checklists() -> Drafts:
    for key, told in read("checklists").items():
        yield key, {name: value for name, value in told.items() if name != "lines"}


def _skills() -> Drafts:
    yield from read("skills").items()


def _teams() -> Drafts:
    texts = ("title", "cluster", "description", "answers_for", "consults", "informs")
    for key, told in read("function-teams").items():
        activities = "\n".join(f"- {one}" for one in told["activities"])
        yield key, {**{name: told[name] for name in texts}, "default_role": told["role"], "activities": activities}


def _combinations() -> Drafts:
    for told in read("combination-rules"):
        by, names = ("cluster", told["pair"]) if "pair" in told else ("role", told["roles"])
        fields = {f"{side}_{by}": name for side, name in zip(("first", "second"), names, strict=True)}
        title = " and ".join(name.replace("-", " ").capitalize() for name in names)
        texts = {name: told[name] for name in ("verdict", "reason", "control") if name in told}
        yield "+".join(names), {"title": title, **fields, **texts}


def _separations() -> Drafts:
    for key, told in read("separation-rules").items():
        yield key, {**told, "first": ", ".join(told["first"]), "second": ", ".join(told["second"])}
