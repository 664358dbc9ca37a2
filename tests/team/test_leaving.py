"""What follows when somebody leaves."""

import pytest

from septet.kernel import follow
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, of_person
from septet.kernel.models import Entry, FailedReaction, Grant
from septet.team.assignments.models import Assignment

pytestmark = pytest.mark.django_db(transaction=True)


def test_who_leaves_is_assigned_to_nothing_from_then_on() -> None:
    person = create("person", OPERATOR, via="cli", title="Ann")
    other = create("person", OPERATOR, via="cli", title="Bob")
    teams = [create("function-team", OPERATOR, via="cli", title=title, cluster="support") for title in ("A", "B")]
    for team in teams:
        perform(team, "add-member", OPERATOR, via="cli", person=person)
        perform(team, "add-member", OPERATOR, via="cli", person=other)
    perform(teams[1], "remove-member", OPERATOR, via="cli", person=person)
    covered = Assignment.objects.get(person_id=other.pk, team_id=teams[0].pk)
    perform(covered, "edit", OPERATOR, via="cli", deputy=person)
    left = perform(person, "leave", OPERATOR, via="web")
    assert left
    assert not Grant.objects.filter(person_id=person.pk, until=None).exists()
    follow.drain()
    assert not FailedReaction.objects.exists()
    assert not Assignment.objects.filter(person_id=person.pk, state="active").exists()
    assert Assignment.objects.filter(person_id=other.pk, state="active").count() == 2
    ended = Assignment.objects.get(person_id=person.pk, team_id=teams[0].pk)
    assert ended.ends_at == left.at
    done = Entry.objects.get(record_id=ended.pk, action="end")
    assert (done.caused_by, done.request) == (left.pk, left.request)
    assert Assignment.objects.get(pk=covered.pk).deputy_id is None
    assert not of_person(other).teams - {team.pk for team in teams}


def test_a_dissolved_team_has_no_members() -> None:
    person = create("person", OPERATOR, via="cli", title="Ann")
    team = create("function-team", OPERATOR, via="cli", title="A", cluster="support")
    perform(team, "add-member", OPERATOR, via="cli", person=person)
    perform(team, "dissolve", OPERATOR, via="cli")
    follow.drain()
    assert Assignment.objects.get(person_id=person.pk).state == "ended"
    assert not of_person(person).rights
