"""The periods of published files: the year that a row names, and the parts that its columns stand for."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from monitor.core.periods import month_end, month_start
from monitor.core.sources import PeriodForm, Split
from monitor.intake.dates import EARLIEST_YEAR, LATEST_YEAR, read_period_end
from monitor.intake.faults import Fault, FaultCode, shown

MONTHS_OF_A_YEAR: Final = 12

_LAST_DAYS: Final = {
    PeriodForm.FINANCIAL_YEAR: (3, 31),
    PeriodForm.ACADEMIC_YEAR: (8, 31),
    PeriodForm.CALENDAR_YEAR: (12, 31),
    PeriodForm.MID_YEAR: (6, 30),
}
"""Month and day on which a year ends. Sources: the financial year of local government (Local Government
Finance Act 1992, section 69); DfE's academic year, September to August; ONS's mid-year population estimates,
which are for 30 June."""

_ACROSS_TWO: Final = (PeriodForm.FINANCIAL_YEAR, PeriodForm.ACADEMIC_YEAR)
_ONE_YEAR: Final = re.compile(r"(?:mid[- ]?)?(\d{4})", re.ASCII)
_TWO_YEARS: Final = re.compile(r"(\d{4}) ?[-/]? ?(\d{4}|\d{2})", re.ASCII)


@lru_cache(maxsize=1024)
def mapped_period_end(text: str, form: PeriodForm) -> date | Fault:
    """The last day of the period that a cell names in this form, or what is wrong with it.

    A financial or academic year is 201213, 2012-13 or 2012/13, or the one year in which it ends (2013).
    """
    plain = " ".join(text.split()).casefold()
    if form is PeriodForm.DATE:
        return read_period_end(text)
    year = _two_years(plain) if form in _ACROSS_TWO else None
    if year is None and (match := _ONE_YEAR.fullmatch(plain)):
        year = int(match[1])
    if year is None:
        how = " or 201213" if form in _ACROSS_TWO else ""
        return Fault(FaultCode.BAD_DATE, f"{shown(text)} is no {form}: write it as 2013{how}")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return Fault(FaultCode.BAD_DATE, f"{shown(text)} lies outside {EARLIEST_YEAR} to {LATEST_YEAR}")
    month, day = _LAST_DAYS[form]
    return date(year, month, day)


def _two_years(text: str) -> int | None:
    match = _TWO_YEARS.fullmatch(text)
    if match is None:
        return None
    last = int(match[1]) + 1
    return last if match[2] in (str(last), f"{last % 100:02d}") else None


def part_end(end: date, split: Split, place: int) -> date:
    """The last day of the month or quarter at ``place`` (from 0) of the year that ends on ``end``."""
    length = MONTHS_OF_A_YEAR // split.parts
    return month_end(month_start(end, MONTHS_OF_A_YEAR - length * (place + 1)))
