"""Days, times and durations that people type, as instants. All are on the wall, where the council is."""

import re
from datetime import datetime, time, timedelta

from monitor.cli.choices import UnknownNameError
from monitor.core.wall_calendar import WEEK_DAYS, Calendar

_WORD = re.compile(r"\s*([a-z]+)(?:\s+(\d{1,2}:\d{2}))?\s*", re.IGNORECASE)
_SHORTEST = 3  # letters of a week day: Mon, Tues
_DURATION = re.compile(r"\s*(\d{1,4})\s*(hour|day|working day|week)s?\s*", re.IGNORECASE)


def instant(text: str, option: str, now: datetime, calendar: Calendar) -> datetime:
    """The instant meant by ``2026-12-24`` (its first) or ``2026-12-24 17:00``.

    The day may be ``today``, ``tomorrow`` or a week day, which is the next of that name after ``now``'s day.

    Raises:
        UnknownNameError: it is neither.
    """
    spoken_of = _spoken_of(text, now, calendar)
    if spoken_of is not None:
        return spoken_of
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UnknownNameError(
            f"{option}: “{text}” is no time. Write 2026-12-24, “2026-12-24 17:00” or “Friday 17:00”."
        ) from None
    if when.tzinfo is not None:
        return when
    return calendar.at(when.date(), when.time())


def _spoken_of(text: str, now: datetime, calendar: Calendar) -> datetime | None:
    """The instant meant by a word for a day, alone (its first) or with a time; None: it is no such word."""
    found = _WORD.fullmatch(text)
    if found is None:
        return None
    word, today = found[1].casefold(), calendar.local_day(now)
    try:
        hour, minute = map(int, (found[2] or "0:00").split(":"))
        clock = time(hour, minute)
    except ValueError:
        return None
    if word in ("today", "tomorrow"):
        return calendar.at(today + timedelta(days=word == "tomorrow"), clock)
    for ahead in range(1, 8):
        day = today + timedelta(days=ahead)
        if len(word) >= _SHORTEST and WEEK_DAYS[day.weekday()].casefold().startswith(word):
            return calendar.at(day, clock)
    return None


def end(text: str, option: str, start: datetime, calendar: Calendar) -> datetime:
    """The end meant by a time as of :func:`instant`, or by ``2 weeks`` after ``start``.

    Days, weeks and working days end at the time of day at which they began, whatever clocks do meanwhile.

    Raises:
        UnknownNameError: it is neither.
    """
    given = _DURATION.fullmatch(text)
    if given is None:
        try:
            return instant(text, option, start, calendar)
        except UnknownNameError:
            raise UnknownNameError(
                f"{option}: “{text}” is no end. Write a day (2026-12-24, tomorrow, Friday), a time "
                "(“2026-12-24 17:00”, “Friday 17:00”) or how long: “2 weeks”, “3 days”, “5 working days”, "
                "“4 hours”."
            ) from None
    count, unit = int(given[1]), given[2].lower()
    if unit == "hour":
        return start + timedelta(hours=count)
    if unit == "working day":
        return calendar.add_working_days_at(start, count)
    wall = start.astimezone(calendar.zone)
    return calendar.at(wall.date() + timedelta(days=count * (7 if unit == "week" else 1)), _clock(wall))


def _clock(wall: datetime) -> time:
    return wall.time().replace(tzinfo=None, fold=0)


def spoken(when: datetime, calendar: Calendar) -> str:
    """An instant for people: ``Thu 24 Dec 2026 17:00``."""
    return f"{when.astimezone(calendar.zone):%a %-d %b %Y %H:%M}"
