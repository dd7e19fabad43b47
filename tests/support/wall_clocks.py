"""England's clock and holidays, worked out without what is tested: to hold windows against."""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.calendar_england import bank_holidays
from monitor.core.windows import Calendar

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
YEARS = range(2012, 2031)
FIRST, LAST = date(2012, 1, 1), date(2030, 12, 31)

HOLIDAYS = bank_holidays(2009, 2032)
LONDON = Calendar(ZoneInfo("Europe/London"), HOLIDAYS.__contains__)
BANK_HOLIDAYS = sorted(day for day in HOLIDAYS if day.year in YEARS)
ALL_DAYS = [FIRST + ahead * DAY for ahead in range((LAST - FIRST).days + 1)]
WORKING_DAYS = [day for day in ALL_DAYS if day.weekday() < 5 and day not in HOLIDAYS]


def last_sunday(year: int, month: int) -> date:
    """The last Sunday of a month of 31 days."""
    last = date(year, month, 31)
    return last - (last.weekday() + 1) % 7 * DAY


def utc(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant."""
    return datetime.combine(day, time(hour, minute), UTC)


SPRINGS = [utc(last_sunday(year, 3), 1) for year in YEARS]
AUTUMNS = [utc(last_sunday(year, 10), 1) for year in YEARS]
CHANGES = sorted(SPRINGS + AUTUMNS)


def london_wall(now: datetime) -> datetime:
    """What clocks in England show.

    By law: an hour in advance from one o'clock Greenwich mean time on the last Sunday in March until one
    o'clock Greenwich mean time on the last Sunday in October (Summer Time Act 1972, section 1, as amended by
    the Summer Time Order 2002, SI 2002/262).
    """
    begins, ends = utc(last_sunday(now.year, 3), 1), utc(last_sunday(now.year, 10), 1)
    return now.replace(tzinfo=None) + (HOUR if begins <= now < ends else 0 * HOUR)


def london_instant(day: date, clock: time) -> datetime:
    """The first instant at which clocks in England show this time, or a later one if they never show it."""
    wall = datetime.combine(day, clock)
    for instant in (wall.replace(tzinfo=UTC) - HOUR, wall.replace(tzinfo=UTC)):
        if london_wall(instant) == wall:
            return instant
    return utc(day, 1)


def minutes(start: datetime, end: datetime) -> Iterator[datetime]:
    """Every minute from ``start`` until ``end``, excluded."""
    while start < end:
        yield start
        start += MINUTE


def watched(moments: Iterable[datetime], wall: Callable[[datetime], datetime]) -> Iterator[datetime]:
    """What somebody says who watches the clock and remembers the latest day and time that it has shown yet.

    When clocks go back, they wait until the clock has caught up. ``moments`` must begin before that.
    """
    latest = datetime.min  # noqa: DTZ901 - a wall-clock time, which has no zone
    for now in moments:
        latest = max(latest, wall(now))
        yield latest


def is_within(said: datetime, days: Callable[[date], bool], opens: time, closes: time | None) -> bool:
    """Whether what was said lies in a window."""
    return days(said.date()) and opens <= said.time() and (closes is None or said.time() < closes)
