from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.derivation import (
    Denominator,
    Derivation,
    DerivationMethod,
    DerivedFigure,
    derive,
    lacking_periods,
    parts_of,
)
from monitor.core.observations import MICRO, Missing, Observation, Status
from monitor.core.periods import Frequency
from tests.support.rules import HERE, KENT, dated, figure, month, monthly

MARCH = date(2013, 3, 31)
MID_2012, MID_2013 = date(2012, 6, 30), date(2013, 6, 30)


def derivation(
    method: DerivationMethod,
    *of: str,
    denominators: tuple[tuple[str, bool, date], ...] = (),
    figures: int = 12,
) -> Derivation:
    below = tuple(dated(Denominator(name, latest), start) for name, latest, start in denominators)
    return Derivation(method, of, below, figures, HERE)


def amounts(made: tuple[DerivedFigure, ...]) -> list[int | None]:
    return [None if each.value is None else each.value // MICRO for each in made]


RATE = derivation(DerivationMethod.RATIO, "plans", denominators=(("population", True, date(2000, 1, 1)),))


def test_a_rate_takes_the_last_estimate_that_had_been_made() -> None:
    population = [figure(MID_2012, "323021"), figure(MID_2013, "325000")]
    (made,) = derive(RATE, KENT, {"plans": [figure(MARCH, "1282")], "population": population})
    assert (made.numerator, made.denominator, made.value) == (1282 * MICRO, 323021 * MICRO, None)


def test_without_an_estimate_there_is_no_rate() -> None:
    assert derive(RATE, KENT, {"plans": [figure(MARCH, "1282")], "population": [figure(MID_2013, "1")]}) == ()
    assert derive(RATE, KENT, {"plans": [figure(MARCH, "1282")]}) == ()


def test_a_ratio_of_the_same_period_wants_both_for_that_period() -> None:
    same = derivation(DerivationMethod.RATIO, "a", denominators=(("b", False, date(2000, 1, 1)),))
    made = derive(same, KENT, {"a": monthly("1", "2", "3"), "b": monthly("10", None)})
    assert [(each.numerator, each.denominator, each.missing) for each in made] == [
        (MICRO, 10 * MICRO, None),
        (None, None, Missing.SUPPRESSED),
    ]


def test_a_denominator_may_be_replaced_on_a_date() -> None:
    rebased = derivation(
        DerivationMethod.RATIO,
        "plans",
        denominators=(("old", True, date(2000, 1, 1)), ("new", True, MARCH)),
    )
    made = derive(
        rebased,
        KENT,
        {
            "plans": [figure(date(2012, 12, 31), "10"), figure(MARCH, "10")],
            "old": [figure(MID_2012, "325381")],
            "new": [figure(MID_2012, "323021")],
        },
    )
    assert [each.denominator for each in made] == [325381 * MICRO, 323021 * MICRO]


@pytest.mark.parametrize(
    ("method", "expected"),
    [(DerivationMethod.SUM, [11, 22, None]), (DerivationMethod.DIFFERENCE, [-9, -18, None])],
)
def test_sums_and_differences_are_made_for_shared_periods(
    method: DerivationMethod, expected: list[int | None]
) -> None:
    inputs = {"a": monthly("1", "2", None, "4"), "b": monthly("10", "20", "30")}
    made = derive(derivation(method, "a", "b"), KENT, inputs)
    assert amounts(made) == expected
    assert made[-1].missing is Missing.SUPPRESSED


def test_a_year_to_date_begins_anew_on_the_first_of_april() -> None:
    values = [str(number) for number in range(1, 15)]
    made = derive(derivation(DerivationMethod.YEAR_TO_DATE, "a"), KENT, {"a": monthly(*values)})
    assert amounts(made) == [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 66, 78, 13, 27]
    assert made[12].period_end == month(12)


def test_a_rolling_total_waits_until_it_has_all_its_figures() -> None:
    made = derive(
        derivation(DerivationMethod.ROLLING, "a", figures=3), KENT, {"a": monthly("1", "2", "3", "4")}
    )
    assert amounts(made) == [6, 9]
    assert [each.period_end for each in made] == [month(2), month(3)]


def came(figures: Mapping[str, int | None]) -> tuple[Observation, ...]:
    """Figures by the day on which their period ends; None: it came in as withheld."""
    return tuple(
        figure(date.fromisoformat(end), None if value is None else str(value))
        for end, value in figures.items()
    )


YEAR_TO_DATE = derivation(DerivationMethod.YEAR_TO_DATE, "a")
QUARTERLY_TO_DATE = replace(YEAR_TO_DATE, frequency=Frequency.QUARTERLY)
THREE = derivation(DerivationMethod.ROLLING, "a", figures=3)
TOTALS: list[tuple[str, Derivation, Mapping[str, int | None], Mapping[str, int | None]]] = [
    (
        "a month that has not come",
        YEAR_TO_DATE,
        {"2013-03-31": 9, "2013-04-30": 50, "2013-06-30": 40, "2014-03-31": 1, "2014-04-30": 7},
        {"2013-04-30": 50, "2013-06-30": None, "2014-03-31": None, "2014-04-30": 7},
    ),
    (
        "an April that has not come",
        YEAR_TO_DATE,
        {"2013-02-28": 1, "2013-05-31": 2},
        {"2013-05-31": None},
    ),
    (
        "a series that begins in September",
        YEAR_TO_DATE,
        {"2013-09-30": 1, "2013-12-31": 2, "2014-04-30": 4, "2014-05-31": 8},
        {"2014-04-30": 4, "2014-05-31": 12},
    ),
    (
        "a change of system on 15 November",
        YEAR_TO_DATE,
        {f"2013-{month:02}-{day}": 1 for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))}
        | {"2013-10-31": 10, "2013-11-15": 100, "2013-11-30": 200},
        {"2013-04-30": 1, "2013-05-31": 2, "2013-06-30": 3, "2013-07-31": 4, "2013-08-31": 5, "2013-09-30": 6}
        | {"2013-10-31": 16, "2013-11-15": 116, "2013-11-30": 216},
    ),
    (
        "half a month in place of one",
        YEAR_TO_DATE,
        {"2013-04-30": 1, "2013-05-15": 2, "2013-06-30": 4},
        {"2013-04-30": 1, "2013-05-15": 3, "2013-06-30": None},
    ),
    (
        "quarters",
        QUARTERLY_TO_DATE,
        {"2013-03-31": 1, "2013-06-30": 2, "2013-12-31": 4, "2014-06-30": 8, "2014-09-30": 16},
        {"2013-06-30": 2, "2013-12-31": None, "2014-06-30": 8, "2014-09-30": 24},
    ),
    (
        "years",
        replace(YEAR_TO_DATE, frequency=Frequency.ANNUAL),
        {"2012-03-31": 1, "2014-03-31": 2},
        {"2012-03-31": 1, "2014-03-31": 2},
    ),
    (
        "a rolling total over a month that has not come",
        THREE,
        {
            "2012-12-31": 1,
            "2013-01-31": 2,
            "2013-02-28": 4,
            "2013-04-30": 8,
            "2013-05-31": 16,
            "2013-06-30": 32,
        },
        {"2013-02-28": 7, "2013-04-30": None, "2013-05-31": None, "2013-06-30": 56},
    ),
    (
        "a rolling total to the middle of a month",
        THREE,
        {"2013-01-31": 2, "2013-02-28": 4, "2013-03-15": 8, "2013-03-31": 16},
        {"2013-03-31": 22},
    ),
    (
        "a rolling total of quarters",
        replace(THREE, frequency=Frequency.QUARTERLY),
        {"2012-12-31": 1, "2013-03-31": 2, "2013-06-30": 4, "2013-12-31": 8},
        {"2013-06-30": 7, "2013-12-31": None},
    ),
    (
        "a rolling total of years, one of them a leap year",
        replace(THREE, frequency=Frequency.ANNUAL),
        {"2011-02-28": 1, "2012-02-29": 2, "2013-02-28": 4, "2015-02-28": 8},
        {"2013-02-28": 7, "2015-02-28": None},
    ),
]


