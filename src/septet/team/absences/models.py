"""The table of absences."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference


class Sort(models.TextChoices):
    """Why somebody is away. Nothing about health belongs here."""

    LEAVE = "leave", _("Leave")
    TRAVEL = "travel", _("Travel")
    TRAINING = "training", _("Training")
    OTHER = "other", _("Other")


class Absence(Record):
    """A time in which a person is away and their deputies have their rights."""

    person = reference("person", _("person"))
    sort = models.CharField(_("sort"), max_length=16, choices=Sort, default=Sort.LEAVE)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    deputy = reference(
        "person", _("deputy"), help_text=_("For everything; if empty, the deputy of each of their assignments.")
    )

    class Meta:
        db_table = "absence"
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes: ClassVar = [
            models.Index(fields=["person", "record_ptr"], name="absence_person"),
            models.Index(fields=["deputy", "record_ptr"], name="absence_deputy"),
        ]
