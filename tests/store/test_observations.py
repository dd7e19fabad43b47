"""Figures going in: the rules of revisions, against a model that fits on a page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from monitor.core.observations import MICRO, Missing, Status
from monitor.store.batches import (
    batches_in_inbox,
    changed_series,
    mark_batches_evaluated,
    mark_inbox_file,
    recent_batches,
    unevaluated_batches,
)
from monitor.store.bulk import CHUNK
from monitor.store.figures import figures, figures_of_series, revisions
from monitor.store.observations import NewObservation, RecordedBatch, record_batch
from monitor.store.store import Store
from tests.support.statements import statement_counter
from tests.support.store_samples import AREA, INDICATOR, JUNE, MARCH, NOON, batch, cycle, figure, record

FULL = NewObservation(INDICATOR, AREA, JUNE, 46 * MICRO, 94 * MICRO, 1172 * MICRO, Status.PROVISIONAL, None)


def test_a_first_figure_is_revision_one(store: Store) -> None:
    recorded = record(store, [FULL])

    assert recorded == RecordedBatch(recorded.id, accepted=1, unchanged=0, restated=0, already_known=False)
    with store.reading() as connection:
        (found,) = figures(connection, INDICATOR)
    assert found.revision == 1
    assert NewObservation(*(getattr(found, name) for name in FULL.__slots__)) == FULL


@pytest.mark.parametrize(
    "change",
    [
        {"value": 45 * MICRO},
        {"value": 46 * MICRO + 1},
        {"value": None},
        {"value": None, "missing": Missing.SUPPRESSED},
        {"numerator": 95 * MICRO},
        {"numerator": None},
        {"denominator": 1171 * MICRO},
        {"status": Status.VALIDATED},
    ],
    ids=str,
)
def test_any_part_that_differs_makes_a_new_revision(store: Store, change: dict[str, Any]) -> None:
    record(store, [FULL], "first")
    restated = replace(FULL, **change)

    recorded = record(store, [restated], "second", NOON + timedelta(days=1))

    assert (recorded.accepted, recorded.restated, recorded.unchanged) == (1, 1, 0)
    with store.reading() as connection:
        (now,) = figures(connection, INDICATOR)
        (before,) = figures(connection, INDICATOR, known_at=NOON)
        history = revisions(connection, INDICATOR, AREA, JUNE)
    assert [item.observation for item in history] == [before, now]
    assert [item.batch_name for item in history] == ["first", "second"]
    assert [item.recorded_at for item in history] == [NOON, NOON + timedelta(days=1)]
    assert (before.revision, now.revision) == (1, 2)
    assert (now.value, now.missing, now.status) == (restated.value, restated.missing, restated.status)


def test_a_zero_is_not_a_missing_figure(store: Store) -> None:
    record(store, [figure(None)], "first")
    recorded = record(store, [figure(0)], "second")

    assert recorded.restated == 1
    with store.reading() as connection:
        assert [found.value for found in figures(connection, INDICATOR)] == [0]
        assert [found.value for found in figures(connection, INDICATOR, known_at=NOON - timedelta(1))] == []


def test_the_same_figures_in_another_file_change_nothing(store: Store) -> None:
    record(store, [FULL, figure(area="Thanet")], "first")

    recorded = record(store, [FULL, figure(area="Thanet")], "the same, saved again")

    assert (recorded.accepted, recorded.unchanged) == (0, 2)
    with store.reading() as connection:
        assert changed_series(connection, [recorded.id]) == {}


def test_the_same_file_changes_nothing_while_its_figures_stand(store: Store) -> None:
    first = record(store, [figure(46)], "june.csv")
    record(store, [figure(12, area="Thanet")], "another.csv")

    again = record(store, [figure(46)], "june.csv")

    assert again == RecordedBatch(first.id, 0, 0, 0, already_known=True)
    with store.reading() as connection:
        assert len(recent_batches(connection, 10)) == 2


def test_the_same_file_after_a_restatement_restates_what_has_changed_since_and_only_that(
    store: Store,
) -> None:
    whole = [figure(46), figure(12, area="Thanet")]
    first = record(store, whole, "june.csv")
    record(store, [figure(45)], "june, corrected.csv")

    again = record(store, whole, "june.csv", NOON + timedelta(days=1))

    assert (again.accepted, again.restated, again.unchanged, again.already_known) == (1, 1, 1, False)
    assert again.back_to is not None
    assert again.back_to.id == first.id
    with store.reading() as connection:
        assert changed_series(connection, [again.id]) == {(INDICATOR, AREA): JUNE}
        history = revisions(connection, INDICATOR, AREA, JUNE)
        assert [item.observation.value for item in history] == [46 * MICRO, 45 * MICRO, 46 * MICRO]
    assert record(store, whole, "june.csv").id == again.id


def test_a_file_found_again_in_the_inbox_changes_nothing_whatever_came_since(store: Store) -> None:
    june = replace(batch("june.csv"), inbox_file="june.csv 12 345")
    with store.writing() as connection:
        first = record_batch(connection, june, [figure(46)], now=NOON)
    record(store, [figure(45)], "june, corrected.csv")

    with store.writing() as connection:
        found = record_batch(connection, june, [figure(46)], now=NOON)
        assert found == RecordedBatch(first.id, 0, 0, 0, already_known=True)
        assert batches_in_inbox(connection) == {first.id: "june.csv 12 345"}
        mark_inbox_file(connection, [first.id], None)
        assert batches_in_inbox(connection) == {}
        assert record_batch(connection, june, [figure(46)], now=NOON).restated == 1


def test_of_two_rows_for_one_figure_the_later_restates_the_earlier(store: Store) -> None:
    recorded = record(store, [figure(46), figure(46), figure(45)])

    assert (recorded.accepted, recorded.restated, recorded.unchanged) == (2, 1, 1)
    with store.reading() as connection:
        assert [item.observation.value for item in revisions(connection, INDICATOR, AREA, JUNE)] == [
            46 * MICRO,
            45 * MICRO,
        ]


def test_a_batch_that_fails_half_way_leaves_nothing(store: Store) -> None:
    def rows() -> Any:
        yield from (figure(area=f"area {number}") for number in range(CHUNK + 1))
        raise OSError("the file's disk has gone")

    with pytest.raises(OSError, match="disk has gone"):
        record(store, rows())

    with store.reading() as connection:
        assert recent_batches(connection, 10) == ()
        assert figures(connection, INDICATOR) == []
    assert record(store, [figure()]).accepted == 1


def test_amounts_are_exact_up_to_the_largest(store: Store) -> None:
    largest = 2**62
    record(store, [replace(FULL, value=largest, numerator=-largest, denominator=1)])

    with store.reading() as connection:
        (found,) = figures(connection, INDICATOR)
    assert (found.value, found.numerator, found.denominator) == (largest, -largest, 1)


def test_an_instant_without_a_zone_is_refused_and_others_come_back_in_utc(store: Store) -> None:
    with pytest.raises(Exception, match="has no time zone"):
        record(store, [figure()], now=datetime(2013, 7, 1, 12))  # noqa: DTZ001 - that is the fault

    summer = timezone(timedelta(hours=1))
    record(store, [figure()], now=datetime(2013, 7, 1, 0, 30, 15, 123456, tzinfo=summer))
    with store.reading() as connection:
        (batch,) = recent_batches(connection, 1)
    assert batch.received_at == datetime(2013, 6, 30, 23, 30, 15, 123456, tzinfo=UTC)
    assert batch.received_at.tzinfo is UTC


def test_a_batch_counts_its_rows_and_waits_to_be_judged(store: Store) -> None:
    first = record(store, [figure(46), figure(area="Thanet")], "first")
    second = record(store, [figure(45), figure(area="Thanet"), figure(period_end=MARCH)], "second")

    with store.writing() as connection:
        waiting = unevaluated_batches(connection)
        assert [batch.id for batch in waiting] == [first.id, second.id]
        assert (waiting[1].rows_accepted, waiting[1].rows_restated, waiting[1].rows_unchanged) == (2, 1, 1)
        assert changed_series(connection, [first.id, second.id]) == {
            (INDICATOR, AREA): MARCH,
            (INDICATOR, "Thanet"): JUNE,
        }
        assert changed_series(connection, [second.id]) == {(INDICATOR, AREA): MARCH}
        number = cycle(connection)
        mark_batches_evaluated(connection, [first.id], number)

    with store.reading() as connection:
        assert [batch.id for batch in unevaluated_batches(connection)] == [second.id]
        assert [batch.evaluated_in for batch in recent_batches(connection, 5)] == [None, number]


def test_the_database_itself_refuses_a_value_beside_a_reason_for_its_absence(store: Store) -> None:
    with pytest.raises(Exception, match="missing_has_no_value"):
        record(store, [replace(FULL, missing=Missing.SUPPRESSED)])


def test_the_number_of_statements_grows_by_the_chunk_and_not_by_the_row(store: Store) -> None:
    def sent(rows: int, name: str) -> int:
        with statement_counter(store) as statements:
            record(store, [figure(area=f"{name} {number}") for number in range(rows)], name)
        return len(statements)

    few, many, two_chunks = sent(1, "few"), sent(CHUNK, "many"), sent(CHUNK + 1, "two chunks")

    assert few == many
    assert two_chunks < 2 * few


NAMES = st.sampled_from(["Ashford", "Dover", "Swale", "Ærø “north”", "%s", "a:b"])
AMOUNTS = st.none() | st.sampled_from([0, 1, -1, 46 * MICRO, 2**62])
ROWS = st.builds(
    NewObservation,
    indicator=st.sampled_from(["adoptions", "plans"]),
    area=NAMES,
    period_end=st.dates(date(2013, 1, 1), date(2013, 1, 3)),
    value=st.none(),
    numerator=AMOUNTS,
    denominator=AMOUNTS,
    status=st.sampled_from(Status),
    missing=st.none() | st.sampled_from(sorted({*Missing} - {Missing.WITHDRAWN})),
) | st.builds(
    NewObservation,
    indicator=st.just("plans"),
    area=NAMES,
    period_end=st.dates(date(1, 1, 1), date(9999, 12, 31)),
    value=AMOUNTS,
    numerator=st.none(),
    denominator=st.none(),
    status=st.sampled_from(Status),
    missing=st.none(),
)

_numbers = count()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    files=st.lists(st.lists(ROWS, max_size=12), max_size=5).flatmap(
        # Some of them come once more, in any order.
        lambda each: (
            st.lists(st.sampled_from(list(enumerate(each))), max_size=3).map(
                lambda again: [*enumerate(each), *again]
            )
            if each
            else st.just([])
        )
    )
)
def test_any_batches_give_what_the_model_gives(
    store: Store, files: list[tuple[int, list[NewObservation]]]
) -> None:
    example = next(_numbers)  # the store is the same for every example: each has indicators of its own
    model: dict[tuple[str, str, date], list[tuple[Any, ...]]] = {}
    instants: list[datetime] = []
    for place, rows in files:
        own = [replace(row, indicator=f"{example} {row.indicator}") for row in rows]
        now = NOON + timedelta(minutes=len(instants))
        instants.append(now)
        accepted = restated = 0
        for row in own:
            known = model.setdefault((row.indicator, row.area, row.period_end), [])
            content = (row.value, row.numerator, row.denominator, row.status, row.missing)
            if not known or known[-1][1:] != content:
                accepted += 1
                restated += bool(known)
                known.append((now, *content))

        recorded = record(store, own, f"{example} {place}", now)

        assert (recorded.accepted, recorded.restated) == (accepted, restated)
        if recorded.already_known:
            assert accepted == 0
        else:
            assert recorded.unchanged == len(rows) - accepted

    series = {(indicator, area) for indicator, area, _ in model}
    with store.reading() as connection:
        found = figures_of_series(connection, series)
        assert [(item.indicator, item.area, item.period_end) for item in found] == sorted(model)
        for item in found:
            history = model[item.indicator, item.area, item.period_end]
            assert item.revision == len(history)
            content = (item.value, item.numerator, item.denominator, item.status, item.missing)
            assert content == history[-1][1:]
        for instant in instants:
            then = figures_of_series(connection, series, known_at=instant)
            assert {(item.indicator, item.area, item.period_end): item.revision for item in then} == {
                key: len([step for step in history if step[0] <= instant])
                for key, history in model.items()
                if history[0][0] <= instant
            }


def test_nothing_is_written_in_a_transaction_that_only_reads(store: Store) -> None:
    with pytest.raises(Exception, match=r"read-?only"), store.reading() as connection:
        connection.execute(text("INSERT INTO series (indicator, area) VALUES ('a', 'b')"))
