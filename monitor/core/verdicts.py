"""What one alert rule says of each figure of a panel."""

from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

import numpy as np

from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.rulebook import AlertRule, Level, LevelCondition, Thresholds
from monitor.core.sight import LimitCells, Sight, scaled_decimal

_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_NONE = -1


@dataclass(frozen=True, slots=True)
class _Seen:
    """A level with what its condition compares the value with."""

    level: LevelCondition
    limits: tuple[LimitCells, ...]


@dataclass(frozen=True, slots=True)
class _Findings:
    """What one set of thresholds says of every figure, by series and place.

    ``holding`` is the number of the most severe level that holds (-1: none); ``certain`` says whether all
    levels above it are known.
    """

    levels: tuple[_Seen, ...]
    holding: list[list[int]]
    certain: list[list[bool]]
    recovered: list[list[bool]]


class Verdicts:
    """The verdicts of one rule. A fault in it is its own health and touches no other rule."""

    def __init__(self, rule: AlertRule, sight: Sight) -> None:
        self._rule = rule
        self._sight = sight
        self._problem = ""
        self._found: dict[int, _Findings] = {}
        try:
            for thresholds in (rule.thresholds, *rule.overrides.values()):
                self._found[id(thresholds)] = _findings(thresholds, sight)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rule's health says so
            self._problem = f"{type(fault).__name__}: {fault}"

    def breaches(self, row: int) -> list[int]:
        """The places of a series at which a level holds."""
        if self._problem:
            return []
        thresholds = self._rule.thresholds_for(self._sight.panel.areas[row])
        holding = self._found[id(thresholds)].holding[row]
        return [place for place, number in enumerate(holding) if number != _NONE]

    def of(self, row: int, column: int) -> RuleEvaluation:
        """The rule's verdict on one figure."""
        thresholds = self._rule.thresholds_for(self._sight.panel.areas[row])
        if self._problem:
            return self._verdict(row, column, _Seen(thresholds.levels[0], ()), RuleHealth.ERROR)
        found = self._found[id(thresholds)]
        number, certain = found.holding[row][column], found.certain[row][column]
        if number == _NONE and not certain:
            return self._verdict(row, column, found.levels[0], RuleHealth.NO_DATA)
        shown = found.levels[max(number, 0)]
        return self._verdict(
            row,
            column,
            shown,
            RuleHealth.OK,
            level=None if number == _NONE else shown.level.level,
            recovered=found.recovered[row][column],
            certain=certain,
        )

    def _verdict(
        self,
        row: int,
        column: int,
        shown: _Seen,
        health: RuleHealth,
        *,
        level: Level | None = None,
        recovered: bool = False,
        certain: bool = False,
    ) -> RuleEvaluation:
        figure = self._sight.panel.observations[row][column]
        return RuleEvaluation(
            rule=self._rule.id,
            area=self._sight.panel.areas[row].name,
            period_end=figure.period_end,
            observation_id=figure.id,
            revision=figure.revision,
            health=health,
            problem=self._problem,
            level=level,
            certain=certain,
            recovered=recovered,
            limit=self._limit(shown.limits, row, column),
            limit_text=shown.level.condition.text,
            limit_position=shown.level.position,
            lowest=self._rule.thresholds_for(self._sight.panel.areas[row]).levels[0].level,
        )

    def _limit(self, limits: tuple[LimitCells, ...], row: int, column: int) -> Decimal | None:
        """The first limit that the figure is beyond, else the first one, if any."""
        first: Decimal | None = None
        value = self._sight.amount("value", row, column)
        for found in limits:
            scaled = found.scaled[row][column]
            if scaled is None:
                continue
            limit = scaled_decimal(scaled, found.decimals)
            if value is not None and _COMPARE[found.operator](value, limit):
                return limit
            first = limit if first is None else first
        return first


def _findings(thresholds: Thresholds, sight: Sight) -> _Findings:
    """Looks at all figures at once, from the most severe level down."""
    shape = sight.panel.shape
    holding = np.full(shape, _NONE, dtype=np.int64)
    certain, undecided = np.ones(shape, dtype=np.bool_), np.ones(shape, dtype=np.bool_)
    for number in range(len(thresholds.levels) - 1, -1, -1):
        truth = sight.truth(thresholds.levels[number].condition)
        holding[undecided & truth.true] = number
        undecided &= ~truth.true
        certain &= ~undecided | truth.known
    # A figure that breaches is never a recovery, whatever the recovery limit says.
    over = undecided & certain
    if thresholds.recover is not None:
        over &= sight.truth(thresholds.recover).true
    levels = tuple(_Seen(each, sight.limits_of(each.condition)) for each in thresholds.levels)
    return _Findings(levels, holding.tolist(), certain.tolist(), over.tolist())
