"""Confidence intervals of proportions, counts and rates, by the methods of English public health statistics.

The choice of methods is that of Public Health England, "Technical guide: confidence intervals" (Public
Health Data Science, 2018), and APHO Technical Briefing 3, "Commonly used public health statistics and
their confidence intervals" (2008). The formulas are written from the papers named.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from monitor.core.exact import BoolArray
from monitor.core.statistics.arrays import USUAL, FloatArray, Interval, normal_deviate
from monitor.core.statistics.poisson import exact_limits

SMALLEST_BYAR: Final = 10.0
"""Counts below this take the exact limits: there Byar's formula is not close enough."""

PROPORTION_SCALES: Final = frozenset({1, 100})
"""Scales at which a ratio is a proportion."""


def wilson(
    numerator: FloatArray, denominator: FloatArray, known: BoolArray, confidence: float = USUAL
) -> Interval:
    """The Wilson score interval of a proportion, from 0 to 1.

    (2x + z² ± z √(z² + 4x(1 - x/n))) / (2(n + z²)), for x of n. E. B. Wilson, "Probable inference, the law
    of succession, and statistical inference", JASA 22 (1927) 209-212; recommended by R. G. Newcombe,
    Statistics in Medicine 17 (1998) 857-872. Not known where n is not positive or x is not from 0 to n.

    Raises ValueError for a level as `arrays.tail`.
    """
    deviate = normal_deviate(confidence)
    valid: BoolArray = known & (denominator > 0) & (numerator >= 0) & (numerator <= denominator)
    x, n = np.where(valid, numerator, 0.0), np.where(valid, denominator, 1.0)
    half = deviate * np.sqrt(deviate**2 + 4 * x * (1 - x / n))
    centre, divisor = 2 * x + deviate**2, 2 * (n + deviate**2)
    # At the ends the formula gives 0 and 1 but for the last binary digit.
    lower = np.where(x <= 0, 0.0, (centre - half) / divisor)
    upper = np.where(x >= n, 1.0, (centre + half) / divisor)
    return Interval(lower, upper, valid)


def byar(counts: FloatArray, known: BoolArray, confidence: float = USUAL) -> Interval:
    """Byar's approximation to the exact Poisson limits of a count: within 0.2% from 10 upwards at 95%.

    lower = x (1 - 1/9x - z / 3√x)³, upper = (x + 1)(1 - 1/9(x + 1) + z / 3√(x + 1))³, and lower = 0 for
    x = 0. N. E. Breslow, N. E. Day, "Statistical methods in cancer research", volume II (IARC, 1987),
    section 2.3. At 99.8% the lower limit of a count of 10 is 1.5% off, the upper 0.3%. Where the bracket is
    negative (x below 2, say) the lower limit is 0. Not known where x is negative.

    Raises ValueError for a level as `arrays.tail`.
    """
    deviate = normal_deviate(confidence)
    valid: BoolArray = known & (counts >= 0)
    x = np.where(valid, counts, 0.0)
    safe, following = np.maximum(x, 1e-9), x + 1
    lower = safe * np.maximum(1 - 1 / (9 * safe) - deviate / (3 * np.sqrt(safe)), 0.0) ** 3
    upper = following * (1 - 1 / (9 * following) + deviate / (3 * np.sqrt(following))) ** 3
    return Interval(lower, upper, valid)


def exact_poisson(counts: FloatArray, known: BoolArray, confidence: float = USUAL) -> Interval:
    """The exact Poisson limits of a count from 0 to 100 (`poisson.exact_limits`). Not known outside that."""
    valid: BoolArray = known & (counts >= 0) & (counts <= 100)  # noqa: PLR2004 - poisson.LARGEST_EXACT
    lower, upper = exact_limits(np.where(valid, counts, 0.0), confidence)
    return Interval(lower, upper, valid)


def count_interval(counts: FloatArray, known: BoolArray, confidence: float = USUAL) -> Interval:
    """The limits of a count: Byar's from 10 upwards, exact below, as Public Health England's guide has it."""
    by_formula = byar(counts, known, confidence)
    few: BoolArray = by_formula.known & (counts < SMALLEST_BYAR)
    if not few.any():
        return by_formula
    lower, upper = by_formula.lower.copy(), by_formula.upper.copy()
    lower[few], upper[few] = exact_limits(counts[few], confidence)
    return Interval(lower, upper, by_formula.known)


def rate_interval(
    counts: FloatArray, population: FloatArray, known: BoolArray, confidence: float = USUAL
) -> Interval:
    """The limits of a count divided by its population, which is taken as known exactly.

    Not known where the population is not positive or the count is negative.
    """
    valid: BoolArray = known & (population > 0)
    interval = count_interval(np.where(valid, counts, 0.0), valid, confidence)
    people = np.where(valid, population, 1.0)
    return Interval(interval.lower / people, interval.upper / people, interval.known)


def ratio_interval(
    numerator: FloatArray,
    denominator: FloatArray,
    known: BoolArray,
    scale: int,
    confidence: float = USUAL,
) -> Interval:
    """The limits of numerator / denominator * scale: a proportion at scale 1 or 100, a rate at any other.

    A numerator that is part of its denominator (94 of 1,172 plans) makes a proportion: Wilson. Events in a
    population (1,282 plans among 325,381 children, at scale 10,000) make a rate: Byar or exact Poisson.
    """
    of_ratio = wilson if scale in PROPORTION_SCALES else rate_interval
    return of_ratio(numerator, denominator, known, confidence).times(float(scale))
