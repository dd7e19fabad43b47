"""What an area is compared with: its statistical neighbours, the region and the country around it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.exact import BoolArray, ExactArray, IntArray
from monitor.core.observations import Observation
from monitor.core.panel import Panel
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import Indicator, NeighbourFigure, NeighbourSet, Polarity
from monitor.core.statistics.ranking import NO_PEER, NO_RANK, peer_figures


@dataclass(frozen=True)
class Others:
    """Every area's figures of one indicator, to compare with; ``series`` as for a panel.

    Figures are compared for the very same period end, at the published precision: what is averaged is what
    was published (the Local Authority Interactive Tool averages rates, not counts).
    """

    areas: AreaTree
    series: Mapping[Area, Sequence[Observation]] = field(default_factory=dict)
    neighbour_sets: Mapping[str, NeighbourSet] = field(default_factory=dict)

    def comparison(self, indicator: Indicator) -> "Comparison":
        """Puts the figures side by side."""
        return Comparison(self, Panel.of(indicator, self.series))


@dataclass(frozen=True)
class Comparison:
    """The others' figures in a grid of areas and period ends."""

    others: Others
    everybody: Panel

    @cached_property
    def _days(self) -> NDArray[np.int64]:
        return np.unique(self.everybody.period_ends)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {area.name: row for row, area in enumerate(self.everybody.areas)}

    @cached_property
    def _grid(self) -> tuple[IntArray, BoolArray]:
        """Figures and which are known, by area and period end."""
        panel = self.everybody
        shape = (len(panel.areas), len(self._days))
        figures, known = np.zeros(shape, dtype=panel.values.numerator.dtype), np.zeros(shape, dtype=np.bool_)
        for row, observations in enumerate(panel.observations):
            places = np.searchsorted(self._days, panel.period_ends[row, : len(observations)])
            figures[row, places] = panel.values.numerator[row, : len(observations)]
            known[row, places] = panel.values.known[row, : len(observations)]
        return figures, known

    def neighbours(self, panel: Panel, asked: NeighbourFigure) -> ExactArray:
        """Each figure's neighbours' mean or median for its period, at published precision."""
        wanted = self.others.neighbour_sets[asked.set].neighbours
        decimals = panel.indicator.decimals
        return self._peers(
            panel, lambda area: wanted.get(area.name, ()), asked.statistic, asked.minimum
        ).rounded(decimals)

    def around(self, panel: Panel, kind: AreaType) -> ExactArray:
        """The figure of the nearest region or country around each area for the same period."""
        tree = self.others.areas

        def wider(area: Area) -> Sequence[str]:
            return [each.name for each in tree.ancestors(area.name) if each.type is kind][:1]

        return self._peers(panel, wider, PeerStatistic.MEAN, 1).rounded(panel.indicator.decimals)

    def placed(
        self, panel: Panel, place_of: Callable[[IntArray, BoolArray, Polarity], NDArray[np.int64]]
    ) -> ExactArray:
        """Each figure's place among all areas of its kind for its period: a rank or a quartile."""
        figures, known = self._grid
        places = np.full(figures.shape, NO_RANK, dtype=np.int64)
        kinds = np.array([area.type for area in self.everybody.areas])
        for kind in {area.type for area in panel.areas}:
            rows = np.flatnonzero(kinds == kind)
            places[rows] = place_of(figures[rows], known[rows], panel.indicator.polarity)
        own = [self._rows.get(area.name) for area in panel.areas]
        present = [0 if row is None else row for row in own]
        by_day = places[present]
        there = (by_day != NO_RANK) & np.array([row is not None for row in own])[:, np.newaxis]
        return self._at(panel, ExactArray.scaled(np.where(there, by_day, 0), 0, there), decimals=0)

    def figures_of(self, names: Sequence[str], period_end: int) -> list[tuple[str, int | None]]:
        """Each named area's figure for a period (an ordinal), whole numbers of the published precision."""
        figures, known = self._grid
        place = int(np.searchsorted(self._days, period_end))
        there = place < len(self._days) and self._days[place] == period_end
        found: list[tuple[str, int | None]] = []
        for name in names:
            row = self._rows.get(name)
            is_known = there and row is not None and bool(known[row, place])
            found.append((name, int(figures[row, place]) if is_known and row is not None else None))
        return found

    def _peers(
        self, panel: Panel, names_of: Callable[[Area], Sequence[str]], statistic: PeerStatistic, fewest: int
    ) -> ExactArray:
        named = [[self._rows[name] for name in names_of(area) if name in self._rows] for area in panel.areas]
        most = max((len(rows) for rows in named), default=0)
        if not most or not len(self._days):
            return ExactArray.scaled(
                np.zeros(panel.shape, dtype=np.int64), 0, np.zeros(panel.shape, np.bool_)
            )
        peers = np.array([[*rows, *[NO_PEER] * (most - len(rows))] for rows in named], dtype=np.int64)
        figures, known = self._grid
        by_day = peer_figures(
            figures, known, peers, statistic, fewest=fewest, decimals=panel.indicator.decimals
        ).figures.rounded(panel.indicator.decimals)
        return self._at(panel, by_day, decimals=panel.indicator.decimals)

    def _at(self, panel: Panel, by_day: ExactArray, *, decimals: int) -> ExactArray:
        """Takes for each of the panel's figures the column of its period end; padding has none."""
        places = np.clip(np.searchsorted(self._days, panel.period_ends), 0, len(self._days) - 1)
        matches = self._days[places] == panel.period_ends
        rows = np.arange(len(panel.areas))[:, np.newaxis]
        numerators, known = by_day.numerator[rows, places], by_day.known[rows, places] & matches
        return ExactArray.scaled(np.where(known, numerators, 0), decimals, known)