@pytest.mark.parametrize(
    ("made_by", "figures", "expected"), [row[1:] for row in TOTALS], ids=[row[0] for row in TOTALS]
)
def test_a_total_is_made_of_every_period_that_it_takes_in_or_is_missing(
    made_by: Derivation, figures: Mapping[str, int | None], expected: Mapping[str, int | None]
) -> None:
    made = derive(made_by, KENT, {"a": came(figures)})
    assert {str(each.period_end): each.value and each.value // MICRO for each in made} == expected
    assert {each.missing for each in made if each.value is None} <= {Missing.NOT_GIVEN}


def test_a_total_that_lacks_a_figure_names_its_period_and_the_figures_that_are_there() -> None:
    inputs = {"a": came({"2013-04-30": 50, "2013-06-30": 40, "2013-09-30": 1})}
    june, september = date(2013, 6, 30), date(2013, 9, 30)
    assert lacking_periods(YEAR_TO_DATE, inputs, june) == (date(2013, 5, 31),)
    assert [str(each) for each in lacking_periods(YEAR_TO_DATE, inputs, september)] == [
        "2013-05-31",
        "2013-07-31",
        "2013-08-31",
    ]
    assert [each.figure.value for each in parts_of(YEAR_TO_DATE, KENT, inputs, june)] == [
        50 * MICRO,
        40 * MICRO,
    ]
    assert lacking_periods(YEAR_TO_DATE, inputs, date(2013, 4, 30)) == ()
    assert lacking_periods(RATE, inputs, june) == ()


def test_what_came_in_as_withheld_says_why_a_total_is_missing_that_lacks_another_figure_too() -> None:
    april, june = came({"2013-04-30": None, "2013-06-30": 40})
    made = derive(YEAR_TO_DATE, KENT, {"a": (replace(april, missing=Missing.SUPPRESSED), june)})
    assert [each.missing for each in made] == [Missing.SUPPRESSED, Missing.SUPPRESSED]


@given(st.dictionaries(st.integers(0, 40), st.none() | st.integers(0, 500)), st.none() | st.integers(2, 14))
def test_a_total_is_what_counting_month_by_month_comes_to(
    months: dict[int, int | None], figures: int | None
) -> None:
    series = tuple(
        figure(month(place), None if value is None else str(value)) for place, value in sorted(months.items())
    )
    made_by = YEAR_TO_DATE if figures is None else derivation(DerivationMethod.ROLLING, "a", figures=figures)
    expected = {}
    for place in sorted(months):
        start = place - place % 12 if figures is None else place - figures + 1
        if start >= min(months):
            counted = [months.get(each) for each in range(start, place + 1)]
            known = [each for each in counted if each is not None]
            expected[month(place)] = sum(known) * MICRO if len(known) == len(counted) else None
    made = derive(made_by, KENT, {"a": series})
    assert {each.period_end: each.value for each in made} == expected
    assert all((each.value is None) is (each.missing is not None) for each in made)


def test_what_is_made_of_a_missing_figure_is_missing_and_never_less() -> None:
    made = derive(
        derivation(DerivationMethod.ROLLING, "a", figures=2), KENT, {"a": monthly("1", None, "3", "4")}
    )
    assert amounts(made) == [None, None, 7]


def test_what_is_made_of_a_provisional_figure_is_provisional() -> None:
    late = [figure(month(0), "1"), figure(month(1), "2", status=Status.PROVISIONAL)]
    made = derive(derivation(DerivationMethod.YEAR_TO_DATE, "a"), KENT, {"a": late})
    assert [each.status for each in made] == [Status.VALIDATED, Status.PROVISIONAL]


def test_the_inputs_are_all_that_is_looked_at() -> None:
    assert RATE.inputs == {"plans", "population"}


@given(st.lists(st.none() | st.integers(0, 10**6), min_size=1, max_size=30), st.integers(1, 12))
def test_a_rolling_total_is_the_difference_of_running_totals(values: list[int | None], figures: int) -> None:
    series: tuple[Observation, ...] = monthly(*(None if each is None else str(each) for each in values))
    made = derive(derivation(DerivationMethod.ROLLING, "a", figures=figures), KENT, {"a": series})
    assert len(made) == max(0, len(values) - figures + 1)
    for place, each in enumerate(made):
        window = values[place : place + figures]
        known = [value for value in window if value is not None]
        assert each.value == (sum(known) * MICRO if len(known) == len(window) else None)


def test_a_rate_names_the_figures_that_it_is_made_from() -> None:
    plans, population = figure(MARCH, "1282"), [figure(MID_2012, "323021"), figure(MID_2013, "325000")]
    inputs = {"plans": [plans], "population": population}

    parts = parts_of(RATE, KENT, inputs, MARCH)

    assert [(each.operator, each.figure) for each in parts] == [("+", plans), ("/", population[0])]
    assert parts_of(RATE, KENT, inputs, MID_2013) == ()


@pytest.mark.parametrize(
    "made_by",
    [
        derivation(DerivationMethod.SUM, "a", "b"),
        derivation(DerivationMethod.DIFFERENCE, "a", "b"),
        derivation(DerivationMethod.YEAR_TO_DATE, "a"),
        derivation(DerivationMethod.ROLLING, "a", figures=3),
    ],
    ids=lambda each: each.method,
)
@given(
    first=st.lists(st.integers(0, 500), min_size=1, max_size=20),
    second=st.lists(st.integers(0, 500), min_size=1, max_size=20),
)
def test_a_total_is_what_its_parts_come_to(made_by: Derivation, first: list[int], second: list[int]) -> None:
    inputs = {"a": monthly(*map(str, first)), "b": monthly(*map(str, second))}

    for made in derive(made_by, KENT, inputs):
        parts = parts_of(made_by, KENT, inputs, made.period_end)
        values = [(each.figure.value or 0) * (-1 if each.operator == "-" else 1) for each in parts]
        assert sum(values) == made.value
