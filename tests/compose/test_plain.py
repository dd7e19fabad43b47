"""Plain text keeps to its columns, and breaks no address."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.charts import ChartSeries
from monitor.compose.history import history_table
from monitor.compose.plain import WIDTH, item, labelled, table, underlined, wrapped
from monitor.core.observations import Status
from monitor.core.periods import month_end
from tests.support.notices import PROTECTED, PROVISIONAL, months, point

WORDS = st.lists(
    st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=40), max_size=60
).map(" ".join)


@given(WORDS)
def test_no_line_is_too_long_and_no_word_is_lost(text: str) -> None:
    laid = [wrapped(text), wrapped(text, "  "), labelled("Limit", text or "-"), item(text or "-", "■")]

    assert all(len(line) <= WIDTH for each in laid for line in each.splitlines())
    assert wrapped(text).split() == text.split()


def test_a_web_address_stays_whole() -> None:
    address = "https://limen.kent.example/alerts/" + "core-assessments-" * 8

    assert address in wrapped(f"See {address} for more.")


def test_labels_stand_in_a_column_of_their_own() -> None:
    assert labelled("Limit", "40 " * 30).splitlines()[1].startswith(" " * 24 + "40")


def test_a_heading_is_as_long_as_its_line() -> None:
    assert underlined("Swale: referrals", "=") == "Swale: referrals\n================"


def test_figures_stand_to_the_right_under_each_other() -> None:
    assert table([("Period", "Figure"), ("Aug 2013", "8"), ("Sep 2013", "1,282")]) == (
        "Period    Figure\n----------------\nAug 2013       8\nSep 2013   1,282"
    )


def test_the_table_has_only_columns_that_say_something() -> None:
    series = ChartSeries("Plans", "children", 0, PROTECTED.history)

    assert history_table(series)[0] == ("Period", "Figure", "Limit")
    assert history_table(series)[3] == ("30 Apr 2013", "withheld", "0")
    assert history_table(series)[5] == ("30 Jun 2013", "no figure", "0")


def test_the_table_marks_provisional_figures_and_ratings() -> None:
    rows = history_table(ChartSeries("Placements", "percent", 1, PROVISIONAL.history))

    assert rows[0] == ("Period", "Figure", "Limit", "Target", "Rating", "Status")
    assert rows[-1] == ("year to 30 Nov 2013", "10.5%", "10.0%", "9.0%", "amber", "provisional")


@pytest.mark.parametrize(
    ("lower", "upper", "expected"),
    [("8.0", "10.7", "8.0% to 10.7%"), (None, "10.7", "to 10.7%"), ("8.0", None, "from 8.0%")],
)
def test_the_expected_range_may_be_open_on_one_side(
    lower: str | None, upper: str | None, expected: str
) -> None:
    (end,) = months(month_end(PROVISIONAL.history[-1].period_end), 1)
    series = ChartSeries("Plans", "percent", 1, (point(end, "9.0", lower=lower, upper=upper),))

    assert history_table(series)[1][-1] == expected


def test_a_table_that_is_too_wide_gives_up_columns_and_keeps_figure_limit_and_status() -> None:
    (end,) = months(month_end(PROVISIONAL.history[-1].period_end), 1)
    wide = point(
        end,
        "1234567.1",
        label="1 Apr 2013 to 30 Nov 2013",
        status=Status.PROVISIONAL,
        target="1234567.1",
        limit="1234567.1",
        lower="1234567.1",
        upper="1234567.1",
    )
    rows = history_table(ChartSeries("Spending", "pounds", 1, (wide,)))

    assert rows[0] == ("Period", "Figure", "Limit", "Status")
    assert max(map(len, table(rows).splitlines())) <= WIDTH
