"""The outbox: a mail waits here from the decision until a server has taken it.

pending -> sending (claimed, under a lease) -> sent; or back to pending after a deferral; or dead after a
rejection. What was refused, or came back after it was sent, may be made pending again by hand.
A sender claims and commits before it sends, and records the outcome after the server's answer. A sender
that dies in between leaves a lease behind; when that has run out the mail is claimed again. So a mail goes
out at least once, always under the same Message-ID, and not before one that it follows
(:mod:`monitor.store.mail_order`).
"""

import json
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from monitor.core.audit import ERASED, AuditKind, Fact
from monitor.core.notifications import Notification
from monitor.store import audit
from monitor.store.audit_tables import AddressEvent, failing_addresses
from monitor.store.bulk import AnyRow, fields_of, insert_rows, listed
from monitor.store.codec import notification_from_json
from monitor.store.columns import ID
from monitor.store.locks import Lock, share, take
from monitor.store.mail_order import MAY_GO, overtaken
from monitor.store.mail_tables import AttemptOutcome, OutboxState, delivery_attempts
from monitor.store.mail_tables import outbox as table

__all__ = ["AttemptOutcome", "OutboxState"]

LONGEST_RESPONSE = 1000
"""Characters kept of a server's answer."""

LONGEST_WAIT: Final = timedelta(days=2)
"""Nothing waits longer for its next attempt, or for its sender, unless a clock was ahead and was put back."""

_UNFINISHED: Final = (OutboxState.PENDING, OutboxState.SENDING, OutboxState.DEAD)


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One mail to one person.

    ``payload`` is its notification as JSON. ``thread_ids`` are the Message-IDs of the mails that it follows
    (RFC 5322, 3.6.4: References), the oldest first. ``attempts`` counts those begun, the present one too.
    ``taken_over``: the sender that claimed it before was not heard of again, so far as whoever claims knows.
    """

    id: int
    recipient_id: str
    recipient_name: str
    address: str
    channel: str
    payload: str
    message_id: str
    thread_ids: tuple[str, ...]
    state: OutboxState
    attempts: int
    next_attempt_at: datetime
    lease_owner: str | None
    lease_until: datetime | None
    last_response: str
    created_at: datetime
    sent_at: datetime | None
    taken_over: bool = False

    @property
    def notification(self) -> Notification:
        """What the mail is to say.

        Raises:
            PayloadError: it was written by another version of limen, which this one does not understand.
        """
        return notification_from_json(self.payload)


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt to deliver a mail, by whom, and what came of it."""

    outbox_id: int
    at: datetime
    owner: str
    outcome: AttemptOutcome
    response: str


@dataclass(frozen=True, slots=True)
class Depth:
    """How much waits. ``by_state`` has every state but sent, zeros too.

    ``oldest_pending_age`` is that of the oldest mail that waits or is being sent; None when none does.
    """

    by_state: Mapping[OutboxState, int]
    oldest_pending_age: timedelta | None


def claim(
    connection: Connection,
    owner: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    *,
    besides: Collection[str] = (),
    longest_wait: timedelta = LONGEST_WAIT,
) -> tuple[OutboxEntry, ...]:
    """Takes up to ``limit`` mails that are due, or whose sender's lease has run out, for ``owner`` to send.

    What is to wait longer than ``longest_wait`` was put off by a clock that was ahead, and is due too. Mails
    of the channels ``besides`` are left, and those that follow one that is unfinished
    (:mod:`monitor.store.mail_order`). Commit before sending. ``owner`` names one sender of one process and is
    not used again by another. Claims by several senders at once share the mails out; none gets what another
    has. A mail whose sender was not heard of again is claimed alone: it may be what ends its senders, and
    whatever was claimed with it would wait for another lease to run out.
    """
    share(connection, Lock.MAIL_ORDER)
    open_channels = [table.c.channel.not_in(besides)] if besides else []
    far = now + max(longest_wait, lease)
    chosen = _due_rows(connection, [_abandoned(now, far), *open_channels], min(limit, 1))
    for due in () if chosen else (_waits(now), _waits_too_long(far)):
        if len(chosen) < limit:
            chosen += _due_rows(connection, [due, *open_channels], limit - len(chosen))
    if not chosen:
        return ()
    unheard = [
        (row, DeliveryAttempt(row.id, now, row.lease_owner, AttemptOutcome.UNHEARD, _NOT_HEARD_OF))
        for row in chosen
        if row.lease_owner is not None
    ]
    insert_rows(connection, delivery_attempts.insert(), [asdict(attempt) for _, attempt in unheard])
    audit.note(connection, [_fact(attempt, row) for row, attempt in unheard])
    rows = connection.execute(
        update(table)
        .where(table.c.id.in_(_numbers(connection, [row.id for row in chosen])))
        .values(
            state=OutboxState.SENDING,
            attempts=table.c.attempts + 1,
            lease_owner=owner,
            lease_until=now + lease,
        )
        .returning(*table.c)
    )
    entries = [replace(_entry(row), taken_over=bool(unheard)) for row in rows]
    return tuple(sorted(entries, key=lambda entry: (entry.next_attempt_at, entry.id)))


