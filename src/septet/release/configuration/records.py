"""How configuration items and their types appear."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from septet.kernel.models import Verb
from septet.kernel.registry import Cluster, RecordType, State, States, final, register, registry
from septet.kernel.shapes import Lists, Properties, Shape
from septet.release.configuration import item_types
from septet.release.configuration.models import ConfigurationItem, ItemType


def _relations() -> list[tuple[str, str]]:
    """The relations that an item can have, by their key and as they are read."""
    return [(one.key, one.forth) for one in registry.relations.values()]


@register
class ItemTypeType(RecordType):
    """A type of configuration item."""

    model, prefix = ItemType, "ITY"
    cluster = Cluster.RELEASE
    states = States("in-force", final("retired"))
    columns = ("number", "title", "key", "parent", "controlled", "state")
    filters = ("state", "key", "parent")
    hidden = ("priority", "requester", "customer", "due_at", "service", "site", "confidentiality")
    personal = ()
    create_verb = edit_verb = Verb.MANAGE
    is_work = False
    within = "parent"
    governs = True
    order = "title"
    shapes: ClassVar[dict[str, Shape]] = {
        "attributes": Properties(required=True),
        "relation_rules": Lists(_("Relation"), _("May lead to items of these types, by their keys"), _relations),
    }
    form: ClassVar[dict[Any, tuple[str, ...]]] = {
        "": ("title", "key", "parent", "controlled", "description", "attributes", "relation_rules")
    }
    example: ClassVar[dict[str, Any]] = {
        "title": "Server",
        "key": "server",
        "attributes": {"properties": {"cores": {"type": "integer", "title": "Cores", "minimum": 1}}},
        "relation_rules": {},
    }

    def settle(self, record: ItemType, before: dict[str, Any] | None, now: Any) -> None:
        item_types.check(record, before)
        item_types.forget()


@register
class ConfigurationItemType(RecordType):
    """A configuration item."""

    model, prefix = ConfigurationItem, "CI"
    cluster = Cluster.RELEASE
    states = States(
        "planned", "ordered", "received", "in-stock", "under-test", "live", "under-maintenance", "spare", "lost",
        State("withdrawn", "Out of service"), final("disposed"),
    )  # fmt: skip
    columns = ("number", "title", "item_type", "state", "environment", "owner", "service", "serial", "location")
    filters = (
        "state", "item_type", "environment", "owner", "team", "service", "customer", "site", "manufacturer", "model",
        "serial", "asset_tag", "hostname", "supplier", "unauthorised",
    )  # fmt: skip
    hidden = ("priority", "due_at", "requester")
    internal = ("extra", "price", "order_number")
    personal = ("title",)
    is_work = False
    seen_by_scope = True
    sort_field = "item_type"
    scope_fields: ClassVar[dict[str, str]] = {**RecordType.scope_fields, "technology": "item_type"}
    order = "title"
    example: ClassVar[dict[str, Any]] = {"title": "srv-mail-1", "environment": "production", "serial": "SN-4711"}

    def settle(self, record: ConfigurationItem, before: dict[str, Any] | None, now: Any) -> None:
        if before is not None and before["item_type"] != record.item_type_id:
            item_types.check_belonging(record)

    def attributes_of(self, record: ConfigurationItem) -> dict[str, Any]:
        return item_types.attributes_of(record.item_type_id)
