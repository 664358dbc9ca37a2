"""The lists of the portal: what somebody asked for, what is shared with them, what they follow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from septet.kernel.actors import Actor
from septet.kernel.models import Approval, Decision, Entry, Record, Watch
from septet.kernel.policy import shares_of, visible_to
from septet.kernel.reading import titles_of
from septet.kernel.registry import RecordType, number_of, registry
from septet.portal import progress

COLUMNS = ("pk", "kind", "title", "state", "opened_at", "updated_at", "closed_at", "service_id")
MOST = 50
NEWS = 8


@dataclass(frozen=True, slots=True)
class Line:
    """A record in a list."""

    number: str
    it: RecordType
    title: str
    progress: progress.Progress
    opened_at: datetime
    updated_at: datetime
    service: str | None


@dataclass(frozen=True, slots=True)
class News:
    """What somebody else did to a record that the reader follows."""

    number: str
    title: str
    at: datetime
    who: str
    text: str


def asked_by(actor: Actor, *, open_only: bool = False) -> list[Line]:
    """What the actor asked for, what is open first, then the newest."""
    if actor.person is None:
        return []
    rows = Record.objects.filter(requester_id=actor.person, withdrawn_at=None, kind__in=work_kinds())
    if open_only:
        rows = rows.filter(closed_at=None)
    return _lines(actor, visible_to(actor, rows).order_by(F("closed_at").desc(nulls_first=True), "-opened_at"))


def shared_with(actor: Actor) -> list[Line]:
    """Open work that others share with the actor, by person, organisation or team."""
    rows = Record.objects.filter(closed_at=None, withdrawn_at=None, kind__in=work_kinds())
    shared = rows.filter(pk__in=shares_of(actor).values("record_id"))
    if actor.person is not None:
        shared = shared.exclude(requester_id=actor.person)
    return _lines(actor, visible_to(actor, shared).order_by("-opened_at"))


def to_approve(actor: Actor) -> list[Line]:
    """Open records that wait for the actor's answer, or for that of somebody for whom they stand in."""
    if actor.person is None:
        return []
    waiting = Approval.objects.filter(approver_id__in=actor.voices, decision=Decision.PENDING).values("record_id")
    rows = Record.objects.filter(pk__in=waiting, closed_at=None, withdrawn_at=None)
    return _lines(actor, visible_to(actor, rows).order_by("opened_at"))


def news_for(actor: Actor) -> list[News]:
    """What others last did to what the actor asked for or watches, as far as they may read it."""
    if actor.person is None:
        return []
    watched = Watch.objects.filter(person_id=actor.person).values("record_id")
    followed = Record.objects.filter(Q(requester_id=actor.person) | Q(pk__in=watched), withdrawn_at=None)
    newest = visible_to(actor, followed).order_by("-updated_at").values_list("pk", "kind", "title", "requester_id")
    known = {pk: (kind, title, requester) for pk, kind, title, requester in newest[:MOST]}
    mine = [pk for pk, (*_kept, requester) in known.items() if requester == actor.person]
    readable = Q(audience="everybody", record_id__in=known) | Q(audience="requester", record_id__in=mine)
    if actor.organisation is not None:
        readable |= Q(audience=f"partner:{actor.organisation}", record_id__in=known)
    entries = Entry.objects.filter(readable).exclude(actor_id=actor.person).exclude(action="create")
    last: dict[int, News] = {}
    for pk, action, at, who in entries.order_by("-at").values_list("record_id", "action", "at", "actor__title")[:MOST]:
        kind, title, _asked = known[pk]
        last.setdefault(pk, News(number_of(kind, pk), title, at, who or "Septet", _done(kind, action)))
    return list(last.values())[:NEWS]


def _done(kind: str, action: str) -> str:
    """What somebody did, as the rest of a sentence that begins with their name."""
    words = {
        "comment": _("wrote something"),
        "attach": _("added a file"),
        "assign": _("gave it to somebody"),
        "start": _("works on it"),
        "wait": _("waits for something"),
        "resume": _("goes on"),
        "resolve": _("solved it"),
        "answer": _("answered"),
        "reopen": _("opened it again"),
        "close": _("closed it"),
        "cancel": _("ended it"),
    }
    one = registry.types[kind].actions.get(action)
    return words.get(action) or (one.label.lower() if one else action)


def work_kinds() -> list[str]:
    """The kinds of records that are work."""
    return [it.kind for it in registry.types.values() if it.is_work]


def _lines(actor: Actor, rows: QuerySet[Record]) -> list[Line]:
    found = list(rows.values_list(*COLUMNS)[:MOST])
    called = titles_of({row[-1] for row in found if row[-1] is not None}, actor)
    return list(_shown(found, called))


def _shown(rows: Iterable[tuple[Any, ...]], called: Mapping[int, tuple[str, str]]) -> Iterable[Line]:
    for pk, kind, title, state, opened_at, updated_at, _closed_at, service in rows:
        it = registry.types[kind]
        name = called[service][1] if service in called else None
        yield Line(number_of(kind, pk), it, title, progress.of(it, state), opened_at, updated_at, name)
