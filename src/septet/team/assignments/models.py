"""The table of assignments."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference
from septet.kernel.registry import Cluster
from septet.team.assignments.roles import ROLES

CLUSTERS = [(c.value, c.capitalize()) for c in Cluster]


class Accountability(models.TextChoices):
    """Whether somebody answers for the work or does it."""

    ACCOUNTABLE = "accountable", _("Accountable: answers for it")
    RESPONSIBLE = "responsible", _("Responsible: does it")


class Combination(models.TextChoices):
    """What the combination rules say of an assignment beside the others of its person."""

    CLEAR = "clear", _("Goes together")
    CAUTION = "caution", _("Caution")
    WAIVED = "waived", _("Waived")
    CONFLICT = "conflict", _("Conflict")


class Assignment(Record):
    """A person's place in a function team, in a role, for a part of the work and for a time."""

    person = reference("person", _("person"))
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS)
    role = models.CharField(_("role"), max_length=32, choices=[(key, one.label) for key, one in ROLES.items()])
    accountability = models.CharField(
        _("accountability"), max_length=16, choices=Accountability, default=Accountability.RESPONSIBLE
    )
    technology = reference("item-type", _("technology"), help_text=_("Only items of this type, and what affects them."))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    deputy = reference("person", _("deputy"), help_text=_("Takes over while the person is absent."))
    share = models.PositiveSmallIntegerField(
        _("share of time"), null=True, blank=True, help_text=_("Per cent of the person's working time.")
    )
    combination = models.CharField(
        _("combination"), max_length=16, choices=Combination, default=Combination.CLEAR, editable=False
    )
    combined_with = models.TextField(_("combined with"), blank=True, editable=False)

    class Meta:
        db_table = "assignment"
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes: ClassVar = [
            models.Index(fields=["person", "record_ptr"], name="assignment_person"),
            models.Index(fields=["deputy", "record_ptr"], name="assignment_deputy"),
            models.Index(fields=["cluster", "accountability", "record_ptr"], name="assignment_cluster"),
        ]
