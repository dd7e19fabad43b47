import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.statistics.arrays import FloatArray, normal_deviate, tail
from monitor.core.statistics.intervals import (
    byar,
    count_interval,
    exact_poisson,
    rate_interval,
    ratio_interval,
    wilson,
)

DATA = Path(__file__).parent / "data"
LEVELS = st.sampled_from([80.0, 95.0, 99.0, 99.8, 99.99])
KNOWN = np.ones(1, dtype=np.bool_)


def floats(*numbers: float) -> FloatArray:
    return np.array(numbers, dtype=np.float64)


def test_the_normal_deviates_are_those_of_the_tables() -> None:
    assert normal_deviate(95) == pytest.approx(1.959963984540054, abs=1e-12)
    assert normal_deviate(99.8) == pytest.approx(3.090232306167813, abs=1e-12)


@pytest.mark.parametrize("level", [0.95, 49.9, 100.0, -5.0, 998.0])
def test_a_level_that_is_no_percentage_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="confidence level"):
        tail(level)


@pytest.mark.parametrize(
    ("cases", "of", "lower", "upper"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_as_newcombe_published_it(
    cases: float, of: float, lower: float, upper: float
) -> None:
    interval = wilson(floats(cases), floats(of), KNOWN)
    assert interval.lower[0] == pytest.approx(lower, abs=5e-5)
    assert interval.upper[0] == pytest.approx(upper, abs=5e-5)


def test_the_exact_poisson_limits_are_those_of_an_independent_implementation() -> None:
    with (DATA / "poisson_exact_limits.csv").open() as file:
        rows = [{name: float(figure) for name, figure in row.items()} for row in csv.DictReader(file)]
    assert len(rows) == 34
    for row in rows:
        interval = exact_poisson(floats(row["count"]), KNOWN, row["confidence"])
        assert interval.lower[0] == pytest.approx(row["lower"], rel=1e-9, abs=1e-12)
        assert interval.upper[0] == pytest.approx(row["upper"], rel=1e-9)


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [  # F. Garwood, Biometrika 28 (1936) 437-442, as in E. S. Pearson, H. O. Hartley, table 40
        (0, 0.000, 3.689),
        (1, 0.025, 5.572),
        (2, 0.242, 7.225),
        (3, 0.619, 8.767),
        (5, 1.623, 11.668),
        (9, 4.115, 17.085),
        (10, 4.795, 18.390),
    ],
)
def test_the_exact_poisson_limits_are_garwoods(count: float, lower: float, upper: float) -> None:
    interval = exact_poisson(floats(count), KNOWN)
    assert interval.lower[0] == pytest.approx(lower, abs=6e-4)
    assert interval.upper[0] == pytest.approx(upper, abs=6e-4)


def test_byars_limits_are_within_a_fifth_of_a_percent_of_the_exact_ones_from_ten_upwards() -> None:
    counts = np.arange(10, 101, dtype=np.float64)
    known = np.ones(counts.shape, dtype=np.bool_)
    near, exact = byar(counts, known), exact_poisson(counts, known)
    assert np.abs(near.lower / exact.lower - 1).max() < 0.002
    assert np.abs(near.upper / exact.upper - 1).max() < 0.002


def test_counts_below_ten_take_the_exact_limits_and_others_byars() -> None:
    counts = floats(0, 9, 9.99, 10, 65)
    known = np.ones(counts.shape, dtype=np.bool_)
    chosen, exact, near = (f(counts, known, 99.8) for f in (count_interval, exact_poisson, byar))
    assert np.array_equal(chosen.lower[:3], exact.lower[:3])
    assert np.array_equal(chosen.upper[:3], exact.upper[:3])
    assert np.array_equal(chosen.lower[3:], near.lower[3:])
    assert np.array_equal(chosen.upper[3:], near.upper[3:])


def test_kents_plans_of_two_years_and_more_are_not_above_ten_percent_in_march_2013() -> None:
    interval = ratio_interval(floats(94), floats(1172), KNOWN, 100)
    assert interval.lower[0] == pytest.approx(6.6, abs=0.05)
    assert interval.upper[0] == pytest.approx(9.7, abs=0.05)


def test_a_ratio_at_another_scale_than_a_hundred_is_a_rate() -> None:
    rate = ratio_interval(floats(1282), floats(325_381), KNOWN, 10_000)
    expected = count_interval(floats(1282), KNOWN)
    assert rate.lower[0] == pytest.approx(expected.lower[0] / 32.5381)
    assert rate.upper[0] == pytest.approx(expected.upper[0] / 32.5381)


def test_a_rate_can_have_more_events_than_people() -> None:
    assert rate_interval(floats(12), floats(10), KNOWN).known.all()


@pytest.mark.parametrize(("cases", "of", "known"), [(1, 0, True), (5, 4, True), (-1, 4, True), (1, 4, False)])
def test_what_is_no_proportion_has_no_interval(cases: float, of: float, known: bool) -> None:
    assert not wilson(floats(cases), floats(of), np.array([known])).known[0]


def test_a_missing_count_has_no_interval_and_does_not_disturb_the_others() -> None:
    interval = count_interval(floats(np.nan, 4, -1), np.array([False, True, True]))
    assert interval.known.tolist() == [False, True, False]
    assert interval.upper[1] == pytest.approx(10.2416, abs=1e-3)


def test_exact_limits_are_not_worked_out_for_large_counts() -> None:
    assert not exact_poisson(floats(101), KNOWN).known[0]


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), LEVELS)
def test_wilsons_interval_holds_the_proportion_and_stays_within_0_and_1(
    case: tuple[int, int], level: float
) -> None:
    cases, of = case
    interval = wilson(floats(cases), floats(of), KNOWN, level)
    assert 0 <= interval.lower[0] <= cases / of <= interval.upper[0] <= 1


