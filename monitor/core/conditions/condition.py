"""Condition text to a checked, compiled condition, or to everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from monitor.core.conditions.checking import Checker, periods_of
from monitor.core.conditions.frame import Frame, Truth
from monitor.core.conditions.functions import FUNCTIONS, Function, Periods
from monitor.core.conditions.grammar import read
from monitor.core.conditions.kinds import RATING_CODES, Kind, Number, Unit
from monitor.core.conditions.limits import (
    Limit,
    LimitValues,
    OperandValues,
    Pair,
    Shown,
    limit,
    limit_side,
    pairs,
    shown,
)
from monitor.core.conditions.problems import Code, ConditionProblem
from monitor.core.conditions.program import Compiler, Program
from monitor.core.conditions.tokens import WORDS, tokenise
from monitor.core.conditions.tree import Call, Expression, Name, canonical, nodes
from monitor.core.exact import ExactArray

MAXIMUM_LENGTH: Final = 2_000
MOST_PROBLEMS: Final = 20

_AFTER_OTHERS: Final = frozenset({Code.CONSTANT_CONDITION, Code.DIVISION_BY_ZERO, Code.NOT_A_CONDITION})


@dataclass(frozen=True, slots=True)
class Condition:
    """A yes-or-no question about an indicator's figures, asked of all series at once.

    Conditions are equal when they read the same but for spacing, needless parentheses and trailing
    zeros, and judge in the same unit. `text` is as written; `str(condition)` is the canonical
    spelling. `names` are those the figures must be supplied for, sorted. `lookback` is how many
    earlier periods it needs beside the one judged.
    """

    root: Expression
    own_unit: Unit | None
    text: str = field(compare=False)
    names: tuple[str, ...] = field(compare=False)
    lookback: int = field(compare=False)
    _truth: Program = field(compare=False, repr=False)
    _sides: Program = field(compare=False, repr=False)
    _pairs: tuple[Pair, ...] = field(compare=False, repr=False)
    _own_units: tuple[bool, ...] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return canonical(self.root)

    def evaluate(self, frame: Frame) -> Truth:
        """True, false or unknown for each series and period, on the frame's shape.

        Raises ValueError for a frame that lacks a name of the condition.
        """
        self._require(frame)
        (truth,) = self._truth.run(frame)
        return cast("Truth", truth).spread(frame.shape)

    def limits(self) -> tuple[Limit, ...]:
        """What `value` is compared with, in the order of the text; both ends of a chain."""
        found = (limit(pair) for pair in pairs(self.root))
        return tuple(each for each in found if each is not None)

    def limit_values(self, frame: Frame) -> tuple[LimitValues, ...]:
        """The limits of `limits()`, each with its value for every series and period, as compared."""
        values = []
        for pair, left, right in self._shown(frame):
            found = limit(pair)
            if found is not None:
                values.append(LimitValues(found, right if limit_side(pair) is pair.right else left))
        return tuple(values)

    def operand_values(self, frame: Frame) -> tuple[OperandValues, ...]:
        """Both sides of each comparison of figures, for every series and period, as compared.

        A comparison of ratings has no figures and is left out.
        """
        return tuple(
            OperandValues(pair.operator, canonical(pair.left), canonical(pair.right), left, right)
            for pair, left, right in self._shown(frame)
        )

    def _shown(self, frame: Frame) -> Iterator[tuple[Pair, Shown, Shown]]:
        self._require(frame)
        figures = iter(cast("tuple[ExactArray, ...]", self._sides.run(frame)))
        for pair, own_unit in zip(self._pairs, self._own_units, strict=True):
            left = shown(pair.left, next(figures), frame, own_unit=own_unit)
            right = shown(pair.right, next(figures), frame, own_unit=own_unit)
            yield pair, left, right

    def _require(self, frame: Frame) -> None:
        lacking = [name for name in self.names if name not in frame.values]
        if lacking:
            raise ValueError(f"the frame lacks {', '.join(lacking)}, which the condition {self} needs")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A condition, or the problems (at least one, in the order of the text) that keep it from being one."""

    condition: Condition | None
    problems: tuple[ConditionProblem, ...] = ()


