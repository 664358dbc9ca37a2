"""The table of priority matrices and their cells."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record


class PriorityMatrix(Record):
    """Which priority follows from impact and urgency, for records opened from `valid_from` on."""

    valid_from = models.DateTimeField(_("valid from"))

    class Meta:
        db_table = "priority_matrix"
        verbose_name = _("priority matrix")
        verbose_name_plural = _("priority matrices")


class PriorityCell(Part):
    """One cell: this impact and this urgency give this priority."""

    impact = models.PositiveSmallIntegerField(_("impact"))
    urgency = models.PositiveSmallIntegerField(_("urgency"))
    priority = models.PositiveSmallIntegerField(_("priority"))

    class Meta:
        db_table = "priority_cell"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "impact", "urgency"], name="priority_cell_once")
        ]
