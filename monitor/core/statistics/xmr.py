"""The limits of an XmR chart (individual figures and their moving ranges), exact on whole numbers.

mean ± 2.66 times the mean moving range, the moving range being the distance of a figure from the one before
it. W. A. Shewhart's chart in the form of D. J. Wheeler, "Understanding variation" (SPC Press, 1993),
page 60 and appendix; 2.66 is 3 / 1.128. The details are those of NHS England's "Making Data Count" as
NHSRplotthedots (MIT licence, NHS-R Community) computes them.

Figures are whole numbers of one scale (8.0 at one decimal is 80). In binary fractions a series that never
moves would fall outside its own limits by the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from monitor.core.exact import LARGEST_FAST, BoolArray, ExactArray, IntArray
from monitor.core.statistics.arrays import SignArray, sign

FEWEST_FIGURES: Final = 13
"""With fewer figures than this the limits are "trial limits": shown, with a warning, not relied upon."""

# The parts of 2.66 and of two thirds of it over 300, and of 3.267 over 1000.
_PARTS, _LIMIT, _NEAR = 300, 798, 532
_RANGE_PARTS, _RANGE_LIMIT = 1_000, 3_267


@dataclass(frozen=True, slots=True, eq=False)
class Limits:
    """The limits that hold for each figure, whole numbers over `divisor`, and how many figures they rest on.

    Known from two figures that follow one another onwards.
    """

    centre: IntArray
    spread: IntArray
    near: IntArray
    divisor: IntArray
    known: BoolArray
    figures: NDArray[np.int64]

    @property
    def trial(self) -> BoolArray:
        """Where the limits rest on too few figures to be relied upon."""
        return self.figures < FEWEST_FIGURES

    def mean(self, decimals: int = 0) -> ExactArray:
        """The centre line, for figures that were whole numbers of 10**-`decimals`."""
        return self._line(self.centre, decimals)

    def lower(self, decimals: int = 0) -> ExactArray:
        """The lower process limit."""
        return self._line(self.centre - self.spread, decimals)

    def upper(self, decimals: int = 0) -> ExactArray:
        """The upper process limit."""
        return self._line(self.centre + self.spread, decimals)

    def side(self, figures: IntArray) -> SignArray:
        """1 where a figure lies above the mean, -1 below, 0 upon it or where the limits are not known."""
        scaled = figures * self.divisor
        return sign(self.known & (scaled > self.centre), self.known & (scaled < self.centre))

    def outside(self, figures: IntArray) -> SignArray:
        """1 where a figure lies above the upper limit, -1 below the lower."""
        return self._beyond(figures, self.spread)

    def close(self, figures: IntArray) -> SignArray:
        """1 and -1 where a figure lies within a limit, but beyond two thirds of the way to it."""
        close: SignArray = self._beyond(figures, self.near) * (self.outside(figures) == 0)
        return close

    def _beyond(self, figures: IntArray, distance: IntArray) -> SignArray:
        off = figures * self.divisor - self.centre
        return sign(self.known & (off > distance), self.known & (off < -distance))

    def _line(self, line: IntArray, decimals: int) -> ExactArray:
        return ExactArray(line, self.divisor * 10**decimals, self.known)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Figures for a control chart: whole numbers of one scale, which are known, and their stretches.

    All three have the shape (series, places). `stretches` number the parts between rebases, rising with the
    places; nothing is reckoned across a rebase.
    """

    figures: IntArray
    known: BoolArray
    stretches: IntArray

    @classmethod
    def of(cls, figures: IntArray, known: BoolArray, stretches: IntArray | None = None) -> Series:
        """Takes the figures, in integers wide enough for what follows. Raises ValueError for fractions."""
        if figures.dtype != np.dtype(object) and not np.issubdtype(figures.dtype, np.integer):
            raise ValueError(f"a control chart is reckoned on whole numbers, not on {figures.dtype}")
        kept = np.where(known, figures, 0)
        # A sum of n figures times n ranges times 2.66, twice over.
        headroom = LARGEST_FAST // (4 * _LIMIT * max(kept.shape[1], 1) ** 2)
        if kept.dtype != np.dtype(object) and kept.size and int(np.abs(kept).max()) > headroom:
            kept = kept.astype(object)
        parts = np.zeros(figures.shape, dtype=np.int64) if stretches is None else stretches
        return cls(kept, known, np.broadcast_to(parts, figures.shape))

    def before(self, places: int) -> tuple[IntArray, BoolArray]:
        """The figures so many places before each; known only within the same stretch."""
        figures = _shifted(self.figures, places)
        same: BoolArray = _shifted(self.stretches, places, -1) == self.stretches
        return figures, _shifted(self.known, places) & same

    def moving_ranges(self) -> tuple[IntArray, BoolArray]:
        """The distance of each figure from the one before; known where both are, in the same stretch."""
        earlier, known = self.before(1)
        valid: BoolArray = self.known & known
        return np.where(valid, np.abs(self.figures - earlier), 0), valid


