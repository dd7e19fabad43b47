"""Words of a rule file to numbers, dates and other values; what does not fit becomes a problem.

Nothing is guessed: 1_000, 0x1f, 012 and 1:30 are numbers to some YAML readers and to nobody else, so they
are refused; yes, no, on and off are words. Numbers never pass through a binary float.
"""

import calendar
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from monitor.core.exact import MICRO_DECIMALS, micro
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.suggestions import listed
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence

NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_BRITISH_DAY: Final = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)
PERIODS: Final = re.compile(r"([1-9][0-9]{0,2}) periods?", re.ASCII)
WORKING_DAYS: Final = re.compile(r"([1-9][0-9]{0,2}) working days?", re.ASCII)
CLOCK: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
END_OF_DAY: Final = "24:00"
WALL_TIME: Final = re.compile(rf"({DAY.pattern}) +({CLOCK.pattern})", re.ASCII)
_LOOSE_CLOCK: Final = re.compile(
    r"([0-9]{1,2})(?:[:.]([0-9]{2}))?(?::00)?(?: ?(am|pm))?", re.ASCII | re.IGNORECASE
)
_HALF_DAY: Final = 12
_MONTHS: Final = 12
_LONGEST_QUOTED: Final = 40

E = TypeVar("E", bound=StrEnum)


def shown(text: str) -> str:
    """A text as messages quote it: in quotation marks, on one line, not too long."""
    flat = " ".join(text.split())
    return f"“{flat if len(flat) <= _LONGEST_QUOTED else flat[: _LONGEST_QUOTED - 1] + '…'}”"


def scalar(node: Node, what: str, log: ProblemLog) -> Scalar | None:
    """Returns the node if it is a single value that is not null."""
    if isinstance(node, Scalar):
        if not node.is_null:
            return node
        log.note("LIM113", node.span, f"{what} has no value")
        return None
    kind = "a list" if isinstance(node, Sequence) else "a mapping"
    log.note(
        "LIM108",
        node.span,
        f"{what} is {kind}, where a single value is needed",
        "write one value after the key",
    )
    return None


def text(node: Scalar, what: str, log: ProblemLog) -> str | None:
    """Returns the text, with line ends and runs of spaces as one space each."""
    flat = " ".join(node.text.split())
    if not flat:
        log.note("LIM113", node.span, f"{what} is empty")
        return None
    return flat


def amount(node: Scalar, what: str, log: ProblemLog) -> int | None:
    """Returns a number in whole millionths."""
    if not _is_number(node, what, log):
        return None
    decimals = -int(Decimal(node.text).as_tuple().exponent)
    if decimals > MICRO_DECIMALS and Decimal(node.text) != round(Decimal(node.text), MICRO_DECIMALS):
        log.note("LIM119", node.span, f"{what} has more than {MICRO_DECIMALS} decimals", "round it")
        return None
    try:
        return micro(node.text)
    except ValueError:
        log.note("LIM119", node.span, f"{what} is too large a number", "check it for a slip")
        return None


def whole_number(node: Scalar, what: str, log: ProblemLog, *, fewest: int, most: int) -> int | None:
    """Returns a whole number within the range, both ends included."""
    if not _is_number(node, what, log):
        return None
    number = Decimal(node.text)
    if number == number.to_integral_value() and fewest <= number <= most:
        return int(number)
    log.note("LIM119", node.span, f"{what} has to be a whole number from {fewest:,} to {most:,}")
    return None


def _is_number(node: Scalar, what: str, log: ProblemLog) -> bool:
    if len(node.text) <= _LONGEST_QUOTED and NUMBER.fullmatch(node.text):
        return True
    log.note("LIM114", node.span, f"{what} is {shown(node.text)}, not a number", _plainly(node.text))
    return False


def _plainly(written: str) -> str | None:
    """How the number was probably meant, or None."""
    digits = re.sub(r"[\s,_%£+]", "", written[:_LONGEST_QUOTED])
    digits = re.sub(r"^(-?)0+(?=[0-9])", r"\1", digits)
    if digits.startswith((".", "-.")):
        digits = digits.replace(".", "0.", 1)
    digits = digits.rstrip(".")
    return f"write {digits}" if NUMBER.fullmatch(digits) else None


def day(node: Scalar, what: str, log: ProblemLog) -> date | None:
    """Returns a date; quoted and unquoted are the same."""
    match = DAY.fullmatch(node.text)
    if match is None:
        log.note("LIM115", node.span, f"{what} is {shown(node.text)}, not a date", _as_iso(node.text))
        return None
    year, month, number = map(int, match.groups())
    try:
        return date(year, month, number)
    except ValueError:
        message, hint = _no_such_day(year, month, number)
        log.note("LIM115", node.span, f"{what} is {node.text}, {message}", hint)
        return None


