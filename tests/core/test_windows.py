from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.core.windows import (
    AT_ONCE,
    OFFICE_HOURS,
    Calendar,
    Days,
    Digest,
    Reminders,
    Timing,
    Window,
    told_at,
    week_days,
)
from tests.support.wall_clocks import LONDON

SPRING, AUTUMN = date(2021, 3, 28), date(2021, 10, 31)
MONDAYS = frozenset({0})


def at(text: str) -> datetime:
    """An instant that is written with its distance from UTC."""
    return datetime.fromisoformat(text)


# --- the clock on the wall


@pytest.mark.parametrize(
    ("day", "clock", "instant"),
    [
        (SPRING, time(0, 59), "2021-03-28T00:59+00:00"),
        (SPRING, time(1), "2021-03-28T02:00+01:00"),
        (SPRING, time(1, 30), "2021-03-28T02:00+01:00"),
        (SPRING, time(1, 59, 59, 999999), "2021-03-28T02:00+01:00"),
        (SPRING, time(2), "2021-03-28T02:00+01:00"),
        (SPRING, time(8), "2021-03-28T08:00+01:00"),
        (AUTUMN, time(0, 59), "2021-10-31T00:59+01:00"),
        (AUTUMN, time(1), "2021-10-31T01:00+01:00"),
        (AUTUMN, time(1, 30), "2021-10-31T01:30+01:00"),
        (AUTUMN, time(1, 30, fold=1), "2021-10-31T01:30+01:00"),
        (AUTUMN, time(2), "2021-10-31T02:00+00:00"),
        (AUTUMN, time(8), "2021-10-31T08:00+00:00"),
    ],
)
def test_a_time_that_is_leapt_over_is_the_leap_and_one_that_comes_twice_is_its_first(
    day: date, clock: time, instant: str
) -> None:
    assert LONDON.at(day, clock) == at(instant)
    assert LONDON.at(day, clock).tzinfo is UTC


def test_the_day_is_that_on_the_wall_and_not_that_in_greenwich() -> None:
    assert LONDON.local_day(at("2021-06-30T23:30+00:00")) == date(2021, 7, 1)
    assert LONDON.local_day(at("2021-12-30T23:30+00:00")) == date(2021, 12, 30)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2021-03-26T09:30+00:00", 1, "2021-03-29T09:30+01:00"),  # over the leap of spring
        ("2021-10-29T09:30+01:00", 1, "2021-11-01T09:30+00:00"),
        ("2021-04-01T16:05+01:00", 1, "2021-04-06T16:05+01:00"),  # over Easter
        ("2013-12-24T17:00+00:00", 1, "2013-12-27T17:00+00:00"),
        ("2022-09-16T12:00+01:00", 1, "2022-09-20T12:00+01:00"),  # the State Funeral
        ("2021-10-31T01:30+00:00", 1, "2021-11-01T01:30+00:00"),  # from the second half past one
        ("2021-06-05T23:30+00:00", 1, "2021-06-07T00:30+01:00"),  # it is Sunday on the wall already
        ("2021-06-06T10:00+01:00", 0, "2021-06-06T10:00+01:00"),
        ("2021-12-20T08:00+00:00", 10, "2022-01-06T08:00+00:00"),
    ],
)
def test_so_many_working_days_later_the_clock_shows_the_same_time(start: str, count: int, end: str) -> None:
    assert LONDON.add_working_days_at(at(start), count) == at(end)


# --- windows around the changes

