"""The table of services."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record


class Criticality(models.IntegerChoices):
    """How much the business depends on a service."""

    VITAL = 1, _("Vital")
    IMPORTANT = 2, _("Important")
    NORMAL = 3, _("Normal")
    MINOR = 4, _("Minor")


class Service(Record):
    """What IT provides, in its customers' words."""

    # Named, because Record has a field 'service' of its own.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_service"
    )
    description = models.TextField(_("description"), blank=True)
    users = models.CharField(_("for whom"), max_length=255, blank=True)
    hours = models.CharField(_("service hours"), max_length=255, blank=True)
    support = models.CharField(_("support"), max_length=255, blank=True, help_text=_("How and when help is given."))
    prerequisites = models.TextField(_("prerequisites"), blank=True, help_text=_("What a user needs beforehand."))
    price = models.CharField(
        _("price"), max_length=255, blank=True, help_text=_("In words: per month, per user, free.")
    )
    criticality = models.PositiveSmallIntegerField(_("criticality"), choices=Criticality, default=Criticality.NORMAL)

    last_use_on = models.DateField(_("last day of use"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "service"
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes: ClassVar = [models.Index(fields=["criticality", "record_ptr"], name="service_criticality")]
