"""Pure decisions about changes."""

from septet.release.changes.models import Change, Risk

# The types whose duties must lie in different hands.
CAREFUL = frozenset({"significant", "major"})
# The states in which a change is authorised, and those that follow.
DECIDED = frozenset(
    {
        "authorised", "scheduled", "built", "tested", "ready", "implementing", "implemented", "backed-out", "failed",
        "review", "closed",
    }
)  # fmt: skip
MEDIUM_FROM, HIGH_FROM = 8, 15
# How much riskier each aggravating circumstance makes a change than its impact and likelihood say.
WORSE = 0.5


def score(change: Change) -> int | None:
    """The risk score: impact times likelihood, each counted so that 5 is the worst, and half as much again for each
    of: no back-out plan, never done before, touches what several services share. None if either is unknown."""
    if change.impact is None or change.likelihood is None:
        return None
    modifiers = (not change.backout_plan.strip(), change.first_time, change.shared_item)
    return round((6 - change.impact) * (6 - change.likelihood) * (1 + WORSE * sum(modifiers)))


def risk_of(points: int) -> str:
    """The risk that a score means."""
    return str(Risk.HIGH if points >= HIGH_FROM else Risk.MEDIUM if points >= MEDIUM_FROM else Risk.LOW)


def approvals_needed(change: Change) -> int:
    """How many people have to approve before a change may be authorised; those asked beyond that count as well."""
    if change.type == "major" or change.cab_required:
        return 2
    return 0 if change.type == "minor" else 1
