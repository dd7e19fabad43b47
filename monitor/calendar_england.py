"""England's bank holidays, from the `holidays` package: no network, the same as GOV.UK's list."""

from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=32)
def bank_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Returns England's bank holidays of the years, both included, with the days given in lieu.

    One that falls on a Saturday or Sunday is listed beside the day given in its place, and is no working day
    anyway. Later years than Parliament has settled hold what the law gives every year.
    """
    return frozenset(holidays.country_holidays("GB", subdiv="ENG", years=range(first_year, last_year + 1)))
