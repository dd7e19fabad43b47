import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.calendar_england import bank_holidays
from monitor.core.workingdays import add_working_days, is_working_day, working_days_between

HOLIDAYS = bank_holidays(2011, 2031)
DAYS = st.dates(date(2012, 1, 1), date(2029, 12, 31))


def published() -> set[date]:
    with (Path(__file__).parent / "data" / "bank_holidays_england.csv").open(encoding="utf-8") as file:
        return {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}


def test_the_bank_holidays_are_those_that_gov_uk_publishes() -> None:
    ours = {day for day in bank_holidays(2012, 2028) if day.weekday() < 5}
    assert ours == {day for day in published() if day.weekday() < 5}
    assert len(ours) == 140


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (date(2013, 3, 28), 1, date(2013, 4, 2)),  # Maundy Thursday, over Easter
        (date(2013, 12, 24), 1, date(2013, 12, 27)),
        (date(2020, 5, 7), 1, date(2020, 5, 11)),  # the May bank holiday was moved to VE day, Friday 8 May
        (date(2022, 6, 1), 1, date(2022, 6, 6)),  # the Platinum Jubilee
        (date(2022, 9, 16), 1, date(2022, 9, 20)),  # the State Funeral
        (date(2013, 11, 15), 45, date(2014, 1, 22)),  # a single assessment over Christmas
        (date(2013, 11, 16), 1, date(2013, 11, 18)),  # from a Saturday
        (date(2013, 11, 16), 0, date(2013, 11, 16)),
        (date(2013, 4, 2), -1, date(2013, 3, 28)),
    ],
)
def test_a_date_so_many_working_days_on(start: date, count: int, expected: date) -> None:
    assert add_working_days(start, count, HOLIDAYS) == expected


def test_the_day_of_referral_is_day_0_for_the_department_and_day_1_for_others() -> None:
    monday = date(2013, 11, 18)
    assert working_days_between(monday, monday, HOLIDAYS, count_start=False) == 0
    assert working_days_between(monday, monday, HOLIDAYS, count_start=True) == 1
    assert working_days_between(monday, monday + timedelta(days=7), HOLIDAYS, count_start=False) == 5
    assert working_days_between(monday, monday + timedelta(days=7), HOLIDAYS, count_start=True) == 6


def test_days_cannot_be_counted_backwards() -> None:
    with pytest.raises(ValueError, match="before"):
        working_days_between(date(2014, 1, 2), date(2014, 1, 1), HOLIDAYS, count_start=True)


@given(DAYS, st.integers(0, 600), st.booleans())
def test_counting_agrees_with_looking_at_every_day(start: date, length: int, count_start: bool) -> None:
    days = [start + timedelta(days=ahead) for ahead in range(0 if count_start else 1, length + 1)]
    counted = working_days_between(start, start + timedelta(days=length), HOLIDAYS, count_start=count_start)
    assert counted == sum(is_working_day(day, HOLIDAYS) for day in days)


@given(DAYS, st.integers(1, 250))
def test_adding_and_counting_undo_each_other(start: date, count: int) -> None:
    later = add_working_days(start, count, HOLIDAYS)
    assert is_working_day(later, HOLIDAYS)
    assert working_days_between(start, later, HOLIDAYS, count_start=False) == count
    assert add_working_days(add_working_days(later, -count, HOLIDAYS), count, HOLIDAYS) == later


@given(DAYS, st.integers(0, 100), st.integers(0, 100))
def test_working_days_add_up(start: date, first: int, second: int) -> None:
    at_once = add_working_days(start, first + second, HOLIDAYS)
    assert add_working_days(add_working_days(start, first, HOLIDAYS), second, HOLIDAYS) == at_once