def parse(text: str, names: Mapping[str, Kind], functions: Mapping[str, Function] = FUNCTIONS) -> Parsed:
    """Reads, checks and compiles a condition; never raises for any text.

    `names` are the names that may be used, with their kinds; the unit of `value` is the indicator's
    own, in which calculated figures are rounded. Raises ValueError for names that no text could use:
    a word of the language, or a figure without a unit.
    """
    _require_usable(names, functions)
    if len(text) > MAXIMUM_LENGTH:
        return Parsed(None, (_too_long(),))
    tokens, strange = tokenise(text)
    if len(tokens) == 1:
        return Parsed(None, strange or (_empty(),))
    root, misread = read(tokens, text, frozenset(problem.offset for problem in strange))
    checker = Checker(names, functions)
    checker.condition(root)
    problems = _ordered((*strange, *misread), checker.problems)
    if problems:
        return Parsed(None, problems)
    return Parsed(_condition(text, root, names, functions, checker.kinds))


def _condition(
    text: str,
    root: Expression,
    names: Mapping[str, Kind],
    functions: Mapping[str, Function],
    kinds: Mapping[Expression, Kind],
) -> Condition:
    value = names.get("value")
    own_unit = value.unit if isinstance(value, Number) else None
    truth, sides = Compiler(kinds, functions, own_unit), Compiler(kinds, functions, own_unit)
    compared = tuple(pair for pair in pairs(root) if isinstance(kinds[pair.left], Number))
    places = [sides.side(each, pair.comparison) for pair in compared for each in (pair.left, pair.right)]
    return Condition(
        root=root,
        own_unit=own_unit,
        text=text,
        names=_names(root, functions),
        lookback=_lookback(root, functions),
        _truth=truth.program([truth.place(root)]),
        _sides=sides.program(places),
        _pairs=compared,
        _own_units=tuple(sides.is_own_unit(pair.comparison) for pair in compared),
    )


def _names(root: Expression, functions: Mapping[str, Function]) -> tuple[str, ...]:
    used: set[str] = set()
    for node, _ in nodes(root):
        if isinstance(node, Name):
            used.add(node.name)
        elif isinstance(node, Call):
            used.update(functions[node.function].reads)
    return tuple(sorted(used))


def _lookback(root: Expression, functions: Mapping[str, Function]) -> int:
    needed = [0]
    for node, _ in nodes(root):
        if isinstance(node, Call):
            function = functions[node.function]
            if isinstance(function.parameters, Periods):
                needed.append(function.lookback(periods_of(node, function.parameters) or 0))
    return max(needed)


def _require_usable(names: Mapping[str, Kind], functions: Mapping[str, Function]) -> None:
    for name, kind in names.items():
        if name in WORDS or name in RATING_CODES or name in functions:
            raise ValueError(f"{name} is a word of the condition language and cannot name a figure")
        if isinstance(kind, Number) and kind.unit is None:
            raise ValueError(f"{name} needs a unit")


def _ordered(
    misread: tuple[ConditionProblem, ...], meant: list[ConditionProblem]
) -> tuple[ConditionProblem, ...]:
    """In the order of the text; what may only follow from a misreading is left out."""
    certain = [each for each in meant if not misread or each.code not in _AFTER_OTHERS]
    return tuple(sorted((*misread, *certain), key=lambda each: (each.offset, each.code))[:MOST_PROBLEMS])


def _empty() -> ConditionProblem:
    return ConditionProblem(0, 1, Code.EMPTY, "there is no condition", "write one, for example: value > 85")


def _too_long() -> ConditionProblem:
    message = f"the condition has more than {MAXIMUM_LENGTH:,} characters"
    return ConditionProblem(MAXIMUM_LENGTH, 1, Code.TOO_LONG, message, "split it into levels or rules")
