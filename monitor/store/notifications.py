"""Mails from the decision to the outbox, and what they said."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Integer, column, func, select, table

from monitor.core.alerts import EpisodeKey
from monitor.core.notifications import (
    Notice,
    Notification,
)
from monitor.store import audit
from monitor.store.area_names import NamesNow, names_now
from monitor.store.audit_facts import mail_fact
from monitor.store.bulk import ColumnTypes, chunks, insert_rows, listed
from monitor.store.codec import (
    notification_from_json,
    notification_to_json,
)
from monitor.store.columns import NAME
from monitor.store.mail_order import record_order
from monitor.store.mail_tables import OutboxState, outbox, threads
from monitor.store.outbox import OutboxEntry
from monitor.store.tables import decisions

_EPISODE: Final[ColumnTypes] = {"rule": NAME, "area": NAME, "episode": Integer()}
_ALERT: Final[ColumnTypes] = {"rule": NAME, "area": NAME}
_PAYLOADS_AT_ONCE: Final = 500
_THREAD: Final[ColumnTypes] = {"thread": NAME, "recipient_id": NAME}
_ThreadKey = tuple[str, str]


def enqueue(
    connection: Connection, notifications: Sequence[Notification], now: datetime, domain: str
) -> tuple[OutboxEntry, ...]:
    """Puts one mail for each notification into the outbox, due at once; returns them in the same order.

    A mail's Message-ID is made of the row's number, its contents and ``domain`` (RFC 5322, 3.6.4), so it
    stays the same however often the mail is sent. Its thread ids are those of the first mails to the same
    person about the same threads.
    """
    if not notifications:
        return ()
    numbers = _next_numbers(connection, len(notifications))
    earlier = _first_mails(connection, notifications)
    entries, begun = [], []
    for number, notification in zip(numbers, notifications, strict=True):
        payload = notification_to_json(notification)
        followed = {earlier[key] for key in _thread_keys(notification) if key in earlier}
        entry = _new_entry(
            notification, number=number, payload=payload, followed=followed, now=now, domain=domain
        )
        entries.append(entry)
        for key in _thread_keys(notification):
            if key not in earlier:
                earlier[key] = (number, entry.message_id)
                begun.append({"thread": key[0], "recipient_id": key[1], "outbox_id": number})
    insert_rows(connection, outbox.insert(), [_row(entry) for entry in entries])
    insert_rows(connection, threads.insert(), begun)
    record_order(connection, zip(numbers, notifications, strict=True))
    told = zip(entries, notifications, strict=True)
    audit.note(connection, (mail_fact(entry, notification) for entry, notification in told))
    return tuple(entries)


def mail_times_since(connection: Connection, since: datetime) -> dict[str, list[datetime]]:
    """Person -> when mails were put into the outbox for them after an instant, in order; nobody with none."""
    rows = connection.execute(
        select(outbox.c.recipient_id, outbox.c.created_at)
        .where(outbox.c.created_at > since)
        .order_by(outbox.c.created_at, outbox.c.id)
    )
    found: dict[str, list[datetime]] = {}
    for person, at in rows:
        found.setdefault(person, []).append(at)
    return found


def with_unsent_mails(connection: Connection) -> frozenset[str]:
    """The people for whom a mail still waits to be sent."""
    waiting = (OutboxState.PENDING, OutboxState.SENDING)
    return frozenset(connection.scalars(select(outbox.c.recipient_id).where(outbox.c.state.in_(waiting))))


def last_notices(connection: Connection, keys: Collection[EpisodeKey]) -> dict[EpisodeKey, Notice]:
    """(rule, area, episode) -> what the last mail about that breach said of it, where one is kept."""
    mails: dict[EpisodeKey, int] = {}
    for chunk in chunks(sorted(set(keys))):
        wanted = listed(connection, _EPISODE, chunk)
        rows = connection.execute(
            select(*wanted.c, decisions.c.outbox_id)
            .join(
                decisions,
                (wanted.c.rule == decisions.c.rule)
                & (wanted.c.area == decisions.c.area)
                & (wanted.c.episode == decisions.c.episode),
            )
            .where(decisions.c.outbox_id.is_not(None))
            .order_by(decisions.c.id)
        )
        mails |= {(row.rule, row.area, row.episode): row.outbox_id for row in rows}
    told: dict[tuple[int, str, str], Notice] = {}
    names = names_now(connection) if mails else NamesNow(())
    for numbers in chunks(sorted(set(mails.values())), _PAYLOADS_AT_ONCE):
        kept = select(outbox.c.id, outbox.c.payload, outbox.c.created_at).where(outbox.c.id.in_(numbers))
        for number, payload, at in connection.execute(kept):
            for each in notification_from_json(payload).notices:
                area = names.of(each.area, at)
                told[number, each.rule, area] = replace(each, area=area)
    return {
        key: told[number, key[0], key[1]] for key, number in mails.items() if (number, key[0], key[1]) in told
    }


def _thread_keys(notification: Notification) -> list[_ThreadKey]:
    return [(thread, notification.recipient.id) for thread in notification.threads]


def _first_mails(
    connection: Connection, notifications: Sequence[Notification]
) -> dict[_ThreadKey, tuple[int, str]]:
    """The first mail of each thread that these notifications take up, where there was one."""
    found: dict[_ThreadKey, tuple[int, str]] = {}
    keys = sorted({key for notification in notifications for key in _thread_keys(notification)})
    for chunk in chunks(keys):
        wanted = listed(connection, _THREAD, chunk)
        rows = connection.execute(
            select(threads.c.thread, threads.c.recipient_id, outbox.c.id, outbox.c.message_id)
            .join(outbox, outbox.c.id == threads.c.outbox_id)
            .join(
                wanted,
                (wanted.c.thread == threads.c.thread) & (wanted.c.recipient_id == threads.c.recipient_id),
            )
        )
        found |= {(row.thread, row.recipient_id): (row.id, row.message_id) for row in rows}
    return found


def _next_numbers(connection: Connection, count: int) -> list[int]:
    """The numbers of the outbox's next rows: a Message-ID holds its row's number, so it is needed first."""
    if connection.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence("outbox", "id")
        drawn = func.generate_series(1, count).table_valued("place")
        return list(connection.scalars(select(func.nextval(sequence)).select_from(drawn)))
    # SQLite counts here (AUTOINCREMENT); the transaction is the only one that writes.
    counter = table("sqlite_sequence", column("name"), column("seq"))
    last = connection.scalar(select(counter.c.seq).where(counter.c.name == "outbox")) or 0
    return list(range(last + 1, last + count + 1))


def _new_entry(
    notification: Notification,
    *,
    number: int,
    payload: str,
    followed: Collection[tuple[int, str]],
    now: datetime,
    domain: str,
) -> OutboxEntry:
    contents = hashlib.sha256(f"{number}\n{now.isoformat()}\n{payload}".encode()).hexdigest()
    return OutboxEntry(
        id=number,
        recipient_id=notification.recipient.id,
        recipient_name=notification.recipient.name,
        address=notification.recipient.address,
        channel=notification.recipient.channel,
        payload=payload,
        message_id=f"<limen.{number}.{contents[:32]}@{domain}>",
        thread_ids=tuple(message_id for _, message_id in sorted(followed)),
        state=OutboxState.PENDING,
        attempts=0,
        next_attempt_at=now,
        lease_owner=None,
        lease_until=None,
        last_response="",
        created_at=now,
        sent_at=None,
    )


def _row(entry: OutboxEntry) -> dict[str, Any]:
    fields = {column.name: getattr(entry, column.name) for column in outbox.columns}
    return fields | {"thread_ids": json.dumps(entry.thread_ids)}
