"""What follows when a promise changes for a time that has passed: the records opened since are judged anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from septet.kernel.clocks.background import ask
from septet.kernel.journal import read_changes
from septet.kernel.models import Entry, Relation
from septet.kernel.reactions import reaction
from septet.service.agreements.clocks import JUDGING
from septet.service.agreements.models import Agreement, AgreementTarget

WHOLE = frozenset({"customer", "service", "calendar", "valid_from", "sort", "state", "withdrawn_at"})
Since = set[datetime | None]


@reaction("agreement.*", follows_imports=True)
def judge_anew(entry: Entry) -> None:
    """Reckon the clocks of the records that a changed agreement judges or judged."""
    changes = read_changes(entry.changes)
    agreement = Agreement.objects.get(pk=entry.record_id)
    if JUDGING.isdisjoint(changes.get("state", [agreement.state])):
        return
    rows = {row.pk: row for row in AgreementTarget.objects.filter(record_id=agreement.pk)}
    kinds = {row.kind for row in rows.values()}
    for key, change in changes.items():
        if key.startswith("targets.") and key.endswith(".kind"):
            kinds |= {one for one in change if one}
    _ask(kinds, affected(changes, agreement, rows))


@reaction("service.*", follows_imports=True)
def judge_what_is_covered(entry: Entry) -> None:
    """Reckon the clocks of records when their service comes under an agreement, or no longer is."""
    touched = {int(key.split(".")[1]) for key in read_changes(entry.changes) if key.startswith("relations.")}
    for row in Relation.objects.filter(pk__in=touched, type="covered-by"):
        kinds = AgreementTarget.objects.filter(record_id=row.target_id).values_list("kind", flat=True)
        _ask(set(kinds), {row.valid_from})


def affected(changes: Mapping[str, Any], agreement: Agreement, rows: Mapping[int, AgreementTarget]) -> Since:
    """Since when records may be judged otherwise because of these changes; None is since ever, nothing is never."""
    found: Since = set()
    if WHOLE & set(changes) - ({"state"} if _goes_on(changes) else set()):
        found |= _both(changes, "valid_from", agreement.valid_from)
    elif "valid_to" in changes:
        found |= _both(changes, "valid_to", None) - {None}
    for pk in {int(key.split(".")[1]) for key in changes if key.startswith("targets.")}:
        prefix = f"targets.{pk}."
        touched = {key.removeprefix(prefix) for key in changes if key.startswith(prefix)}
        if touched == {"valid_to"}:
            found |= _both(changes, prefix + "valid_to", None) - {None}
        else:
            begins = _both(changes, prefix + "valid_from", rows[pk].valid_from if pk in rows else None)
            found |= {at or agreement.valid_from for at in begins}
    return found


def _goes_on(changes: Mapping[str, Any]) -> bool:
    """Whether it judged before the change and does so after it; then its end alone may have moved."""
    return JUDGING.issuperset(changes.get("state", ()))


def _both(changes: Mapping[str, Any], key: str, present: datetime | None) -> Since:
    """A moment before and after the changes."""
    if key not in changes:
        return {present}
    return {None if text is None else datetime.fromisoformat(text) for text in changes[key]}


def _ask(kinds: set[str], since: Since) -> None:
    if kinds and since:
        ask(kinds, None if None in since else min(at for at in since if at is not None))
