"""The table of review templates."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record
from septet.team.reviews.sorts import ReviewSort

OF_CLUSTERS = _("Role clusters, separated by commas.")


class ReviewTemplate(Record):
    """With which questions, by whom and by which rule a sort of review is held."""

    type = models.CharField(_("type of review"), max_length=32, choices=ReviewSort)
    description = models.TextField(_("description"), blank=True)
    questions = models.TextField(
        _("questions"),
        blank=True,
        help_text=_("'# Area', and below it '- Element: question' in a line each; '@security' at its end says who."),
    )
    attending = models.CharField(_("attending"), max_length=255, blank=True, help_text=OF_CLUSTERS)
    threshold_pct = models.PositiveSmallIntegerField(
        _("threshold"), default=75, help_text=_("Per cent of the votes that must be for it.")
    )
    quorum = models.PositiveSmallIntegerField(_("quorum"), default=1, help_text=_("So many members must have voted."))
    core_clusters = models.CharField(_("must be in favour"), max_length=255, blank=True, help_text=OF_CLUSTERS)
    veto_clusters = models.CharField(_("may stop it alone"), max_length=255, blank=True, help_text=OF_CLUSTERS)
    repeats = models.CharField(
        _("repeats"), max_length=255, blank=True, help_text=_("Such as FREQ=MONTHLY;BYDAY=1TU; empty for once.")
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)

    class Meta:
        db_table = "review_template"
        verbose_name = _("review template")
        verbose_name_plural = _("review templates")
        indexes: ClassVar = [models.Index(fields=["type", "record_ptr"], name="review_template_type")]
