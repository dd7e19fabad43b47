"""The end date of a period, in the ways councils write it.

A date in figures is read day first, as the British do; it is never guessed from what would fit, so
03/31/2013 is refused and 04/03/2013 is the 4th of March in every file. What names a stretch of time stands
for its last day.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from monitor.core.periods import month_end
from monitor.intake.faults import Fault, FaultCode, shown

EARLIEST_YEAR = 1990
LATEST_YEAR = 2099
CENTURY = 2000
MONTHS_OF_A_YEAR = 12
MARCH = 3

# Day 0 of Excel's 1900 date system as it counts from March 1900 on: it takes 1900 for a leap year.
# Source: Microsoft support, "Excel incorrectly assumes that the year 1900 is a leap year".
SERIAL_DAY_0 = date(1899, 12, 30)

_OUTSIDE = f"lies outside {EARLIEST_YEAR} to {LATEST_YEAR}"
HOW_TO_WRITE = "write it as 2013-11-30 or 30/11/2013"

_MONTH_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_MONTHS = {name[:length]: number for number, name in enumerate(_MONTH_NAMES, 1) for length in (3, len(name))}
_MONTHS["sept"] = 9

_TIME_OF_DAY = re.compile(r"[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", re.ASCII)
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})", re.ASCII)
_DAY_AND_NAME = re.compile(
    r"(?:[a-z]{3,9},? )?(\d{1,2})(?:st|nd|rd|th)?[-/ ]?([a-z]{3,9})\.?,?[-/ ]?(\d{4}|\d{2})", re.ASCII
)
_NAME_AND_DAY = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_NAME_AND_YEAR = re.compile(r"([a-z]{3,9})\.?[-/ ]?['’]?(\d{4}|\d{2})", re.ASCII)
_YEAR_AND_SECOND = re.compile(r"(fy ?)?(\d{4}) ?([-/]) ?(\d{4}|\d{1,2})", re.ASCII)
_MONTH_AND_YEAR = re.compile(r"(\d{1,2})[-/](\d{4})", re.ASCII)
_QUARTER = r"(?:q|qtr ?|quarter )([1-4])"
_FINANCIAL_YEAR = r"(?:fy ?)?(\d{4}) ?[-/] ?(\d{4}|\d{2})"
_QUARTER_FIRST = re.compile(rf"{_QUARTER}(?:,? | ?- ?)?{_FINANCIAL_YEAR}", re.ASCII)
_QUARTER_LAST = re.compile(rf"{_FINANCIAL_YEAR}(?:,? | ?- ?)?{_QUARTER}", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(?:\.0+)?", re.ASCII)


@lru_cache(maxsize=4096)
def read_period_end(text: str) -> date | Fault:
    """The last day of the period that a cell names, or what is wrong with it.

    Read are: 2013-11-30, 20131130, 30/11/2013, 30-11-13, 30.11.2013, 30 Nov 2013, Sat 30th November 2013;
    November 2013, Nov 13, Nov-13, 11/2013 and 2013-11 (the month's last day); 2013/14 (31 March 2014); Q3
    2013/14 (the financial year's third quarter: 31 December 2013); Excel's day numbers (41608). A time of
    day is ignored. Years in two figures are of this century.
    """
    plain = " ".join(text.split())
    folded = _TIME_OF_DAY.sub("", plain).strip().casefold()
    if not folded:
        return Fault(FaultCode.BAD_DATE, f"there is no period end: {HOW_TO_WRITE}")
    for read in (_from_figures, _from_names, _from_quarters, _from_stretches, _from_serial):
        found = read(folded)
        if isinstance(found, date) and not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
            return _refused(plain, _OUTSIDE)
        if found is not None:
            return found if isinstance(found, date) else _refused(plain, found)
    return _refused(plain, "is not a date that limen knows")


def _refused(text: str, why: str) -> Fault:
    meant = _month_first(text)
    how = HOW_TO_WRITE if meant is None else f"write it as {meant:%Y-%m-%d} or {meant:%d/%m/%Y}"
    return Fault(FaultCode.BAD_DATE, f"{shown(text)} {why}: {how}")


def _month_first(text: str) -> date | None:
    """The day that 03/31/2013 can only mean; it is shown as an example, never taken."""
    match = _DAY_FIRST.fullmatch(_TIME_OF_DAY.sub("", text).strip())
    if match is None or int(match[3]) <= MONTHS_OF_A_YEAR:
        return None
    found = _day(_year(match[4]), int(match[1]), int(match[3]))
    return found if isinstance(found, date) and EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _from_figures(text: str) -> date | str | None:
    if match := _YEAR_FIRST.fullmatch(text) or _COMPACT.fullmatch(text):
        return _day(int(match[1]), int(match[match.re.groups - 1]), int(match[match.re.groups]))
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = int(match[1]), int(match[3]), _year(match[4])
        if month > MONTHS_OF_A_YEAR >= day:
            return f"would have the month {month} (dates are read day first, not month first)"
        return _day(year, month, day)
    return None


def _from_names(text: str) -> date | str | None:
    for pattern, day, name, year in ((_DAY_AND_NAME, 1, 2, 3), (_NAME_AND_DAY, 2, 1, 3)):
        match = pattern.fullmatch(text)
        if match and match[name] in _MONTHS:
            return _day(_year(match[year]), _MONTHS[match[name]], int(match[day]))
    match = _NAME_AND_YEAR.fullmatch(text)
    if match and match[1] in _MONTHS:
        return _last_of(_year(match[2]), _MONTHS[match[1]])
    return None


def _from_quarters(text: str) -> date | str | None:
    if match := _QUARTER_FIRST.fullmatch(text):
        return _quarter_end(int(match[1]), int(match[2]), match[3])
    if match := _QUARTER_LAST.fullmatch(text):
        return _quarter_end(int(match[3]), int(match[1]), match[2])
    return None


def _from_stretches(text: str) -> date | str | None:
    if match := _MONTH_AND_YEAR.fullmatch(text):
        month, year = int(match[1]), int(match[2])
        return _last_of(year, month) if 1 <= month <= MONTHS_OF_A_YEAR else "is not a month"
    match = _YEAR_AND_SECOND.fullmatch(text)
    if not match:
        return None
    year, second = int(match[2]), match[4]
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return _OUTSIDE
    is_year = _follows(year, second)
    is_month = match[3] == "-" and not match[1] and 1 <= int(second) <= MONTHS_OF_A_YEAR
    if is_year and is_month:
        return f"may be a month or a financial year: {year}/{second} is the year, {year}-{second}-01 a day"
    if is_year:
        return _last_of(year + 1, MARCH)
    if is_month:
        return _last_of(year, int(second))
    return "is neither a month (2013-11) nor a financial year (2013/14)"


def _from_serial(text: str) -> date | str | None:
    match = _SERIAL.fullmatch(text)
    return SERIAL_DAY_0 + timedelta(days=int(match[1])) if match else None


def _quarter_end(quarter: int, year: int, second: str) -> date | str:
    if not _follows(year, second):
        return "does not name a financial year as 2013/14 does"
    month = quarter * 3 + MARCH
    return _last_of(year + (month > MONTHS_OF_A_YEAR), (month - 1) % MONTHS_OF_A_YEAR + 1)


def _follows(year: int, second: str) -> bool:
    """Whether 2013 and "14" or "2014" are a financial year."""
    return second in (str(year + 1), f"{(year + 1) % 100:02d}")


def _year(text: str) -> int:
    return int(text) if len(text) > len("13") else CENTURY + int(text)


def _last_of(year: int, month: int) -> date | str:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return _OUTSIDE
    return month_end(date(year, month, 1))


def _day(year: int, month: int, day: int) -> date | str:
    try:
        return date(year, month, day)
    except ValueError:
        return "is not a day of the calendar"
