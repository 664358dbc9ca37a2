"""Where the clocks of records stand, and under which rules they were reckoned."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.door import Guarded
from septet.kernel.models.record import Record


class Metric(models.TextChoices):
    """What a clock measures: the time to the first response, or to the resolution."""

    RESPONSE = "response", _("Response")
    RESOLUTION = "resolution", _("Resolution")


class Standing(models.TextChoices):
    """What a clock does, or how it ended."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    MISSED = "missed", _("Missed")
    CANCELLED = "cancelled", _("Cancelled")


class Clock(Guarded):
    """One clock of a record; derived from its journal, the target that fits it, the calendar and now.

    `state` is running or paused as long as the clock lasts, then met or missed, or cancelled without a verdict.
    `breached_at` is when more than the target had been used, whether or not it has ended since. `due_at` is empty while
    it is paused. `elapsed` is in microseconds of the calendar, up to `counted_at`: a running clock has run on since.
    `target` is the id of the target's row, `agreement` that of the record which owns it.

    `applied_at` is since when this target is known to judge the record, `next_event_at` when the next threshold or the
    breach is to be told to its journal, `heard_until` up to when that was done, or need not be: the past of an import.
    """

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="clocks", db_index=False)
    kind = models.CharField(max_length=32)
    metric = models.CharField(max_length=16, choices=Metric)
    agreement = models.BigIntegerField()
    target = models.BigIntegerField()
    seconds = models.PositiveBigIntegerField()
    state = models.CharField(max_length=16, choices=Standing)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    elapsed = models.BigIntegerField()
    counted_at = models.DateTimeField()
    applied_at = models.DateTimeField()
    heard_until = models.DateTimeField()
    next_event_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "clock"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "metric"], name="clock_once")]
        indexes: ClassVar = [
            models.Index(fields=["next_event_at"], condition=Q(next_event_at__isnull=False), name="clock_event"),
            models.Index(fields=["kind", "metric", "met_at"], name="clock_met"),
            models.Index(fields=["kind", "metric", "due_at"], name="clock_due"),
            models.Index(fields=["target"], name="clock_target"),
        ]


class Revision(models.Model):
    """A token for each set of rules that is kept in memory; every change of the rules writes another one."""

    name = models.CharField(max_length=32, primary_key=True)
    token = models.CharField(max_length=36)

    class Meta:
        db_table = "revision"