def _due_rows(connection: Connection, conditions: Sequence[ColumnElement[bool]], most: int) -> list[AnyRow]:
    """Those that may go, locked, those that are due the longest first."""
    return list(
        connection.execute(
            select(table.c.id, table.c.lease_owner, *_WHOSE)
            .where(*conditions, MAY_GO)
            .order_by(table.c.next_attempt_at, table.c.id)
            .limit(most)
            # SQLite has no such clause and needs none: one transaction writes at a time.
            .with_for_update(skip_locked=True)
        )
    )


def due(connection: Connection, now: datetime, channels: Collection[str]) -> int:
    """How many mails of these channels could be claimed now."""
    due_now = _waits(now) | _abandoned(now, now + LONGEST_WAIT)
    counted = select(func.count()).where(due_now, MAY_GO, table.c.channel.in_(channels))
    return connection.execute(counted).scalar_one()


def _waits(now: datetime) -> ColumnElement[bool]:
    return (table.c.state == OutboxState.PENDING) & (table.c.next_attempt_at <= now)


def _waits_too_long(far: datetime) -> ColumnElement[bool]:
    return (table.c.state == OutboxState.PENDING) & (table.c.next_attempt_at > far)


def _abandoned(now: datetime, far: datetime) -> ColumnElement[bool]:
    over = (table.c.lease_until <= now) | (table.c.lease_until > far)
    return (table.c.state == OutboxState.SENDING) & over


def release(connection: Connection, ids: Collection[int], owner: str) -> int:
    """Gives back mails that ``owner`` claimed and did not begin to send; returns how many."""
    return connection.execute(
        update(table)
        .where(table.c.id.in_(_numbers(connection, ids)), *_held_by(owner))
        .values(state=OutboxState.PENDING, attempts=table.c.attempts - 1, **_NO_LEASE)
    ).rowcount


def record_delivered(connection: Connection, entry_id: int, owner: str, response: str, now: datetime) -> bool:
    """Writes that the server has taken the mail.

    False: the lease was lost, and the mail with it; the attempt is noted all the same.
    """
    attempt = DeliveryAttempt(entry_id, now, owner, AttemptOutcome.DELIVERED, response)
    return _record(connection, attempt, state=OutboxState.SENT, sent_at=now)


def record_deferred(
    connection: Connection,
    entry_id: int,
    owner: str,
    response: str,
    now: datetime,
    *,
    next_attempt_at: datetime,
    channel_down: bool = False,
) -> bool:
    """Writes that the mail is to be sent again at ``next_attempt_at``. False: the lease was lost.

    ``channel_down``: it is no fault of this mail's; no mail could be sent.
    """
    outcome = AttemptOutcome.CHANNEL_DOWN if channel_down else AttemptOutcome.DEFERRED
    attempt = DeliveryAttempt(entry_id, now, owner, outcome, response)
    return _record(connection, attempt, state=OutboxState.PENDING, next_attempt_at=next_attempt_at)


def record_rejected(connection: Connection, entry_id: int, owner: str, response: str, now: datetime) -> bool:
    """Writes that the mail was refused for good; it stays, dead, until somebody retries it.

    False: the lease was lost.
    """
    attempt = DeliveryAttempt(entry_id, now, owner, AttemptOutcome.REJECTED, response)
    return _record(connection, attempt, state=OutboxState.DEAD)


