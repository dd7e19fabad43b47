"""Years of published files, and the months and quarters that their columns stand for."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.sources import PeriodForm, Split
from monitor.intake.faults import Fault, FaultCode
from monitor.intake.mapped_periods import mapped_period_end, part_end

YEARS = st.integers(1990, 2098)


@pytest.mark.parametrize(
    ("form", "text", "end"),
    [
        ("financial year", "2013", date(2013, 3, 31)),
        ("financial year", "201213", date(2013, 3, 31)),
        ("financial year", "2012-13", date(2013, 3, 31)),
        ("financial year", "2012/13", date(2013, 3, 31)),
        ("financial year", "2012/2013", date(2013, 3, 31)),
        ("financial year", "199900", date(2000, 3, 31)),
        ("academic year", "201213", date(2013, 8, 31)),
        ("academic year", "2013", date(2013, 8, 31)),
        ("calendar year", "2013", date(2013, 12, 31)),
        ("mid-year", "2012", date(2012, 6, 30)),
        ("mid-year", "Mid-2012", date(2012, 6, 30)),
        ("date", "31/03/2013", date(2013, 3, 31)),
        ("date", "Q3 2013/14", date(2013, 12, 31)),
    ],
)
def test_a_period_ends_on_its_last_day(form: str, text: str, end: date) -> None:
    assert mapped_period_end(text, PeriodForm(form)) == end


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("financial year", ""),
        ("financial year", "201214"),
        ("financial year", "201212"),
        ("financial year", "2012-03-31"),
        ("financial year", "March 2013"),
        ("financial year", "13"),
        ("calendar year", "201213"),
        ("mid-year", "2012/13"),
        ("calendar year", "1066"),
        ("academic year", "2200"),
        ("date", "2012-13-13"),
    ],
)
def test_what_names_no_such_period_is_refused(form: str, text: str) -> None:
    found = mapped_period_end(text, PeriodForm(form))
    assert isinstance(found, Fault)
    assert found.code is FaultCode.BAD_DATE


@given(YEARS)
def test_a_year_in_six_figures_is_that_in_four(year: int) -> None:
    six = f"{year}{(year + 1) % 100:02d}"
    for form in (PeriodForm.FINANCIAL_YEAR, PeriodForm.ACADEMIC_YEAR):
        assert mapped_period_end(six, form) == mapped_period_end(str(year + 1), form)


@given(YEARS, st.sampled_from([*PeriodForm][:-1]), st.sampled_from(Split))
def test_the_parts_of_a_year_follow_each_other_without_gaps_and_end_with_it(
    year: int, form: PeriodForm, split: Split
) -> None:
    end = mapped_period_end(str(year), form)
    assert isinstance(end, date)
    ends = [part_end(end, split, place) for place in range(split.parts)]
    assert ends[-1] == end
    assert all((each + timedelta(days=1)).day == 1 for each in ends)
    months = [each.year * 12 + each.month for each in ends]
    assert {later - earlier for earlier, later in pairwise(months)} == {12 // split.parts}
