"""A store that lives through history day by day, as limen would have; to hold a replay of it against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import select

from monitor.calendar_england import calendar_of
from monitor.core.alerts import Alert, Transition
from monitor.core.areas import AreaType
from monitor.core.dated import Scope
from monitor.core.evaluation import evaluate
from monitor.core.notifications import Decision, NoticeKind
from monitor.core.observations import Observation
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.replay import Replay, replay
from monitor.core.rulebook import AlertRule, Indicator, Route, RouteMatch, RouteTarget, Rulebook
from monitor.cycle import run_cycle
from monitor.standings import by_area
from monitor.store.alerts import alerts, transitions_of
from monitor.store.batches import Channel, NewBatch
from monitor.store.decisions import decisions_of, decisions_of_cycle
from monitor.store.follow_ups import next_due
from monitor.store.observations import NewObservation, record_batch
from monitor.store.outbox import claim, outbox_entries, record_delivered
from monitor.store.store import Store
from monitor.store.tables import decisions
from monitor.suppressing import acknowledge
from monitor.world import World
from tests.support.rules import AREAS, HERE, indicator

LONDON = ZoneInfo("Europe/London")
CALENDAR = calendar_of(LONDON)
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
    return replay(of.rulebook.alerts, judged, start=start, until=until)


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


def noon(on: date) -> datetime:
    """Twelve o'clock where the council is."""
    return CALENDAR.at(on, time(12))


def live(
    store: Store,
    of: World,
    figures: Iterable[Observation],
    *,
    until: date | None = None,
    acknowledged_after: int | None = None,
) -> None:
    """Lets each figure come in at noon of the day its period ends; cycles run when the daemon's would.

    ``until``: the last day; None: that of the last figure or retirement. ``acknowledged_after``: whoever is
    told of a breach first acknowledges it so many working days later.
    """
    by_day: dict[date, list[Observation]] = {}
    for each in figures:
        by_day.setdefault(each.period_end, []).append(each)
    last = max(by_day)
    for rule in of.rulebook.alerts.values():
        if rule.retirement is not None and rule.retirement.on <= last:
            by_day.setdefault(rule.retirement.on, [])
    living = _Living(store, of, acknowledged_after)
    for on in sorted(by_day):
        living.let_pass(noon(on))
        if by_day[on]:
            take_in(store, by_day[on], now=noon(on))
        living.cycle(noon(on))
    living.let_pass(CALENDAR.at((until or last) + timedelta(days=1), time()))


@dataclass
class _Living:
    store: Store
    world: World
    acknowledged_after: int | None
    seen: int = 0
    answers: dict[tuple[str, str, int], tuple[datetime, str]] = field(default_factory=dict)

    def let_pass(self, until: datetime) -> None:
        """A cycle at every instant at which something is due, or somebody acknowledges."""
        now = datetime.min.replace(tzinfo=UTC)
        while True:
            with self.store.reading() as connection:
                due = next_due(connection, now)
            instants = [at for at, _ in self.answers.values()]
            now = min(instants if due is None else [due, *instants], default=until)
            if now >= until:
                return
            for (rule, area, episode), (at, author) in list(self.answers.items()):
                if at <= now:
                    del self.answers[rule, area, episode]
                    with self.store.writing() as connection:
                        acknowledge(
                            connection,
                            now,
                            alert=(rule, area),
                            author=author,
                            comment="",
                            until=None,
                            via="mail",
                            episode=episode,
                        )
            self.cycle(now)

    def cycle(self, now: datetime) -> None:
        """Every mail so far has gone out; then a cycle."""
        with self.store.writing() as connection:
            for entry in claim(connection, "post", now, timedelta(minutes=1), 1_000):
                record_delivered(connection, entry.id, "post", "250 taken", now)
        outcome = run_cycle(self.store, self.world, now=now, zone=LONDON, domain="limen.example")
        if self.acknowledged_after is None or outcome.cycle_id is None:
            return
        with self.store.reading() as connection:
            made = [each.decision for each in decisions_of_cycle(connection, outcome.cycle_id)]
        at = CALENDAR.add_working_days_at(now, self.acknowledged_after)
        for each in made:
            if each.reason.told and each.recipient and each.kind in (NoticeKind.BREACH, NoticeKind.WORSENED):
                self.answers.setdefault((each.rule, each.area, each.episode), (at, each.recipient.id))


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


def lived_decisions(store: Store) -> list[tuple[datetime, Decision]]:
    """Every decision with its instant, sorted; without the figures told, which a backtest leaves out."""
    with store.reading() as connection:
        keys = connection.execute(select(decisions.c.rule, decisions.c.area).distinct())
        found = [
            (each.at, replace(each.decision, figure=None))
            for key in keys
            for each in decisions_of(connection, *key)
        ]
    return sorted(found, key=repr)


def lived_mails(store: Store) -> list[tuple[datetime, str, str, int]]:
    """Every mail: when, whom it tells, why now, and of how many alerts; sorted."""
    with store.reading() as connection:
        entries = outbox_entries(connection)
    return sorted(
        (
            each.created_at,
            each.recipient_id,
            each.notification.occasion.value,
            len({(notice.rule, notice.area) for notice in each.notification.notices}),
        )
        for each in entries
    )
