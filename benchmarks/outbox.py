"""What a claim costs while many mails wait: all free to go, and behind as many that wait for another mail.

Run: python -m benchmarks.outbox [MAILS] [--any-order]; in SQLite, and in PostgreSQL where it is installed,
there before and after it has gathered statistics of the tables. With --any-order claims keep no order of the
mails, for comparison.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import text, true

from monitor.core.recipients import Recipient
from monitor.store import outbox
from monitor.store.notifications import enqueue
from monitor.store.outbox import claim, record_deferred
from monitor.store.store import Store
from tests.support.postgres import running_cluster
from tests.support.store_samples import notification

NOW = datetime(2024, 4, 1, tzinfo=UTC)
LEASE = timedelta(minutes=5)
ROUNDS = 30
AT_ONCE = 10


def main(mails: int) -> None:
    """Prints milliseconds for one claim."""
    with ExitStack() as stack:
        for url in _databases(stack):
            with Store.open(url, migrate=True) as store:
                print(store.address)
                _queue(store, mails)
                _print(f"{mails:,} free to go", _claims(store))
                if url.startswith("postgresql"):
                    _gather_statistics(store)
                    _print(f"{mails:,} free to go, with statistics", _claims(store))
                _put_off(store, mails)
                _queue(store, mails)
                _print(f"{mails:,} that wait for others", _claims(store))


def _databases(stack: ExitStack) -> Iterator[str]:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="limen-benchmark-")))
    yield f"sqlite:///{folder / 'limen.db'}"
    if shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        cluster = stack.enter_context(running_cluster())
        yield cluster.url(cluster.create())


def _queue(store: Store, mails: int) -> None:
    people = [Recipient(f"p{n}", f"Person {n}", f"p{n}@council.example", "Hello") for n in range(mails)]
    with store.writing() as connection:
        enqueue(connection, [notification(person) for person in people], NOW, "council.example")


def _gather_statistics(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(text("ANALYZE"))


def _put_off(store: Store, mails: int) -> None:
    """Every mail waits for an hour: those that follow are due, and held up."""
    with store.writing() as connection:
        for mail in claim(connection, "sender", NOW, LEASE, mails):
            again = NOW + timedelta(hours=1)
            record_deferred(connection, mail.id, "sender", "451", NOW, next_attempt_at=again)


def _claims(store: Store) -> list[float]:
    return [_claim(store) for _ in range(ROUNDS)]


def _claim(store: Store) -> float:
    """Seconds for a claim without its commit, which waits for the disk; it is taken back."""
    with store.engines.writer.connect() as connection:
        began = time.perf_counter()
        claim(connection, "sender", NOW, LEASE, AT_ONCE)
        return time.perf_counter() - began


def _print(what: str, seconds: list[float]) -> None:
    print(f"  {what:45} {1000 * median(seconds):8.2f} ms")


if __name__ == "__main__":
    if "--any-order" in sys.argv:
        setattr(outbox, "MAY_GO", true())  # noqa: B010 - a constant: no type checker would let it be assigned
    numbers = [int(argument) for argument in sys.argv[1:] if argument.isdecimal()]
    main(numbers[0] if numbers else 10_000)
