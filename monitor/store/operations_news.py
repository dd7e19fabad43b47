"""What operations were told of limen itself, so that nothing is told twice, also after a restart."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from monitor.core.audit import AuditKind, Fact
from monitor.core.notifications import OperationsKind
from monitor.store import audit
from monitor.store.locks import Lock, take
from monitor.store.tables import operations_news as table


@dataclass(frozen=True, slots=True)
class ToldOperations:
    """One piece of news as it was told. ``fingerprint`` is the same for the same refusal; good news: ""."""

    at: datetime
    kind: OperationsKind
    fingerprint: str
    summary: str


def standing_refusals(connection: Connection) -> tuple[ToldOperations, ...]:
    """The refusals told since the rules were last told to be good, the newest last."""
    good = select(func.max(table.c.id)).where(table.c.kind == OperationsKind.RULES_ACCEPTED)
    rows = connection.execute(
        select(table.c.at, table.c.kind, table.c.fingerprint, table.c.summary)
        .where(table.c.kind == OperationsKind.RULES_REFUSED)
        .where(table.c.id > func.coalesce(good.scalar_subquery(), 0))
        .order_by(table.c.id)
    )
    return tuple(ToldOperations(*row) for row in rows)


def hold_operations_news(connection: Connection) -> None:
    """Keeps others from telling until this transaction ends; to be called before looking what was told."""
    take(connection, Lock.OPERATIONS_NEWS)


def append_told(connection: Connection, told: ToldOperations) -> None:
    """Writes that operations are being told; the mails belong into the same transaction.

    What the summary quotes may be an address in contacts.yaml: the audit trail has it as personal.
    """
    values = {"at": told.at, "kind": told.kind, "fingerprint": told.fingerprint, "summary": told.summary}
    connection.execute(insert(table).values(values))
    personal = {"summary": told.summary} if told.summary else {}
    audit.note(connection, [Fact(AuditKind.OPERATIONS, told.at, {"news": told.kind}, "", personal)])


def last_told(connection: Connection, kind: OperationsKind) -> ToldOperations | None:
    """The newest news of that kind that operations were told."""
    row = connection.execute(
        select(table.c.at, table.c.kind, table.c.fingerprint, table.c.summary)
        .where(table.c.kind == kind)
        .order_by(table.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else ToldOperations(*row)
