"""Every change of the clocks and every bank holiday of England from 2012 to 2030, one after another."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest

from monitor.core.windows import OFFICE_HOURS, Days, Digest, Window
from tests.support.wall_clocks import (
    ALL_DAYS,
    AUTUMNS,
    BANK_HOLIDAYS,
    CHANGES,
    DAY,
    FIRST,
    HOLIDAYS,
    HOUR,
    LAST,
    LONDON,
    MINUTE,
    SPRINGS,
    WORKING_DAYS,
    is_within,
    london_instant,
    london_wall,
    minutes,
    utc,
    watched,
)

pytestmark = pytest.mark.no_cover  # minute by minute, through lines that the tables beside it cover

BEFORE_ALL = utc(FIRST, 0) - MINUTE
NIGHT_WINDOWS = [
    (time(0), None),
    (time(0, 30), time(1)),
    (time(0, 30), time(1, 30)),
    (time(1), time(2)),
    (time(1, 15), time(1, 45)),
    (time(1, 30), time(3)),
    (time(2), time(2, 30)),
    (time(1, 59), None),
]
NIGHT_CLOCKS = [time(0), time(0, 59), time(1), time(1, 30), time(1, 59, 59), time(2), time(23, 59)]


def every_day(_day: date) -> bool:
    return True


def days_after(day: date) -> list[date]:
    return [day + ahead * DAY for ahead in range(1, 10)]


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in HOLIDAYS


def test_nineteen_years_have_38_changes_and_156_bank_holidays_from_monday_to_friday() -> None:
    assert (len(SPRINGS), len(AUTUMNS), len(set(CHANGES))) == (19, 19, 38)
    # Eight a year; and two jubilees (the second with its day), a funeral and a coronation.
    assert sum(day.weekday() < 5 for day in BANK_HOLIDAYS) == 8 * 19 + 4


def test_around_every_change_each_minute_shows_the_time_that_the_law_says() -> None:
    for change in CHANGES:
        for now in minutes(change - 2 * HOUR, change + 2 * HOUR):
            wall = london_wall(now)
            assert LONDON.local_day(now) == wall.date()
            assert LONDON.at(wall.date(), wall.time()) == london_instant(wall.date(), wall.time())
        for ahead in range(240):
            clock = time(*divmod(ahead, 60))
            assert LONDON.at(change.date(), clock) == london_instant(change.date(), clock)


def test_around_every_change_windows_are_open_when_somebody_watching_the_clock_says_so() -> None:
    for change in CHANGES:
        moments = list(minutes(change - 75 * MINUTE, change + 125 * MINUTE))
        said = list(watched(moments, london_wall))
        for opens, closes in NIGHT_WINDOWS:
            window = Window(Days.EVERY_DAY, opens, closes)
            expected = [is_within(each, every_day, opens, closes) for each in said]
            assert [window.is_open(now, LONDON) for now in moments] == expected
            for start in range(0, len(moments), 7):
                opening = window.next_opening(moments[start], LONDON)
                if any(expected[start:]):
                    assert opening == moments[expected.index(True, start)]
                else:
                    assert opening > moments[-1]


@pytest.mark.parametrize(("opens", "closes"), NIGHT_WINDOWS)
def test_a_nightly_window_opens_once_a_night_and_is_never_moved(opens: time, closes: time | None) -> None:
    window = Window(Days.EVERY_DAY, opens, closes)
    for change in CHANGES:
        eve = change.date() - DAY
        opened = []
        for day in (eve, eve + DAY, eve + 2 * DAY):
            start = london_instant(day, opens)
            end = london_instant(day + DAY, time(0)) if closes is None else london_instant(day, closes)
            was_open = window.is_open(start - MINUTE, LONDON)
            if start < end:
                opened.append(day)
                assert window.next_opening(start - MINUTE, LONDON) == (start - MINUTE if was_open else start)
                assert window.is_open(start, LONDON)
                assert window.is_open(end - timedelta.resolution, LONDON)
            if closes is not None:
                assert not window.is_open(end, LONDON)
        leapt = opens >= time(1) and closes is not None and closes <= time(2) and change in SPRINGS
        assert opened == [eve, eve + 2 * DAY] if leapt else [eve, eve + DAY, eve + 2 * DAY]


def test_office_hours_open_once_on_each_working_day_for_ten_hours_and_never_else() -> None:
    openings, now = [], BEFORE_ALL
    while (now := OFFICE_HOURS.next_opening(now, LONDON)) <= utc(LAST, 23):
        openings.append(now)
        closing = now + 10 * HOUR
        assert not OFFICE_HOURS.is_open(now - timedelta.resolution, LONDON)
        assert OFFICE_HOURS.is_open(closing - timedelta.resolution, LONDON)
        assert not OFFICE_HOURS.is_open(closing, LONDON)
        now = closing
    assert openings == [london_instant(day, time(8)) for day in WORKING_DAYS]
    assert {london_wall(each).time() for each in openings} == {time(8)}


def test_on_every_bank_holiday_office_hours_stay_closed_and_lead_to_the_next_working_day() -> None:
    for holiday in BANK_HOLIDAYS:
        following = next(day for day in days_after(holiday) if is_working_day(day))
        expected = london_instant(following, time(8))
        start = london_instant(holiday, time(0))
        for quarter in range(96):
            now = start + quarter * 15 * MINUTE
            assert not OFFICE_HOURS.is_open(now, LONDON)
            assert OFFICE_HOURS.next_opening(now, LONDON) == expected


def told(digest: Digest) -> list[datetime]:
    """Every telling of a digest from 2012 to 2030."""
    found, now = [], BEFORE_ALL
    while LONDON.local_day(now := digest.next_time(now, LONDON)) <= LAST:
        found.append(now)
    return found


@pytest.mark.parametrize("at", NIGHT_CLOCKS)
def test_a_digest_of_every_day_is_told_once_on_each_day(at: time) -> None:
    found = told(Digest(Days.EVERY_DAY, at))
    assert found == [london_instant(day, at) for day in ALL_DAYS]
    assert [LONDON.local_day(each) for each in found] == ALL_DAYS
    for day, each in zip(ALL_DAYS, found, strict=True):
        if utc(day, 1) in SPRINGS and time(1) <= at < time(2):
            assert each == utc(day, 1)
        else:
            assert london_wall(each) == datetime.combine(day, at)


@pytest.mark.parametrize(
    "digest", [Digest(Days.WORKING_DAYS, time(8)), Digest(Days.EVERY_DAY, time(8), working_days_only=True)]
)
def test_a_digest_of_working_days_is_told_once_on_each_working_day(digest: Digest) -> None:
    assert told(digest) == [london_instant(day, time(8)) for day in WORKING_DAYS]


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_digest_is_told_once_a_week_on_its_day_or_the_next_working_day(weekday: int) -> None:
    found = told(Digest(frozenset({weekday}), time(8), working_days_only=True))
    # From Christmas 2011, for 27 December 2011 and 2 January 2012 are holidays.
    asked_for = [
        day for day in (FIRST + ahead * DAY for ahead in range(-7, 6940)) if day.weekday() == weekday
    ]
    told_on = [next(each for each in days_after(day - DAY) if is_working_day(each)) for day in asked_for]
    assert [LONDON.local_day(each) for each in found] == [day for day in told_on if FIRST <= day <= LAST]
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(london_wall(each).time() == time(8) for each in found)


@pytest.mark.parametrize("weekday", range(7))
def test_a_weekly_digest_of_any_day_is_told_on_bank_holidays_too(weekday: int) -> None:
    found = told(Digest(frozenset({weekday}), time(8)))
    assert found == [london_instant(day, time(8)) for day in ALL_DAYS if day.weekday() == weekday]


DAYS_AND_TESTS: list[tuple[Days | frozenset[int], Callable[[date], bool]]] = [
    (Days.WORKING_DAYS, is_working_day),
    (frozenset({0, 4}), lambda day: day.weekday() in {0, 4}),
]


@pytest.mark.parametrize(("days", "is_one"), DAYS_AND_TESTS)
def test_from_the_friday_before_each_change_to_the_tuesday_after_windows_are_open_as_the_clock_says(
    days: Days | frozenset[int], is_one: Callable[[date], bool]
) -> None:
    opens, closes = time(9, 30), time(16, 45)
    window = Window(days, opens, closes)
    for change in CHANGES:
        friday = utc(change.date() - 2 * DAY, 0)
        moments = [friday + step * 15 * MINUTE for step in range(5 * 96)]
        expected = [is_within(said, is_one, opens, closes) for said in watched(moments, london_wall)]
        assert [window.is_open(now, LONDON) for now in moments] == expected
