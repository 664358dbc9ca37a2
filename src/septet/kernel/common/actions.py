"""What can be done to a record of any type: edit, comment, attach, relate, watch, share, approve, withdraw."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.db.models import Q
from pydantic import AfterValidator, StringConstraints

from septet.kernel import content, parts, policy, uploads
from septet.kernel.actors import Actor, of_person
from septet.kernel.common.mentions import mentioned
from septet.kernel.errors import Conflict, Invalid, Refused
from septet.kernel.fields import LongText, Moment, clean_text
from septet.kernel.models import Approval, Attachment, Decision, Entry, Record, Relation, Share, Verb, Watch
from septet.kernel.registry import Ref, action, registry
from septet.kernel.relations import check_edge, in_force, type_called
from septet.lib.text import with_article

Audience = Annotated[str, StringConstraints(pattern=r"^(internal|requester|everybody|partner:[1-9][0-9]{0,17})$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(clean_text)]
# As headers write it: printable ASCII and nothing that could begin another header.
MediaType = Annotated[str, StringConstraints(max_length=127, pattern=r"^[!-~]([ -~]*[!-~])?$")]
Anything = Annotated[Record, Ref("*")]
Person = Annotated[Record, Ref("person")]
Team = Annotated[Record, Ref("function-team")]
PARTIES = frozenset({"person", "organisation", "function-team", "virtual-team"})


@action(Record, examples=[{"title": "A better title"}])
def edit(record: Record, actor: Actor, **values: Any) -> None:
    """Change fields of the record."""
    editable = registry.types[record.kind].editable
    for name, value in values.items():
        f = editable[name]
        if value is None and not f.nullable:
            raise Invalid(fields={name: "This cannot be empty."})
        setattr(record, f.attribute, _merged(record.extra, value) if name == "extra" else value)


def _merged(held: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Custom fields after an edit: those that are not named stay, an empty one is taken off."""
    return {name: value for name, value in {**held, **given}.items() if value is not None}


@action(Record, examples=[{"team": None, "owner": None}], audience="requester")
def assign(record: Record, actor: Actor, *, team: Team | None = None, owner: Person | None = None) -> None:
    """Give the record to a team, a person or both; leaving both out takes it from everybody."""
    if team is not None or owner is None:
        record.team_id = team.pk if team else None
    record.owner_id = owner.pk if owner else None


@action(
    Record,
    requester=True,
    partner=True,
    undoable=False,
    why_not="A comment that was read cannot be unread; withdraw what it says in another one.",
    examples=[{"text": "Called back, works again."}],
)
def comment(record: Record, actor: Actor, *, text: LongText, audience: Audience | None = None) -> None:
    """Say something about the record; internal unless an audience is given. Whom staff name by `@` watches it."""
    if not text.strip():
        raise Invalid(fields={"text": "Say something."})
    parts.current().audience = _audience(record, actor, audience)
    parts.note_change(":comment", None, text)
    if actor.is_staff:
        for person in mentioned(text, actor):
            if policy.may(of_person(person), Verb.SEE, record):
                _let_watch(record, person.pk)


def _audience(record: Record, actor: Actor, wanted: str | None) -> str:
    """The audience that an entry may have: outsiders speak only in the circle in which they listen."""
    allowed = policy.audiences_of(actor, record)
    if allowed is None:
        return wanted or "internal"
    circles = sorted(allowed - {"everybody"}, reverse=True)
    if wanted and wanted not in circles:
        raise Refused("You can write only for those with whom this record is shared with you.")
    return wanted or (circles[0] if circles else "internal")


@action(
    Record,
    requester=True,
    partner=True,
    examples=[{"name": "log.txt", "digest": content.EMPTY, "size": 0, "media_type": "text/plain"}],
)
def attach(
    record: Record,
    actor: Actor,
    *,
    name: Name,
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")],
    size: int,
    media_type: MediaType = "application/octet-stream",
    audience: Audience | None = None,
) -> None:
    """Put a file on the record; its bytes lie in the content store already, under this SHA-256.

    They are yours to put there if you uploaded them within a day, or if you may read a file that holds them.
    """
    if not uploads.may_attach(actor, digest):
        raise Invalid(fields={"digest": "These bytes are not in the store; upload the file first."})
    if content.size(digest) != size:
        raise Invalid(fields={"size": "The size is not that of the stored bytes."})
    clean = _file_name(name)
    circle = _audience(record, actor, audience)
    parts.current().audience = circle
    parts.add(Attachment(name=clean, digest=digest, size=size, media_type=media_type, audience=circle))


