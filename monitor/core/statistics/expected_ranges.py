"""The expected range of an indicator, learnt from its own past figures.

Kent County Council sets the thresholds of its lead indicators from "past trends and benchmarks" (Quarterly
Performance Report, Quarter 1 2020/21). The natural process limits of the figures before (D. J. Wheeler,
"Understanding variation", 1993) are that, with a definition; a spread about the median (k · MAD) is not used
in the field, and wants a k that nobody could give a reason for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from monitor.core.exact import BoolArray, ExactArray
from monitor.core.statistics.xmr import FEWEST_FIGURES, Series, window_limits

USUAL_WINDOW: Final = 24
"""Two years of months."""


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedRange:
    """For each place the range that the figures before it lead one to expect; missing after too few."""

    lower: ExactArray
    upper: ExactArray


def expected_range(
    series: Series, window: int = USUAL_WINDOW, *, decimals: int = 0, fewest: int = FEWEST_FIGURES
) -> ExpectedRange:
    """The process limits of the `window` places before each (the figure judged has no say in its own range).

    At least `fewest` figures have to be known among them. What was never below zero in the window (a count, a
    percentage, a rate) is not expected to fall below it. `decimals` is the scale of the figures.

    The range knows no seasons: for a monthly figure with a strong one (referrals fall in August) use the
    rolling twelve months, or a comparison with the same month of the year before.
    """
    limits = window_limits(series, window, ahead=True)
    enough: BoolArray = limits.known & (limits.figures >= fewest)
    lower, upper = limits.lower(decimals), limits.upper(decimals)
    bottom = np.where(_below_zero(series, window), lower.numerator, np.maximum(lower.numerator, 0))
    return ExpectedRange(
        ExactArray(bottom, lower.denominator, enough), ExactArray(upper.numerator, upper.denominator, enough)
    )


def _below_zero(series: Series, window: int) -> BoolArray:
    """Where one of the `window` figures before was below zero."""
    found = np.zeros(series.figures.shape, dtype=np.bool_)
    for back in range(1, window + 1):
        figures, known = series.before(back)
        found = found | (known & (figures < 0))
    return found
