"""A row of columns for the months of a span of time, as wide as a terminal has room for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.alerts import AlertState
from monitor.core.replay import Stay
from monitor.core.rulebook import Level

MONTHS_OF = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
LETTERS = {Level.CRITICAL: "C", Level.WARNING: "W", Level.INFO: "i"}
PENDING, QUIET = "p", "·"

State = Level | AlertState
"""What a column shows: the level of an alert that fires, or that it is pending."""


@dataclass(frozen=True, slots=True)
class Column:
    """Some months, from the first day of one to the first day after the last."""

    start: date
    end: date

    @property
    def months(self) -> tuple[date, ...]:
        """The first day of each month."""
        found, month = [], self.start
        while month < self.end:
            found.append(month)
            month = next_month(month)
        return tuple(found)


@dataclass(frozen=True)
class TimeAxis:
    """The columns of a span of time, of one ``unit`` each, and the years above them."""

    unit: str
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, start: date, until: date, room: int) -> "TimeAxis":
        """Takes months where so many columns have room, else the finest unit that fits, at last years.

        Columns of several months begin where financial years do, in April.
        """
        axis = cls("", ())
        for unit, months in MONTHS_OF.items():
            first = date(start.year, start.month, 1)
            while (first.month - 4) % months:
                first = _months_on(first, -1)
            columns = []
            while first <= until:
                columns.append(Column(first, _months_on(first, months)))
                first = columns[-1].end
            axis = cls(unit, tuple(columns))
            if len(columns) <= room:
                break
        return axis

    def heading(self) -> str:
        """The years, each above the first column that begins in it, as far as they do not touch."""
        text = ""
        for place, column in enumerate(self.columns):
            is_new = place == 0 or column.start.year != self.columns[place - 1].start.year
            if is_new and len(text) <= place:
                text = f"{text.ljust(place)}{column.start.year} "
        return text.rstrip()

    def states(self, stays: Sequence[Stay]) -> list[State | None]:
        """What each column shows: the worst that an alert was in any of its months."""
        return [worst(_in_month(stays, month) for month in column.months) for column in self.columns]

    def counts(self, by_month: Mapping[date, int]) -> list[int]:
        """How much came to be in each column."""
        return [sum(by_month.get(month, 0) for month in column.months) for column in self.columns]


def worst(states: Iterable[State | None]) -> State | None:
    """The most severe level, else pending, else nothing."""
    return max((state for state in states if state is not None), key=_severity, default=None)


def letter(state: State | None) -> str:
    """The sign of a state, which says without any colour what it is."""
    if isinstance(state, Level):
        return LETTERS[state]
    return QUIET if state is None else PENDING


def next_month(day: date) -> date:
    """The first day of the month after."""
    return _months_on(day.replace(day=1), 1)


def _months_on(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _severity(state: State) -> int:
    return state.rank if isinstance(state, Level) else -1


def _in_month(stays: Sequence[Stay], month: date) -> State | None:
    """How a month ended, or what came and went within it."""
    end = next_month(month)
    return worst(
        stay.level if stay.state is AlertState.FIRING and stay.level else AlertState.PENDING
        for stay in stays
        if stay.began < end and (stay.ended is None or stay.ended >= end or stay.began >= month)
    )
