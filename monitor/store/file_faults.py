"""Files of the inbox that could not be read, or not as a whole: noted once, and told to operations once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, func, select, update

from monitor.store.bulk import AnyRow, ColumnTypes, listed, upsert
from monitor.store.columns import ID
from monitor.store.tables import file_faults as table

_IDS: Final[ColumnTypes] = {"id": ID}


@dataclass(frozen=True, slots=True)
class FileFault:
    """A file that could not be read at all, or ``rows_rejected`` of whose ``rows_read`` were set aside.

    Both are None for one that could not be read. ``reasons`` says why without quoting the file. ``place`` is
    the file that says more: the reason beside the unread file, or the rows that were set aside.
    """

    at: datetime
    name: str
    reasons: str
    place: str
    rows_read: int | None = None
    rows_rejected: int | None = None


def note_fault(connection: Connection, identity: str, fault: FileFault) -> None:
    """Notes a fault that operations are to be told; one that is noted under ``identity`` stays as it is."""
    values = {
        "identity": identity,
        "at": fault.at,
        "name": fault.name,
        "rows_read": fault.rows_read,
        "rows_rejected": fault.rows_rejected,
        "reasons": fault.reasons,
        "place": fault.place,
    }
    connection.execute(upsert(connection, table).values(values).on_conflict_do_nothing())


def withdraw_fault(connection: Connection, identity: str) -> None:
    """Takes back what was noted, unless operations have been told already."""
    connection.execute(delete(table).where(table.c.identity == identity, table.c.told_at.is_(None)))


def anything_untold(connection: Connection) -> bool:
    """Whether operations are still to be told of a file."""
    return (
        connection.execute(select(table.c.id).where(table.c.told_at.is_(None)).limit(1)).first() is not None
    )


def untold_faults(connection: Connection) -> dict[int, FileFault]:
    """Number -> what operations were not told yet, the oldest first."""
    rows = connection.execute(select(table).where(table.c.told_at.is_(None)).order_by(table.c.id))
    return {row.id: _read(row) for row in rows}


def mark_told(connection: Connection, numbers: Collection[int], now: datetime) -> None:
    """Writes that operations are being told; the mail belongs into the same transaction."""
    wanted = listed(connection, _IDS, [(number,) for number in numbers])
    connection.execute(update(table).where(table.c.id.in_(select(wanted.c.id))).values(told_at=now))


def faults_since(connection: Connection, since: datetime) -> tuple[FileFault, ...]:
    """What came in after an instant and could not be read as a whole, the newest first."""
    rows = connection.execute(select(table).where(table.c.at > since).order_by(table.c.id.desc()))
    return tuple(_read(row) for row in rows)


def count_faults(connection: Connection, since: datetime) -> tuple[int, int]:
    """Of what came in after an instant: files that could not be read, and those of which rows were set aside.

    Costs what came in since, not what ever did.
    """
    counts = select(func.count(), func.count(table.c.rows_rejected)).where(table.c.at > since)
    files, partly = connection.execute(counts).one()
    return files - partly, partly


def _read(row: AnyRow) -> FileFault:
    return FileFault(row.at, row.name, row.reasons, row.place, row.rows_read, row.rows_rejected)