def baseline_limits(series: Series, *, fix_after: int | None = None, screen: bool = True) -> Limits:
    """The limits from all figures of each stretch, or from its first `fix_after` places: the chart as drawn.

    With `screen`, moving ranges of 3.267 times their mean or more are left out and the mean taken again, once
    (NHSRplotthedots `screen_outliers`, its default; L. P. Provost, S. K. Murray, "The health care data
    guide", appendix 5.1). A missing figure has no part in the mean, nor in the moving ranges beside it.
    """
    ranges, ranged = series.moving_ranges()
    place = _place_in_stretch(series.stretches)
    within: BoolArray = place < (fix_after if fix_after is not None else place.size + 1)
    totals = [np.zeros(series.figures.shape, dtype=series.figures.dtype) for _ in range(4)]
    for number in np.unique(series.stretches):
        here: BoolArray = (series.stretches == number) & within
        parts = _totals(series.figures, here & series.known, ranges, here & ranged, screen=screen)
        stretch: BoolArray = series.stretches == number
        totals = [np.where(stretch, new, old) for new, old in zip(parts, totals, strict=True)]
    return _limits(*totals)


def window_limits(series: Series, window: int, *, screen: bool = True, ahead: bool = False) -> Limits:
    """For each place the limits from `window` places, its own the last; with `ahead`, from those before it.

    What was judged once stays so: later figures change nothing. Nothing before a rebase counts. `screen` as
    in `baseline_limits`.

    Raises ValueError for a window of fewer than two places.
    """
    if window < 2:  # noqa: PLR2004 - a moving range needs two
        raise ValueError("a window has at least two places")
    nearest = 1 if ahead else 0
    ranges, ranged = series.moving_ranges()
    moving = Series(ranges, ranged, series.stretches)
    total, count = _window_totals(series, range(nearest, nearest + window))
    steps = range(nearest, nearest + window - 1)
    range_total, range_count = _window_totals(moving, steps)
    if screen:
        range_total, range_count = _window_totals(moving, steps, (range_total, range_count))
    return _limits(total, count, range_total, range_count)


def _window_totals(
    series: Series, steps: range, mean: tuple[IntArray, IntArray] | None = None
) -> tuple[IntArray, IntArray]:
    """Sum and number of the known figures so many places before; with `mean`, of those that pass."""
    total, count = np.zeros_like(series.figures), np.zeros(series.known.shape, dtype=np.int64)
    for step in steps:
        figures, known = series.before(step)
        kept = known if mean is None else known & _passes(figures, *mean)
        total, count = total + np.where(kept, figures, 0), count + kept
    return total, count


def _totals(
    figures: IntArray, known: BoolArray, ranges: IntArray, ranged: BoolArray, *, screen: bool
) -> tuple[IntArray, ...]:
    """Sum and number of figures and of moving ranges, a column each."""
    total, count = _sum(figures, known), known.sum(axis=1, keepdims=True)
    range_total, range_count = _sum(ranges, ranged), ranged.sum(axis=1, keepdims=True)
    if screen:
        kept: BoolArray = ranged & _passes(ranges, range_total, range_count)
        range_total, range_count = _sum(ranges, kept), kept.sum(axis=1, keepdims=True)
    return total, count, range_total, range_count


def _passes(ranges: IntArray, total: IntArray, count: IntArray) -> BoolArray:
    """Whether a moving range is below 3.267 times the mean one. A range of nothing always is."""
    below: BoolArray = ranges * _RANGE_PARTS * count < total * _RANGE_LIMIT
    still: BoolArray = ranges == 0
    return below | still


def _sum(figures: IntArray, kept: BoolArray) -> IntArray:
    return np.asarray(np.where(kept, figures, 0).sum(axis=1, keepdims=True))


def _limits(total: IntArray, count: IntArray, range_total: IntArray, range_count: IntArray) -> Limits:
    known: BoolArray = (count > 0) & (range_count > 0)
    figures, ranges = np.where(known, count, 1), np.where(known, range_count, 1)
    return Limits(
        centre=total * ranges * _PARTS,
        spread=range_total * figures * _LIMIT,
        near=range_total * figures * _NEAR,
        divisor=figures * ranges * _PARTS,
        known=known,
        figures=count.astype(np.int64),
    )


def _place_in_stretch(stretches: IntArray) -> NDArray[np.int64]:
    """0 for the first place of a stretch, 1 for the next, and so on."""
    places = np.broadcast_to(np.arange(stretches.shape[1]), stretches.shape)
    first = np.ones(stretches.shape, dtype=np.bool_)
    first[:, 1:] = stretches[:, 1:] != stretches[:, :-1]
    starts: NDArray[np.int64] = np.maximum.accumulate(np.where(first, places, 0), axis=1)
    return places - starts


def _shifted(array: NDArray[Any], places: int, fill: int = 0) -> NDArray[Any]:
    if places == 0:
        return array
    result = np.full_like(array, fill)
    if places < array.shape[1]:
        result[:, places:] = array[:, : array.shape[1] - places]
    return result
