"""What a review decides, by table and by property; when the next one is; how questions are written."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from septet.team.reviews.questions import Question, read_questions
from septet.team.reviews.rules import CAST, FOR, Ballot, Rule, decide, effect, next_period, next_time
from septet.team.reviews.sorts import CLUSTER_NAMES

GO, NO, IF, ABSTAIN, NONE = "go", "no-go", "go-with-conditions", "abstain", ""
SEVEN = ("release", "infrastructure", "support", "operations", "partner", "security", "service")


def votes(*given: str) -> list[Ballot]:
    """Votes of the clusters in their usual order."""
    return [Ballot(cluster, cluster.title(), vote) for cluster, vote in zip(SEVEN, given, strict=False)]


@pytest.mark.parametrize(
    ("rule", "given", "verdict", "against"),
    [
        (Rule(), votes(GO, GO, GO, NO), "go", []),  # 75 % exactly
        (Rule(), votes(GO, GO, NO), "no-go", ["threshold"]),
        (Rule(), votes(GO, GO, IF, NO), "go-with-conditions", []),
        (Rule(), votes(GO, GO, GO, ABSTAIN, NONE), "go", []),  # neither counts
        (Rule(threshold_pct=67), votes(GO, GO, NO), "no-go", ["threshold"]),  # 66.7 %
        (Rule(threshold_pct=66), votes(GO, GO, NO), "go", []),
        (Rule(), votes(), "no-go", ["quorum", "threshold"]),
        (Rule(threshold_pct=0), votes(ABSTAIN, ABSTAIN), "no-go", ["threshold"]),
        (Rule(quorum=3), votes(GO, GO, NONE), "no-go", ["quorum"]),
        (Rule(quorum=3), votes(GO, GO, ABSTAIN), "go", []),
        (Rule(core=("release",)), votes(NO, GO, GO, GO), "no-go", ["core"]),
        (Rule(core=("release",)), votes(ABSTAIN, GO, GO), "no-go", ["core"]),
        (Rule(core=("release",)), votes(IF, GO, GO), "go-with-conditions", []),
        (Rule(core=("service",)), votes(GO, GO, GO), "no-go", ["core"]),  # nobody speaks for it
        (Rule(veto=("operations",)), votes(GO, GO, GO, NO), "no-go", ["veto"]),
        (Rule(veto=("operations",)), votes(GO, GO, GO, ABSTAIN), "go", []),
        (Rule(core=("release",), veto=("release",)), votes(NO, GO, GO, GO), "no-go", ["core", "veto"]),
    ],
)
def test_the_rule_decides(rule: Rule, given: list[Ballot], verdict: str, against: list[str]) -> None:
    outcome = decide(rule, given)
    assert outcome.verdict == verdict
    assert [one.part for one in outcome.against] == against


def test_a_core_cluster_of_two_is_in_favour_if_neither_is_against() -> None:
    rule = Rule(threshold_pct=50, core=("support",))
    assert decide(rule, [Ballot("support", "A", GO), Ballot("support", "B", ABSTAIN)]).verdict == "go"
    split = decide(rule, [Ballot("support", "A", GO), Ballot("support", "B", NO)])
    assert (split.verdict, split.against[0].reason) == (
        "no-go",
        "Support must be in favour, but B voted no go.",
    )


def test_each_vote_says_what_it_does() -> None:
    rule = Rule(core=("release",), veto=("security",))
    assert effect(rule, Ballot("support", "A", GO)) == "Counts for it."
    assert effect(rule, Ballot("support", "A", IF)) == "Counts for it, under conditions."
    assert effect(rule, Ballot("support", "A", NO)) == "Counts against it."
    assert effect(rule, Ballot("support", "A", ABSTAIN)) == "Counts for the quorum only."
    assert "has a veto" in effect(rule, Ballot("security", "A", NO))
    assert "core cluster" in effect(rule, Ballot("release", "A", NO))
    assert "must be in favour" in effect(rule, Ballot("release", "A", NONE))


ballots = st.lists(
    st.builds(Ballot, st.sampled_from(SEVEN), st.just("x"), st.sampled_from([GO, NO, IF, ABSTAIN, NONE])), max_size=12
)
some = st.lists(st.sampled_from(SEVEN), unique=True, max_size=4).map(tuple)
rules = st.builds(Rule, st.integers(0, 100), some, some, st.integers(0, 12))


@given(rules, ballots)
def test_a_go_is_what_the_practice_calls_one(rule: Rule, given: list[Ballot]) -> None:
    """`votes_go / votes_cast >= threshold and every core cluster voted go or go-with-conditions and no veto`."""
    go = [one for one in given if one.vote in FOR]
    cast = [one for one in given if one.vote in CAST]
    expected = (
        bool(cast)
        and len(go) / len(cast) * 100 >= rule.threshold_pct - 1e-9
        and all(any(one.cluster == core for one in go) for core in rule.core)
        and not any(one.vote == NO and one.cluster in (*rule.core, *rule.veto) for one in given)
        and sum(bool(one.vote) for one in given) >= rule.quorum
    )
    outcome = decide(rule, given)
    assert (outcome.verdict != "no-go") == expected
    assert (outcome.verdict == "no-go") == bool(outcome.against)
    assert (outcome.verdict == "go-with-conditions") == (expected and any(one.vote == IF for one in given))


@given(rules, ballots.flatmap(lambda given: st.tuples(st.just(given), st.permutations(given))))
def test_order_does_not_matter(rule: Rule, both: tuple[list[Ballot], list[Ballot]]) -> None:
    given, shuffled = (decide(rule, one) for one in both)
    assert (given.verdict, [one.holds for one in given.checks]) == (
        shuffled.verdict,
        [one.holds for one in shuffled.checks],
    )


@given(rules, ballots, st.integers(0, 11))
def test_a_better_vote_never_turns_a_go_into_a_no_go(rule: Rule, given: list[Ballot], place: int) -> None:
    if not given:
        return
    better = [*given]
    one = better[place % len(given)]
    better[place % len(given)] = Ballot(one.cluster, one.person, GO)
    if decide(rule, given).verdict != "no-go":
        assert decide(rule, better).verdict != "no-go"


BERLIN = ZoneInfo("Europe/Berlin")


def test_a_series_keeps_its_wall_time() -> None:
    first = datetime(2026, 3, 3, 8, tzinfo=UTC)  # nine o'clock in Berlin, a first Tuesday
    monthly = "FREQ=MONTHLY;BYDAY=1TU"
    following = next_time(monthly, first, first, BERLIN)
    assert following == datetime(2026, 4, 7, 7, tzinfo=UTC)  # nine o'clock in summer
    assert next_time(monthly, first, datetime(2026, 4, 20, tzinfo=UTC), BERLIN) == datetime(2026, 5, 5, 7, tzinfo=UTC)
    assert next_time(f"{monthly};UNTIL=20260401", first, first, BERLIN) is None


@pytest.mark.parametrize(
    ("start", "end", "following"),
    [
        ((2026, 1, 1), (2026, 1, 31), ((2026, 2, 1), (2026, 2, 28))),
        ((2027, 12, 1), (2027, 12, 31), ((2028, 1, 1), (2028, 1, 31))),
        ((2026, 10, 1), (2026, 12, 31), ((2027, 1, 1), (2027, 3, 31))),
        ((2026, 1, 1), (2026, 12, 31), ((2027, 1, 1), (2027, 12, 31))),
        ((2026, 1, 5), (2026, 1, 11), ((2026, 1, 12), (2026, 1, 18))),
        ((2026, 2, 2), (2026, 2, 2), ((2026, 2, 3), (2026, 2, 3))),
    ],
)
def test_the_next_period_follows(
    start: tuple[int, int, int], end: tuple[int, int, int], following: tuple[tuple[int, int, int], ...]
) -> None:
    assert next_period(date(*start), date(*end)) == tuple(date(*one) for one in following)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 800))
def test_periods_follow_without_gap(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    begin, last = next_period(start, end)
    assert begin == end + timedelta(days=1)
    assert abs((last - begin) - (end - start)) <= timedelta(days=3 * max(1, days // 28))


def test_questions_are_read_line_by_line() -> None:
    text = "# Release\n- Prerequisites: Are all of them met?\n\n# Risk\n* What may go wrong? @security\n"
    assert read_questions(text, CLUSTER_NAMES) == [
        Question("Release", "Prerequisites", "Are all of them met?"),
        Question("Risk", "", "What may go wrong?", "security"),
    ]
    for wrong, sentence in (
        ("Release", "Line 1 is not understood"),
        ("# A\n- Who? @nobody", "Line 2: there is no role cluster 'nobody'"),
        ("#", "Line 1: name the area"),
        ("- " + "x" * 1001, "Line 1 is too long"),
        ("- a?\n" * 301, "at most 300"),
    ):
        with pytest.raises(ValueError, match=sentence):
            read_questions(wrong, CLUSTER_NAMES)
