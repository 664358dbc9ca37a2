"""The tables of combination rules and waivers."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference
from septet.team.assignments.models import CLUSTERS
from septet.team.assignments.roles import ROLES

ROLE_CHOICES = [(key, one.label) for key, one in ROLES.items()]


class Verdict(models.TextChoices):
    """Whether two roles go together."""

    POSSIBLE = "possible", _("Possible")
    CAUTION = "caution", _("Caution: needs a compensating control")
    NOT_RECOMMENDED = "not-recommended", _("Not recommended")


class CombinationRule(Record):
    """Whether one person may hold two assignments at once, judged by role cluster, by role or by both.

    A side that names neither fits nothing; one that names a cluster and a role fits what is of both.
    """

    first_cluster = models.CharField(_("first cluster"), max_length=16, choices=CLUSTERS, blank=True)
    first_role = models.CharField(_("first role"), max_length=32, choices=ROLE_CHOICES, blank=True)
    second_cluster = models.CharField(_("second cluster"), max_length=16, choices=CLUSTERS, blank=True)
    second_role = models.CharField(_("second role"), max_length=32, choices=ROLE_CHOICES, blank=True)
    verdict = models.CharField(_("verdict"), max_length=16, choices=Verdict)
    reason = models.TextField(_("reason"))
    control = models.TextField(
        _("compensating control"), blank=True, help_text=_("What has to be done so that the two go together.")
    )
    valid_from = models.DateTimeField(_("valid from"))
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        db_table = "combination_rule"
        verbose_name = _("combination rule")
        verbose_name_plural = _("combination rules")


class Waiver(Record):
    """Lets a person hold, for a time, what a rule does not recommend, under a compensating control."""

    person = reference("person", _("person"))
    rule = reference("combination-rule", _("rule"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    control = models.TextField(_("compensating control"))
    reason = models.TextField(_("reason"))
    approved_by = reference("person", _("approved by"), editable=False)

    class Meta:
        db_table = "waiver"
        verbose_name = _("waiver")
        verbose_name_plural = _("waivers")
        indexes: ClassVar = [models.Index(fields=["person", "record_ptr"], name="waiver_person")]
