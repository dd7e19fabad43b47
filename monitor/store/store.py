"""The store: opened once, then one transaction at a time.

What is read and written stands in the modules beside this one; each function there takes the connection of
the transaction that it belongs to.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from monitor.store import audit
from monitor.store import migrate as migrations
from monitor.store.engine import Engines, engines_for, unreachable_said_clearly


class Store:
    """An open database whose schema is this limen's. Safe to use from several threads."""

    def __init__(self, engines: Engines) -> None:
        """Takes engines of a database that is known to have the right schema; see :meth:`open`."""
        self.engines = engines

    @classmethod
    def open(cls, url: str, *, migrate: bool = False) -> Self:
        """Opens the database at ``sqlite:///FILE`` or ``postgresql://USER@HOST/NAME``.

        ``migrate`` brings the schema up to date first, and makes the file where there is none.

        Raises:
            StoreUnavailableError: the database cannot be reached, or the address is not understood.
            SchemaOutdatedError: it needs ``limen db upgrade``.
            SchemaTooNewError: a newer limen has upgraded it.
        """
        if migrate:
            migrations.upgrade(url)
        else:
            migrations.require_current(url)
        return cls(engines_for(url))

    @property
    def address(self) -> str:
        """The database in words, without user or password."""
        return self.engines.address

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is written when the block ends, and nothing of it if the block raises.

        The audit trail of what it did is written last, and with it. In SQLite one writer works at a time; the
        others wait here.

        Raises:
            StoreUnavailableError: the database cannot be reached, or its one writer takes too long.
        """
        with unreachable_said_clearly(self.engines.url), self.engines.writer.begin() as connection:
            audit.begin(connection)
            yield connection
            audit.write_noted(connection)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One moment's view: what others write meanwhile is not seen. Writing here is an error.

        Raises:
            StoreUnavailableError: the database cannot be reached.
        """
        with unreachable_said_clearly(self.engines.url), self.engines.reader.begin() as connection:
            yield connection

    def close(self) -> None:
        """Closes every connection."""
        self.engines.close()

    def __enter__(self) -> Self:
        """Returns the store, to be closed at the end of a ``with`` block."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Closes every connection."""
        self.close()
