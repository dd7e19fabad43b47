"""The one evaluation path: figures and rules in, ratings and rule evaluations out.

The daemon, the command line, rule tests and backtests all come through here, so what one says the others say.
Everything is computed for all series of an indicator at once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from monitor.core.areas import Area
from monitor.core.conditions import RATING_CODES, Condition, Frame, Truth
from monitor.core.exact import ExactArray
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating, RuleEvaluation, RuleHealth
from monitor.core.observations import MICRO, Observation
from monitor.core.panel import NO_ENTRY, BoolGrid, IntGrid, Panel
from monitor.core.rulebook import AlertRule, Indicator, LevelCondition, Limits, Thresholds
from monitor.core.trends import direction_of_travel

_CODE_OF = {RagRating(word): code for word, code in RATING_CODES.items()}
_COLOUR_OF = {code: rating for rating, code in _CODE_OF.items()}


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation of one indicator yields, each series in the order of its periods."""

    evaluations: tuple[Evaluation, ...]
    rule_evaluations: Mapping[tuple[str, str], tuple[RuleEvaluation, ...]]


def evaluate(
    indicator: Indicator,
    rules: Iterable[AlertRule],
    series: Mapping[Area, Sequence[Observation]],
    *,
    since: Mapping[str, date] | None = None,
) -> Judged:
    """Rates the figures of ``indicator`` and judges them by ``rules``.

    Args:
        indicator: what is measured.
        rules: the alert rules that watch it.
        series: each area's figures, latest revisions only, in the order of their periods; with
            :func:`figures_needed` figures before the first that matters.
        since: for each area name the first period end whose results are wanted; None: all of them.
    """
    sight = _Sight.of(Panel.of(indicator, series))
    wanted = [
        [column for column, figure in enumerate(figures) if _is_wanted(area, figure, since)]
        for area, figures in zip(sight.panel.areas, sight.panel.observations, strict=True)
    ]
    evaluations = tuple(sight.evaluation(row, column) for row, columns in enumerate(wanted) for column in columns)
    judged: dict[tuple[str, str], tuple[RuleEvaluation, ...]] = {}
    for rule in rules:
        verdicts = _Verdicts(rule, sight)
        for row, area in enumerate(sight.panel.areas):
            if rule.covers(area):
                judged[rule.id, area.name] = tuple(verdicts.of(row, column) for column in wanted[row])
    return Judged(evaluations, judged)


def figures_needed(indicator: Indicator, rules: Iterable[AlertRule]) -> int:
    """How many figures before the first wanted one a judgement of it looks back on."""
    conditions: list[Condition | None] = []
    for dated in indicator.rag:
        conditions += [dated.value.green, dated.value.amber, dated.value.red]
    for rule in rules:
        for thresholds in (rule.thresholds, *rule.overrides.values()):
            conditions += [level.condition for level in thresholds.levels]
            conditions.append(thresholds.recover)
    deepest = max((condition.lookback for condition in conditions if condition), default=0)
    bands_deepest = max(
        (
            condition.lookback
            for dated in indicator.rag
            for condition in (dated.value.green, dated.value.amber, dated.value.red)
            if condition
        ),
        default=0,
    )
    return max(deepest + bands_deepest, bands_deepest + 1, indicator.direction.figures - 1)


def _is_wanted(area: Area, figure: Observation, since: Mapping[str, date] | None) -> bool:
    return since is None or figure.period_end >= since.get(area.name, date.max)


def _decimal(scaled: int, decimals: int) -> Decimal:
    return Decimal(scaled).scaleb(-decimals)


def _from_micro(amount: int | None) -> Decimal | None:
    return None if amount is None else (Decimal(amount) / MICRO).normalize() + Decimal(0)


