"""The table of sites."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record


class Site(Record):
    """A place with an address: an office, a data centre, a branch."""

    # Named, because Record has a field 'site' of its own.
    record_ptr = models.OneToOneField(
        Record, models.CASCADE, parent_link=True, primary_key=True, related_name="as_site"
    )
    address = models.TextField(_("address"), blank=True)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")

    class Meta:
        db_table = "site"
        verbose_name = _("site")
        verbose_name_plural = _("sites")
