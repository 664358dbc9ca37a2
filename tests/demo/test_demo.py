"""The demo: it loads once, whole, and shows each role what is theirs."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_django
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from septet.demo.load import load
from septet.demo.organisation import ROLES
from septet.demo.stage import SOURCE, by_key
from septet.kernel import listing, policy, reading
from septet.kernel.actors import of_person
from septet.kernel.models import Account, Approval, Clock, Entry, ExternalKey, Record, Relation
from septet.kernel.registry import registry
from septet.kernel.verify import check, verify
from septet.release.changes.rules import approvals_needed
from tests.conftest import ON_POSTGRES

# A small part of the whole, so that it loads quickly.
SMALL = 0.05


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[dict[str, int]]:
    """A demo loaded once for all tests here, and taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load(SMALL)
        transaction.set_rollback(True)


@pytest.fixture
def roles(loaded: dict[str, int], db: None) -> dict[str, int]:
    """The people who show the roles of the demo."""
    return loaded


def _titles(kind: str, person: int) -> set[str]:
    query = listing.Query.parse(registry.type_of(kind), {"limit": "500"})
    return {str(one["title"]) for one in listing.page(query, of_person(person)).items}


def test_a_second_load_adds_nothing(roles: dict[str, int]) -> None:
    counts = Record.objects.count(), Entry.objects.count(), Account.objects.count()
    assert load() == roles
    assert (Record.objects.count(), Entry.objects.count(), Account.objects.count()) == counts


def test_every_role_can_sign_in(roles: dict[str, int]) -> None:
    assert set(roles) == set(ROLES)
    assert Account.objects.get(person_id=roles["Administrator"]).email == "admin@demo.example"
    assert Account.objects.filter(person_id__in=roles.values(), is_active=True).count() == len(ROLES)
    assert of_person(roles["Administrator"]).has("administer")
    assert not of_person(roles["Service desk agent"]).has("manage")
    assert not of_person(roles["End user"]).rights


def test_each_sees_what_is_theirs(roles: dict[str, int]) -> None:
    outage, secret = by_key("incident", "shared-outage"), by_key("incident", "restricted")
    assert _titles("incident", roles["Partner contact"]) == {outage.title}
    mine = _titles("incident", roles["End user"])
    assert "ClaimDesk takes minutes to open a file" in mine
    assert outage.title not in mine
    for role, person in roles.items():
        assert not policy.may(of_person(person), "see", secret), role
    assert policy.may(of_person(by_key("person", "nadia")), "see", secret)
    assert len(_titles("incident", roles["Service desk agent"])) > 10


def test_a_requester_reads_no_internal_words(roles: dict[str, int]) -> None:
    slow = by_key("incident", "own-open")
    said = [entry["changes"].get(":comment") for entry in reading.history(slow, of_person(roles["End user"]))]
    assert [one[1] for one in said if one] == [
        "We see it too: the claims database is busy with a report. It should be over within the hour."
    ]


def test_there_is_work_in_every_stage(roles: dict[str, int]) -> None:
    assert set(Record.objects.filter(kind="incident").values_list("state", flat=True)) >= {"in-progress", "closed"}
    assert set(Record.objects.filter(kind="change").values_list("state", flat=True)) >= {
        "logged", "classified", "scheduled", "ready", "review", "closed",
    }  # fmt: skip
    items = Record.objects.filter(kind="configuration-item")
    assert items.filter(state="live").count() > items.count() * 0.9


@pytest.mark.skipif(
    ON_POSTGRES, reason="the run on SQLite counts every day of every goal anew, with the same arithmetic"
)
def test_nothing_lies_in_the_future_and_all_of_it_proves(roles: dict[str, int]) -> None:
    assert not [one for one in Entry.objects.all() if one.at > one.recorded_at]
    assert verify().problems == []
    assert check().problems == []


