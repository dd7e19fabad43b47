"""Addresses, connections and what is said when the database cannot be used."""

import os
import socket
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text

from monitor.store import engine as engines
from monitor.store.engine import database_url, engines_for, spoken_address
from monitor.store.errors import StoreUnavailableError
from monitor.store.figures import figures
from monitor.store.migrate import upgrade
from monitor.store.store import Store
from tests.support.postgres import Cluster, running_cluster
from tests.support.store_samples import ANNA, INDICATOR, figure, queued, record
from tests.support.stores import postgres_database

PASSWORD = "s3cret-w0rd"


@pytest.mark.parametrize(
    ("address", "driver", "spoken"),
    [
        ("sqlite:////var/lib/limen/limen.db", "sqlite+pysqlite", "the SQLite file /var/lib/limen/limen.db"),
        (
            f"postgresql://limen:{PASSWORD}@db.kent.example:5433/limen",
            "postgresql+psycopg",
            "the PostgreSQL database “limen” on db.kent.example, port 5433",
        ),
        (
            "postgresql+psycopg:///limen?host=/run/postgresql",
            "postgresql+psycopg",
            "the PostgreSQL database “limen” on /run/postgresql",
        ),
        ("postgres://db/limen", "postgresql+psycopg", "the PostgreSQL database “limen” on db"),
    ],
)
def test_an_address_chooses_the_driver_and_can_be_told_without_its_password(
    address: str, driver: str, spoken: str
) -> None:
    url = database_url(address)

    assert url.drivername == driver
    assert spoken_address(url) == spoken


@pytest.mark.parametrize(
    ("address", "told"),
    [
        (f"not an address {PASSWORD}", "The database address is not understood"),
        ("", "The database address is not understood"),
        (f"mysql://root:{PASSWORD}@db/limen", "limen cannot keep its figures in “mysql”"),
        (
            f"postgresql+psycopg2://root:{PASSWORD}@db/limen",
            "cannot keep its figures in “postgresql+psycopg2”",
        ),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///file:x?mode=memory&uri=true", "needs a file"),
    ],
)
def test_an_address_that_will_not_do_says_what_to_write(address: str, told: str) -> None:
    with pytest.raises(StoreUnavailableError) as caught:
        engines_for(address)

    assert told in str(caught.value)
    assert "Write sqlite:////var/lib/limen/limen.db or postgresql://USER@HOST/NAME." in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_server_that_does_not_answer_is_said_clearly_and_without_the_password() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        address = f"postgresql://limen:{PASSWORD}@127.0.0.1:{port}/limen"
        with pytest.raises(StoreUnavailableError) as caught:
            Store.open(address)

    told = str(caught.value)
    assert told.startswith(f"limen cannot use the PostgreSQL database “limen” on 127.0.0.1, port {port}: ")
    assert told.endswith(
        "Check that the server runs, and the address and password in the setting database_url."
    )
    assert PASSWORD not in told
    assert "\n" not in told


def test_a_folder_that_is_not_there_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailableError, match="Check that its folder exists"):
        Store.open(f"sqlite:///{tmp_path / 'missing' / 'limen.db'}", migrate=True)


def test_a_file_that_is_no_database_is_said_clearly(tmp_path: Path) -> None:
    path = tmp_path / "limen.db"
    path.write_text("indicator,area,period_end,value\n" * 100)

    with pytest.raises(StoreUnavailableError, match="file is not a database"):
        Store.open(f"sqlite:///{path}")


def test_a_writer_that_waits_too_long_is_told_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_TIMEOUT_MS", 50)
    path = tmp_path / "limen.db"
    with Store.open(f"sqlite:///{path}", migrate=True) as store, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreUnavailableError, match="Another program has been writing"), store.writing():
            pass

        with store.reading() as connection:
            assert figures(connection, INDICATOR) == []
        other.rollback()
        assert record(store, [figure()]).accepted == 1


def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    with (
        Store.open(f"sqlite:///{tmp_path / 'limen.db'}", migrate=True) as store,
        store.writing() as connection,
    ):
        pragmas = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "recursive_triggers")
        }

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": engines.BUSY_TIMEOUT_MS,
        "recursive_triggers": 1,
    }


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_sqlite_file_that_limen_makes_is_its_owners_alone_whatever_the_umask(
    umask: int, tmp_path: Path
) -> None:
    before = os.umask(umask)
    try:
        upgrade(f"sqlite:///{tmp_path / 'new.db'}")
        with closing(Store(engines_for(f"sqlite:///{tmp_path / 'new.db'}"))) as store:
            queued(store, ANNA)
            modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    finally:
        os.umask(before)

    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}


def test_the_mode_of_a_sqlite_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    file.touch()
    file.chmod(0o640)

    upgrade(f"sqlite:///{file}")

    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("of_the_server", "of_limen"),
    [("off", "on"), ("on", "on"), ("local", "local"), ("remote_apply", "remote_apply")],
)
def test_postgresql_commits_to_the_disk_whatever_the_server_does_for_others(
    postgres: Cluster, of_the_server: str, of_limen: str
) -> None:
    with postgres_database(postgres) as url:
        name = url.rpartition("/")[2]
        postgres.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = {of_the_server}')
        with Store.open(url) as store:
            for opened in (store.writing, store.reading):
                with opened() as connection:
                    assert connection.scalar(text("SHOW synchronous_commit")) == of_limen


def test_all_of_a_transaction_is_undone_when_it_fails(store: Store) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE scratch (id INTEGER)"))
        connection.execute(text("INSERT INTO series (indicator, area) VALUES ('a', 'b')"))
        raise LookupError

    with pytest.raises(LookupError), store.writing() as connection:
        fail(connection)

    with store.reading() as connection:
        assert connection.scalar(text("SELECT count(*) FROM series")) == 0
        assert "scratch" not in inspect(connection).get_table_names()


def test_a_reader_sees_one_moment_throughout(store: Store) -> None:
    record(store, [figure(46)], "first")
    with store.reading() as connection:
        before = figures(connection, INDICATOR)
        record(store, [figure(45)], "second")
        assert figures(connection, INDICATOR) == before

    with store.reading() as connection:
        assert figures(connection, INDICATOR) != before


def test_several_threads_write_in_turn(store: Store) -> None:
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            for number in range(5):
                record(store, [figure(number), figure(area=name)], f"{name} {number}")
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test is to show it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(f"thread {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    with store.reading() as connection:
        found = figures(connection, INDICATOR)
    assert len(found) == 5


def test_a_connection_that_the_server_closed_is_replaced_and_a_lost_server_is_said_clearly() -> None:
    with running_cluster() as cluster:
        url = cluster.url(cluster.create())
        upgrade(url)
        with Store.open(url) as store:
            queued(store, ANNA)
            cluster.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'limen'"
            )
            assert len(queued(store, ANNA)) == 1

            cluster.stop()
            with pytest.raises(StoreUnavailableError, match="limen cannot use the PostgreSQL database"):
                queued(store, ANNA)
