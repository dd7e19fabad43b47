"""The range of each series, for checks of limits."""

from dataclasses import replace
from datetime import timedelta

from monitor.core.observations import MICRO, Missing
from monitor.rulebook.observed import ObservedRange
from monitor.store.observed import observed_figures
from monitor.store.store import Store
from tests.support.statements import statement_counter
from tests.support.store_samples import INDICATOR, JUNE, MARCH, NOON, figure, record


def test_each_series_has_its_least_and_greatest_figure_by_the_latest_revision(store: Store) -> None:
    record(
        store, [figure(40, area="Swale", period_end=MARCH), figure(60, area="Swale", period_end=JUNE)], "one"
    )
    record(store, [figure(9, area="Thanet", period_end=MARCH)], "two")
    record(store, [figure(70, area="Swale", period_end=MARCH)], "three", NOON + timedelta(days=1))

    with store.reading() as connection:
        found = observed_figures(connection)

    assert found == {
        (INDICATOR, "Swale"): ObservedRange(2, 60 * MICRO, 70 * MICRO),
        (INDICATOR, "Thanet"): ObservedRange(1, 9 * MICRO, 9 * MICRO),
    }


def test_figures_that_came_as_ratios_are_divided_and_missing_ones_left_out(store: Store) -> None:
    bare = figure(None, area="Swale", indicator="in_time")
    rows = [
        replace(bare, period_end=MARCH, numerator=94 * MICRO, denominator=1172 * MICRO),
        replace(bare, period_end=JUNE, numerator=1 * MICRO, denominator=0),
        replace(bare, area="Thanet", missing=Missing.SUPPRESSED),
    ]
    record(store, rows, "one")

    with store.reading() as connection:
        found = observed_figures(connection)

    assert found == {("in_time", "Swale"): ObservedRange(1, None, None, 94 / 1172, 94 / 1172)}


def test_it_is_one_statement_however_many_series_there_are(store: Store) -> None:
    record(store, [figure(place, area=f"area {place}", period_end=MARCH) for place in range(50)], "one")

    with store.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
        with statement_counter(store) as statements:
            found = observed_figures(connection)

    assert len(found) == 50
    assert len(statements) == 1