NIGHTS = [
    # In the spring night 01:00 to 02:00 does not exist.
    (SPRING, time(0, 10), time(0, 50), "2021-03-28T00:10+00:00", "2021-03-28T00:50+00:00"),
    (SPRING, time(0, 30), time(1, 30), "2021-03-28T00:30+00:00", "2021-03-28T01:00+00:00"),
    (SPRING, time(0, 40), time(2, 20), "2021-03-28T00:40+00:00", "2021-03-28T01:20+00:00"),
    (SPRING, time(1, 20), time(2, 40), "2021-03-28T01:00+00:00", "2021-03-28T01:40+00:00"),
    (SPRING, time(2, 15), time(2, 45), "2021-03-28T01:15+00:00", "2021-03-28T01:45+00:00"),
    (SPRING, time(0), None, "2021-03-28T00:00+00:00", "2021-03-28T23:00+00:00"),
    # In the autumn night 01:00 to 02:00 comes twice: from 00:00 UTC and from 01:00 UTC.
    (AUTUMN, time(0, 10), time(0, 50), "2021-10-30T23:10+00:00", "2021-10-30T23:50+00:00"),
    (AUTUMN, time(0, 30), time(1, 30), "2021-10-30T23:30+00:00", "2021-10-31T00:30+00:00"),
    (AUTUMN, time(0, 40), time(2, 20), "2021-10-30T23:40+00:00", "2021-10-31T02:20+00:00"),
    (AUTUMN, time(1, 10), time(1, 50), "2021-10-31T00:10+00:00", "2021-10-31T00:50+00:00"),
    (AUTUMN, time(1, 20), time(2, 40), "2021-10-31T00:20+00:00", "2021-10-31T02:40+00:00"),
    (AUTUMN, time(2, 15), time(2, 45), "2021-10-31T02:15+00:00", "2021-10-31T02:45+00:00"),
    (AUTUMN, time(0), None, "2021-10-30T23:00+00:00", "2021-11-01T00:00+00:00"),
]


@pytest.mark.parametrize(("day", "opens", "closes", "opening", "closing"), NIGHTS)
def test_a_window_opens_and_closes_once_in_the_night_of_a_change(
    day: date, opens: time, closes: time | None, opening: str, closing: str
) -> None:
    """Before, within, after and across a change, as Icinga 2 asks too (test/icinga-legacytimeperiod.cpp).

    The cases are our own, with those that its authors left open: a window that begins or ends in the hour
    that does not exist or comes twice.
    """
    window = Window(frozenset({day.weekday()}), opens, closes)
    assert window.next_opening(at(opening) - timedelta(hours=3), LONDON) == at(opening)
    tick, moment, changes = timedelta(minutes=5), at(opening) - timedelta(hours=4), []
    was_open = False
    while moment < at(closing) + timedelta(hours=4):
        if window.is_open(moment, LONDON) != was_open:
            was_open = not was_open
            changes.append(moment)
        moment += tick
    assert changes == [at(opening), at(closing)]


def test_a_window_within_the_hour_that_is_leapt_over_waits_for_the_next_night() -> None:
    window = Window(Days.EVERY_DAY, time(1), time(2))
    assert window.next_opening(at("2021-03-27T12:00+00:00"), LONDON) == at("2021-03-29T01:00+01:00")


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2013-12-24T17:00+00:00", "2013-12-24T17:00+00:00"),
        ("2013-12-24T18:00+00:00", "2013-12-27T08:00+00:00"),
        ("2013-12-25T10:00+00:00", "2013-12-27T08:00+00:00"),
        ("2013-12-27T07:59+00:00", "2013-12-27T08:00+00:00"),
        ("2021-03-26T18:00+00:00", "2021-03-29T08:00+01:00"),
        ("2021-04-01T18:00+01:00", "2021-04-06T08:00+01:00"),
        ("2022-06-01T20:00+01:00", "2022-06-06T08:00+01:00"),
    ],
)
def test_what_is_known_out_of_office_hours_waits_for_eight_on_the_next_working_day(
    now: str, opening: str
) -> None:
    assert OFFICE_HOURS.next_opening(at(now), LONDON) == at(opening)
    assert OFFICE_HOURS.is_open(at(now), LONDON) == (now == opening)


# --- digests