def retry(
    connection: Connection,
    ids: Collection[int],
    now: datetime,
    *,
    author: str = "",
    even_sent: bool = False,
    even_overtaken: bool = False,
) -> tuple[int, ...]:
    """Makes dead or waiting mails due now, with their attempts counted anew; returns which.

    ``even_sent``: also those that a server took, if mails to their address have come back; they go to the
    same address again. ``even_overtaken``: also those that would come after a mail which follows them, and
    so would tell old news as new (:func:`monitor.store.mail_order.overtaken`). Mails that follow one of
    these and have not gone out yet wait for it again. ``author``: who asked for it, for the audit trail.
    """
    # Else a sender could claim, at the same moment, what follows one of these and is to wait for it now.
    take(connection, Lock.MAIL_ORDER)
    may_be: ColumnElement[bool] = table.c.state.in_((OutboxState.DEAD, OutboxState.PENDING))
    if even_sent:
        may_be |= (table.c.state == OutboxState.SENT) & table.c.address.in_(_CAME_BACK)
    able = set(
        connection.scalars(select(table.c.id).where(table.c.id.in_(_numbers(connection, ids)), may_be))
    )
    while not even_overtaken and (late := overtaken(connection, able)):
        able -= late.keys()  # and what these follow may be too late then
    rows = connection.scalars(
        update(table)
        .where(table.c.id.in_(_numbers(connection, able)), may_be)
        .values(state=OutboxState.PENDING, attempts=0, next_attempt_at=now, sent_at=None)
        .returning(table.c.id)
    )
    due_now = tuple(sorted(rows))
    if due_now:
        personal = {"author": author} if author else {}
        audit.note(connection, [Fact(AuditKind.RETRY, now, {"mails": due_now}, author, personal)])
    return due_now


def outbox_entries(
    connection: Connection,
    states: Collection[OutboxState] = tuple(OutboxState),
    *,
    ids: Collection[int] | None = None,
    limit: int | None = None,
) -> tuple[OutboxEntry, ...]:
    """The mails in these states (all: of every state; ``ids``: of these numbers), the newest first."""
    statement = select(table).where(table.c.state.in_(states)).order_by(table.c.id.desc()).limit(limit)
    if ids is not None:
        statement = statement.where(table.c.id.in_(_numbers(connection, ids)))
    return tuple(_entry(row) for row in connection.execute(statement))


def attempts_of(connection: Connection, entry_id: int) -> tuple[DeliveryAttempt, ...]:
    """Every attempt to deliver one mail, the first one first."""
    attempts = delivery_attempts.c
    rows = connection.execute(
        select(attempts.outbox_id, attempts.at, attempts.owner, attempts.outcome, attempts.response)
        .where(attempts.outbox_id == entry_id)
        .order_by(attempts.id)
    )
    return tuple(DeliveryAttempt(*row) for row in rows)


def put_off_themselves(
    connection: Connection, channel: str, attempts: Sequence[DeliveryAttempt]
) -> tuple[DeliveryAttempt, ...]:
    """Those of one mail's attempts that failed for the mail's own sake; ``attempts`` in their order.

    They are those that were deferred, and those at which the ``channel`` was down although it had delivered
    another mail since the attempt before.
    """
    if not any(attempt.outcome is AttemptOutcome.CHANNEL_DOWN for attempt in attempts):
        return tuple(attempt for attempt in attempts if attempt.outcome is AttemptOutcome.DEFERRED)
    tried = delivery_attempts.c
    delivered = connection.scalars(
        select(tried.at)
        .join(table, table.c.id == tried.outbox_id)
        .where(tried.outcome == AttemptOutcome.DELIVERED, table.c.channel == channel)
        .where(tried.at > attempts[0].at, tried.outbox_id != attempts[0].outbox_id)
        .order_by(tried.at)
    ).all()
    found = [attempts[0]] if attempts[0].outcome is AttemptOutcome.DEFERRED else []
    for before, attempt in pairwise(attempts):
        worked = bisect_right(delivered, attempt.at) > bisect_right(delivered, before.at)
        down = attempt.outcome is AttemptOutcome.CHANNEL_DOWN
        if attempt.outcome is AttemptOutcome.DEFERRED or (down and worked):
            found.append(attempt)
    return tuple(found)


