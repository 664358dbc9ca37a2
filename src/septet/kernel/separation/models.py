"""The table of separation rules."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models.record import Record


class SeparationRule(Record):
    """Whoever did one of the first actions to a record may not do one of the second to it.

    `first` and `second` name actions, or fields that hold a person: `builder` means whoever stands there.
    """

    applies_to = models.CharField(
        _("applies to"), max_length=32, help_text=_("The record type, such as change; * for all.")
    )
    first = models.CharField(
        _("who did"), max_length=255, help_text=_("Actions or fields that hold a person, separated by commas.")
    )
    second = models.CharField(
        _("may not"), max_length=255, help_text=_("Actions, or fields in which they may not be named.")
    )
    condition = models.JSONField(
        _("only where"), default=dict, blank=True, help_text=_('Field to values: {"type": ["major", "significant"]}.')
    )
    within_days = models.PositiveIntegerField(
        _("within days"), null=True, blank=True, help_text=_("Only what was done so many days ago counts; else all.")
    )
    reason = models.TextField(_("reason"))

    class Meta:
        db_table = "separation_rule"
        verbose_name = _("separation rule")
        verbose_name_plural = _("separation rules")
