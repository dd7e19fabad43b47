"""Figures as the command line may show them: judged by the one evaluation path, small numbers left out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection

from monitor.charts import reveals_a_small_number
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate, figures_needed
from monitor.core.judgements import DirectionOfTravel, Evaluation
from monitor.core.rulebook import Indicator
from monitor.standings import SPARE_FIGURES, by_area, others_of
from monitor.store.figures import figures
from monitor.wording import FigureFormat
from monitor.world import World

Protected = Collection[tuple[str, date]]
"""(area, period end) of every figure of one indicator that must not be shown."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A judged figure, fit to be shown: what is ``protected`` is None, and what would narrow it down too."""

    indicator: Indicator
    evaluation: Evaluation
    protected: bool
    previous_protected: bool

    @property
    def figures(self) -> FigureFormat:
        """How the indicator's figures are written."""
        return FigureFormat(self.indicator.unit, self.indicator.decimals)


@dataclass(frozen=True, slots=True)
class Series:
    """Everything judged of one indicator. ``judged`` holds the true figures: never print from it."""

    indicator: Indicator
    judged: Judged
    protected: Protected

    def rated(self) -> list[Rated]:
        """Every figure, fit to be shown, by area and period."""
        return [shielded(each, self.indicator, self.protected) for each in self.judged.evaluations]


def series_of(
    connection: Connection, world: World, indicator: Indicator, *, as_of: date | None, whole: bool
) -> Series:
    """Judges an indicator's figures in all areas: what one area's gives away depends on the others.

    ``whole`` False: only as many as the latest figure needs.
    """
    rules = world.rulebook.rules_of(indicator.id)
    last = None if whole else figures_needed(indicator, rules) + 1 + SPARE_FIGURES
    rows = figures(connection, indicator.id, until=as_of, last=last)
    others = others_of(connection, world, indicator)
    judged = evaluate(indicator, rules, by_area(rows, world.areas), others=others)
    return Series(indicator, judged, protected_figures(indicator, judged.evaluations, world.areas))


def latest(rated: Iterable[Rated]) -> list[Rated]:
    """The last of each area's figures."""
    by_place: dict[tuple[str, str], Rated] = {}
    for each in rated:
        by_place[each.indicator.id, each.evaluation.area] = each
    return list(by_place.values())


def shielded(evaluation: Evaluation, indicator: Indicator, protected: Protected) -> Rated:
    """Takes out what must not be shown, by the rules that mails keep too (:mod:`monitor.compose.shield`)."""
    area, before = evaluation.area, evaluation.previous_period_end
    hidden = (area, evaluation.period_end) in protected
    hidden_before = before is not None and (area, before) in protected
    figure_format = FigureFormat(indicator.unit, indicator.decimals)
    if hidden_before:
        evaluation = replace(evaluation, previous_value=None)
    if hidden or hidden_before:
        # Which way it moved from or to a figure that is shown says how large the withheld one is.
        evaluation = replace(evaluation, direction=DirectionOfTravel.UNKNOWN)
    if hidden:
        evaluation = replace(
            evaluation,
            value=None,
            numerator=None,
            denominator=None,
            target=_shown(evaluation.target, figure_format),
            lower=_shown(evaluation.lower, figure_format),
            upper=_shown(evaluation.upper, figure_format),
        )
    return Rated(indicator, evaluation, hidden, hidden_before)


def _shown(line: Decimal | None, figure_format: FigureFormat) -> Decimal | None:
    return None if line is None or reveals_a_small_number(line, figure_format) else line


def plain_number(value: Decimal | None) -> int | float | None:
    """A figure for JSON."""
    if value is None:
        return None
    return int(value) if value.as_tuple().exponent == 0 else float(value)
