"""Goals written as OpenSLO v1, and read from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from django.db import transaction
from pydantic import StringConstraints

from septet.kernel.actors import Actor
from septet.kernel.models import ExternalKey, Verb
from septet.kernel.policy import visible_to
from septet.kernel.reading import titles_of
from septet.kernel.readings import procedure, report
from septet.kernel.registry import registry
from septet.lib.text import slug
from septet.team.goals.models import Goal
from septet.team.goals.reading import scope_words
from septet.team.goals.specs import of_goals
from septet.team.openslo.documents import read, write
from septet.team.openslo.mapping import written
from septet.team.openslo.shapes import EVERYTHING, VERSION, Document, Metadata, ServiceDocument
from septet.team.openslo.taking import SOURCE, Taken, Taking

Yaml = Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)]
EXAMPLE = """
apiVersion: openslo/v1
kind: SLO
metadata: {name: few-come-back, displayName: Few incidents come back}
spec:
  service: all-services
  indicator:
    metadata: {name: reopened}
    spec:
      ratio_metric:
        bad: {metricSource: {type: Septet, spec: {indicator: incident.reopened}}}
        total: {metricSource: {type: Septet, spec: {indicator: incident.reopened}}}
  timeWindow: [{duration: 30d, isRolling: true}]
  budgetingMethod: Occurrences
  objectives: [{targetPercent: 95}]
"""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A goal that OpenSLO cannot say, and why."""

    number: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Exported:
    """Goals as YAML documents, and those that are left out."""

    text: str
    goals: int
    left_out: list[LeftOut]


@report(kind="goal")
def openslo_export(actor: Actor) -> Exported:
    """Write the active goals as OpenSLO v1 YAML. Goals that are no share of records are named, and left out."""
    rows = visible_to(actor, Goal.objects.filter(state="active", withdrawn_at=None), registry.types["goal"])
    goals = list(rows.order_by("title", "pk"))
    found = {spec.pk: spec for spec in of_goals(goals)}
    called = titles_of({one.service_id for one in goals if one.service_id is not None}, actor)
    scopes = scope_words(found.values(), actor, numbered=False)
    names = _names(goals)
    services: dict[str, ServiceDocument] = {}
    documents: list[Document] = []
    left_out = []
    for goal in goals:
        service = _service(goal, called)
        try:
            if goal.pk not in found:
                raise ValueError(f"There is no indicator {goal.indicator!r} any more.")
            documents += written(goal, found[goal.pk], names[goal.pk], service.metadata.name, scopes[goal.pk])
        except ValueError as error:
            left_out.append(LeftOut(goal.number, goal.title, str(error)))
            continue
        services[service.metadata.name] = service
    return Exported(write([*services.values(), *documents]), len(documents) // 2, left_out)


def _names(goals: list[Goal]) -> dict[int, str]:
    """The names of goals in documents: those under which they came in, or their titles, each once."""
    known = ExternalKey.objects.filter(source=SOURCE, record_id__in=[one.pk for one in goals])
    names = dict(known.values_list("record_id", "key"))
    taken = set(names.values())
    for goal in goals:
        if goal.pk not in names:
            name = slug(goal.title, 50) or "goal"
            names[goal.pk] = name if name not in taken else f"{name}-{goal.pk}"
            taken.add(names[goal.pk])
    return names


def _service(goal: Goal, called: Mapping[int, tuple[str, str]]) -> ServiceDocument:
    title = called[goal.service_id][1] if goal.service_id else "All services"
    name = slug(title, 60) or f"service-{goal.service_id}" if goal.service_id else EVERYTHING
    metadata = Metadata(name=name, display_name=title)
    return ServiceDocument(api_version=VERSION, kind="Service", metadata=metadata)


@procedure(verb=Verb.MANAGE, kind="goal", examples=[{"text": EXAMPLE, "dry_run": True}, {"text": EXAMPLE}])
def openslo_import(actor: Actor, *, via: str, request: str, text: Yaml, dry_run: bool = False) -> Taken:
    """Set the goals that OpenSLO v1 documents tell, and change those that came in under the same names before.

    What goals do not model is refused with its place in the document, and then nothing is changed.
    """
    documents = read(text)
    with transaction.atomic():
        taken = Taking(documents, actor, via, request, dry_run=dry_run).all()
        transaction.set_rollback(dry_run)
    return taken
