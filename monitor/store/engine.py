"""From a database address to engines: one to write with, one to read with.

SQLite: Python's driver opens transactions by rules of its own, late and not before every statement, so limen
takes BEGIN over from it, as SQLAlchemy's documentation has it ("SQLite", "Enabling Non-Legacy SQLite
Transactional Modes": ``isolation_level = None`` and a ``begin`` event). A writer begins with BEGIN IMMEDIATE:
it waits for its turn at the start, where waiting is possible, and never fails half-way because another has
written meanwhile (SQLite, "Transactions", 2.2: SQLITE_BUSY_SNAPSHOT). WAL lets readers go on while one
writes; ``synchronous=FULL`` makes a commit survive a power cut in that mode (SQLite, "PRAGMA synchronous").

PostgreSQL: with ``synchronous_commit`` off the last commits may be lost in a crash (PostgreSQL, "Asynchronous
Commit"), and a mail that was sent would be sent again, or one that was decided never. A server or database
may have it off for other work; limen's own sessions turn it on. The other values, which say how far standby
servers are waited for, are left to the administrator.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeoutError,
)
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.store.errors import StoreUnavailableError

BUSY_TIMEOUT_MS = 30_000
"""How long a SQLite writer waits for another one to finish."""

CONNECT_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class Engines:
    """``writer`` and ``reader`` of one database. ``pools`` are those of them that hold connections."""

    url: URL
    writer: Engine
    reader: Engine
    pools: tuple[Engine, ...]

    @property
    def address(self) -> str:
        """The database in words, without user or password."""
        return spoken_address(self.url)

    def close(self) -> None:
        """Closes every connection."""
        for engine in self.pools:
            engine.dispose()


def database_url(address: str) -> URL:
    """Parses a database address: ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.

    Raises:
        StoreUnavailableError: it is neither. The address is not repeated, for it may hold a password.
    """
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise StoreUnavailableError(f"The database address is not understood. {_FORMS}") from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StoreUnavailableError(f"limen cannot keep its figures in “{url.drivername}”. {_FORMS}")
    if not url.database or url.database == ":memory:" or "mode=memory" in address:
        raise StoreUnavailableError(
            f"A SQLite database needs a file, or everything would be lost with the program. {_FORMS}"
        )
    return url.set(drivername="sqlite+pysqlite")


_FORMS = "Write sqlite:////var/lib/limen/limen.db or postgresql://USER@HOST/NAME."


def spoken_address(url: URL) -> str:
    """The database in words, without user or password."""
    if url.get_backend_name() == "sqlite":
        return f"the SQLite file {url.database}"
    host = url.host or url.query.get("host") or "this machine"
    port = f", port {url.port}" if url.port else ""
    return f"the PostgreSQL database “{url.database}” on {host}{port}"


def sqlite_file(url: URL) -> Path | None:
    """The file of a SQLite database; None for PostgreSQL."""
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def require_folder(url: URL) -> None:
    """Checks that the folder of a SQLite file is there; limen makes none that is only named in an address.

    Raises:
        StoreUnavailableError: it is not there.
    """
    file = sqlite_file(url)
    if file is not None and not file.parent.is_dir():
        raise StoreUnavailableError(
            f"limen cannot use {spoken_address(url)}: the folder {file.parent} does not exist. "
            "Make the folder, or correct the database's address."
        )


def engines_for(address: str) -> Engines:
    """Makes the engines; connects to nothing yet.

    Raises:
        StoreUnavailableError: the address is not understood, or PostgreSQL's driver is not installed.
    """
    url = database_url(address)
    if url.get_backend_name() == "sqlite":
        writer, reader = _sqlite_engine(url, writes=True), _sqlite_engine(url, writes=False)
        return Engines(url, writer, reader, (writer, reader))
    writer = _postgresql_engine(url)
    # A reader sees one moment throughout, as it does in SQLite.
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Engines(url, writer, reader, (writer,))


@contextmanager
def unreachable_said_clearly(url: URL) -> Iterator[None]:
    """Turns the driver's errors of connection, lock and disk into ours.

    Raises:
        StoreUnavailableError: in place of the driver's own.
    """
    try:
        yield
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise StoreUnavailableError(_what_happened(url, error)) from error
    except DBAPIError as error:
        # sqlite3 tells of a damaged file, or of one that is no database, by the class itself.
        damaged = type(error.orig) is sqlite3.DatabaseError
        if not (damaged or error.connection_invalidated):
            raise
        raise StoreUnavailableError(_what_happened(url, error)) from error


def _what_happened(url: URL, error: Exception) -> str:
    original = str(getattr(error, "orig", None) or error).strip()
    told = original.splitlines()[0] if original else type(error).__name__
    if url.password:
        told = told.replace(str(url.password), "***")
    if told == "database is locked":
        return (
            f"Another program has been writing to {spoken_address(url)} for over "
            f"{BUSY_TIMEOUT_MS // 1000} seconds. Wait until it is done, then try again."
        )
    advice = (
        "Check that its folder exists, that it is limen's own file, and that the disk is not full."
        if url.get_backend_name() == "sqlite"
        else "Check that the server runs, and the address and password in the setting database_url."
    )
    return f"limen cannot use {spoken_address(url)}: {told}. {advice}"


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000})

    @event.listens_for(engine, "do_connect")
    def make_private(*_of_the_driver: object) -> None:
        _make_private(url)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in _pragmas(writes=writes):
            connection.execute(f"PRAGMA {pragma}")
        if writes:
            _write_ahead(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(url: URL) -> None:
    """Makes a file that is not there yet, for its owner alone: it is to hold names and addresses.

    SQLite gives its ``-wal`` and ``-shm`` the mode of the file (``findCreateFileMode`` in its os_unix.c). The
    mode of a file that is there is the administrator's. What keeps it from being made, SQLite tells.
    """
    file = sqlite_file(url)
    if file is not None and "uri" not in url.query:
        with suppress(OSError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _pragmas(*, writes: bool) -> tuple[str, ...]:
    common = (f"busy_timeout={BUSY_TIMEOUT_MS}", "foreign_keys=ON")
    if not writes:
        return (*common, "query_only=ON")
    # recursive_triggers: without it INSERT OR REPLACE would slip past the triggers that forbid deletion.
    return (*common, "synchronous=FULL", "recursive_triggers=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Puts the file into WAL mode, where it stays.

    Programs that open a new file at once get in each other's way here, and SQLite does not wait by itself:
    the busy timeout was seen not to cover a change of the journal mode. So limen waits.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


_COMMIT_TO_DISK = """\
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
"""


def _postgresql_engine(url: URL) -> Engine:
    arguments: dict[str, Any] = {"application_name": "limen", "connect_timeout": CONNECT_TIMEOUT_S}
    try:
        engine = create_engine(
            url,
            hide_parameters=True,
            # A connection that the server closed meanwhile (a restart) is replaced, not reported.
            pool_pre_ping=True,
            connect_args={key: value for key, value in arguments.items() if key not in url.query},
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise StoreUnavailableError(
            "PostgreSQL's driver is not installed. Install limen with it: pip install 'limen[postgresql]'."
        ) from None

    @event.listens_for(engine, "connect")
    def commit_to_disk(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        connection.cursor().execute(_COMMIT_TO_DISK)
        connection.commit()

    return engine
