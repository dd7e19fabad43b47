"""What stands under ``when:``, ``remind:`` and ``escalate:`` of a route."""

from enum import StrEnum
from typing import Final

from monitor.core.windows import WEEK_DAYS, Days
from monitor.rulebook.vocabulary.values import (
    Clock,
    Either,
    Key,
    OneOrMore,
    Shape,
    WholeNumber,
    Word,
    WorkingDays,
)


class UsualTiming(StrEnum):
    """Timings that have a name."""

    AT_ONCE = "at once"
    WORKING_HOURS = "working hours"


class DigestFrequency(StrEnum):
    """How often a digest comes."""

    DAILY = "daily"
    WEEKLY = "weekly"


class WeekDay(StrEnum):
    """A day of the week."""

    MONDAY = WEEK_DAYS[0]
    TUESDAY = WEEK_DAYS[1]
    WEDNESDAY = WEEK_DAYS[2]
    THURSDAY = WEEK_DAYS[3]
    FRIDAY = WEEK_DAYS[4]
    SATURDAY = WEEK_DAYS[5]
    SUNDAY = WEEK_DAYS[6]


class DayWord(StrEnum):
    """A kind of days, or a day of the week."""

    WORKING_DAYS = Days.WORKING_DAYS
    EVERY_DAY = Days.EVERY_DAY
    MONDAY = WeekDay.MONDAY
    TUESDAY = WeekDay.TUESDAY
    WEDNESDAY = WeekDay.WEDNESDAY
    THURSDAY = WeekDay.THURSDAY
    FRIDAY = WeekDay.FRIDAY
    SATURDAY = WeekDay.SATURDAY
    SUNDAY = WeekDay.SUNDAY


WINDOW_KEYS: Final = ("days", "from", "until")
DIGEST_KEYS: Final = ("digest", "on", "at", "days")
TIMING: Final = Shape(
    (
        Key("digest", Word(DigestFrequency), "In one mail: daily or weekly."),
        Key("on", Word(WeekDay), "The day of a weekly digest."),
        Key(
            "days",
            OneOrMore(Word(DayWord)),
            "On which days: working days, every day, or days of the week. Without it: working days.",
        ),
        Key("at", Clock(), 'The time of a digest, on the wall: "08:00".'),
        Key("from", Clock(), 'When a window opens, on the wall: "08:00".'),
        Key("until", Clock(ends_day=True), 'When it closes; that minute is not in it: "18:00", "24:00".'),
    ),
    one_of=("digest", "from"),
    requires=(("digest", "at"), ("at", "digest"), ("on", "digest"), ("from", "until"), ("until", "from")),
)
WHEN: Final = Either(Word(UsualTiming), TIMING)

LARGEST_FACTOR: Final = 10
MOST_REMINDERS: Final = 100
REMINDERS: Final = Shape(
    (
        Key("after", WorkingDays(), "When the first reminder comes, after the news.", needed=True),
        Key(
            "factor",
            WholeNumber(1, LARGEST_FACTOR),
            "How many times as long the wait is each time. Without it: 2.",
        ),
        Key("longest", WorkingDays(), "The longest wait between two. Without it: 20 working days."),
        Key("at_most", WholeNumber(1, MOST_REMINDERS), "How many there are. Without it: no end."),
    )
)
REMIND: Final = Either(WorkingDays(), REMINDERS)

ESCALATION_AFTER: Final = Key(
    "after", WorkingDays(), "So many working days after they were first told.", needed=True
)
