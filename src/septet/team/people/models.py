"""The tables of people, organisations and function teams."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference
from septet.kernel.registry import Cluster
from septet.team.assignments.roles import ROLES


class Person(Record):
    """Somebody: staff, a user, a partner's contact. The title is the name, the customer the organisation."""

    # Named, because other records have a field 'person'.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_person"
    )
    email = models.EmailField(_("mail address"), blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)
    department = models.CharField(_("department"), max_length=128, blank=True)
    position = models.CharField(_("position"), max_length=128, blank=True)

    class Meta:
        db_table = "person"
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes: ClassVar = [models.Index(fields=["email", "record_ptr"], name="person_email")]


class OrganisationSort(models.TextChoices):
    """What an organisation is to us."""

    OWN = "own", _("Our own")
    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner or supplier")


class Organisation(Record):
    """A company, a department that is served as a customer, a supplier."""

    sort = models.CharField(_("sort"), max_length=16, choices=OrganisationSort, default=OrganisationSort.CUSTOMER)
    description = models.TextField(_("description"), blank=True)

    class Meta:
        db_table = "organisation"
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")


class FunctionTeam(Record):
    """A team that does the work of one function of a role cluster."""

    cluster = models.CharField(_("role cluster"), max_length=16, choices=[(c.value, c.capitalize()) for c in Cluster])
    description = models.TextField(_("what it does"), blank=True)
    parent = reference("function-team", _("part of"))
    default_role = models.CharField(
        _("usual role"), max_length=32, choices=[(key, one.label) for key, one in ROLES.items()], blank=True
    )
    activities = models.TextField(_("activities"), blank=True)
    answers_for = models.TextField(_("answers for"), blank=True)
    consults = models.TextField(_("consults"), blank=True)
    informs = models.TextField(_("informs"), blank=True)

    class Meta:
        db_table = "function_team"
        verbose_name = _("function team")
        verbose_name_plural = _("function teams")
