"""The shared base table of all records, and the rows that hang on every record."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from septet.kernel.door import Guarded


class Confidentiality(models.TextChoices):
    """Who of the staff may see a record: all, or only those it is shared with."""

    NORMAL = "normal", _("Normal")
    RESTRICTED = "restricted", _("Restricted to those named")


def reference(kind: str, label: Any, **options: Any) -> "models.ForeignKey[Any, Any]":
    """A foreign key to another record, which must be of `kind`, or of any kind where that is `*`. The kernel checks the
    kind whenever a value is set."""
    field: models.ForeignKey[Any, Any] = models.ForeignKey(
        "kernel.Record",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=label,
        **{"db_index": False, **options},
    )
    field.septet_kind = kind  # type: ignore[attr-defined]  # a mark of ours on Django's field, read in kernel/fields.py
    return field


def _of_some(field: str, *others: str, name: str) -> models.Index:
    """An index of the rows that have a value in `field` at all: most have none, and each index costs every write."""
    return models.Index(fields=[field, *others], condition=Q(**{f"{field}__isnull": False}), name=name)


class Record(Guarded):
    """Whatever somebody opens, owns and discusses. Every record type is a multi-table child of this table.

    `version` counts the journal entries; `head` is the hash of the latest one; `updated_at` is the latest `at`.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=32, editable=False)
    title = models.CharField(_("title"), max_length=255)
    state = models.CharField(_("state"), max_length=32, editable=False)
    priority = models.PositiveSmallIntegerField(_("priority"), null=True, blank=True)
    owner = reference("person", _("owner"))
    team = reference("function-team", _("team"))
    requester = reference("person", _("requester"))
    customer = reference("organisation", _("customer"))
    service = reference("service", _("service"))
    site = reference("site", _("site"))
    opened_at = models.DateTimeField(_("opened"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    updated_at = models.DateTimeField(_("updated"), editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    head = models.BinaryField(max_length=32, default=b"", editable=False)
    confidentiality = models.CharField(
        _("confidentiality"), max_length=16, choices=Confidentiality, default=Confidentiality.NORMAL
    )
    extra = models.JSONField(_("custom fields"), default=dict, blank=True)

    class Meta:
        db_table = "record"
        indexes: ClassVar = [
            models.Index(fields=["kind", "opened_at", "id"], name="record_kind_opened"),
            models.Index(fields=["kind", "state", "team", "opened_at", "id"], name="record_state_team"),
            models.Index(fields=["kind", "team", "opened_at", "id"], name="record_team_opened"),
            models.Index(
                fields=["team", "due_at"], condition=Q(closed_at=None, withdrawn_at=None), name="record_open_team"
            ),
            models.Index(
                fields=["owner", "due_at"], condition=Q(closed_at=None, withdrawn_at=None), name="record_open_owner"
            ),
            models.Index(
                fields=["kind", "opened_at", "id"],
                condition=Q(closed_at=None, withdrawn_at=None),
                name="record_open_kind",
            ),
            models.Index(
                fields=["kind", "due_at"],
                condition=Q(closed_at=None, withdrawn_at=None, due_at__isnull=False),
                name="record_open_due",
            ),
            models.Index(fields=["kind", "closed_at"], condition=Q(closed_at__isnull=False), name="record_kind_closed"),
            _of_some("requester", "kind", "opened_at", name="record_requester"),
            _of_some("customer", "kind", "opened_at", name="record_customer"),
            _of_some("service", "kind", "opened_at", name="record_service"),
            _of_some("site", "kind", "opened_at", name="record_site"),
            models.Index(fields=["kind", "title"], name="record_title"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """The name people use, such as `INC-4711`: the type's prefix and the record's id."""
        from septet.kernel.registry import number_of

        return number_of(self.kind, self.pk)


class Part(Guarded):
    """A row owned by one record: an agreement target, a vote, a relation. Changed only by the record's actions.

    `apart`: whether rows like this are no part of the record's body because they have a place of their own. `for_all`:
    whether they are for everybody who sees the record, not for staff alone.
    """

    apart: ClassVar[bool] = False
    for_all: ClassVar[bool] = False

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.pk} of record {self.record_id}"


class Relation(Part):
    """A typed, directed, dated edge from its record to `target`.

    `need` is the k of k-of-n: the record stays up while at least so many of its relations of this type hold;
    empty means that it needs every one of them.
    """

    apart = True
    # The index below begins with it.
    record = models.ForeignKey(Record, models.PROTECT, related_name="+", editable=False, db_index=False)
    type = models.CharField(_("type"), max_length=32)
    target = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False, verbose_name=_("target"))
    need = models.PositiveSmallIntegerField(_("need"), null=True, blank=True)
    valid_from = models.DateTimeField(_("from"))
    valid_to = models.DateTimeField(_("to"), null=True, blank=True)

    class Meta:
        db_table = "relation"
        indexes: ClassVar = [
            models.Index(fields=["record", "type", "target"], name="relation_forth"),
            models.Index(fields=["target", "type", "record"], name="relation_back"),
        ]


class Attachment(Part):
    """A file on a record; the bytes lie in the content store under `digest` (SHA-256, hex)."""

    apart = True
    name = models.CharField(_("name"), max_length=255)
    media_type = models.CharField(_("media type"), max_length=127)
    size = models.PositiveBigIntegerField(_("size"))
    digest = models.CharField(max_length=64, db_index=True)
    audience = models.CharField(_("audience"), max_length=32, default="internal")

    class Meta:
        db_table = "attachment"


class Decision(models.TextChoices):
    """What an approver answered."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class Approval(Part):
    """One person's answer that a record waits for."""

    approver = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("approver"))
    decision = models.CharField(_("decision"), max_length=16, choices=Decision, default=Decision.PENDING)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        db_table = "approval"


class Watch(Part):
    """A person who wants to hear of a record."""

    person = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("person"))

    class Meta:
        db_table = "watch"


class Share(Part):
    """Somebody who may see this record though no right of theirs says so: a person, an organisation or a team."""

    party = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("shared with"))
    until = models.DateTimeField(_("until"), null=True, blank=True)

    class Meta:
        db_table = "share"


