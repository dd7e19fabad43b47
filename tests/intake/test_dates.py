from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.periods import financial_year_label, financial_year_start, month_end
from monitor.intake.dates import EARLIEST_YEAR, LATEST_YEAR, SERIAL_DAY_0, read_period_end
from monitor.intake.faults import Fault, FaultCode

NOV_30 = date(2013, 11, 30)
MAR_31 = date(2013, 3, 31)
ANY_DATE = st.dates(date(EARLIEST_YEAR, 1, 1), date(LATEST_YEAR, 12, 31))
THIS_CENTURY = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("2013-11-30", NOV_30),
        ("2013/11/30", NOV_30),
        ("2013-11-30 00:00:00", NOV_30),
        ("2013-11-30T09:30", NOV_30),
        ("20131130", NOV_30),
        ("30/11/2013", NOV_30),
        ("30/11/2013 00:00", NOV_30),
        ("30/11/13", NOV_30),
        ("30-11-13", NOV_30),
        ("30.11.2013", NOV_30),
        ("4/3/2013", date(2013, 3, 4)),
        ("04/03/2013", date(2013, 3, 4)),
        ("30 Nov 2013", NOV_30),
        ("30-Nov-13", NOV_30),
        ("30th November 2013", NOV_30),
        ("Sat 30 Nov 2013", NOV_30),
        ("Saturday, 30 November 2013", NOV_30),
        ("November 30, 2013", NOV_30),
        ("1 Sept 2013", date(2013, 9, 1)),
        ("  30   nov 2013 ", NOV_30),
        ("Mar 13", MAR_31),
        ("Mar-13", MAR_31),
        ("MAR-13", MAR_31),
        ("Mar '13", MAR_31),
        ("March 2013", MAR_31),
        ("Feb 2012", date(2012, 2, 29)),
        ("2013-03", MAR_31),
        ("03/2013", MAR_31),
        ("2013/14", date(2014, 3, 31)),
        ("2013-14", date(2014, 3, 31)),
        ("2013/2014", date(2014, 3, 31)),
        ("FY 2011-12", date(2012, 3, 31)),
        ("1999/00", date(2000, 3, 31)),
        ("Q1 2013/14", date(2013, 6, 30)),
        ("Q3 2013/14", date(2013, 12, 31)),
        ("Q4 2013/14", date(2014, 3, 31)),
        ("2013/14 Q2", date(2013, 9, 30)),
        ("2013-14, quarter 2", date(2013, 9, 30)),
        ("41608", NOV_30),
        ("41608.0", NOV_30),
    ],
)
def test_a_period_is_read_in_the_ways_councils_write_it(text: str, end: date) -> None:
    assert read_period_end(text) == end


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is no period end"),
        ("   ", "there is no period end"),
        ("03/31/2013", "would have the month 31 (dates are read day first, not month first)"),
        ("3/31/13", "would have the month 31"),
        ("31/02/2013", "is not a day of the calendar"),
        ("2013-02-29", "is not a day of the calendar"),
        ("13/13/2013", "is not a day of the calendar"),
        ("2011-12", "may be a month or a financial year"),
        ("2013/15", "is neither a month (2013-11) nor a financial year (2013/14)"),
        ("2013-00", "is neither a month"),
        ("0000-1", "lies outside 1990 to 2099"),
        ("13/2013", "is not a month"),
        ("30 Nov", "is not a date that limen knows"),
        ("30 Brumaire 2013", "is not a date that limen knows"),
        ("2013", "is not a date that limen knows"),
        ("Q3 2013", "is not a date that limen knows"),
        ("Q3 2013/15", "does not name a financial year"),
        ("Q5 2013/14", "is not a date that limen knows"),
        ("30/11-2013", "is not a date that limen knows"),
        ("30/11/1013", "lies outside 1990 to 2099"),
        ("Mar 0000", "lies outside 1990 to 2099"),
        ("Q4 9999/00", "lies outside 1990 to 2099"),
        ("9999-12", "lies outside 1990 to 2099"),
        ("9999/00", "lies outside 1990 to 2099"),
        ("Q4 9999/10000", "is not a date"),
        ("2013-11-30T23:00:00Z", "is not a date that limen knows"),
        ("99999", "lies outside 1990 to 2099"),
        ("\u0663\u0660/\u0661\u0661/\u0662\u0660\u0661\u0663", "is not a date that limen knows"),
    ],
)
def test_what_is_no_date_or_may_be_two_is_refused_with_the_reason(text: str, why: str) -> None:
    fault = read_period_end(text)

    assert isinstance(fault, Fault)
    assert fault.code is FaultCode.BAD_DATE
    assert why in fault.reason
    assert "write it as 2013-" in fault.reason


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("10/31/2026", "write it as 2026-10-31 or 31/10/2026"),
        ("3-31-13", "write it as 2013-03-31 or 31/03/2013"),
        ("10/31/2026 09:30", "write it as 2026-10-31 or 31/10/2026"),
        ("02/30/2026", "write it as 2013-11-30 or 30/11/2013"),
        ("10/31/1926", "write it as 2013-11-30 or 30/11/2013"),
        ("13/13/2013", "write it as 2013-11-30 or 30/11/2013"),
        ("31/02/2013", "write it as 2013-11-30 or 30/11/2013"),
    ],
)
def test_the_example_is_the_day_that_was_meant_if_it_can_be_no_other(text: str, example: str) -> None:
    fault = read_period_end(text)

    assert isinstance(fault, Fault)
    assert fault.reason.endswith(example)


@given(ANY_DATE)
def test_a_date_comes_back_from_every_way_of_writing_it(day: date) -> None:
    for text in (
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%Y%m%d}",
        f"{day.day} {day:%B %Y}",
        f"{day:%d-%b-%Y}",
        str((day - SERIAL_DAY_0).days),
    ):
        assert read_period_end(text) == day


@given(THIS_CENTURY)
def test_two_figures_of_a_year_are_of_this_century(day: date) -> None:
    assert read_period_end(f"{day:%d/%m/%y}") == read_period_end(f"{day.day} {day:%b %y}") == day
    assert read_period_end(f"{day:%b-%y}") == month_end(day)


@given(ANY_DATE)
def test_a_financial_year_ends_before_the_next_begins(day: date) -> None:
    end = read_period_end(financial_year_label(day))

    assert isinstance(end, date) or end.reason
    if isinstance(end, date):
        assert financial_year_start(end + timedelta(days=1)) == end + timedelta(days=1)
        assert financial_year_start(end) == financial_year_start(day)


@given(st.text(max_size=30))
def test_no_text_at_all_raises(text: str) -> None:
    assert isinstance(read_period_end(text), date | Fault)


@given(st.from_regex(r"[0-9a-zA-Z]{1,6}([-/ .,'][0-9a-zA-Z]{1,6}){0,3}", fullmatch=True))
def test_nothing_like_a_date_raises(text: str) -> None:
    assert isinstance(read_period_end(text), date | Fault)
