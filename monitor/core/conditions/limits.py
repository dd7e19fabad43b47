"""What a condition compares, for people: limits on `value`, and the figures on both sides of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

import numpy as np

from monitor.core.conditions.frame import Frame
from monitor.core.conditions.tree import (
    And,
    Comparison,
    Expression,
    Literal,
    Name,
    Negation,
    Not,
    Or,
    canonical,
    literal_value,
)
from monitor.core.exact import (
    MICRO_DECIMALS,
    BoolArray,
    ExactArray,
    IntArray,
    format_scaled,
    round_half_away,
)

EXTRA_DECIMALS: Final = 2
"""A calculated figure in another unit than the indicator's is shown with so many more decimals."""

_MIRRORED: Final = MappingProxyType({"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="})
_OPPOSITE: Final = MappingProxyType({"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="})


@dataclass(frozen=True, slots=True)
class Limit:
    """`value operator text`: what makes a condition hold, or one part of it.

    `text` is the canonical spelling of the limit, `value` the number where it is one as written.
    """

    operator: str
    text: str
    value: Decimal | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbouring sides of a comparison; `negated` where a `not` stands over it."""

    operator: str
    left: Expression
    right: Expression
    comparison: Comparison
    negated: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Figures as people see them: whole 10**-`decimals`, on the whole panel, missing where not `known`."""

    scaled: IntArray
    decimals: int
    known: BoolArray

    def text(self, series: int, period: int) -> str | None:
        """One figure as plain text, such as "8.0"; None where it is missing."""
        if not self.known[series, period]:
            return None
        return format_scaled(int(self.scaled[series, period]), self.decimals)


@dataclass(frozen=True, slots=True, eq=False)
class LimitValues:
    """A limit and its value for each series and period."""

    limit: Limit
    shown: Shown


@dataclass(frozen=True, slots=True, eq=False)
class OperandValues:
    """Both sides of a comparison: as written in the condition, and as compared."""

    operator: str
    left_text: str
    right_text: str
    left: Shown
    right: Shown


def pairs(root: Expression, *, negated: bool = False) -> Iterator[Pair]:
    """The pairs compared, in the order of the text."""
    match root:
        case Comparison(operators, operands):
            for sign, left, right in zip(operators, operands, operands[1:], strict=False):
                yield Pair(sign, left, right, root, negated)
        case Not(operand):
            yield from pairs(operand, negated=not negated)
        case And(operands) | Or(operands):
            for operand in operands:
                yield from pairs(operand, negated=negated)
        case _:
            return


def limit_side(pair: Pair) -> Expression | None:
    """The side that limits `value`, or None where neither side is `value` alone."""
    value = Name("value")
    if pair.left == value:
        return pair.right
    return pair.left if pair.right == value else None


def limit(pair: Pair) -> Limit | None:
    """The pair as a limit on `value`, or None where neither side is `value` alone."""
    side = limit_side(pair)
    if side is None:
        return None
    sign = pair.operator if side is pair.right else _MIRRORED[pair.operator]
    text = canonical(side)
    written = literal_value(side) is not None
    return Limit(_OPPOSITE[sign] if pair.negated else sign, text, Decimal(text) if written else None)


def shown(node: Expression, figures: ExactArray, frame: Frame, *, own_unit: bool) -> Shown:
    """A side of a comparison with the decimals that show what was compared."""
    decimals = _decimals(node, figures, frame, own_unit=own_unit)
    return Shown(
        np.broadcast_to(round_half_away(figures, decimals), frame.shape),
        decimals,
        np.broadcast_to(figures.known, frame.shape),
    )


def _decimals(node: Expression, figures: ExactArray, frame: Frame, *, own_unit: bool) -> int:
    fewest = frame.decimals if own_unit else 0
    match node:
        case Literal() | Negation(Literal()):
            written = node if isinstance(node, Literal) else node.operand
            return max(fewest, written.decimals if isinstance(written, Literal) else 0)
        case Name():
            return next(
                (each for each in range(fewest, MICRO_DECIMALS) if _exact(figures, each)), MICRO_DECIMALS
            )
        case _:
            return frame.decimals if own_unit else frame.decimals + EXTRA_DECIMALS


def _exact(figures: ExactArray, decimals: int) -> bool:
    """Whether every known figure has no more than so many decimals."""
    if isinstance(figures.denominator, int) and 10**decimals % figures.denominator == 0:
        return True
    rest = figures - figures.rounded(decimals)
    return not bool(((rest.numerator != 0) & rest.known).any())