class ExternalKey(Guarded):
    """Under which key another system knows a record. `digest` is that of the imported draft, so that the same
    line imported twice is recognised without loading the record."""

    id = models.BigAutoField(primary_key=True)
    source = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=255)
    record = models.ForeignKey(Record, models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=16, default=b"")

    class Meta:
        db_table = "external_key"
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "kind", "key"], name="external_key_once")]
        indexes: ClassVar = [models.Index(fields=["key"], name="external_key_key")]


class ExtraValue(Guarded):
    """One filterable custom value of a record, typed and indexed; derived from `Record.extra`."""

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="+")
    name = models.CharField(max_length=64)
    text = models.CharField(max_length=255, null=True)
    numeric = models.FloatField(null=True)

    class Meta:
        db_table = "extra_value"
        indexes: ClassVar = [
            _of_some("text", "name", "record", name="extra_text"),
            _of_some("numeric", "name", "record", name="extra_numeric"),
        ]


class Span(Guarded):
    """A stretch of a record's life in which state, team, owner, priority and service stayed the same; derived.

    `until` is empty while it lasts, and so is `size`, which tells how long it lasted: less than `8 ** size` seconds.
    What was so at a time began no longer before it than stretches of its size last, which makes a short list of
    candidates. A withdrawn record has no span from its withdrawal on. `opened_at` is when the record was opened if the
    span began before that, and else empty: lists of a time before it hold such records alone.
    """

    id = models.BigAutoField(primary_key=True)
    record = models.ForeignKey(Record, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=32)
    team_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True)
    priority = models.PositiveSmallIntegerField(null=True)
    service_id = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    size = models.PositiveSmallIntegerField(null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "span"
        indexes: ClassVar = [
            models.Index(fields=["record", "since"], name="span_record"),
            models.Index(fields=["kind", "state", "size", "since"], name="span_state"),
            _of_some("team_id", "kind", "size", "since", name="span_team"),
            models.Index(fields=["kind", "size", "since"], name="span_kind"),
            models.Index(fields=["kind", "opened_at"], condition=Q(opened_at__isnull=False), name="span_early"),
        ]
