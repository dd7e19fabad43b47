"""What a backtest costs: 150 authorities over 12 years of months, ten indicators and twenty rules.

Run: python -m benchmarks.backtest [--profile]; figures made from hashes, in SQLite. Two indicators are
compared with ten neighbours each, two have bands; about one figure in ten breaches. Beside it, what it costs
where routes have office hours, reminders until somebody acknowledges (nobody does), and escalations.
"""

import cProfile
import pstats
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.backtest import Question, backtest
from monitor.calendar_england import calendar_of
from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.observations import MICRO, Status
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import (
    AlertRule,
    Benchmarks,
    Escalation,
    Indicator,
    NeighbourFigure,
    NeighbourSet,
    Route,
    RouteMatch,
    RouteTarget,
    Rulebook,
)
from monitor.core.windows import OFFICE_HOURS, Reminders
from monitor.store.batches import Channel, NewBatch
from monitor.store.observations import NewObservation, record_batch
from monitor.store.store import Store
from monitor.world import World
from tests.support.rules import HERE, bands, dated, indicator, month, rule

AUTHORITIES, MONTHS, INDICATORS = 150, 144, 10
NOW = datetime(2024, 4, 1, tzinfo=UTC)
ALWAYS = Question(date(2012, 4, 1), date(2024, 3, 31))
CALENDAR = calendar_of(ZoneInfo("Europe/London"))
ROUTE = Route("managers", RouteMatch(), (RouteTarget("manager", None, HERE),), HERE)
IN_TIME = (
    replace(
        ROUTE,
        timing=OFFICE_HOURS,
        reminders=Reminders(after=5),
        escalations=(Escalation(10, (RouteTarget("director", None, HERE),), HERE),),
    ),
)
NAMES = tuple(f"Authority {number}" for number in range(AUTHORITIES))


def main(*, profile: bool) -> None:
    """Prints seconds and counts."""
    world = _world()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'limen.db'}", migrate=True)
        with _timed("load the figures"):
            _load(store)
        profiler = cProfile.Profile()
        took = []
        for name, routes in (("told at once", world.rulebook.routes), ("told in time", IN_TIME)):
            timed = replace(world, rulebook=replace(world.rulebook, routes=routes))
            with _timed(f"backtest, {name}") as taken, store.reading() as connection:
                if profile:
                    profiler.enable()
                found = backtest(connection, timed, ALWAYS, calendar=CALENDAR)
                profiler.disable()
            took += taken
            kinds = ", ".join(f"{count:,} {kind}" for kind, count in found.kinds().items())
            print(
                f"    {len(found.replay.steps):,} steps, {len(found.episodes):,} breaches, "
                f"{len(found.mails):,} mails ({kinds})"
            )
        print(f"in time : at once {took[1] / took[0]:24.2f}")
        if profile:
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)
        print(f"{AUTHORITIES * MONTHS * len(world.rulebook.alerts):,} figures judged by a rule, each time")
        store.close()


def _world() -> World:
    tree = AreaTree.of(
        [Area("England", AreaType.COUNTRY), *(Area(n, AreaType.AUTHORITY, "England") for n in NAMES)]
    )
    near = {
        name: tuple(NAMES[(place + step) % AUTHORITIES] for step in range(1, 11))
        for place, name in enumerate(NAMES)
    }
    people = {
        f"p{n}": Recipient(f"p{n}", f"Person {n}", f"p{n}@council.example", f"Person {n}")
        for n in range(AUTHORITIES)
    }
    people["dee"] = Recipient("dee", "Dee", "dee@council.example", "Dee")
    holdings = (
        *(RoleHolding("manager", name, (f"p{n}",)) for n, name in enumerate(NAMES)),
        RoleHolding("director", "England", ("dee",)),
    )
    measures = {each.id: each for each in map(_measure, range(INDICATORS))}
    rules = {each.id: each for number in range(INDICATORS) for each in _rules(number)}
    book = Rulebook(
        measures,
        rules,
        (ROUTE,),
        "version",
        None,
        {each: each for each in rules},
        {"near": NeighbourSet("near", near, "made up", HERE)},
    )
    return World(tree, Directory(people, holdings), (), book)


def _measure(number: int) -> Indicator:
    beside = Benchmarks(NeighbourFigure("near", PeerStatistic.MEAN, 5), None, None)
    return replace(
        indicator(
            scale=100 if number % 2 else None,
            decimals=1,
            targets=(dated(50 * MICRO),),
            rag=(dated(bands("value <= target", "value <= target * 1.2")),) if number in (4, 5) else (),
            benchmarks=(dated(beside),) if number in (0, 1) else (),
        ),
        id=f"m{number}",
    )


def _rules(number: int) -> Iterator[AlertRule]:
    """Two rules on each indicator; about one breach in twelve figures."""
    unlike = "value > neighbours * 1.6" if number in (0, 1) else "value > target * 1.8"
    yield replace(
        rule({"warning": unlike, "critical": "value > 97"}, recover="value < 85"),
        id=f"r{number}a",
        indicator=f"m{number}",
    )
    trend = "value > previous(1) and value > 88" if number % 2 else "mean(3) > 75"
    yield replace(rule({"warning": trend}, periods=2), id=f"r{number}b", indicator=f"m{number}")


def _load(store: Store) -> None:
    rows = []
    for number in range(INDICATORS):
        for name in NAMES:
            seed = sha256(f"{number}{name}".encode()).digest() * 5
            value = 300 + seed[0] * 2
            for place in range(MONTHS):
                # What services publish moves little from month to month, back to its own level.
                value += (seed[place] - 128) // 3 + (300 + seed[0] * 2 - value) // 8
                value = min(max(value, 0), 1000)
                part = (None, value, 1000) if number % 2 else (value * 100_000, None, None)
                given, numerator, denominator = part
                rows.append(
                    NewObservation(
                        f"m{number}",
                        name,
                        month(place),
                        given,
                        None if numerator is None else numerator * MICRO,
                        None if denominator is None else denominator * MICRO,
                        Status.VALIDATED,
                        None,
                    )
                )
    with store.writing() as connection:
        record_batch(connection, NewBatch("figures.csv", "0" * 64, Channel.INGEST), rows, now=NOW)


@contextmanager
def _timed(what: str) -> Iterator[list[float]]:
    began, taken = time.perf_counter(), list[float]()
    yield taken
    taken.append(time.perf_counter() - began)
    print(f"{what:30} {taken[0]:8.2f} s")


if __name__ == "__main__":
    main(profile="--profile" in sys.argv[1:])
