"""A store that lives through history day by day, as limen would have; to hold a replay of it against."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select

from monitor.core.alerts import Alert, Transition
from monitor.core.areas import AreaType
from monitor.core.dated import Scope
from monitor.core.evaluation import evaluate
from monitor.core.notifications import Decision
from monitor.core.observations import Observation
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.replay import Replay, Setting, replay
from monitor.core.rulebook import AlertRule, Indicator, Route, RouteMatch, RouteTarget, Rulebook
from monitor.cycle import run_cycle
from monitor.standings import by_area
from monitor.store.alerts import alerts, transitions_of
from monitor.store.batches import Channel, NewBatch
from monitor.store.decisions import decisions_of
from monitor.store.observations import NewObservation, record_batch
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.store.tables import decisions
from monitor.world import World
from tests.support.rules import AREAS, HERE, indicator

LONDON = ZoneInfo("Europe/London")
SAM = Recipient("sam", "Sam Swale", "sam@kent.example", "Sam")
ALEX = Recipient("alex", "Alex Swale", "alex@kent.example", "Alex")
KIM = Recipient("kim", "Kim Thanet", "kim@kent.example", "Kim")
DEE = Recipient("dee", "Dee Kent", "dee@kent.example", "Dee")
OPS = Recipient("ops", "Operations", "ops@kent.example", "Operations")
DISTRICTS = Scope(types=frozenset({AreaType.DISTRICT}))
MEASURE = indicator(scale=None, decimals=0)
DIRECTORY = Directory(
    {each.id: each for each in (SAM, ALEX, KIM, DEE, OPS)},
    (
        RoleHolding("district manager", "Swale", ("sam",), until=date(2012, 9, 1)),
        RoleHolding("district manager", "Swale", ("alex",), start=date(2012, 9, 1)),
        RoleHolding("district manager", "Thanet", ("kim",)),
        RoleHolding("director", "Kent", ("dee",)),
    ),
)
ROUTES = (
    Route(
        "district-managers", RouteMatch(scope=DISTRICTS), (RouteTarget("district manager", None, HERE),), HERE
    ),
    Route("worst", RouteMatch(levels=frozenset({"critical"})), (RouteTarget("director", None, HERE),), HERE),  # type: ignore[arg-type]  # a StrEnum's value equals its member
)

Happened = tuple[date, Transition]


def world(*rules: AlertRule, measure: Indicator = MEASURE, routes: tuple[Route, ...] = ROUTES) -> World:
    """Kent's areas and invented people, with these rules on one indicator."""
    book = Rulebook(
        indicators={measure.id: measure},
        alerts={each.id: each for each in rules},
        routes=routes,
        version=sha256(repr((measure, rules)).encode()).hexdigest(),
        revision=None,
        fingerprints={
            each.id: sha256(repr((measure, replace(each, title=""))).encode()).hexdigest() for each in rules
        },
    )
    return World(AREAS, DIRECTORY, (OPS,), book)


def setting(of: World) -> Setting:
    """By what the world's history is replayed."""
    return Setting(of.rulebook, of.areas, of.directory, of.operations)


def replayed(
    of: World, figures: Iterable[Observation], *, start: date | None = None, until: date | None = None
) -> Replay:
    """The history of these figures, replayed in memory."""
    found = list(figures)
    judged = []
    for measure in of.rulebook.indicators.values():
        own = sorted((f for f in found if f.indicator == measure.id), key=lambda f: (f.area, f.period_end))
        series = by_area(own, of.areas)
        judged.append(evaluate(measure, of.rulebook.rules_of(measure.id), series, lazily=True))
    return replay(setting(of), judged, start=start, until=until)


def take_in(store: Store, figures: Sequence[Observation], *, now: datetime) -> None:
    """Records figures as a file of their own."""
    rows = [
        NewObservation(
            f.indicator, f.area, f.period_end, f.value, f.numerator, f.denominator, f.status, f.missing
        )
        for f in figures
    ]
    digest = sha256(f"{now} {figures}".encode()).hexdigest()
    with store.writing() as connection:
        record_batch(connection, NewBatch("figures.csv", digest, Channel.INGEST), rows, now=now)


def evening(on: date) -> datetime:
    """Six in the evening."""
    return datetime.combine(on, time(18), UTC)


def live(store: Store, of: World, figures: Iterable[Observation]) -> None:
    """Lets each figure come in on the day its period ends; a cycle runs on every day that may bring news."""
    by_day: dict[date, list[Observation]] = {}
    for each in figures:
        by_day.setdefault(each.period_end, []).append(each)
    last = max(by_day)
    for rule in of.rulebook.alerts.values():
        if rule.retirement is not None and rule.retirement.on <= last:
            by_day.setdefault(rule.retirement.on, [])
    for on in sorted(by_day):
        if by_day[on]:
            take_in(store, by_day[on], now=evening(on))
        run_cycle(store, of, now=evening(on), zone=LONDON, domain="limen.example")


def lived_alerts(store: Store) -> dict[tuple[str, str], Alert]:
    """Every alert as it stands."""
    with store.reading() as connection:
        return alerts(connection)


def lived_steps(store: Store) -> list[Happened]:
    """Every transition with its day, sorted."""
    with store.reading() as connection:
        found = [
            (each.at.date(), each.transition)
            for key in alerts(connection)
            for each in transitions_of(connection, *key)
        ]
    return sorted(found, key=repr)


def lived_decisions(store: Store) -> list[tuple[date, Decision]]:
    """Every decision with its day, sorted; without the figures that were told, which a replay leaves out."""
    with store.reading() as connection:
        keys = connection.execute(select(decisions.c.rule, decisions.c.area).distinct())
        found = [
            (each.at.date(), replace(each.decision, figure=None))
            for key in keys
            for each in decisions_of(connection, *key)
        ]
    return sorted(found, key=repr)


def lived_mails(store: Store) -> list[tuple[date, str, int]]:
    """Every mail: the day, whom it tells, and of how many alerts; sorted."""
    with store.reading() as connection:
        entries = outbox_entries(connection)
    return sorted(
        (each.created_at.date(), each.recipient_id, len(each.notification.notices)) for each in entries
    )
