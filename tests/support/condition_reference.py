"""A second, slow evaluator of conditions to test the compiled one against.

It shares no code with `monitor.core`: expressions are nested tuples, figures are `Fraction` or None,
one cell at a time, and text is written with a parenthesis around everything.

    ("number", "1.10")   ("name", "value")   ("negative", x)   ("sum", "+", x, y)
    ("figures", "min", (x, y))   ("periods", "mean", 3)   ("compare", ("<", "<="), (x, y, z), own_unit)
    ("rating", "==", "red")   ("not", x)   ("and", (x, y))   ("or", (x, y))
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

Tree = tuple[Any, ...]
Figure = Fraction | None
_ORDER = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Cell:
    """One series at one period; `figures` are rows of figures by name."""

    figures: Mapping[str, Sequence[Figure]]
    ratings: Sequence[str | None]
    period: int
    decimals: int

    def value(self, back: int) -> Figure:
        return self.figures["value"][self.period - back] if back <= self.period else None


def written(tree: Tree) -> str:  # noqa: PLR0911 - one case a node
    match tree:
        case ("number" | "name", text):
            return str(text)
        case ("negative", operand):
            return f"(-{written(operand)})"
        case ("sum", sign, left, right):
            return f"({written(left)} {sign} {written(right)})"
        case ("figures", name, operands):
            return f"{name}({', '.join(map(written, operands))})"
        case ("periods", name, periods):
            return f"{name}({periods})"
        case ("compare", signs, operands, _):
            rest = "".join(f" {sign} {written(each)}" for sign, each in zip(signs, operands[1:], strict=True))
            return f"({written(operands[0])}{rest})"
        case ("rating", sign, word):
            return f"(rating {sign} {word})"
        case ("not", operand):
            return f"(not {written(operand)})"
        case ("and" | "or" as word, operands):
            return f"({f' {word} '.join(map(written, operands))})"
    raise AssertionError(tree)


def truth(tree: Tree, cell: Cell) -> bool | None:
    match tree:
        case ("compare", signs, operands, own_unit):
            sides = [_side(each, cell, own_unit=own_unit) for each in operands]
            pairs = zip(signs, sides, sides[1:], strict=False)
            return _all([_compared(sign, left, right) for sign, left, right in pairs])
        case ("rating", sign, word):
            rating = cell.ratings[cell.period]
            return None if rating is None else (rating == word) == (sign == "==")
        case ("not", operand):
            inner = truth(operand, cell)
            return None if inner is None else not inner
        case ("and", operands):
            return _all([truth(each, cell) for each in operands])
        case ("or", operands):
            inverted = [truth(each, cell) for each in operands]
            result = _all([None if each is None else not each for each in inverted])
            return None if result is None else not result
    raise AssertionError(tree)


def figure(tree: Tree, cell: Cell) -> Figure:
    match tree:
        case ("number", text):
            return Fraction(text)
        case ("name", name):
            return cell.figures[name][cell.period]
        case ("negative", operand):
            inner = figure(operand, cell)
            return None if inner is None else -inner
        case ("sum", sign, left, right):
            return _sum(sign, figure(left, cell), figure(right, cell))
        case ("figures", name, operands):
            return _figures(name, [figure(each, cell) for each in operands])
        case ("periods", "previous", periods):
            return cell.value(periods)
        case ("periods", "change", periods):
            return _sum("-", cell.value(0), cell.value(periods))
        case ("periods", "mean", periods):
            window = [cell.value(back) for back in range(periods)]
            return None if None in window else sum((each or 0 for each in window), Fraction()) / periods
    raise AssertionError(tree)


def _side(tree: Tree, cell: Cell, *, own_unit: bool) -> Figure:
    found = figure(tree, cell)
    plain = tree[0] in {"number", "name"} or (tree[0] == "negative" and tree[1][0] == "number")
    if found is None or plain or not own_unit:
        return found
    scale = 10**cell.decimals
    magnitude = Fraction(floor(abs(found) * scale + Fraction(1, 2)), scale)
    return -magnitude if found < 0 else magnitude


def _compared(sign: str, left: Figure, right: Figure) -> bool | None:
    return None if left is None or right is None else bool(_ORDER[sign](left, right))


def _all(truths: Sequence[bool | None]) -> bool | None:
    if False in truths:
        return False
    return None if None in truths else True


def _sum(sign: str, left: Figure, right: Figure) -> Figure:
    if left is None or right is None or (sign == "/" and right == 0):
        return None
    operation = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[sign]
    return Fraction(operation(left, right))


def _figures(name: str, figures: Sequence[Figure]) -> Figure:
    known = [each for each in figures if each is not None]
    if len(known) < len(figures):
        return None
    return abs(known[0]) if name == "abs" else {"min": min, "max": max}[name](known)
