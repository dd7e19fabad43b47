"""Exact arithmetic on published figures: arrays of rationals with missing cells, and decimal scalars.

No figure that is judged ever passes through a binary float: 8.05 and 9.5 * 1.1 are what an analyst
works out on paper. Arrays hold 64-bit integers while a bound shows that they suffice and Python
integers otherwise, so a result is exact whatever its size; only the speed differs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_05UP, Context, Decimal, InvalidOperation
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

IntArray = NDArray[Any]
"""Integers: dtype int64 where a bound shows that it suffices, else object (Python integers)."""

BoolArray = NDArray[np.bool_]

LARGEST_FAST: Final = 2**62
"""Magnitudes up to here stay in int64; a sum of two of them still fits."""

MICRO_DECIMALS: Final = 6
_MICRO: Final = Decimal(1).scaleb(-MICRO_DECIMALS)
_WIDE: Final = Context(prec=60)


@dataclass(frozen=True, slots=True, eq=False)
class ExactArray:
    """Exact rationals `numerator / denominator`, each known or missing.

    `numerator` and `known` have the array's shape (at least one axis), or one that broadcasts to
    it. `denominator` is positive: one integer for all cells, or an array. What stands in a cell
    that is not known means nothing.
    """

    numerator: IntArray
    denominator: int | IntArray
    known: BoolArray

    @classmethod
    def scaled(cls, numerator: IntArray, decimals: int, known: BoolArray | None = None) -> ExactArray:
        """Whole numbers of 10**-`decimals`: 80 at one decimal is 8.0. All known unless a mask says otherwise.

        Raises ValueError for an array that does not hold integers, or masks of another shape.
        """
        array = np.atleast_1d(numerator)
        if array.dtype != np.dtype(object):
            if not np.issubdtype(array.dtype, np.integer):
                raise ValueError(f"exact arrays are made of integers, not of {array.dtype}")
            array = array.astype(object) if array.dtype == np.uint64 else array.astype(np.int64, copy=False)
        mask = (
            np.ones(array.shape, dtype=np.bool_) if known is None else np.atleast_1d(known).astype(np.bool_)
        )
        if mask.shape != array.shape:
            raise ValueError(f"the mask has shape {mask.shape}, the figures {array.shape}")
        if not mask.all():
            array = np.where(mask, array, 0)
        return cls(_narrow(array), 10**decimals, mask)

    @classmethod
    def constant(cls, numerator: int, denominator: int = 1) -> ExactArray:
        """One known number of shape (1,), which broadcasts to any panel."""
        return cls(_integers(numerator), denominator, np.ones(1, dtype=np.bool_))

    @classmethod
    def missing(cls) -> ExactArray:
        """One missing number of shape (1,), which broadcasts to any panel."""
        return cls(_integers(0), 1, np.zeros(1, dtype=np.bool_))

    @property
    def shape(self) -> tuple[int, ...]:
        own = np.broadcast_shapes(self.numerator.shape, self.known.shape)
        return own if isinstance(self.denominator, int) else np.broadcast_shapes(own, self.denominator.shape)

    def __add__(self, other: ExactArray) -> ExactArray:
        left, right, factor = _aligned(self, other)
        return _result(_plus(left, right), _times(self.denominator, factor), self.known & other.known)

    def __sub__(self, other: ExactArray) -> ExactArray:
        return self + -other

    def __mul__(self, other: ExactArray) -> ExactArray:
        numerator = _times(self.numerator, other.numerator)
        return _result(numerator, _times(self.denominator, other.denominator), self.known & other.known)

    def __truediv__(self, other: ExactArray) -> ExactArray:
        """Exact quotient; where the divisor is zero the result is missing, never zero, never an error."""
        zero = other.numerator == 0
        own, others = _without_common_factor(self.denominator, other.denominator)
        numerator = _times(self.numerator, _times(others, np.sign(other.numerator)))
        magnitude = np.where(zero, 1, np.abs(other.numerator))
        divisor: int | IntArray = int(magnitude[0]) if magnitude.shape == (1,) else magnitude
        return _result(numerator, _times(own, divisor), self.known & other.known & ~zero)

    def __neg__(self) -> ExactArray:
        return ExactArray(-self.numerator, self.denominator, self.known)

    def __abs__(self) -> ExactArray:
        return ExactArray(np.abs(self.numerator), self.denominator, self.known)

    def earlier(self, periods: int) -> ExactArray:
        """The figures `periods` columns before (axis 1); missing where there is no such column."""
        denominator = self.denominator
        return ExactArray(
            _shifted(np.broadcast_to(self.numerator, self.shape), periods, 0),
            denominator
            if isinstance(denominator, int)
            else _shifted(np.broadcast_to(denominator, self.shape), periods, 1),
            _shifted(np.broadcast_to(self.known, self.shape), periods, 0),
        )

    def rounded(self, decimals: int) -> ExactArray:
        """Each figure rounded half away from zero to `decimals` places."""
        return ExactArray(round_half_away(self, decimals), 10**decimals, self.known)


def minimum(left: ExactArray, right: ExactArray) -> ExactArray:
    """The smaller of two figures, cell by cell; missing where either is."""
    first, second, factor = _aligned(left, right)
    return _result(np.minimum(first, second), _times(left.denominator, factor), left.known & right.known)


def maximum(left: ExactArray, right: ExactArray) -> ExactArray:
    """The larger of two figures, cell by cell; missing where either is."""
    first, second, factor = _aligned(left, right)
    return _result(np.maximum(first, second), _times(left.denominator, factor), left.known & right.known)


def comparable(left: ExactArray, right: ExactArray) -> tuple[IntArray, IntArray]:
    """Two integer arrays that stand in the same order, cell by cell, as the figures do."""
    first, second, _ = _aligned(left, right)
    return first, second


def round_half_away(array: ExactArray, decimals: int) -> IntArray:
    """Whole numbers of 10**-`decimals`, rounded half away from zero (Decimal's ROUND_HALF_UP).

    8.05 at one decimal is 81 and -8.05 is -81. What stands in a missing cell means nothing.
    """
    divisor, scale = _without_common_factor(array.denominator, 10**decimals)
    figures: IntArray = _times(array.numerator, scale)
    if isinstance(divisor, int) and divisor == 1:
        return _narrow(figures)
    # For an odd divisor there is no half; for an even one this adds exactly the half.
    magnitude = _divided(_plus(np.abs(figures), divisor // 2), divisor)
    return _narrow(np.where(figures < 0, -magnitude, magnitude))


def micro(figure: str | Decimal) -> int:
    """A decimal figure in whole millionths, safe to round later to five decimals or fewer.

    Digits past the sixth decimal are dropped by ROUND_05UP: towards zero, except that a last digit of
    0 or 5 is raised by one when something was dropped. A dropped remainder so never looks like an
    exact figure nor like an exact half, and rounding the millionths gives what rounding the figure
    itself would have given; the usual modes would round twice. Source: Python's `decimal`
    documentation ("Rounding modes": ROUND_05UP), and the General Decimal Arithmetic specification
    that it follows ("round-05up").

    Raises ValueError for what is not a finite number, or is beyond 2**62 millionths (4.6 million million).
    """
    try:
        decimal = Decimal(figure)
    except InvalidOperation:
        raise ValueError(f"{figure!r} is not a number") from None
    if not decimal.is_finite():
        raise ValueError(f"{figure!r} is not a finite number")
    if decimal and decimal.adjusted() > 13:  # noqa: PLR2004 - 10**13 is past 2**62 millionths
        raise ValueError(f"{figure!r} is too large a number")
    parts = decimal.quantize(_MICRO, rounding=ROUND_05UP, context=_WIDE)
    millionths = int(parts.scaleb(MICRO_DECIMALS, context=_WIDE))
    if abs(millionths) > LARGEST_FAST:
        raise ValueError(f"{figure!r} is too large a number")
    return millionths


def format_scaled(scaled: int, decimals: int) -> str:
    """A whole number of 10**-`decimals` as plain text: 80 at one decimal is "8.0", -5 is "-0.5"."""
    whole, part = divmod(abs(scaled), 10**decimals)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{part:0{decimals}d}" if decimals else f"{sign}{whole}"


def scaled_ratio(numerator_micro: int, denominator_micro: int, scale: int, decimals: int) -> int | None:
    """`numerator / denominator * scale` as a whole number of 10**-`decimals`, rounded half away from zero.

    None where the denominator is zero. Both parts are in the same unit (millionths, say).
    94 of 1,172 at scale 100 and one decimal is 80, that is 8.0%.
    """
    if denominator_micro == 0:
        return None
    dividend: int = numerator_micro * scale * 10**decimals
    divisor = denominator_micro
    magnitude = (2 * abs(dividend) + abs(divisor)) // (2 * abs(divisor))
    return -magnitude if (dividend < 0) != (divisor < 0) else magnitude


def _integers(number: int) -> IntArray:
    return np.array([number], dtype=np.int64 if abs(number) <= LARGEST_FAST else object)


def _largest(integers: int | IntArray) -> int:
    """The largest magnitude, as a Python integer."""
    if isinstance(integers, int):
        return abs(integers)
    if integers.size == 0:
        return 0
    return max(int(integers.max()), -int(integers.min()))


def _times(left: Any, right: Any) -> Any:
    """The product of two integers or integer arrays; int64 only where the bound allows it."""
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, int) and one == 1:
            return other
    largest = (_largest(left), _largest(right))
    if max(largest[0] * largest[1], *largest) <= LARGEST_FAST:
        return left * right
    return _wide(left) * _wide(right)


def _plus(left: IntArray, right: int | IntArray) -> IntArray:
    if _largest(left) + _largest(right) <= LARGEST_FAST:
        return left + right
    return np.asarray(_wide(left) + _wide(right))


def _divided(magnitude: IntArray, divisor: int | IntArray) -> IntArray:
    """Floor of the quotient of non-negative integers by positive ones."""
    if _largest(divisor) <= LARGEST_FAST:
        return magnitude // divisor
    return np.asarray(_wide(magnitude) // _wide(divisor))


def _wide(integers: Any) -> Any:
    return integers if isinstance(integers, int) else integers.astype(object)


def _narrow(integers: IntArray) -> IntArray:
    """In int64 where every magnitude allows it, else Python integers."""
    if (integers.dtype == np.int64) == (_largest(integers) <= LARGEST_FAST):
        return integers
    return integers.astype(object if integers.dtype == np.int64 else np.int64)


def _aligned(left: ExactArray, right: ExactArray) -> tuple[IntArray, IntArray, int | IntArray]:
    """Numerators over a common denominator, which is the left's times the third result."""
    mine, others = left.denominator, right.denominator
    bound = max(_largest(left.numerator), _largest(mine)) * _largest(others)
    if isinstance(mine, int) or isinstance(others, int) or bound > LARGEST_FAST:
        mine, others = _without_common_factor(mine, others)
    return _times(left.numerator, others), _times(right.numerator, mine), others


def _without_common_factor(left: int | IntArray, right: int | IntArray) -> tuple[Any, Any]:
    """Both positive numbers divided by their greatest common divisor, cell by cell."""
    if isinstance(left, int) and isinstance(right, int):
        common = math.gcd(left, right)
        return left // common, right // common
    if max(_largest(left), _largest(right)) > LARGEST_FAST:
        left, right = _wide(left), _wide(right)
    divisor: IntArray = np.gcd(left, right)
    return left // divisor, right // divisor


def _result(numerator: IntArray, denominator: int | IntArray, known: BoolArray) -> ExactArray:
    """An array in lowest terms and in int64 again, where a calculation had to leave it."""
    wide_parts = not isinstance(denominator, int) and denominator.dtype == np.dtype(object)
    if numerator.dtype != np.dtype(object) and not wide_parts:
        return ExactArray(numerator, denominator, known)
    if isinstance(denominator, int):
        common = math.gcd(int(np.gcd.reduce(_wide(numerator), axis=None, initial=0)), denominator)
        return ExactArray(_narrow(_wide(numerator) // common), denominator // common, known)
    divisor: IntArray = np.gcd(_wide(numerator), _wide(denominator))
    return ExactArray(
        _narrow(np.asarray(numerator // divisor)), _narrow(np.asarray(denominator // divisor)), known
    )


def _shifted(array: NDArray[Any], periods: int, fill: int) -> NDArray[Any]:
    result = np.full_like(array, fill)
    if periods < array.shape[1]:
        result[:, periods:] = array[:, : array.shape[1] - periods]
    return result
