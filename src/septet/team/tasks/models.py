"""The table of tasks."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference
from septet.kernel.registry import Cluster

CLUSTERS = [(c.value, c.capitalize()) for c in Cluster if c != Cluster.TEAM]


class Completer(models.TextChoices):
    """Who may say that a task is done."""

    ANYONE = "anyone", _("Everybody who works on tasks")
    TEAM = "team", _("Its owner or its team")
    OWNER = "owner", _("Its owner alone")


class Task(Record):
    """Something that one person or team has to do, alone or for another record."""

    description = models.TextField(_("description"), blank=True)
    # What it belongs to stands in its relation "is part of" too, what it waits for in "waits for".
    subject = reference("*", _("belongs to"), help_text=_("The record for which it is done."))
    position = models.PositiveIntegerField(
        _("place"), null=True, blank=True, help_text=_("Its place among the tasks of what it belongs to.")
    )
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS, blank=True)
    mandatory = models.BooleanField(
        _("mandatory"), default=True, help_text=_("What it belongs to cannot end before it is done.")
    )
    completed_by = models.CharField(_("done by"), max_length=8, choices=Completer, default=Completer.ANYONE)
    four_eyes = models.BooleanField(
        _("four eyes"), default=False, help_text=_("Somebody else confirms that it was done.")
    )
    evidence_wanted = models.CharField(
        _("evidence wanted"), max_length=255, blank=True, help_text=_("What has to show that it was done.")
    )
    evidence = models.TextField(_("evidence"), blank=True, editable=False)
    done_by = reference("person", _("was done by"), editable=False)
    confirmed_by = reference("person", _("was confirmed by"), editable=False)
    checklist = reference("checklist", _("from the checklist"), editable=False)
    # The row of the started checklist that it came from.
    run = models.PositiveBigIntegerField(_("run"), null=True, blank=True, editable=False)
    due_offset = models.CharField(_("due from the event"), max_length=16, blank=True, editable=False)
    follows_event = models.BooleanField(_("moves with the event"), default=False, editable=False)
    not_done_because = models.TextField(_("not done, because"), blank=True, editable=False)

    class Meta:
        db_table = "task"
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes: ClassVar = [
            models.Index(fields=["subject", "record_ptr"], name="task_subject"),
            models.Index(fields=["checklist", "record_ptr"], name="task_checklist"),
            models.Index(fields=["cluster", "record_ptr"], name="task_cluster"),
        ]
