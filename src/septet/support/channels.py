"""The ways by which somebody reaches the desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """How a report reached us."""

    PHONE = "phone", _("Phone")
    MAIL = "mail", _("Mail")
    PORTAL = "portal", _("Portal")
    CHAT = "chat", _("Chat")
    DESK = "desk", _("At the desk")
    MONITORING = "monitoring", _("Monitoring")
    STAFF = "staff", _("IT staff")