@dataclass(frozen=True)
class _Sight:
    """A panel with all that rules may look at: targets, limits and ratings beside the figures."""

    panel: Panel
    frame: Frame
    targets: IntGrid
    limits: IntGrid
    bands: IntGrid
    ratings: IntGrid
    truths: dict[Condition, Truth]

    @classmethod
    def of(cls, panel: Panel) -> "_Sight":
        indicator = panel.indicator
        targets = panel.entry_grid(indicator.targets)
        limits = panel.entry_grid(indicator.limits)
        bands = panel.entry_grid(indicator.rag)
        ranges: Sequence[Limits] = [entry.value for entry in indicator.limits]
        values = {
            "value": panel.values,
            "numerator": panel.numerators,
            "denominator": panel.denominators,
            "target": panel.from_entries(targets, [entry.value for entry in indicator.targets]),
            "lower": panel.from_entries(limits, [limit.lower for limit in ranges]),
            "upper": panel.from_entries(limits, [limit.upper for limit in ranges]),
        }
        frame = Frame(values, panel.shape, indicator.decimals)
        ratings = _ratings(panel, frame, bands)
        coloured = np.isin(ratings, list(_COLOUR_OF))
        frame = Frame({**values, "rating": ExactArray.scaled(ratings, 0, coloured)}, panel.shape, indicator.decimals)
        return cls(panel, frame, targets, limits, bands, ratings, {})

    def truth(self, condition: Condition) -> Truth:
        """The condition's truth for every figure; each condition is computed once."""
        if condition not in self.truths:
            self.truths[condition] = condition.evaluate(self.frame)
        return self.truths[condition]

    def amount(self, name: str, row: int, column: int) -> Decimal | None:
        """The named figure at published precision, None where it is missing."""
        array = self.frame.values[name]
        if not np.broadcast_to(array.known, self.panel.shape)[row, column]:
            return None
        return _decimal(int(np.broadcast_to(array.numerator, self.panel.shape)[row, column]), self.frame.decimals)

    def rating(self, row: int, column: int) -> RagRating:
        """The colour, or why there is none."""
        code = int(self.ratings[row, column])
        if code in _COLOUR_OF:
            return _COLOUR_OF[code]
        return RagRating.NOT_RATED if self.panel.values.known[row, column] else RagRating.NO_DATA

    def evaluation(self, row: int, column: int) -> Evaluation:
        """Everything that is known of one figure."""
        panel, indicator = self.panel, self.panel.indicator
        figure = panel.observations[row][column]
        earlier = self._previous(row, column)
        target, bands = int(self.targets[row, column]), int(self.bands[row, column])
        band = indicator.rag[bands] if bands != NO_ENTRY else None
        return Evaluation(
            indicator=indicator.id,
            area=panel.areas[row].name,
            period_end=figure.period_end,
            observation_id=figure.id,
            revision=figure.revision,
            status=figure.status,
            value=self.amount("value", row, column),
            numerator=_from_micro(figure.numerator),
            denominator=_from_micro(figure.denominator),
            missing=figure.missing,
            target=self.amount("target", row, column),
            lower=self.amount("lower", row, column),
            upper=self.amount("upper", row, column),
            rag=self.rating(row, column),
            previous_period_end=None if earlier is None else panel.observations[row][earlier].period_end,
            previous_value=None if earlier is None else self.amount("value", row, earlier),
            previous_rag=None if earlier is None else self.rating(row, earlier),
            direction=self._direction(row, column),
            target_reference=indicator.targets[target].reference if target != NO_ENTRY else "",
            rag_reference=band.reference if band else "",
            rag_position=band.position if band else None,
        )

    def _previous(self, row: int, column: int) -> int | None:
        """The column of the last figure before this one that has a value."""
        known = self.panel.values.known[row]
        return next((earlier for earlier in range(column - 1, -1, -1) if known[earlier]), None)

    def _direction(self, row: int, column: int) -> DirectionOfTravel:
        values, known = self.panel.values.numerator[row], self.panel.values.known[row]
        if not known[column]:
            return DirectionOfTravel.UNKNOWN
        rule = self.panel.indicator.direction
        columns: list[int] = []
        for earlier in range(column, -1, -1):
            if known[earlier]:
                columns.insert(0, earlier)
            if len(columns) == rule.figures:
                break
        target = self.frame.values["target"]
        return direction_of_travel(
            [int(values[each]) for each in columns],
            [int(target.numerator[row, each]) if target.known[row, each] else None for each in columns],
            rule,
            self.panel.indicator.polarity,
        )


