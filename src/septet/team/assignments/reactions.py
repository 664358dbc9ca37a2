"""What ends assignments: their person has left, their team is no more."""

from django.db.models import Q, QuerySet

from septet.kernel.actions import perform
from septet.kernel.models import Entry
from septet.kernel.reactions import because, reaction
from septet.team.assignments.models import Assignment


@reaction("person.leave")
def end_with_the_person(entry: Entry) -> None:
    """End the assignments of somebody who has left, and let them be nobody's deputy."""
    _end(Q(person_id=entry.record_id), entry)
    for assignment in _lasting().filter(deputy_id=entry.record_id):
        perform(assignment, "edit", **because(entry), deputy=None)


@reaction("function-team.dissolve")
def end_with_the_team(entry: Entry) -> None:
    """End the assignments in a team that was dissolved."""
    _end(Q(team_id=entry.record_id), entry)


def _lasting() -> QuerySet[Assignment]:
    return Assignment.objects.filter(state__in=("proposed", "active"), withdrawn_at=None).order_by("pk")


def _end(which: Q, entry: Entry) -> None:
    for assignment in _lasting().filter(which):
        perform(assignment, "end", **because(entry), ends_at=entry.at)
