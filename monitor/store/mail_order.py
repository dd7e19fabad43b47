"""In what order mails go out: one that follows another waits until that is finished.

A mail follows every earlier one to the same address, on the same channel, that is about one of the same
matters: an alert (a rule in an area, whichever of its breaches), or news of limen itself. While one of these
waits, or is being sent, it is not claimed: else a recovery could come before a breach that was put off, and
the late breach would look like a new alarm.

A mail that was refused for good holds nothing up, nor does any to an address whose mails come back. Where
the people on a channel have no address they have it in common, as they do Alertmanager. Nothing waits for
ever: a mail waits for earlier ones only, so never in a circle, and each of them is sent or refused in the
end, or its whole channel is down (:class:`monitor.delivery.RetryPolicy`).
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Select, delete, func, select, union_all

from monitor.core.notifications import Notification
from monitor.core.renaming import Renaming
from monitor.store.bulk import insert_rows, listed, upsert
from monitor.store.codec import notification_from_json
from monitor.store.columns import ID
from monitor.store.failing_addresses import addresses_that_fail
from monitor.store.mail_tables import OutboxState, outbox
from monitor.store.mail_tables import mail_order as table

UNFINISHED: Final = (OutboxState.PENDING, OutboxState.SENDING)
_KEY_LENGTH: Final = 32

_mine, _theirs = table.alias("mine"), table.alias("theirs")
_earlier, _later = outbox.alias("earlier"), outbox.alias("later")


def record_order(connection: Connection, mails: Iterable[tuple[int, Notification]]) -> None:
    """Writes where mails that were just put into the outbox have their place."""
    rows = [
        {"outbox_id": number, "key": key} for number, notification in mails for key in _keys(notification)
    ]
    insert_rows(connection, table.insert(), rows)


def keep_order_of_renamed(connection: Connection, renaming: Renaming) -> None:
    """Later mails follow those that have not gone out and speak of the area by its earlier name."""
    waiting = select(outbox.c.id, outbox.c.payload).where(outbox.c.state != OutboxState.SENT)
    rows = []
    for number, payload in connection.execute(waiting).all():
        told = notification_from_json(payload)
        about = tuple(each for each in told.notices if each.area == renaming.before)
        if about:
            now = replace(told, notices=tuple(replace(each, area=renaming.after) for each in about))
            rows += [{"outbox_id": number, "key": key} for key in _keys(replace(now, operations=None))]
    insert_rows(connection, upsert(connection, table).on_conflict_do_nothing(), rows)


def _keys(notification: Notification) -> tuple[str, ...]:
    """One for each matter that a mail is about; hashed, since it would hold an address, and be long."""
    recipient = notification.recipient
    told = (*_operations(notification), *(f"{each.rule}/{each.area}" for each in notification.notices))
    # An alert, not one breach of it: news that one is over must not come after news of the next.
    whole = (json.dumps([recipient.channel, recipient.address.casefold(), matter]) for matter in set(told))
    return tuple(hashlib.sha256(each.encode()).hexdigest()[:_KEY_LENGTH] for each in whole)


def _operations(notification: Notification) -> tuple[str, ...]:
    return () if notification.operations is None else (notification.operations.thread,)


def _unfinished_before() -> ScalarSelect[int]:
    """An unfinished mail that comes before a row of :data:`_mine` and has its key; or NULL."""
    # What ended before the oldest that is unfinished is not looked at: so it costs no more as years pass.
    firsts = [select(func.min(outbox.c.id).label("id")).where(outbox.c.state == each) for each in UNFINISHED]
    oldest = union_all(*firsts).subquery("firsts")
    return (
        select(_earlier.c.id)
        .join(_theirs, _theirs.c.outbox_id == _earlier.c.id)
        .where(
            _theirs.c.key == _mine.c.key,
            _theirs.c.outbox_id < _mine.c.outbox_id,
            _theirs.c.outbox_id >= select(func.min(oldest.c.id)).scalar_subquery(),
            _earlier.c.state.in_(UNFINISHED),
        )
        .limit(1)
        .correlate(_mine)
        .scalar_subquery()
    )


def _may_go() -> ColumnElement[bool]:
    # Limits and not EXISTS: a claim looks at a few rows only; for EXISTS PostgreSQL may join all there are.
    held = (
        select(_mine.c.outbox_id)
        .where(_mine.c.outbox_id == outbox.c.id, _unfinished_before().is_not(None))
        .limit(1)
        .correlate(outbox)
        .scalar_subquery()
    )
    return outbox.c.address.in_(addresses_that_fail()) | held.is_(None)


MAY_GO: Final = _may_go()
"""Whether a mail of the outbox follows none that is unfinished: a condition on a row of it.

An answer that another transaction has not committed yet does not count: what a statement of PostgreSQL sees
is what was committed when it began, however rows are locked (PostgreSQL, "Transaction Isolation", 13.2.1).
Made once, for it takes as long to make as to ask.
"""


def waits_for(connection: Connection, ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Waiting mail -> those that it follows and that are unfinished, the oldest first; only where any are."""
    found: dict[int, list[int]] = {}
    rows = connection.execute(
        _pairs(connection, ids, of=_later.c.id)
        .where(
            _later.c.state == OutboxState.PENDING,
            _earlier.c.state.in_(UNFINISHED),
            _later.c.address.not_in(addresses_that_fail()),
        )
        .order_by(_later.c.id, _earlier.c.id)
    )
    for later, earlier in rows:
        found.setdefault(later, []).append(earlier)
    return {later: tuple(earlier) for later, earlier in found.items()}


def overtaken(connection: Connection, ids: Collection[int]) -> dict[int, int]:
    """Which of these finished mails would come too late if all of them were sent again, and after which mail.

    Mail -> the newest of those that follow it and went out or are going just now; one that is among ``ids``
    itself does not count, for they would go in their order.
    """
    rows = connection.execute(
        _pairs(connection, ids, of=_earlier.c.id)
        .where(
            _earlier.c.state.not_in(UNFINISHED),
            _later.c.state.in_((OutboxState.SENDING, OutboxState.SENT)),
            _later.c.id.not_in(_numbers(connection, ids)),
        )
        .order_by(_earlier.c.id, _later.c.id)
    )
    return {earlier: later for later, earlier in rows}


def forget_order(connection: Connection, ids: Collection[int]) -> None:
    """Takes mails out of the order: they hold nothing up any more."""
    connection.execute(delete(table).where(table.c.outbox_id.in_(_numbers(connection, ids))))


def _pairs(connection: Connection, ids: Collection[int], *, of: Any) -> Select[int, int]:
    """(later, earlier) of every two mails of which the later follows the earlier."""
    return (
        select(_later.c.id, _earlier.c.id)
        .distinct()
        .join(_mine, _mine.c.outbox_id == _later.c.id)
        .join(_theirs, (_theirs.c.key == _mine.c.key) & (_theirs.c.outbox_id < _mine.c.outbox_id))
        .join(_earlier, _earlier.c.id == _theirs.c.outbox_id)
        .where(of.in_(_numbers(connection, ids)))
    )


def _numbers(connection: Connection, ids: Collection[int]) -> Any:
    wanted = listed(connection, {"id": ID}, [(number,) for number in ids])
    return select(wanted.c.id)
