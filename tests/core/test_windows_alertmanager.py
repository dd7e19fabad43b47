"""Alertmanager's published tables of time intervals, as far as they speak of what limen has, told anew.

Source: github.com/prometheus/alertmanager, timeinterval/timeinterval_test.go (Copyright 2020 Prometheus Team,
Apache License 2.0): instants and answers quoted as facts, no code taken. Left out are intervals of days of
the month, months and years, which limen's windows do not have; where an instant tests a window beside them,
the window is asked. Times that are no times ("01:99", "24:01") and names that are no days are refused
before a window is made, where a rule file is read.
"""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from monitor.core.windows import Calendar, Days, Window, week_days

UTC = Calendar(ZoneInfo("UTC"), lambda _day: False)
SYDNEY = Calendar(ZoneInfo("Australia/Sydney"), lambda _day: False)
ALWAYS = Window(Days.EVERY_DAY, time(0), None)
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]
NINE_TO_FIVE = Window(week_days(WEEK), time(9), time(17))
NINE_TO_FIVE_AND_SUNDAY = Window(week_days([*WEEK, "Sunday"]), time(9), time(17))
EARLY_AFTERNOON = Window(
    week_days(["Monday", "Tuesday", "Wednesday", "Saturday", "Sunday"]), time(13), time(15)
)


@dataclass(frozen=True)
class Interval:
    source: str
    window: Window
    calendar: Calendar
    contains: tuple[str, ...]
    excludes: tuple[str, ...]


INTERVALS = [
    Interval(
        "timeIntervalTestCases: no limits",
        ALWAYS,
        UTC,
        ("02 Jan 06 15:04 +0000", "03 Jan 07 10:04 +0000", "04 Jan 06 09:04 +0000"),
        (),
    ),
    Interval(
        "timeIntervalTestCases: 9am to 5pm, Monday to Friday",
        NINE_TO_FIVE,
        UTC,
        ("04 May 20 15:04 +0000", "05 May 20 10:04 +0000", "09 Jun 20 09:04 +0000"),
        ("03 May 20 15:04 +0000", "04 May 20 08:59 +0000", "05 May 20 05:00 +0000"),
    ),
    Interval(
        "timeIntervalTestCases: in Sydney",
        NINE_TO_FIVE,
        SYDNEY,
        ("06 Apr 21 13:00 +1000",),
        ("06 Apr 21 13:00 +0000",),
    ),
    Interval(
        "timeIntervalTestCases: in Sydney, in summer time",
        NINE_TO_FIVE,
        SYDNEY,
        ("01 Nov 21 09:00 +1100", "31 Oct 21 22:00 +0000"),
        ("31 Oct 21 21:00 +0000",),
    ),
    Interval(
        "yamlUnmarshalTestCases: business hours, the end not included",
        NINE_TO_FIVE,
        UTC,
        ("08 Jul 20 09:00 +0000", "08 Jul 20 16:59 +0000", "01 Apr 21 13:00 +0000"),
        ("08 Jul 20 05:00 +0000", "08 Jul 20 08:59 +0000"),
    ),
    Interval(
        "yamlUnmarshalTestCases: a week without Saturday",
        NINE_TO_FIVE_AND_SUNDAY,
        UTC,
        (
            "27 Jan 21 09:00 +0000",
            "28 Jan 21 16:59 +0000",
            "29 Jan 21 13:00 +0000",
            "31 Mar 25 13:00 +0000",
            "31 Jan 35 13:00 +0000",
        ),
        ("30 Jan 21 13:00 +0000", "31 Jan 35 17:01 +0000"),
    ),
    Interval(
        "completeTestCases",
        EARLY_AFTERNOON,
        UTC,
        ("10 Jan 21 13:00 +0000", "30 Jan 21 14:24 +0000"),
        ("20 Jan 21 12:59 +0000",),
    ),
]


@pytest.mark.parametrize("interval", INTERVALS, ids=lambda each: each.source)
def test_alertmanagers_intervals_hold_for_windows(interval: Interval) -> None:
    for text in interval.contains + interval.excludes:
        now = datetime.strptime(text, "%d %b %y %H:%M %z")
        assert interval.window.is_open(now, interval.calendar) == (text in interval.contains), text


@pytest.mark.parametrize(
    ("opens", "closes", "first", "last"),
    [
        (time(0), None, 0, 1439),
        (time(1, 35), time(17, 39), 95, 1058),
        (time(9, 35), time(9, 39), 575, 578),
    ],
)
def test_alertmanagers_times_are_windows_of_the_same_minutes(
    opens: time, closes: time | None, first: int, last: int
) -> None:
    """timeStringTestCases: StartMinute is the first minute, EndMinute the first that is no longer in."""
    window = Window(Days.EVERY_DAY, opens, closes)
    day = datetime(2020, 7, 8, tzinfo=UTC.zone)
    minutes = [day.replace(hour=hour, minute=minute) for hour in range(24) for minute in range(60)]
    assert [n for n, now in enumerate(minutes) if window.is_open(now, UTC)] == list(range(first, last + 1))


@pytest.mark.parametrize(("opens", "closes"), [(time(17, 31), time(17, 31)), (time(9, 30), time(7, 41))])
def test_alertmanagers_times_that_end_before_they_begin_are_no_windows(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="is not later than"):
        Window(Days.EVERY_DAY, opens, closes)


EVENINGS = (Window(Days.EVERY_DAY, time(0), time(9)), Window(Days.EVERY_DAY, time(17), None))
WEEKENDS = (Window(week_days(["Saturday", "Sunday"]), time(0), None),)


@pytest.mark.parametrize(
    ("now", "evening", "weekend"),
    [
        ("2024-01-01T00:00+11:00", True, False),  # outside working hours
        ("2024-01-01T09:00+11:00", False, False),  # during working hours
        ("2024-01-06T10:00+11:00", False, True),  # during weekends
        ("2024-01-06T17:00+11:00", True, True),  # during weekend evenings
        ("2024-01-01T10:00+00:00", True, False),  # a weekday's evening, told in UTC
        ("2024-01-06T10:00+00:00", True, True),  # a weekend's evening, told in UTC
    ],
)
def test_alertmanagers_evenings_and_weekends_in_sydney(now: str, evening: bool, weekend: bool) -> None:
    """TestIntervener_Mutes."""
    instant = datetime.fromisoformat(now)
    assert any(window.is_open(instant, SYDNEY) for window in EVENINGS) is evening
    assert any(window.is_open(instant, SYDNEY) for window in WEEKENDS) is weekend
