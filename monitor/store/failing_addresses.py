"""Addresses whose mails come back or are refused. Only added to: one fails until somebody clears it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Select, func, insert, select

from monitor.core.audit import ERASED, AuditKind, Fact
from monitor.store import audit
from monitor.store.audit_tables import AddressEvent, bounce_counts
from monitor.store.audit_tables import failing_addresses as table
from monitor.store.bulk import AnyRow, upsert


class BounceOutcome(StrEnum):
    """What a mail that came to the bounce address was taken for."""

    FAILING = "failing"
    KNOWN = "known already"
    DELAYED = "delayed"
    REPLY = "automatic reply"
    UNCLEAR = "unclear"
    FORGED = "refused"


@dataclass(frozen=True, slots=True)
class FailingAddress:
    """An address that fails: since when, whose, which mail showed it (None: erased since) and the answer."""

    address: str
    person: str
    since: datetime
    outbox_id: int | None
    response: str


def failing_addresses(connection: Connection) -> tuple[FailingAddress, ...]:
    """Every address that fails now, the longest first."""
    rows = connection.execute(_failing().order_by(table.c.id))
    return tuple(_read(row) for row in rows)


def count_failing(connection: Connection) -> int:
    """How many addresses fail now."""
    return connection.execute(select(func.count()).select_from(_failing().subquery())).scalar_one()


def addresses_that_fail() -> Select[str]:
    """The addresses that fail now, to be part of another statement."""
    return _failing().with_only_columns(table.c.address)


def mark_failing(connection: Connection, found: FailingAddress) -> bool:
    """Writes that an address fails. False: that is known already.

    To be called while operations' news is held, so that of two programs only one finds it new.
    """
    if connection.execute(_failing().where(table.c.address == found.address)).first() is not None:
        return False
    _append(connection, AddressEvent.FAILING, found, found.since, "")
    facts = {"mail": found.outbox_id}
    personal = {"address": found.address, "response": found.response}
    audit.note(connection, [Fact(AuditKind.ADDRESS_FAILING, found.since, facts, found.person, personal)])
    return True


def clear_failing(
    connection: Connection, text: str, *, at: datetime, author: str
) -> tuple[FailingAddress, ...]:
    """Clears the address ``text``, or every address of the person with that id; returns which failed."""
    wanted = (func.lower(table.c.address) == text.lower()) | (table.c.person == text)
    cleared = tuple(_read(row) for row in connection.execute(_failing().where(wanted)))
    for each in cleared:
        _append(connection, AddressEvent.CLEARED, each, at, author)
        personal = {"address": each.address, "author": author}
        audit.note(
            connection,
            [Fact(AuditKind.ADDRESS_CLEARED, at, {"mail": each.outbox_id}, each.person, personal)],
        )
    return cleared


def count_bounce(connection: Connection, outcome: BounceOutcome) -> None:
    """Counts a mail that came to the bounce address."""
    statement = upsert(connection, bounce_counts).values(outcome=outcome.value, mails=1)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[bounce_counts.c.outcome], set_={"mails": bounce_counts.c.mails + 1}
        )
    )


def bounces_counted(connection: Connection) -> dict[BounceOutcome, int]:
    """How many mails to the bounce address were taken for what; every outcome, zeros too."""
    rows = connection.execute(select(bounce_counts.c.outcome, bounce_counts.c.mails))
    counted = {row.outcome: row.mails for row in rows}
    return {outcome: counted.get(outcome.value, 0) for outcome in BounceOutcome}


def _append(
    connection: Connection, event: AddressEvent, of: FailingAddress, at: datetime, author: str
) -> None:
    values = {
        "at": at,
        "event": event,
        "address": of.address,
        "person": of.person,
        "outbox_id": of.outbox_id,
        "response": of.response,
        "author": author,
    }
    connection.execute(insert(table).values(values))


def _failing() -> Select[*tuple[object, ...]]:
    """The newest event of each address, where it is that it fails."""
    newest = select(func.max(table.c.id)).where(table.c.address != ERASED).group_by(table.c.address)
    return select(*table.c).where(table.c.id.in_(newest), table.c.event == AddressEvent.FAILING)


def _read(row: AnyRow) -> FailingAddress:
    return FailingAddress(row.address, row.person, row.at, row.outbox_id, row.response)
