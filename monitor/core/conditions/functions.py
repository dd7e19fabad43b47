"""The functions of the language. To add one, add one entry here and one line to docs/conditions.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from types import MappingProxyType
from typing import Final

from monitor.core.conditions.frame import Frame, Truth
from monitor.core.conditions.kinds import Boolean, Kind, Number
from monitor.core.conditions.statistical import significant_change, significantly, special_cause
from monitor.core.exact import ExactArray, maximum, minimum
from monitor.core.statistics.arrays import LOWEST_LEVEL, USUAL
from monitor.core.statistics.xmr import FEWEST_FIGURES

LARGEST_PERIODS: Final = 400
"""The most periods a function may look back: eight years of weeks, 33 of months."""


@dataclass(frozen=True, slots=True)
class Figures:
    """A function of expressions that share one unit, at least `fewest` of them and at most `most`."""

    fewest: int
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Periods:
    """A function over the indicator's `value`, with a whole number of periods written out.

    Left out, the number is `default`; without a default it must be given.
    """

    default: int | None = None
    fewest: int = 1


@dataclass(frozen=True, slots=True)
class AtConfidence:
    """A function of one figure in the unit of `value`, at a confidence level in percent that is written out.

    Left out, the level is `default`.
    """

    default: Fraction = Fraction(95)
    lowest: Fraction = Fraction(LOWEST_LEVEL)


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a function is computed from: the figures it was given, or its number of periods and the frame.

    `level` is the confidence level in percent, for a function that has one.
    """

    figures: tuple[ExactArray, ...]
    periods: int
    frame: Frame
    level: float = USUAL

    @property
    def value(self) -> ExactArray:
        return self.frame.values["value"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is called, what it means, what it gives and how it is computed.

    `result` is given the common kind of the figures, or the kind of `value`. `reads` are the names
    it needs beside its arguments. `lookback` is how many earlier periods it needs for n periods.
    """

    name: str
    usage: str
    meaning: str
    parameters: Figures | Periods | AtConfidence
    compute: Callable[[Invocation], ExactArray | Truth]
    result: Callable[[Number], Kind] = lambda kind: kind
    reads: tuple[str, ...] = ()
    lookback: Callable[[int], int] = lambda _: 0


def truth_value(_: Number) -> Boolean:
    """The `result` of a function that is a condition by itself."""
    return Boolean()


def _previous(call: Invocation) -> ExactArray:
    return call.value.earlier(call.periods)


def _change(call: Invocation) -> ExactArray:
    return call.value - call.value.earlier(call.periods)


def _mean(call: Invocation) -> ExactArray:
    if call.periods > call.frame.shape[1]:
        return ExactArray.missing()
    total = call.value
    for back in range(1, call.periods):
        total = total + call.value.earlier(back)
    return total / ExactArray.constant(call.periods)


_RATIO: Final = ("value", "numerator", "denominator")
_CHART: Final = Periods(default=24, fewest=FEWEST_FIGURES)

_ALL: Final = (
    Function(
        "abs",
        "abs(x)",
        "x without its sign",
        Figures(1, 1),
        lambda call: abs(call.figures[0]),
    ),
    Function(
        "min",
        "min(x, y, ...)",
        "the smallest of two or more figures; missing where any of them is",
        Figures(2),
        lambda call: reduce(minimum, call.figures),
    ),
    Function(
        "max",
        "max(x, y, ...)",
        "the largest of two or more figures; missing where any of them is",
        Figures(2),
        lambda call: reduce(maximum, call.figures),
    ),
    Function(
        "previous",
        "previous(n)",
        "value n periods before; previous() is previous(1)",
        Periods(default=1),
        _previous,
        reads=("value",),
        lookback=lambda periods: periods,
    ),
    Function(
        "change",
        "change(n)",
        "value - previous(n); change() is change(1)",
        Periods(default=1),
        _change,
        reads=("value",),
        lookback=lambda periods: periods,
    ),
    Function(
        "mean",
        "mean(n)",
        "the mean of value over the last n periods, this one included; missing where any of them is",
        Periods(fewest=2),
        _mean,
        reads=("value",),
        lookback=lambda periods: periods - 1,
    ),
    Function(
        "significantly_above",
        "significantly_above(x)",
        "value is above x by more than chance, at 95% confidence; significantly_above(x, 99.8) at 99.8%",
        AtConfidence(),
        lambda call: significantly(call.frame, call.figures[0], call.level, 1),
        result=truth_value,
        reads=_RATIO,
    ),
    Function(
        "significantly_below",
        "significantly_below(x)",
        "value is below x by more than chance, at 95% confidence; significantly_below(x, 99.8) at 99.8%",
        AtConfidence(),
        lambda call: significantly(call.frame, call.figures[0], call.level, -1),
        result=truth_value,
        reads=_RATIO,
    ),
    Function(
        "significant_rise",
        "significant_rise(n)",
        "value is above previous(n) by more than chance; significant_rise() is significant_rise(1)",
        Periods(default=1),
        lambda call: significant_change(call.frame, call.periods, 1),
        result=truth_value,
        reads=_RATIO,
        lookback=lambda periods: periods,
    ),
    Function(
        "significant_fall",
        "significant_fall(n)",
        "value is below previous(n) by more than chance; significant_fall() is significant_fall(1)",
        Periods(default=1),
        lambda call: significant_change(call.frame, call.periods, -1),
        result=truth_value,
        reads=_RATIO,
        lookback=lambda periods: periods,
    ),
    Function(
        "special_cause",
        "special_cause(n)",
        "value is special cause on the XmR chart of the last n periods; special_cause() is special_cause(24)",
        _CHART,
        lambda call: special_cause(call.frame, call.periods, None),
        result=truth_value,
        reads=("value",),
        lookback=lambda periods: periods - 1,
    ),
    Function(
        "special_cause_above",
        "special_cause_above(n)",
        "special_cause(n), and value is above the mean of those periods",
        _CHART,
        lambda call: special_cause(call.frame, call.periods, 1),
        result=truth_value,
        reads=("value",),
        lookback=lambda periods: periods - 1,
    ),
    Function(
        "special_cause_below",
        "special_cause_below(n)",
        "special_cause(n), and value is below the mean of those periods",
        _CHART,
        lambda call: special_cause(call.frame, call.periods, -1),
        result=truth_value,
        reads=("value",),
        lookback=lambda periods: periods - 1,
    ),
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({function.name: function for function in _ALL})
