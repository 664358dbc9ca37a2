"""What a review decides, by the votes of its members and the rule it was planned with; and when the next one is."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from septet.lib.walltime import instant
from septet.lib.windows import recurrence
from septet.team.reviews.models import Verdict, Vote

FOR = frozenset({Vote.GO, Vote.GO_WITH_CONDITIONS})
CAST = FOR | {Vote.NO_GO}


@dataclass(frozen=True, slots=True)
class Rule:
    """By which a review decides: go only if the votes for it are `threshold_pct` per cent of those for and against,
    every core cluster is in favour, no cluster with a veto is against, and `quorum` members have voted or abstained."""

    threshold_pct: int = 75
    core: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    quorum: int = 1


@dataclass(frozen=True, slots=True)
class Ballot:
    """How somebody voted for a role cluster; `vote` is empty if they have not."""

    cluster: str
    person: str
    vote: str
    conditions: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A part of the rule, whether it holds, and why in words."""

    part: str
    holds: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict with all that led to it. `votes_for` of `votes_cast` count; abstentions count for the quorum only."""

    verdict: str
    votes_for: int
    votes_cast: int
    votes_given: int
    checks: tuple[Check, ...]

    @property
    def against(self) -> tuple[Check, ...]:
        """What stands in the way of a go."""
        return tuple(one for one in self.checks if not one.holds)


def decide(rule: Rule, ballots: Sequence[Ballot]) -> Outcome:
    """The verdict of these votes under this rule. A vote with conditions is a vote for it, and makes the go one with
    conditions."""
    votes = [one.vote for one in ballots if one.vote]
    favour, cast = sum(vote in FOR for vote in votes), sum(vote in CAST for vote in votes)
    checks = (
        Check(
            "quorum",
            len(votes) >= rule.quorum,
            f"{len(votes)} of {len(ballots)} members have voted; it needs {rule.quorum}.",
        ),
        _threshold(rule, favour, cast),
        *(_core(cluster, ballots) for cluster in rule.core),
        *(_veto(cluster, ballots) for cluster in rule.veto),
    )
    verdict = Verdict.NO_GO
    if all(one.holds for one in checks):
        verdict = Verdict.GO_WITH_CONDITIONS if Vote.GO_WITH_CONDITIONS in votes else Verdict.GO
    return Outcome(str(verdict), favour, cast, len(votes), checks)


def _threshold(rule: Rule, favour: int, cast: int) -> Check:
    if not cast:
        return Check("threshold", False, "Nobody has voted for it or against it.")
    holds = favour * 100 >= rule.threshold_pct * cast
    return Check("threshold", holds, f"{favour} of {cast} votes are for it; it needs {rule.threshold_pct} %.")


def _core(cluster: str, ballots: Iterable[Ballot]) -> Check:
    own = [one for one in ballots if one.cluster == cluster]
    name = cluster.capitalize()
    if against := [one for one in own if one.vote == Vote.NO_GO]:
        return Check("core", False, f"{name} must be in favour, but {_names(against)} voted no go.")
    if favour := [one for one in own if one.vote in FOR]:
        return Check("core", True, f"{name} must be in favour, and is: {_names(favour)}.")
    return Check("core", False, f"{name} must be in favour, and nobody has voted for it.")


def _veto(cluster: str, ballots: Iterable[Ballot]) -> Check:
    against = [one for one in ballots if one.cluster == cluster and one.vote == Vote.NO_GO]
    if against:
        return Check(
            "veto", False, f"{cluster.capitalize()} may stop it alone, and does: {_names(against)} voted no go."
        )
    return Check("veto", True, f"{cluster.capitalize()} may stop it alone, and does not.")


def _names(ballots: Iterable[Ballot]) -> str:
    return ", ".join(one.person for one in ballots)


def effect(rule: Rule, ballot: Ballot) -> str:
    """What one vote does to the decision, in words."""
    match ballot.vote:
        case "":
            core = " As a core cluster it must be in favour." if ballot.cluster in rule.core else ""
            return f"Has not voted.{core}"
        case Vote.ABSTAIN:
            return "Counts for the quorum only."
        case Vote.NO_GO:
            if ballot.cluster in rule.veto:
                return "Counts against it, and stops it alone: the cluster has a veto."
            if ballot.cluster in rule.core:
                return "Counts against it, and stops it: a core cluster must be in favour."
            return "Counts against it."
    return "Counts for it, under conditions." if ballot.vote == Vote.GO_WITH_CONDITIONS else "Counts for it."


def next_time(rule: str, first: datetime, after: datetime, zone: ZoneInfo) -> datetime | None:
    """When a review of a series comes after a moment, counted from `first` at the same wall time; None if never."""
    begun, seen = (one.astimezone(zone).replace(tzinfo=None) for one in (first, after))
    wall = recurrence(rule, begun, zone).after(max(begun, seen))
    return None if wall is None else instant(wall, zone)


def next_period(start: date, end: date) -> tuple[date, date]:
    """The time that follows a period: as many whole months if it was made of such, else as many days."""
    begin = end + timedelta(days=1)
    if start.day == 1 and begin.day == 1:
        months = (begin.year - start.year) * 12 + begin.month - start.month
        last = begin.month - 1 + months - 1
        year, month = begin.year + last // 12, last % 12 + 1
        return begin, date(year, month, monthrange(year, month)[1])
    return begin, end + (end - start) + timedelta(days=1)
