"""Change control: what is in use is changed only while an authorised change says so, or it is flagged."""

from collections.abc import Iterable

from septet.kernel import parts
from septet.kernel.models import Record, Relation
from septet.kernel.relations import in_force, needs
from septet.release.changes.models import Change
from septet.release.configuration import item_types
from septet.release.configuration.models import ConfigurationItem

IN_USE = frozenset({"live", "under-maintenance"})
AUTHORISED = ("authorised", "scheduled", "built", "tested", "ready", "implementing", "implemented")
CONTROLLED = frozenset(
    {
        "item_type", "environment", "manufacturer", "model", "product_version", "serial", "hostname", "site",
        "location", "service", "vital",
    }
)  # fmt: skip


def authorising_change(item: ConfigurationItem) -> Change | None:
    """A change that affects the item and may be made now."""
    rows = in_force(Relation.objects.filter(target_id=item.pk, type="affects"), parts.current().at)
    changes = Change.objects.filter(pk__in=rows.values("record_id"), state__in=AUTHORISED, withdrawn_at=None)
    return changes.order_by("pk").first()


def watch_over(item: ConfigurationItem, changed: Iterable[str]) -> None:
    """Flag the item if controlled fields of it, in use, were `changed` without an authorised change that affects it.

    The entry names the change that allowed it, or says that there was none.
    """
    names = sorted(name for name in changed if name in CONTROLLED or name in {"state", "extra"})
    known = item_types.of(item)
    if not names or (known is not None and not known.controlled):
        return
    change = authorising_change(item)
    if change is not None:
        parts.note_change(":change", None, change.number)
        return
    item.unauthorised = True
    parts.note_change(":unauthorised", None, f"No authorised change allowed this: {', '.join(names)}.")


def dependants_in_use(item: ConfigurationItem) -> list[Record]:
    """What needs the item directly and is itself in use: items that are live, services that are offered."""
    needing = [there for _here, there in needs({item.pk}, up=False)]
    rows = Record.objects.filter(pk__in=needing, state__in=(*IN_USE, "retiring"), closed_at=None, withdrawn_at=None)
    return list(rows.order_by("pk"))
