"""Work that only one program may do at a time.

SQLite has one writer at a time anyway. PostgreSQL has advisory locks for it; those taken here end with the
transaction (PostgreSQL, "Explicit Locking", 13.3.5: ``pg_advisory_xact_lock``).
"""

from enum import IntEnum

from sqlalchemy import Connection, func, select

_NAMESPACE = 0x6C696D65  # "lime": keeps clear of other programs' locks in the same database


class Lock(IntEnum):
    """What is done by one program at a time.

    AUDIT is taken last of all, when a transaction has done everything else: who holds it waits for nothing,
    so it makes no circle of transactions that wait for each other. MAIL_ORDER is shared by those that claim
    mails: only who would change the order of what waits keeps them off.
    """

    UPGRADE = 1
    INGEST = 2
    CYCLE = 3
    OPERATIONS_NEWS = 4
    AUDIT = 5
    MAIL_ORDER = 6


def take(connection: Connection, *locks: Lock) -> None:
    """Waits until no other transaction holds any of ``locks``, and holds them until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(*(func.pg_advisory_xact_lock(_NAMESPACE, int(lock)) for lock in locks)))


def share(connection: Connection, lock: Lock) -> None:
    """Waits until no other transaction has taken ``lock``, and keeps them from it until this one ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(_NAMESPACE, int(lock))))
