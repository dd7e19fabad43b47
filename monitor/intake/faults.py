"""What may be wrong with a row or with a whole file, under codes that stay the same between versions."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHOWN_CHARACTERS = 60
MOST_REASONS = 5


class FaultCode(StrEnum):
    """Why a row is set aside. Explained one by one in ``docs/load-data.md``."""

    UNKNOWN_INDICATOR = "unknown-indicator"
    DERIVED_INDICATOR = "derived-indicator"
    UNKNOWN_AREA = "unknown-area"
    BAD_DATE = "bad-date"
    FUTURE_PERIOD = "future-period"
    BAD_NUMBER = "bad-number"
    NUMBER_TOO_LARGE = "number-too-large"
    WRONG_UNIT = "wrong-unit"
    NO_VALUE = "no-value"
    NOT_A_RATIO = "not-a-ratio"
    BAD_DENOMINATOR = "bad-denominator"
    DISAGREEMENT = "disagreement"
    OUT_OF_RANGE = "out-of-range"
    UNKNOWN_STATUS = "unknown-status"
    CONTRADICTION = "contradiction"
    TOO_MANY_CELLS = "too-many-cells"


class FileFaultCode(StrEnum):
    """Why a file cannot be read at all."""

    EMPTY = "empty-file"
    TOO_LARGE = "too-large"
    NOT_TEXT = "not-text"
    NO_HEADER = "no-header"
    NO_COLUMN = "no-column"
    TWO_COLUMNS = "two-columns"
    NO_AREA = "no-area"
    NO_ROWS = "no-rows"
    TWO_SOURCES = "two-sources"
    QUOTATION = "quotation"
    PASSWORD = "password"  # noqa: S105 - the code of a fault
    OLD_WORKBOOK = "old-workbook"
    DAMAGED_WORKBOOK = "damaged-workbook"
    NOT_A_WORKBOOK = "not-a-workbook"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a row, and in words an analyst can act on."""

    code: FaultCode
    reason: str


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that is set aside. ``line`` counts from 1; ``cells`` are the row's own, as they were read.

    ``code`` is that of the first fault; ``reason`` tells all of them.
    """

    line: int
    code: FaultCode
    reason: str
    cells: tuple[str, ...]


def reasons_in_words(rejections: Sequence[Rejection]) -> str:
    """``unknown area (2, first in line 14), bad number (line 31)``: the commonest first, nothing quoted."""
    commonest = Counter(rejection.code for rejection in rejections).most_common()
    first = {rejection.code: rejection.line for rejection in reversed(rejections)}
    told = [
        f"{in_words(code)} ({'' if count == 1 else f'{count:,}, first in '}line {first[code]})"
        for code, count in commonest[:MOST_REASONS]
    ]
    return ", ".join(told) + (", and others" if len(commonest) > MOST_REASONS else "")


def in_words(code: FaultCode | FileFaultCode) -> str:
    """The code as people say it: ``unknown area``."""
    return code.value.replace("-", " ")


class UnreadableFileError(Exception):
    """A whole file cannot be read. Its text says why and what to do."""

    def __init__(self, code: FileFaultCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def shown(text: str) -> str:
    """The text in quotation marks, on one line and not too long, fit for a message."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return f"“{line[:SHOWN_CHARACTERS]}…”" if len(line) > SHOWN_CHARACTERS else f"“{line}”"
