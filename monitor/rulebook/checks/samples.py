"""Which figures a set of conditions tells apart, tried on exact numbers.

A condition on ``value`` changes only where the value passes one of its limits, so the figures next to every
limit, at the indicator's precision, stand for all figures. Conditions that look at earlier periods, at
numerator and denominator, at a rating, or that calculate with the value, are not tried; nor are those that
compare with what only the figures that come in will tell.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from fractions import Fraction
from typing import Any, Final

import numpy as np

from monitor.core.areas import Area, AreaType
from monitor.core.conditions import Amount, Condition, Frame, Truth
from monitor.core.conditions.limits import limit_side, pairs
from monitor.core.conditions.tree import Expression, Name, nodes
from monitor.core.dated import Dated, Scope
from monitor.core.exact import MICRO_DECIMALS, ExactArray, format_scaled
from monitor.core.rulebook import (
    Benchmarks,
    Given,
    Indicator,
    Limits,
    NeighbourFigure,
    Profile,
    TargetValue,
)
from monitor.rulebook.checks.timelines import Timeline

COMPARED: Final = ("target", "lower", "upper", "neighbours", "region", "england")
COMPARED_UNDER: Final = {
    "target": "targets",
    "lower": "limits",
    "upper": "limits",
    "neighbours": "benchmarks",
    "region": "benchmarks",
    "england": "benchmarks",
}
"""The key of an indicator under which stands what a name of a condition means."""

_BEGINNING: Final = date.min
_WHOLE_PERCENT: Final = 100


class Later(Enum):
    """Stands for a number that only the figures that come in will tell."""

    KNOWN_LATER = "known later"


LATER: Final = Later.KNOWN_LATER
Compared = int | Later | None


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What conditions compare the value with for one area from one day on, in millionths; None: nothing."""

    area: Area
    on: date
    target: Compared
    lower: Compared
    upper: Compared
    neighbours: Compared
    region: Compared
    england: Compared

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The numbers alone, in the order of :data:`COMPARED`."""
        return self.target, self.lower, self.upper, self.neighbours, self.region, self.england


_NOTHING: Final = Circumstance(Area("", AreaType.COUNTY), _BEGINNING, None, None, None, None, None, None)


@dataclass(frozen=True, slots=True)
class _Compared:
    targets: Timeline[TargetValue]
    limits: Timeline[Limits]
    benchmarks: Timeline[Benchmarks]


def representatives(areas: Iterable[Area], scopes: Iterable[Scope]) -> tuple[Area, ...]:
    """Returns the areas that a scope names, and of all others one of each kind: the rest are like it."""
    named = frozenset(name for scope in scopes for name in scope.names)
    found: dict[str, Area] = {}
    for area in areas:
        found.setdefault(f"name {area.name}" if area.name in named else area.type, area)
    return tuple(found.values())


def scopes_of(indicator: Indicator) -> tuple[Scope, ...]:
    """Returns the scopes of all that the indicator's figures are compared with."""
    compared: tuple[Dated[Any], ...] = (*indicator.targets, *indicator.limits, *indicator.benchmarks)
    dated = (*compared, *indicator.rag)
    return tuple(entry.scope for entry in dated)


def circumstances(
    indicator: Indicator, areas: Iterable[Area], start: date | None, until: date | None
) -> tuple[Circumstance, ...]:
    """Returns what the indicator is compared with, for each area and each day on which something changes.

    Only days from ``start`` until before ``until``; without a start, from the first dated value on.
    """
    compared = _Compared(
        Timeline(indicator.targets), Timeline(indicator.limits), Timeline(indicator.benchmarks)
    )
    edges = {*compared.targets.edges, *compared.limits.edges, *compared.benchmarks.edges}
    first = start or min(edges, default=_BEGINNING)
    days = [first, *sorted(edge for edge in edges if edge > first and (until is None or edge < until))]
    return tuple(_circumstance(indicator, compared, area, on) for area in areas for on in days)


def _circumstance(indicator: Indicator, compared: _Compared, area: Area, on: date) -> Circumstance:
    target, limits = compared.targets.at(on, area), compared.limits.at(on, area)
    expected = limits.value if limits else Limits(None, None)
    published = compared.benchmarks.at(on, area)
    benchmarks = published.value if published else Benchmarks(None, None, None)
    others = {name: _known(getattr(benchmarks, name)) for name in ("neighbours", "region", "england")}
    return Circumstance(
        area,
        on,
        _target(target.value, indicator, others) if target else None,
        LATER if expected.learnt else expected.lower,
        LATER if expected.learnt else expected.upper,
        **others,
    )


def _known(benchmark: int | NeighbourFigure | Given | None) -> Compared:
    return LATER if isinstance(benchmark, NeighbourFigure | Given) else benchmark


