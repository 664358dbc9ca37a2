"""The tables of the kernel's own governing records."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models.record import Record


class CustomFields(Record):
    """Fields that an organisation adds to a type of record."""

    applies_to = models.CharField(_("applies to"), max_length=32, help_text=_("The record type, such as incident."))
    json_schema = models.JSONField(
        _("fields"), default=dict, help_text=_("JSON Schema: each property is a field. An empty object has none.")
    )

    class Meta:
        db_table = "custom_fields"
        verbose_name = _("custom field set")
        verbose_name_plural = _("custom field sets")


class BusinessCalendar(Record):
    """When an organisation works: weekly hours in a zone, public holidays, and single days that differ."""

    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    weekly = models.JSONField(
        _("weekly hours"),
        default=dict,
        help_text=_('Weekday to intervals: {"mon": [["08:00", "17:00"]]}. A day that is left out is closed.'),
    )
    holidays_of = models.CharField(
        _("public holidays of"),
        max_length=16,
        blank=True,
        help_text=_("Country or country-region, such as DE or DE-BY."),
    )
    exceptions = models.JSONField(
        _("exceptions"),
        default=dict,
        blank=True,
        help_text=_('Date to intervals: {"2026-12-24": [["08:00", "12:00"]]}; an empty list closes the day.'),
    )

    class Meta:
        db_table = "business_calendar"
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")


class WindowPurpose(models.TextChoices):
    """What a window is for."""

    MAINTENANCE = "maintenance", _("Maintenance")
    FREEZE = "freeze", _("Freeze: no changes")
    BLACKOUT = "blackout", _("Blackout: nothing runs")


class Window(Record):
    """A stretch of time that governs, once or again and again by an RFC 5545 rule.

    Its scope is its service, site or team and the records it is related to by `affects`; without any it is for all.
    """

    purpose = models.CharField(_("purpose"), max_length=16, choices=WindowPurpose, default=WindowPurpose.MAINTENANCE)
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    rule = models.CharField(_("repeats"), max_length=255, blank=True, help_text=_("Such as FREQ=WEEKLY;BYDAY=SU."))
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")

    class Meta:
        db_table = "window_"
        verbose_name = _("window")
        verbose_name_plural = _("windows")
