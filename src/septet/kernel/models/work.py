"""Background runs, and how far each follower of the journal has come."""

from typing import ClassVar

from django.db import models


class RunState(models.TextChoices):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Run(models.Model):
    """One background run of a task: what pages show of it, and what a worker claims.

    A worker claims a run by compare-and-set and holds it by a lease that it renews; a run whose lease ran out is
    taken up again by another worker.
    """

    id = models.UUIDField(primary_key=True)
    task = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    queue = models.CharField(max_length=32, default="default")
    priority = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    run_after = models.DateTimeField()
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=3)
    worker = models.CharField(max_length=100, default="")
    lease_until = models.DateTimeField(null=True)
    cancel_asked = models.BooleanField(default=False)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    message = models.CharField(max_length=500, default="")
    result = models.JSONField(null=True)
    error = models.TextField(default="")
    asked_by = models.BigIntegerField(null=True)
    request = models.CharField(max_length=36, default="")

    class Meta:
        db_table = "run"
        indexes: ClassVar = [
            models.Index(
                fields=["queue", "-priority", "run_after"],
                condition=models.Q(state__in=["queued", "running"]),
                name="run_open",
            ),
            models.Index(fields=["-queued_at"], name="run_recent"),
        ]


class Schedule(models.Model):
    """When a recurring task is due next. One row per task name; claimed by compare-and-set on `due_at`."""

    task = models.CharField(max_length=200, primary_key=True)
    due_at = models.DateTimeField()

    class Meta:
        db_table = "schedule"


class Follower(models.Model):
    """How far a follower of the journal (a reaction, the search index, the graph) has come."""

    name = models.CharField(max_length=100, primary_key=True)
    position = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, default="")

    class Meta:
        db_table = "follower"


class FailedReaction(models.Model):
    """An entry at which a reaction failed; tried again until the fifth failure parks it."""

    id = models.BigAutoField(primary_key=True)
    follower = models.CharField(max_length=100)
    entry_id = models.BigIntegerField()
    failures = models.PositiveSmallIntegerField(default=1)
    retry_at = models.DateTimeField(null=True)
    error = models.TextField()

    class Meta:
        db_table = "failed_reaction"
        constraints: ClassVar = [models.UniqueConstraint(fields=["follower", "entry_id"], name="failed_once")]
