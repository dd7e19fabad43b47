"""A cycle in which nothing changed costs the same however much there is."""

import pytest

from monitor.core.alerts import AlertState
from monitor.store.alerts import firing_alerts, open_alerts, save_alerts
from monitor.store.batches import changed_series, mark_batches_evaluated, unevaluated_batches
from monitor.store.cycles import hold_cycles, last_cycle
from monitor.store.outbox import outbox_depth
from monitor.store.rulebooks import fingerprints, rulebook_version, save_fingerprints
from monitor.store.store import Store
from tests.support.statements import statement_counter
from tests.support.store_samples import NOON, cycle, figure, firing, record


def _idle(store: Store) -> list[str]:
    with statement_counter(store) as statements:
        with store.writing() as connection:
            hold_cycles(connection)
            assert unevaluated_batches(connection) == ()
            assert changed_series(connection, []) == {}
            fingerprints(connection)
            rulebook_version(connection, "4f2a", "abc123", now=NOON)
            assert len(firing_alerts(connection)) == len(open_alerts(connection))
        with store.reading() as connection:
            last_cycle(connection)
            outbox_depth(connection, NOON)
    return statements


def _fill(store: Store, name: str, series: int) -> None:
    recorded = record(store, [figure(area=f"{name} {number}") for number in range(series)], name)
    with store.writing() as connection:
        number = cycle(connection)
        save_alerts(connection, [firing(area=f"{name} {place}") for place in range(series)])
        save_fingerprints(connection, {f"{name} {place}": "f" for place in range(series)})
        mark_batches_evaluated(connection, [recorded.id], number)


@pytest.mark.parametrize("series", [1, 3000])
def test_an_idle_cycle_issues_the_same_statements_however_many_series_there_are(
    store: Store, series: int
) -> None:
    _fill(store, "one", 1)
    _idle(store)
    before = _idle(store)

    _fill(store, "many", series)

    assert _idle(store) == before
    assert len(before) < 15
    with store.reading() as connection:
        assert {alert.state for alert in firing_alerts(connection).values()} == {AlertState.FIRING}


def test_what_is_asked_first_is_answered_by_an_index(store: Store) -> None:
    if store.engines.url.get_backend_name() != "sqlite":
        return  # PostgreSQL chooses by its statistics, and reads a table of one page whole
    with store.reading() as connection:
        query = "EXPLAIN QUERY PLAN SELECT * FROM batches WHERE evaluated_in IS NULL ORDER BY id"
        plan = [row.detail for row in connection.exec_driver_sql(query)]
    assert plan == ["SCAN batches USING INDEX ix_batches_unevaluated"]
