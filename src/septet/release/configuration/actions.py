"""The life of a configuration item, from the plan to the disposal, and what changes it on the way."""

from typing import Annotated, Any

from pydantic import StringConstraints

from septet.kernel import parts
from septet.kernel.actors import Actor
from septet.kernel.common import actions as common
from septet.kernel.errors import Conflict, Invalid
from septet.kernel.fields import Moment, Words
from septet.kernel.models import Record, Verb
from septet.kernel.registry import Ref, action, registry
from septet.release.changes.models import Change
from septet.release.configuration import item_types
from septet.release.configuration.control import AUTHORISED, IN_USE, dependants_in_use, watch_over
from septet.release.configuration.models import ConfigurationItem, ItemType

Organisation = Annotated[Record, Ref("organisation")]
AChange = Annotated[Record, Ref("change")]
OrderNumber = Annotated[str, StringConstraints(max_length=64)]


@action(ConfigurationItem, examples=[{"location": "Room 12, rack 3"}])
def edit(item: ConfigurationItem, actor: Actor, **values: Any) -> None:
    """Change fields of the item. In use, without an authorised change that affects it, this flags the item."""
    fields = registry.types[item.kind].editable
    before = {name: fields[name].get(item) for name in values}
    common.edit(item, actor, **values)
    if item.state in IN_USE:
        watch_over(item, [name for name in values if fields[name].get(item) != before[name]])


@action(ConfigurationItem, examples=[])
def relate(
    item: ConfigurationItem,
    actor: Actor,
    *,
    type: str,
    target: common.Anything,
    need: int | None = None,
    valid_from: Moment | None = None,
    valid_to: Moment | None = None,
) -> None:
    """Tie the item to another record by a relation type, as far as the rules of its item type allow."""
    item_types.check_relation(item, type, target)
    common.relate(item, actor, type=type, target=target, need=need, valid_from=valid_from, valid_to=valid_to)


@action(ConfigurationItem, from_=("planned",), to="ordered", examples=[{"order_number": "PO-2026-118"}])
def order(
    item: ConfigurationItem,
    actor: Actor,
    *,
    order_number: OrderNumber | None = None,
    supplier: Organisation | None = None,
) -> None:
    """It is bought; delivery is awaited."""
    item.order_number = order_number or item.order_number
    item.supplier_id = supplier.pk if supplier else item.supplier_id


@action(ConfigurationItem, from_=("planned", "ordered"), to="received")
def receive(item: ConfigurationItem, actor: Actor) -> None:
    """It arrived and is what was ordered."""
    item.supplied_on = item.supplied_on or parts.current().at.date()


@action(ConfigurationItem, from_=("received", "under-test", "spare", "lost", "withdrawn"), to="in-stock")
def store(item: ConfigurationItem, actor: Actor) -> None:
    """It lies in the store."""


@action(ConfigurationItem, from_=("planned", "received", "in-stock", "spare"), to="under-test")
def start_test(item: ConfigurationItem, actor: Actor) -> None:
    """It is set up and tried out."""


@action(
    ConfigurationItem, from_=("planned", "received", "in-stock", "under-test", "spare", "withdrawn", "lost"), to="live"
)
def go_live(item: ConfigurationItem, actor: Actor) -> None:
    """It is in use from now on; everything its type requires has to be known."""
    known = item_types.of(item)
    missing = sorted(known.required - set(item.extra)) if known else []
    if missing:
        raise Invalid(
            fields={f"extra.{name}": "The item type requires this before the item goes live." for name in missing}
        )
    watch_over(item, ["state"])


@action(ConfigurationItem, from_=("live",), to="under-maintenance", examples=[{"reason": "The fan is loud."}])
def start_maintenance(item: ConfigurationItem, actor: Actor, *, reason: Words) -> None:
    """Work on it begins; it may be out of use meanwhile."""
    parts.note_change(":reason", None, reason)


@action(ConfigurationItem, from_=("under-maintenance",), to="live")
def end_maintenance(item: ConfigurationItem, actor: Actor) -> None:
    """The work on it is done; it is in use again."""


@action(ConfigurationItem, from_=("received", "in-stock", "under-test"), to="spare")
def keep_as_spare(item: ConfigurationItem, actor: Actor) -> None:
    """It is ready to take another one's place at once."""


@action(
    ConfigurationItem,
    from_=("ordered", "received", "in-stock", "under-test", "live", "under-maintenance", "spare", "withdrawn"),
    to="lost",
    examples=[{"reason": "Not found in the audit."}],
)
def report_lost(item: ConfigurationItem, actor: Actor, *, reason: Words) -> None:
    """It is lost or stolen."""
    parts.note_change(":reason", None, reason)


@action(
    ConfigurationItem,
    from_=("under-test", "live", "under-maintenance", "spare"),
    to="withdrawn",
    examples=[{"reason": "Its support has ended."}],
)
def decommission(item: ConfigurationItem, actor: Actor, *, reason: Words, despite: Words | None = None) -> None:
    """Take it out of service for good. What is in use and still needs it is in the way unless you say why not."""
    needing = dependants_in_use(item)
    if needing and not despite:
        names = ", ".join(one.number for one in needing[:5])
        raise Conflict(
            f"{item.number} is still needed by {names}. Move them to something else, or give a reason in `despite`."
        )
    if item.state in IN_USE:
        watch_over(item, ["state"])
    parts.note_change(":reason", None, f"{reason}\n{despite}" if despite else reason)


@action(
    ConfigurationItem,
    from_=("planned", "ordered", "received", "in-stock", "spare", "lost", "withdrawn"),
    to="disposed",
    examples=[{"how": "Recycled; the disks were shredded."}],
)
def dispose(item: ConfigurationItem, actor: Actor, *, how: Words) -> None:
    """It is gone, in the way that you name."""
    parts.note_change(":reason", None, how)


@action(ConfigurationItem, examples=[{"as_recorded": True}])
def audit(item: ConfigurationItem, actor: Actor, *, as_recorded: bool, differences: Words | None = None) -> None:
    """Somebody looked at it: it is as recorded, or these are the differences."""
    if as_recorded == bool(differences):
        raise Invalid(fields={"differences": "Say what differs, or that it is as recorded; not both."})
    item.audited_at = parts.current().at
    if differences:
        item.unauthorised = True
        parts.note_change(":comment", None, differences)


@action(ConfigurationItem, examples=[])
def explain(
    item: ConfigurationItem,
    actor: Actor,
    *,
    change: AChange | None = None,
    reason: Words | None = None,
) -> None:
    """Account for what was changed without authority: by the change that belongs to it, or by a reason."""
    if not item.unauthorised:
        raise Conflict(f"{item.number} is not flagged; there is nothing to explain.")
    if change is None and not reason:
        raise Invalid(fields={"reason": "Name the change that it belongs to, or give a reason."})
    if change is not None and not Change.objects.filter(pk=change.pk, state__in=(*AUTHORISED, "review", "closed")):
        raise Invalid(fields={"change": f"{change.number} was not authorised."})
    item.unauthorised = False
    if change is not None:
        parts.note_change(":change", None, change.number)
    if reason:
        parts.note_change(":reason", None, reason)


@action(ItemType, from_=("in-force",), to="retired", verb=Verb.MANAGE)
def retire(item_type: ItemType, actor: Actor) -> None:
    """No new items of this type; those that exist keep it."""


@action(ItemType, from_=("retired",), to="in-force", verb=Verb.MANAGE)
def reinstate(item_type: ItemType, actor: Actor) -> None:
    """Use the type again."""
