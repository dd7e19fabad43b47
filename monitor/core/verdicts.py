"""What one alert rule says of each figure of a panel."""

from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne

from monitor.core.conditions import Condition
from monitor.core.judgements import RuleEvaluation, RuleHealth
from monitor.core.rulebook import AlertRule, LevelCondition, Thresholds
from monitor.core.sight import Sight, scaled_decimal

_COMPARE = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


class Verdicts:
    """The verdicts of one rule. A fault in it is its own health and touches no other rule."""

    def __init__(self, rule: AlertRule, sight: Sight) -> None:
        self._rule = rule
        self._sight = sight
        self._problem = ""
        try:
            for thresholds in (rule.thresholds, *rule.overrides.values()):
                for level in thresholds.levels:
                    sight.truth(level.condition)
                    sight.limits_of(level.condition)
                if thresholds.recover is not None:
                    sight.truth(thresholds.recover)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rule's health says so
            self._problem = f"{type(fault).__name__}: {fault}"

    def of(self, row: int, column: int) -> RuleEvaluation:
        """The rule's verdict on one figure."""
        thresholds = self._rule.thresholds_for(self._sight.panel.areas[row])
        if self._problem:
            return self._verdict(row, column, thresholds.levels[0], RuleHealth.ERROR)
        holding, certain = self._worst(thresholds, row, column)
        if holding is None and not certain:
            return self._verdict(row, column, thresholds.levels[0], RuleHealth.NO_DATA)
        recovered = self._recovered(thresholds, row, column, breaching=holding is not None)
        shown = holding or thresholds.levels[0]
        return self._verdict(
            row, column, shown, RuleHealth.OK, holding=holding, recovered=recovered, certain=certain
        )

    def _worst(self, thresholds: Thresholds, row: int, column: int) -> tuple[LevelCondition | None, bool]:
        """The most severe level that holds, and whether all levels above it are known."""
        certain = True
        for level in reversed(thresholds.levels):
            truth = self._sight.truth(level.condition)
            if truth.true[row, column]:
                return level, certain
            certain = certain and bool(truth.known[row, column])
        return None, certain

    def _recovered(self, thresholds: Thresholds, row: int, column: int, *, breaching: bool) -> bool:
        """A figure that breaches is never a recovery, whatever the recovery limit says."""
        if breaching:
            return False
        return thresholds.recover is None or bool(self._sight.truth(thresholds.recover).true[row, column])

    def _verdict(
        self,
        row: int,
        column: int,
        shown: LevelCondition,
        health: RuleHealth,
        *,
        holding: LevelCondition | None = None,
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
            level=holding.level if holding else None,
            certain=certain,
            recovered=recovered,
            limit=None if self._problem else self._limit(shown.condition, row, column),
            limit_text=shown.condition.text,
            limit_position=shown.position,
        )

    def _limit(self, condition: Condition, row: int, column: int) -> Decimal | None:
        """The first limit of the condition that the figure is beyond, else the first one, if any."""
        first: Decimal | None = None
        value = self._sight.amount("value", row, column)
        for found in self._sight.limits_of(condition):
            if not found.shown.known[row, column]:
                continue
            limit = scaled_decimal(int(found.shown.scaled[row, column]), found.shown.decimals)
            if value is not None and _COMPARE[found.limit.operator](value, limit):
                return limit
            first = limit if first is None else first
        return first
