"""Writing a checklist, and taking it out of force."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import LongText, clean_text
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action
from septet.lib.offsets import parse_offset
from septet.team.checklists.models import Checklist, ChecklistLine

Team = Annotated[Record, Ref("function-team")]
Line = Annotated[int, Field(ge=1, le=9999)]
Title = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(clean_text)]
Evidence = Annotated[str, StringConstraints(max_length=255), AfterValidator(clean_text)]
ClusterName = Literal["release", "infrastructure", "support", "operations", "partner", "security", "service"]
DoneBy = Literal["anyone", "team", "owner"]


def _canonical(text: str) -> str:
    return str(parse_offset(text))


# A distance from the event, as `T-5d`.
Due = Annotated[str, StringConstraints(max_length=16), AfterValidator(_canonical)]


@action(
    Checklist,
    from_=("in-force",),
    verb=Verb.MANAGE,
    examples=[{"title": "Set up the account", "due": "T-5d", "cluster": "security", "evidence_wanted": "Its name"}],
)
def add_line(
    checklist: Checklist,
    actor: Actor,
    *,
    title: Title,
    due: Due = "T0",
    instruction: LongText | None = None,
    cluster: ClusterName | None = None,
    team: Team | None = None,
    mandatory: bool = True,
    evidence_wanted: Evidence | None = None,
    completed_by: DoneBy = "anyone",
    four_eyes: bool = False,
    after: list[Line] | None = None,
    line: Line | None = None,
) -> None:
    """Add something that has to be done; records on which the checklist was started already stay as they are."""
    rows = lines_of(checklist)
    number = line or max(rows, default=0) + 1
    if number in rows:
        raise Conflict(f"There is a line {number} already; change it, or leave the number out.")
    row = ChecklistLine(
        line=number,
        title=title,
        due=due,
        instruction=instruction or "",
        cluster=cluster or "",
        team_id=team.pk if team else None,
        mandatory=mandatory,
        evidence_wanted=evidence_wanted or "",
        completed_by=completed_by,
        four_eyes=four_eyes,
        after=sorted(set(after or ())),
    )
    _check_order({**rows, number: row})
    parts.add(row)


@action(Checklist, from_=("in-force",), verb=Verb.MANAGE, examples=[])
def change_line(
    checklist: Checklist,
    actor: Actor,
    *,
    line: Line,
    title: Title | None = None,
    due: Due | None = None,
    instruction: LongText | None = None,
    cluster: ClusterName | None = None,
    team: Team | None = None,
    mandatory: bool | None = None,
    evidence_wanted: Evidence | None = None,
    completed_by: DoneBy | None = None,
    four_eyes: bool | None = None,
    after: list[Line] | None = None,
) -> None:
    """Change what is given of a line; records on which the checklist was started already stay as they are."""
    rows = lines_of(checklist)
    row = _line(rows, line)
    given: dict[str, Any] = {
        "title": title,
        "due": due,
        "instruction": instruction,
        "cluster": cluster,
        "team_id": team.pk if team else None,
        "mandatory": mandatory,
        "evidence_wanted": evidence_wanted,
        "completed_by": completed_by,
        "four_eyes": four_eyes,
        "after": None if after is None else sorted(set(after)),
    }
    parts.change(row, **{name: value for name, value in given.items() if value is not None})
    _check_order(rows)


@action(Checklist, from_=("in-force",), verb=Verb.MANAGE, examples=[])
def remove_line(checklist: Checklist, actor: Actor, *, line: Line) -> None:
    """Take a line off; others that waited for it no longer do."""
    rows = lines_of(checklist)
    for one in rows.values():
        if line in one.after:
            parts.change(one, after=[number for number in one.after if number != line])
    parts.remove(_line(rows, line))


@action(Checklist, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(checklist: Checklist, actor: Actor) -> None:
    """Take it out of force; what was started by it goes on."""


@action(Checklist, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(checklist: Checklist, actor: Actor) -> None:
    """Put it in force again."""


def lines_of(checklist: Record) -> dict[int, ChecklistLine]:
    """The lines of a checklist by their number."""
    return {
        row.line: row
        for row in ChecklistLine.objects.filter(record_id=checklist.pk).select_related("team").order_by("line")
    }


def _line(rows: dict[int, ChecklistLine], number: int) -> ChecklistLine:
    if number not in rows:
        known = ", ".join(map(str, rows)) or "none yet"
        raise Invalid(fields={"line": f"There is no line {number}; there are: {known}."})
    return rows[number]


def _check_order(rows: dict[int, ChecklistLine]) -> None:
    """Refuse lines that wait for what is not there, or for each other in a circle."""
    for number, row in rows.items():
        if missing := [one for one in row.after if one not in rows]:
            raise Invalid(fields={"after": f"There is no line {missing[0]} for which line {number} could wait."})
    left = {number: set(row.after) for number, row in rows.items()}
    while free := [number for number, before in left.items() if not before]:
        left = {number: before - set(free) for number, before in left.items() if number not in free}
    if left:
        raise Invalid(fields={"after": f"These lines would wait for each other: {', '.join(map(str, left))}."})