def last_failure(connection: Connection, *, besides: str = "") -> DeliveryAttempt | None:
    """The newest attempt for any mail that waits, unless a newer one of another mail succeeded.

    Attempts with the answer ``besides`` don't count. Costs what waits, and one look at the newest success.
    """
    attempts = delivery_attempts.c
    columns = (attempts.outbox_id, attempts.at, attempts.owner, attempts.outcome, attempts.response)
    waiting = select(table.c.id).where(table.c.state.in_((OutboxState.PENDING, OutboxState.SENDING)))
    failed = connection.execute(
        select(attempts.id, *columns)
        .where(
            attempts.outbox_id.in_(waiting),
            attempts.outcome.in_((AttemptOutcome.DEFERRED, AttemptOutcome.CHANNEL_DOWN)),
            attempts.response != besides,
        )
        .order_by(attempts.id.desc())
        .limit(1)
    ).first()
    if failed is None:
        return None
    succeeded = select(func.count()).where(
        attempts.id > failed[0], attempts.outcome == AttemptOutcome.DELIVERED
    )
    return None if connection.execute(succeeded).scalar_one() else DeliveryAttempt(*failed[1:])


def outbox_depth(connection: Connection, now: datetime) -> Depth:
    """How much waits and for how long. Costs what is unfinished, not what was ever sent."""
    rows = connection.execute(
        select(table.c.state, func.count().label("mails"), func.min(table.c.created_at).label("oldest"))
        .where(table.c.state.in_(_UNFINISHED))
        .group_by(table.c.state)
    ).all()
    waiting = [row.oldest for row in rows if row.state is not OutboxState.DEAD]
    counted = {row.state: row.mails for row in rows}
    return Depth(
        by_state={state: counted.get(state, 0) for state in _UNFINISHED},
        oldest_pending_age=max(now - min(waiting), timedelta()) if waiting else None,
    )


_CAME_BACK: Final = select(failing_addresses.c.address).where(
    failing_addresses.c.event == AddressEvent.FAILING, failing_addresses.c.address != ERASED
)
"""Addresses from which a mail has ever come back. Of people who were erased nothing is sent."""
_NOT_HEARD_OF: Final = "its sender was not heard of again"
_WHOSE: Final = (table.c.recipient_id, table.c.recipient_name, table.c.address)
_NO_LEASE: Final[dict[str, Any]] = {"lease_owner": None, "lease_until": None}


def _record(connection: Connection, attempt: DeliveryAttempt, **values: object) -> bool:
    attempt = replace(attempt, response=_readable(attempt.response))
    recorded = connection.execute(
        update(table)
        .where(table.c.id == attempt.outbox_id, *_held_by(attempt.owner))
        .values(last_response=attempt.response, **values, **_NO_LEASE)
        .returning(*_WHOSE)
    ).one_or_none()
    connection.execute(insert(delivery_attempts).values(asdict(attempt)))
    whose = recorded or connection.execute(select(*_WHOSE).where(table.c.id == attempt.outbox_id)).one()
    audit.note(connection, [_fact(attempt, whose)])
    return recorded is not None


def _fact(attempt: DeliveryAttempt, whose: AnyRow) -> Fact:
    """An attempt for the audit trail; the server's answer may quote the address."""
    facts = {"mail": attempt.outbox_id, "outcome": attempt.outcome, "sender": attempt.owner}
    personal = {"name": whose.recipient_name, "address": whose.address, "response": attempt.response}
    return Fact(AuditKind.ATTEMPT, attempt.at, facts, whose.recipient_id, personal)


def _held_by(owner: str) -> tuple[Any, ...]:
    return table.c.state == OutboxState.SENDING, table.c.lease_owner == owner


def _numbers(connection: Connection, ids: Collection[int]) -> Any:
    wanted = listed(connection, {"id": ID}, [(number,) for number in ids])
    return select(wanted.c.id)


def _readable(response: str) -> str:
    """A server's answer without what a database or a terminal would choke on."""
    kept = "".join(letter if letter.isprintable() else " " for letter in response[: 4 * LONGEST_RESPONSE])
    return " ".join(kept.split())[:LONGEST_RESPONSE]


def _entry(row: AnyRow) -> OutboxEntry:
    fields = fields_of(row)
    fields["thread_ids"] = tuple(json.loads(fields["thread_ids"]))
    return OutboxEntry(**fields)
