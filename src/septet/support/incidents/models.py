"""The table of incidents."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record
from septet.support.channels import Channel
from septet.team.priorities.levels import Impact, Urgency


class WaitingFor(models.TextChoices):
    """Whom a waiting incident waits for."""

    USER = "user", _("User")
    SUPPLIER = "supplier", _("Supplier")
    CHANGE = "change", _("Change")


class Incident(Record):
    """Something does not work as agreed; the desk sees to it that people can work again."""

    description = models.TextField(_("description"), blank=True)
    symptoms = models.TextField(_("symptoms"), blank=True, help_text=_("What was seen: messages, times, places."))
    category = models.CharField(_("category"), max_length=128, blank=True)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.PERSON)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    channel = models.CharField(_("reported by"), max_length=16, choices=Channel, blank=True)
    call_back = models.CharField(_("call back"), max_length=128, blank=True, help_text=_("How to reach the caller."))
    affected_users = models.PositiveIntegerField(_("affected users"), null=True, blank=True)
    is_major = models.BooleanField(_("major incident"), default=False, editable=False)
    priority_reason = models.CharField(_("reason for the priority"), max_length=255, blank=True, editable=False)
    waiting_for = models.CharField(_("waiting for"), max_length=16, choices=WaitingFor, blank=True, editable=False)
    waiting_until = models.DateTimeField(_("waiting until"), null=True, blank=True, editable=False)
    cause = models.TextField(_("cause"), blank=True, editable=False)
    resolution = models.TextField(_("resolution"), blank=True, editable=False)
    resolution_code = models.CharField(_("resolution code"), max_length=64, blank=True, editable=False)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "incident"
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes: ClassVar = [
            models.Index(fields=["impact", "record_ptr"], name="incident_impact"),
            models.Index(fields=["urgency", "record_ptr"], name="incident_urgency"),
            models.Index(fields=["category", "record_ptr"], name="incident_category"),
            models.Index(fields=["channel", "record_ptr"], name="incident_channel"),
            models.Index(fields=["resolution_code", "record_ptr"], name="incident_code"),
            models.Index(fields=["waiting_for", "record_ptr"], name="incident_waiting"),
            models.Index(fields=["record_ptr"], condition=models.Q(is_major=True), name="incident_major"),
        ]
