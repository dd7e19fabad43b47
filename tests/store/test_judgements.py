"""Evaluations, alerts, transitions, rulebooks and cycles: what goes in comes out."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from monitor.core.alerts import Alert, AlertState
from monitor.core.judgements import RagRating, RuleHealth
from monitor.core.rulebook import Level
from monitor.store.alerts import (
    alerts,
    append_transitions,
    firing_alerts,
    open_alerts,
    save_alerts,
    transitions_of,
)
from monitor.store.cycles import CycleCounts, begin_cycle, finish_cycle, last_cycle
from monitor.store.evaluations import (
    Judged,
    append_evaluations,
    append_rule_evaluations,
    evaluations_of,
    latest_evaluations,
    rule_evaluations_of,
)
from monitor.store.figures import figures
from monitor.store.rulebooks import fingerprints, rulebook_version, save_fingerprints
from monitor.store.store import Store
from tests.support.store_samples import (
    AREA,
    INDICATOR,
    JUNE,
    MARCH,
    NOON,
    RULE,
    cycle,
    evaluation,
    figure,
    filled,
    firing,
    record,
    rule_evaluation,
    transition,
)

LATER = NOON + timedelta(days=1)


def test_an_evaluation_comes_back_with_its_digits_and_who_judged(store: Store) -> None:
    done = filled(store)

    with store.reading() as connection:
        (found,) = evaluations_of(connection, INDICATOR, AREA)

    assert found.evaluation == evaluation(done.observation_id)
    assert str(found.evaluation.value) == "46.0"
    assert found.judged == Judged(done.cycle_id, NOON, "4f2a", "abc123")


def test_a_rule_evaluation_comes_back_as_it_was(store: Store) -> None:
    done = filled(store)

    with store.reading() as connection:
        (found,) = rule_evaluations_of(connection, RULE, AREA)
        assert rule_evaluations_of(connection, RULE, "Thanet") == ()
        assert rule_evaluations_of(connection, RULE, AREA, period_end=MARCH) == ()
        assert rule_evaluations_of(connection, RULE, AREA, known_at=NOON - timedelta(1)) == ()

    assert found.evaluation == rule_evaluation(done.observation_id)
    assert found.judged.cycle_id == done.cycle_id


def test_what_could_not_be_judged_comes_back_with_its_reason(store: Store) -> None:
    done = filled(store)
    failed = replace(
        rule_evaluation(done.observation_id, level=None),
        health=RuleHealth.ERROR,
        problem="the target for Swale is missing",
        limit=None,
        certain=False,
    )
    blank = replace(evaluation(done.observation_id), value=None, previous_rag=None, rag_position=None)

    with store.writing() as connection:
        assert append_rule_evaluations(connection, [failed], cycle_id=done.cycle_id) == 1
        assert append_evaluations(connection, [blank], cycle_id=done.cycle_id) == 1

    with store.reading() as connection:
        assert rule_evaluations_of(connection, RULE, AREA)[-1].evaluation == failed
        assert evaluations_of(connection, INDICATOR, AREA)[-1].evaluation == blank


def test_an_infinite_figure_is_refused(store: Store) -> None:
    done = filled(store)
    endless = replace(evaluation(done.observation_id), value=Decimal("Infinity"))

    with pytest.raises(Exception, match="Infinity is not a figure"), store.writing() as connection:
        append_evaluations(connection, [endless], cycle_id=done.cycle_id)


def test_the_latest_evaluation_is_the_last_of_the_last_period(store: Store) -> None:
    areas = ("Swale", "Thanet")
    record(store, [figure(period_end=end, area=area) for area in areas for end in (MARCH, JUNE)])
    with store.writing() as connection:
        numbers = {(item.area, item.period_end): item.id for item in figures(connection, INDICATOR)}
        first, second = cycle(connection), cycle(connection, LATER)
        judged = [evaluation(number, area=area, period_end=end) for (area, end), number in numbers.items()]
        append_evaluations(connection, judged, cycle_id=first)
        again = replace(judged[0], rag=RagRating.AMBER)
        append_evaluations(connection, [again], cycle_id=second)

    with store.reading() as connection:
        latest = latest_evaluations(connection)
        assert [(item.evaluation.area, item.evaluation.period_end) for item in latest] == [
            ("Swale", JUNE),
            ("Thanet", JUNE),
        ]
        march = latest_evaluations(connection, area="Swale", indicator=INDICATOR, until=MARCH)
        assert [(item.evaluation.rag, item.judged.cycle_id) for item in march] == [(RagRating.AMBER, second)]
        assert latest_evaluations(connection, indicator="unknown") == ()
        history = evaluations_of(connection, INDICATOR, "Swale", period_end=MARCH)
        assert [item.evaluation.rag for item in history] == [RagRating.RED, RagRating.AMBER]
        then = evaluations_of(connection, INDICATOR, "Swale", period_end=MARCH, known_at=NOON)
        assert [item.judged.cycle_id for item in then] == [first]


def test_alerts_are_replaced_as_they_change(store: Store) -> None:
    pending = Alert(RULE, "Thanet", AlertState.PENDING, Level.WARNING, 2, 0, MARCH)
    with store.writing() as connection:
        save_alerts(connection, [firing(), pending, Alert(RULE, "Dover")])
    resolved = replace(firing(), state=AlertState.RESOLVED, level=None, streak=0, judged_to=JUNE)
    with store.writing() as connection:
        save_alerts(connection, [resolved])
        save_alerts(connection, [])

    with store.reading() as connection:
        assert alerts(connection) == {
            (RULE, "Dover"): Alert(RULE, "Dover"),
            (RULE, AREA): resolved,
            (RULE, "Thanet"): pending,
        }
        assert alerts(connection, [(RULE, "Thanet"), (RULE, "nowhere")]) == {(RULE, "Thanet"): pending}
        assert alerts(connection, []) == {}
        assert firing_alerts(connection) == {}
        assert open_alerts(connection) == {(RULE, "Thanet"): pending}


def test_transitions_come_back_in_order(store: Store) -> None:
    steps = [transition(), replace(transition(period_end=None), from_level=Level.INFO, to_level=None)]
    with store.writing() as connection:
        number = cycle(connection)
        append_transitions(connection, [*steps, transition("Thanet")], cycle_id=number, at=NOON)

    with store.reading() as connection:
        found = transitions_of(connection, RULE, AREA)
    assert [item.transition for item in found] == steps
    assert {(item.cycle_id, item.at) for item in found} == {(number, NOON)}


def test_a_rulebook_is_known_by_its_hash_and_revision(store: Store) -> None:
    with store.writing() as connection:
        first = rulebook_version(connection, "4f2a", None, now=NOON)
        assert rulebook_version(connection, "4f2a", None, now=LATER) == first
        assert rulebook_version(connection, "4f2a", "abc", now=LATER) != first
        assert rulebook_version(connection, "9999", None, now=LATER) != first


def test_fingerprints_are_those_last_saved(store: Store) -> None:
    with store.writing() as connection:
        assert fingerprints(connection) == {}
        save_fingerprints(connection, {"a": "1", "b": "2", "c": "3"})
        save_fingerprints(connection, {"a": "1", "b": "9", "d": "4"})

    with store.reading() as connection:
        assert fingerprints(connection) == {"a": "1", "b": "9", "d": "4"}


def test_the_last_cycle_is_the_last_complete_one(store: Store) -> None:
    counts = CycleCounts(
        batches=1, series=2, evaluations=3, rule_evaluations=4, transitions=5, notifications=6
    )
    with store.writing() as connection:
        assert last_cycle(connection) is None
        version = rulebook_version(connection, "4f2a", None, now=NOON)
        done = begin_cycle(connection, version, now=NOON)
        begin_cycle(connection, version, now=LATER)
        assert last_cycle(connection) is None
        finish_cycle(connection, done, counts, now=LATER)

    with store.reading() as connection:
        found = last_cycle(connection)
    assert found is not None
    assert (found.id, found.counts, found.revision, found.rulebook_version) == (done, counts, None, "4f2a")
    assert (found.started_at, found.finished_at) == (NOON, LATER)
