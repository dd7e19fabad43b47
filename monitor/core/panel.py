"""The figures of one indicator as arrays: one row a series, one column a place in its sequence of figures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.core.areas import Area
from monitor.core.dated import Dated
from monitor.core.exact import ExactArray, round_half_away
from monitor.core.observations import Observation
from monitor.core.rulebook import Indicator

IntGrid = NDArray[np.int64]
BoolGrid = NDArray[np.bool_]
T = TypeVar("T")

NO_ENTRY = -1
_NEVER = date.max.toordinal()


@dataclass(frozen=True)
class Panel:
    """The series of one indicator, each in the order of its periods, the shorter ones padded at the end.

    ``previous(n)`` is the figure n places earlier in the same series, whatever lies between their dates: a
    council that publishes March, June and November compares November with June.
    """

    indicator: Indicator
    areas: tuple[Area, ...]
    observations: tuple[tuple[Observation, ...], ...]

    @classmethod
    def of(cls, indicator: Indicator, series: Mapping[Area, Sequence[Observation]]) -> "Panel":
        """Builds the panel; each series is one area's latest revisions in the order of their periods."""
        return cls(indicator, tuple(series), tuple(tuple(figures) for figures in series.values()))

    @cached_property
    def shape(self) -> tuple[int, int]:
        """Series, and the figures of the longest of them."""
        return len(self.areas), max((len(figures) for figures in self.observations), default=0)

    @cached_property
    def period_ends(self) -> IntGrid:
        """Each figure's period end as a proleptic ordinal; padding holds the last day that there is."""
        return self._grid(lambda figure: figure.period_end.toordinal(), _NEVER)

    @cached_property
    def values(self) -> ExactArray:
        """The figures at the indicator's published precision, rounded half away from zero.

        A figure that came without a value is computed from its numerator and denominator, and rounded once.
        """
        given = self.amounts(lambda _, figure: figure.value)
        scale = self.indicator.scale
        if scale is None:
            return given.rounded(self.indicator.decimals)
        ratio = self.numerators / self.denominators * ExactArray.constant(scale)
        decimals = self.indicator.decimals
        chosen = np.where(given.known, round_half_away(given, decimals), round_half_away(ratio, decimals))
        return ExactArray.scaled(
            chosen, decimals, given.known | np.broadcast_to(ratio.known, given.known.shape)
        )

    @cached_property
    def numerators(self) -> ExactArray:
        """The numerators, exact."""
        return self.amounts(lambda _, figure: figure.numerator)

    @cached_property
    def denominators(self) -> ExactArray:
        """The denominators, exact."""
        return self.amounts(lambda _, figure: figure.denominator)

    def entry_grid(self, entries: Sequence[Dated[T]]) -> IntGrid:
        """For each figure the index of the dated entry in force at its period's end, or -1.

        Areas that the entries' scopes treat alike are looked up once.
        """
        days, inverse = np.unique(self.period_ends, return_inverse=True)
        inverse = inverse.reshape(self.shape)
        dates = [date.fromordinal(int(day)) for day in days]
        by_signature: dict[tuple[int, ...], IntGrid] = {}
        grid = np.full(self.shape, NO_ENTRY, dtype=np.int64)
        for row, area in enumerate(self.areas):
            signature = tuple(entry.scope.specificity(area) for entry in entries)
            if signature not in by_signature:
                by_signature[signature] = _entries_by_day(entries, signature, dates)
            grid[row] = by_signature[signature][inverse[row]]
        return grid

    def stretches(self, rebases: Sequence[Dated[bool]]) -> IntGrid | None:
        """For each figure how many of its area's rebases began by its period's end; None without any."""
        if not rebases:
            return None
        grid = np.zeros(self.shape, dtype=np.int64)
        for row, area in enumerate(self.areas):
            days = sorted(entry.start.toordinal() for entry in rebases if entry.scope.covers(area))
            grid[row] = np.searchsorted(np.array(days, dtype=np.int64), self.period_ends[row], side="right")
        return grid

    def from_entries(self, grid: IntGrid, amounts: Sequence[int | None]) -> ExactArray:
        """Spreads each entry's amount (millionths) over its figures, at published precision."""
        numbers = np.array([*(amount or 0 for amount in amounts), 0], dtype=np.int64)
        known = np.array([*(amount is not None for amount in amounts), False], dtype=np.bool_)
        spread = ExactArray(numbers[grid], 1_000_000, known[grid])
        return spread.rounded(self.indicator.decimals)

    def amounts(self, pick: Callable[[Area, Observation], int | None]) -> ExactArray:
        """Amounts in millionths for every figure, exact; missing where ``pick`` gives None."""
        known = np.zeros(self.shape, dtype=np.bool_)
        amounts = np.zeros(self.shape, dtype=np.int64)
        for row, (area, figures) in enumerate(zip(self.areas, self.observations, strict=True)):
            for column, figure in enumerate(figures):
                amount = pick(area, figure)
                if amount is not None:
                    known[row, column] = True
                    amounts[row, column] = amount
        return ExactArray(amounts, 1_000_000, known)

    def _grid(self, pick: Callable[[Observation], int], padding: int) -> IntGrid:
        grid = np.full(self.shape, padding, dtype=np.int64)
        for row, figures in enumerate(self.observations):
            grid[row, : len(figures)] = [pick(figure) for figure in figures]
        return grid


def _entries_by_day(entries: Sequence[Dated[T]], signature: tuple[int, ...], days: Sequence[date]) -> IntGrid:
    """For each day the index of the entry in force, the closest scope and then the latest start winning."""
    found = []
    for day in days:
        best = max(
            (index for index, entry in enumerate(entries) if signature[index] >= 0 and entry.in_force(day)),
            key=lambda index: (signature[index], entries[index].start),
            default=NO_ENTRY,
        )
        found.append(best)
    return np.array(found, dtype=np.int64)
