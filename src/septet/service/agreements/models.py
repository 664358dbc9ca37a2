"""The tables of agreements and their targets."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Metric, Part, Record, reference


class AgreementSort(models.TextChoices):
    """Between whom an agreement is."""

    SLA = "sla", _("Service level agreement: with a customer")
    OLA = "ola", _("Operational level agreement: with a team of our own")
    UC = "uc", _("Underpinning contract: with a supplier")


class Cadence(models.TextChoices):
    """How often an agreement is looked at together."""

    MONTHLY = "monthly", _("Every month")
    QUARTERLY = "quarterly", _("Every quarter")
    HALF_YEARLY = "half-yearly", _("Every half year")
    YEARLY = "yearly", _("Every year")


class Agreement(Record):
    """What was promised about services: to whom, by whom, how fast, and from when to when.

    The customer is to whom it was promised, the service what it is about (several by the relation `covered-by`);
    without them it is for all. The team, or the provider, is who has to keep it.
    """

    sort = models.CharField(_("sort"), max_length=8, choices=AgreementSort, default=AgreementSort.SLA)
    description = models.TextField(_("description"), blank=True)
    provider = reference("organisation", _("provider"), help_text=_("The supplier, if it is not a team of our own."))
    calendar = reference("business-calendar", _("calendar"), help_text=_("When time counts; always, if left out."))
    valid_from = models.DateTimeField(_("from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("to"), null=True, blank=True)
    notice_days = models.PositiveIntegerField(_("notice"), null=True, blank=True, help_text=_("In days."))
    reviewed_every = models.CharField(_("reviewed"), max_length=16, choices=Cadence, blank=True)

    class Meta:
        db_table = "agreement"
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes: ClassVar = [
            models.Index(fields=["sort", "record_ptr"], name="agreement_sort"),
            models.Index(fields=["valid_to"], name="agreement_end"),
        ]


class AgreementTarget(Part):
    """One promise of an agreement: within which time records of a kind are answered or resolved.

    What is empty fits every record. `within` is time of the calendar: its own, or always if `around_the_clock`, or else
    that of the agreement. Records opened from `valid_from` up to `valid_to` are judged by it; where these are empty,
    as long as the agreement is in force.
    """

    metric = models.CharField(_("metric"), max_length=16, choices=Metric)
    kind = models.CharField(_("kind of record"), max_length=32)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True)
    category = models.CharField(_("category"), max_length=128, blank=True)
    customer = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name=_("customer"))
    service = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name=_("service"))
    calendar = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name=_("calendar"))
    around_the_clock = models.BooleanField(_("around the clock"), default=False)
    within = models.CharField(_("within"), max_length=64)
    thresholds = models.JSONField(_("thresholds in per cent"), default=list)
    valid_from = models.DateTimeField(_("from"), null=True)
    valid_to = models.DateTimeField(_("to"), null=True)

    class Meta:
        db_table = "agreement_target"