def _target(value: TargetValue, indicator: Indicator, others: Mapping[str, Compared]) -> Compared:
    """The target's number. One that is worked out from what is not there is reported by itself."""
    if isinstance(value, Profile):
        return LATER
    if not isinstance(value, Amount):
        return value
    if not all(isinstance(others[name], int) for name in value.names):
        return LATER
    beside = {name: _column([others[name]]).rounded(indicator.decimals) for name in value.names}
    shown = value.evaluate(beside, (1, 1), indicator.decimals)
    if not shown.known.all():
        return LATER
    scaled: int = int(shown.numerator.flat[0]) * 10 ** (MICRO_DECIMALS - indicator.decimals)
    return scaled


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The figures tried, and what each condition said of them: arrays of one row a figure, one column."""

    scaled: Sequence[int]
    circumstances: Sequence[Circumstance]
    truths: tuple[Truth, ...]
    decimals: int

    def figure(self, row: int) -> str:
        """Returns a figure as it would be published."""
        return format_scaled(int(self.scaled[row]), self.decimals)


def samples(
    conditions: Sequence[Condition], indicator: Indicator, found: Iterable[Circumstance]
) -> Samples | None:
    """Tries all conditions on the telling figures in each circumstance; None where one cannot be tried.

    Left out are the circumstances in which a condition compares with what will be known later.
    """
    if not all(can_be_tried(condition) for condition in conditions):
        return None
    used = {name for condition in conditions for name in condition.names} & set(COMPARED)
    known = [each for each in found if not any(getattr(each, name) is LATER for name in used)]
    distinct = list({each.compared: each for each in known}.values())
    if not distinct:
        return None
    telling = _telling_figures(conditions, indicator, distinct)
    rows = [(figure, each) for each, figures in zip(distinct, telling, strict=True) for figure in figures]
    frame = frame_of(indicator.decimals, [figure for figure, _ in rows], [each for _, each in rows])
    truths = tuple(condition.evaluate(frame) for condition in conditions)
    return Samples([figure for figure, _ in rows], [each for _, each in rows], truths, indicator.decimals)


def common_figure(conditions: Sequence[Condition]) -> str | None:
    """Returns a whole number for which all conditions hold; None where there is none.

    They compare ``value`` with written numbers alone, and can be tried.
    """
    nothing = frame_of(0, [0], [_NOTHING])
    values = [each for condition in conditions for each in condition.limit_values(nothing)]
    limits = [Fraction(int(each.shown.scaled[0, 0]), 10**each.shown.decimals) for each in values]
    near = sorted({int(limit // 1) + step for limit in limits for step in (-1, 0, 1, 2)})
    frame = frame_of(0, near, [_NOTHING] * len(near))
    holding = np.logical_and.reduce([condition.evaluate(frame).true for condition in conditions])
    return next((str(figure) for figure, holds in zip(near, holding[:, 0], strict=True) if holds), None)


def can_be_tried(condition: Condition) -> bool:
    """Says whether figures alone decide the condition, once what they are compared with is known."""
    if condition.lookback or not set(condition.names) <= {"value", *COMPARED}:
        return False
    return all(
        limit_side(pair) is not None or not (_holds_value(pair.left) or _holds_value(pair.right))
        for pair in pairs(condition.root)
    ) and all(not _holds_value(limit_side(pair)) for pair in pairs(condition.root))


def _holds_value(expression: Expression | None) -> bool:
    return expression is not None and any(node == Name("value") for node, _ in nodes(expression))


def _telling_figures(
    conditions: Sequence[Condition], indicator: Indicator, found: Sequence[Circumstance]
) -> list[list[int]]:
    """For each circumstance the figures at, just below and just above every limit, as whole 10**-decimals."""
    frame = frame_of(indicator.decimals, [0] * len(found), found)
    values = [each for condition in conditions for each in condition.limit_values(frame)]
    result = []
    for row in range(len(found)):
        limits = [
            (each.limit.operator, Fraction(int(each.shown.scaled[row, 0]), 10**each.shown.decimals))
            for each in values
            if each.shown.known[row, 0]
        ]
        result.append(_around(limits, indicator))
    return result


def _around(limits: Sequence[tuple[str, Fraction]], indicator: Indicator) -> list[int]:
    """The figures next to limits. A limit is the operator by which the value is compared with it, and itself.

    A count has no figures below zero and a percentage none beyond 100, unless a limit asks for them.
    """
    one = 10**indicator.decimals
    near = {int(limit * one // 1) + step for _, limit in limits for step in (-1, 0, 1, 2)} or {0, one}
    if all(limit > 0 or (limit == 0 and operator != "<") for operator, limit in limits):
        near = {figure for figure in near if figure >= 0}
    most = _WHOLE_PERCENT
    if indicator.unit == "percent" and all(
        limit < most or (limit == most and operator != ">") for operator, limit in limits
    ):
        near = {figure for figure in near if figure <= most * one}
    return sorted(near)


def frame_of(decimals: int, figures: Sequence[int], found: Sequence[Circumstance]) -> Frame:
    """Returns a frame of one row for each figure, in whole 10**-decimals, and what it is compared with."""
    shape = (len(figures), 1)
    value = ExactArray.scaled(np.array(figures, dtype=object).reshape(shape), decimals)
    columns = zip(*(each.compared for each in found), strict=True)
    compared = {
        name: _column(column).rounded(decimals) for name, column in zip(COMPARED, columns, strict=True)
    }
    return Frame({"value": value, **compared}, shape, decimals)


def _column(amounts: Sequence[Compared]) -> ExactArray:
    known = np.array([[isinstance(amount, int)] for amount in amounts], dtype=np.bool_)
    numbers = np.array([[amount if isinstance(amount, int) else 0] for amount in amounts], dtype=object)
    return ExactArray.scaled(numbers, MICRO_DECIMALS, known)
