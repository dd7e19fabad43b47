"""What is in the store of derived figures is what the rules and the figures make of them anew, whatever came
first and whatever the rules were before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

import pytest

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.derivation import Derivation, DerivationMethod, derive
from monitor.core.notifications import Notification, RestatedFigure
from monitor.core.observations import MICRO, Missing, Observation
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Indicator, Route, RouteMatch, RouteTarget, Rulebook
from monitor.cycle import run_cycle
from monitor.store.alerts import alerts, transitions_of
from monitor.store.batches import Channel, NewBatch
from monitor.store.figures import figures, revisions
from monitor.store.observations import NewObservation, record_batch
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.world import World
from tests.support.rules import AREAS, HERE, KENT, figure, indicator, month, rule

START = datetime(2016, 10, 14, 9, 0, tzinfo=UTC)
JO = Recipient("jo", "Jo", "jo@kent.example", "Jo")
DIRECTORY = Directory({"jo": JO}, (RoleHolding("director", "Kent", ("jo",)),))
A, B = (replace(indicator(scale=None, decimals=0), id=name) for name in "ab")
YEAR_TO_DATE = Derivation(DerivationMethod.YEAR_TO_DATE, ("a",), (), 0, HERE)
SUM = Derivation(DerivationMethod.SUM, ("a", "b"), (), 0, HERE)
DIFFERENCE = Derivation(DerivationMethod.DIFFERENCE, ("b", "a"), (), 0, HERE)
OVER_30 = rule({"warning": "value > 30"})
_ticks = count()


def rolling(number: int) -> Derivation:
    return Derivation(DerivationMethod.ROLLING, ("a",), (), number, HERE)


def world(derivation: Derivation | None, *more: Indicator) -> World:
    measure = replace(indicator(scale=None, decimals=0), derivation=derivation)
    known = {each.id: each for each in (A, B, measure, *more)}
    prints = {name: sha256(repr(each).encode()).hexdigest() for name, each in known.items()}
    prints[OVER_30.id] = sha256(repr((OVER_30, measure)).encode()).hexdigest()
    routes = (Route("all", RouteMatch(), (RouteTarget("director", None, HERE),), HERE),)
    version = sha256(repr(prints).encode()).hexdigest()
    return World(
        AREAS, DIRECTORY, (), Rulebook(known, {OVER_30.id: OVER_30}, routes, version, None, prints, {})
    )


def take_in(store: Store, *came: Observation) -> None:
    rows = [
        NewObservation(
            f.indicator, f.area, f.period_end, f.value, f.numerator, f.denominator, f.status, f.missing
        )
        for f in came
    ]
    name = f"{next(_ticks)}.csv"
    batch = NewBatch(name, sha256(name.encode()).hexdigest(), Channel.INGEST)
    with store.writing() as connection:
        record_batch(connection, batch, rows, now=START)


def cycle(store: Store, by: World) -> None:
    now = START + timedelta(minutes=next(_ticks))
    run_cycle(store, by, now=now, zone=ZoneInfo("Europe/London"), domain="limen.example")


def of(name: str, months: Mapping[int, int]) -> list[Observation]:
    return [replace(figure(month(place), str(value)), indicator=name) for place, value in months.items()]


def stored(store: Store, name: str = "measure") -> dict[date, int | None]:
    with store.reading() as connection:
        found = figures(connection, name)
    return {each.period_end: None if each.value is None else each.value // MICRO for each in found}


def anew(derivation: Derivation, came: Sequence[Observation]) -> dict[date, int | None]:
    inputs: dict[str, list[Observation]] = {}
    for each in sorted(came, key=lambda each: each.period_end):
        inputs.setdefault(each.indicator, []).append(each)
    made = derive(derivation, KENT, inputs)
    return {each.period_end: None if each.value is None else each.value // MICRO for each in made}


def restated(store: Store) -> list[RestatedFigure]:
    with store.reading() as connection:
        mails: list[Notification] = [each.notification for each in outbox_entries(connection)]
    return [notice.restated for mail in mails for notice in mail.notices if notice.restated is not None]


@pytest.mark.parametrize("seed", range(4))
def test_figures_in_any_order_and_rules_of_any_past_leave_what_they_make_anew(
    store: Store, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - examples for a test
    came = [
        *of("a", {place: chance.randrange(50) for place in range(26) if chance.random() < 0.9}),
        *of("b", {place: chance.randrange(50) for place in range(26) if chance.random() < 0.6}),
    ]
    waiting = chance.sample(came, len(came))
    ways = [YEAR_TO_DATE, rolling(3), rolling(12), SUM, DIFFERENCE]
    while waiting:
        batch = [waiting.pop() for _ in range(min(len(waiting), chance.randrange(1, 16)))]
        take_in(store, *batch)
        way = chance.choice(ways)
        cycle(store, world(way))
        there = [each for each in came if each not in waiting]
        assert stored(store) == anew(way, there)


def test_a_late_month_fills_every_total_that_waited_for_it(store: Store) -> None:
    by = world(YEAR_TO_DATE)
    take_in(store, *of("a", {0: 10, 2: 10, 3: 15}))
    cycle(store, by)
    assert stored(store) == {month(0): 10, month(2): None, month(3): None}
    with store.reading() as connection:
        assert alerts(connection)["the-rule", "Kent"].state is not AlertState.FIRING

    take_in(store, *of("a", {1: 5}))
    cycle(store, by)

    assert stored(store) == {month(0): 10, month(1): 15, month(2): 25, month(3): 40}
    with store.reading() as connection:
        assert alerts(connection)["the-rule", "Kent"].state is AlertState.FIRING


def test_figures_that_a_new_definition_does_not_make_are_withdrawn_and_whoever_was_told_is_told(
    store: Store,
) -> None:
    take_in(store, *of("a", dict.fromkeys(range(12), 11)))
    cycle(store, world(rolling(3)))
    assert set(stored(store).values()) == {33}

    cycle(store, world(Derivation(DerivationMethod.SUM, ("a", "b"), (), 0, HERE)))

    assert stored(store) == {}
    with store.reading() as connection:
        last = revisions(connection, "measure", "Kent", month(11))[-1]
        alert = alerts(connection)["the-rule", "Kent"]
        steps = [each.transition.reason for each in transitions_of(connection, "the-rule", "Kent")]
    assert (last.observation.revision, last.observation.missing) == (2, Missing.WITHDRAWN)
    assert alert.state is not AlertState.FIRING
    assert steps[-1] is TransitionReason.RULE_CHANGED
    (pair,) = restated(store)
    assert (pair.was.value, pair.withdrawn) == (Decimal(33), True)
    assert "calculated was changed" in pair.because
    assert "no figure for that period any more" in pair.because


def test_a_total_that_a_new_definition_makes_otherwise_is_told_as_that(store: Store) -> None:
    take_in(store, *of("a", dict.fromkeys(range(12), 11)))
    cycle(store, world(rolling(3)))
    cycle(store, world(rolling(2)))
    (pair,) = restated(store)
    assert (pair.was.value, pair.now.value, pair.withdrawn) == (Decimal(33), Decimal(22), False)
    assert pair.because == "the way in which this indicator is calculated was changed"


def test_the_way_back_to_the_old_definition_makes_the_old_figures(store: Store) -> None:
    take_in(store, *of("a", dict.fromkeys(range(12), 11)))
    for number in (3, 12, 3):
        cycle(store, world(rolling(number)))
    assert stored(store) == dict.fromkeys(map(month, range(2, 12)), 33)


def test_what_is_made_of_a_withdrawn_figure_is_withdrawn_with_it(store: Store) -> None:
    over = replace(
        indicator(scale=None, decimals=0),
        id="over",
        derivation=Derivation(DerivationMethod.SUM, ("measure", "a"), (), 0, HERE),
    )
    take_in(store, *of("a", dict.fromkeys(range(4), 1)))
    cycle(store, world(rolling(2), over))
    assert stored(store, "over") == {month(1): 3, month(2): 3, month(3): 3}
    cycle(store, world(rolling(4), over))
    assert stored(store, "over") == {month(3): 5}


def test_an_indicator_that_becomes_derived_has_the_figures_that_are_made_and_gets_the_others_back(
    store: Store,
) -> None:
    take_in(store, *of("measure", {0: 7, 5: 8}), *of("a", {0: 1, 1: 2}))
    cycle(store, world(None))
    assert stored(store) == {month(0): 7, month(5): 8}

    cycle(store, world(YEAR_TO_DATE))
    assert stored(store) == {month(0): 1, month(1): 3}

    cycle(store, world(None))
    assert stored(store) == {month(0): 7, month(5): 8}


def test_an_indicator_that_leaves_the_rules_leaves_no_made_figures_behind(store: Store) -> None:
    take_in(store, *of("a", {0: 1, 1: 2}))
    derived = world(YEAR_TO_DATE)
    cycle(store, derived)
    book = derived.rulebook
    without = replace(
        book, indicators={"a": A, "b": B}, alerts={}, fingerprints={"a": "1", "b": "1"}, version="without"
    )
    cycle(store, replace(derived, rulebook=without))
    assert stored(store) == {}
    cycle(store, derived)
    assert stored(store) == {month(0): 1, month(1): 3}