@given(st.integers(1, 1000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), LEVELS)
def test_wilsons_interval_mirrors_when_cases_and_others_are_exchanged(
    case: tuple[int, int], level: float
) -> None:
    cases, of = case
    one = wilson(floats(cases), floats(of), KNOWN, level)
    other = wilson(floats(of - cases), floats(of), KNOWN, level)
    assert one.lower[0] == pytest.approx(1 - other.upper[0], abs=1e-12)


@given(st.integers(0, 20), st.integers(1, 20), LEVELS)
def test_wilsons_interval_narrows_as_the_same_proportion_rests_on_more(
    cases: int, others: int, level: float
) -> None:
    small = wilson(floats(cases), floats(cases + others), KNOWN, level)
    large = wilson(floats(10 * cases), floats(10 * (cases + others)), KNOWN, level)
    assert large.upper[0] - large.lower[0] < small.upper[0] - small.lower[0]


@given(st.floats(0, 10_000), LEVELS)
def test_the_limits_of_a_count_hold_it(count: float, level: float) -> None:
    interval = count_interval(floats(count), KNOWN, level)
    assert 0 <= interval.lower[0] <= count < interval.upper[0]


@given(st.lists(st.floats(0, 200), min_size=2, max_size=2, unique=True), LEVELS)
def test_the_exact_limits_and_byars_rise_with_the_count(counts: list[float], level: float) -> None:
    low, high = sorted(counts)
    for method in (exact_poisson, byar):
        first, second = method(floats(low), KNOWN, level), method(floats(high), KNOWN, level)
        if first.known[0] and second.known[0]:
            assert first.lower[0] <= second.lower[0]
            assert first.upper[0] <= second.upper[0]


@given(st.floats(0, 10_000), st.sampled_from([(80.0, 95.0), (95.0, 99.8), (99.8, 99.99)]))
def test_more_confidence_makes_a_wider_interval(count: float, levels: tuple[float, float]) -> None:
    narrow, wide = (count_interval(floats(count), KNOWN, level) for level in levels)
    assert wide.lower[0] <= narrow.lower[0]
    assert narrow.upper[0] < wide.upper[0]
