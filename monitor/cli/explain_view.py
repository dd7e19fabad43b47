"""The figure that is explained, within everything that rules look at, and what of it must not be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np
from sqlalchemy import Connection

from monitor.charts import reveals_a_small_number
from monitor.cli.scorecard import Rated, shielded
from monitor.core.areas import Area
from monitor.core.derivation import DerivationMethod
from monitor.core.disclosure import protected_on
from monitor.core.evaluation import Judged, evaluate, looks_at_ranks
from monitor.core.exact import ExactArray
from monitor.core.observations import Observation
from monitor.core.others import Comparison
from monitor.core.panel import Panel
from monitor.core.rulebook import Indicator
from monitor.core.sight import Sight, scaled_decimal
from monitor.core.statistics.xmr import Series
from monitor.standings import by_area, others_of
from monitor.store.figures import figures
from monitor.wording import FigureFormat
from monitor.world import World

MORE_DECIMALS: Final = 1
"""Means, intervals and limits of charts are shown with so many decimals more than the figures."""


@dataclass(frozen=True)
class View:
    """The last figure of one area. ``figure`` None: there is none.

    ``judged``, ``sight`` and ``comparison`` hold the true figures: nothing is shown from them but by way of
    ``protected``, (area, period end) of what must not be shown on the days of the area's own series.
    """

    indicator: Indicator
    area: Area
    series: Mapping[Area, Sequence[Observation]]
    figure: Rated | None
    sight: Sight
    judged: Judged
    comparison: Comparison | None
    protected: frozenset[tuple[str, date]]

    @classmethod
    def of(
        cls, connection: Connection, world: World, indicator: Indicator, area: Area, until: date | None
    ) -> "View":
        """Judges the figures up to ``until`` (None: all) by the one evaluation path."""
        series = by_area(figures(connection, indicator.id, until=until), world.areas)
        rules = world.rulebook.rules_of(indicator.id)
        others = others_of(connection, world, indicator)
        judged = evaluate(indicator, rules, series, others=others, lazily=True)
        sight = Sight.of(Panel.of(indicator, series), others, ranked=looks_at_ranks(rules))
        days = [each.period_end for each in series.get(area, ())]
        protected = protected_on(sight.panel, days, world.areas)
        figure = None
        if days:
            protected |= _giving_inputs_away(connection, world, indicator, days[-1])
            row = sight.panel.areas.index(area)
            figure = shielded(sight.evaluation(row, len(days) - 1), indicator, protected)
        comparison = others.comparison(indicator) if others is not None else None
        return cls(indicator, area, series, figure, sight, judged, comparison, protected)

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the figure.

        Raises:
            ValueError: there is none.
        """
        return self.sight.panel.areas.index(self.area), len(self.series[self.area]) - 1

    @property
    def period_end(self) -> date:
        """The last day of the figure's period; long past where there is no figure."""
        return self.figure.evaluation.period_end if self.figure else date.min

    @property
    def format(self) -> FigureFormat:
        """How the indicator's figures are written."""
        return FigureFormat(self.indicator.unit, self.indicator.decimals)

    def conceals(self, line: Decimal) -> bool:
        """Whether a line must not be shown beside the figure, since that is withheld."""
        hidden = self.figure is not None and self.figure.protected
        return hidden and reveals_a_small_number(line, self.format)

    def cell(self, array: ExactArray, decimals: int) -> Decimal | None:
        """The figure's cell of an array that spreads over the panel, rounded to ``decimals``."""
        shape, place = self.sight.panel.shape, self.place
        if not np.broadcast_to(array.known, shape)[place]:
            return None
        return scaled_decimal(int(np.broadcast_to(array.rounded(decimals).numerator, shape)[place]), decimals)

    def chart_series(self) -> Series:
        """The panel's figures as a control chart has them."""
        panel = self.sight.panel
        stretches = panel.stretches(self.indicator.rebases)
        return Series.of(panel.values.numerator, panel.values.known, stretches)

    def withholds_of_last(self, figures: int, *, ahead: bool = False) -> bool:
        """Whether one of the last ``figures`` is withheld; with ``ahead``, of those before the figure."""
        own = self.series[self.area]
        end = len(own) - 1 if ahead else len(own)
        window = own[max(0, end - figures) : end]
        return any((self.area.name, each.period_end) in self.protected for each in window)


def protected_in(
    connection: Connection, world: World, indicator: Indicator, period_end: date
) -> frozenset[str]:
    """The areas whose figure for a period must not be shown."""
    rows = [
        each
        for each in figures(connection, indicator.id, until=period_end, last=1)
        if each.period_end == period_end
    ]
    panel = Panel.of(indicator, by_area(rows, world.areas))
    return frozenset(name for name, _ in protected_on(panel, [period_end], world.areas))


def _giving_inputs_away(
    connection: Connection, world: World, indicator: Indicator, period_end: date
) -> frozenset[tuple[str, date]]:
    """The figures of a ratio that would give away a numerator that is withheld where it stands alone."""
    derivation = indicator.derivation
    if derivation is None or derivation.method is not DerivationMethod.RATIO:
        return frozenset()
    above = world.rulebook.indicators[derivation.of[0]]
    return frozenset((name, period_end) for name in protected_in(connection, world, above, period_end))
