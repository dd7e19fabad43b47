"""Funnel plots: how far from a benchmark a figure of its size may lie by chance alone.

D. J. Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24
(2005) 1185-1202. The limits are those at which an area's own confidence interval just touches the
benchmark; so an area lies outside a limit where `significance.against` finds it different from the benchmark.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from monitor.core.exact import BoolArray
from monitor.core.statistics.arrays import (
    STRICT,
    USUAL,
    FloatArray,
    Interval,
    SignArray,
    normal_deviate,
    sign,
    tail,
)
from monitor.core.statistics.intervals import byar
from monitor.core.statistics.poisson import gamma_probability

LARGEST_EXACT: Final = 1_000.0
"""Above so many expected cases Byar's limits, then within 0.002% of the exact ones, are taken instead."""

_HALVINGS: Final = 60


def proportion_funnel(
    benchmark: FloatArray, denominator: FloatArray, known: BoolArray, confidence: float = USUAL
) -> Interval:
    """The control limits of a proportion at a denominator: p ± z √(p(1 - p) / n), kept within 0 and 1.

    Spiegelhalter (2005), section 2.2; the same limits come from inverting Wilson's interval, as Public
    Health England does. Not known where n is not positive or p is not from 0 to 1.
    """
    deviate = normal_deviate(confidence)
    valid: BoolArray = known & (denominator > 0) & (benchmark >= 0) & (benchmark <= 1)
    p, n = np.where(valid, benchmark, 0.0), np.where(valid, denominator, 1.0)
    half = deviate * np.sqrt(p * (1 - p) / n)
    return Interval(np.maximum(p - half, 0.0), np.minimum(p + half, 1.0), valid)


def count_funnel(expected: FloatArray, known: BoolArray, confidence: float = USUAL) -> Interval:
    """The control limits of a count of which `expected` are expected: where its interval touches that number.

    The lower limit is the count whose exact upper confidence limit is `expected`, or 0 where even no case at
    all would be nothing unusual; the upper limit is the count whose exact lower confidence limit is
    `expected`. They are Spiegelhalter's exact Poisson limits (2005, appendix A.1), continued between whole
    counts as Public Health England tabulates them; above 1,000 expected, Byar's limits stand for them. For a
    rate, expected = benchmark * population, and the limits divided by the population are those of the
    rate. Not known where nothing is expected.
    """
    valid: BoolArray = known & (expected > 0)
    flat = np.where(valid, expected, 1.0).ravel()
    lower, upper = np.empty_like(flat), np.empty_like(flat)
    few: BoolArray = flat <= LARGEST_EXACT
    for here, limits in ((few, _exact_counts), (~few, _byar_counts)):
        if here.any():
            lower[here], upper[here] = limits(flat[here], confidence)
    return Interval(lower.reshape(valid.shape), upper.reshape(valid.shape), valid)


def position(figure: FloatArray, usual: Interval, strict: Interval) -> tuple[SignArray, SignArray]:
    """On which side of the 95% and of the 99.8% limits a figure lies; 0 within them or where not known."""
    return _outside(figure, usual), _outside(figure, strict)


def proportion_position(
    numerator: FloatArray, denominator: FloatArray, benchmark: FloatArray, known: BoolArray
) -> tuple[SignArray, SignArray]:
    """`position` of numerator / denominator at both usual levels, around a benchmark from 0 to 1."""
    usual = proportion_funnel(benchmark, denominator, known, USUAL)
    strict = proportion_funnel(benchmark, denominator, known, STRICT)
    return position(numerator / np.where(usual.known, denominator, 1.0), usual, strict)


def _outside(figure: FloatArray, limits: Interval) -> SignArray:
    return sign(limits.known & (figure > limits.upper), limits.known & (figure < limits.lower))


def _exact_counts(mean: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    """The counts x at which the chance of x or fewer, and of x or more, is the tail's."""
    outside = tail(confidence)
    lower = _halved(mean, lambda count: gamma_probability(count + 1, mean) > 1 - outside)
    upper = _halved(mean, lambda count: gamma_probability(np.maximum(count, 1e-9), mean) > outside)
    return lower, upper


def _byar_counts(mean: FloatArray, confidence: float) -> tuple[FloatArray, FloatArray]:
    everywhere = np.ones(mean.shape, dtype=np.bool_)
    lower = _halved(mean, lambda count: byar(count, everywhere, confidence).upper < mean)
    upper = _halved(mean, lambda count: byar(count, everywhere, confidence).lower < mean)
    return lower, upper


def _halved(mean: FloatArray, falls_short: Callable[[FloatArray], BoolArray]) -> FloatArray:
    """The least count that does not fall short, by halving; counts that do lie below those that do not."""
    low, high = np.zeros_like(mean), mean + 20 * np.sqrt(mean) + 50
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = falls_short(middle)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.where(low > 0, high, 0.0)
