import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.statistics.arrays import FloatArray
from monitor.core.statistics.funnels import count_funnel, proportion_funnel, proportion_position
from monitor.core.statistics.intervals import exact_poisson, wilson
from monitor.core.statistics.significance import against, change, difference

DATA = Path(__file__).parent / "data"
KNOWN = np.ones(1, dtype=np.bool_)
AGAINST_ENGLAND = 116.1720835
YEARS = 3


def floats(*numbers: float) -> FloatArray:
    return np.array(numbers, dtype=np.float64)


def published(name: str) -> list[dict[str, float]]:
    with (DATA / name).open() as file:
        return [{column: float(figure) for column, figure in row.items()} for row in csv.DictReader(file)]


def test_the_funnel_of_proportions_is_as_public_health_england_published_it() -> None:
    rows = published("funnel_proportions.csv")
    populations = floats(*(row["population"] for row in rows))
    known = np.ones(populations.shape, dtype=np.bool_)
    benchmark = np.full(populations.shape, 0.80642448)
    for level, name in ((95.0, "95"), (99.8, "99_8")):
        funnel = proportion_funnel(benchmark, populations, known, level)
        assert funnel.lower * 100 == pytest.approx([row[f"lower_{name}"] for row in rows], abs=2e-6)
        assert funnel.upper * 100 == pytest.approx([row[f"upper_{name}"] for row in rows], abs=2e-6)


@pytest.mark.parametrize("row", published("funnel_rates.csv"), ids=lambda row: f"{row['events']:g}")
@pytest.mark.parametrize(("level", "name"), [(95.0, "95"), (99.8, "99_8")])
def test_the_funnel_of_rates_is_as_public_health_england_published_it(
    row: dict[str, float], level: float, name: str
) -> None:
    for side in ("lower", "upper"):
        population = row[f"{side}_{name}_population"]
        expected = floats(population * YEARS * AGAINST_ENGLAND / 100_000)
        limit = getattr(count_funnel(expected, KNOWN, level), side)
        assert limit[0] == pytest.approx(row["events"], rel=1e-5)
        assert limit[0] / (population * YEARS) * 100_000 == pytest.approx(
            row[f"{side}_{name}_limit"], rel=1e-5
        )


def test_a_few_cases_expected_leave_no_lower_limit() -> None:
    funnel = count_funnel(floats(3.6, 3.7), np.ones(2, dtype=np.bool_))
    assert funnel.lower[0] == 0
    assert funnel.lower[1] > 0


def test_the_funnel_runs_on_smoothly_where_byars_limits_take_over() -> None:
    funnel = count_funnel(floats(1000, 1000.001), np.ones(2, dtype=np.bool_))
    assert funnel.lower[1] == pytest.approx(funnel.lower[0], rel=1e-4)
    assert funnel.upper[1] == pytest.approx(funnel.upper[0], rel=1e-4)


def test_no_benchmark_and_no_population_make_no_funnel() -> None:
    nothing = np.array([False, True, True])
    assert not proportion_funnel(floats(0.5, 0.5, 1.5), floats(10, 0, 10), nothing).known.any()
    assert not count_funnel(floats(5, 0, -1), nothing).known.any()


def test_an_authority_is_placed_outside_the_inner_or_both_limits() -> None:
    # Of the published classification around 80.642448%: Norwich, North Devon, Central Derby, Tamworth.
    numerator = floats(24803.6256, 30277.5312, 24648.7596, 32822.1995)
    denominator = floats(31824, 37828, 30521, 38411)
    usual, strict = proportion_position(
        numerator, denominator, np.full(4, 0.80642448), np.ones(4, dtype=np.bool_)
    )
    assert usual.tolist() == [-1, -1, 0, 1]
    assert strict.tolist() == [-1, 0, 0, 1]


@given(
    st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.integers(1, 999),
    st.sampled_from([95.0, 99.8]),
)
def test_outside_the_funnel_is_where_wilsons_interval_leaves_the_benchmark_out(
    case: tuple[int, int], permille: int, level: float
) -> None:
    cases, of, benchmark = floats(case[0]), floats(case[1]), floats(permille / 1000)
    funnel = proportion_funnel(benchmark, of, KNOWN, level)
    figure = case[0] / case[1]
    if min(abs(figure - funnel.lower[0]), abs(figure - funnel.upper[0])) < 1e-9:
        return
    outside = int(figure > funnel.upper[0]) - int(figure < funnel.lower[0])
    sign, known = against(wilson(cases, of, KNOWN, level), benchmark, KNOWN)
    assert known[0]
    assert sign[0] == outside


@given(st.integers(0, 100), st.floats(0.5, 200))
def test_outside_the_funnel_of_counts_is_where_the_exact_interval_leaves_the_expected_out(
    count: int, expected: float
) -> None:
    funnel = count_funnel(floats(expected), KNOWN)
    if min(abs(count - funnel.lower[0]), abs(count - funnel.upper[0])) < 1e-6:
        return
    outside = int(count > funnel.upper[0]) - int(count < funnel.lower[0])
    sign, _ = against(exact_poisson(floats(count), KNOWN), floats(expected), KNOWN)
    assert sign[0] == outside


@given(st.integers(1, 10_000), st.integers(1, 999))
def test_the_funnel_narrows_with_the_denominator_and_holds_the_benchmark(of: int, permille: int) -> None:
    funnel = proportion_funnel(
        np.full(2, permille / 1000), floats(of, of + 1), np.ones(2, dtype=np.bool_), 99.8
    )
    assert funnel.lower[0] <= funnel.lower[1] <= permille / 1000 <= funnel.upper[1] <= funnel.upper[0]


@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [  # R. G. Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_the_difference_of_two_proportions_is_as_newcombe_published_it(
    first: tuple[int, int], second: tuple[int, int], lower: float, upper: float
) -> None:
    intervals = [wilson(floats(cases), floats(of), KNOWN) for cases, of in (first, second)]
    interval = difference(
        floats(first[0] / first[1]), intervals[0], floats(second[0] / second[1]), intervals[1]
    )
    assert interval.lower[0] == pytest.approx(lower, abs=5e-5)
    assert interval.upper[0] == pytest.approx(upper, abs=5e-5)


def test_intervals_that_overlap_can_still_differ() -> None:
    first, second = wilson(floats(56), floats(70), KNOWN), wilson(floats(48), floats(80), KNOWN)
    assert first.lower[0] < second.upper[0]
    assert change(floats(0.8), first, floats(0.6), second)[0].tolist() == [1]
    assert change(floats(0.6), second, floats(0.8), first)[0].tolist() == [-1]


def test_a_change_of_one_worker_in_six_is_noise_and_of_one_in_six_hundred_is_not() -> None:
    for times, expected in ((1, 0), (100, 1)):
        counts = [(floats(5 * times), floats(6 * times)), (floats(4 * times), floats(6 * times))]
        intervals = [wilson(cases, of, KNOWN) for cases, of in counts]
        sign, _ = change(floats(5 / 6), intervals[0], floats(4 / 6), intervals[1])
        assert sign[0] == expected


def test_a_figure_equal_to_a_limit_is_not_different_and_a_missing_reference_is_not_known() -> None:
    interval = wilson(floats(0, 20, 5), floats(20, 20, 20), np.ones(3, dtype=np.bool_))
    sign, known = against(interval, floats(0, 1, 0.9), np.array([True, True, False]))
    assert sign.tolist() == [0, 0, 0]
    assert known.tolist() == [True, True, False]
