from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.areas import AreaType
from monitor.core.dated import EVERYWHERE, Dated, Scope, in_force
from monitor.core.periods import (
    Basis,
    Period,
    financial_year_label,
    financial_year_start,
    month_end,
    month_start,
)
from tests.support.rules import CANTERBURY, HERE, KENT, SWALE

DATES = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("on", "label"),
    [
        (date(2013, 3, 31), "2012/13"),
        (date(2013, 4, 1), "2013/14"),
        (date(1999, 4, 1), "1999/00"),
        (date(2099, 12, 31), "2099/00"),
    ],
)
def test_the_financial_year_begins_on_the_first_of_april(on: date, label: str) -> None:
    assert financial_year_label(on) == label


@pytest.mark.parametrize(
    ("end", "basis", "start", "label"),
    [
        (date(2013, 11, 30), Basis.SNAPSHOT, date(2013, 11, 30), "30 Nov 2013"),
        (date(2013, 11, 30), Basis.YEAR_TO_DATE, date(2013, 4, 1), "Apr–Nov 2013"),
        (date(2013, 4, 30), Basis.YEAR_TO_DATE, date(2013, 4, 1), "Apr 2013"),
        (date(2013, 3, 31), Basis.YEAR_TO_DATE, date(2012, 4, 1), "Apr 2012–Mar 2013"),
        (date(2013, 11, 15), Basis.YEAR_TO_DATE, date(2013, 4, 1), "1 Apr 2013 to 15 Nov 2013"),
        (date(2013, 11, 30), Basis.MONTH, date(2013, 11, 1), "Nov 2013"),
        (date(2013, 11, 15), Basis.MONTH, date(2013, 11, 1), "1–15 Nov 2013"),
        (date(2014, 1, 31), Basis.QUARTER, date(2013, 11, 1), "Nov 2013–Jan 2014"),
        (date(2013, 3, 31), Basis.ROLLING_12_MONTHS, date(2012, 4, 1), "year to 31 Mar 2013"),
        (date(2024, 2, 29), Basis.ROLLING_12_MONTHS, date(2023, 3, 1), "year to 29 Feb 2024"),
        (date(2013, 11, 15), Basis.YEAR, date(2012, 11, 16), "year to 15 Nov 2013"),
    ],
)
def test_a_period_knows_what_it_covers(end: date, basis: Basis, start: date, label: str) -> None:
    period = Period(end, basis)
    assert (period.start, period.label) == (start, label)


@given(DATES, st.sampled_from(Basis))
def test_a_period_ends_after_it_starts_and_within_a_year(end: date, basis: Basis) -> None:
    period = Period(end, basis)
    assert timedelta(0) <= period.end - period.start <= timedelta(days=366)


@given(DATES)
def test_year_and_month_boundaries_contain_the_day(on: date) -> None:
    assert financial_year_start(on) <= on < date(financial_year_start(on).year + 1, 4, 1)
    assert month_start(on) <= on <= month_end(on)
    assert month_start(on, 12) == month_start(on).replace(year=on.year - 1)


def dated(value: str, start: date, until: date | None = None, scope: Scope = EVERYWHERE) -> Dated[str]:
    return Dated(value, start, until, scope, "", HERE)


def test_until_is_the_first_day_on_which_a_value_no_longer_holds() -> None:
    entry = dated("old", date(2012, 4, 1), date(2013, 4, 1))
    assert in_force([entry], date(2013, 3, 31), KENT) is entry
    assert in_force([entry], date(2013, 4, 1), KENT) is None
    assert in_force([entry], date(2012, 3, 31), KENT) is None


def test_the_next_entry_ends_the_one_before() -> None:
    old, new = dated("old", date(2012, 4, 1)), dated("new", date(2013, 4, 1))
    assert in_force([new, old], date(2013, 4, 1), KENT) is new
    assert in_force([new, old], date(2013, 3, 31), KENT) is old


def test_the_area_that_is_meant_most_closely_wins_over_the_later_start() -> None:
    everywhere = dated("everywhere", date(2014, 1, 1))
    districts = dated("districts", date(2013, 1, 1), scope=Scope(types=frozenset({AreaType.DISTRICT})))
    swale = dated("swale", date(2012, 1, 1), scope=Scope(names=frozenset({"Swale"})))
    entries = [everywhere, districts, swale]
    found = {area.name: in_force(entries, date(2014, 6, 30), area) for area in (KENT, CANTERBURY, SWALE)}
    assert found == {"Kent": everywhere, "Canterbury": districts, "Swale": swale}


@given(st.lists(st.tuples(DATES, st.none() | DATES), max_size=6), DATES)
def test_what_is_in_force_began_and_has_not_ended(spans: list[tuple[date, date | None]], on: date) -> None:
    entries = [dated(str(index), start, until) for index, (start, until) in enumerate(spans)]
    found = in_force(entries, on, KENT)
    holding = [each for each in entries if each.start <= on and (each.until is None or on < each.until)]
    assert found is None if not holding else found in holding
