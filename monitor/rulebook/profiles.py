"""Tables of targets: one for each period, for all areas or for some."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.periods import Frequency, financial_year_start
from monitor.core.rulebook import Profile
from monitor.rulebook import scalars
from monitor.rulebook.csv_cells import TableRow, table_rows
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scopes import read_area
from monitor.rulebook.source_text import SourceText

NEEDED: Final = ("period_end", "value")
KNOWN: Final = ("area", "note")
_MONTHS: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
_FIRST_MONTH: Final = 3
"""Months before the financial year begins, from which periods are counted."""


@dataclass(frozen=True, slots=True)
class WrittenProfile:
    """A profile, its area names (None: for all), and where its amounts with most decimals first stand."""

    profile: Profile
    areas: frozenset[str | None]
    decimals: int
    finest: Span

    def gaps(
        self, frequency: Frequency, start: date, until: date | None, area: str | None
    ) -> Iterator[date]:
        """Yields the last day of each period for which an area has no value, in order.

        Looked at are the periods that end within the dates; without ``until`` up to the profile's last one. A
        value for any day of a month, quarter or financial year stands for the whole of it.
        """
        months = _MONTHS[frequency]
        own = [end for name, end in self.profile.amounts if name in {area, None}]
        there = {_count(end) // months for end in own}
        first, last = _count(start) // months, (_count(until) // months - 1 if until else max(there, default=0))
        for period in range(first, last + 1):
            if period not in there:
                yield _last_day(period * months + months - 1)


def _count(day: date) -> int:
    """Months from the beginning of the first financial year to that of the day."""
    return day.year * 12 + day.month - 1 - _FIRST_MONTH


def _last_day(count: int) -> date:
    number = count + _FIRST_MONTH + 1
    return date.fromordinal(date(number // 12, number % 12 + 1, 1).toordinal() - 1)


def read_profile(source: SourceText, areas: AreaTree, log: ProblemLog) -> WrittenProfile | None:
    """Returns the profile of a table; None, with every problem noted, where a row has an error."""
    errors = log.errors
    amounts: dict[tuple[str | None, date], int] = {}
    decimals, finest = 0, source.span(0, 1)
    for row in table_rows(source, NEEDED, KNOWN, log):
        key, amount = _key(row, areas, log), scalars.amount(row.cells["value"], "value", log)
        if key is None or amount is None:
            continue
        if key in amounts:
            whom = f" for {key[0]}" if key[0] else ""
            log.note("LIM816", row.span, f"there is a row for {key[1]}{whom} already")
        amounts.setdefault(key, amount)
        if _decimals(amount) > decimals:
            decimals, finest = _decimals(amount), row.cells["value"].span
    if not amounts and log.errors == errors:
        log.note("LIM814", source.span(0, 1), "the table has no row below its first")
    if log.errors > errors:
        return None
    return WrittenProfile(Profile(amounts), frozenset(name for name, _ in amounts), decimals, finest)