def _no_such_day(year: int, month: int, number: int) -> tuple[str, str]:
    """Why there is no such day, and which days may be meant."""
    if not (year and 1 <= month <= _MONTHS):
        swapped = year and 1 <= number <= _MONTHS and month <= calendar.monthrange(year, number)[1]
        meant = (
            f"{year:04}-{number:02}-{month:02}" if swapped else "the year, the month (01 to 12) and the day"
        )
        return "and there is no such month or year", f"write {meant}"
    last = date(year, month, calendar.monthrange(year, month)[1])
    message = f"but {calendar.month_name[month]} {year} has {last.day} days"
    if not number:
        return message, f"write {last.replace(day=1)}"
    following = "" if last == date.max else f" or {last + timedelta(days=1)}"
    return message, f"write {last}{following}"


def _as_iso(written: str) -> str | None:
    match = _BRITISH_DAY.fullmatch(written.strip())
    if match is None:
        return None
    number, month, year = (int(match[place]) for place in (1, 2, 3))
    try:
        return f"write {date(year, month, number).isoformat()}"
    except ValueError:
        return _no_such_day(year, month, number)[1]


def yes_or_no(node: Scalar, what: str, log: ProblemLog) -> bool | None:
    """Returns what true or false says."""
    if node.is_plain and node.text in {"true", "false"}:
        return node.text == "true"
    meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(
        node.text.lower(), node.text.lower()
    )
    hint = f"write {meant}, without quotation marks" if meant in {"true", "false"} else None
    log.note("LIM116", node.span, f"{what} is {shown(node.text)}, neither true nor false", hint)
    return None


def word(node: Scalar, what: str, words: type[E], log: ProblemLog) -> E | None:
    """Returns which of some words stands there."""
    flat = " ".join(node.text.split())
    for candidate in words:
        if flat == candidate.value:
            return candidate
    choices = [candidate.value for candidate in words]
    log.note("LIM117", node.span, f"{what} is {shown(node.text)}", listed(flat, choices, log))
    return None


def periods(node: Scalar, what: str, log: ProblemLog) -> int | None:
    """Returns the number in “1 period”, “2 periods” and so on, up to 999."""
    match = PERIODS.fullmatch(" ".join(node.text.split()))
    if match:
        return int(match[1])
    hint = f"write {node.text} periods" if re.fullmatch(r"[1-9][0-9]{0,2}", node.text, re.ASCII) else None
    log.note("LIM122", node.span, f"{what} is {shown(node.text)}, not a number of periods", hint)
    return None


def working_days(node: Scalar, what: str, log: ProblemLog) -> int | None:
    """Returns the number in “1 working day”, “15 working days” and so on, up to 999."""
    match = WORKING_DAYS.fullmatch(" ".join(node.text.split()))
    if match:
        return int(match[1])
    number = re.match(r"[1-9][0-9]{0,2}(?![0-9])", node.text, re.ASCII)
    hint = f"write {number[0]} working days" if number else None
    log.note("LIM124", node.span, f"{what} is {shown(node.text)}, not a number of working days", hint)
    return None


def clock(node: Scalar, what: str, log: ProblemLog) -> time | None:
    """Returns a time of the day, 00:00 to 23:59; in quotation marks and without them is the same."""
    match = CLOCK.fullmatch(node.text)
    if match:
        return time(int(match[1]), int(match[2]))
    message = f"{what} is {shown(node.text)}, not a time of the day"
    log.note("LIM125", node.span, message, _as_clock(node.text))
    return None


def wall_time(node: Scalar, what: str, log: ProblemLog) -> datetime | None:
    """Returns a day with a time, as the clock on the wall shows it (without a zone)."""
    match = WALL_TIME.fullmatch(" ".join(node.text.split()))
    if match is None:
        hint = f'write "{node.text} 00:00"' if DAY.fullmatch(node.text) else None
        log.note("LIM126", node.span, f"{what} is {shown(node.text)}, not a day with a time", hint)
        return None
    try:
        return datetime.fromisoformat(f"{match[1]} {match[5]}")
    except ValueError:
        log.note("LIM126", node.span, f"{what} is {node.text}, and there is no such day")
        return None


def _as_clock(written: str) -> str | None:
    """How the time was probably meant, or None."""
    match = _LOOSE_CLOCK.fullmatch(written.strip())
    if match is None:
        return None
    hour, half = int(match[1]), (match[3] or "").lower()
    if half and 1 <= hour <= _HALF_DAY:
        hour = hour % _HALF_DAY + (_HALF_DAY if half == "pm" else 0)
    meant = f"{hour:02}:{match[2] or '00'}"
    if meant == END_OF_DAY:
        return 'write "00:00" for the midnight at the beginning of the day'
    return f'write "{meant}"' if CLOCK.fullmatch(meant) else None
