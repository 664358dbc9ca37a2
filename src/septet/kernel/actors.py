"""Who acts: a person with grants, the local operator, or the system itself."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db import connection
from django.utils import timezone

from septet.kernel.errors import NotFound
from septet.kernel.models import Account, Record, Verb
from septet.kernel.prepared import as_stored

if TYPE_CHECKING:
    from septet.kernel.limits import Limits

# For which part of the work a right holds: (dimension, id of the record that stands for it); empty for everywhere.
# See `scopes`.
Scope = tuple[tuple[str, int], ...]
# The columns of a grant that say where it holds.
WHERE = ("team", "service", "site", "technology")


@dataclass(frozen=True, slots=True)
class Right:
    """One grant in force: `verb` on records of `kind` in a scope; `for_person` is the absent one whose right it is."""

    verb: str
    kind: str
    scope: Scope = ()
    for_person: int | None = None


def right_of(verb: str, kind: str, *ids: int | None) -> Right:
    """The right that a grant's columns hold: verb, kind, those of `WHERE`, for_person."""
    return Right(verb, kind, tuple((name, pk) for name, pk in zip(WHERE, ids, strict=False) if pk), ids[-1])


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something, with the rights in force right now.

    `all_rights` is the local operator's and the system's. `organisation` is where the person belongs; what is
    shared with it is shared with them. `for_person` is the absent person on whose behalf they act right now. `limits`
    are those of the token by which they act, if it has any.
    """

    name: str
    person: int | None = None
    account: int | None = None
    organisation: int | None = None
    rights: tuple[Right, ...] = ()
    all_rights: bool = False
    for_person: int | None = None
    limits: "Limits | None" = None
    zone: str = field(default="UTC", compare=False)

    @cached_property
    def teams(self) -> frozenset[int]:
        """The ids of the teams the person belongs to, virtual ones too."""
        return frozenset(pk for r in self.rights if r.verb == Verb.MEMBER for _, pk in r.scope)

    @cached_property
    def parties(self) -> frozenset[int]:
        """Everything under whose name something may be shared with the actor: person, organisation, teams, and the
        absent people for whom they stand in."""
        own = {one for one in (self.person, self.organisation) if one is not None}
        return frozenset(own | self.teams | self.stands_in_for)

    @cached_property
    def voices(self) -> frozenset[int]:
        """The people for whom the actor may answer: themselves, and those for whom they stand in."""
        return self.stands_in_for | ({self.person} if self.person is not None else frozenset())

    @cached_property
    def stands_in_for(self) -> frozenset[int]:
        """The absent people whose deputy the actor is."""
        return frozenset(r.for_person for r in self.rights if r.verb == Verb.STAND_IN and r.for_person is not None)

    @property
    def is_staff(self) -> bool:
        """Whether any right to see records was granted: internal entries and fields are for staff only."""
        return self.all_rights or any(r.verb == Verb.SEE for r in self.rights)

    def rights_to(self, verb: str, kind: str) -> list[Right]:
        """The rights to `verb` on `kind`, the actor's own before inherited ones."""
        return [one for one in self._by_verb.get(verb, ()) if one.kind in ("*", kind)]

    @cached_property
    def _by_verb(self) -> dict[str, list[Right]]:
        found: dict[str, list[Right]] = {}
        for one in sorted(self.rights, key=lambda one: one.for_person is not None):
            found.setdefault(one.verb, []).append(one)
        return found

    def scopes(self, verb: str, kind: str) -> frozenset[Scope] | None:
        """Where `verb` on `kind` is granted: None for everywhere, else the scopes (perhaps none)."""
        if self.all_rights:
            return None
        found = frozenset(one.scope for one in self.rights_to(verb, kind))
        if () in found or (found and verb == Verb.SEE and not _seen_by_scope(kind)):
            return None
        return found

    def has(self, verb: str, kind: str = "*") -> bool:
        """Whether `verb` on `kind` is granted anywhere at all."""
        return self.scopes(verb, kind) != frozenset()

    def has_everywhere(self, verb: str, kind: str = "*") -> bool:
        """Whether `verb` on `kind` is granted for all of the work: what concerns everybody needs no less."""
        return self.scopes(verb, kind) is None

    def on_behalf_of(self, person: int | None) -> "Actor":
        """The same actor, acting for an absent person (None: for themselves); every entry will say so."""
        return self if person == self.for_person else replace(self, for_person=person)

    def unlimited(self) -> "Actor":
        """The same actor, for what belongs to something that the token allows."""
        return self if self.limits is None else replace(self, limits=None)


def _seen_by_scope(kind: str) -> bool:
    from septet.kernel.registry import registry

    it = registry.types.get(kind)
    if it is None:
        return True
    return it.is_work if it.seen_by_scope is None else it.seen_by_scope


OPERATOR = Actor(name="Operator", all_rights=True)
SYSTEM = Actor(name="Septet", all_rights=True)


# As SQL, because every page begins with it; `accounts` asks the same of a token.
_PERSON = """
SELECT r.id, r.title, r.customer_id, a.id, a.zone,
  g.verb, g.kind, g.team_id, g.service_id, g.site_id, g.technology_id, g.for_person_id
FROM record r LEFT JOIN account a ON a.person_id = r.id
LEFT JOIN grant_ g ON g.person_id = r.id AND g.since <= %s AND (g.until IS NULL OR g.until > %s)
WHERE r.id = %s AND r.kind = 'person' AND r.withdrawn_at IS NULL
"""


def of_person(person: Record | int, now: datetime | None = None) -> Actor:
    """The actor for a person's record, with the grants in force at `now`. Raises NotFound."""
    moment = now or timezone.now()
    at = as_stored(moment)
    with connection.cursor() as cursor:
        cursor.execute(_PERSON, [at, at, person if isinstance(person, int) else person.pk])
        rows = cursor.fetchall()
    if not rows:
        raise NotFound("There is no such person.")
    pk, name, organisation, account, zone = rows[0][:5]
    rights = tuple(right_of(*row[5:]) for row in rows if row[5] is not None)
    return Actor(name=name, person=pk, organisation=organisation, account=account, zone=zone or "UTC", rights=rights)


def of_account(account: Account) -> Actor:
    """The actor for a signed-in account."""
    return of_person(account.person_id)
