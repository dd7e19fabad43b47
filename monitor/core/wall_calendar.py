"""What "now" means to people: the clock on their wall, and the days on which they work.

Rules speak of a local wall clock, the store of instants in UTC. One definition leads from the one to the
other (``Calendar.at``): a wall-clock time means the first instant at which the clock on the wall shows that
time or a later one. So in spring a time that the clock leaps over is the instant of the leap, in autumn one
that comes twice is its first, and nothing is moved, dropped or doubled. Python's own reading of a time in the
gap is another one (PEP 495: the offset from before the leap), by which it would come up to an hour too late.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_WORKING_WEEK = 5
# Beyond any run of holidays. Without a limit, a wrong calendar would be searched for ever.
_LONGEST_SEARCH = timedelta(days=366)

WEEK_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where people are, and on which days they do not work.

    ``is_holiday`` must know every year that is asked for.
    """

    zone: ZoneInfo
    is_holiday: Callable[[date], bool]

    def local_day(self, now: datetime) -> date:
        """Returns the day on people's wall calendar at an instant.

        Raises:
            ValueError: ``now`` has no time zone.
        """
        return self._wall(now).date()

    def is_working_day(self, day: date) -> bool:
        """Says whether it is a Monday to Friday and no holiday."""
        return day.weekday() < _WORKING_WEEK and not self.is_holiday(day)

    def at(self, day: date, clock: time) -> datetime:
        """Returns the first instant (UTC) at which the wall clock shows this time of the day or a later one.

        Raises:
            ValueError: ``clock`` has a time zone of its own.
        """
        check_clock(clock)
        wall = datetime.combine(day, clock.replace(fold=0))
        first = wall.replace(tzinfo=self.zone)
        instant = first.astimezone(UTC)
        if self._wall(instant) == wall:
            return instant
        gap = (first.replace(fold=1).utcoffset() or timedelta()) - (first.utcoffset() or timedelta())
        start = (instant - gap).replace(microsecond=0)
        # Clocks are changed at whole seconds, and `gap` before `instant` they had not been changed yet.
        leap = bisect_left(
            range(int(gap.total_seconds())),
            True,
            key=lambda second: self._wall(start + timedelta(seconds=second)) >= wall,
        )
        return start + timedelta(seconds=leap)

    def working_days_from(self, day: date) -> Iterator[date]:
        """Yields the working days from ``day`` on, ``day`` itself first if it is one.

        Raises:
            ValueError: a year holds no working day, so that the holidays must be wrong.
        """
        return days_from(day, self.is_working_day, "working day")

    def add_working_days_at(self, instant: datetime, count: int) -> datetime:
        """Returns the instant with the same wall-clock time ``count`` working days later.

        The day of ``instant`` is day 0, whatever day it is; 0 is the instant itself. Days are counted as by
        ``monitor.core.workingdays.add_working_days``.

        Raises:
            ValueError: ``count`` is negative, or ``instant`` has no time zone.
        """
        wall = self._wall(instant)
        if count < 0:
            raise ValueError(f"working days are counted forwards, not by {count}")
        if count == 0:
            return instant
        later = self.working_days_from(wall.date() + _DAY)
        for _ in range(count - 1):
            next(later)
        return self.at(next(later), wall.time())

    def _wall(self, now: datetime) -> datetime:
        """What the clock on the wall shows, as a naive time."""
        if now.tzinfo is None:
            raise ValueError(f"{now} has no time zone, so that nobody knows which instant it is")
        return now.astimezone(self.zone).replace(tzinfo=None, fold=0)


class Days(StrEnum):
    """Kinds of days. Days of the week by name are a frozenset of numbers instead, from Monday, 0."""

    WORKING_DAYS = "working days"
    EVERY_DAY = "every day"


def week_days(names: Iterable[str]) -> frozenset[int]:
    """Returns the days of the week that are named, in English and in full, as numbers from Monday, 0.

    Raises:
        ValueError: no name is given, or one is no day of the week.
    """
    known = {name.lower(): number for number, name in enumerate(WEEK_DAYS)}
    found = set()
    for name in names:
        if name.lower() not in known:
            raise ValueError(f"“{name}” is no day of the week; write one of {', '.join(WEEK_DAYS)}")
        found.add(known[name.lower()])
    check_days(frozenset(found))
    return frozenset(found)


def is_among(days: Days | frozenset[int], day: date, calendar: Calendar) -> bool:
    """Says whether ``day`` is one of ``days``. A day of the week is one although it is a bank holiday."""
    if isinstance(days, frozenset):
        return day.weekday() in days
    return days is Days.EVERY_DAY or calendar.is_working_day(day)


def days_from(first: date, is_wanted: Callable[[date], bool], what: str) -> Iterator[date]:
    """Yields the days from ``first`` on that are wanted, without end.

    Raises:
        ValueError: a year goes by without one; ``what`` says of what.
    """
    day, last = first, first
    while day - last <= _LONGEST_SEARCH:
        if is_wanted(day):
            last = day
            yield day
        day += _DAY
    raise ValueError(f"there is no {what} within a year of {last}; are the bank holidays right?")


def check_days(days: Days | frozenset[int]) -> None:
    """Refuses days of the week that are none.

    Raises:
        ValueError: there is no day, or a number that stands for none.
    """
    if isinstance(days, frozenset) and not (days and days <= frozenset(range(len(WEEK_DAYS)))):
        raise ValueError("name at least one day of the week, as a number from 0 (Monday) to 6 (Sunday)")


def check_clock(clock: time) -> None:
    """Refuses a time that is not one on the wall.

    Raises:
        ValueError: ``clock`` has a time zone of its own.
    """
    if clock.tzinfo is not None:
        raise ValueError(f"{clock} has a time zone of its own; a wall-clock time has none")
