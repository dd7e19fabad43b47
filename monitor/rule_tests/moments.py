"""Points in time as authors write them: a day, or a day with a time on the clock on the wall."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from monitor.core.wall_calendar import Calendar
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields
from monitor.rulebook.scalars import DAY
from monitor.rulebook.yaml_nodes import Scalar

NOON: Final = time(12)
"""When things happen on a day of which no time is given."""

_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """What the clock on the wall shows, to the minute and without a zone. ``is_day``: no time was given.

    Moments are compared by ``wall``, which is noon where no time was given.
    """

    wall: datetime
    is_day: bool = False

    @property
    def day(self) -> date:
        """The day."""
        return self.wall.date()

    def instant(self, calendar: Calendar) -> datetime:
        """The instant (UTC) at which the clock shows this time; of a day its noon."""
        return calendar.at(self.day, self.wall.time())

    def beginning(self, calendar: Calendar) -> datetime:
        """The instant (UTC) at which the clock shows this time; of a day its first."""
        return calendar.at(self.day, time() if self.is_day else self.wall.time())

    def covers(self, instant: datetime, calendar: Calendar) -> bool:
        """Says whether an instant lies on this day, or in this minute."""
        if self.is_day:
            return calendar.local_day(instant) == self.day
        first = self.instant(calendar)
        return first <= instant < first + _MINUTE

    def __str__(self) -> str:
        return f"{self.day}" if self.wall.time() == NOON else f"{self.wall:%Y-%m-%d %H:%M}"


def noon_of(day: date) -> Moment:
    """Returns the moment that a day without a time stands for."""
    return Moment(datetime.combine(day, NOON), is_day=True)


def moment_of(instant: datetime, calendar: Calendar) -> Moment:
    """Returns what the clock on the wall shows at an instant."""
    wall = instant.astimezone(calendar.zone).replace(tzinfo=None, fold=0, second=0, microsecond=0)
    return Moment(wall)


def read_moment(fields: Fields, key: str, *, required: bool = False) -> Moment | None:
    """Returns the day, or the day with a time, under a key; None, with the problem noted, else."""
    node = fields.scalar(key, required=required)
    return None if node is None else moment(node, key, fields)


def moment(node: Scalar, what: str, fields: Fields) -> Moment | None:
    """Returns what a word says; None, with the problem noted, where it is no day."""
    begins_with_a_day = DAY.match(node.text)
    if begins_with_a_day is not None and begins_with_a_day.end() < len(node.text):
        wall = scalars.wall_time(node, what, fields.log)
        return None if wall is None else Moment(wall)
    day = scalars.day(node, what, fields.log)
    return None if day is None else noon_of(day)
