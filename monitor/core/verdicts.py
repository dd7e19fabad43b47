"""What one alert rule says of each figure of a panel."""

from dataclasses import dataclass
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.rulebook import AlertRule, Level, LevelCondition, Thresholds
from monitor.core.sight import LimitCells, Sight, TruthCells, scaled_decimal

_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


@dataclass(frozen=True, slots=True)
class _Seen:
    """A level with what its condition says of every figure."""

    level: LevelCondition
    truth: TruthCells
    limits: tuple[LimitCells, ...]


class Verdicts:
    """The verdicts of one rule. A fault in it is its own health and touches no other rule."""

    def __init__(self, rule: AlertRule, sight: Sight) -> None:
        self._rule = rule
        self._sight = sight
        self._problem = ""
        self._levels: dict[int, tuple[_Seen, ...]] = {}
        self._recovery: dict[int, TruthCells | None] = {}
        try:
            for thresholds in (rule.thresholds, *rule.overrides.values()):
                self._look(thresholds)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rule's health says so
            self._problem = f"{type(fault).__name__}: {fault}"

    def _look(self, thresholds: Thresholds) -> None:
        self._levels[id(thresholds)] = tuple(
            _Seen(level, self._sight.truth(level.condition), self._sight.limits_of(level.condition))
            for level in thresholds.levels
        )
        recover = thresholds.recover
        self._recovery[id(thresholds)] = None if recover is None else self._sight.truth(recover)

    def of(self, row: int, column: int) -> RuleEvaluation:
        """The rule's verdict on one figure."""
        thresholds = self._rule.thresholds_for(self._sight.panel.areas[row])
        if self._problem:
            faulty = _Seen(thresholds.levels[0], TruthCells([], []), ())
            return self._verdict(row, column, faulty, RuleHealth.ERROR)
        levels = self._levels[id(thresholds)]
        holding, certain = _worst(levels, row, column)
        if holding is None and not certain:
            return self._verdict(row, column, levels[0], RuleHealth.NO_DATA)
        recovery = self._recovery[id(thresholds)]
        # A figure that breaches is never a recovery, whatever the recovery limit says.
        recovered = holding is None and (recovery is None or recovery.true[row][column])
        return self._verdict(
            row,
            column,
            holding or levels[0],
            RuleHealth.OK,
            level=holding.level.level if holding else None,
            recovered=recovered,
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


def _worst(levels: tuple[_Seen, ...], row: int, column: int) -> tuple[_Seen | None, bool]:
    """The most severe level that holds, and whether all levels above it are known."""
    certain = True
    for seen in reversed(levels):
        if seen.truth.true[row][column]:
            return seen, certain
        certain = certain and seen.truth.known[row][column]
    return None, certain
