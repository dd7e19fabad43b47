"""What a cycle costs: when nothing changed, when one series in a hundred did, and when all did.

Run: python -m benchmarks.cycle [SERIES]; figures of 24 months for each series, in SQLite.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Route, RouteMatch, RouteTarget, Rulebook
from monitor.cycle import run_cycle
from monitor.store.batches import Channel, NewBatch
from monitor.store.observations import NewObservation, record_batch
from monitor.store.store import Store
from monitor.world import World
from tests.support.rules import HERE, indicator, monthly, rule
from tests.support.statements import statement_counter

NOW = datetime(2024, 4, 1, tzinfo=UTC)
MONTHS = 24
AREAS = 100


def main(series: int) -> None:
    """Prints seconds, statements and ratios."""
    world = _world(series // AREAS)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'limen.db'}", migrate=True)
        _load(store, world, MONTHS, list(world.rulebook.indicators))
        every = _timed(f"{series:,} series, all of them new", store, world)
        _load(store, world, MONTHS + 1, list(world.rulebook.indicators))
        month = _timed("one more month of every series", store, world)
        some = list(world.rulebook.indicators)[: max(1, series // AREAS // 100)]
        _load(store, world, MONTHS + 2, some)
        few = _timed("one more month of one series in a hundred", store, world)
        none = _timed("nothing new", store, world)
        print(
            f"ratios: all {every / none:,.0f}, a month {month / none:,.0f}, 1 % {few / none:,.1f}, nothing 1"
        )
        store.close()


def _world(indicators: int) -> World:
    tree = AreaTree.of(
        [
            Area("County", AreaType.COUNTY),
            *(Area(f"District {n}", AreaType.DISTRICT, "County") for n in range(AREAS - 1)),
        ]
    )
    measures = {f"m{n}": replace(indicator(scale=None, decimals=0), id=f"m{n}") for n in range(indicators)}
    rules = {
        f"r{n}": replace(
            rule({"warning": "value > 90", "critical": "value > 97"}), id=f"r{n}", indicator=f"m{n}"
        )
        for n in range(indicators)
    }
    person = Recipient("someone", "Someone", "someone@council.example", "Someone")
    return World(
        tree,
        Directory({person.id: person}, (RoleHolding("manager", "County", (person.id,)),)),
        (),
        Rulebook(
            measures,
            rules,
            (Route("all", RouteMatch(), (RouteTarget("manager", None, HERE),), HERE),),
            "version",
            None,
            {each: each for each in rules},
        ),
    )


def _load(store: Store, world: World, months: int, indicators: list[str]) -> None:
    rows: list[NewObservation] = []
    for name in indicators:
        for area in world.areas:
            seed = int(sha256(f"{name}{area.name}".encode()).hexdigest(), 16)
            figures = monthly(*(str((seed >> n) % 100) for n in range(months)), area=area.name)
            rows.extend(
                NewObservation(
                    name, area.name, figure.period_end, figure.value, None, None, figure.status, None
                )
                for figure in figures
            )
    digest = sha256(f"{months}{len(rows)}".encode()).hexdigest()
    with store.writing() as connection:
        record_batch(connection, NewBatch("figures.csv", digest, Channel.INGEST), rows, now=NOW)


def _timed(what: str, store: Store, world: World) -> float:
    with statement_counter(store) as sent:
        seconds = _seconds(
            lambda: run_cycle(store, world, now=NOW, zone=ZoneInfo("Europe/London"), domain="limen.example")
        )
    print(f"{what:45} {seconds:8.3f} s {len(sent):6} statements")
    return seconds


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
