"""A panel with all that rules may look at beside the figures: targets, limits, ratings."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.compared import benchmarks, expected_ranges, ranks
from monitor.core.compared import targets as target_amounts
from monitor.core.conditions import RATING_CODES, Condition, Frame, Truth
from monitor.core.exact import ExactArray
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating
from monitor.core.observations import MICRO
from monitor.core.others import Others
from monitor.core.panel import NO_ENTRY, BoolGrid, IntGrid, Panel
from monitor.core.trends import direction_of_travel

_CODE_OF = {RagRating(word): code for word, code in RATING_CODES.items()}
_COLOUR_OF = {code: rating for rating, code in _CODE_OF.items()}


@lru_cache(maxsize=65_536)  # the same figures and limits are met over and over
def scaled_decimal(scaled: int, decimals: int) -> Decimal:
    """Returns a whole number of 10**-``decimals`` as a Decimal that shows so many decimals."""
    return Decimal(scaled).scaleb(-decimals)


def _from_micro(amount: int | None) -> Decimal | None:
    return None if amount is None else (Decimal(amount) / MICRO).normalize() + Decimal(0)


@dataclass(frozen=True, slots=True)
class TruthCells:
    """A condition's truth, by series and place; what is not known is not true."""

    true: BoolGrid
    known: BoolGrid


@dataclass(frozen=True, slots=True)
class LimitCells:
    """A limit on the value, by series and place: whole numbers of 10**-``decimals``, None where missing."""

    operator: str
    scaled: list[list[int | None]]
    decimals: int


@dataclass(frozen=True)
class Sight:
    """A panel with all that rules may look at: targets, limits and ratings beside the figures."""

    panel: Panel
    frame: Frame
    targets: IntGrid
    limits: IntGrid
    bands: IntGrid
    ratings: IntGrid
    truths: dict[Condition, TruthCells]
    found_limits: dict[Condition, tuple[LimitCells, ...]]
    cells: dict[str, list[list[int | None]]]

    @classmethod
    def of(cls, panel: Panel, others: Others | None = None, *, ranked: bool = False) -> "Sight":
        """Looks up and works out everything that the figures are compared with; ranks only if ``ranked``."""
        indicator = panel.indicator
        targets, limits = panel.entry_grid(indicator.targets), panel.entry_grid(indicator.limits)
        bands, beside = panel.entry_grid(indicator.rag), panel.entry_grid(indicator.benchmarks)
        compares = others is not None and (ranked or bool(indicator.benchmarks))
        comparison = others.comparison(indicator) if others is not None and compares else None
        published = benchmarks(panel, beside, comparison)
        values = {
            "value": panel.values,
            "numerator": panel.numerators,
            "denominator": panel.denominators,
            "target": target_amounts(panel, targets, published),
            **expected_ranges(panel, limits),
            **published,
            **ranks(panel, comparison if ranked else None),
        }
        stretches = panel.stretches(indicator.rebases)
        frame = Frame(values, panel.shape, indicator.decimals, indicator.scale, stretches)
        ratings = _ratings(panel, frame, bands)
        coloured = np.isin(ratings, list(_COLOUR_OF))
        with_ratings = {**values, "rating": ExactArray.scaled(ratings, 0, coloured)}
        frame = Frame(with_ratings, panel.shape, indicator.decimals, indicator.scale, stretches)
        return cls(panel, frame, targets, limits, bands, ratings, {}, {}, {})

    def truth(self, condition: Condition) -> TruthCells:
        """The condition's truth for every figure; each condition is computed once."""
        if condition not in self.truths:
            truth = condition.evaluate(self.frame)
            self.truths[condition] = TruthCells(truth.true, truth.known)
        return self.truths[condition]

    def limits_of(self, condition: Condition) -> tuple[LimitCells, ...]:
        """What the condition compares the value with, for every figure; computed once."""
        if condition not in self.found_limits:
            self.found_limits[condition] = tuple(
                LimitCells(
                    each.limit.operator, _cells(each.shown.scaled, each.shown.known), each.shown.decimals
                )
                for each in condition.limit_values(self.frame)
            )
        return self.found_limits[condition]

    def scaled(self, name: str) -> list[list[int | None]]:
        """The named figures as whole numbers of the published precision, None where missing."""
        if name not in self.cells:
            array, shape = self.frame.values[name], self.panel.shape
            self.cells[name] = _cells(
                np.broadcast_to(array.numerator, shape), np.broadcast_to(array.known, shape)
            )
        return self.cells[name]

    def amount(self, name: str, row: int, column: int) -> Decimal | None:
        """One of the named figures at published precision, None where it is missing."""
        scaled = self.scaled(name)[row][column]
        return None if scaled is None else scaled_decimal(scaled, self.frame.decimals)

    def rating(self, row: int, column: int) -> RagRating:
        """The colour, or why there is none."""
        code = int(self.ratings[row, column])
        if code in _COLOUR_OF:
            return _COLOUR_OF[code]
        return RagRating.NO_DATA if self.scaled("value")[row][column] is None else RagRating.NOT_RATED

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
            neighbours=self.amount("neighbours", row, column),
            region=self.amount("region", row, column),
            england=self.amount("england", row, column),
        )

    def _previous(self, row: int, column: int) -> int | None:
        """The column of the last figure before this one that has a value."""
        values = self.scaled("value")[row]
        return next((earlier for earlier in range(column - 1, -1, -1) if values[earlier] is not None), None)

    def _direction(self, row: int, column: int) -> DirectionOfTravel:
        values, targets = self.scaled("value")[row], self.scaled("target")[row]
        if values[column] is None:
            return DirectionOfTravel.UNKNOWN
        rule = self.panel.indicator.direction
        figures: list[int] = []
        aims: list[int | None] = []
        for earlier in range(column, -1, -1):
            value = values[earlier]
            if value is not None:
                figures.append(value)
                aims.append(targets[earlier])
            if len(figures) == rule.figures:
                break
        return direction_of_travel(figures[::-1], aims[::-1], rule, self.panel.indicator.polarity)


def _cells(scaled: NDArray[Any], known: BoolGrid) -> list[list[int | None]]:
    return [
        [number if is_known else None for number, is_known in zip(numbers, knowns, strict=True)]
        for numbers, knowns in zip(scaled.tolist(), known.tolist(), strict=True)
    ]


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
        for rating, holds in (
            (RagRating.GREEN, is_green),
            (RagRating.AMBER, is_amber),
            (RagRating.RED, is_red),
        ):
            codes[here & np.broadcast_to(holds, panel.shape)] = _CODE_OF[rating]
    return codes


def _never(shape: tuple[int, int]) -> Truth:
    return Truth(true=np.zeros(shape, dtype=np.bool_), known=np.ones(shape, dtype=np.bool_))
