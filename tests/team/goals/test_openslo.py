"""Goals as OpenSLO documents: what is modelled comes back as it was, the rest is refused by its place."""

from typing import Any

import pytest
import yaml

from septet.kernel.actors import OPERATOR
from septet.kernel.errors import Invalid
from septet.kernel.models import Record
from septet.kernel.readings import read_report, run_procedure
from septet.team.goals.models import Goal
from septet.team.openslo.readings import EXAMPLE
from tests.cast import Cast
from tests.team.goals.stage import goal

FIELDS = (
    "title", "description", "cluster", "indicator", "statistic", "limit", "comparison", "target", "threshold", "period",
    "days", "zone", "category", "priority", "team_id", "short_window", "long_window", "consequence", "valid_from",
)  # fmt: skip


def exported() -> Any:
    return read_report("openslo-export", OPERATOR, {})


def taken(text: str, **values: Any) -> Any:
    return run_procedure("openslo-import", OPERATOR, {"text": text, **values}, via="api", request="r1")


def refused(old: str, new: str) -> dict[str, str]:
    assert old in EXAMPLE
    with pytest.raises(Invalid) as error:
        taken(EXAMPLE.replace(old, new))
    assert not Goal.objects.exists()
    return dict(error.value.fields)


def test_goals_go_out_and_come_back_as_they_were(cast: Cast) -> None:
    goal("incident.reopened", title="Few come back", target="4.95 %", threshold="8 %", zone="Europe/Berlin", priority=1)
    goal("interaction.first-contact", title="At once", target="60 %", period="rolling", days=14, team=cast.desk.number,
         description="Calls", consequence="task", short_window=2, zone="Asia/Tokyo")  # fmt: skip
    goal("incident.time-to-resolve", title="In time", statistic="within", limit="4h", target="90 %", period="quarter")
    before = list(Goal.objects.order_by("pk").values(*FIELDS))
    found = exported()
    assert (found.goals, found.left_out) == (3, [])
    same = taken(found.text)
    assert (len(same.unchanged), same.created, same.changed) == (3, [], [])
    # Where none of them is known, all are set anew.
    assert len(taken(found.text.replace("displayName: ", "displayName: New ")).created) == 3
    after = list(Goal.objects.filter(title__startswith="New ").order_by("title").values(*FIELDS))
    for one in after:
        one["title"] = one["title"].removeprefix("New ")
        one["limit"] = "4h" if one["limit"] == "14400" else one["limit"]
    assert after == sorted(before, key=lambda one: str(one["title"]))


def test_a_second_import_changes_what_differs(cast: Cast) -> None:
    dry = taken(EXAMPLE, dry_run=True)
    assert (dry.created, Goal.objects.count()) == (["Few incidents come back"], 0)
    [number] = taken(EXAMPLE).created
    one = Goal.objects.get()
    assert (one.number, one.comparison, one.target, one.days) == (number, "at-most", "5 %", 30)
    assert taken(EXAMPLE).unchanged == [number]
    assert taken(EXAMPLE.replace("targetPercent: 95", "target: 0.9725").replace("30d", "4w")).changed == [number]
    one = Goal.objects.get()
    assert (one.target, one.days) == ("2.75 %", 28)


def test_a_service_that_is_told_is_opened_once(cast: Cast) -> None:
    text = EXAMPLE.replace("service: all-services", "service: mail")
    with pytest.raises(Invalid) as error:
        taken(text)
    assert "document 1 spec.service" in error.value.fields
    told = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: mail, displayName: Mail}\n---" + text
    assert len(taken(told).services) == 1
    assert taken(told).services == []
    assert Goal.objects.get().service == Record.objects.get(kind="service", title="Mail")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("budgetingMethod: Occurrences", "budgetingMethod: Timeslices", "spec.budgetingMethod"),
        ("targetPercent: 95", "targetPercent: 95, timeSliceTarget: 0.9", "spec.objectives.0.timeSliceTarget"),
        ("targetPercent: 95", "targetPercent: 100", "spec.objectives.0.targetPercent"),
        ("type: Septet", "type: Prometheus", "spec.indicator.spec.ratioMetric.bad.metricSource.type"),
        ("indicator: incident.reopened", "indicator: incident.opend", "indicator"),
        ("duration: 30d", "duration: 1M", "spec.timeWindow.0.duration"),
        ("kind: SLO", "kind: AlertPolicy", "kind"),
        ("spec:\n  service", "spec:\n  alertPolicies: [{alertPolicyRef: page}]\n  service", "spec.alertPolicies"),
        ("isRolling: true", "calendar: {startTime: 2024-01-02 00:00:00}", "spec.timeWindow.0.duration"),
    ],
)  # fmt: skip
def test_what_is_not_modelled_is_refused_by_its_place(cast: Cast, old: str, new: str, place: str) -> None:
    assert f"document 1 {place}" in refused(old, new)


@pytest.mark.parametrize("text", ["a: [", "a: &x [1]\nb: *x", "[" * 5000, "", "just words"])
def test_what_is_no_document_is_refused(cast: Cast, text: str) -> None:
    with pytest.raises(Invalid):
        taken(text)


def test_what_openslo_cannot_say_is_named(cast: Cast) -> None:
    goal("incident.hand-overs", title="Not passed around", target="0.5")
    goal("incident.major", title="None at all", target="0 %")
    found = exported()
    assert (found.goals, found.text) == (0, "")
    assert [one.title for one in found.left_out] == ["None at all", "Not passed around"]


def test_the_documents_have_the_published_structure(cast: Cast) -> None:
    goal("incident.reopened", title="Few come back", target="5 %")
    documents = list(yaml.safe_load_all(exported().text))
    assert [(one["apiVersion"], one["kind"]) for one in documents] == [
        ("openslo/v1", "Service"), ("openslo/v1", "SLI"), ("openslo/v1", "SLO"),
    ]  # fmt: skip
    service, sli, slo = documents
    assert slo["spec"]["service"] == service["metadata"]["name"]
    assert slo["spec"]["indicatorRef"] == sli["metadata"]["name"]
    assert set(sli["spec"]["ratioMetric"]) == {"bad", "total"}
    assert slo["spec"]["objectives"] == [{"targetPercent": 95}]
    assert slo["spec"]["timeWindow"] == [
        {"duration": "1Y", "calendar": {"startTime": "2024-01-01 00:00:00", "timeZone": "UTC"}}
    ]
