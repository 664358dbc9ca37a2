"""The tables of goals, and of what is derived for them.

Only `Goal` and its parts are told by the journal. Everything below them is computed from the records by the worker
and can be computed anew at any time, but for what was published, which is kept as it was.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record
from septet.kernel.registry import Cluster


class Statistic(models.TextChoices):
    """What is taken of a distribution; of other indicators it follows from their sort."""

    MEAN = "mean", _("Mean")
    MEDIAN = "median", _("Median")
    P90 = "p90", _("90th percentile")
    P95 = "p95", _("95th percentile")
    WITHIN = "within", _("Share within a limit")


class Comparison(models.TextChoices):
    """On which side of its target a goal is met."""

    AT_LEAST = "at-least", _("At least")
    AT_MOST = "at-most", _("At most")


class Period(models.TextChoices):
    """Over what time a goal is judged."""

    ROLLING = "rolling", _("The last days")
    WEEK = "week", _("Calendar week")
    MONTH = "month", _("Calendar month")
    QUARTER = "quarter", _("Calendar quarter")
    YEAR = "year", _("Calendar year")


class Consequence(models.TextChoices):
    """What follows when a goal is missed or its error budget is spent."""

    NONE = "none", _("Nothing")
    TASK = "task", _("A task for the owner")
    REVIEW = "review", _("An item for the next review")


class Goal(Record):
    """A quality goal of a role cluster: an indicator, a target, a period. Service, customer, team, site, priority and
    category limit it to a part of the work; what is left empty does not."""

    description = models.TextField(_("why it matters"), blank=True)
    cluster = models.CharField(
        _("role cluster"), max_length=16, choices=[(c.value, c.capitalize()) for c in Cluster], blank=True
    )
    indicator = models.CharField(_("indicator"), max_length=64, help_text=_("Such as incident.reopened."))
    statistic = models.CharField(_("statistic"), max_length=16, choices=Statistic, blank=True)
    limit = models.CharField(_("limit"), max_length=32, blank=True, help_text=_("For a share within it: 4h, 2 days."))
    comparison = models.CharField(_("comparison"), max_length=16, choices=Comparison, blank=True)
    target = models.CharField(_("target"), max_length=32, help_text=_("Such as 95 %, 8h or 40."))
    threshold = models.CharField(
        _("threshold"), max_length=32, blank=True, help_text=_("Beyond the target, but only at risk up to here.")
    )
    period = models.CharField(_("period"), max_length=16, choices=Period, default=Period.ROLLING)
    days = models.PositiveSmallIntegerField(_("days"), default=30, help_text=_("How many, if it is the last days."))
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", help_text=_("Where a day begins."))
    category = models.CharField(_("category"), max_length=128, blank=True)
    short_window = models.PositiveSmallIntegerField(_("short burn window"), null=True, blank=True, help_text=_("Days."))
    long_window = models.PositiveSmallIntegerField(_("long burn window"), null=True, blank=True, help_text=_("Days."))
    consequence = models.CharField(_("consequence"), max_length=8, choices=Consequence, default=Consequence.NONE)
    valid_from = models.DateField(_("valid from"), null=True, blank=True, help_text=_("Empty: as far as records go."))

    class Meta:
        db_table = "goal"
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        indexes: ClassVar = [models.Index(fields=["indicator", "record_ptr"], name="goal_indicator")]


class GoalTarget(Part):
    """The target and the threshold of a goal from a day on."""

    valid_from = models.DateField(_("valid from"))
    target = models.CharField(_("target"), max_length=32)
    threshold = models.CharField(_("threshold"), max_length=32, blank=True)

    class Meta:
        db_table = "goal_target"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "valid_from"], name="goal_target_once")]


class Course(models.Model):
    """What a record's way through states and teams comes to. Derived from its journal without what was undone.

    `ended_at` is since when it stands in a state that ends the work, empty while it is open; `took` the seconds from
    its opening to then. `first_ended_at` is when it first came to such a state, `reopened_at` when it first left one.
    `hand_overs` counts from one team to another, `returned` says whether one of them led back to a team that had it.
    """

    record = models.OneToOneField(Record, models.CASCADE, primary_key=True, related_name="course")
    kind = models.CharField(max_length=32)
    ended_at = models.DateTimeField(null=True)
    took = models.BigIntegerField(null=True)
    first_ended_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    reopenings = models.PositiveIntegerField(default=0)
    hand_overs = models.PositiveIntegerField(default=0)
    returned = models.BooleanField(default=False)
    escalations = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "course"
        indexes: ClassVar = [
            models.Index(fields=["kind", "ended_at"], name="course_ended"),
            models.Index(fields=["kind", "first_ended_at"], name="course_first_ended"),
        ]


class DayValue(models.Model):
    """What a goal's indicator came to on one local day: a numerator and a denominator, the sum of the values, and
    their histogram (`septet.lib.histograms`, JSON from bin to count). `standing` are the records that were left over at
    its end and count in the denominator of a period that ends with it. `value` is the statistic of a gauge's ages,
    exactly; those of a period are computed from its records, not from its days."""

    id = models.BigAutoField(primary_key=True)
    goal = models.ForeignKey(Record, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    numerator = models.BigIntegerField(default=0)
    denominator = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    standing = models.BigIntegerField(default=0)
    bins = models.TextField(default="")
    value = models.FloatField(null=True)

    class Meta:
        db_table = "goal_day"
        constraints: ClassVar = [models.UniqueConstraint(fields=["goal", "day"], name="goal_day_once")]


class Dirty(models.Model):
    """A local day on which an indicator may have come to something else since it was measured, or with `onward` that
    day and all days after it; for one goal, or for all goals in that zone if `goal_id` is 0.

    `position` is that of the latest entry that says so: if it has moved on while the day was measured, the day stays.
    `entry_id` is that entry, and `batch` the argument of the background run that is to measure it if that takes long.
    """

    id = models.BigAutoField(primary_key=True)
    indicator = models.CharField(max_length=64)
    zone = models.CharField(max_length=64)
    goal_id = models.BigIntegerField(default=0)
    day = models.DateField()
    onward = models.BooleanField(default=False)
    position = models.BigIntegerField()
    entry_id = models.BigIntegerField(null=True)
    batch = models.UUIDField(null=True)

    class Meta:
        db_table = "goal_dirty"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["indicator", "zone", "goal_id", "day", "onward"], name="goal_dirty_once")
        ]


class Looked(models.Model):
    """On which day of a zone its goals were last looked at, and when: time alone ends periods and makes things late."""

    zone = models.CharField(primary_key=True, max_length=64)
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        db_table = "goal_looked"


class PeriodValue(models.Model):
    """What a goal came to in one period: as it stands, and as it was when it was published.

    `value` is in percent, records or seconds, empty where there is nothing to measure; `state` is judged by `target`
    and `threshold`, those in force at the end of the period; the burn rates are those of the windows that end then.
    A period is published once, when it is over and measured. `measured_at` is when it first came to what it is.
    """

    id = models.BigAutoField(primary_key=True)
    goal = models.ForeignKey(Record, models.CASCADE, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    numerator = models.BigIntegerField()
    denominator = models.BigIntegerField()
    total = models.BigIntegerField()
    value = models.FloatField(null=True)
    state = models.CharField(max_length=16)
    target = models.FloatField()
    threshold = models.FloatField(null=True)
    burn_short = models.FloatField(null=True)
    burn_long = models.FloatField(null=True)
    measured_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    published_value = models.FloatField(null=True)
    published_numerator = models.BigIntegerField(null=True)
    published_denominator = models.BigIntegerField(null=True)
    published_state = models.CharField(max_length=16, default="")

    class Meta:
        db_table = "goal_period"
        constraints: ClassVar = [models.UniqueConstraint(fields=["goal", "last"], name="goal_period_once")]


class Correction(models.Model):
    """A published period that came to something else later: what it was before and after, when, and which entry of
    the journal made it so."""

    id = models.BigAutoField(primary_key=True)
    period = models.ForeignKey(PeriodValue, models.CASCADE, related_name="corrections")
    at = models.DateTimeField()
    entry_id = models.BigIntegerField(null=True)
    value_before = models.FloatField(null=True)
    value_after = models.FloatField(null=True)
    numerator_before = models.BigIntegerField()
    numerator_after = models.BigIntegerField()
    denominator_before = models.BigIntegerField()
    denominator_after = models.BigIntegerField()

    class Meta:
        db_table = "goal_correction"