def _ratings(panel: Panel, frame: Frame, bands: IntGrid) -> IntGrid:
    """The colour codes of all figures, 0 where there is none.

    A band whose condition is unknown (no target, say) leaves the figure without a colour: it is not red.
    """
    codes = np.zeros(panel.shape, dtype=np.int64)
    for index, entry in enumerate(panel.indicator.rag):
        here: BoolGrid = (bands == index) & panel.values.known
        if not here.any():
            continue
        green = entry.value.green.evaluate(frame)
        amber = entry.value.amber.evaluate(frame) if entry.value.amber else _never(panel.shape)
        is_green = green.known & green.true
        is_amber = green.known & ~green.true & amber.known & amber.true
        if entry.value.red is None:
            is_red = green.known & ~green.true & amber.known & ~amber.true
        else:
            red = entry.value.red.evaluate(frame)
            is_red = ~is_green & ~is_amber & red.known & red.true
        for rating, holds in ((RagRating.GREEN, is_green), (RagRating.AMBER, is_amber), (RagRating.RED, is_red)):
            codes[here & np.broadcast_to(holds, panel.shape)] = _CODE_OF[rating]
    return codes


def _never(shape: tuple[int, int]) -> Truth:
    return Truth(true=np.zeros(shape, dtype=np.bool_), known=np.ones(shape, dtype=np.bool_))


class _Verdicts:
    """What one alert rule says of each figure of a panel. A fault in it touches no other rule."""

    def __init__(self, rule: AlertRule, sight: _Sight) -> None:
        self._rule = rule
        self._sight = sight
        self._problem = ""
        self._limits: dict[Condition, Callable[[int, int], tuple[Decimal | None, str]]] = {}
        try:
            for thresholds in (rule.thresholds, *rule.overrides.values()):
                for level in thresholds.levels:
                    sight.truth(level.condition)
                    self._limits[level.condition] = _limit_finder(level.condition, sight)
                if thresholds.recover is not None:
                    sight.truth(thresholds.recover)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the rule's health says so and the rest goes on
            self._problem = f"{type(fault).__name__}: {fault}"

    def of(self, row: int, column: int) -> RuleEvaluation:
        """The rule's verdict on one figure."""
        area = self._sight.panel.areas[row]
        thresholds = self._rule.thresholds_for(area)
        if self._problem:
            return self._verdict(row, column, thresholds.levels[0], RuleHealth.ERROR, holding=None, recovered=False)
        holding, known = self._worst(thresholds, row, column)
        if not known:
            return self._verdict(row, column, thresholds.levels[0], RuleHealth.NO_DATA, holding=None, recovered=False)
        recovered = holding is None if thresholds.recover is None else self._holds(thresholds.recover, row, column)
        shown = holding or thresholds.levels[0]
        return self._verdict(row, column, shown, RuleHealth.OK, holding=holding, recovered=recovered)

    def _worst(self, thresholds: Thresholds, row: int, column: int) -> tuple[LevelCondition | None, bool]:
        """The most severe level that holds, and whether every level could be judged down to it."""
        for level in reversed(thresholds.levels):
            truth = self._sight.truth(level.condition)
            if not np.broadcast_to(truth.known, self._sight.panel.shape)[row, column]:
                return None, False
            if np.broadcast_to(truth.true, self._sight.panel.shape)[row, column]:
                return level, True
        return None, True

    def _holds(self, condition: Condition, row: int, column: int) -> bool:
        truth = self._sight.truth(condition)
        shape = self._sight.panel.shape
        return bool(np.broadcast_to(truth.known & truth.true, shape)[row, column])

    def _verdict(
        self,
        row: int,
        column: int,
        shown: LevelCondition,
        health: RuleHealth,
        *,
        holding: LevelCondition | None,
        recovered: bool,
    ) -> RuleEvaluation:
        figure = self._sight.panel.observations[row][column]
        finder = self._limits.get(shown.condition)
        limit, _ = finder(row, column) if finder else (None, "")
        return RuleEvaluation(
            rule=self._rule.id,
            area=self._sight.panel.areas[row].name,
            period_end=figure.period_end,
            observation_id=figure.id,
            revision=figure.revision,
            health=health,
            problem=self._problem,
            level=holding.level if holding else None,
            recovered=recovered,
            limit=limit,
            limit_text=shown.condition.text,
            limit_position=shown.position,
        )


def _limit_finder(condition: Condition, sight: _Sight) -> Callable[[int, int], tuple[Decimal | None, str]]:
    """Finds the limit of a condition that a figure is beyond, or the first one when it is beyond none."""
    limits = condition.limit_values(sight.frame)

    def find(row: int, column: int) -> tuple[Decimal | None, str]:
        raise NotImplementedError(limits, row, column)

    return find