def test_nobody_works_while_away_or_before_they_came(roles: dict[str, int]) -> None:
    absences: Any = registry.types["absence"].model._default_manager
    away: dict[int, list[tuple[datetime, datetime]]] = {}
    for person, starts, ends in absences.exclude(state="cancelled").values_list("person_id", "starts_at", "ends_at"):
        away.setdefault(person, []).append((starts, ends))
    begun = dict(Record.objects.filter(kind="person").values_list("pk", "opened_at"))
    keys = ExternalKey.objects.filter(kind__in=("incident", "interaction"), source=SOURCE)
    told = keys.filter(Q(key__startswith="inc-") | Q(key__startswith="ask-")).values("record_id")
    entries = Entry.objects.filter(record_id__in=told, actor_id__isnull=False).values_list("actor_id", "at")
    assert entries.count() > 300
    for actor, at in entries:
        assert begun[actor] <= at
        assert not any(since <= at < until for since, until in away.get(actor, [])), (actor, at)


def test_priorities_follow_the_matrix_and_promises_are_mostly_kept(roles: dict[str, int]) -> None:
    incidents: Any = registry.types["incident"].model._default_manager
    for impact, urgency, priority in incidents.filter(priority_reason="").values_list("impact", "urgency", "priority"):
        assert priority == max(1, (impact + urgency) // 2)
    ended = Clock.objects.filter(kind="incident", metric="resolution", met_at__isnull=False)
    late = ended.filter(breached_at__isnull=False).count()
    assert 0 < late < ended.count() * 0.2


def test_a_story_can_be_found_a_team_without_its_engineer(roles: dict[str, int]) -> None:
    left = by_key("person", "marek")
    assert left.state == "left"
    vacant = by_key("function-team", "database-operations")
    assignments: Any = registry.types["assignment"].model._default_manager
    assert not assignments.filter(team_id=vacant.pk, state="active", person_id=left.pk).exists()


def test_a_story_can_be_found_a_change_that_stopped_a_department(roles: dict[str, int]) -> None:
    change, lesson = by_key("change", "change-claimdesk-driver"), by_key("article", "lesson-driver")
    assert (change.state, change.outcome, lesson.state) == ("closed", "backed-out", "validated")
    caused = Relation.objects.filter(type="caused-by", target_id=change.pk).values_list("record_id", flat=True)
    incidents: Any = registry.types["incident"].model._default_manager
    wave = incidents.filter(pk__in=list(caused))
    assert wave.count() >= 12
    assert set(wave.values_list("state", flat=True)) == {"closed"}
    morning = change.actual_start + timedelta(days=1)
    assert {one.opened_at.date() for one in wave} == {morning.date()}
    assert [one.title for one in wave if one.is_major] == ["ClaimDesk stands still"]
    assert Relation.objects.filter(record_id=change.pk, type="lesson", target_id=lesson.pk).exists()
    reviews: Any = registry.types["review"].model._default_manager
    assert reviews.get(subject_id=change.pk).state == "actions-open"


def test_everybody_can_see_who_approved_a_change(roles: dict[str, int]) -> None:
    changes: Any = registry.types["change"].model._default_manager
    made = changes.filter(type__in=("significant", "major"), actual_start__isnull=False)
    assert made.filter(closed_at__isnull=False).exists()
    for change in made:
        answers = list(Approval.objects.filter(record_id=change.pk))
        assert len(answers) >= approvals_needed(change), change.title
        authorised = Entry.objects.filter(record_id=change.pk, action="authorise").latest("at")
        for one in answers:
            told = Entry.objects.get(record_id=change.pk, action="approve", actor_id=one.approver_id)
            assert (one.decision, one.decided_at) == ("approved", told.at)
            assert told.at <= authorised.at


def test_every_service_that_runs_has_an_agreement(roles: dict[str, int]) -> None:
    covered = Relation.objects.filter(type="covered-by").values("record_id")
    assert not Record.objects.filter(kind="service", state="live").exclude(pk__in=covered)


def test_reviews_are_held_again_and_again_and_the_next_ones_are_planned(roles: dict[str, int]) -> None:
    reviews: Any = registry.types["review"].model._default_manager
    for sort in ("operations", "sla"):
        of_it = reviews.filter(type=sort)
        assert of_it.filter(held_at__isnull=False).exists()
        assert of_it.filter(planned_at__gt=timezone.now(), state__in=("planned", "prepared")).exists()
