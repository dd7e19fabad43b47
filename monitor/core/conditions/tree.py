"""The parsed form of a condition: nodes with their place in the text, and their canonical spelling.

Nodes are equal when they read the same, wherever they stand; the place is not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from monitor.core.exact import format_scaled


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the condition's text."""

    offset: int
    length: int

    def to(self, other: Span) -> Span:
        """From the start of this one to the end of the other."""
        return Span(self.offset, other.offset + other.length - self.offset)


_NOWHERE = Span(0, 1)


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as written: `digits` whole 10**-`decimals`, without trailing zeros."""

    digits: int
    decimals: int = 0
    span: Span = field(default=_NOWHERE, compare=False)

    @property
    def value(self) -> Fraction:
        return Fraction(self.digits, 10**self.decimals)


@dataclass(frozen=True, slots=True)
class Name:
    """A figure or rating that the frame supplies."""

    name: str
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RatingWord:
    """One of red, amber, green."""

    word: str
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Negation:
    """Unary minus."""

    operand: Expression
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left operator right`, the operator one of + - * /."""

    operator: str
    left: Expression
    right: Expression
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments as written; `name_span` is the place of the name alone."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span = field(default=_NOWHERE, compare=False)
    name_span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A chain of n operands with n - 1 operators between; it holds where each neighbouring pair does."""

    operators: tuple[str, ...]
    operands: tuple[Expression, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expression, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expression, ...]
    span: Span = field(default=_NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Faulty:
    """A place where a syntax problem was reported, with what could be read around it."""

    parts: tuple[Expression, ...] = ()
    span: Span = field(default=_NOWHERE, compare=False)


Expression = Literal | Name | RatingWord | Negation | Arithmetic | Call | Comparison | Not | And | Or | Faulty


def children(node: Expression) -> tuple[Expression, ...]:
    """What the node is made of, from left to right."""
    match node:
        case Negation(operand) | Not(operand):
            return (operand,)
        case Arithmetic(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Comparison(_, operands) | And(operands) | Or(operands):
            return operands
        case Faulty(parts):
            return parts
        case _:
            return ()


def nodes(root: Expression) -> Iterator[tuple[Expression, int]]:
    """Every node with its depth (the root's is 1), without recursion: the tree may still be too deep."""
    waiting = [(root, 1)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        waiting.extend((child, depth + 1) for child in children(node))


def is_literal(node: Expression) -> bool:
    """Whether it is a number as written, perhaps with a sign: such a number is never rounded."""
    return isinstance(node, Literal) or (isinstance(node, Negation) and isinstance(node.operand, Literal))


def literal_value(node: Expression) -> Fraction | None:
    """The number that is written there, or None for anything else."""
    match node:
        case Literal():
            return node.value
        case Negation(Literal() as operand):
            return -operand.value
        case _:
            return None


_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(1, 9)


def canonical(node: Expression, minimum: int = _OR) -> str:
    """The one spelling of an expression, with no more parentheses than needed; parses to an equal tree."""
    text, power = _spelling(node)
    return f"({text})" if power < minimum else text


def _spelling(node: Expression) -> tuple[str, int]:  # noqa: C901, PLR0911 - one case a node
    match node:
        case Literal(digits, decimals):
            return format_scaled(digits, decimals), _ATOM
        case Name(word) | RatingWord(word):
            return word, _ATOM
        case Negation(operand):
            return f"-{canonical(operand, _SIGN)}", _SIGN
        case Arithmetic(operator, left, right):
            power = _SUM if operator in "+-" else _PRODUCT
            return f"{canonical(left, power)} {operator} {canonical(right, power + 1)}", power
        case Call(function, arguments):
            return f"{function}({', '.join(canonical(each) for each in arguments)})", _ATOM
        case Comparison(operators, operands):
            texts = [canonical(each, _SUM) for each in operands]
            pairs = (f" {sign} {text}" for sign, text in zip(operators, texts[1:], strict=True))
            return texts[0] + "".join(pairs), _COMPARISON
        case Not(operand):
            return f"not {canonical(operand, _NOT)}", _NOT
        case And(operands):
            return " and ".join(canonical(each, _NOT) for each in operands), _AND
        case Or(operands):
            return " or ".join(canonical(each, _AND) for each in operands), _OR
        case Faulty():
            return "?", _ATOM
