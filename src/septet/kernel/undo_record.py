"""Undo on one record: what stands in the way, and the inverse entries where nothing does."""

import copy
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from septet.kernel import content, parts, policy, revisions, spans
from septet.kernel.actions import plain_values, set_values, write_entry
from septet.kernel.actors import Actor
from septet.kernel.bulk_rows import update
from septet.kernel.clocks import keep as clocks
from septet.kernel.clocks.events import EVENTS
from septet.kernel.custom import index_values
from septet.kernel.errors import Conflict, NotFound, Refused
from septet.kernel.fields import moment_text
from septet.kernel.journal import Snapshot, own, read_changes, replay, undone_ids
from septet.kernel.models import Entry, Record, Verb
from septet.kernel.policy import Verdict
from septet.kernel.registry import RecordType, number_of
from septet.kernel.relations import check_edge, type_called

IMPORTED = "import"
NAMED_BY_WORK = {"person": "owner_id", "function-team": "team_id", "service": "service_id"}


@dataclass(frozen=True, slots=True)
class Undoing:
    """One undo under way: by whom, through which surface, why, under which request of its own, and of which request
    (`of`, empty if of one entry)."""

    actor: Actor
    via: str
    note: str
    request: str
    of: str = ""
    dry_run: bool = False

    @property
    def passing(self) -> str:
        """The request whose records count as gone already: in a dry run none of them really is."""
        return self.of if self.dry_run else ""


def undo_on(it: RecordType, record: Any, doing: Undoing, wanted: Callable[[Entry], bool], *, one: bool = False) -> bool:
    """Undo the wanted entries of a locked record, all of them or none; False if they were undone before.

    Raises NotFound, Refused or Conflict with the reason; `one`: having been undone before is a Conflict too.
    """
    entries = list(Entry.objects.filter(record_id=record.pk).order_by("number"))
    by_id = {entry.pk: entry for entry in entries}
    undone = undone_ids((entry.pk, entry.undoes) for entry in entries)
    asked = [entry for entry in entries if wanted(entry)]
    _check_seen(doing.actor, record, asked)
    group = [entry for entry in asked if entry.pk not in undone]
    if not group or (asked[0].number == 1 and asked[0].pk in undone):
        if one:
            raise Conflict(f"{named(asked[0])} of {record.number} was undone already.")
        return False
    for entry in group:
        verdict = may_undo(doing.actor, it, record, entry, root_of(entry, by_id))
        if not verdict:
            raise Refused(verdict.reason)
        doing = replace(doing, actor=doing.actor.on_behalf_of(verdict.for_person))
        _check_undoable(it, entry, root_of(entry, by_id))
    work = Work(it, record, doing, entries, by_id)
    if group[0].number == 1:
        work.withdraw(group)
    else:
        work.invert(group)
    return True


def named(entry: Entry) -> str:
    """An entry inside a sentence."""
    return f'Entry {entry.number} ("{entry.action}", {entry.at:%Y-%m-%d %H:%M} UTC)'


def root_of(entry: Entry, by_id: dict[int, Entry]) -> Entry:
    """The entry that was not itself an undo: where a chain of undoing and doing again began."""
    while entry.undoes in by_id:
        entry = by_id[entry.undoes]
    return entry


def is_import(entry: Entry) -> bool:
    """Whether an entry came in by import, so that undoing it corrects the past."""
    return entry.via == IMPORTED or entry.action == IMPORTED


def _check_seen(actor: Actor, record: Record, asked: list[Entry]) -> None:
    """Nobody may undo what they cannot read; those outside only what they did themselves."""
    if not policy.may(actor, Verb.SEE, record):
        raise NotFound(f"There is no record {record.number}, or you may not see it.")
    circles = policy.audiences_of(actor, record)
    if circles is None:
        return
    if any(entry.audience not in circles for entry in asked):
        raise NotFound(f"There is no such entry of {record.number}, or you may not see it.")
    if any(entry.actor_id != actor.person or actor.person is None for entry in asked):
        raise Refused(f"You may undo only what you did yourself to {record.number}.")