def _file_name(name: str) -> str:
    """A name that leads to no other folder and that shows as what it is: no line breaks, nothing written backwards."""
    shown = "".join("_" if one in "/\\" or not one.isprintable() else one for one in name)
    return shown.strip(". ") or "file"


@action(Record, examples=[])
def detach(record: Record, actor: Actor, *, attachment: int) -> None:
    """Take a file off the record; the history keeps its name, and undo brings it back for a day."""
    row = Attachment.objects.filter(record_id=record.pk, pk=attachment).first()
    if row is None:
        raise Invalid(fields={"attachment": "There is no such file on this record."})
    parts.remove(row)


@action(Record, examples=[{"type": "associated-with", "target": "@service"}])
def relate(
    record: Record,
    actor: Actor,
    *,
    type: str,
    target: Anything,
    need: int | None = None,
    valid_from: Moment | None = None,
    valid_to: Moment | None = None,
) -> None:
    """Tie the record to another one by a relation type, from now or from a given time on."""
    one = type_called(type)
    check_edge(one, record, target)
    since = valid_from or parts.current().at
    if valid_to is not None and valid_to <= since:
        raise Invalid(fields={"valid_to": "The end must come after the beginning."})
    if need is not None and not 1 <= need <= 10_000:
        raise Invalid(fields={"need": "At least 1: how many of these relations the record needs."})
    if in_force(_edges(record, type, target), since).exists():
        raise Conflict(f'{record.number} already "{one.forth}" {target.number}.')
    parts.add(Relation(type=type, target_id=target.pk, need=need, valid_from=since, valid_to=valid_to))


def tie(record: Record, actor: Actor, type: str, target: Record) -> None:
    """Relate the record to another one from now on, unless it is so already; for other actions' use."""
    if not in_force(_edges(record, type, target), parts.current().at).exists():
        relate(record, actor, type=type, target=target)


@action(Record, examples=[])
def unrelate(record: Record, actor: Actor, *, type: str, target: Anything, valid_to: Moment | None = None) -> None:
    """End a relation of the record, now or at a given time; it stays readable as of before."""
    one = type_called(type)
    until: datetime = valid_to or parts.current().at
    row = _edges(record, type, target).filter(valid_to=None).first()
    if row is None:
        raise Conflict(f'{record.number} is not tied to {target.number} by "{one.forth}".')
    parts.change(row, valid_to=max(until, row.valid_from))


def _edges(record: Record, type: str, target: Record) -> Any:
    return Relation.objects.filter(record_id=record.pk, type=type, target_id=target.pk)


@action(Record, verb=Verb.SEE, requester=True, partner=True, examples=[{"person": "@person"}])
def watch(record: Record, actor: Actor, *, person: Person | None = None) -> None:
    """Hear of every change of the record; for yourself or for somebody who may see it."""
    _let_watch(record, _watcher(actor, person))


@action(Record, verb=Verb.SEE, requester=True, partner=True, examples=[])
def unwatch(record: Record, actor: Actor, *, person: Person | None = None) -> None:
    """Stop hearing of the record."""
    row = Watch.objects.filter(record_id=record.pk, person_id=_watcher(actor, person)).first()
    if row is not None:
        parts.remove(row)


def _let_watch(record: Record, who: int) -> None:
    if not Watch.objects.filter(record_id=record.pk, person_id=who).exists():
        parts.add(Watch(person_id=who))


def _watcher(actor: Actor, person: Record | None) -> int:
    if person is not None:
        if person.pk != actor.person and not actor.is_staff:
            raise Refused("You can watch only for yourself.")
        return person.pk
    if actor.person is None:
        raise Invalid(fields={"person": "Say who is to watch; you act as nobody in particular."})
    return actor.person


@action(Record, examples=[{"party": "@organisation"}])
def share(record: Record, actor: Actor, *, party: Anything, until: Moment | None = None) -> None:
    """Let a person, an organisation or a team see this record, for good or until a time."""
    if party.kind not in PARTIES:
        raise Invalid(
            fields={
                "party": f"{party.number} is {with_article(party.kind)}; share with people, organisations or teams."
            }
        )
    row = Share.objects.filter(record_id=record.pk, party_id=party.pk).first()
    if row is None:
        parts.add(Share(party_id=party.pk, until=until))
    else:
        parts.change(row, until=until)


