"""Where an authority stands among others: rank, quartile, and the figure of its peers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from monitor.core.exact import BoolArray, ExactArray, IntArray
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import Polarity

NO_RANK: Final = 0
NO_PEER: Final = -1

_QUARTERS = 4


@dataclass(frozen=True, slots=True, eq=False)
class PeerFigures:
    """For each area and period the figure of its peers, and how many of them it rests on."""

    figures: ExactArray
    present: NDArray[np.int64]


def ranks(figures: IntArray, known: BoolArray, polarity: Polarity) -> NDArray[np.int64]:
    """The rank of each area (axis 0) in each period: 1 is best, ties share the best rank, missing has none.

    None (`NO_RANK`) for a polarity without a better side. As the Department for Education's Local Authority
    Interactive Tool ranks (R/fn_analysis.R, `calculate_rank`, ties "min").
    """
    result = np.full(figures.shape, NO_RANK, dtype=np.int64)
    if polarity not in (Polarity.HIGHER_IS_BETTER, Polarity.LOWER_IS_BETTER):
        return result
    goodness = figures if polarity is Polarity.LOWER_IS_BETTER else -figures
    for period in range(figures.shape[1]):
        here = known[:, period]
        column = goodness[here, period]
        result[here, period] = 1 + np.searchsorted(np.sort(column), column, side="left")
    return result


def quartiles(figures: IntArray, known: BoolArray, polarity: Polarity) -> NDArray[np.int64]:
    """The quartile of each area (axis 0) in each period: 1 is the best quarter ("A"), 4 the worst ("D").

    The limits are the sample quantiles of R's type 7 (linear interpolation), reckoned exactly; a figure upon
    a limit belongs to the lower quarter by value. None (`NO_RANK`) for a polarity without a better side, and
    where missing. As the Local Authority Interactive Tool bands (`calculate_quartile_band`).
    """
    result = np.full(figures.shape, NO_RANK, dtype=np.int64)
    if polarity not in (Polarity.HIGHER_IS_BETTER, Polarity.LOWER_IS_BETTER):
        return result
    for period in range(figures.shape[1]):
        here = known[:, period]
        column = figures[here, period]
        if column.size:
            by_value = 1 + sum((column * _QUARTERS > limit).astype(np.int64) for limit in _limits(column))
            result[here, period] = by_value if polarity is Polarity.LOWER_IS_BETTER else 5 - by_value
    return result


def peer_figures(
    figures: IntArray,
    known: BoolArray,
    peers: NDArray[np.int64],
    statistic: PeerStatistic,
    *,
    fewest: int = 1,
    decimals: int = 0,
) -> PeerFigures:
    """The mean or median of each area's peers in each period, exact; missing with fewer than `fewest`.

    `figures` and `known` are (areas, periods), whole numbers of 10**-`decimals`; `peers` is (areas judged,
    most peers) and holds row numbers, `NO_PEER` where there are fewer. A peer without a figure is left out.
    """
    theirs = figures[peers]
    there: BoolArray = known[peers] & (peers != NO_PEER)[:, :, np.newaxis]
    present: NDArray[np.int64] = there.sum(axis=1)
    enough: BoolArray = present >= max(fewest, 1)
    count = np.where(enough, present, 1)
    if statistic is PeerStatistic.MEAN:
        total = np.where(there, theirs, 0).sum(axis=1)
        return PeerFigures(ExactArray(total, count * 10**decimals, enough), present)
    doubled = _doubled_median(theirs, there, count)
    return PeerFigures(ExactArray(np.where(enough, doubled, 0), 2 * 10**decimals, enough), present)


def _limits(column: IntArray) -> list[Any]:
    """Four times the lower quartile, the median and the upper quartile."""
    ordered = np.sort(column)
    limits = []
    for quarter in range(1, _QUARTERS):
        place, rest = divmod((column.size - 1) * quarter, _QUARTERS)
        following = ordered[min(place + 1, column.size - 1)]
        limits.append(ordered[place] * (_QUARTERS - rest) + following * rest)
    return limits


def _doubled_median(theirs: IntArray, there: BoolArray, count: NDArray[np.int64]) -> IntArray:
    """Twice the median along axis 1 of what is there: the sum of the two middle figures."""
    highest = theirs.max(initial=0) + 1
    ordered = np.sort(np.where(there, theirs, highest), axis=1)
    middle = [((count - 1) // 2)[:, np.newaxis, :], (count // 2)[:, np.newaxis, :]]
    lower, upper = (np.take_along_axis(ordered, place, axis=1)[:, 0, :] for place in middle)
    return np.asarray(lower + upper)
