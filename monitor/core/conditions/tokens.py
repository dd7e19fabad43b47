"""Condition text to tokens; every strange character or spelling becomes a problem, and reading goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from monitor.core.conditions.problems import Code, ConditionProblem
from monitor.core.conditions.tree import Span

MAXIMUM_DIGITS: Final = 15


class TokenKind(Enum):
    NUMBER = auto()
    NAME = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is the language's own spelling, whatever stands in the condition at `span`."""

    kind: TokenKind
    text: str
    span: Span


WORDS: Final = frozenset({"and", "or", "not"})
COMPARISONS: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})

# Spellings of other languages, of spreadsheets and of word processors, and what they are read as.
_FOREIGN: Final = MappingProxyType(
    {
        "&&": "and",
        "&": "and",
        "||": "or",
        "|": "or",
        "!": "not",
        "=": "==",
        "===": "==",
        "!==": "!=",
        "<>": "!=",
        "=>": ">=",
        "=<": "<=",
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "\N{MULTIPLICATION SIGN}": "*",
        "\N{DIVISION SIGN}": "/",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
    }
)
_NO_POWERS: Final = "multiply instead: value * value"
_UNSUPPORTED: Final = MappingProxyType({"**": ("*", _NO_POWERS), "^": ("*", _NO_POWERS)})
_SKIPPED: Final = MappingProxyType(
    {
        "%": "write the number alone: 85, not 85%",
        "\N{NO-BREAK SPACE}": "this is a non-breaking space; type an ordinary one",
        "\N{ZERO WIDTH NO-BREAK SPACE}": "this is an invisible mark; delete it",
        "£": "write the number alone: 85, not £85",
        '"': "write names and ratings without quotation marks",
        "'": "write names and ratings without quotation marks",
        "[": "use round parentheses",
        "]": "use round parentheses",
        "{": "use round parentheses",
        "}": "use round parentheses",
    }
)

_TOKEN: Final = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9]+(?![A-Za-z_]))?|\.[0-9]+)
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<foreign>===|!==|&&|\|\||<>|=>|=<|\*\*)
      | (?P<sign><=|>=|==|!=|[-+*/()<>,])
      | (?P<strange>.)""",
    re.VERBOSE | re.DOTALL,
)
_PLAIN_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")


def tokenise(text: str) -> tuple[tuple[Token, ...], tuple[ConditionProblem, ...]]:
    """The tokens, ended by one of kind END, and the problems met. Never raises."""
    tokens: list[Token] = []
    problems: list[ConditionProblem] = []
    for match in _TOKEN.finditer(text):
        span = Span(match.start(), match.end() - match.start())
        token, problem = _token(match.lastgroup or "", match.group(), span)
        if token is not None:
            tokens.append(token)
        if problem is not None:
            _add(problems, problem)
    tokens.append(Token(TokenKind.END, "", Span(len(text), 1)))
    return tuple(tokens), tuple(problems)


def _token(group: str, text: str, span: Span) -> tuple[Token | None, ConditionProblem | None]:
    match group:
        case "space":
            return None, None
        case "number":
            return _number(text, span)
        case "name":
            return _word(text, span)
        case "sign":
            return Token(TokenKind.SIGN, text, span), None
        case _:
            return _strange(text, span)


def _number(text: str, span: Span) -> tuple[Token, ConditionProblem | None]:
    if not _PLAIN_NUMBER.fullmatch(text):
        problem = _problem(
            span,
            Code.NUMBER_FORMAT,
            f"'{text}' is not a number in plain digits",
            "write digits with at most one decimal point between them, such as 1000 or 0.5",
        )
        return Token(TokenKind.NUMBER, "1", span), problem
    if len(text.replace(".", "").strip("0")) > MAXIMUM_DIGITS or len(text) > 2 * MAXIMUM_DIGITS:
        problem = _problem(
            span,
            Code.NUMBER_TOO_LARGE,
            f"the number has more than {MAXIMUM_DIGITS} digits",
            "check it for a slip",
        )
        return Token(TokenKind.NUMBER, "1", span), problem
    return Token(TokenKind.NUMBER, text, span), None


def _word(text: str, span: Span) -> tuple[Token, ConditionProblem | None]:
    lower = text.lower()
    if lower not in WORDS:
        return Token(TokenKind.NAME, text, span), None
    if lower == text:
        return Token(TokenKind.SIGN, text, span), None
    return Token(TokenKind.SIGN, lower, span), _spelling(text, lower, f"write '{lower}'", span)


def _strange(text: str, span: Span) -> tuple[Token | None, ConditionProblem]:
    if text in _FOREIGN:
        own = _FOREIGN[text]
        return Token(TokenKind.SIGN, own, span), _spelling(text, own, f"write '{own}'", span)
    if text in _UNSUPPORTED:
        own, hint = _UNSUPPORTED[text]
        return Token(TokenKind.SIGN, own, span), _spelling(text, own, hint, span)
    hint = _SKIPPED.get(text, "remove it")
    shown = f"'{text}'" if text.isprintable() and not text.isspace() else f"U+{ord(text):04X}"
    return None, _problem(span, Code.UNKNOWN_CHARACTER, f"{shown} is not part of the language", hint)


def _spelling(text: str, own: str, hint: str, span: Span) -> ConditionProblem:
    meaning = "there are no powers" if text in _UNSUPPORTED else f"'{text}' is spelt '{own}' here"
    return _problem(span, Code.FOREIGN_SPELLING, meaning, hint)


def _problem(span: Span, code: Code, message: str, hint: str) -> ConditionProblem:
    return ConditionProblem(span.offset, span.length, code, message, hint)


def _add(problems: list[ConditionProblem], problem: ConditionProblem) -> None:
    """Adds the problem, or lengthens the last one: a run of strange characters is one problem."""
    last = problems[-1] if problems else None
    if (
        last is not None
        and last.code == problem.code == Code.UNKNOWN_CHARACTER
        and last.offset + last.length == problem.offset
    ):
        problems[-1] = ConditionProblem(
            last.offset,
            last.length + problem.length,
            last.code,
            "these are not part of the language",
            last.hint,
        )
    else:
        problems.append(problem)
