"""The schema: made by migrations, equal to the tables, guarded by triggers."""

import multiprocessing
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import delete, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from monitor.store import migrate
from monitor.store.engine import engines_for
from monitor.store.errors import SchemaOutdatedError, SchemaTooNewError, StoreUnavailableError
from monitor.store.store import Store
from monitor.store.tables import APPEND_ONLY, metadata
from tests.support.store_samples import filled


def test_the_migrations_make_exactly_the_tables_that_the_code_names(store: Store) -> None:
    with store.engines.writer.begin() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_check_constraints_are_the_same_too(store: Store) -> None:
    inspector = inspect(store.engines.writer)
    made = {
        (name, check["name"]) for name in metadata.tables for check in inspector.get_check_constraints(name)
    }

    assert made == {("observations", "ck_observations_missing_has_no_value")}


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: table.name)
def test_history_cannot_be_changed_nor_deleted(store: Store, table: Any) -> None:
    filled(store)
    with store.reading() as connection:
        before = connection.execute(select(table)).all()
    assert before

    for statement in (update(table).values(id=table.c.id), delete(table)):
        with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
            connection.execute(statement)

    with store.reading() as connection:
        assert connection.execute(select(table)).all() == before


def test_a_row_of_history_cannot_be_replaced_either(store: Store) -> None:
    filled(store)
    replacement = (
        "INSERT OR REPLACE INTO transitions SELECT * FROM transitions"
        if store.engines.url.get_backend_name() == "sqlite"
        else "TRUNCATE transitions"
    )
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as connection:
        connection.execute(text(replacement))


def test_an_empty_database_is_upgraded_once_and_then_current(empty_url: str) -> None:
    assert migrate.current_revision(empty_url) is None
    assert migrate.pending(empty_url) == ("0001",)

    migrate.upgrade(empty_url)
    migrate.upgrade(empty_url)

    assert migrate.current_revision(empty_url) == migrate.head_revision()
    assert migrate.pending(empty_url) == ()
    Store.open(empty_url).close()


def test_opening_an_empty_database_says_what_to_run_and_makes_no_file(empty_url: str) -> None:
    with pytest.raises(SchemaOutdatedError, match=r"is not set up yet\. Run: limen db upgrade"):
        Store.open(empty_url)

    file = engines_for(empty_url).url.database or ""
    assert not Path(file).exists()


def test_an_older_database_says_what_to_run(store_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate, "_known", lambda: ["0001", "0002"])

    with pytest.raises(SchemaOutdatedError, match=r"was made by an older limen\. Run: limen db upgrade"):
        Store.open(store_url)
    assert migrate.pending(store_url) == ("0002",)


def test_a_newer_database_is_left_alone(store_url: str) -> None:
    with Store.open(store_url) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))

    for attempt in (Store.open, migrate.upgrade, migrate.pending):
        with pytest.raises(SchemaTooNewError, match=r"upgraded by a newer limen .its schema is “0999”"):
            attempt(store_url)


def _upgrade(url: str, barrier: Any, failures: Any) -> None:
    barrier.wait()
    try:
        migrate.upgrade(url)
    except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to show it
        failures.put(repr(error))


def test_programs_that_upgrade_at_once_do_not_disturb_each_other(empty_url: str) -> None:
    context = multiprocessing.get_context("spawn")
    barrier, failures = context.Barrier(3), context.Queue()
    programs = [context.Process(target=_upgrade, args=(empty_url, barrier, failures)) for _ in range(3)]
    for program in programs:
        program.start()
    for program in programs:
        program.join()

    assert [program.exitcode for program in programs] == [0] * 3
    assert failures.empty(), failures.get()
    assert migrate.pending(empty_url) == ()


def test_an_upgrade_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    broken = metadata.tables["threads"].name

    with closing(engines_for(empty_url)) as engines, engines.writer.begin() as connection:
        connection.execute(text(f"CREATE TABLE {broken} (id INTEGER)"))
    with pytest.raises(StoreUnavailableError if "sqlite" in empty_url else DBAPIError):
        migrate.upgrade(empty_url)

    with closing(engines_for(empty_url)) as engines, engines.writer.begin() as connection:
        assert inspect(connection).get_table_names() == [broken]
