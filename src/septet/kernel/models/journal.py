"""The journal, its anchors, and the second log for what changes no record."""

from typing import Any, ClassVar

from django.db import models

from septet.kernel.door import Guarded, check
from septet.kernel.models.record import Record


class Entry(Guarded):
    """One action on one record. Append-only: the only later change to a row is `position`, set once, and the
    erasure of a personal value, which leaves the value's digest.

    `changes` is canonical JSON: field -> [before, after], or field -> {"erased": digest}.
    `salts` is the hex salt from which each field's salt is derived, or, after an erasure, JSON field -> hex salt.
    `number` counts the record's entries from 1. `at` is when it was so, `recorded_at` when we learnt it.
    """

    id = models.BigAutoField(primary_key=True)
    position = models.BigIntegerField(null=True, unique=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    action = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    actor = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    actor_name = models.CharField(max_length=255)
    on_behalf_of = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    via = models.CharField(max_length=16)
    request = models.CharField(max_length=36)
    caused_by = models.BigIntegerField(null=True)
    undoes = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=32, default="internal")
    note = models.TextField(default="")
    changes = models.TextField()
    salts = models.TextField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "entry"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "number"], name="entry_number")]
        indexes: ClassVar = [
            models.Index(fields=["request", "id"], name="entry_request"),
            models.Index(fields=["recorded_at", "kind"], name="entry_recorded"),
            models.Index(fields=["kind", "at"], name="entry_at"),
            models.Index(fields=["id"], condition=models.Q(position=None), name="entry_unplaced"),
            models.Index(fields=["undoes"], condition=models.Q(undoes__isnull=False), name="entry_undoes"),
        ]


class Anchor(models.Model):
    """A seal over the entries up to `position`; each continues the one before. Also appended to a file outside."""

    id = models.BigAutoField(primary_key=True)
    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    made_at = models.DateTimeField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        db_table = "anchor"


class LogEntry(models.Model):
    """The second log: sign-in, export, a look at a restricted record, a refusal, use of a token.

    `hash` is set by the sequencer and continues the log's own chain; `sealed` is the row's place in it.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=32)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=255)
    record_id = models.BigIntegerField(null=True)
    via = models.CharField(max_length=16)
    request = models.CharField(max_length=36)
    detail = models.CharField(max_length=500, default="")
    sealed = models.BigIntegerField(null=True, unique=True)
    hash = models.BinaryField(max_length=32, default=b"")

    class Meta:
        db_table = "log_entry"
        indexes: ClassVar = [
            models.Index(fields=["at"], name="log_at"),
            models.Index(fields=["id"], condition=models.Q(sealed=None), name="log_unsealed"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            check("An existing log entry")
        super().save(*args, **kwargs)
