"""When a figure holds: its end date, the stretch of time it covers, and what that is called.

The financial year of English councils runs from 1 April to 31 March and is written 2013/14.
"""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

FINANCIAL_YEAR_FIRST_MONTH = 4
_QUARTER = 3


class Basis(StrEnum):
    """Which stretch of time a figure covers, counted back from its period's end."""

    SNAPSHOT = "snapshot"
    YEAR_TO_DATE = "year to date"
    ROLLING_12_MONTHS = "rolling 12 months"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Frequency(StrEnum):
    """How often a new figure is expected."""

    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    ANNUAL = "annual"


def financial_year_start(on: date) -> date:
    """Returns the 1 April on or before ``on``."""
    year = on.year if on.month >= FINANCIAL_YEAR_FIRST_MONTH else on.year - 1
    return date(year, FINANCIAL_YEAR_FIRST_MONTH, 1)


def financial_year_label(on: date) -> str:
    """Returns the financial year as councils write it: 2013/14 for any day from 1 April 2013."""
    year = financial_year_start(on).year
    return f"{year}/{(year + 1) % 100:02d}"


def month_start(on: date, months_back: int = 0) -> date:
    """Returns the first day of the month ``months_back`` months before the month of ``on``."""
    index = on.year * 12 + on.month - 1 - months_back
    return date(index // 12, index % 12 + 1, 1)


def month_end(on: date) -> date:
    """Returns the last day of the month of ``on``."""
    return on.replace(day=calendar.monthrange(on.year, on.month)[1])


def next_period_end(latest: date, frequency: Frequency) -> date:
    """Returns the end of the period whose figure comes after the one to ``latest``.

    Monthly: the next end of a month (from 15 November: 30 November). Quarterly: the next of 31 March, 30
    June, 30 September and 31 December. Annual: the same day a year later, a month's last day staying the
    last.
    """
    match frequency:
        case Frequency.MONTHLY:
            return _month_end_after(latest, 1)
        case Frequency.QUARTERLY:
            return _month_end_after(latest, _QUARTER)
        case Frequency.ANNUAL:
            if latest == month_end(latest):
                return month_end(date(latest.year + 1, latest.month, 1))
            return latest.replace(year=latest.year + 1)


def _month_end_after(day: date, step: int) -> date:
    """The next end of a month whose number can be divided by ``step``."""
    index = day.year * 12 + day.month - 1
    if day == month_end(day):
        index += 1
    index += (step - 1 - index) % step
    return month_end(date(index // 12, index % 12 + 1, 1))


def previous_period_end(end: date, frequency: Frequency) -> date:
    """Returns the end of the period whose figure comes before the one to ``end``: see `next_period_end`.

    Raises:
        ValueError: that would be before the first day of the calendar.
    """
    match frequency:
        case Frequency.MONTHLY:
            return month_start(end) - timedelta(days=1)
        case Frequency.QUARTERLY:
            return month_start(end, (end.month - 1) % _QUARTER) - timedelta(days=1)
        case Frequency.ANNUAL:
            if end == month_end(end):
                return month_end(date(end.year - 1, end.month, 1))
            return end.replace(year=end.year - 1)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A figure's period. ``end`` is the last day it covers, so a period to 31 March ends on that day."""

    end: date
    basis: Basis

    @property
    def start(self) -> date:
        """The first day covered; for a snapshot the day itself.

        A rolling year that ends in the middle of a month starts on the day after the same day a year before.
        """
        match self.basis:
            case Basis.SNAPSHOT:
                return self.end
            case Basis.YEAR_TO_DATE:
                return financial_year_start(self.end)
            case Basis.MONTH:
                return month_start(self.end)
            case Basis.QUARTER:
                return month_start(self.end, 2)
            case Basis.ROLLING_12_MONTHS | Basis.YEAR:
                return _day_after_a_year_before(self.end)

    @property
    def label(self) -> str:
        """The period in words short enough for a table: ``30 Nov 2013``, ``Apr–Nov 2013``, ``Nov 2013``."""
        end, start = self.end, self.start
        day = f"{end.day} {end:%b %Y}"
        match self.basis:
            case Basis.SNAPSHOT:
                return day
            case Basis.MONTH:
                return f"{end:%b %Y}" if end == month_end(end) else f"1–{day}"
            case Basis.ROLLING_12_MONTHS | Basis.YEAR:
                return f"year to {day}"
            case Basis.YEAR_TO_DATE | Basis.QUARTER:
                if end != month_end(end):
                    return f"{start.day} {start:%b %Y} to {day}"
                if (start.year, start.month) == (end.year, end.month):
                    return f"{end:%b %Y}"
                same_year = start.year == end.year
                return f"{start:%b}–{end:%b %Y}" if same_year else f"{start:%b %Y}–{end:%b %Y}"


def _day_after_a_year_before(end: date) -> date:
    if end == month_end(end):
        return month_start(end, 11)
    return end.replace(year=end.year - 1) + timedelta(days=1)
