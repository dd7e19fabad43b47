"""England's bank holidays, from the `holidays` package: no network, the same as GOV.UK's list."""

from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from monitor.core.windows import Calendar


@lru_cache(maxsize=32)
def bank_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Returns England's bank holidays of the years, both included, with the days given in lieu.

    One that falls on a Saturday or Sunday is listed beside the day given in its place, and is no working day
    anyway. Later years than Parliament has settled hold what the law gives every year.
    """
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1)))


def calendar_of(zone: ZoneInfo) -> Calendar:
    """Returns the calendar of people in ``zone`` who keep England's bank holidays."""
    return Calendar(zone, lambda day: day in bank_holidays(day.year, day.year))
