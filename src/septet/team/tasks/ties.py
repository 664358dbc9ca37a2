"""What a task is tied to, and who may see it for being the one to do it. Called inside actions of the task."""

from septet.kernel import parts, policy
from septet.kernel.actors import Actor, of_person
from septet.kernel.common import actions as common
from septet.kernel.models import Confidentiality, Record, Relation, Share, Verb
from septet.kernel.relations import in_force
from septet.team.tasks.models import Task


def take_after(record: Record, subject: Record) -> None:
    """Let a new record have the service, site and customer of what it is about, and be no less secret."""
    for name, kind in (("service_id", "service"), ("site_id", "site"), ("customer_id", "organisation")):
        if getattr(record, name) is None:
            setattr(record, name, subject.pk if subject.kind == kind else getattr(subject, name))
    if subject.confidentiality == Confidentiality.RESTRICTED:
        record.confidentiality = subject.confidentiality


def tie_to_subject(task: Task, actor: Actor, before: int | None = None) -> None:
    """Make the task a part of what it belongs to, and no longer of what it belonged to before."""
    if before is not None:
        now = parts.current().at
        for row in in_force(Relation.objects.filter(record_id=task.pk, type="child-of", target_id=before), now):
            parts.change(row, valid_to=max(now, row.valid_from))
    if task.subject_id is not None:
        common.tie(task, actor, "child-of", Record.objects.get(pk=task.subject_id))


def let_see(task: Task, actor: Actor) -> None:
    """Share the task with those who have to do it and could not see it."""
    if task.confidentiality == Confidentiality.RESTRICTED:
        told = Share.objects.filter(record_id=task.subject_id or 0).values_list("party_id", flat=True)
        _share(task, actor, {one for one in (task.owner_id, task.team_id, *told) if one is not None})
    elif task.owner_id is not None and task.owner_id != actor.person:
        owner = Record.objects.filter(pk=task.owner_id, withdrawn_at=None).first()
        if owner is not None and not policy.may(of_person(owner), Verb.SEE, task):
            _share(task, actor, {owner.pk})


def _share(task: Task, actor: Actor, parties: set[int]) -> None:
    held = set(Share.objects.filter(record_id=task.pk).values_list("party_id", flat=True))
    for party in Record.objects.filter(pk__in=parties - held).order_by("pk"):
        common.share(task, actor, party=party)
