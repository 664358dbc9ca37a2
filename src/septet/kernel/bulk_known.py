"""Records of a bulk write that are there already: what drafts say beyond what the imports before them said."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from septet.kernel import revisions, undo_created
from septet.kernel.actions import diff
from septet.kernel.actors import Actor
from septet.kernel.bulk_approvals import Approvals
from septet.kernel.bulk_drafts import Moment, Written
from septet.kernel.bulk_new import Edges
from septet.kernel.bulk_rows import derived, update
from septet.kernel.bulk_rows.entries import Entries
from septet.kernel.clocks import keep as clocks
from septet.kernel.journal import ERASED, lives, replay, undone_ids
from septet.kernel.models import Entry, ExternalKey, Relation
from septet.kernel.registry import RecordType
from septet.lib.canonical import checked
from septet.lib.drafts import Draft

# Beyond the number of any entry, for what is about to be written.
LATEST_NUMBER = 10**9
RELATIONS = "relations"

News = list[tuple[Moment, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Known:
    """A record that a draft's key is known as."""

    pk: int
    record: int
    digest: bytes
    withdrawn: bool


class Altered(NamedTuple):
    """A field of a record that a draft changed, from what to what (plain values); of new relations, each target."""

    key: tuple[str, str] | None
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Following:
    """Records of one type brought in line with newer drafts; `action` names what is so from now on.

    `altered` gathers which of their fields that changed.
    """

    it: RecordType
    actor: Actor
    entries: Entries
    action: str
    altered: list[Altered]

    def all(self, followed: Sequence[tuple[Known, Draft, Written]]) -> int:
        """Add what drafts say anew, revive what was withdrawn; the number of records on which that changed anything."""
        gone = [known.record for known, _, _ in followed if known.withdrawn]
        entries = self.entries
        back = undo_created.revive(gone, self.actor, via=entries.via, request=entries.request) if gone else set()
        changed = 0
        for known, draft, written in followed:
            revived = known.record in back
            if revived and known.digest == written.digest:
                self.altered.append(Altered(draft.key, "withdrawn_at", True, None))
                changed += 1
                continue
            still = replace(known, withdrawn=known.withdrawn and not revived)
            changed += self._one(still, draft, written) or revived
        return changed

    def _one(self, known: Known, draft: Draft, written: Written) -> bool:
        """Add what a draft says beyond what its record knows already; True if it said anything new."""
        it = self.it
        record: Any = it.model._default_manager.get(pk=known.record)
        held = list(Entry.objects.filter(record_id=record.pk).order_by("number"))
        told = [(e.at, e.number, e.changes) for e in held]
        head, number = bytes(record.head), record.version
        approvals = Approvals(written.moments, [record.pk] if any(one.asks for one in written.moments) else ())
        news = self._news(written, held, approvals)
        if draft.at is None and not draft.fields.get("opened_at"):
            # The draft does not say when it began; the record began when it was first told of.
            news = [(moment, {k: v for k, v in values.items() if k != "opened_at"}) for moment, values in news]
        if known.withdrawn:
            news.insert(0, (self._from_now("restore"), {"withdrawn_at": None}))
        touched: dict[str, list[Any]] = {}
        for moment, values in news:
            then = replay(it, [one for one in told if one[0] <= moment.at])
            changes = {k: [then.value(k), value] for k, value in values.items() if then.value(k) != value}
            if moment.asks or moment.decision:
                changes |= approvals.add(record.pk, moment)
            if changes or moment.stays:
                number += 1
                text, head = self.entries.add(
                    record.pk,
                    it.kind,
                    number,
                    action=moment.action,
                    at=moment.at,
                    changes=changes,
                    previous=head,
                    note=moment.note,
                    actor=moment.actor,
                )
                told.append((moment.at, number, text))
                for name, (before, after) in changes.items():
                    touched[name] = [touched[name][0] if name in touched else before, after]
        changed = len(told) > len(held)
        if changed:
            self.entries.insert()
            approvals.insert()
            snapshot = replay(it, told)
            latest = max(at for at, _, _ in told)
            update.record(it, record, snapshot.values, version=number, head=head, updated_at=latest)
            self._derive(record.pk, told, snapshot.values.get("extra") or {})
            clocks.after_import(it, record.pk, set(touched), self.entries.now)
            revisions.note(it.kind, touched)
            self.altered.extend(_alterations(draft, touched))
        ExternalKey.objects.filter(pk=known.pk).update(digest=written.digest)
        return changed

    def _derive(self, record: int, told: list[tuple[datetime, int, str]], extra: dict[str, Any]) -> None:
        derived.clear([record])
        rows = derived.Derived()
        rows.add(self.it, record, lives(self.it, told), extra)
        rows.insert()

    def _from_now(self, action: str) -> Moment:
        return Moment(self.entries.now, action, "", None, {}, {})

    def _news(self, written: Written, held: list[Entry], approvals: Approvals) -> News:
        """What a draft says otherwise than the imports before it: from when on, and the values then.

        What has a history in the draft is so from its own times on; of the rest nobody knows since when it is so,
        so it is from now on. What somebody changed here since stays, unless the draft itself changed.
        """
        it, via = self.it, self.entries.via
        undone = undone_ids((e.pk, e.undoes) for e in held)
        believed = [
            (e.at, e.number, e.changes)
            for e in held
            if e.number == 1 or (e.via == via and e.pk not in undone)
        ]  # fmt: skip
        steps = [set(diff(a.values, b.values)) for a, b in pairwise(written.moments)]
        moving: set[str] = set().union(*steps)
        said = {(e.at, e.action) for e in held if e.via == via}
        news: News = []
        # A record does not begin before its first entry: what a draft now tells of the time before holds from then on.
        begun = held[0].at
        early = sum(moment.at <= begun for moment in written.moments[1:])
        moments = [moment._replace(at=max(moment.at, begun)) for moment in written.moments[early:]]
        for moment, names in zip(moments, [moving, *steps[early:]], strict=True):
            then = replay(it, [one for one in believed if one[0] <= moment.at]).values
            changes = {
                name: change
                for name, change in diff(then, moment.values).items()
                if name in names and change[0] != ERASED
            }
            is_said = (moment.at, moment.action) in said
            if changes or (moment.stays and not is_said) or approvals.asks_others(held[0].record_id, moment):
                # What was answered since, or taken back here, stays when the same answer is told again.
                fresh = moment._replace(decision="" if is_said else moment.decision)
                news.append((fresh, {name: change[1] for name, change in changes.items()}))
                believed.append((moment.at, LATEST_NUMBER + len(news), checked(changes).decode()))
        lasting = diff(replay(it, believed).values, written.moments[0].values)
        # An erased value does not come back because somebody else still has it.
        values = {
            name: after
            for name, (before, after) in lasting.items()
            if name not in {*moving, "withdrawn_at"} and before != ERASED
        }
        values |= {key: after for key, (_, after) in self._new_links(held[0].record_id, written).items()}
        return [*news, (self._from_now(self.action), values)]

    def _new_links(self, pk: int, written: Written) -> dict[str, list[Any]]:
        tied = set(Relation.objects.filter(record_id=pk).values_list("type", "target_id"))
        fresh = [one for one in written.links if (one.type, one.target) not in tied]
        edges = Edges(len(fresh))
        changes = edges.add(pk, fresh, self.entries.now)
        edges.insert()
        return changes


def _alterations(draft: Draft, touched: Mapping[str, list[Any]]) -> Iterator[Altered]:
    for name, (before, after) in touched.items():
        part, _, column = name.partition(".")
        if part != RELATIONS:
            yield Altered(draft.key, name, before, after)
        elif column.endswith(".target"):
            yield Altered(draft.key, RELATIONS, before, after)
