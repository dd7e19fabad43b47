"""The functions of the language. To add one, add one entry here and one line to docs/conditions.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Final

from monitor.core.conditions.frame import Frame, Truth
from monitor.core.conditions.kinds import Boolean, Kind, Number
from monitor.core.exact import ExactArray, maximum, minimum

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
class Invocation:
    """What a function is computed from: the figures it was given, or its number of periods and the frame."""

    figures: tuple[ExactArray, ...]
    periods: int
    frame: Frame

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
    parameters: Figures | Periods
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
)

FUNCTIONS: Final[Mapping[str, Function]] = MappingProxyType({function.name: function for function in _ALL})
