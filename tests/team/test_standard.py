"""The standard model: complete, loaded once, never over what somebody changed."""

import pytest

from septet.kernel.actions import create, new_request, reload
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Entry, Record
from septet.kernel.readings import read_about, run_procedure
from septet.kernel.references import find
from septet.kernel.registry import Cluster
from septet.kernel.undo import undo_request
from septet.surfaces.cli.welcome import first_links
from septet.team.clusters.model import ROLE_CLUSTERS
from septet.team.goals.indicators import declared
from septet.team.goals.models import Goal
from septet.team.people.models import FunctionTeam
from septet.team.reviews.models import ReviewItem
from septet.team.reviews.sorts import ReviewSort
from septet.team.skills.models import NeededSkill
from septet.team.standard.load import Loaded
from tests.team.words import act

pytestmark = pytest.mark.django_db


def load(**params: bool) -> Loaded:
    request = new_request()
    found = run_procedure("load-standard-model", OPERATOR, params, via="cli", request=request)
    assert isinstance(found, Loaded)
    return found


def test_it_has_a_team_for_every_function_of_every_cluster() -> None:
    loaded = load()
    by_cluster = {one: FunctionTeam.objects.filter(cluster=one).count() for one in ROLE_CLUSTERS}
    assert by_cluster == {
        Cluster.RELEASE: 5, Cluster.INFRASTRUCTURE: 5, Cluster.SUPPORT: 3, Cluster.OPERATIONS: 5, Cluster.PARTNER: 4,
        Cluster.SECURITY: 6, Cluster.SERVICE: 5,
    }  # fmt: skip
    assert (loaded.function_teams, loaded.combination_rules, loaded.separation_rules) == (33, 23, 6)
    assert not FunctionTeam.objects.filter(default_role="").exists()
    needing = set(NeededSkill.objects.values_list("record_id", flat=True))
    assert needing == set(FunctionTeam.objects.values_list("pk", flat=True))


def test_an_empty_installation_begins_with_it() -> None:
    [link] = first_links()
    assert link.role == "Administrator"
    titles = set(FunctionTeam.objects.values_list("title", flat=True))
    assert {"Administrators", "Service desk", "Change management"} <= titles
    assert len(titles) == 34
    first_links()
    assert FunctionTeam.objects.count() == 34


def test_every_review_has_its_questions_and_every_checklist_its_lines() -> None:
    loaded = load()
    assert (loaded.review_templates, loaded.checklists) == (len(ReviewSort), 4)
    for sort in ReviewSort:
        planned = create("review", OPERATOR, via="cli", title="x", type=sort.value, planned_at="2035-01-08T09:00:00Z")
        assert ReviewItem.objects.filter(record_id=planned.pk).count() >= 5, sort
        assert planned.core_clusters
    areas = set(ReviewItem.objects.values_list("area", flat=True))
    assert areas >= {"Release", "Production environment", "Release strategy", "Risk"}
    assert areas >= {
        f"{plan} plan" for plan in ("Rollout", "Rollback", "Training", "Support", "Communications", "Risk")
    }
    leaver = create("person", OPERATOR, via="cli", title="Ann")
    act(leaver, "start-checklist", checklist="septet:leaver")
    assert read_about(leaver, "tasks", OPERATOR, {}).total == 14


def test_the_goals_cover_every_cluster_that_is_measured() -> None:
    assert load().goals == Goal.objects.count()
    assert {one.consequence for one in Goal.objects.all()} == {"none", "review"}
    assert set(Goal.objects.values_list("cluster", flat=True)) == {one.cluster for one in declared.values()}
    assert not Goal.objects.filter(comparison="").exists()
    assert Goal.objects.get(indicator="incident.backlog-age").statistic == "p90"


def test_it_is_loaded_once_and_leaves_alone_what_was_made_of_it() -> None:
    load()
    counts = Record.objects.count(), Entry.objects.count()
    desk = find("septet:service-desk", OPERATOR)
    act(desk, "edit", title="Help for everybody")
    act(find("septet:virus-protection", OPERATOR), "dissolve")
    assert load() == Loaded()
    assert (Record.objects.count(), Entry.objects.count()) == (counts[0], counts[1] + 2)
    assert reload(desk).title == "Help for everybody"


def test_it_can_come_without_teams_and_be_taken_back() -> None:
    assert load(teams=False).function_teams == 0
    request = Entry.objects.latest("pk").request
    report = undo_request(request, OPERATOR, via="cli")
    assert (report.refused, Record.objects.filter(withdrawn_at=None).count()) == ([], 0)
