"""The levels of impact and urgency from which a priority follows."""

from typing import Annotated

from django.db import models
from django.utils.translation import gettext_lazy as _
from pydantic import Field

Level = Annotated[int, Field(ge=1, le=5)]
# A priority for each impact and, within it, for each urgency.
Levels = Annotated[list[Annotated[list[Level], Field(min_length=5, max_length=5)]], Field(min_length=5, max_length=5)]


class Impact(models.IntegerChoices):
    """How many cannot work; 1 is the worst."""

    EVERYBODY = 1, _("Everybody")
    SITE = 2, _("A site or a department")
    TEAM = 3, _("A team")
    SEVERAL = 4, _("Several people")
    PERSON = 5, _("One person")


class Urgency(models.IntegerChoices):
    """How long it can wait; 1 is not at all."""

    NOW = 1, _("Work stands still")
    SOON = 2, _("Today")
    NORMAL = 3, _("There is a way round it")
    LATER = 4, _("Within days")
    WHENEVER = 5, _("Whenever there is time")
