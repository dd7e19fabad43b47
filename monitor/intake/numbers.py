"""Amounts as councils and the Department for Education write them, in exact millionths."""

import re
from typing import Final

from monitor.core.exact import micro
from monitor.core.observations import MICRO, Missing
from monitor.intake.faults import Fault, FaultCode, shown

SYMBOLS: Final = {
    "c": Missing.SUPPRESSED,
    "*": Missing.SUPPRESSED,
    "x": Missing.NOT_AVAILABLE,
    "..": Missing.NOT_AVAILABLE,
    "n/a": Missing.NOT_AVAILABLE,
    "z": Missing.NOT_APPLICABLE,
    ".": Missing.NOT_APPLICABLE,
    "u": Missing.LOW_RELIABILITY,
    "low": Missing.ROUNDS_TO_ZERO,
    "k": Missing.ROUNDS_TO_ZERO,
    ":": Missing.NOT_COLLECTED,
    "-": Missing.NOT_GIVEN,
}
"""What stands in place of a figure, and why there is none.

Sources: the data guidance of the Department for Education's published files and its analysts' guide ("Open
data standards"); the government statisticians' shorthand (c confidential, x not available, z not
applicable, u low reliability, k/low rounds to zero), which is also written in square brackets; older
releases wrote ".." not available, "." not applicable and "*" suppressed. A bare "-" has meant nil,
negligible and not given in one publication or another, so it says only that no figure is given: never zero.
"""

ERROR_VALUES: Final = (
    "#n/a",
    "#div/0!",
    "#ref!",
    "#value!",
    "#name?",
    "#num!",
    "#null!",
    "#spill!",
    "#calc!",
)
LARGEST_PLAIN = 12
"""Whole numbers of up to so many figures are within range and need no decimal arithmetic."""

_DASHES = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u2014": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}
)
_NUMBER = re.compile(
    r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+(?:e[+-]?\d+)?", re.ASCII
)
_DECIMAL_COMMA = re.compile(r"[+-]?\d[\d. ]*,\d*", re.ASCII)


def read_amount(text: str, *, percent: bool) -> int | Missing | Fault | None:
    """The amount of a cell in millionths, why it is missing, what is wrong with it, or None for no text.

    Read are: 1,282; 39.4%; £5; (5) for minus five; 1.2E3; the symbols of SYMBOLS. ``percent`` says whether a
    percentage is expected: 39.4% is then 39.4, and a fault otherwise. Decimals past the sixth are dropped as
    ``monitor.core.exact.micro`` does.
    """
    if len(text) <= LARGEST_PLAIN and text.isdecimal() and text.isascii():
        return int(text) * MICRO
    folded = text.translate(_DASHES).strip().casefold()
    if not folded:
        return None
    symbol = SYMBOLS.get(folded[1:-1] if folded[0] == "[" and folded[-1] == "]" else folded)
    return symbol if symbol is not None else _number(text, folded, percent=percent)


def _number(text: str, folded: str, *, percent: bool) -> int | Fault:
    inner = folded
    negative = inner.startswith("(") and inner.endswith(")")
    if negative:
        inner = inner[1:-1].strip()
    is_percentage = inner.endswith("%")
    if is_percentage:
        inner = inner[:-1].rstrip()
    sign, inner = (inner[0], inner[1:].lstrip()) if inner[:1] in ("-", "+") else ("", inner)
    inner = sign + inner.removeprefix("£").lstrip()
    if not _NUMBER.fullmatch(inner) or (negative and sign):
        return Fault(FaultCode.BAD_NUMBER, f"{shown(text)} {_why_no_number(folded)}")
    if is_percentage and not percent:
        return Fault(
            FaultCode.WRONG_UNIT, f"{shown(text)} is a percentage, which is not the unit of this figure"
        )
    try:
        amount = micro(inner.replace(",", ""))
    except ValueError:
        return Fault(
            FaultCode.NUMBER_TOO_LARGE, f"{shown(text)} is beyond what a figure can be (4 million million)"
        )
    return -amount if negative else amount


def _why_no_number(folded: str) -> str:
    if folded in ERROR_VALUES:
        return "is an Excel error, not a number: mend the formula, or leave the cell empty"
    if folded.startswith("="):
        return "is a formula whose result was not saved: open the file in Excel, save it, and load it again"
    if _DECIMAL_COMMA.fullmatch(folded):
        return "is not a number: use a point for decimals, and commas between thousands only (1,282.5)"
    return "is not a number"
