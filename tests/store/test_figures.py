"""Figures coming out."""

from datetime import date, timedelta

import pytest

from monitor.core.observations import MICRO
from monitor.store.figures import (
    figures,
    figures_of_series,
    indicators_with_data,
    latest_period,
    series_of,
)
from monitor.store.store import Store
from tests.support.statements import statement_counter
from tests.support.store_samples import INDICATOR, JUNE, MARCH, NOON, figure, record

SEPTEMBER = date(2013, 9, 30)
# By code points capitals come first; people, and PostgreSQL's locales, sort them otherwise.
AREAS = ["Swale", "Zeal Monachorum", "ashford", "Éire"]


@pytest.fixture
def filled_store(store: Store) -> Store:
    rows = [
        figure(10 * place + quarter, area=area, period_end=end)
        for place, area in enumerate(reversed(AREAS))
        for quarter, end in enumerate((SEPTEMBER, MARCH, JUNE))
    ]
    record(store, rows, "first")
    record(store, [figure(99, area="Swale", period_end=MARCH)], "second", NOON + timedelta(days=1))
    record(store, [figure(1, indicator="adoptions", area="Swale", period_end=MARCH)], "third")
    return store


def test_figures_come_by_area_and_period_in_the_same_order_on_both_engines(filled_store: Store) -> None:
    with filled_store.reading() as connection:
        found = figures(connection, INDICATOR)

    assert [(item.area, item.period_end) for item in found] == [
        (area, end) for area in AREAS for end in (MARCH, JUNE, SEPTEMBER)
    ]
    assert found[0].value == 99 * MICRO


def test_figures_can_be_cut_by_area_period_number_and_knowledge(filled_store: Store) -> None:
    with filled_store.reading() as connection:
        assert {item.area for item in figures(connection, INDICATOR, ["Swale", "Éire"])} == {"Swale", "Éire"}
        assert figures(connection, INDICATOR, []) == []
        assert {item.period_end for item in figures(connection, INDICATOR, until=JUNE)} == {MARCH, JUNE}
        last = figures(connection, INDICATOR, ["Swale"], until=JUNE, last=1)
        assert [(item.period_end, item.revision) for item in last] == [(JUNE, 1)]
        two = figures(connection, INDICATOR, last=2)
        assert [item.period_end for item in two] == [JUNE, SEPTEMBER] * len(AREAS)
        then = figures(connection, INDICATOR, ["Swale"], known_at=NOON, last=3)
        assert [(item.period_end, item.revision) for item in then] == [(MARCH, 1), (JUNE, 1), (SEPTEMBER, 1)]


def test_several_series_are_one_statement_however_many_they_are(filled_store: Store) -> None:
    unknown = {("unknown", f"area {number}") for number in range(5000)}
    with filled_store.reading() as connection:
        with statement_counter(filled_store) as few:
            assert len(figures_of_series(connection, {(INDICATOR, "Swale")})) == 3
        with statement_counter(filled_store) as many:
            found = figures_of_series(
                connection, {(INDICATOR, "Swale"), ("adoptions", "Swale"), (INDICATOR, "Éire")} | unknown
            )

    assert len(few) == len(many) == 1
    assert [(item.indicator, item.area) for item in found] == [
        ("adoptions", "Swale"),
        *[(INDICATOR, "Swale")] * 3,
        *[(INDICATOR, "Éire")] * 3,
    ]


def test_no_series_ask_nothing(store: Store) -> None:
    with store.reading() as connection, statement_counter(store) as statements:
        assert figures_of_series(connection, []) == []
    assert statements == []


def test_what_there_is_can_be_listed(filled_store: Store) -> None:
    with filled_store.reading() as connection:
        assert indicators_with_data(connection) == ("adoptions", INDICATOR)
        assert latest_period(connection) == SEPTEMBER
        assert latest_period(connection, "adoptions") == MARCH
        assert latest_period(connection, "unknown") is None
        assert set(series_of(connection, ["adoptions", "unknown"])) == {("adoptions", "Swale")}


def test_an_empty_store_has_nothing(store: Store) -> None:
    with store.reading() as connection:
        assert indicators_with_data(connection) == ()
        assert latest_period(connection) is None
        assert figures(connection, INDICATOR) == []
