"""The table of articles."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference


class ArticleType(models.TextChoices):
    """What an article is for."""

    HOW_TO = "how-to", _("How to")
    KNOWN_ERROR = "known-error", _("Known error")
    LESSON = "lesson-learned", _("Lesson learned")
    CHANGE_HISTORY = "change-history", _("Change history")
    FAQ = "faq", _("Frequent question")


class Audience(models.TextChoices):
    """For whom an article is written."""

    PUBLIC = "public", _("Everybody")
    CUSTOMER = "customer", _("Customers")
    INTERNAL = "internal", _("IT staff")
    TEAM = "team", _("Its own team")


class Article(Record):
    """A piece of knowledge. How far it can be trusted is its state."""

    type = models.CharField(_("type"), max_length=16, choices=ArticleType, default=ArticleType.HOW_TO)
    question = models.TextField(_("question"), blank=True, help_text=_("In the words of those who ask."))
    body = models.TextField(_("text"), blank=True, help_text=_("Markdown."))
    environment = models.CharField(_("holds for"), max_length=255, blank=True, help_text=_("Products and versions."))
    audience = models.CharField(_("audience"), max_length=16, choices=Audience, default=Audience.INTERNAL)
    language = models.CharField(_("language"), max_length=16, default="en")
    reviewer = reference("person", _("reviewer"))
    review_at = models.DateTimeField(_("next review"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("last review"), null=True, blank=True, editable=False)

    class Meta:
        db_table = "article"
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes: ClassVar = [
            models.Index(fields=["type", "record_ptr"], name="article_type"),
            models.Index(fields=["audience", "record_ptr"], name="article_audience"),
            models.Index(fields=["review_at", "record_ptr"], name="article_review"),
        ]
