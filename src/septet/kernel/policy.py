"""Who may see and do what, and why. `may` answers for one record, `visible_to` is part of every query."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.db.models.lookups import Exact

from septet.kernel.actors import Actor, Right, Scope
from septet.kernel.loading import Head
from septet.kernel.models import Confidentiality, Entry, Record, Share, Verb
from septet.kernel.prepared import Unindexed
from septet.kernel.registry import Action, RecordType, registry
from septet.kernel.scopes import conditions_in, holds_on, lies_in
from septet.kernel.separation.rules import forbidding
from septet.lib.text import with_article

R = TypeVar("R", bound=Record)

# What IT decides about a record; whoever asks for help neither says it nor is asked for it.
DECIDED_BY_STAFF = frozenset(
    {"owner", "team", "priority", "customer", "opened_at", "due_at", "confidentiality", "extra"}
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A yes or no with its reason, in words for the person who asked. `for_person` is the absent person by whose right
    it is a yes; what is done by it is done on their behalf."""

    allowed: bool
    reason: str
    for_person: int | None = None

    def __bool__(self) -> bool:
        return self.allowed


def may(actor: Actor, verb: str, record: Record) -> Verdict:
    """Whether `actor` may `see` the record or do the named action or verb to it."""
    seen = _may_see(actor, record)
    return seen if verb == Verb.SEE or not seen else may_do(actor, verb, record)


def may_do(actor: Actor, verb: str, record: Record, shared: Callable[[], bool] | None = None) -> Verdict:
    """The same for somebody who is known to see the record; `shared` answers whether it is shared with them.

    What their rights allow separation of duties may forbid.
    """
    it = registry.types[record.kind]
    one = it.actions.get(verb)
    if one and (beyond := _beyond_limits(actor, one.name, it)) is not None:
        return beyond
    needed = one.verb if one else verb
    if verb == "edit":
        needed = it.edit_verb
    verdict = _may_do(actor, one, needed, record, it, shared or (lambda: is_shared_with(actor, record)))
    if verdict and one and (rule := forbidding(actor.on_behalf_of(verdict.for_person), one.name, record)):
        return Verdict(False, f"You may not {one.label.lower()} {record.number}: {rule}")
    return verdict


def may_create(actor: Actor, it: RecordType) -> Verdict:
    """Whether `actor` may open a record of this type, somewhere at least; see `may_open` for a certain one."""
    if (beyond := _beyond_limits(actor, "create", it)) is not None:
        return beyond
    if actor.all_rights:
        return Verdict(True, f"{actor.name} has all rights.")
    if rights := actor.rights_to(it.create_verb, it.kind):
        return Verdict(True, f"The right to {it.create_verb} {it.singular} records was granted.", rights[0].for_person)
    if it.requesters_create and actor.person is not None:
        return Verdict(True, f"Everybody may ask for {with_article(it.singular)}.")
    what = with_article(it.singular)
    return Verdict(False, f"You may not create {what}: nobody granted you the right to {it.create_verb}.")


def may_open(actor: Actor, it: RecordType, record: Record) -> Verdict:
    """Whether `actor`, who may create records of this type, may open this one: it must lie where the right holds."""
    general = may_create(actor, it)
    if not general or actor.all_rights:
        return general
    if right := _right_on(actor, it.create_verb, record):
        return Verdict(True, general.reason, right.for_person)
    if it.requesters_create and actor.person == record.requester_id:
        return Verdict(True, f"Everybody may ask for {with_article(it.singular)}.")
    if not actor.rights_to(it.create_verb, it.kind):
        return Verdict(False, f"You may open {with_article(it.singular)} for yourself only.")
    return Verdict(
        False,
        f"Your right to {it.create_verb} {it.singular} records holds for a part of the work in which this one does not "
        "lie; name a service or a site that is yours.",
    )


def _beyond_limits(actor: Actor, action: str, it: RecordType) -> Verdict | None:
    """Why the token by which the actor acts does not allow this to records of a type, if it does not."""
    if actor.limits is None or actor.limits.may_do(action, it.kind):
        return None
    return Verdict(
        False,
        f"This token may not {action} {it.label_plural.lower()}: it is limited to {actor.limits}. "
        f"Use one with the scope {action}:{it.kind}.",
    )


