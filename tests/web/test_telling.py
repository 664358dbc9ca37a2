"""How changes, comments and numbers are told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from septet.kernel.actions import create, perform
from septet.surfaces.web import charts, locales, times
from septet.surfaces.web.diffs import compared, word_diff
from tests.cast import Cast
from tests.web.conftest import SignIn

NOON = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)


def test_a_difference_is_shown_word_by_word() -> None:
    shown = word_diff("The printer on floor 2 jams <b>often</b>.", "The printer on floor 3 jams <b>often</b>.")
    assert shown == (
        'The printer on floor <del class="word">2</del><ins class="word">3</ins> jams &lt;b&gt;often&lt;/b&gt;.'
    )
    assert word_diff("one " * 40 + "end", "one " * 40 + "finish") is not None
    assert "…" in str(word_diff("one " * 40 + "end", "one " * 40 + "finish"))
    assert word_diff("all of it", "another text altogether, with nothing in common") is None
    assert word_diff("a " * 2000, "b") is None


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_difference_loses_nothing(before: str, after: str) -> None:
    steps = compared(before, after) or []
    for mark, text in (("-", before), ("+", after)):
        assert not steps or "".join("".join(pieces) for step, pieces in steps if step in ("=", mark)) == text


def test_whom_a_comment_names_stands_out(browser_of: SignIn, cast: Cast) -> None:
    alice = cast.as_("alice")
    incident = create("incident", alice, via="web", title="Printer jams")
    perform(incident, "comment", alice, via="web", text="@Bob, is it <yours>? @Nobody [knows](@Bob).")
    page = browser_of("alice").get(f"/r/{incident.number}/").text
    assert '<span class="mention">@Bob</span>, is it &lt;yours&gt;? @Nobody' in page
    assert 'href="<span' not in page


@pytest.mark.parametrize(
    ("language", "exact", "day", "number"),
    [
        ("en", "1 Mar 2026, 12:00:05 UTC+00:00", "1 Mar 2026, 12:00", "1,234.5"),
        ("en-US", "Mar 1, 2026, 12:00:05\u202fPM UTC+00:00", "Mar 1, 2026, 12:00\u202fPM", "1,234.5"),
        ("de-CH", "01.03.2026, 12:00:05 UTC+00:00", "01.03.2026, 12:00", "1’234.5"),
        ("klingon", "1 Mar 2026, 12:00:05 UTC+00:00", "1 Mar 2026, 12:00", "1,234.5"),
    ],
)
def test_dates_and_numbers_follow_the_reader(language: str, exact: str, day: str, number: str) -> None:
    with locales.reading(language), timezone.override("UTC"):
        assert (times.exact(NOON), times.full_text(NOON), locales.number(1234.5)) == (exact, day, number)


def test_distances_and_shares() -> None:
    with locales.reading("en"), timezone.override("UTC"):
        assert [times.relative(NOON + timedelta(seconds=s), NOON) for s in (-3, -300, 7200, -86400 * 30)] == [
            "just now", "5 min ago", "in 2 hr", "30 Jan",
        ]  # fmt: skip
        assert [locales.percent(share) for share in (0.9996, 1.0, 0.5, 0.0)] == ["99.9%", "100%", "50%", "0%"]
        assert locales.duration(-90) == "-1 min 30 s"


def test_a_chart_breaks_where_nothing_was_measured_and_has_a_table() -> None:
    series = charts.Series(["Mon", "Tue", "Wed", "Thu"], [1.0, None, 3.0, 4.0], "Opened <1>", aim=2.0)
    drawn = charts.line(series)
    assert drawn.count("M") == 2 + drawn.count("Mon")
    assert '<td class="num">–</td>' in drawn
    assert "Opened &lt;1&gt;" in drawn
    assert "<1>" not in drawn
    for chart in (charts.line, charts.columns, charts.burn):
        assert chart(charts.Series([], [], "Nothing")).count("Nothing was measured yet.") == 1
        assert " style=" not in chart(series)
