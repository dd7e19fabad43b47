from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.core.exact import (
    ExactArray,
    comparable,
    format_scaled,
    maximum,
    micro,
    minimum,
    round_half_away,
    scaled_ratio,
)

WIDE = Context(prec=60)

sizes = st.sampled_from([9, 10**6, 2**31, 2**62, 2**63, 10**30])
cells = st.none() | sizes.flatmap(lambda size: st.fractions(-size, size, max_denominator=size))
rows = st.integers(1, 5).flatmap(
    lambda width: st.tuples(*(st.lists(cells, min_size=width, max_size=width) for _ in range(2)))
)
Row = list[Fraction | None]


def exact(row: Row) -> ExactArray:
    """One row of figures, made by dividing whole numbers so that each has a denominator of its own."""
    known = np.array([[each is not None for each in row]])
    parts = [(each or Fraction()).as_integer_ratio() for each in row]
    above = np.array([[part[0] for part in parts]], dtype=object)
    below = np.array([[part[1] for part in parts]], dtype=object)
    return ExactArray.scaled(above, 0, known) / ExactArray.scaled(below, 0)


def figures(array: ExactArray) -> Row:
    above = np.broadcast_to(array.numerator, array.shape)[0]
    below = np.broadcast_to(np.asarray(array.denominator), array.shape)[0]
    known = np.broadcast_to(array.known, array.shape)[0]
    return [
        Fraction(int(one), int(other)) if sure else None
        for one, other, sure in zip(above, below, known, strict=True)
    ]


def cell_by_cell(operation: Callable[[Any, Any], Any], left: Row, right: Row) -> Row:
    def result(one: Fraction | None, other: Fraction | None) -> Fraction | None:
        if one is None or other is None or (operation is operator.truediv and other == 0):
            return None
        return Fraction(operation(one, other))

    return [result(one, other) for one, other in zip(left, right, strict=True)]


@given(rows, st.sampled_from([operator.add, operator.sub, operator.mul, operator.truediv]))
@example(([Fraction(1)], [Fraction(0)]), operator.truediv)
@example(([Fraction(2**62)], [Fraction(2**62)]), operator.add)
@example(([Fraction(-(2**63))], [Fraction(-(2**63))]), operator.mul)
def test_arithmetic_agrees_with_fractions_whatever_the_size(
    pair: tuple[Row, Row], operation: Callable[[Any, Any], Any]
) -> None:
    left, right = pair
    assert figures(operation(exact(left), exact(right))) == cell_by_cell(operation, left, right)


@given(rows)
def test_smaller_larger_and_order_agree_with_fractions(pair: tuple[Row, Row]) -> None:
    left, right = exact(pair[0]), exact(pair[1])
    assert figures(minimum(left, right)) == cell_by_cell(min, *pair)
    assert figures(maximum(left, right)) == cell_by_cell(max, *pair)
    first, second = comparable(left, right)
    less = np.broadcast_to(first < second, left.shape)[0]
    for is_less, one, other in zip(less, *pair, strict=True):
        if one is not None and other is not None:
            assert bool(is_less) == (one < other)


@given(rows)
def test_sign_and_magnitude_agree_with_fractions(pair: tuple[Row, Row]) -> None:
    row, _ = pair
    assert figures(-exact(row)) == [None if each is None else -each for each in row]
    assert figures(abs(exact(row))) == [None if each is None else abs(each) for each in row]


@given(rows, st.integers(0, 6))
def test_rounding_is_half_away_from_zero_whatever_the_size(pair: tuple[Row, Row], decimals: int) -> None:
    row, _ = pair
    scaled = round_half_away(exact(row), decimals)[0]
    for found, each in zip(scaled, row, strict=True):
        if each is not None:
            magnitude = floor(abs(each) * 10**decimals + Fraction(1, 2))
            assert int(found) == (-magnitude if each < 0 else magnitude)


def test_rounding_takes_a_half_away_from_zero_on_both_sides() -> None:
    figures_at_two_decimals = ExactArray.scaled(np.array([805, -805, 804, -804, 5, -5, 0]), 2)
    assert round_half_away(figures_at_two_decimals, 1).tolist() == [81, -81, 80, -80, 1, -1, 0]


def test_a_divisor_past_64_bits_is_rounded_by_exactly() -> None:
    thirds = ExactArray.scaled(np.array([15 * 10**17, -15 * 10**17]), 0) / ExactArray.constant(10**19 * 3)
    assert round_half_away(thirds, 2).tolist() == [5, -5]
    assert round_half_away(thirds, 1).tolist() == [1, -1]


def test_realistic_figures_stay_in_64_bits() -> None:
    published = ExactArray.scaled(np.array([[0, -10_000_000_0, 10_000_000_0]]), 1)
    limit = published * ExactArray.constant(110, 100)
    ratio = published / ExactArray.scaled(np.array([[1, 9_999_999_9, -7]]), 1)
    for array in (limit, limit + published, ratio * ExactArray.constant(115, 100)):
        assert array.numerator.dtype == np.int64
        assert round_half_away(array, 1).dtype == np.int64
    millionths = ExactArray.scaled(np.array([[10**7 * 10**6]]), 6)
    assert round_half_away(millionths * ExactArray.constant(11, 10), 1).dtype == np.int64


