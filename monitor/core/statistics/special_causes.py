"""The four signs of special cause variation on an XmR chart, as NHS England's "Making Data Count" reads them.

1. A figure outside a process limit.
2. A shift: seven figures in a row on one side of the mean.
3. A trend: seven figures in a row, each above (or each below) the one before.
4. Two of three: of three figures in a row on one side of the mean, two beyond two thirds of the limit but
   not outside it.

Chart rules after NHSRplotthedots (MIT licence, NHS-R Community, R/ptd_calculate_point_type.R), reckoned anew.
A missing figure breaks a run: nobody knows that it would have gone on. A figure upon the mean, or equal to
the one before, breaks it too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from monitor.core.exact import BoolArray
from monitor.core.statistics.arrays import SignArray, sign
from monitor.core.statistics.xmr import Limits, Series

_THREE: Final = 3
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Runs:
    """How many figures in a row make a shift and a trend."""

    shift: int = 7
    trend: int = 7


@dataclass(frozen=True, slots=True, eq=False)
class SpecialCauses:
    """Which signs each figure gives: 1 upwards, -1 downwards, 0 none.

    `side` is the side of the mean that the figure itself lies on, whichever sign it gives.
    """

    outside: SignArray
    shift: SignArray
    trend: SignArray
    two_of_three: SignArray
    side: SignArray
    known: BoolArray

    @property
    def any(self) -> BoolArray:
        """Where there is a sign of special cause."""
        found: BoolArray = (
            (self.outside != 0) | (self.shift != 0) | (self.trend != 0) | (self.two_of_three != 0)
        )
        return found


def latest_signs(series: Series, limits: Limits, runs: Runs = Runs()) -> SpecialCauses:
    """What each figure shows on the day it comes in, with nothing after it.

    A shift or a trend shows at its seventh figure; two of three, at the figure beyond two thirds that is the
    second. All figures of a run are measured against the limits that hold for the last one.
    """
    known: BoolArray = series.known & limits.known
    close = limits.close(series.figures)
    causes = SpecialCauses(
        outside=limits.outside(series.figures),
        shift=_run(runs.shift, lambda back: _side(series, limits, back)),
        trend=_run(runs.trend - 1, lambda back: _step(series, back)),
        two_of_three=_two_of_three(series, limits) * (close != 0),
        side=limits.side(series.figures),
        known=known,
    )
    return _where(known, causes)


def chart_signs(series: Series, limits: Limits, runs: Runs = Runs()) -> SpecialCauses:
    """What each figure of a finished chart shows: all seven of a shift or trend are marked."""
    known: BoolArray = series.known & limits.known
    close = limits.close(series.figures)
    causes = SpecialCauses(
        outside=limits.outside(series.figures),
        shift=_spread(_run(runs.shift, lambda back: _side(series, limits, back)), runs.shift),
        trend=_spread(_run(runs.trend - 1, lambda back: _step(series, back)), runs.trend),
        two_of_three=_spread(_two_of_three(series, limits), _THREE) * (close != 0),
        side=limits.side(series.figures),
        known=known,
    )
    return _where(known, causes)


def _side(series: Series, limits: Limits, back: int) -> SignArray:
    """The side of this place's mean that the figure `back` places before lies on."""
    figures, known = series.before(back)
    return limits.side(figures) * known


def _step(series: Series, back: int) -> SignArray:
    """Which way the figures went, `back` places before."""
    (later, later_known), (earlier, earlier_known) = series.before(back), series.before(back + 1)
    rising, falling = later > earlier, later < earlier
    return sign(rising, falling) * (later_known & earlier_known)


def _run(length: int, sign_before: Callable[[int], SignArray]) -> SignArray:
    """The sign that the last `length` places share, else 0."""
    shared = sign_before(0)
    for back in range(1, length):
        shared = shared * (sign_before(back) == shared)
    return shared


def _two_of_three(series: Series, limits: Limits) -> SignArray:
    """The side on which the last three places all lie, two of them close to the limit; else 0."""
    close = np.zeros(series.figures.shape, dtype=np.int8)
    for back in range(_THREE):
        figures, known = series.before(back)
        close = close + ((limits.close(figures) != 0) & known)
    return _run(_THREE, lambda back: _side(series, limits, back)) * (close >= _TWO)


def _spread(signs: SignArray, length: int) -> SignArray:
    """Each sign laid over the `length` places that it ends."""
    result = signs.copy()
    for ahead in range(1, min(length, signs.shape[1])):
        following = np.zeros_like(signs)
        following[:, :-ahead] = signs[:, ahead:]
        result = np.where(result == 0, following, result)
    return result


def _where(known: BoolArray, causes: SpecialCauses) -> SpecialCauses:
    return SpecialCauses(
        causes.outside * known,
        causes.shift * known,
        causes.trend * known,
        causes.two_of_three * known,
        causes.side * known,
        known,
    )