def _may_see(actor: Actor, record: Record) -> Verdict:
    if actor.all_rights:
        return Verdict(True, f"{actor.name} has all rights.")
    if record.pk == actor.person or record.pk in actor.teams:
        return Verdict(True, "This is you, or a team to which you belong.")
    # What the record itself says comes first, then what the database has to be asked for.
    restricted = record.confidentiality == Confidentiality.RESTRICTED
    if not restricted and (by_right := _may_see_by_right(actor, record)):
        return by_right
    if is_shared_with(actor, record):
        return Verdict(True, "The record is shared with them, their organisation or their team.")
    if restricted:
        return Verdict(False, "The record is restricted to those named on it.")
    opened = registry.types[record.kind].open_to_all
    if opened is not None and registry.types[record.kind].model.objects.filter(opened, pk=record.pk).exists():
        return Verdict(True, f"Everybody may see this {record.kind}.")
    return Verdict(False, "Nothing gives them sight of it: no right, no share, and it is not their request.")


def _may_see_by_right(actor: Actor, record: Record) -> Verdict | None:
    """Why an actor sees a record that is not restricted, if a right or their being its requester says so."""
    scopes = actor.scopes(Verb.SEE, record.kind)
    if scopes is None:
        return Verdict(True, f"The right to see {record.kind} records was granted.")
    if _lies_in_any(record, scopes):
        return Verdict(
            True, f"The right to see {record.kind} records was granted for a part of the work that it is in."
        )
    if actor.person is not None and record.requester_id == actor.person:
        return Verdict(True, "They asked for it.")
    return None


def sees_all(actor: Actor, kind: str, confidentiality: str) -> bool:
    """Whether the actor sees every record of this kind and confidentiality; if not, each record has to be asked."""
    return actor.all_rights or (confidentiality != Confidentiality.RESTRICTED and actor.scopes(Verb.SEE, kind) is None)


def _may_do(
    actor: Actor, one: Action | None, needed: str, record: Record, it: RecordType, shared: Callable[[], bool]
) -> Verdict:
    if actor.all_rights:
        return Verdict(True, f"{actor.name} has all rights.")
    if right := _right_on(actor, needed, record):
        return Verdict(True, f"The right to {needed} was granted on {it.label_plural.lower()}.", right.for_person)
    if one and one.owner and actor.person is not None and actor.person == record.owner_id:
        return Verdict(True, "Whoever owns the record may do this to it.")
    own = actor.person is not None and actor.person in {record.requester_id, record.pk}
    if one and one.requester and own:
        return Verdict(True, "Requesters may do this to their own requests.")
    if one and one.partner and shared():
        return Verdict(True, "Partners may do this to what is shared with them.")
    if one and one.name in {"approve", "reject"} and actor.person is not None:
        return Verdict(True, "An approver answers for themselves, a deputy for who is absent.")
    what = one.label.lower() if one else needed
    return Verdict(False, f"You may not {what} {record.number}: it needs the right to {needed}, which you do not have.")


def is_shared_with(actor: Actor, record: Record) -> bool:
    """Whether a share in force on the record names the actor, their organisation or one of their teams."""
    return bool(actor.parties) and shares_of(actor).filter(record_id=record.pk).exists()


def _right_on(actor: Actor, verb: str, record: Record) -> Right | None:
    """The right by which the actor may do what needs `verb` to the record, their own before an inherited one."""
    rights = actor.rights_to(verb, record.kind)
    if verb == Verb.SEE and actor.scopes(verb, record.kind) is None:
        return rights[0]
    return next((one for one in rights if lies_in(record, one.scope)), None)


def _lies_in_any(record: Record, scopes: Iterable[Scope]) -> bool:
    return any(lies_in(record, one) for one in scopes)


def shares_of(actor: Actor) -> QuerySet[Share]:
    """The shares in force that name the actor, their organisation or one of their teams."""
    # The database's own clock: lists are remembered as SQL, in which no moment may be fixed.
    in_force = Q(until=None) | Q(until__gt=Now())
    return Share.objects.filter(in_force, party_id__in=actor.parties)


def visible_to(actor: Actor, rows: QuerySet[R], it: RecordType | None = None, *, few: bool = False) -> QuerySet[R]:
    """Only those `rows` that `actor` may see. `it` is their type; without it rows of every type are meant. `few` says
    that they are some named by their ids: each is judged, instead of all that the actor may see being looked up."""
    types = [it] if it else list(registry.types.values())
    if (known := _without_circles(actor, rows, types)) is not None:
        return known
    circles = _circles(actor, types)
    if few:
        named = Q(Exists(shares_of(actor).filter(record_id=OuterRef("pk"))))
        return rows.filter(reduce(or_, circles[1:], named))
    ids = [Record.objects.filter(one).order_by().values("pk") for one in circles]
    return rows.filter(pk__in=ids[0].union(*ids[1:], all=True) if len(ids) > 1 else ids[0])


def seen_among(actor: Actor, heads: Iterable[Head | Record], more: Iterable[int] = ()) -> set[int]:
    """Which of these records, and of those with the ids in `more`, the actor may see; asks only for those in doubt."""
    doubtful: set[int] = set(more)
    seen: set[int] = set()
    for one in heads:
        (seen if sees_all(actor, one.kind, one.confidentiality) else doubtful).add(one.pk)
    if doubtful:
        seen |= set(visible_to(actor, Record.objects.filter(pk__in=doubtful), few=True).values_list("pk", flat=True))
    return seen


