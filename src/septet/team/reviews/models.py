"""The tables of reviews: their members, what they look at, and what shows it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record, reference
from septet.team.reviews.sorts import ReviewSort
from septet.team.reviews.templates.models import OF_CLUSTERS
from septet.team.tasks.models import CLUSTERS


class Verdict(models.TextChoices):
    """What a review decided."""

    GO = "go", _("Go")
    GO_WITH_CONDITIONS = "go-with-conditions", _("Go, with conditions")
    NO_GO = "no-go", _("No go")


class Vote(models.TextChoices):
    """How a member votes."""

    GO = "go", _("Go")
    NO_GO = "no-go", _("No go")
    GO_WITH_CONDITIONS = "go-with-conditions", _("Go, with conditions")
    ABSTAIN = "abstain", _("Abstains")


class Answer(models.TextChoices):
    """How a question is answered."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    NOT_APPLICABLE = "not-applicable", _("Not applicable")


class Severity(models.TextChoices):
    """How bad a finding is."""

    MINOR = "minor", _("Minor")
    MAJOR = "major", _("Major")
    CRITICAL = "critical", _("Critical")


class Review(Record):
    """A management review: prepared by members of the role clusters, held, decided, and followed up until all is done.
    Its owner leads it."""

    type = models.CharField(_("type"), max_length=32, choices=ReviewSort)
    description = models.TextField(_("purpose"), blank=True)
    subject = reference("*", _("about"), help_text=_("The release, change, agreement or service it looks at."))
    period_start = models.DateField(_("about the time from"), null=True, blank=True)
    period_end = models.DateField(_("to"), null=True, blank=True, help_text=_("The last day of it."))
    template = reference("review-template", _("template"))
    previous = reference("review", _("follows"), editable=False)
    planned_at = models.DateTimeField(_("planned for"))
    # When it was to be held at first: by this it is judged whether it was held on time.
    first_planned_at = models.DateTimeField(_("first planned for"), null=True, blank=True, editable=False)
    held_at = models.DateTimeField(_("held"), null=True, blank=True, editable=False)
    place = models.CharField(_("place"), max_length=255, blank=True, help_text=_("A room, or the address of a call."))
    facilitator = reference("person", _("facilitator"))
    timekeeper = reference("person", _("timekeeper"))
    minutes_taker = reference("person", _("takes the minutes"))
    threshold_pct = models.PositiveSmallIntegerField(
        _("threshold"), null=True, blank=True, help_text=_("Per cent of the votes that must be for it.")
    )
    quorum = models.PositiveSmallIntegerField(
        _("quorum"), null=True, blank=True, help_text=_("So many members must have voted.")
    )
    core_clusters = models.CharField(_("must be in favour"), max_length=255, blank=True, help_text=OF_CLUSTERS)
    veto_clusters = models.CharField(_("may stop it alone"), max_length=255, blank=True, help_text=OF_CLUSTERS)
    decision = models.CharField(_("decision"), max_length=32, choices=Verdict, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True, editable=False)
    accepted_because = models.TextField(_("lower readiness accepted, because"), blank=True, editable=False)
    minutes = models.TextField(_("minutes"), blank=True, editable=False)
    comments_until = models.DateTimeField(_("comments until"), null=True, blank=True, editable=False)
    repeats = models.CharField(
        _("repeats"), max_length=255, blank=True, help_text=_("Such as FREQ=MONTHLY;BYDAY=1TU; empty for once.")
    )
    zone = models.CharField(_("time zone"), max_length=64, default="UTC", help_text=_("In which it repeats."))

    class Meta:
        db_table = "review"
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        indexes: ClassVar = [
            models.Index(fields=["type", "planned_at", "record_ptr"], name="review_type"),
            models.Index(fields=["subject", "record_ptr"], name="review_subject"),
            models.Index(fields=["planned_at", "record_ptr"], name="review_planned"),
            models.Index(fields=["previous"], condition=models.Q(previous__isnull=False), name="review_previous"),
            models.Index(
                fields=["comments_until"], condition=models.Q(comments_until__isnull=False), name="review_comments"
            ),
        ]


class ReviewMember(Part):
    """Who speaks for a role cluster: what they prepared, and how they voted."""

    for_all = True
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS)
    person = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("person"))
    deputy = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name=_("deputy"))
    preliminary = models.CharField(_("preliminary"), max_length=32, choices=Vote, blank=True)
    evidence = models.TextField(_("evidence"), blank=True)
    prepared_at = models.DateTimeField(_("prepared"), null=True)
    vote = models.CharField(_("vote"), max_length=32, choices=Vote, blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    voted_at = models.DateTimeField(_("voted"), null=True)

    class Meta:
        db_table = "review_member"


class ReviewItem(Part):
    """A question that a review looks at, what was found, and how bad that is. `target` is the record it is about."""

    for_all = True
    line = models.PositiveIntegerField(_("line"))
    area = models.CharField(_("area"), max_length=128, blank=True)
    element = models.CharField(_("element"), max_length=128, blank=True)
    question = models.TextField(_("question"))
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS, blank=True)
    answer = models.CharField(_("answer"), max_length=16, choices=Answer, blank=True)
    finding = models.TextField(_("finding"), blank=True)
    severity = models.CharField(_("severity"), max_length=16, choices=Severity, blank=True)
    target = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", verbose_name=_("record"))

    class Meta:
        db_table = "review_item"


class ReviewEvidence(Part):
    """A record that shows what a member says: a test, a goal, an incident."""

    for_all = True
    cluster = models.CharField(_("role cluster"), max_length=16, choices=CLUSTERS)
    target = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("record"))

    class Meta:
        db_table = "review_evidence"
