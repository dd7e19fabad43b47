"""Bringing a database's schema up to date, from within the program (Alembic).

Two programs that upgrade at once are safe: the second waits for the first (an advisory lock in PostgreSQL,
the write lock of the file in SQLite) and then finds nothing to do. An upgrade is one transaction on both.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from monitor.store.engine import engines_for, sqlite_file, unreachable_said_clearly
from monitor.store.errors import SchemaOutdatedError, SchemaTooNewError
from monitor.store.locks import Lock, take

SCRIPTS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Brings the schema up to date; makes a SQLite file that is not there yet.

    Raises:
        StoreUnavailableError: the database cannot be reached.
        SchemaTooNewError: a newer limen has upgraded it.
    """
    with _transaction(url) as connection:
        take(connection, Lock.UPGRADE)
        _refuse_newer(_revision(connection), engines_for(url).address)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def current_revision(url: str) -> str | None:
    """The revision that the database has; None while it is empty or not there.

    Raises:
        StoreUnavailableError: the database cannot be reached.
    """
    engines = engines_for(url)
    file = sqlite_file(engines.url)
    if file is not None and not file.exists():
        return None
    with closing(engines), unreachable_said_clearly(engines.url), engines.reader.begin() as connection:
        return _revision(connection)


def pending(url: str) -> tuple[str, ...]:
    """The revisions that ``upgrade`` would apply, the first one first.

    Raises:
        StoreUnavailableError: the database cannot be reached.
        SchemaTooNewError: a newer limen has upgraded it.
    """
    return _after(current_revision(url), engines_for(url).address)


def require_current(url: str) -> None:
    """Checks that the database has exactly this limen's schema.

    Raises:
        StoreUnavailableError: the database cannot be reached.
        SchemaOutdatedError: it needs ``limen db upgrade``.
        SchemaTooNewError: a newer limen has upgraded it.
    """
    address = engines_for(url).address
    revision = current_revision(url)
    if not _after(revision, address):
        return
    state = "is not set up yet" if revision is None else "was made by an older limen"
    raise SchemaOutdatedError(f"{_start(address)} {state}. Run: limen db upgrade")


def head_revision() -> str:
    """The revision that this limen works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise LookupError(f"no migrations are installed in {SCRIPTS}")
    return head


def _start(address: str) -> str:
    return address[0].upper() + address[1:]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known() -> list[str]:
    scripts = ScriptDirectory.from_config(_config())
    return [script.revision for script in scripts.walk_revisions()][::-1]


def _refuse_newer(revision: str | None, address: str) -> None:
    if revision is not None and revision not in _known():
        raise SchemaTooNewError(
            f"{_start(address)} was upgraded by a newer limen (its schema is “{revision}”, which this one "
            "does not know). Install that version again, or restore a backup made before the upgrade."
        )


def _after(revision: str | None, address: str) -> tuple[str, ...]:
    _refuse_newer(revision, address)
    known = _known()
    return tuple(known if revision is None else known[known.index(revision) + 1 :])


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    engines = engines_for(url)
    with closing(engines), unreachable_said_clearly(engines.url), engines.writer.begin() as connection:
        yield connection
