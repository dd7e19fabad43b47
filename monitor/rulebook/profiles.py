"""Tables of targets: one for each period, for all areas or for some."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.periods import Frequency
from monitor.core.positions import Position
from monitor.core.rulebook import Profile
from monitor.rulebook import scalars
from monitor.rulebook.csv_cells import TableRow, table_rows
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scopes import read_area
from monitor.rulebook.source_text import SourceText

NEEDED: Final = ("period_end", "value")
KNOWN: Final = ("area", "note")
_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
_BEFORE_APRIL: Final = 3
_MOST_SHOWN: Final = 3

Key = tuple[str | None, date]


@dataclass(frozen=True, slots=True)
class Gaps:
    """Periods without a value: how many, and the last days of the first few."""

    number: int
    first: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class WrittenProfile:
    """A profile, the areas that its rows name (None: all), and where a value with most decimals stands."""

    profile: Profile
    areas: frozenset[str | None]
    decimals: int
    finest: Span

    def gaps(self, frequency: Frequency, start: date, until: date | None, area: str | None) -> Gaps:
        """Returns the periods for which an area has no value, neither its own nor one for all.

        Looked at are the periods that end within the dates; without ``until`` those up to the last one that
        has a value. A value for any day of a month, quarter or financial year stands for the whole of it.
        """
        months = _MONTHS[frequency]
        own = [end for name, end in self.profile.amounts if name is None or name == area]
        there = {_months_since_april(end) // months for end in own}
        first = _months_since_april(start) // months
        end = _months_since_april(until) // months if until else max(there, default=first) + 1
        number = max(0, end - first) - sum(first <= period < end for period in there)
        missing = (period for period in range(first, end) if period not in there)
        return Gaps(number, tuple(_last_day((each + 1) * months) for each in islice(missing, _MOST_SHOWN)))


def _months_since_april(day: date) -> int:
    """Months counted so that every financial year, from April on, begins with a multiple of 12."""
    return day.year * 12 + day.month - 1 - _BEFORE_APRIL


def _last_day(end: int) -> date:
    """The last day of the month before one so counted."""
    year, month = divmod(end - 1 + _BEFORE_APRIL, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def read_profile(source: SourceText, areas: AreaTree, log: ProblemLog) -> WrittenProfile | None:
    """Returns the profile of a table; None, with every problem noted, where a row has an error."""
    errors = log.errors
    amounts: dict[Key, int] = {}
    places: dict[Key, Position] = {}
    decimals, finest = 0, source.span(0, 1)
    for row, key, amount in _rows(source, areas, log):
        if key in amounts:
            whom = f" for {key[0]}" if key[0] else ""
            log.note("LIM816", row.span, f"there is a row for {key[1]}{whom} already")
        amounts.setdefault(key, amount)
        places.setdefault(key, row.span.position)
        if _decimals(amount) > decimals:
            decimals, finest = _decimals(amount), row.cells["value"].span
    if not amounts and log.errors == errors:
        log.note("LIM814", source.span(0, 1), "the table has no row below its first")
    if log.errors > errors:
        return None
    return WrittenProfile(Profile(amounts, places), frozenset(name for name, _ in amounts), decimals, finest)


def _rows(source: SourceText, areas: AreaTree, log: ProblemLog) -> Iterator[tuple[TableRow, Key, int]]:
    for row in table_rows(source, NEEDED, KNOWN, log):
        end = scalars.day(row.cells["period_end"], "period_end", log)
        amount = scalars.amount(row.cells["value"], "value", log)
        named = row.cells.get("area")
        area = read_area(named, areas, log) if named else None
        if end is not None and amount is not None and (named is None or area is not None):
            yield row, (area.name if area else None, end), amount


def _decimals(amount: int) -> int:
    """How many decimals a number in millionths has."""
    return next(
        places for places in range(MICRO_DECIMALS + 1) if not amount % 10 ** (MICRO_DECIMALS - places)
    )