def may_undo(actor: Actor, it: RecordType, record: Record, entry: Entry, root: Entry) -> Verdict:
    """Whether the actor has the right to what an entry did; `root` is where a chain of undoing it began."""
    if actor.all_rights:
        return Verdict(True, f"{actor.name} has all rights.")
    theirs = actor.person is not None and actor.person in {entry.actor_id, entry.on_behalf_of_id}
    if is_import(root):
        return policy.may(actor, Verb.IMPORT, record)
    if root.action == "create":
        if theirs and policy.may_create(actor, it):
            return Verdict(True, "They opened it.")
        return policy.may(actor, it.create_verb, record)
    if root.action in {"approve", "reject"} and not theirs:
        return Verdict(False, f"Only whoever answered the approval of {record.number} may take the answer back.")
    one = it.actions.get(root.action)
    if theirs or one is None or root.action == "edit":
        return policy.may(actor, root.action if one else Verb.WORK, record)
    # What others did by being the owner, the requester or a partner is taken back by a right alone.
    return policy.may(actor, one.verb, record)


def _check_undoable(it: RecordType, entry: Entry, root: Entry) -> None:
    if root.action in EVENTS:
        raise Conflict(f"{named(root)} tells what time has done; that cannot be undone.")
    one = it.actions.get(root.action)
    if one is not None and not one.undoable and not is_import(root):
        raise Conflict(one.why_not or f"{one.label} cannot be undone.")
    if any(isinstance(change, dict) for change in read_changes(entry.changes).values()) and entry.number > 1:
        raise Conflict(f"{named(entry)} cannot be undone: a value that it changed was erased since.")


def keys_of(entry: Entry) -> set[str]:
    """The keys of an entry that belong to the record's state."""
    return {key for key in read_changes(entry.changes) if not own(key)}


def without_pairs(entries: Iterable[Entry]) -> list[Entry]:
    """Those entries that neither were undone by one of the others nor undid one of them.

    A creation stays with what undid it: the record was withdrawn, its values were not taken back.
    """
    held = {entry.pk: entry for entry in sorted(entries, key=lambda one: one.number)}
    gone: set[int] = set()
    for entry in reversed(held.values()):
        if entry.pk not in gone and entry.undoes in held and held[entry.undoes].number > 1:
            gone |= {entry.pk, entry.undoes}
    return [entry for entry in held.values() if entry.pk not in gone]


@dataclass
class Work:
    """One record's undo: its journal as read, and what is appended to it."""

    it: RecordType
    record: Any
    doing: Undoing
    entries: list[Entry]
    by_id: dict[int, Entry]

    def withdraw(self, group: list[Entry]) -> None:
        """Undo a record's creation: it is withdrawn, with all that the same request did to it."""
        first = group[0]
        others = without_pairs(entry for entry in self.entries if entry not in group)
        if touching := [entry for entry in others if keys_of(entry)]:
            raise Conflict(f"{self.record.number} was changed since: {named(touching[-1])}. Undo that first.")
        check_unused(self.it.kind, {self.record.pk}, self.doing.passing)
        at = first.at if is_import(first) else self._now()
        before = plain_values(self.it, self.record)
        self._append(first, at, {"withdrawn_at": [None, moment_text(at)]})
        self._take_over({"withdrawn_at"}, before)

    def invert(self, group: list[Entry]) -> None:
        """Append the inverse of each entry, the latest first."""
        touched: set[str] = set().union(*map(keys_of, group))
        self._check_later(group)
        if self.record.withdrawn_at is not None and "withdrawn_at" not in touched:
            raise Conflict(f"{self.record.number} is withdrawn; restore it first.")
        before = plain_values(self.it, self.record)
        rest = [entry for entry in self.entries if entry not in group]
        now = self._now()
        for entry in reversed(group):
            past = is_import(root_of(entry, self.by_id)) or self._overtaken(entry)
            at = entry.at if past else now
            then, kept = self._at(self.entries, at), self._at(rest, at)
            changes = {}
            for key in keys_of(entry):
                goal = kept.value(key) if past else read_changes(entry.changes)[key][0]
                if then.value(key) != goal:
                    changes[key] = [then.value(key), goal]
            self._append(entry, at, changes)
        kept = replay(self.it, map(_told, without_pairs(rest)))
        final = replay(self.it, map(_told, self.entries))
        if strayed := sorted(key for key in touched if final.value(key) != kept.value(key)):
            raise Conflict(f"Other entries set {_listed(strayed)} since; undo or edit these instead.")
        self._take_over(touched, before)

    def _now(self) -> datetime:
        """Now, or the time of the latest entry where a clock was ahead: an undo must come after it."""
        latest: datetime = self.record.updated_at
        return max(timezone.now(), latest)

    def _at(self, entries: list[Entry], at: datetime) -> Snapshot:
        return replay(self.it, [_told(entry) for entry in entries if entry.at <= at])

    def _check_later(self, group: list[Entry]) -> None:
        for entry in group:
            keys = keys_of(entry)
            later = (other for other in self.entries if other.number > entry.number and other not in group)
            for other in reversed(without_pairs(later)):
                if both := sorted(keys & keys_of(other)):
                    raise Conflict(f"{named(other)} changed {_listed(both)} later. Undo that first.")

    def _overtaken(self, entry: Entry) -> bool:
        """Whether an entry told of the past when later values were known already; then only the past can be mended."""
        keys = keys_of(entry)
        return any(
            other.at > entry.at and other.number < entry.number and keys & keys_of(other)
            for other in without_pairs(self.entries)
        )

    def _append(self, undone: Entry, at: datetime, changes: dict[str, Any]) -> None:
        act = parts.Act(self.record, self.doing.actor, at, timezone.now(), self.doing.note, undone.audience)
        made = write_entry(
            self.record,
            "undo",
            act,
            changes,
            via=self.doing.via,
            request=self.doing.request,
            number=self.record.version + 1,
            undoes=undone.pk,
        )
        self.entries.append(made)

    def _take_over(self, touched: set[str], before: dict[str, Any]) -> None:
        """Bring the record, its parts and what is derived from it in line with its journal, for the touched keys."""
        it, record = self.it, self.record
        final = replay(it, map(_told, self.entries))
        fields = {key.partition(".")[0] for key in touched} & set(it.fields)
        values = {name: final.values.get(name) for name in fields}
        if values.get("extra", 0) is None:
            values["extra"] = {}
        _check_settled(it, record, values, before)
        update.record(it, record, values, version=record.version, head=record.head, updated_at=record.updated_at)
        extra = [key.removeprefix("extra.") for key in touched if key.startswith("extra.")]
        index_values(record.pk, record.extra, extra)
        rows = {tuple(key.split(".")[:2]) for key in touched if key.count(".") == 2 and not key.startswith("extra.")}
        for name, pk in sorted(rows):
            plain = final.parts.get(name, {}).get(int(pk), {})
            _check_part(record, name, plain)
            parts.restore(it, record.pk, name, int(pk), plain)
        if spans.WATCHED & touched:
            spans.rebuild(it, record.pk)
        clocks.after_undo(it, [record.pk], touched, self._now())
        revisions.note(it.kind, touched)
        it.follow(record, timezone.now())


