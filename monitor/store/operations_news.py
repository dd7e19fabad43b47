"""What operations were told of limen itself, so that nothing is told twice, also after a restart."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, insert, select

from monitor.core.audit import AuditKind, Fact
from monitor.core.notifications import OperationsKind
from monitor.store import audit
from monitor.store.locks import Lock, take
from monitor.store.tables import operations_news as table

ACCEPTED_BY: Final[Mapping[OperationsKind, OperationsKind]] = {
    OperationsKind.RULES_REFUSED: OperationsKind.RULES_ACCEPTED,
    OperationsKind.TEMPLATES_REFUSED: OperationsKind.TEMPLATES_ACCEPTED,
}
"""What news takes a refusal back."""


@dataclass(frozen=True, slots=True)
class ToldOperations:
    """One piece of news as it was told. ``fingerprint`` is the same for the same refusal; good news: "".

    ``version`` is that of the templates which a mail could not be laid out with, else "".
    """

    at: datetime
    kind: OperationsKind
    fingerprint: str
    summary: str
    version: str = ""


_COLUMNS = (table.c.at, table.c.kind, table.c.fingerprint, table.c.summary, table.c.version)


def standing_refusals(
    connection: Connection, kind: OperationsKind = OperationsKind.RULES_REFUSED
) -> tuple[ToldOperations, ...]:
    """The refusals of that kind told since the same was last told to be good, the newest last."""
    good = select(func.max(table.c.id)).where(table.c.kind == ACCEPTED_BY[kind])
    rows = connection.execute(
        select(*_COLUMNS)
        .where(table.c.kind == kind)
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
    values = {
        "at": told.at,
        "kind": told.kind,
        "fingerprint": told.fingerprint,
        "summary": told.summary,
        "version": told.version,
    }
    connection.execute(insert(table).values(values))
    personal = {"summary": told.summary} if told.summary else {}
    audit.note(connection, [Fact(AuditKind.OPERATIONS, told.at, {"news": told.kind}, "", personal)])


def last_told(connection: Connection, kind: OperationsKind) -> ToldOperations | None:
    """The newest news of that kind that operations were told."""
    row = connection.execute(
        select(*_COLUMNS).where(table.c.kind == kind).order_by(table.c.id.desc()).limit(1)
    ).first()
    return None if row is None else ToldOperations(*row)
