"""What holds of every window, digest and reminder at any instant from 2012 to 2030, and on other clocks."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.windows import AT_ONCE, Calendar, Days, Digest, Reminders, Timing, Window, told_at
from monitor.core.workingdays import add_working_days
from tests.support.wall_clocks import (
    AUTUMNS,
    BANK_HOLIDAYS,
    CHANGES,
    DAY,
    HOLIDAYS,
    HOUR,
    LONDON,
    MINUTE,
    is_within,
    london_instant,
    london_wall,
    minutes,
    utc,
    watched,
)

TICK = timedelta.resolution
START, END = utc(date(2012, 1, 1), 0), utc(date(2030, 12, 31), 23)


def near(moments: list[datetime], within: timedelta) -> st.SearchStrategy[datetime]:
    return st.builds(
        lambda moment, seconds: moment + timedelta(seconds=seconds),
        st.sampled_from(moments),
        st.integers(int(-within.total_seconds()), int(within.total_seconds())),
    )


INSTANTS = st.one_of(
    near(CHANGES, 2 * HOUR),
    near(CHANGES, 3 * DAY),
    near([utc(day, 12) for day in BANK_HOLIDAYS], 4 * DAY),
    st.datetimes(START.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(UTC)),
)
CLOCKS = st.one_of(
    st.builds(time, st.integers(0, 3), st.sampled_from([0, 15, 30, 59])),
    st.builds(time, st.integers(0, 23), st.integers(0, 59)),
    st.sampled_from([time(0), time(8), time(18), time(23, 59)]),
)
DAYS = st.one_of(st.sampled_from(Days), st.frozensets(st.integers(0, 6), min_size=1))
DIGESTS = st.builds(Digest, DAYS, CLOCKS, st.booleans())
AFTER_ONE_CLOCK = st.lists(CLOCKS, min_size=2, max_size=2, unique=True).map(sorted)
WINDOWS = st.one_of(
    st.builds(lambda days, clocks: Window(days, clocks[0], clocks[1]), DAYS, AFTER_ONE_CLOCK),
    st.builds(Window, DAYS, CLOCKS, st.none()),
)
TIMINGS: st.SearchStrategy[Timing] = st.one_of(st.just(AT_ONCE), WINDOWS, DIGESTS)


def is_one_of(days: Days | frozenset[int], day: date) -> bool:
    if days is Days.EVERY_DAY:
        return True
    if days is Days.WORKING_DAYS:
        return day.weekday() not in {5, 6} and day not in HOLIDAYS
    return day.weekday() in days


@given(WINDOWS, INSTANTS)
def test_a_window_is_open_at_the_times_of_its_days(window: Window, now: datetime) -> None:
    # In the hour that comes twice, what the clock has shown already is not shown anew.
    shown = [now, *(change - TICK for change in AUTUMNS if change <= now < change + HOUR)]
    said = max(london_wall(each) for each in shown)
    expected = is_within(said, lambda day: is_one_of(window.days, day), window.opens, window.closes)
    assert window.is_open(now, LONDON) == expected


@given(WINDOWS, INSTANTS, st.integers(0, 999))
def test_the_next_opening_is_never_earlier_nor_at_a_closed_time_and_nothing_is_open_before(
    window: Window, now: datetime, part: int
) -> None:
    opening = window.next_opening(now, LONDON)
    assert opening >= now
    assert window.is_open(opening, LONDON)
    assert (opening == now) == window.is_open(now, LONDON)
    if opening > now:
        assert not window.is_open(now + (opening - now) * part // 1000, LONDON)
        assert not window.is_open(opening - TICK, LONDON)
        day = LONDON.local_day(opening)
        assert is_one_of(window.days, day)
        assert opening == london_instant(day, window.opens)


@given(DIGESTS, INSTANTS)
def test_a_digest_is_later_than_what_went_before_on_one_of_its_days_at_its_time(
    digest: Digest, after: datetime
) -> None:
    told = digest.next_time(after, LONDON)
    day = LONDON.local_day(told)
    assert told > after
    assert told == london_instant(day, digest.at)
    assert digest.is_due_on(day, LONDON)
    assert not digest.working_days_only or is_one_of(Days.WORKING_DAYS, day)


@given(DIGESTS, INSTANTS)
def test_between_a_digest_and_the_next_no_day_that_has_one_goes_by(digest: Digest, after: datetime) -> None:
    first = digest.next_time(after, LONDON)
    second = digest.next_time(first, LONDON)
    assert digest.next_time(second - TICK, LONDON) == second
    day, between = LONDON.local_day(first) + DAY, []
    while day < LONDON.local_day(second):
        between.append(day)
        day += DAY
    assert not any(digest.is_due_on(each, LONDON) for each in between)
    if digest.working_days_only:
        # A day without its digest is one that the second stands for: no working day lies behind it.
        for each in between:
            later = [day for day in between if day >= each]
            assert not is_one_of(digest.days, each) or not any(
                is_one_of(Days.WORKING_DAYS, day) for day in later
            )
    else:
        assert not any(is_one_of(digest.days, each) for each in between)


@given(TIMINGS, INSTANTS, st.timedeltas(timedelta(), 10 * DAY))
def test_what_is_known_later_is_never_told_earlier(timing: Timing, now: datetime, ahead: timedelta) -> None:
    assert told_at(timing, now, LONDON) <= told_at(timing, now + ahead, LONDON)


@given(TIMINGS, INSTANTS)
def test_who_asks_again_when_it_may_be_told_is_told_to_tell_it(timing: Timing, now: datetime) -> None:
    told = told_at(timing, now, LONDON)
    assert told >= now
    assert told_at(timing, told, LONDON) == told
    halfway = now + (told - now) / 2
    assert told_at(timing, halfway, LONDON) == told or timing is AT_ONCE


@given(INSTANTS, st.integers(1, 60))
def test_working_days_later_it_is_the_same_time_on_the_day_that_the_core_counts(
    now: datetime, count: int
) -> None:
    later = LONDON.add_working_days_at(now, count)
    assert LONDON.local_day(later) == add_working_days(LONDON.local_day(now), count, HOLIDAYS)
    # England's clocks change on Sundays: on a working day every time is there, and once.
    assert london_wall(later).time() == london_wall(now).time()


@given(INSTANTS, st.integers(1, 30), st.integers(0, 30))
def test_working_days_add_up_at_any_time_of_day(now: datetime, first: int, second: int) -> None:
    at_once = LONDON.add_working_days_at(now, first + second)
    assert LONDON.add_working_days_at(LONDON.add_working_days_at(now, first), second) == at_once


@given(
    st.builds(Reminders, st.integers(1, 20), st.integers(1, 4), st.integers(20, 40), st.integers(0, 12)),
    INSTANTS,
)
def test_reminders_back_off_by_their_factor_and_end_where_they_should(
    reminders: Reminders, told: datetime
) -> None:
    waits: list[int] = []
    while (following := reminders.next_reminder(told, len(waits), LONDON)) is not None:
        assert following > told
        waits.append(min(reminders.after * reminders.factor ** len(waits), reminders.longest))
        assert following == LONDON.add_working_days_at(told, waits[-1])
        told = following
    assert len(waits) == reminders.at_most
    assert waits == sorted(waits)


ELSEWHERE = [
    ("Europe/Berlin", utc(date(2021, 3, 28), 1)),
    ("Europe/Berlin", utc(date(2021, 10, 31), 1)),
    ("America/Sao_Paulo", utc(date(2016, 10, 16), 3)),  # 00:00 does not exist
    ("America/Sao_Paulo", utc(date(2017, 2, 19), 2)),  # 23:00 comes twice
    ("America/Havana", utc(date(2021, 11, 7), 5)),  # 00:00 comes twice
    ("America/St_Johns", utc(date(2010, 11, 7), 2, 31)),  # one minute of Sunday, and Saturday again
    ("Australia/Lord_Howe", utc(date(2021, 10, 2), 15, 30)),  # half an hour forth
    ("Australia/Lord_Howe", utc(date(2021, 4, 3), 15)),  # half an hour back
    ("Pacific/Apia", utc(date(2011, 12, 30), 10)),  # Friday 30 December 2011 does not exist
]


@pytest.mark.parametrize(("zone", "change"), ELSEWHERE)
def test_on_the_odd_clocks_of_the_world_too_windows_and_digests_follow_somebody_watching(
    zone: str, change: datetime
) -> None:
    calendar = Calendar(ZoneInfo(zone), lambda _day: False)

    def wall(now: datetime) -> datetime:
        return now.astimezone(calendar.zone).replace(tzinfo=None, fold=0)

    assert wall(change) - wall(change - MINUTE) != MINUTE
    moments = list(minutes(change - 30 * HOUR, change + 30 * HOUR))
    said = list(watched(moments, wall))
    for opens, closes in [(0, 60), (0, 1440), (15, 45), (45, 135), (120, 150), (1380, 1440), (1410, 1425)]:
        begin, end = time(*divmod(opens, 60)), None if closes == 1440 else time(*divmod(closes, 60))
        window = Window(Days.EVERY_DAY, begin, end)
        expected = [is_within(each, lambda _day: True, begin, end) for each in said]
        assert [window.is_open(now, calendar) for now in moments] == expected
        told, now = [], moments[0]
        while (now := Digest(Days.EVERY_DAY, begin).next_time(now, calendar)) <= moments[-1]:
            told.append(now)
        since = timedelta(minutes=opens)
        shown_first = [
            now
            for (_, earlier), (now, latest) in pairwise(zip(moments, said, strict=True))
            if (earlier - since).date() < (latest - since).date()
        ]
        assert told == shown_first
