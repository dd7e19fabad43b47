"""What can be wrong with a condition: the codes, in one table, and the problem as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Code(StrEnum):
    """Stable identity of a kind of problem; once given, a code is never used for anything else."""

    SYNTAX = "LIM301"
    FOREIGN_SPELLING = "LIM302"
    UNKNOWN_CHARACTER = "LIM303"
    UNCLOSED_PARENTHESIS = "LIM304"
    EMPTY = "LIM305"
    TOO_LONG = "LIM306"
    TOO_DEEP = "LIM307"
    NUMBER_FORMAT = "LIM308"
    NUMBER_TOO_LARGE = "LIM309"
    UNKNOWN_NAME = "LIM310"
    UNKNOWN_FUNCTION = "LIM311"
    WRONG_ARGUMENTS = "LIM312"
    UNIT_MISMATCH = "LIM313"
    WRONG_KIND = "LIM314"
    RATING_COMPARISON = "LIM315"
    NOT_A_CONDITION = "LIM316"
    CONSTANT_CONDITION = "LIM317"
    DIVISION_BY_ZERO = "LIM318"
    CONFUSING_CHAIN = "LIM319"


@dataclass(frozen=True, slots=True)
class ConditionProblem:
    """One thing wrong with a condition: `length` (at least 1) characters of its text from `offset` (from 0).

    At the end of the text the offset equals the text's length. `hint` says what to do.
    """

    offset: int
    length: int
    code: Code
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """The documentation of a code: its name, what it means, what to do about it."""

    code: Code
    name: str
    meaning: str
    remedy: str


_KINDS: Final = (
    ProblemKind(
        Code.SYNTAX,
        "condition-syntax",
        "Something stands where the language does not expect it, or something is left out.",
        "Compare with the examples; each comparison is written out in full.",
    ),
    ProblemKind(
        Code.FOREIGN_SPELLING,
        "foreign-spelling",
        "The word or sign is spelt as in another language, such as && or =.",
        "Use the spelling that the message gives.",
    ),
    ProblemKind(
        Code.UNKNOWN_CHARACTER,
        "unknown-character",
        "The character is not part of the language.",
        "Remove it; when pasted from a document, type that part again.",
    ),
    ProblemKind(
        Code.UNCLOSED_PARENTHESIS,
        "unclosed-parenthesis",
        "A parenthesis is opened and never closed.",
        "Add the closing parenthesis.",
    ),
    ProblemKind(
        Code.EMPTY,
        "empty-condition",
        "There is no condition.",
        "Write one, for example: value > 85.",
    ),
    ProblemKind(
        Code.TOO_LONG,
        "condition-too-long",
        "The condition has more characters than the language allows.",
        "Split it into levels or rules.",
    ),
    ProblemKind(
        Code.TOO_DEEP,
        "too-deep",
        "The condition is nested too deeply, or has too many terms in a row.",
        "Simplify it, or split it into levels or rules.",
    ),
    ProblemKind(
        Code.NUMBER_FORMAT,
        "number-format",
        "A number is not written in plain digits.",
        "Write digits with at most one decimal point between them: 1000, 0.5, 85.",
    ),
    ProblemKind(
        Code.NUMBER_TOO_LARGE,
        "number-too-large",
        "A number has more digits than the language allows.",
        "Check it for a slip; no indicator needs so many digits.",
    ),
    ProblemKind(
        Code.UNKNOWN_NAME,
        "unknown-name",
        "The name is not one that this condition can use.",
        "Correct the spelling, or use one of the names listed.",
    ),
    ProblemKind(
        Code.UNKNOWN_FUNCTION,
        "unknown-function",
        "There is no function of this name.",
        "Correct the spelling, or use one of the functions listed.",
    ),
    ProblemKind(
        Code.WRONG_ARGUMENTS,
        "wrong-arguments",
        "The function is given too few, too many or unsuitable arguments.",
        "Call it as the message shows.",
    ),
    ProblemKind(
        Code.UNIT_MISMATCH,
        "unit-mismatch",
        "Figures of different units are compared, added or subtracted.",
        "Bring both to one unit, or compare figures of the same unit.",
    ),
    ProblemKind(
        Code.WRONG_KIND,
        "wrong-kind",
        "A number stands where a comparison is needed, or the other way round.",
        "Write each comparison in full: value == 40 or value == 50.",
    ),
    ProblemKind(
        Code.RATING_COMPARISON,
        "rating-comparison",
        "A rating is ordered, calculated with or compared with a number.",
        "Compare a rating by == or != with red, amber or green.",
    ),
    ProblemKind(
        Code.NOT_A_CONDITION,
        "not-a-condition",
        "The text gives a number or a rating, not a yes or no.",
        "Compare it with something: value > 85.",
    ),
    ProblemKind(
        Code.CONSTANT_CONDITION,
        "constant-condition",
        "A comparison comes out the same whatever the figures are.",
        "Compare with value or another name, and check the limits' order.",
    ),
    ProblemKind(
        Code.DIVISION_BY_ZERO,
        "division-by-zero",
        "Something is divided by zero, so the result is always missing.",
        "Correct the divisor.",
    ),
    ProblemKind(
        Code.CONFUSING_CHAIN,
        "confusing-chain",
        "A chain of comparisons does not run in one direction.",
        "Write a chain in rising or falling order (8 <= value <= 10), or join comparisons by and.",
    ),
)

PROBLEM_KINDS: Final = MappingProxyType({kind.code: kind for kind in _KINDS})
