"""Tokens to a tree, by operator precedence (Pratt); goes on after a problem to report the rest too.

The precedence method: V. Pratt, "Top down operator precedence", POPL 1973. From loose to tight:
or, and, not, comparisons (chained), + -, * /, unary minus.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from monitor.core.conditions.kinds import RATING_CODES
from monitor.core.conditions.problems import Code, ConditionProblem
from monitor.core.conditions.tokens import COMPARISONS, Token, TokenKind
from monitor.core.conditions.tree import (
    And,
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Faulty,
    Literal,
    Name,
    Negation,
    Not,
    Or,
    RatingWord,
    Span,
    nodes,
)

MAXIMUM_DEPTH: Final = 50

_OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN = range(1, 8)
_POWERS: Final = MappingProxyType(
    {
        "or": _OR,
        "and": _AND,
        **dict.fromkeys(COMPARISONS, _COMPARISON),
        "+": _SUM,
        "-": _SUM,
        "*": _PRODUCT,
        "/": _PRODUCT,
    }
)
_BOUNDARIES: Final = frozenset({"and", "or", ")", ","})
_THOUSANDS: Final = re.compile(r"[0-9]{1,3},[0-9]{3}\b")
_FOREIGN_WORDS: Final = MappingProxyType(
    {
        "between": "write a chain: 8 <= value <= 10",
        "in": "write each comparison in full, joined by 'or'",
        "is": "write '=='",
        "equals": "write '=='",
        "above": "write '>'",
        "over": "write '>'",
        "below": "write '<'",
        "under": "write '<'",
        "exceeds": "write '>'",
        "if": "write the comparison alone; the rule says what follows from it",
        "percent": "write the number alone: 85",
    }
)


_COMPARING_WORDS: Final = MappingProxyType(
    {
        ("more", "than"): ">",
        ("greater", "than"): ">",
        ("higher", "than"): ">",
        ("less", "than"): "<",
        ("fewer", "than"): "<",
        ("lower", "than"): "<",
        ("at", "least"): ">=",
        ("at", "most"): "<=",
        ("above",): ">",
        ("over",): ">",
        ("exceeds",): ">",
        ("below",): "<",
        ("under",): "<",
    }
)
"""A comparison in words, with what is compared left out; the longest first."""

_JOIN: Final = "join comparisons by 'and' or 'or'"


class _TooDeepError(Exception):
    """Ends reading where the text is nested too deeply; never leaves this module."""


def read(
    tokens: Sequence[Token], text: str, reported: frozenset[int]
) -> tuple[Expression, tuple[ConditionProblem, ...]]:
    """The tree, with Faulty nodes where something is wrong, and what is wrong. Never raises.

    At the offsets `reported` a problem was reported already, and no other is.
    """
    reader = _Reader(tokens, text, reported)
    try:
        root = reader.whole()
    except _TooDeepError:
        return Faulty((), Span(0, max(1, len(text)))), tuple(reader.problems)
    for node, depth in nodes(root):
        if depth > MAXIMUM_DEPTH:
            reader.report_depth(node.span)
            return Faulty((), root.span), tuple(reader.problems)
    return root, tuple(reader.problems)


class _Reader:
    """One pass over the tokens; `problems` grows as it goes."""

    def __init__(self, tokens: Sequence[Token], text: str, reported: frozenset[int]) -> None:
        self.problems: list[ConditionProblem] = []
        self._reported = set(reported)
        self._tokens = tokens
        self._text = text
        self._leftovers: list[Expression] = []
        self._position = 0
        self._depth = 0

    def whole(self) -> Expression:
        """Everything up to the end; what is left over after an expression is reported and passed."""
        root = self._expression(_OR)
        self._read_leftovers("")
        return Faulty((root, *self._leftovers), root.span) if self.problems else root

    def report_depth(self, span: Span) -> None:
        self._report(
            span,
            Code.TOO_DEEP,
            f"this is nested more than {MAXIMUM_DEPTH} levels deep",
            "simplify it, or split it into levels or rules",
        )

    @property
    def _current(self) -> Token:
        return self._tokens[self._position]

    def _ended(self) -> bool:
        return self._current.kind is TokenKind.END

    def _advance(self) -> Token:
        token = self._current
        if not self._ended():
            self._position += 1
        return token

    def _at(self, sign: str) -> bool:
        return self._current.kind is TokenKind.SIGN and self._current.text == sign

    def _takes(self, sign: str) -> bool:
        found = self._at(sign)
        if found:
            self._advance()
        return found

    def _expression(self, minimum: int) -> Expression:
        self._depth += 1
        if self._depth > MAXIMUM_DEPTH:
            self.report_depth(self._current.span)
            raise _TooDeepError
        left = self._prefix()
        while (power := self._power()) >= minimum:
            left = self._infix(left, power)
        self._depth -= 1
        return left

    def _power(self) -> int:
        token = self._current
        return _POWERS.get(token.text, 0) if token.kind is TokenKind.SIGN else 0

    def _prefix(self) -> Expression:
        token = self._current
        match token.kind, token.text:
            case TokenKind.NUMBER, text:
                self._advance()
                return _literal(text, token.span)
            case TokenKind.NAME, _:
                return self._named()
            case TokenKind.SIGN, "(":
                return self._parenthesised()
            case TokenKind.SIGN, "-":
                self._advance()
                operand = self._expression(_SIGN)
                return Negation(operand, token.span.to(operand.span))
            case TokenKind.SIGN, "not":
                self._advance()
                operand = self._expression(_NOT)
                return Not(operand, token.span.to(operand.span))
            case _:
                return self._missing_operand()

    def _named(self) -> Expression:
        words = self._comparing_words()
        if words:
            return self._compared_in_words(words)
        token = self._advance()
        if self._at("("):
            return self._call(token)
        if token.text in RATING_CODES:
            return RatingWord(token.text, token.span)
        return Name(token.text, token.span)

    def _comparing_words(self) -> tuple[str, ...]:
        """The words from here on that say a comparison, with something to compare after them; () for none."""
        for words in _COMPARING_WORDS:
            tokens = self._tokens[self._position : self._position + len(words) + 1]
            said = tuple(token.text.lower() for token in tokens[: len(words)])
            if said == words and tokens[-1].kind in (TokenKind.NUMBER, TokenKind.NAME):
                return words
        return ()

    def _compared_in_words(self, words: tuple[str, ...]) -> Expression:
        """Reports ``below target``, and how it is written."""
        first = self._current.span
        for _ in words:
            self._advance()
        last, limit = self._previous_span, self._expression(_SUM)
        written = self._text[limit.span.offset : limit.span.offset + limit.span.length]
        message = f"'{' '.join(words)}' is spelt '{_COMPARING_WORDS[words]}', and what is compared is missing"
        hint = f"write 'value {_COMPARING_WORDS[words]} {written}'"
        self._report(first.to(last), Code.FOREIGN_SPELLING, message, hint)
        return Faulty((limit,), first.to(limit.span))

    def _parenthesised(self) -> Expression:
        opening = self._advance()
        inside = self._expression(_OR)
        closing = self._closing(opening.span, inside.span)
        return replace(inside, span=opening.span.to(closing))

    def _call(self, name: Token) -> Expression:
        opening = self._advance()
        arguments: list[Expression] = []
        if self._takes(")"):
            return Call(name.text, (), name.span.to(self._previous_span), name.span)
        arguments.append(self._expression(_OR))
        while self._takes(","):
            arguments.append(self._expression(_OR))
        closing = self._closing(opening.span, arguments[-1].span)
        return Call(name.text, tuple(arguments), name.span.to(closing), name.span)

    @property
    def _previous_span(self) -> Span:
        return self._tokens[self._position - 1].span

    def _closing(self, opening: Span, inside: Span) -> Span:
        """The span of the closing parenthesis; without one, says so and ends at what was read."""
        if self._takes(")"):
            return self._previous_span
        self._read_leftovers(")")
        if self._takes(")"):
            return self._previous_span
        message = "this parenthesis is never closed"
        self._report(opening, Code.UNCLOSED_PARENTHESIS, message, "add the closing parenthesis")
        return inside

    def _infix(self, left: Expression, power: int) -> Expression:
        if power == _COMPARISON:
            return self._comparison(left)
        sign = self._advance().text
        right = self._expression(power + 1)
        span = left.span.to(right.span)
        match sign:
            case "and":
                return And((*_flat(left, And), *_flat(right, And)), span)
            case "or":
                return Or((*_flat(left, Or), *_flat(right, Or)), span)
            case _:
                return Arithmetic(sign, left, right, span)

    def _comparison(self, left: Expression) -> Expression:
        operators: list[str] = []
        operands = [left]
        while self._power() == _COMPARISON:
            operators.append(self._advance().text)
            operands.append(self._expression(_SUM))
        return Comparison(tuple(operators), tuple(operands), left.span.to(operands[-1].span))

    def _missing_operand(self) -> Expression:
        token = self._current
        if token.kind is TokenKind.END:
            message = "the condition ends where a number, a name or a function is expected"
            self._report(token.span, Code.SYNTAX, message, "complete it, for example: value > 85")
        else:
            message = f"a number, a name or a function is expected before '{token.text}'"
            self._report(
                token.span, Code.SYNTAX, message, "fill in what is missing, or remove what is too much"
            )
            if token.text not in _BOUNDARIES and not self._power():
                self._synchronise()
        return Faulty((), token.span)

    def _report_unexpected(self) -> None:
        token = self._current
        if token.text == ",":
            around = self._text[max(0, token.span.offset - 3) : token.span.offset + 4]
            thousands = _THOUSANDS.search(around)
            hint = "write numbers without commas: 1000" if thousands else _JOIN
            self._report(
                token.span, Code.SYNTAX, "a comma stands only between the arguments of a function", hint
            )
        elif token.text == ")":
            self._report(
                token.span, Code.SYNTAX, "this parenthesis was never opened", "remove it, or open it"
            )
        else:
            words = (token.text.lower(), self._tokens[max(0, self._position - 1)].text.lower())
            message = f"an operator, 'and' or 'or' is expected before '{token.text}'"
            hint = next((_FOREIGN_WORDS[word] for word in words if word in _FOREIGN_WORDS), _JOIN)
            self._report(token.span, Code.SYNTAX, message, hint)

    def _read_leftovers(self, closing: str) -> None:
        """Reports what stands after a whole expression, up to `closing` or the end, and reads on in it."""
        while not self._ended() and not self._at(closing):
            self._report_unexpected()
            self._synchronise()
            if self._ended() or self._at(closing):
                return
            self._advance()
            if not self._ended() and not self._at(closing):
                self._leftovers.append(self._expression(_OR))

    def _synchronise(self) -> None:
        """Passes over tokens up to the next and, or, comma, closing parenthesis on this level, or the end."""
        level = 0
        while not self._ended():
            text = self._current.text if self._current.kind is TokenKind.SIGN else ""
            if level == 0 and text in _BOUNDARIES:
                return
            level += (text == "(") - (text == ")")
            self._advance()

    def _report(self, span: Span, code: Code, message: str, hint: str) -> None:
        """Adds a problem, unless one stands at the same place already: it would be its echo."""
        if span.offset not in self._reported:
            self._reported.add(span.offset)
            self.problems.append(ConditionProblem(span.offset, span.length, code, message, hint))


def _flat(node: Expression, joined: type[And | Or]) -> tuple[Expression, ...]:
    return node.operands if isinstance(node, joined) else (node,)


def _literal(text: str, span: Span) -> Literal:
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    return Literal(int(whole + part), len(part), span)
