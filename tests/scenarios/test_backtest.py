"""A backtest on a real store: whole histories, derived figures, and what must not be shown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor.backtest import Question, backtest
from monitor.core.derivation import Denominator, Derivation, DerivationMethod
from monitor.core.notifications import TellReason
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import Benchmarks, NeighbourFigure, NeighbourSet, Rulebook
from monitor.cycle import run_cycle
from monitor.store.store import Store
from monitor.world import World
from tests.support.days import CALENDAR, DIRECTORY, DISTRICTS, OPS, ROUTES, replayed, take_in, world
from tests.support.rules import AREAS, HERE, dated, figure, indicator, month, monthly, rule
from tests.support.statements import statement_counter

NOW = datetime(2014, 4, 1, 9, 0, tzinfo=UTC)
ALWAYS = Question(date(2012, 4, 1), date(2014, 3, 31))
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
FIGURES = (
    *monthly("35", "46", "10", "46", area="Swale"),
    *monthly("10", "35", "10", "4", area="Thanet"),
)


def test_it_is_the_replay_of_what_the_store_holds(store: Store) -> None:
    both = world(RULE, replace(RULE, id="the-other"))
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(connection, both, ALWAYS, calendar=CALENDAR)
    whole = replayed(both, FIGURES, start=ALWAYS.start, until=ALWAYS.until)

    assert [step.transition for step in found.replay.course] == [step.transition for step in whole.course]
    assert found.replay.days == whole.days
    assert found.replay.alerts == whole.alerts
    assert found.breaches_by_rule() == {"the-rule": 3, "the-other": 3}


def test_it_is_narrowed_to_a_rule_and_an_area(store: Store) -> None:
    both = world(RULE, replace(RULE, id="the-other"))
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(
            connection, both, replace(ALWAYS, rule="the-other", area="Thanet"), calendar=CALENDAR
        )

    assert {(each.rule, each.area) for each in found.episodes} == {("the-other", "Thanet")}
    assert set(found.rules) == {"the-other"}
    assert {mail.recipient.id for mail in found.mails} == {"kim"}


def test_figures_after_the_last_day_are_not_read(store: Store) -> None:
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(connection, world(RULE), replace(ALWAYS, until=month(2)), calendar=CALENDAR)

    assert [(each.area, each.number) for each in found.episodes] == [("Swale", 1), ("Thanet", 1)]


def test_mails_are_counted_by_person_and_month(store: Store) -> None:
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(connection, world(RULE), ALWAYS, calendar=CALENDAR)

    assert [(each.recipient.id, each.month, each.mails, each.alerts) for each in found.months()] == [
        ("dee", date(2012, 5, 1), 1, 1),
        ("dee", date(2012, 6, 1), 1, 1),
        ("dee", date(2012, 7, 1), 1, 1),
        ("kim", date(2012, 5, 1), 1, 1),
        ("kim", date(2012, 6, 1), 1, 1),
        ("sam", date(2012, 4, 1), 1, 1),
        ("sam", date(2012, 5, 1), 1, 1),
        ("sam", date(2012, 6, 1), 1, 1),
        ("sam", date(2012, 7, 1), 1, 1),
    ]
    assert found.not_told() == {}


def test_what_nobody_is_told_is_counted_by_its_reason(store: Store) -> None:
    lasting = rule({"warning": "value > 30"}, periods=2, scope=DISTRICTS)
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(connection, world(lasting), ALWAYS, calendar=CALENDAR)

    assert found.not_told() == {TellReason.PENDING: 3}


def test_the_first_figures_of_breaches_are_kept_and_small_ones_protected(store: Store) -> None:
    low = rule({"info": "value < 5", "critical": "value > 40"}, scope=DISTRICTS)
    take_in(store, FIGURES, now=NOW)
    with store.reading() as connection:
        found = backtest(connection, world(low), ALWAYS, calendar=CALENDAR)

    assert {place: int(each.value or 0) for place, each in found.figures.items()} == {
        ("measure", "Swale", month(1)): 46,
        ("measure", "Swale", month(3)): 46,
        ("measure", "Thanet", month(3)): 4,
    }
    assert found.protected == {("measure", "Thanet", month(3))}


PLANS = replace(indicator(scale=None, decimals=0), id="plans")
POPULATION = replace(indicator(scale=None, decimals=0), id="population")
BESIDE = Benchmarks(NeighbourFigure("near", PeerStatistic.MEAN, 1), None, None)
RATE = replace(
    indicator(scale=10_000, benchmarks=(dated(BESIDE),)),
    unit="per 10,000",
    derivation=Derivation(
        DerivationMethod.RATIO, ("plans",), (dated(Denominator("population", latest=True)),), 0, HERE
    ),
)


def derived_world(limit: int = 30) -> World:
    above = rule({"warning": f"value > {limit}", "critical": "value > neighbours * 2"}, scope=DISTRICTS)
    known = {each.id: each for each in (RATE, PLANS, POPULATION)}
    sets = {"near": NeighbourSet("near", {"Swale": ("Thanet",), "Thanet": ("Swale",)}, "a test", HERE)}
    book = Rulebook(
        known,
        {above.id: above},
        ROUTES,
        "version",
        None,
        {each: f"{each}{limit}" for each in ("the-rule", *known)},
        sets,
    )
    return World(AREAS, DIRECTORY, (OPS,), book)


def test_derived_figures_and_neighbours_are_those_of_the_daemon(store: Store) -> None:
    figures = []
    for area, plans in (("Swale", (10, 40, 90, 12)), ("Thanet", (20, 12, 30, 31))):
        figures.append(replace(figure(date(2011, 6, 30), "10000", area=area), indicator="population"))
        figures += [
            replace(figure(month(place), str(value), area=area), indicator="plans")
            for place, value in enumerate(plans)
        ]
    take_in(store, figures, now=NOW)
    with store.reading() as connection:
        before = backtest(connection, derived_world(), ALWAYS, calendar=CALENDAR)
    run_cycle(store, derived_world(), now=NOW, zone=ZoneInfo("Europe/London"), domain="limen.example")
    with store.reading() as connection:
        after = backtest(connection, derived_world(), ALWAYS, calendar=CALENDAR)

    assert [(each.area, each.began, each.ended) for each in before.episodes] == [
        ("Swale", month(1), month(3)),
        ("Thanet", month(3), None),
    ]
    assert [step.transition for step in after.replay.course] == [
        step.transition for step in before.replay.course
    ]
    assert after.figures.keys() == before.figures.keys()


def test_what_is_asked_of_the_store_does_not_grow_with_it(store: Store) -> None:
    take_in(store, FIGURES, now=NOW)
    with statement_counter(store) as sent, store.reading() as connection:
        backtest(connection, world(RULE, replace(RULE, id="the-other")), ALWAYS, calendar=CALENDAR)

    assert len([each for each in sent if "observations" in each]) == 1
