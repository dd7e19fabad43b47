"""Days in which people are told, or not: cycles on a real store whose mails go out at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from sqlalchemy import event, update
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from monitor import suppressing
from monitor.core.notifications import Decision, Notice, NoticeKind, Notification
from monitor.core.observations import Observation
from monitor.core.rulebook import RouteMatch
from monitor.core.suppressions import Silence
from monitor.cycle import run_cycle
from monitor.store.decisions import RecordedDecision, decisions_since
from monitor.store.follow_ups import FollowUp, all_follow_ups
from monitor.store.mail_tables import OutboxState, outbox
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.suppressing import AckReason
from monitor.telling import StormGuard
from monitor.world import World
from tests.support.days import LONDON, take_in

DOMAIN = "limen.example"


def careless(file: Path) -> Store:
    """The SQLite store of a file that may be lost in a power cut: nothing here is kept."""
    store = Store.open(f"sqlite:///{file}")

    @event.listens_for(store.engines.writer, "connect")
    def leave_to_the_system(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.cursor().execute("PRAGMA synchronous=OFF")

    return store


def edited(of: World, **rulebook: object) -> World:
    """The world with another rulebook, of another version."""
    book = replace(of.rulebook, **rulebook)  # type: ignore[arg-type]
    version = sha256(
        repr((book.alerts, book.routes, book.inhibitions, book.maintenance)).encode()
    ).hexdigest()
    return replace(of, rulebook=replace(book, version=version))


def run(store: Store, of: World, now: datetime, guard: StormGuard | None = None) -> int:
    """A cycle, after which all mails go out; returns how many it made."""
    made = run_cycle(store, of, now=now, zone=LONDON, domain=DOMAIN, guard=guard).enqueued
    deliver(store)
    return made


def deliver(store: Store) -> None:
    """Every mail that waits is accepted by the server."""
    with store.writing() as connection:
        waiting = outbox.c.state != OutboxState.SENT
        connection.execute(update(outbox).where(waiting).values(state=OutboxState.SENT))


def bring(store: Store, of: World, now: datetime, figures: Iterable[Observation]) -> int:
    """Figures come in, and a cycle judges them."""
    take_in(store, list(figures), now=now)
    return run(store, of, now)


def let_pass(store: Store, of: World, until: datetime, guard: StormGuard | None = None) -> None:
    """A cycle at every instant at which limen has to come back to something, and one at the end."""
    last: datetime | None = None
    while (due := next_due(store)) is not None and due <= until and due != last:
        run(store, of, due, guard)
        last = due
    run(store, of, until, guard)


def next_due(store: Store) -> datetime | None:
    """When limen has to come back to something next."""
    return next((each.due_at for each in waiting(store)), None)


def waiting(store: Store) -> tuple[FollowUp, ...]:
    """All that limen has to come back to."""
    with store.reading() as connection:
        return all_follow_ups(connection)


def mails(store: Store) -> list[Notification]:
    """Every mail, the oldest first."""
    with store.reading() as connection:
        return [entry.notification for entry in reversed(outbox_entries(connection))]


def mails_to(store: Store, person: str) -> list[Notification]:
    """Every mail to somebody, the oldest first."""
    return [each for each in mails(store) if each.recipient.id == person]


def notices_to(store: Store, person: str) -> list[Notice]:
    """All that somebody was told, the oldest first."""
    return [notice for mail in mails_to(store, person) for notice in mail.notices]


def kinds_to(store: Store, person: str) -> list[NoticeKind]:
    """What kinds of news somebody was told, the oldest first."""
    return [notice.kind for notice in notices_to(store, person)]


def ledger(store: Store) -> tuple[RecordedDecision, ...]:
    """Every decision, the oldest first."""
    with store.reading() as connection:
        return decisions_since(connection, 0)


def decided(store: Store) -> Sequence[Decision]:
    """Every decision as such, the oldest first."""
    return [each.decision for each in ledger(store)]


def silence(store: Store, now: datetime, lasts: timedelta, match: RouteMatch, author: str = "ana") -> Silence:
    """Makes a silence that begins now."""
    with store.writing() as connection:
        return suppressing.silence(
            connection, now, match=match, author=author, comment="works", starts_at=now, ends_at=now + lasts
        )


def end_silence(store: Store, now: datetime, number: int) -> None:
    """Ends it by hand."""
    with store.writing() as connection:
        assert suppressing.end_silence(connection, now, number=number, author="ana", comment="done")


def acknowledge(store: Store, now: datetime, rule: str, area: str, until: datetime | None = None) -> None:
    """Sam acknowledges an alert that fires."""
    with store.writing() as connection:
        result = suppressing.acknowledge(
            connection,
            now,
            alert=(rule, area),
            author="sam",
            comment="seen",
            until=until,
            via="command line",
        )
    assert result.reason in (AckReason.GIVEN, AckReason.GIVEN_BEFORE)


def withdraw(store: Store, now: datetime, rule: str, area: str) -> None:
    """Sam takes it back."""
    with store.writing() as connection:
        result = suppressing.withdraw(
            connection, now, alert=(rule, area), author="sam", comment="no", via="command line"
        )
    assert result.reason is AckReason.WITHDRAWN
