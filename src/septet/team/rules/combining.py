"""The combination rules asked about the assignments that people hold."""

from collections.abc import Iterable
from datetime import datetime

from septet.kernel.errors import Conflict
from septet.kernel.registry import number_of
from septet.kernel.revisions import Revised
from septet.kernel.scopes import reach
from septet.team.assignments.grants import scope_of
from septet.team.assignments.models import Assignment, Combination
from septet.team.rules.models import CombinationRule, Verdict, Waiver
from septet.team.rules.rules import Finding, Held, Rule, Side, findings


def _in_force() -> list[tuple[datetime, datetime | None, Rule]]:
    """The rules in force, each with the time from which and until which it is valid."""
    rows = CombinationRule.objects.filter(state="in-force", withdrawn_at=None)
    return [(row.valid_from, row.valid_to, _rule(row)) for row in rows.order_by("pk")]


RULES = Revised("combinations", _in_force, {"combination-rule": ()})


def _rule(row: CombinationRule) -> Rule:
    return Rule(
        id=row.pk,
        first=Side(row.first_cluster, row.first_role),
        second=Side(row.second_cluster, row.second_role),
        verdict=row.verdict,
        reason=row.reason,
        control=row.control,
    )


def rules_at(at: datetime) -> list[Rule]:
    """The rules in force at a moment."""
    return [rule for since, until, rule in RULES.get() if since <= at and (until is None or at < until)]


def waivers_at(at: datetime, people: Iterable[int]) -> dict[int, dict[int, str]]:
    """The waivers in force at a moment: person -> rule -> the control that was asked for."""
    rows = Waiver.objects.filter(
        person_id__in=list(people), starts_at__lte=at, ends_at__gt=at, state="approved", withdrawn_at=None
    )
    found: dict[int, dict[int, str]] = {}
    for person, rule, control in rows.values_list("person_id", "rule_id", "control"):
        found.setdefault(person, {})[rule] = control
    return found


def held(assignment: Assignment) -> Held:
    """An assignment as the rules look at it."""
    return Held(
        id=assignment.pk,
        cluster=assignment.cluster,
        role=assignment.role,
        since=assignment.starts_at,
        until=assignment.ends_at,
        scope=reach(scope_of(assignment)),
    )


def found_in(assignments: Iterable[Assignment], at: datetime) -> list[Finding]:
    """What the rules object to among assignments of one person."""
    some = list(assignments)
    rules = rules_at(at) if len(some) > 1 else []
    if not rules:
        return []
    person = some[0].person_id
    waived = waivers_at(at, [person] if person else []).get(person or 0, {})
    return findings([held(one) for one in some], rules, waived)


def beside(assignment: Assignment) -> list[Assignment]:
    """The other assignments of its person that are in force or will be."""
    rows = Assignment.objects.filter(person_id=assignment.person_id, state="active", withdrawn_at=None)
    return list(rows.exclude(pk=assignment.pk).order_by("pk"))


def combine(assignment: Assignment, at: datetime, *, refuse: bool = False) -> None:
    """Note on an assignment what the rules say of it beside the others of its person.

    With `refuse`, what may not be held together raises Conflict.
    """
    involved = [
        one for one in found_in([assignment, *beside(assignment)], at) if assignment.pk in (one.one.id, one.other.id)
    ]
    if refuse and (blocking := [one for one in involved if one.blocks]):
        raise Conflict(
            f"{assignment.person.title if assignment.person else 'They'} may not hold both: "
            f"{' '.join(_said(one, assignment) for one in blocking)} Only a waiver for this rule allows it."
        )
    assignment.combination = str(_worst(involved))
    assignment.combined_with = "\n".join(_said(one, assignment) for one in involved)


def _worst(involved: list[Finding]) -> Combination:
    if not involved:
        return Combination.CLEAR
    if involved[0].blocks:
        return Combination.CONFLICT
    return Combination.WAIVED if any(one.waived for one in involved) else Combination.CAUTION


def _said(one: Finding, assignment: Assignment) -> str:
    other = one.other if one.one.id == assignment.pk else one.one
    number, rule = number_of("assignment", other.id), number_of("combination-rule", one.rule.id)
    what = "waived" if one.waived else Verdict(one.rule.verdict).label.split(":")[0].lower()
    control = f" Control: {one.rule.control}" if one.rule.control else ""
    return f"With {number} ({other.cluster.capitalize()}), {what} by {rule}: {one.rule.reason}{control}"
