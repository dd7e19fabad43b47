"""A copy of the store to try things on: what happens to it happens nowhere else.

A copy rather than a transaction that is rolled back. Such a transaction would keep the daemon waiting
(SQLite has one writer; cycles take an advisory lock in PostgreSQL), would use up numbers of the outbox, which
a rollback does not give back (PostgreSQL, "Sequence Manipulation Functions"), and would need the right to
write. Making a copy only reads, and keeps nobody waiting.

SQLite copies its file by its online backup: all pages in one step, under one read lock, which in WAL mode
lets a writer go on (SQLite, "Using the SQLite Online Backup API"). From PostgreSQL the rows are read in one
transaction that sees one moment (REPEATABLE READ), into a SQLite file: both give the same results. What
judgements only add to, and nothing reads when judging, stays behind.
"""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from monitor.store import migrate
from monitor.store.audit_tables import audit_entries, audit_personal
from monitor.store.bulk import chunks, fields_of, insert_rows
from monitor.store.engine import engines_for
from monitor.store.mail_tables import delivery_attempts, mail_order
from monitor.store.store import Store
from monitor.store.tables import evaluations, metadata, rule_evaluations, transitions

LEFT_BEHIND = frozenset(
    {
        evaluations,
        rule_evaluations,
        transitions,
        delivery_attempts,
        mail_order,
        audit_entries,
        audit_personal,
    }
)
"""Tables that are only ever appended to; a copy from PostgreSQL has them, empty."""


@contextmanager
def copy_of(store: Store) -> Iterator[Store]:
    """A store of its own with what ``store`` holds now; it is gone at the end of the block.

    Raises:
        StoreUnavailableError: the store cannot be read.
        OSError: there is no room for a temporary file.
    """
    with tempfile.TemporaryDirectory(prefix="limen-") as folder:
        file = Path(folder) / "copy.db"
        with store.reading() as connection:
            if connection.dialect.name == "sqlite":
                _back_up(connection, file)
            else:
                _read_over(connection, file)
        with Store(engines_for(f"sqlite:///{file}")) as copy:
            yield copy


def _back_up(connection: Connection, file: Path) -> None:
    source = connection.connection.driver_connection
    if not isinstance(source, sqlite3.Connection):
        raise TypeError(f"not a connection of sqlite3: {source!r}")
    with closing(sqlite3.connect(file)) as target:
        source.backup(target)


def _read_over(connection: Connection, file: Path) -> None:
    migrate.upgrade(f"sqlite:///{file}")
    with Store(engines_for(f"sqlite:///{file}")) as copy, copy.writing() as target:
        for table in metadata.sorted_tables:
            if table in LEFT_BEHIND:
                continue
            rows = connection.execution_options(stream_results=True).execute(select(table))
            for chunk in chunks(rows):
                insert_rows(target, table.insert(), [fields_of(row) for row in chunk])