@action(Record, examples=[])
def unshare(record: Record, actor: Actor, *, party: Anything) -> None:
    """Stop sharing the record with somebody."""
    row = Share.objects.filter(record_id=record.pk, party_id=party.pk).first()
    if row is None:
        raise Conflict(f"{record.number} is not shared with {party.number}.")
    parts.remove(row)


@action(Record, examples=[{"approvers": ["@person"]}])
def ask_approval(record: Record, actor: Actor, *, approvers: list[Person]) -> None:
    """Ask people to approve; whoever asks cannot be one of them. Who could not see the record can from now on."""
    if not approvers:
        raise Invalid(fields={"approvers": "Name at least one person."})
    asked = set(Approval.objects.filter(record_id=record.pk).values_list("approver_id", flat=True))
    for person in approvers:
        if person.pk in {actor.person, record.requester_id}:
            raise Invalid(fields={"approvers": f"{person.title} asked for this and cannot approve it."})
        if person.pk not in asked:
            asked.add(person.pk)
            parts.add(Approval(approver_id=person.pk))
            if not policy.may(of_person(person), Verb.SEE, record):
                share(record, actor, party=person)


@action(Record, verb=Verb.APPROVE, examples=[])
def approve(record: Record, actor: Actor) -> None:
    """Say yes to what was asked of you."""
    _decide(record, actor, Decision.APPROVED)


@action(Record, verb=Verb.APPROVE, examples=[])
def reject(record: Record, actor: Actor, *, reason: LongText) -> None:
    """Say no, and why."""
    _decide(record, actor, Decision.REJECTED)
    parts.note_change(":reason", None, reason)


def _decide(record: Record, actor: Actor, decision: Decision) -> None:
    act = parts.current()
    rows = {row.approver_id: row for row in Approval.objects.filter(record_id=record.pk)}
    own = rows.get(actor.person or 0)
    waiting = [rows[pk] for pk in sorted(actor.stands_in_for & set(rows)) if rows[pk].decision == Decision.PENDING]
    row = own if own is not None and (own.decision != decision or not waiting) else next(iter(waiting), None)
    if row is None:
        raise Refused(f"Nobody asked you to approve {record.number}.")
    if row.decision == decision:
        raise Conflict(f"You have {row.decision} {record.number} already.")
    if row is not own and actor.person in _who_asked(record):
        raise Refused(f"You asked for this yourself; you cannot answer for {row.approver.title}.")
    act.actor = actor.on_behalf_of(None if row is own else row.approver_id)
    parts.change(row, decision=str(decision), decided_at=act.at)


def _who_asked(record: Record) -> set[int | None]:
    asked = Entry.objects.filter(record_id=record.pk, action="ask-approval").values_list("actor_id", flat=True)
    return {record.requester_id, *asked}


def approval_of(record: Record) -> Literal["none", "pending", "approved", "rejected"]:
    """Where a record's approvals stand: rejected if anybody said no, approved if all said yes."""
    decisions = set(Approval.objects.filter(record_id=record.pk).values_list("decision", flat=True))
    if not decisions:
        return "none"
    if Decision.REJECTED in decisions:
        return "rejected"
    return "pending" if Decision.PENDING in decisions else "approved"


@action(Record, examples=[{}])
def withdraw(record: Record, actor: Actor) -> None:
    """Take back a record that should not have been; it stays readable by its number and can be restored."""
    used = Record.objects.filter(
        Q(owner_id=record.pk) | Q(team_id=record.pk) | Q(service_id=record.pk), closed_at=None, withdrawn_at=None
    )
    if record.kind in {"person", "function-team", "service"} and used.exists():
        raise Conflict(f"{record.number} still has open work: {used.count()} records name it. Hand them over first.")
    record.withdrawn_at = parts.current().at


@action(Record, withdrawn=True, examples=[])
def restore(record: Record, actor: Actor) -> None:
    """Bring a withdrawn record back."""
    if record.withdrawn_at is None:
        raise Conflict(f"{record.number} is not withdrawn.")
    record.withdrawn_at = None
