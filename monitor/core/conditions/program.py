"""A checked tree as a straight list of array operations: no recursion, equal parts computed once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from monitor.core.conditions.checking import level_of, periods_of
from monitor.core.conditions.frame import Frame, Truth
from monitor.core.conditions.functions import AtConfidence, Function, Invocation, Periods
from monitor.core.conditions.kinds import RATING_CODES, Kind, Number, Unit
from monitor.core.conditions.tree import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Literal,
    Name,
    Negation,
    Not,
    Or,
    RatingWord,
    is_literal,
)
from monitor.core.exact import ExactArray, comparable
from monitor.core.statistics.arrays import USUAL

Operand = ExactArray | Truth
Operation = Callable[[Frame, Sequence[Any]], Operand]

_ARITHMETIC: Final[Mapping[str, Callable[[ExactArray, ExactArray], ExactArray]]] = MappingProxyType(
    {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], Any]]] = MappingProxyType(
    {
        "<": np.less,
        "<=": np.less_equal,
        ">": np.greater,
        ">=": np.greater_equal,
        "==": np.equal,
        "!=": np.not_equal,
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One operation on the results of earlier steps; `spent` are those that no later step needs."""

    operation: Operation
    inputs: tuple[int, ...]
    spent: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """Steps in order; `outputs` are the steps whose results are wanted."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]

    def run(self, frame: Frame) -> tuple[Operand, ...]:
        """The outputs on a frame. Raises KeyError for a name that the frame lacks."""
        results: dict[int, Operand] = {}
        for number, step in enumerate(self.steps):
            results[number] = step.operation(frame, [results[each] for each in step.inputs])
            for each in step.spent:
                del results[each]
        return tuple(results[number] for number in self.outputs)


class Compiler:
    """Makes a program of expressions whose kinds the checker has worked out.

    The rounding rule lives here: what is compared is what is shown. A side of a comparison that is
    calculated, in a comparison of the indicator's own unit, is rounded half away from zero to the
    frame's decimals; names and written numbers are compared as they are, and so are other units.
    """

    def __init__(
        self, kinds: Mapping[Expression, Kind], functions: Mapping[str, Function], own_unit: Unit | None
    ) -> None:
        self._kinds = kinds
        self._functions = functions
        self._own_unit = own_unit
        self._steps: list[Step] = []
        self._places: dict[tuple[Expression, bool], int] = {}

    def program(self, outputs: Sequence[int]) -> Program:
        """The steps so far, giving the results of those named."""
        last_use: dict[int, int] = {}
        for number, step in enumerate(self._steps):
            last_use.update(dict.fromkeys(step.inputs, number))
        spent: dict[int, list[int]] = {}
        for each, number in last_use.items():
            if each not in outputs:
                spent.setdefault(number, []).append(each)
        steps = (
            Step(step.operation, step.inputs, tuple(spent.get(number, ())))
            for number, step in enumerate(self._steps)
        )
        return Program(tuple(steps), tuple(outputs))

    def place(self, node: Expression) -> int:
        """The number of the step that gives the node's value."""
        return self._step((node, False), lambda: self._compiled(node))

    def side(self, node: Expression, compared: Comparison) -> int:
        """The number of the step that gives a side of a comparison, as it is compared."""
        return self._rounded(node) if self.rounds(node, compared) else self.place(node)

    def rounds(self, node: Expression, compared: Comparison) -> bool:
        """Whether a side of a comparison is rounded before comparing."""
        return _is_calculated(node) and self.is_own_unit(compared)

    def is_own_unit(self, compared: Comparison) -> bool:
        """Whether a comparison is made in the unit of `value`."""
        kinds = [self._kinds[operand] for operand in compared.operands]
        units = [kind.unit for kind in kinds if isinstance(kind, Number) and kind.unit is not None]
        return bool(units) and units[0] == self._own_unit

    def _rounded(self, node: Expression) -> int:
        exact = self.place(node)
        return self._step(
            (node, True), lambda: (lambda frame, sides: sides[0].rounded(frame.decimals), (exact,))
        )

    def _step(
        self, key: tuple[Expression, bool], compile_it: Callable[[], tuple[Operation, tuple[int, ...]]]
    ) -> int:
        if key not in self._places:
            operation, inputs = compile_it()
            self._steps.append(Step(operation, inputs))
            self._places[key] = len(self._steps) - 1
        return self._places[key]

    def _compiled(self, node: Expression) -> tuple[Operation, tuple[int, ...]]:
        match node:
            case Literal() | RatingWord() | Name():
                return _leaf(node), ()
            case Negation(operand):
                return (lambda _, parts: -parts[0]), (self.place(operand),)
            case Arithmetic(sign, left, right):
                calculate = _ARITHMETIC[sign]
                return (lambda _, parts: calculate(*parts)), (self.place(left), self.place(right))
            case Call():
                return self._call(node)
            case Comparison(operators):
                sides = tuple(self.side(each, node) for each in node.operands)
                return (lambda _, parts: _chain(operators, parts)), sides
            case Not(operand):
                return (lambda _, parts: ~parts[0]), (self.place(operand),)
            case And(operands):
                return (lambda _, parts: reduce(operator.and_, parts)), self._all(operands)
            case Or(operands):
                return (lambda _, parts: reduce(operator.or_, parts)), self._all(operands)
        raise AssertionError("a tree with problems is not compiled")

    def _all(self, operands: Sequence[Expression]) -> tuple[int, ...]:
        return tuple(self.place(each) for each in operands)

    def _call(self, node: Call) -> tuple[Operation, tuple[int, ...]]:
        function = self._functions[node.function]
        if isinstance(function.parameters, Periods):
            periods = periods_of(node, function.parameters) or 0
            return (lambda frame, _: function.compute(Invocation((), periods, frame))), ()
        if isinstance(function.parameters, AtConfidence):
            level = float(level_of(node, function.parameters) or USUAL)
            given = node.arguments[0]
            place = self._rounded(given) if _is_calculated(given) else self.place(given)
            return (lambda frame, parts: function.compute(Invocation(tuple(parts), 0, frame, level))), (
                place,
            )
        figures = self._all(node.arguments)
        return (lambda frame, parts: function.compute(Invocation(tuple(parts), 0, frame))), figures


def _is_calculated(node: Expression) -> bool:
    """Whether it is neither a name nor written as it stands."""
    return not (is_literal(node) or isinstance(node, Name | RatingWord))


def _leaf(node: Literal | RatingWord | Name) -> Operation:
    if isinstance(node, Name):
        name = node.name
        return lambda frame, _: frame.values[name]
    if isinstance(node, RatingWord):
        constant = ExactArray.constant(RATING_CODES[node.word])
    else:
        constant = ExactArray.constant(*node.value.as_integer_ratio())
    return lambda _frame, _: constant


def _chain(operators: Sequence[str], sides: Sequence[ExactArray]) -> Truth:
    pairs = zip(operators, sides, sides[1:], strict=False)
    return reduce(operator.and_, (_compared(sign, left, right) for sign, left, right in pairs))


def _compared(sign: str, left: ExactArray, right: ExactArray) -> Truth:
    """A comparison with a missing side is unknown."""
    first, second = comparable(left, right)
    known = left.known & right.known
    return Truth(_COMPARE[sign](first, second) & known, known)
