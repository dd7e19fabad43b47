"""Derived figures and figures of others, through whole cycles on real stores."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from itertools import count
from zoneinfo import ZoneInfo

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.derivation import Denominator, Derivation, DerivationMethod
from monitor.core.exact import micro
from monitor.core.observations import Observation
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import (
    AlertRule,
    Benchmarks,
    Indicator,
    NeighbourFigure,
    NeighbourSet,
    Route,
    RouteMatch,
    RouteTarget,
    Rulebook,
)
from monitor.cycle import run_cycle
from monitor.standings import latest_by_series, standings
from monitor.store.alerts import alerts, transitions_of
from monitor.store.batches import Channel, NewBatch
from monitor.store.figures import revisions
from monitor.store.observations import NewObservation, record_batch
from monitor.store.store import Store
from monitor.world import World
from tests.support.rules import AREAS, HERE, dated, figure, indicator, rule

NOW = datetime(2013, 10, 14, 9, 0, tzinfo=UTC)
MARCH, JUNE_2012 = date(2013, 3, 31), date(2012, 6, 30)
JO = Recipient("jo", "Jo", "jo@kent.example", "Jo")
DIRECTORY = Directory({"jo": JO}, (RoleHolding("director", "Kent", ("jo",)),))
PLANS = replace(indicator(scale=None, decimals=0), id="plans")
POPULATION = replace(indicator(scale=None, decimals=0), id="population")
RATE = replace(
    indicator(scale=10_000),
    unit="per 10,000",
    derivation=Derivation(
        DerivationMethod.RATIO, ("plans",), (dated(Denominator("population", latest=True)),), 0, HERE
    ),
)
_files = count()


def world(*indicators: Indicator, rules: tuple[AlertRule, ...] = ()) -> World:
    known = {each.id: each for each in indicators}
    everything: dict[str, object] = {**known, **{each.id: each for each in rules}}
    book = Rulebook(
        known,
        {each.id: each for each in rules},
        (Route("all", RouteMatch(), (RouteTarget("director", None, HERE),), HERE),),
        "version",
        None,
        {name: sha256(repr(each).encode()).hexdigest() for name, each in everything.items()},
        {"near": NeighbourSet("near", {"Swale": ("Thanet", "Canterbury")}, "a test", HERE)},
    )
    return World(AREAS, DIRECTORY, (), book)


def take_in(store: Store, *figures: Observation) -> None:
    rows = [
        NewObservation(
            f.indicator, f.area, f.period_end, f.value, f.numerator, f.denominator, f.status, f.missing
        )
        for f in figures
    ]
    name = f"{next(_files)}.csv"
    with store.writing() as connection:
        record_batch(
            connection, NewBatch(name, sha256(name.encode()).hexdigest(), Channel.INGEST), rows, now=NOW
        )


def cycle(store: Store, by: World) -> int:
    return run_cycle(store, by, now=NOW, zone=ZoneInfo("Europe/London"), domain="limen.example").enqueued


def plans(number: str) -> Observation:
    return replace(figure(MARCH, number), indicator="plans")


def population(number: str) -> Observation:
    return replace(figure(JUNE_2012, number), indicator="population")


def rate(store: Store, by: World) -> Decimal | None:
    with store.reading() as connection:
        found = latest_by_series(standings(connection, by)).get(("measure", "Kent"))
    return None if found is None else found.value


def test_a_rate_is_made_from_a_count_and_the_last_population_estimate(store: Store) -> None:
    by = world(PLANS, POPULATION, RATE, rules=(rule({"warning": "value > 39"}),))
    take_in(store, plans("1282"), population("325381"))
    assert cycle(store, by) == 1
    assert rate(store, by) == Decimal("39.4")


def test_a_restated_population_restates_the_rate_and_what_it_caused(store: Store) -> None:
    by = world(PLANS, POPULATION, RATE, rules=(rule({"warning": "value > 39.5"}),))
    take_in(store, plans("1282"), population("325381"))
    assert cycle(store, by) == 0
    take_in(store, population("323021"))
    assert cycle(store, by) == 1
    assert rate(store, by) == Decimal("39.7")
    with store.reading() as connection:
        assert [each.observation.revision for each in revisions(connection, "measure", "Kent", MARCH)] == [
            1,
            2,
        ]
        steps = transitions_of(connection, "the-rule", "Kent")
    assert [each.transition.reason for each in steps] == [TransitionReason.RESTATED]


def test_a_rate_waits_for_its_denominator(store: Store) -> None:
    by = world(PLANS, POPULATION, RATE)
    take_in(store, plans("1282"))
    cycle(store, by)
    assert rate(store, by) is None
    take_in(store, population("325381"))
    cycle(store, by)
    assert rate(store, by) == Decimal("39.4")


def test_an_indicator_that_becomes_derived_is_made_from_what_is_there(store: Store) -> None:
    take_in(store, plans("1282"), population("325381"))
    cycle(store, world(PLANS, POPULATION))
    by = world(PLANS, POPULATION, RATE)
    cycle(store, by)
    assert rate(store, by) == Decimal("39.4")
    assert cycle(store, by) == 0


def test_derived_indicators_can_be_made_from_derived_ones(store: Store) -> None:
    total = replace(
        indicator(scale=None, decimals=0),
        id="total",
        derivation=Derivation(DerivationMethod.SUM, ("plans", "population"), (), 0, HERE),
    )
    double = replace(
        indicator(scale=None, decimals=0),
        derivation=Derivation(DerivationMethod.SUM, ("total", "plans"), (), 0, HERE),
    )
    by = world(double, total, PLANS, POPULATION)
    take_in(store, plans("1"), replace(population("10"), period_end=MARCH))
    cycle(store, by)
    assert rate(store, by) == Decimal(12)


def compared() -> Indicator:
    return indicator(
        benchmarks=(dated(Benchmarks(NeighbourFigure("near", PeerStatistic.MEAN, 2), None, None)),),
    )


def test_a_neighbours_late_figure_judges_those_who_are_compared_with_it(store: Store) -> None:
    by = world(compared(), rules=(rule({"warning": "value > neighbours"}),))
    take_in(store, figure(MARCH, "10", area="Swale"), figure(MARCH, "4", area="Thanet"))
    assert cycle(store, by) == 0
    take_in(store, figure(MARCH, "8", area="Canterbury"))
    assert cycle(store, by) == 1
    with store.reading() as connection:
        assert alerts(connection)["the-rule", "Swale"].state is AlertState.FIRING
        (step,) = transitions_of(connection, "the-rule", "Swale")
        found = latest_by_series(standings(connection, by))["measure", "Swale"]
    assert step.transition.reason is TransitionReason.COMPARISON_CHANGED
    assert found.neighbours == Decimal("6.0")


def test_a_neighbours_restated_figure_can_end_an_alert(store: Store) -> None:
    by = world(compared(), rules=(rule({"warning": "value > neighbours"}),))
    take_in(store, *(figure(MARCH, value, area=area) for area, value in _NEIGHBOURS.items()))
    assert cycle(store, by) == 1
    take_in(store, replace(figure(MARCH, "4", area="Thanet"), value=micro("40")))
    assert cycle(store, by) == 1
    with store.reading() as connection:
        assert alerts(connection)["the-rule", "Swale"].state is not AlertState.FIRING


_NEIGHBOURS = {"Swale": "10", "Thanet": "4", "Canterbury": "8"}