def in_circles(actor: Actor, rows: QuerySet[R], it: RecordType) -> list[QuerySet[R]]:
    """The same in parts that may overlap, so that each can be read along an index of its own."""
    own = Q(kind=it.kind)
    known = _without_circles(actor, rows.filter(own), [it])
    if known is not None:
        return [known]
    shared, *others = _circles(actor, [it])
    # What is shared is few and found by its ids; the planner would rather read all of the kind in the list's order.
    return [rows.filter(shared, Exact(Unindexed("kind"), it.kind)), *(rows.filter(own, one) for one in others)]


def is_lasting(actor: Actor, it: RecordType | None = None) -> bool:
    """Whether what `visible_to` and `in_circles` ask the database stays the same as long as the actor's rights do."""
    types = [it] if it else registry.types.values()
    return all(holds_on(scope, one.kind) for one in types for scope in actor.scopes(Verb.SEE, one.kind) or ())


def _without_circles(actor: Actor, rows: QuerySet[R], types: list[RecordType]) -> QuerySet[R] | None:
    """What the actor sees of the rows where all that stands in the way is that some are restricted."""
    if actor.all_rights:
        return rows
    if any(actor.scopes(Verb.SEE, one.kind) is not None for one in types):
        return None
    # An anti-join on what is restricted, so that the list's own index still leads.
    secret = Q(confidentiality=Confidentiality.RESTRICTED) & ~Exists(shares_of(actor).filter(record_id=OuterRef("pk")))
    return rows.exclude(secret & ~Q(pk__in=[pk for pk in (actor.person, *actor.teams) if pk is not None]))


def _circles(actor: Actor, types: list[RecordType]) -> list[Q]:
    """Why the actor may see a record, as conditions of which at least one holds: it is shared with them, which comes
    first; it is theirs; it is of a kind or in a scope that they may see; it is open to all."""
    free = [one.kind for one in types if actor.scopes(Verb.SEE, one.kind) is None]
    found = [Q(pk__in=shares_of(actor).order_by().values("record_id"))]
    unrestricted = ~Q(confidentiality=Confidentiality.RESTRICTED)
    if free:
        found.append(unrestricted & Q(kind__in=free))
    if actor.person is not None:
        found += [Q(pk__in=[actor.person, *actor.teams]), unrestricted & Q(requester_id=actor.person)]
    for scope, kinds in _kinds_by_scope(actor, types, free).items():
        found += [unrestricted & one for one in conditions_in(scope, kinds)]
    for one in types:
        if one.kind not in free and one.open_to_all is not None:
            opened = one.model._default_manager.filter(one.open_to_all).order_by().values("pk")
            found.append(unrestricted & Q(pk__in=opened))
    return found


def _kinds_by_scope(actor: Actor, types: Iterable[RecordType], free: Iterable[str]) -> dict[Scope, list[str]]:
    """Of which kinds the actor sees what lies in a scope."""
    found: dict[Scope, list[str]] = {}
    for one in types:
        for scope in actor.scopes(Verb.SEE, one.kind) or () if one.kind not in free else ():
            found.setdefault(scope, []).append(one.kind)
    return found


def sees_internal(actor: Actor, record: Record) -> bool:
    """Whether internal entries, fields and files are for this actor: only for staff who see the record by a right."""
    if actor.all_rights:
        return True
    scopes = actor.scopes(Verb.SEE, record.kind)
    return scopes is None or _lies_in_any(record, scopes)


def audiences_of(actor: Actor, record: Record) -> frozenset[str] | None:
    """The audiences to which the actor belongs on this record; None for all of them."""
    if sees_internal(actor, record):
        return None
    found = {"everybody"}
    if actor.person is not None and record.requester_id == actor.person:
        found.add("requester")
    if actor.organisation is not None:
        found.add(f"partner:{actor.organisation}")
    return frozenset(found)


def entries_for(actor: Actor, record: Record) -> QuerySet[Entry]:
    """The record's journal as far as the actor may read it, in the order it was recorded."""
    rows = Entry.objects.filter(record_id=record.pk).order_by("number")
    audiences = audiences_of(actor, record)
    return rows if audiences is None else rows.filter(audience__in=audiences)


def fields_for(actor: Actor, record: Record) -> list[str]:
    """The names of the fields the actor may read on this record, in the type's order."""
    it = registry.types[record.kind]
    internal = sees_internal(actor, record)
    return [name for name, f in it.fields.items() if internal or not f.internal]
