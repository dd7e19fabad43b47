"""When news may be told: at once, in windows, in digests, and again as reminders.

All is said in wall-clock times and days of a ``Calendar``; what is returned are instants.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from monitor.core.wall_calendar import (
    WEEK_DAYS,
    Calendar,
    Days,
    check_clock,
    check_days,
    days_from,
    is_among,
    week_days,
)

__all__ = [
    "AT_ONCE",
    "OFFICE_HOURS",
    "WEEK_DAYS",
    "AtOnce",
    "Calendar",
    "Days",
    "Digest",
    "Reminders",
    "Timing",
    "Window",
    "told_at",
    "week_days",
]

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """News is told when it is known, at any time."""


@dataclass(frozen=True, slots=True)
class Window:
    """News is told on ``days`` from ``opens`` until ``closes``, that instant excluded; else it is held.

    ``closes`` None is 24:00, the midnight at the end of the day. No window spans midnight. It opens once a
    day, in autumn too, and stays open until it closes. One that lies wholly within the hour that spring
    leaps over does not open on that day.

    Raises:
        ValueError: it closes before it opens or at that time, has no days or no days of the week, or a time
            has a zone of its own.
    """

    days: Days | frozenset[int]
    opens: time
    closes: time | None

    def __post_init__(self) -> None:
        check_days(self.days)
        check_clock(self.opens)
        if self.closes is None:
            return
        check_clock(self.closes)
        if self.closes <= self.opens:
            raise ValueError(
                f"a window closes later on the day than it opens, and {self.closes:%H:%M} is not later than "
                f"{self.opens:%H:%M}; it cannot go past midnight, but may last until 24:00"
            )

    def is_open(self, now: datetime, calendar: Calendar) -> bool:
        """Says whether news may be told at this instant."""
        today = calendar.local_day(now)
        # Where clocks are set back over midnight, today comes again after tomorrow's window has opened.
        return any(self._holds(now, day, calendar) for day in (today, today + _DAY))

    def next_opening(self, now: datetime, calendar: Calendar) -> datetime:
        """Returns ``now`` itself when the window is open, else the first instant at which it opens (UTC).

        Raises:
            ValueError: it does not open within a year, so that the holidays must be wrong.
        """
        if self.is_open(now, calendar):
            return now

        def opens_later(day: date) -> bool:
            opens = calendar.at(day, self.opens)
            return opens > now and self._holds(opens, day, calendar)

        day = next(days_from(calendar.local_day(now), opens_later, "opening of the window"))
        return calendar.at(day, self.opens)

    def _holds(self, now: datetime, day: date, calendar: Calendar) -> bool:
        """Whether the window of this very day is open at the instant."""
        if not is_among(self.days, day, calendar) or now < calendar.at(day, self.opens):
            return False
        if self.closes is None:
            return now < calendar.at(day + _DAY, time())
        return now < calendar.at(day, self.closes)


@dataclass(frozen=True, slots=True)
class Digest:
    """News is gathered and told in one mail on ``days`` at ``at``.

    ``working_days_only``: where one of the days is no working day, the next working day takes its place. If
    that one is a day of the digest anyway, it stands for both: nothing is dropped, nothing is told twice.

    Raises:
        ValueError: there are no days or no days of the week, or the time has a zone of its own.
    """

    days: Days | frozenset[int]
    at: time
    working_days_only: bool = False

    def __post_init__(self) -> None:
        check_days(self.days)
        check_clock(self.at)

    def next_time(self, after: datetime, calendar: Calendar) -> datetime:
        """Returns the first instant of a digest (UTC) that is later than ``after``, never equal to it.

        Raises:
            ValueError: there is none within a year, so that the holidays must be wrong.
        """

        def is_told_later(day: date) -> bool:
            return self.is_due_on(day, calendar) and calendar.at(day, self.at) > after

        day = next(days_from(calendar.local_day(after), is_told_later, "digest"))
        return calendar.at(day, self.at)

    def is_due_on(self, day: date, calendar: Calendar) -> bool:
        """Says whether a digest is told on this day, be it in another day's place."""
        if not self.working_days_only:
            return is_among(self.days, day, calendar)
        if not calendar.is_working_day(day):
            return False
        stood_for = day
        while not is_among(self.days, stood_for, calendar):
            stood_for -= _DAY
            if calendar.is_working_day(stood_for):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Reminders:
    """How often a breach is told again while nobody acknowledges it, in working days.

    The n-th reminder comes ``after * factor ** (n - 1)`` working days after the telling before it, but never
    more than ``longest``, unless ``after`` itself is more. ``at_most``: how many there are; None: no end.

    Raises:
        ValueError: ``after``, ``factor`` or ``longest`` is below 1, or ``at_most`` below 0.
    """

    after: int
    factor: int = 2
    longest: int = 20
    at_most: int | None = None

    def __post_init__(self) -> None:
        if min(self.after, self.factor, self.longest) < 1:
            raise ValueError("reminders are at least 1 working day apart, and a factor is 1 or more")
        if self.at_most is not None and self.at_most < 0:
            raise ValueError(f"there cannot be at most {self.at_most} reminders; write 0 for none")

    def wait(self, number: int) -> int:
        """Returns how many working days after the telling before it this reminder comes; the first is 1.

        Raises:
            ValueError: ``number`` is below 1.
        """
        if number < 1:
            raise ValueError(f"reminders are numbered from 1, not {number}")
        longest = max(self.after, self.longest)
        # A factor of 2 or more passes `longest` in fewer steps than `longest`: no power need be greater.
        return int(min(self.after * self.factor ** min(number - 1, longest), longest))

    def next_reminder(self, last_told: datetime, sent: int, calendar: Calendar) -> datetime | None:
        """Returns when the next reminder is due, with the wall-clock time of the last telling; None: never.

        Args:
            last_told: when the breach was last told, first or as a reminder.
            sent: how many reminders there were.
            calendar: whose working days count.
        """
        if self.at_most is not None and sent >= self.at_most:
            return None
        return calendar.add_working_days_at(last_told, self.wait(sent + 1))


AT_ONCE = AtOnce()
OFFICE_HOURS = Window(Days.WORKING_DAYS, time(8), time(18))
Timing = AtOnce | Window | Digest


def told_at(timing: Timing, now: datetime, calendar: Calendar) -> datetime:
    """Returns ``now`` when news that is known now may be told now, else the first instant at which it may.

    What is known at the very instant of a digest is told in that one. So asking again at the instant that
    was returned returns it again.
    """
    match timing:
        case AtOnce():
            return now
        case Window():
            return timing.next_opening(now, calendar)
        case Digest():
            return timing.next_time(now - timedelta.resolution, calendar)
