"""Working days: Monday to Friday, bank holidays left out. The holidays are passed in."""

from collections.abc import Set as AbstractSet
from datetime import date, timedelta

_WEEK = 7
_WORKING_WEEK = 5


def is_working_day(day: date, holidays: AbstractSet[date]) -> bool:
    """Says whether it is a Monday to Friday and no holiday."""
    return day.weekday() < _WORKING_WEEK and day not in holidays


def add_working_days(start: date, count: int, holidays: AbstractSet[date]) -> date:
    """Returns the ``count``-th working day after ``start``; ``start`` itself is day 0, whatever day it is.

    That is how statutory timescales are counted in children's social care: an assessment within 45 working
    days of a referral on day 0 (Department for Education, children in need census guide). 0 is ``start``
    itself; a negative count goes back. ``holidays`` must cover the days passed.
    """
    step = timedelta(days=1 if count >= 0 else -1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_working_day(day, holidays)
    return day


def working_days_between(start: date, end: date, holidays: AbstractSet[date], *, count_start: bool) -> int:
    """Returns how many working days lie from ``start`` to ``end``, ``end`` included.

    ``count_start`` has no default because sources differ by this one day: the Department for Education's
    bands begin with "same day", so that the day of referral is day 0 (False); validators in use count the
    first day as day 1 (True).

    Raises:
        ValueError: ``end`` is before ``start``.
    """
    if end < start:
        raise ValueError(f"{end} is before {start}")
    first = start if count_start else start + timedelta(days=1)
    weekdays = _weekdays_until(end) - _weekdays_until(first - timedelta(days=1))
    return weekdays - sum(first <= day <= end and day.weekday() < _WORKING_WEEK for day in holidays)


def _weekdays_until(day: date) -> int:
    """Mondays to Fridays from the first day that there is (Monday 1 January 1) until ``day``, included."""
    weeks, rest = divmod(day.toordinal(), _WEEK)
    return weeks * _WORKING_WEEK + min(rest, _WORKING_WEEK)
