"""The figure that is explained, within everything that rules look at, and what of it must not be shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from monitor.charts import reveals_a_small_number
from monitor.cli.scorecard import Rated, shielded
from monitor.core.areas import Area
from monitor.core.disclosure import protected_on
from monitor.core.evaluation import Judged, evaluate, looks_at_ranks
from monitor.core.observations import Observation
from monitor.core.others import Comparison
from monitor.core.panel import Panel
from monitor.core.rulebook import Indicator
from monitor.core.sight import Sight
from monitor.standings import by_area, others_of
from monitor.store.figures import figures
from monitor.wording import FigureFormat
from monitor.world import World


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
            if gives_away_an_input(connection, world, indicator, area, series[area][-1]):
                protected |= {(area.name, days[-1])}
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


def gives_away_an_input(
    connection: Connection, world: World, indicator: Indicator, area: Area, figure: Observation
) -> bool:
    """Whether a ratio would give its numerator away, which is withheld where it stands by itself."""
    if indicator.derivation is None or indicator.scale is None or figure.numerator is None:
        return False
    above = world.rulebook.indicators[indicator.derivation.of[0]]
    return area.name in protected_in(connection, world, above, figure.period_end)
