"""The table of interactions."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record
from septet.support.channels import Channel
from septet.team.priorities.levels import Impact, Urgency


class Interaction(Record):
    """One contact with the desk: a call, a mail, a question. The requester is who made it."""

    description = models.TextField(_("description"), blank=True)
    category = models.CharField(_("category"), max_length=128, blank=True)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Impact, default=Impact.PERSON)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Urgency, default=Urgency.NORMAL)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel, blank=True)
    call_back = models.CharField(_("call back"), max_length=128, blank=True, help_text=_("How to reach the caller."))
    handle_seconds = models.PositiveIntegerField(
        _("handling time"), null=True, blank=True, help_text=_("Seconds of work at the desk.")
    )
    answer = models.TextField(_("answer"), blank=True, editable=False)
    closure_code = models.CharField(_("closure code"), max_length=64, blank=True, editable=False)
    first_contact_resolution = models.BooleanField(
        _("resolved at first contact"), null=True, blank=True, editable=False
    )

    class Meta:
        db_table = "interaction"
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes: ClassVar = [
            models.Index(fields=["impact", "record_ptr"], name="interaction_impact"),
            models.Index(fields=["urgency", "record_ptr"], name="interaction_urgency"),
            models.Index(fields=["category", "record_ptr"], name="interaction_category"),
            models.Index(fields=["channel", "record_ptr"], name="interaction_channel"),
            models.Index(fields=["closure_code", "record_ptr"], name="interaction_code"),
            models.Index(fields=["first_contact_resolution", "record_ptr"], name="interaction_first"),
        ]
