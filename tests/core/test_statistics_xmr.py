"""XmR limits and special cause. The cases named ptd_ are the tests of NHSRplotthedots (MIT), told anew."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.core.exact import ExactArray
from monitor.core.rulebook import Polarity
from monitor.core.statistics.arrays import SignArray
from monitor.core.statistics.expected_ranges import expected_range
from monitor.core.statistics.special_causes import Runs, chart_signs, latest_signs
from monitor.core.statistics.variation import Assurance, Variation, assurance, variation
from monitor.core.statistics.xmr import FEWEST_FIGURES, Limits, Series, baseline_limits, window_limits

# R: set.seed(123); rnorm(20), in millionths; the figures of NHSRplotthedots' own tests
NORMAL = [
    -560476, -230177, 1558708, 70508, 129288, 1715065, 460916, -1265061, -686853, -445662,
    1224082, 359814, 400771, 110683, -555841, 1786913, 497850, -1966617, 701356, -472791,
]  # fmt: skip
# NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2, flow rates in tenths
FLOW = [496, 476, 499, 513, 478, 512, 526, 524, 536, 521]

Figures = Sequence[int | None]


def series(*rows: Figures, stretches: Sequence[int] | None = None) -> Series:
    length = max(len(row) for row in rows)
    padded = [[*row, *[None] * (length - len(row))] for row in rows]
    figures = np.array([[figure or 0 for figure in row] for row in padded], dtype=np.int64)
    known = np.array([[figure is not None for figure in row] for row in padded])
    parts = None if stretches is None else np.array([stretches], dtype=np.int64)
    return Series.of(figures, known, parts)


def numbers(array: ExactArray, row: int = 0) -> list[float | None]:
    numerator, denominator, known = (
        np.broadcast_to(part, array.shape)[row].tolist()
        for part in (array.numerator, array.denominator, array.known)
    )
    cells = zip(numerator, denominator, known, strict=True)
    return [top / bottom if is_known else None for top, bottom, is_known in cells]


def fixed(shape: tuple[int, int], centre: int = 0, near: int = 20, spread: int = 30) -> Limits:
    def filled(number: int) -> NDArray[np.int64]:
        return np.full(shape, number, dtype=np.int64)

    known = np.ones(shape, dtype=np.bool_)
    return Limits(filled(centre), filled(spread), filled(near), filled(1), known, filled(20))


def signs(figures: Figures, sign: str, *, chart: bool = False) -> list[int]:
    chart_of = series(figures)
    found = (chart_signs if chart else latest_signs)(chart_of, fixed(chart_of.figures.shape))
    array: SignArray = getattr(found, sign)
    return [int(each) for each in array[0]]


def test_ptd_the_limits_of_the_normal_sample_are_the_published_ones() -> None:
    limits = baseline_limits(series(NORMAL))
    assert numbers(limits.mean(6))[0] == pytest.approx(0.142, abs=5e-4)
    assert numbers(limits.lower(6))[0] == pytest.approx(-3.01, abs=5e-3)
    assert numbers(limits.upper(6))[0] == pytest.approx(3.29, abs=5e-3)
    assert not chart_signs(series(NORMAL), limits).any.any()


def test_ptd_facets_have_limits_of_their_own() -> None:
    limits = baseline_limits(series(NORMAL[:10], NORMAL[10:]))
    assert [numbers(limits.mean(6), row)[0] for row in (0, 1)] == pytest.approx([0.0746, 0.209], abs=5e-4)
    assert [numbers(limits.lower(6), row)[0] for row in (0, 1)] == pytest.approx([-2.60, -3.28], abs=5e-3)
    assert [numbers(limits.upper(6), row)[0] for row in (0, 1)] == pytest.approx([2.75, 3.70], abs=5e-3)


def test_a_rebase_gives_each_stretch_the_limits_that_it_would_have_alone() -> None:
    both = baseline_limits(series(NORMAL, stretches=[0] * 10 + [1] * 10))
    alone = [baseline_limits(series(part)) for part in (NORMAL[:10], NORMAL[10:])]
    for line in ("mean", "lower", "upper"):
        parts = [numbers(getattr(limits, line)(6)) for limits in alone]
        assert numbers(getattr(both, line)(6)) == [*parts[0], *parts[1]]


@pytest.mark.parametrize(
    ("figures", "published"),
    [  # nhspy-plotthedots (MIT, NHS Python Community), test_limits_calculations.py: mean, limits, near limits
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (5.5, 2.84, 8.16, 3.72667, 7.27333)),
        ([1, 2, 3, 4, 5, 4, 3, 2, 1, 2], (2.7, 0.04, 5.36, 0.92667, 4.47333)),
        ([1, 2, 3], (2.0, -0.66, 4.66, 0.22667, 3.77333)),
        (range(20), (9.5, 6.84, 12.16, 7.72667, 11.27333)),
        ([3, 1, 4, 1, 5, 9, 2], (3.57143, -6.62524, 13.76810, -3.22635, 10.36921)),
        ([1, 2, 3, 2, 1, 2, 3, 4, 5, 6, 7, 4, 3, 2, 1, 2], (3.0, -0.01467, 6.01467, 0.99022, 5.00978)),
    ],
)
def test_the_limits_are_those_that_another_package_publishes(
    figures: Sequence[int], published: tuple[float, ...]
) -> None:
    limits = baseline_limits(series(figures))
    centre, spread, near = (
        int(part[0, 0]) / int(limits.divisor[0, 0]) for part in (limits.centre, limits.spread, limits.near)
    )
    ours = (centre, centre - spread, centre + spread, centre - near, centre + near)
    assert ours == pytest.approx(published, abs=1e-5)


def test_the_limits_of_the_flow_rates_are_those_of_the_nist_handbook() -> None:
    limits = baseline_limits(series(FLOW))
    assert numbers(limits.mean(1))[0] == pytest.approx(50.81)
    assert numbers(limits.upper(1))[0] == pytest.approx(55.8041, abs=1e-3)  # with 3 / 1.128 for 2.66
    assert numbers(limits.lower(1))[0] == pytest.approx(45.8159, abs=1e-3)


def test_ptd_screening_leaves_out_the_moving_ranges_of_an_outlier() -> None:
    spoilt = [*NORMAL[:14], 10_000_000, *NORMAL[15:]]
    screened = baseline_limits(series(spoilt))
    everything = baseline_limits(series(spoilt), screen=False)
    clean = baseline_limits(series(NORMAL))
    widths = [
        Fraction(int(each.spread[0, 0]), int(each.divisor[0, 0])) for each in (clean, screened, everything)
    ]
    assert widths[1] < widths[2]
    assert len(set(widths)) == 3
    assert chart_signs(series(spoilt), screened).outside[0].tolist() == [0] * 14 + [1] + [0] * 5


def test_a_moving_range_of_exactly_3_267_means_is_left_out() -> None:
    # Sum of ranges 1000, of 10 ranges: a mean of 100, and 326.7 is not reached by 326 but is by 327.
    kept = baseline_limits(series([0, 326, 250, 175, 100, 25, -50, -125, -200, -275, -348]))
    left = baseline_limits(series([0, 327, 250, 175, 100, 25, -50, -125, -200, -275, -346]))
    assert kept.divisor[0, 0] == 300 * 11 * 10
    assert left.divisor[0, 0] == 300 * 11 * 9


def test_ptd_fixing_the_limits_after_some_points_changes_them() -> None:
    fixed_after = baseline_limits(series(NORMAL), fix_after=12)
    alone = baseline_limits(series(NORMAL[:12]))
    assert numbers(fixed_after.upper(6)) == [numbers(alone.upper(6))[0]] * 20
    assert numbers(fixed_after.upper(6)) != numbers(baseline_limits(series(NORMAL)).upper(6))
    assert fixed_after.trial.all()


def test_ptd_close_to_opposite_limits_is_no_special_cause() -> None:
    figures = [10, -10] * 7 + [55, -55]
    found = chart_signs(series(figures), baseline_limits(series(figures)))
    assert found.two_of_three[0].tolist() == [0] * 16
    assert not found.any[0, -2:].any()


@pytest.mark.parametrize(
    ("sides", "completed"),
    [  # ptd_seven_point_one_side_mean
        ([1] * 6, [0] * 6),
        ([1] * 6 + [-1], [0] * 7),
        ([1] * 8 + [-1], [0] * 6 + [1, 1, 0]),
        ([-1] * 8 + [1], [0] * 6 + [-1, -1, 0]),
        ([-1] + [1] * 8 + [-1], [0] * 7 + [1, 1, 0]),
        ([1] * 3 + [0] + [1] * 6, [0] * 10),
    ],
)
def test_ptd_seven_on_one_side_are_a_shift(sides: list[int], completed: list[int]) -> None:
    assert signs(sides, "shift") == completed


@pytest.mark.parametrize(
    ("figures", "completed", "marked"),
    [  # ptd_seven_point_trend, ptd_part_of_seven_trend
        ([1, 2, 3, 4, 5, 6], [0] * 6, [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7, [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], [0] * 6 + [1], [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0] * 7 + [1, 0], [0] + [1] * 7 + [0]),
        ([7, 6, 5, 4, 3, 2, 1], [0] * 6 + [-1], [-1] * 7),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0] * 7 + [-1, 0], [0] + [-1] * 7 + [0]),
    ],
)
def test_ptd_seven_rising_or_falling_are_a_trend(
    figures: list[int], completed: list[int], marked: list[int]
) -> None:
    assert signs(figures, "trend") == completed
    assert signs(figures, "trend", chart=True) == marked


@pytest.mark.parametrize(
    ("close", "marked"),
    [  # ptd_part_of_two_in_three
        ([0, 0, 0], [0, 0, 0]),
        ([1, 0, 1], [1, 0, 1]),
        ([0, 1, 1], [0, 1, 1]),
        ([1, 1, 0], [1, 1, 0]),
        ([0, 0, 1, 0, 1, 0, 0], [0, 0, 1, 0, 1, 0, 0]),
        ([0, 0, 1, 1, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]),
        ([1, 0, 0, 1], [0, 0, 0, 0]),
        ([1, 0, 0, 1, 1], [0, 0, 0, 1, 1]),
    ],
)
@pytest.mark.parametrize("side", [1, -1])
def test_ptd_two_of_three_close_to_one_limit(close: list[int], marked: list[int], side: int) -> None:
    figures = [side * (25 if each else 5) for each in close]
    assert signs(figures, "two_of_three", chart=True) == [side * each for each in marked]


def test_the_third_of_two_of_three_must_lie_on_the_same_side() -> None:
    assert signs([25, -5, 25], "two_of_three", chart=True) == [0, 0, 0]
    assert signs([25, -5, 25], "two_of_three") == [0, 0, 0]


def test_a_figure_outside_is_not_one_of_the_two_close_ones() -> None:
    assert signs([31, 5, 25], "two_of_three", chart=True) == [0, 0, 0]
    assert signs([31, 5, -31], "outside") == [1, 0, -1]
    assert signs([30, 20, -30], "outside") == [0, 0, 0]
    assert signs([30, 21, -30], "two_of_three", chart=True) == [0, 0, 0]


def test_two_of_three_shows_at_the_second_figure_that_is_close() -> None:
    assert signs([25, 5, 25, 5], "two_of_three") == [0, 0, 1, 0]
    assert signs([5, 25, 25, 5], "two_of_three") == [0, 0, 1, 0]


def test_a_missing_figure_breaks_every_run() -> None:
    assert signs([1, 1, 1, None, 1, 1, 1, 1], "shift") == [0] * 8
    assert signs([1, 2, 3, None, 5, 6, 7, 8], "trend") == [0] * 8
    assert signs([25, None, 25], "two_of_three", chart=True) == [0, 0, 0]


def test_a_run_does_not_go_on_across_a_rebase() -> None:
    figures = series([1, 2, 3, 4, 5, 6, 7, 8], stretches=[0, 0, 0, 0, 1, 1, 1, 1])
    assert not latest_signs(figures, fixed(figures.figures.shape)).any.any()


def test_the_lengths_of_shift_and_trend_can_be_changed() -> None:
    figures = series([1, 2, 3, 4, 5, 6])
    found = latest_signs(figures, fixed(figures.figures.shape), Runs(shift=5, trend=6))
    assert found.shift[0].tolist() == [0, 0, 0, 0, 1, 1]
    assert found.trend[0].tolist() == [0, 0, 0, 0, 0, 1]


def test_a_series_that_never_moves_has_no_special_cause() -> None:
    still = series([82] * 20, [801] * 20)
    found = chart_signs(still, baseline_limits(still))
    assert found.known.all()
    assert not found.any.any()


def test_a_missing_figure_is_left_out_of_mean_and_moving_ranges() -> None:
    limits = baseline_limits(series([10, 12, None, 50, 54]))
    assert numbers(limits.mean())[0] == Fraction(126, 4)
    assert limits.divisor[0, 0] == 300 * 4 * 2
    assert limits.figures[0, 0] == 4


def test_one_figure_alone_has_no_limits() -> None:
    limits = baseline_limits(series([10], [None]))
    assert not limits.known.any()
    assert not latest_signs(series([10]), baseline_limits(series([10]))).known.any()


def test_control_charts_are_not_reckoned_on_binary_fractions() -> None:
    with pytest.raises(ValueError, match="whole numbers"):
        Series.of(np.array([[0.1]]), np.array([[True]]))
    with pytest.raises(ValueError, match="at least two"):
        window_limits(series(FLOW), 1)


def test_a_window_gives_the_limits_of_the_figures_in_it() -> None:
    moving = window_limits(series(NORMAL), 8)
    for place in range(1, 20):
        alone = baseline_limits(series(NORMAL[max(0, place - 7) : place + 1]))
        for line in ("mean", "lower", "upper"):
            assert numbers(getattr(moving, line)(6))[place] == numbers(getattr(alone, line)(6))[0]


def test_a_window_ahead_leaves_out_the_figure_judged() -> None:
    ahead, own = window_limits(series(NORMAL), 8, ahead=True), window_limits(series(NORMAL), 8)
    assert numbers(ahead.upper(6))[1:] == numbers(own.upper(6))[:-1]
    assert numbers(ahead.upper(6))[0] is None


def test_a_window_does_not_look_behind_a_rebase() -> None:
    limits = window_limits(series(FLOW, stretches=[0] * 5 + [1] * 5), 8)
    assert limits.figures[0].tolist() == [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]


def test_very_large_figures_are_still_exact() -> None:
    small = baseline_limits(series(FLOW))
    large = baseline_limits(series([figure * 10**15 for figure in FLOW]))
    assert large.centre[0, 0] == int(small.centre[0, 0]) * 10**15
    assert large.spread[0, 0] == int(small.spread[0, 0]) * 10**15
    assert (
        large.side(np.array([FLOW], dtype=object) * 10**15).tolist() == small.side(np.array([FLOW])).tolist()
    )


figures_or_gaps = st.lists(st.one_of(st.none(), st.integers(0, 60)), min_size=2, max_size=40)


@given(figures_or_gaps, st.integers(2, 15))
def test_what_a_window_says_of_a_figure_never_changes_with_later_ones(figures: Figures, window: int) -> None:
    whole = series(figures)
    seen = latest_signs(whole, window_limits(whole, window))
    for place in range(1, len(figures)):
        part = series(figures[: place + 1])
        then = latest_signs(part, window_limits(part, window))
        assert then.any[0, -1] == seen.any[0, place]
        assert then.known[0, -1] == seen.known[0, place]


@given(figures_or_gaps, st.integers(-1000, 1000), st.integers(1, 50))
def test_special_cause_does_not_depend_on_the_unit(figures: Figures, shift: int, scale: int) -> None:
    moved = [None if figure is None else figure * scale + shift for figure in figures]
    first, second = series(figures), series(moved)
    before, after = chart_signs(first, baseline_limits(first)), chart_signs(second, baseline_limits(second))
    assert np.array_equal(before.any, after.any)
    assert np.array_equal(before.side, after.side)


@given(figures_or_gaps)
def test_special_cause_mirrors(figures: Figures) -> None:
    first = series(figures)
    second = series([None if figure is None else -figure for figure in figures])
    before, after = chart_signs(first, baseline_limits(first)), chart_signs(second, baseline_limits(second))
    for sign in ("outside", "shift", "trend", "two_of_three", "side"):
        assert np.array_equal(getattr(before, sign), -getattr(after, sign))


@given(figures_or_gaps)
def test_a_sign_on_the_day_is_marked_on_the_finished_chart_with_the_same_limits(figures: Figures) -> None:
    chart = series(figures)
    limits = baseline_limits(chart)
    day, finished = latest_signs(chart, limits), chart_signs(chart, limits)
    assert not (day.any & ~finished.any).any()


@given(st.lists(st.integers(-500, 500), min_size=2, max_size=40))
def test_the_limits_are_those_of_the_textbook(figures: list[int]) -> None:
    ranges = [abs(later - earlier) for earlier, later in pairwise(figures)]
    mean, moved = Fraction(sum(figures), len(figures)), Fraction(sum(ranges), len(ranges))
    kept = [each for each in ranges if each < Fraction("3.267") * moved or each == 0]
    spread = Fraction("2.66") * Fraction(sum(kept), len(kept)) if kept else None
    limits = baseline_limits(series(figures))
    assert limits.known[0, 0] == (spread is not None)
    if spread is not None:
        divisor = int(limits.divisor[0, 0])
        assert Fraction(int(limits.centre[0, 0]), divisor) == mean
        assert Fraction(int(limits.spread[0, 0]), divisor) == spread
        assert Fraction(int(limits.near[0, 0]), divisor) == spread * 2 / 3


def test_an_expected_range_waits_for_thirteen_figures_before() -> None:
    found = expected_range(series(NORMAL), 24, decimals=6)
    known = [figure is not None for figure in numbers(found.upper)]
    assert known == [False] * FEWEST_FIGURES + [True] * (20 - FEWEST_FIGURES)


def test_an_expected_range_is_that_of_the_figures_before_and_not_below_zero() -> None:
    counts = [5, 9, 4, 8, 3, 9, 5, 8, 4, 9, 3, 8, 5, 100]
    found = expected_range(series(counts))
    alone = baseline_limits(series(counts[:13]))
    assert numbers(found.upper)[13] == numbers(alone.upper())[0]
    assert numbers(found.lower)[13] == 0


def test_a_figure_that_was_below_zero_may_be_expected_there() -> None:
    changes = [5, -9, 4, 8, 3, 9, 5, 8, 4, 9, 3, 8, 5, 100]
    found = expected_range(series(changes))
    alone = baseline_limits(series(changes[:13]))
    assert numbers(found.lower)[13] == numbers(alone.lower())[0]


@pytest.mark.parametrize(
    ("special", "side", "polarity", "expected"),
    [
        (False, 1, Polarity.HIGHER_IS_BETTER, Variation.COMMON_CAUSE),
        (True, 1, Polarity.HIGHER_IS_BETTER, Variation.IMPROVEMENT),
        (True, -1, Polarity.HIGHER_IS_BETTER, Variation.CONCERN),
        (True, 1, Polarity.LOWER_IS_BETTER, Variation.CONCERN),
        (True, -1, Polarity.LOWER_IS_BETTER, Variation.IMPROVEMENT),
        (True, 1, Polarity.NONE, Variation.HIGH),
        (True, -1, Polarity.CLOSE_TO_TARGET, Variation.LOW),
        (True, 0, Polarity.LOWER_IS_BETTER, Variation.UNKNOWN),
        (None, 1, Polarity.LOWER_IS_BETTER, Variation.UNKNOWN),
    ],
)
def test_variation_is_read_through_the_polarity(
    special: bool | None, side: int, polarity: Polarity, expected: Variation
) -> None:
    assert variation(special=special, side=side, polarity=polarity) is expected


@pytest.mark.parametrize(
    ("lower", "upper", "higher", "smaller"),
    [  # ptd_calculate_assurance_type, target 4
        (1, 3, Assurance.CONSISTENT_FAIL, Assurance.CONSISTENT_PASS),
        (5, 7, Assurance.CONSISTENT_PASS, Assurance.CONSISTENT_FAIL),
        (1, 5, Assurance.INCONSISTENT, Assurance.INCONSISTENT),
        (4, 7, Assurance.INCONSISTENT, Assurance.INCONSISTENT),
    ],
)
def test_ptd_assurance_says_whether_the_target_will_be_met(
    lower: int, upper: int, higher: Assurance, smaller: Assurance
) -> None:
    limits = fixed((1, 1), centre=(lower + upper) * 50, spread=(upper - lower) * 50)
    against = int(limits.outside(np.array([[400]]))[0, 0])
    assert assurance(target_against_limits=against, polarity=Polarity.HIGHER_IS_BETTER) is higher
    assert assurance(target_against_limits=against, polarity=Polarity.LOWER_IS_BETTER) is smaller
    assert assurance(target_against_limits=against, polarity=Polarity.NONE) is Assurance.NONE
    assert assurance(target_against_limits=None, polarity=Polarity.LOWER_IS_BETTER) is Assurance.NONE
