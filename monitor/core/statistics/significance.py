"""Whether a figure differs from another by more than chance would make it."""

from __future__ import annotations

import numpy as np

from monitor.core.exact import BoolArray
from monitor.core.statistics.arrays import FloatArray, Interval, SignArray, sign


def against(interval: Interval, reference: FloatArray, known: BoolArray) -> tuple[SignArray, BoolArray]:
    """1 where the whole interval lies above the reference, -1 below, 0 where it holds it; and where known.

    The reference (a target, the neighbours' mean, England) is taken as exact. This is how Fingertips and
    its successors colour areas "higher", "similar", "lower" (Public Health England, "Technical guide:
    confidence intervals", 2018). A limit equal to the reference is not different.
    """
    valid: BoolArray = interval.known & known
    higher: BoolArray = valid & (interval.lower > reference)
    return sign(higher, valid & (interval.upper < reference)), valid


def difference(
    later: FloatArray, later_interval: Interval, earlier: FloatArray, earlier_interval: Interval
) -> Interval:
    """The interval of later - earlier, two figures of separate cases, from the interval of each.

    d - √((a - l₁)² + (u₂ - b)²) and d + √((u₁ - a)² + (b - l₂)²), where d = a - b. With Wilson's intervals
    this is method 10 of R. G. Newcombe, "Interval estimation for the difference between independent
    proportions: comparison of eleven methods", Statistics in Medicine 17 (1998) 873-890; for rates with
    Poisson limits the same step is that of G. Y. Zou, A. Donner, "Construction of confidence limits about
    effect measures: a general approach", Statistics in Medicine 27 (2008) 1693-1702.

    The two must not share cases: not year to date against year to date, nor two overlapping rolling years.
    Two intervals that overlap do not show that there is no difference; this one does.
    """
    change = later - earlier
    down = np.hypot(later - later_interval.lower, earlier_interval.upper - earlier)
    up = np.hypot(later_interval.upper - later, earlier - earlier_interval.lower)
    return Interval(change - down, change + up, later_interval.known & earlier_interval.known)


def change(
    later: FloatArray, later_interval: Interval, earlier: FloatArray, earlier_interval: Interval
) -> tuple[SignArray, BoolArray]:
    """1 where the later figure is significantly higher, -1 where lower, 0 neither; and where known."""
    interval = difference(later, later_interval, earlier, earlier_interval)
    return against(interval, np.zeros_like(interval.lower), interval.known)