def _told(entry: Entry) -> tuple[datetime, int, str]:
    return entry.at, entry.number, entry.changes


def _listed(keys: list[str]) -> str:
    return ", ".join(key.removeprefix("extra.") for key in keys[:3]) + (" and more" if len(keys) > 3 else "")


def _check_settled(it: RecordType, record: Any, values: dict[str, Any], before: dict[str, Any]) -> None:
    """Let the type refuse what it would refuse from an action; what it would derive is in the journal already."""
    trial = copy.copy(record)
    set_values(it, trial, values)
    it.settle(trial, before, record.updated_at)


def _check_part(record: Record, name: str, plain: dict[str, Any]) -> None:
    """Refuse to bring back a file whose bytes are gone, and a relation that closes a cycle by now."""
    if name == "attachments" and plain.get("digest") and not content.exists(plain["digest"]):
        raise Conflict(f"The bytes of {plain['name']} were removed from the store meanwhile; attach the file again.")
    if name == "relations" and plain.get("type") and plain.get("valid_to") is None:
        check_edge(type_called(plain["type"]), record, Record.objects.get(pk=plain["target"]))


def check_unused(kind: str, records: set[int], passing: str = "") -> None:
    """Refuse to withdraw people, teams and services that open work still names. Raises Conflict."""
    if used := used_by_open_work(kind, records, passing):
        raise Conflict(f"{number_of(kind, min(used))} still has open work: hand it over first.")


def used_by_open_work(kind: str, records: set[int], passing: str = "") -> set[int]:
    """Those of the records that open work names as its owner, team or service; work that the request `passing`
    created is left out."""
    if kind not in NAMED_BY_WORK:
        return set()
    name = NAMED_BY_WORK[kind]
    rows = Record.objects.filter(Q(**{f"{name}__in": records}), closed_at=None, withdrawn_at=None)
    if passing:
        rows = rows.exclude(Exists(Entry.objects.filter(record_id=OuterRef("pk"), number=1, request=passing)))
    return set(rows.values_list(name, flat=True).distinct())