def test_a_result_that_left_64_bits_comes_back_when_it_is_small_again() -> None:
    large = ExactArray.constant(10**12)
    product = ExactArray.scaled(np.array([10**12, 3]), 0) * large
    assert product.numerator.dtype == object
    quotient = product / large
    assert quotient.numerator.dtype == np.int64
    assert quotient.numerator.tolist() == [10**12, 3]


def test_earlier_periods_shift_along_the_second_axis_and_begin_missing() -> None:
    array = ExactArray.scaled(np.array([[1, 2, 3], [4, 5, 6]]), 0)
    shifted = array.earlier(2)
    assert shifted.known.tolist() == [[False, False, True], [False, False, True]]
    assert shifted.numerator[:, 2].tolist() == [1, 4]
    assert not array.earlier(3).known.any()
    quotient = (array / array).earlier(1)
    assert quotient.known.tolist() == [[False, True, True]] * 2
    assert (np.asarray(quotient.denominator) > 0).all()


def test_missing_figures_are_not_read_and_a_panel_of_floats_is_refused() -> None:
    array = ExactArray.scaled(np.array([2**63 - 1, 5]), 0, np.array([False, True]))
    assert array.numerator.dtype == np.int64
    assert array.numerator.tolist() == [0, 5]
    with pytest.raises(ValueError, match="integers, not of float64"):
        ExactArray.scaled(np.array([0.1]), 0)
    with pytest.raises(ValueError, match="mask has shape"):
        ExactArray.scaled(np.array([1, 2]), 0, np.array([True]))
    assert not ExactArray.missing().known.any()


def test_an_empty_panel_gives_empty_results() -> None:
    empty = ExactArray.scaled(np.zeros((0, 4), dtype=np.int64), 1)
    assert (empty / empty + empty * ExactArray.constant(3)).shape == (0, 4)
    assert round_half_away(empty / ExactArray.constant(3), 1).shape == (0, 4)


@pytest.mark.parametrize(
    ("text", "millionths"),
    [
        ("8.0", 8_000_000),
        ("-39.4", -39_400_000),
        ("0.0000001", 1),
        ("-0.0000001", -1),
        ("0.0500005", 50_001),
        ("0.0500000", 50_000),
        ("0.0499999999", 49_999),
        ("0.0499995", 49_999),
        ("1e-400", 1),
        ("0e99", 0),
        ("4611686018427.387904", 2**62),
    ],
)
def test_a_decimal_becomes_millionths(text: str, millionths: int) -> None:
    assert micro(text) == millionths
    assert micro(Decimal(text)) == millionths


@pytest.mark.parametrize(
    "text", ["", "x", "NaN", "sNaN", "-Infinity", "1e99", "4611686018427.387905", "1e999999"]
)
def test_what_is_no_usable_number_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="number"):
        micro(text)


@given(
    st.decimals(-(10**6), 10**6, places=12, allow_nan=False) | st.decimals(-1, 1, places=30, allow_nan=False),
    st.integers(0, 5),
)
@example(Decimal("0.0499999999"), 1)
@example(Decimal("0.04999995"), 1)
@example(Decimal("-8.0499999"), 1)
@example(Decimal("0.0000049999999"), 5)
def test_rounding_by_way_of_millionths_equals_rounding_at_once(figure: Decimal, decimals: int) -> None:
    at_once = figure.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP, context=WIDE)
    by_way = round_half_away(ExactArray.scaled(np.array([micro(figure)]), 6), decimals)
    assert int(by_way[0]) == int(at_once.scaleb(decimals, context=WIDE))


@pytest.mark.parametrize(
    ("scaled", "decimals", "text"),
    [
        (80, 1, "8.0"),
        (-5, 1, "-0.5"),
        (0, 2, "0.00"),
        (1282, 0, "1282"),
        (-1282, 0, "-1282"),
        (7, 3, "0.007"),
    ],
)
def test_a_scaled_figure_is_written_with_all_its_decimals(scaled: int, decimals: int, text: str) -> None:
    assert format_scaled(scaled, decimals) == text


@pytest.mark.parametrize(
    ("numerator", "denominator", "scale", "decimals", "expected"),
    [
        (94, 1172, 100, 1, 80),
        (125, 1522, 100, 1, 82),
        (1282, 325_381, 10_000, 1, 394),
        (1, 8, 1, 2, 13),
        (-1, 8, 1, 2, -13),
        (1, -8, 1, 2, -13),
        (3, 0, 100, 1, None),
        (0, 5, 100, 1, 0),
    ],
)
def test_a_ratio_is_rounded_half_away_from_zero_and_missing_over_zero(
    numerator: int, denominator: int, scale: int, decimals: int, expected: int | None
) -> None:
    assert scaled_ratio(numerator, denominator, scale, decimals) == expected
    assert scaled_ratio(numerator * 10**6, denominator * 10**6, scale, decimals) == expected
    above, below = (ExactArray.scaled(np.array([each * 10**6]), 6) for each in (numerator, denominator))
    quotient = above / below * ExactArray.constant(scale)
    assert bool(quotient.known[0]) == (expected is not None)
    if expected is not None:
        assert round_half_away(quotient, decimals).tolist() == [expected]
