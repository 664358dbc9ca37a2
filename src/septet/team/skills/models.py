"""The tables of skills, of who has them, and of who needs them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record


class Level(models.IntegerChoices):
    """How well somebody knows a skill."""

    NONE = 0, _("None")
    BASICS = 1, _("Basics")
    HELPED = 2, _("Works with help")
    ALONE = 3, _("Works alone")
    TEACHES = 4, _("Teaches others")


class Skill(Record):
    """Something that work needs and that people can learn."""

    description = models.TextField(_("description"), blank=True)

    class Meta:
        db_table = "skill"
        verbose_name = _("skill")
        verbose_name_plural = _("skills")


class PersonSkill(Part):
    """How well a person knows a skill, and the certificate that says so."""

    skill = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    certificate = models.CharField(_("certificate"), max_length=255, blank=True)
    expires_on = models.DateField(_("expires on"), null=True, blank=True)

    class Meta:
        db_table = "person_skill"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "skill"], name="person_skill_once")]


class NeededSkill(Part):
    """A skill that a function team needs: at which level at least, and in how many people."""

    skill = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    people = models.PositiveSmallIntegerField(_("people"), default=1)

    class Meta:
        db_table = "needed_skill"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "skill"], name="needed_skill_once")]