@pytest.mark.parametrize(
    ("digest", "after", "told"),
    [
        (Digest(Days.WORKING_DAYS, time(8)), "2013-12-24T08:00+00:00", "2013-12-27T08:00+00:00"),
        (Digest(Days.WORKING_DAYS, time(8)), "2013-12-24T07:59+00:00", "2013-12-24T08:00+00:00"),
        (Digest(Days.EVERY_DAY, time(8)), "2013-12-24T08:00+00:00", "2013-12-25T08:00+00:00"),
        (Digest(Days.EVERY_DAY, time(1, 30)), "2021-03-27T12:00+00:00", "2021-03-28T02:00+01:00"),
        (Digest(Days.EVERY_DAY, time(1, 30)), "2021-10-31T01:30+01:00", "2021-11-01T01:30+00:00"),
        (
            Digest(MONDAYS, time(8), working_days_only=True),
            "2021-04-02T12:00+01:00",
            "2021-04-06T08:00+01:00",
        ),
        (
            Digest(MONDAYS, time(8), working_days_only=True),
            "2021-04-06T08:00+01:00",
            "2021-04-12T08:00+01:00",
        ),
        (Digest(MONDAYS, time(8)), "2021-04-02T12:00+01:00", "2021-04-05T08:00+01:00"),
        # Boxing Day 2022 was a Monday, and the Tuesday stood in for Christmas Day.
        (
            Digest(MONDAYS, time(8), working_days_only=True),
            "2022-12-20T12:00+00:00",
            "2022-12-28T08:00+00:00",
        ),
        (
            Digest(frozenset({5}), time(8), working_days_only=True),
            "2021-06-04T12:00Z",
            "2021-06-07T08:00+01:00",
        ),
    ],
)
def test_a_digest_is_told_at_the_first_of_its_times_that_is_later(
    digest: Digest, after: str, told: str
) -> None:
    assert digest.next_time(at(after), LONDON) == at(told)


def test_where_a_holidays_digest_falls_together_with_the_next_days_there_is_one() -> None:
    digest = Digest(week_days(["Monday", "Tuesday"]), time(8), working_days_only=True)
    first = digest.next_time(at("2021-04-01T12:00+01:00"), LONDON)
    assert first == at("2021-04-06T08:00+01:00")  # Easter Monday's and Tuesday's
    assert digest.next_time(first, LONDON) == at("2021-04-12T08:00+01:00")


# --- when news is told


@pytest.mark.parametrize(
    ("timing", "now", "told"),
    [
        (AT_ONCE, "2013-12-25T03:00+00:00", "2013-12-25T03:00+00:00"),
        (OFFICE_HOURS, "2013-12-24T17:00+00:00", "2013-12-24T17:00+00:00"),
        (OFFICE_HOURS, "2013-12-25T03:00+00:00", "2013-12-27T08:00+00:00"),
        (Digest(Days.WORKING_DAYS, time(8)), "2013-12-24T07:00+00:00", "2013-12-24T08:00+00:00"),
        (Digest(Days.WORKING_DAYS, time(8)), "2013-12-24T08:00+00:00", "2013-12-24T08:00+00:00"),
        (Digest(Days.WORKING_DAYS, time(8)), "2013-12-24T08:00:01+00:00", "2013-12-27T08:00+00:00"),
    ],
)
def test_news_is_told_now_if_it_may_be_and_else_at_the_first_time_that_it_may(
    timing: Timing, now: str, told: str
) -> None:
    assert told_at(timing, at(now), LONDON) == at(told)


# --- reminders


@pytest.mark.parametrize(
    ("reminders", "waits"),
    [
        (Reminders(5), [5, 10, 20, 20, 20]),
        (Reminders(1), [1, 2, 4, 8, 16, 20, 20]),
        (Reminders(5, factor=1), [5, 5, 5, 5]),
        (Reminders(3, factor=3, longest=10), [3, 9, 10, 10]),
        (Reminders(30), [30, 30, 30]),
        (Reminders(1, longest=1), [1, 1, 1]),
    ],
)
def test_reminders_come_ever_more_seldom_until_the_longest_wait(
    reminders: Reminders, waits: list[int]
) -> None:
    assert [reminders.wait(number) for number in range(1, len(waits) + 1)] == waits


