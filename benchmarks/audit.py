"""What the audit trail costs: a cycle that tells of many breaches at once, deliveries, a verification.

Run: python -m benchmarks.audit [BREACHES] [sqlite|postgresql]. The same work is done with the trail and
without, in a new store each time; "nothing new" shows that a cycle with nothing to record pays nothing.

PostgreSQL is a cluster of its own on loopback, which writes to the disk as one in service does: a commit is
waited for.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import Connection

from monitor.core.notifications import Decision, Notification
from monitor.core.recipients import Recipient
from monitor.store.audit import verify
from monitor.store.cycles import begin_cycle, hold_cycles
from monitor.store.decisions import append_decisions
from monitor.store.engine import unreachable_said_clearly
from monitor.store.notifications import enqueue
from monitor.store.outbox import claim, record_delivered
from monitor.store.rulebooks import rulebook_version
from monitor.store.store import Store
from tests.support.postgres import running_cluster
from tests.support.statements import statement_counter
from tests.support.store_samples import decision, notification

NOW = datetime(2024, 4, 1, tzinfo=UTC)
LEASE = timedelta(minutes=5)
MAILS = 200
ROUNDS = 5
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

NewStore = Callable[[], AbstractContextManager[str]]
"""Gives the address of an empty database."""


class Unaudited(Store):
    """A store that writes no audit trail."""

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction, without what belongs into the trail."""
        with unreachable_said_clearly(self.engines.url), self.engines.writer.begin() as connection:
            connection.info.clear()
            yield connection


def main(breaches: int, database: str) -> None:
    """Prints seconds, statements and ratios."""
    with _in_postgresql() if database == "postgresql" else nullcontext(_in_sqlite) as new_store:
        _compare(breaches, new_store)


@contextmanager
def _in_sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        yield f"sqlite:///{Path(folder) / 'limen.db'}"


@contextmanager
def _in_postgresql() -> Iterator[NewStore]:
    with running_cluster(DURABLE) as cluster:

        @contextmanager
        def new_store() -> Iterator[str]:
            name = cluster.create()
            yield cluster.url(name)
            cluster.drop(name)

        yield new_store


def _compare(breaches: int, new_store: NewStore) -> None:
    found: dict[str, dict[str, list[float]]] = {"with": {}, "without": {}}
    for _ in range(ROUNDS):
        for name, kind in (("without", Unaudited), ("with", Store)):
            with (
                new_store() as url,
                kind.open(url, migrate=True) as store,
            ):
                for what, seconds, statements in _work(store, breaches):
                    found[name].setdefault(f"{what} ({statements} statements)", []).append(seconds)
    without = {what.partition(" (")[0]: median(times) for what, times in found["without"].items()}
    for what, times in found["with"].items():
        before = without.get(what.partition(" (")[0])
        ratio = f"{median(times) / before:6.2f} times as long as without" if before else ""
        print(f"{what:60} {median(times):9.4f} s {ratio}")
    for what in found["without"]:
        print(f"without the trail: {what}")


def _work(store: Store, breaches: int) -> Iterator[tuple[str, float, int]]:
    people = [Recipient(f"p{n}", f"Person {n}", f"p{n}@council.example", f"Person {n}") for n in range(MAILS)]
    yield _measured(
        store, f"a storm of {breaches:,} decisions and {MAILS} mails", lambda: _storm(store, people, breaches)
    )
    yield _measured(store, f"{MAILS} deliveries recorded", lambda: _deliver(store))
    yield _measured(store, "nothing new", lambda: _idle(store))
    if not isinstance(store, Unaudited):
        yield _measured(store, "verified", lambda: _verify(store))


def _storm(store: Store, people: list[Recipient], breaches: int) -> None:
    made: list[Decision] = [decision(people[n % MAILS], episode=n) for n in range(breaches)]
    mails: list[Notification] = [notification(person) for person in people]
    with store.writing() as connection:
        number = begin_cycle(connection, rulebook_version(connection, "v", None, now=NOW), now=NOW)
        entries = enqueue(connection, mails, NOW, "council.example")
        told = {person.id: entry.id for person, entry in zip(people, entries, strict=True)}
        append_decisions(connection, made, cycle_id=number, at=NOW, mails=told)


def _deliver(store: Store) -> None:
    while True:
        with store.writing() as connection:
            entries = claim(connection, "sender", NOW, LEASE, 10)
        if not entries:
            return
        for entry in entries:
            with store.writing() as connection:
                record_delivered(connection, entry.id, "sender", "250 2.0.0 ok", NOW)


def _idle(store: Store) -> None:
    with store.writing() as connection:
        hold_cycles(connection)


def _verify(store: Store) -> None:
    with store.reading() as connection:
        verdict = verify(connection)
    if not verdict.holds:
        raise RuntimeError(f"the trail does not hold: {verdict}")


def _measured(store: Store, what: str, work: Callable[[], None]) -> tuple[str, float, int]:
    with statement_counter(store) as sent:
        began = time.perf_counter()
        work()
        return what, time.perf_counter() - began, len(sent)


if __name__ == "__main__":
    main(
        breaches=next((int(each) for each in sys.argv[1:] if each.isdecimal()), 2_000),
        database="postgresql" if "postgresql" in sys.argv[1:] else "sqlite",
    )
