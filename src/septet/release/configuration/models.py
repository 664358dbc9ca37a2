"""The tables of configuration items and their types."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Record, reference


class ItemType(Record):
    """A type of configuration item. A type has its parent's attributes and relation rules, and its own."""

    key = models.SlugField(_("key"), max_length=64, help_text=_("A short name for rules and programs, such as server."))
    parent = reference("item-type", _("parent type"))
    description = models.TextField(_("description"), blank=True)
    controlled = models.BooleanField(
        _("under change control"), default=True, help_text=_("Items in use are changed only by an authorised change.")
    )
    attributes = models.JSONField(
        _("attributes"),
        default=dict,
        blank=True,
        help_text=_('JSON Schema: {"properties": {"cores": {"type": "integer"}}, "required": ["cores"]}.'),
    )
    relation_rules = models.JSONField(
        _("relation rules"),
        default=dict,
        blank=True,
        help_text=_('Relation to the keys of types it may lead to: {"runs-on": ["server"]}. What is left out is free.'),
    )

    class Meta:
        db_table = "item_type"
        verbose_name = _("item type")
        verbose_name_plural = _("item types")
        indexes: ClassVar = [
            models.Index(fields=["key", "record_ptr"], name="item_type_key"),
            models.Index(fields=["parent", "record_ptr"], name="item_type_parent"),
        ]


class Environment(models.TextChoices):
    """What an item is used for."""

    PRODUCTION = "production", _("Production")
    FAILOVER = "failover", _("Failover")
    TEST = "test", _("Test")
    DEVELOPMENT = "development", _("Development")


class ConfigurationItem(Record):
    """Anything that has to be under control to provide a service: hardware, software, a line, a document."""

    item_type = reference("item-type", _("item type"))
    description = models.TextField(_("description"), blank=True)
    environment = models.CharField(_("environment"), max_length=16, choices=Environment, blank=True)
    manufacturer = models.CharField(_("manufacturer"), max_length=128, blank=True)
    model = models.CharField(_("model"), max_length=128, blank=True)
    product_version = models.CharField(_("product version"), max_length=64, blank=True)
    serial = models.CharField(_("serial number"), max_length=128, blank=True)
    asset_tag = models.CharField(_("asset tag"), max_length=64, blank=True)
    hostname = models.CharField(_("host name"), max_length=255, blank=True)
    location = models.CharField(_("location"), max_length=255, blank=True, help_text=_("Room, rack, desk at its site."))
    vital = models.BooleanField(_("vital business function"), default=False)
    in_continuity_plan = models.BooleanField(_("in a continuity plan"), default=False)
    supplier = reference("organisation", _("supplier"))
    order_number = models.CharField(_("order number"), max_length=64, blank=True)
    price = models.DecimalField(_("price"), max_digits=14, decimal_places=2, null=True, blank=True)
    supplied_on = models.DateField(_("supplied on"), null=True, blank=True)
    warranty_until = models.DateField(_("warranty until"), null=True, blank=True)
    audited_at = models.DateTimeField(_("last audit"), null=True, blank=True, editable=False)
    unauthorised = models.BooleanField(_("changed without authority"), default=False, editable=False)

    class Meta:
        db_table = "configuration_item"
        verbose_name = _("configuration item")
        verbose_name_plural = _("configuration items")
        indexes: ClassVar = [
            models.Index(fields=["item_type", "record_ptr"], name="item_item_type"),
            models.Index(fields=["environment", "record_ptr"], name="item_environment"),
            models.Index(fields=["serial", "record_ptr"], name="item_serial"),
            models.Index(fields=["asset_tag", "record_ptr"], name="item_asset_tag"),
            models.Index(fields=["hostname", "record_ptr"], name="item_hostname"),
            models.Index(fields=["manufacturer", "model", "record_ptr"], name="item_product"),
            models.Index(fields=["supplier", "record_ptr"], name="item_supplier"),
            models.Index(fields=["record_ptr"], condition=models.Q(unauthorised=True), name="item_unauthorised"),
        ]
