"""The tables of virtual teams."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Part, Record, reference


class VirtualTeam(Record):
    """A set of assignments over role clusters, and contacts at partners, for one service or one project."""

    purpose = models.TextField(_("purpose"), blank=True)
    subject = reference("*", _("about"), help_text=_("A change, a release, a service introduction: any record."))

    class Meta:
        db_table = "virtual_team"
        verbose_name = _("virtual team")
        verbose_name_plural = _("virtual teams")


class VirtualMember(Part):
    """An assignment that belongs to a virtual team; its person is a member while it lasts."""

    assignment = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("assignment"))
    task = models.CharField(_("task"), max_length=255, blank=True)

    class Meta:
        db_table = "virtual_member"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "assignment"], name="virtual_member_once")]


class Contact(Part):
    """Somebody outside, usually at a partner, who belongs to a virtual team."""

    person = models.ForeignKey(Record, models.PROTECT, related_name="+", verbose_name=_("person"))
    task = models.CharField(_("task"), max_length=255, blank=True)

    class Meta:
        db_table = "virtual_contact"
        constraints: ClassVar = [models.UniqueConstraint(fields=["record", "person"], name="virtual_contact_once")]
