"""The table of changes."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference
from septet.kernel.registry import Cluster
from septet.team.priorities.levels import Impact


class ChangeType(models.TextChoices):
    """How much care a change needs."""

    STANDARD = "standard", _("Standard: approved beforehand")
    MINOR = "minor", _("Minor")
    SIGNIFICANT = "significant", _("Significant")
    MAJOR = "major", _("Major")
    EMERGENCY = "emergency", _("Emergency")


class Likelihood(models.IntegerChoices):
    """How likely it is that the change goes wrong; 1 is the worst."""

    CERTAIN = 1, _("Almost certain")
    LIKELY = 2, _("Likely")
    POSSIBLE = 3, _("Possible")
    UNLIKELY = 4, _("Unlikely")
    REMOTE = 5, _("Hardly ever")


class Risk(models.TextChoices):
    """How dangerous a change is; follows from its score where impact and likelihood are known."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


class Originating(models.TextChoices):
    """What the change comes from."""

    PROBLEM = "problem", _("Problem")
    INCIDENT = "incident", _("Incident")
    INTERACTION = "interaction", _("Interaction")
    PROJECT = "project", _("Project")
    IMPROVEMENT = "improvement", _("Improvement")
    REGULATION = "regulation", _("Law or policy")


class Outcome(models.TextChoices):
    """How the implementation ended."""

    SUCCESSFUL = "successful", _("Successful")
    BACKED_OUT = "backed-out", _("Backed out")
    FAILED = "failed", _("Failed")


class Change(Record):
    """A request for change and what becomes of it. What it touches stands in its relations "affects"."""

    type = models.CharField(_("type"), max_length=16, choices=ChangeType, default=ChangeType.MINOR)
    description = models.TextField(_("description"), blank=True)
    reason = models.TextField(_("reason"), blank=True)
    effect = models.TextField(_("effect on the business"), blank=True)
    effect_of_not = models.TextField(_("effect of not changing"), blank=True)
    originating = models.CharField(_("comes from"), max_length=16, choices=Originating, blank=True)
    originating_cluster = models.CharField(
        _("raised by cluster"), max_length=16, choices=[(c.value, c.capitalize()) for c in Cluster], blank=True
    )
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=2, null=True, blank=True)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, null=True, blank=True)
    likelihood = models.PositiveSmallIntegerField(_("likelihood of failure"), choices=Likelihood, null=True, blank=True)
    first_time = models.BooleanField(_("never done before"), default=False)
    shared_item = models.BooleanField(_("touches what several services share"), default=False)
    risk_score = models.PositiveSmallIntegerField(_("risk score"), null=True, blank=True, editable=False)
    risk = models.CharField(_("risk"), max_length=8, choices=Risk, blank=True)
    backout_plan = models.TextField(_("back-out plan"), blank=True)
    test_plan = models.TextField(_("test plan"), blank=True)
    procedure = reference("article", _("procedure"), help_text=_("What a standard change follows."))
    cab_required = models.BooleanField(_("advisory board needed"), default=False)
    requested_end = models.DateTimeField(_("wanted by"), null=True, blank=True)
    planned_start = models.DateTimeField(_("planned start"), null=True, blank=True)
    planned_end = models.DateTimeField(_("planned end"), null=True, blank=True)
    downtime_start = models.DateTimeField(_("downtime from"), null=True, blank=True)
    downtime_end = models.DateTimeField(_("downtime to"), null=True, blank=True)
    actual_start = models.DateTimeField(_("actual start"), null=True, blank=True, editable=False)
    actual_end = models.DateTimeField(_("actual end"), null=True, blank=True, editable=False)
    builder = reference("person", _("built by"), editable=False)
    tester = reference("person", _("tested by"), editable=False)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True, editable=False)
    recorded_late = models.BooleanField(_("recorded late"), default=False, editable=False)
    review_notes = models.TextField(_("review"), blank=True, editable=False)
    no_lesson_because = models.CharField(_("no lesson, because"), max_length=255, blank=True, editable=False)
    held_in = models.CharField(_("held in"), max_length=32, blank=True, editable=False)

    class Meta:
        db_table = "change"
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        indexes: ClassVar = [
            models.Index(fields=["type", "record_ptr"], name="change_type"),
            models.Index(fields=["risk", "record_ptr"], name="change_risk"),
            models.Index(fields=["originating", "record_ptr"], name="change_originating"),
            models.Index(fields=["originating_cluster", "record_ptr"], name="change_cluster"),
            models.Index(fields=["outcome", "record_ptr"], name="change_outcome"),
            models.Index(fields=["cab_required", "record_ptr"], name="change_cab"),
            models.Index(fields=["planned_start", "record_ptr"], name="change_planned"),
            models.Index(fields=["planned_end", "record_ptr"], name="change_planned_end"),
            models.Index(fields=["actual_end", "record_ptr"], name="change_actual_end"),
        ]
