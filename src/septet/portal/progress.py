"""Where a request stands, in the words of the person who asked."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from septet.kernel.registry import RecordType

STEPS = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """A state in plain words: `step` of `STEPS` (0 where it came to nothing), a tag's `tone`, and whether it is `yours`
    to do something."""

    label: str
    step: int
    tone: str = ""
    yours: bool = False


def of(it: RecordType, state: str, waiting_for: str = "") -> Progress:
    """How far a record of this type is. A state that no rule here knows keeps its own name."""
    one = it.states.by_key.get(state)
    if one is None or not it.is_work:
        return Progress(it.states.label(state), 0)
    if one.final:
        return Progress(_("Done"), STEPS, "good") if one.good else Progress(_("Ended without result"), 0)
    if it.clocks is not None and state in it.clocks.resolved:
        return Progress(_("Solved: does it work for you?"), 3, "good", yours=True)
    if one.waiting:
        yours = waiting_for == "user"
        return Progress(_("We need something from you") if yours else _("Waiting for others"), 2, "warn", yours)
    if state == it.states.initial:
        return Progress(_("Received"), 1, "accent")
    return Progress(_("Being worked on"), 2, "accent")


def steps() -> list[str]:
    """What each step is called."""
    return [_("Received"), _("In work"), _("Solved"), _("Done")]


def waiting_for(record: Any) -> str:
    """Whom a waiting record waits for, if its type tells."""
    return str(getattr(record, "waiting_for", ""))
