"""The tables of checklists, their lines, and where they were started."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record, reference
from septet.team.tasks.models import CLUSTERS, Completer


class Checklist(Record):
    """What has to be done each time something happens; started on a record, every line becomes a task of it."""

    # Named, because tasks have a field 'checklist' of their own.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_checklist"
    )
    description = models.TextField(_("description"), blank=True)
    event = models.CharField(
        _("event"), max_length=128, blank=True, help_text=_("What the lines count from, such as the last working day.")
    )
    applies_to = models.CharField(
        _("for"), max_length=32, blank=True, help_text=_("The record type, such as person; empty for any.")
    )
    calendar = reference("business-calendar", _("business calendar"), help_text=_("By which days are counted."))
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        db_table = "checklist"
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        indexes: ClassVar = [models.Index(fields=["applies_to", "record_ptr"], name="checklist_applies_to")]


class ChecklistLine(Part):
    """One thing that has to be done. `line` is its number, `after` the numbers of the lines that it waits for, `due`
    its distance from the event, such as `T-5d`."""

    line = models.PositiveIntegerField(_("line"))
    title = models.CharField(_("title"), max_length=255)
    instruction = models.TextField(_("instruction"), blank=True)
    due = models.CharField(_("due"), max_length=16)
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS, blank=True)
    team = models.ForeignKey(Record, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("team"))
    mandatory = models.BooleanField(_("mandatory"), default=True)
    evidence_wanted = models.CharField(_("evidence wanted"), max_length=255, blank=True)
    completed_by = models.CharField(_("done by"), max_length=8, choices=Completer, default=Completer.ANYONE)
    four_eyes = models.BooleanField(_("four eyes"), default=False)
    after = models.JSONField(_("waits for"), default=list, blank=True)

    class Meta:
        db_table = "checklist_line"


class StartedChecklist(Part):
    """A checklist that was started on a record, and when its event is."""

    apart = True
    checklist = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("checklist"))
    event_at = models.DateTimeField(_("event"))

    class Meta:
        db_table = "started_checklist"
