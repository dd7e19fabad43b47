"""How fast figures go in and come out, beside the plainest way of inserting them.

Run: python benchmarks/store.py [ROWS] [URL ...]; without a URL: SQLite, and PostgreSQL where it is installed.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from monitor.core.observations import MICRO, Status
from monitor.core.periods import month_end
from monitor.store.batches import Channel, NewBatch
from monitor.store.figures import figures, figures_of_series
from monitor.store.observations import NewObservation, record_batch
from monitor.store.store import Store
from monitor.store.tables import batches, observations, series
from tests.support.postgres import running_cluster

NOW = datetime(2024, 4, 1, tzinfo=UTC)
PERIODS = 100


def main(rows: int, urls: list[str]) -> None:
    """Prints rows a second for each database."""
    with ExitStack() as stack:
        for url in urls or list(_own_databases(stack)):
            _measure(url, rows)


def _own_databases(stack: ExitStack) -> Iterator[str]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limen-benchmark-")))
    yield f"sqlite:///{folder / 'limen.db'}"
    if shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        cluster = stack.enter_context(running_cluster())
        yield cluster.url(cluster.create())


def _measure(url: str, rows: int) -> None:
    with Store.open(url, migrate=True) as store:
        print(f"{store.address}: {rows:,} rows of {rows // PERIODS:,} series")
        plain = _timed(f"  plain executemany of {rows:,} rows", rows, lambda: _plain(store, rows))
        first = _timed("  record_batch, all new", rows, lambda: _record(store, rows, "first", 1))
        print(f"    {first / plain:.2f} times the time of plain inserts")
        _timed("  record_batch, nothing changed", rows, lambda: _record(store, rows, "again", 1))
        _timed("  record_batch, all restated", rows, lambda: _record(store, rows, "restated", 2))
        with store.reading() as connection:
            _timed("  figures of an indicator", rows, lambda: len(figures(connection, "indicator")))
            keys = [("indicator", f"area {number}") for number in range(0, rows // PERIODS, 10)]
            _timed(
                "  figures of every tenth series",
                rows // 10,
                lambda: len(figures_of_series(connection, keys)),
            )


def _timed(what: str, rows: int, work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    print(f"{what}: {seconds:.2f} s, {rows / seconds:,.0f} rows a second")
    return seconds


def _rows(count: int, factor: int) -> Iterator[NewObservation]:
    ends = [month_end(date(2010 + month // 12, month % 12 + 1, 1)) for month in range(PERIODS)]
    for number in range(count // PERIODS):
        for end in ends:
            yield NewObservation(
                "indicator",
                f"area {number}",
                end,
                number * factor * MICRO,
                None,
                None,
                Status.VALIDATED,
                None,
            )


def _record(store: Store, rows: int, name: str, factor: int) -> None:
    with store.writing() as connection:
        record_batch(connection, NewBatch(name, name, Channel.INGEST), _rows(rows, factor + 1), now=NOW)


def _plain(store: Store, rows: int) -> None:
    with store.writing() as connection:
        counts = {f"rows_{part}": 0 for part in ("accepted", "restated", "unchanged", "rejected")}
        batch = {"name": "plain", "sha256": "plain", "channel": Channel.INGEST, "received_at": NOW} | counts
        batch_id = connection.execute(batches.insert().values(batch).returning(batches.c.id)).scalar_one()
        area = {"indicator": "plain", "area": "plain"}
        series_id = connection.execute(series.insert().values(area).returning(series.c.id)).scalar_one()
        values = [
            {
                "series_id": series_id,
                "period_end": row.period_end,
                "revision": place + 1,
                "value": row.value,
                "numerator": row.numerator,
                "denominator": row.denominator,
                "status": row.status,
                "missing": row.missing,
                "batch_id": batch_id,
                "recorded_at": NOW,
            }
            for place, row in enumerate(_rows(rows, 1))
        ]
        connection.execute(observations.insert(), values)


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    main(numbers[0] if numbers else 100_000, [argument for argument in sys.argv[1:] if ":" in argument])