def test_the_thousandth_reminder_is_no_harder_than_the_first() -> None:
    assert Reminders(5).wait(10**9) == 20


def test_reminders_keep_their_time_of_day_over_holidays_and_changes_of_the_clock() -> None:
    reminders, told = Reminders(5, at_most=3), at("2021-03-26T09:15+00:00")
    found: list[datetime] = []
    while (following := reminders.next_reminder(told, len(found), LONDON)) is not None:
        found.append(told := following)
    assert found == [
        at("2021-04-06T09:15+01:00"),  # Good Friday and Easter Monday left out
        at("2021-04-20T09:15+01:00"),
        at("2021-05-19T09:15+01:00"),  # and the early May bank holiday
    ]


def test_without_a_limit_reminders_do_not_end() -> None:
    assert Reminders(5).next_reminder(at("2021-06-01T09:00+01:00"), 999, LONDON) is not None
    assert Reminders(5, at_most=0).next_reminder(at("2021-06-01T09:00+01:00"), 0, LONDON) is None


# --- what cannot be

ZONED = time(8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Window(Days.EVERY_DAY, time(17), time(9)), r"09:00 is not later than 17:00.*24:00"),
        (lambda: Window(Days.EVERY_DAY, time(9), time(9)), "09:00 is not later than 09:00"),
        (lambda: Window(Days.EVERY_DAY, time(18), time(0)), r"past midnight, but may last until 24:00"),
        (lambda: Window(frozenset(), time(9), time(17)), "at least one day of the week"),
        (lambda: Window(frozenset({7}), time(9), time(17)), "at least one day of the week"),
        (lambda: Window(Days.EVERY_DAY, ZONED, None), "time zone of its own"),
        (lambda: Window(Days.EVERY_DAY, time(7), ZONED), "time zone of its own"),
        (lambda: Digest(frozenset({-1}), time(9)), "at least one day of the week"),
        (lambda: Digest(Days.EVERY_DAY, ZONED), "time zone of its own"),
        (lambda: Reminders(0), "at least 1 working day apart"),
        (lambda: Reminders(5, factor=0), "a factor is 1 or more"),
        (lambda: Reminders(5, longest=0), "at least 1 working day apart"),
        (lambda: Reminders(5, at_most=-1), "at most -1 reminders"),
        (lambda: Reminders(5).wait(0), "numbered from 1, not 0"),
        (lambda: week_days(["Monday", "Mon"]), r"“Mon” is no day of the week; write one of Monday, Tuesday"),
        (lambda: week_days([]), "at least one day of the week"),
        (lambda: LONDON.at(SPRING, ZONED), "time zone of its own"),
        (lambda: LONDON.local_day(datetime(2021, 1, 1)), "has no time zone"),  # noqa: DTZ001 - what is refused
        (lambda: LONDON.add_working_days_at(at("2021-01-01T00:00Z"), -1), "counted forwards, not by -1"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(make: Callable[[], object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


@pytest.mark.parametrize(
    "ask",
    [
        lambda calendar, now: OFFICE_HOURS.next_opening(now, calendar),
        lambda calendar, now: Digest(Days.WORKING_DAYS, time(8)).next_time(now, calendar),
        lambda calendar, now: Digest(MONDAYS, time(8), working_days_only=True).next_time(now, calendar),
        lambda calendar, now: calendar.add_working_days_at(now, 1),
    ],
)
def test_holidays_without_an_end_are_reported_and_not_searched_for_ever(
    ask: Callable[[Calendar, datetime], datetime],
) -> None:
    never = Calendar(ZoneInfo("Europe/London"), lambda _day: True)
    with pytest.raises(ValueError, match=r"within a year of 2021-01-0[12]; are the bank holidays right"):
        ask(never, at("2021-01-01T12:00+00:00"))


def test_days_of_the_week_are_read_by_name_in_capitals_or_not() -> None:
    assert week_days(["Monday", "sunday", "MONDAY"]) == frozenset({0, 6})
