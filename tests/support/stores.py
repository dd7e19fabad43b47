"""Empty stores to test with, of both kinds: import the fixtures in a conftest.py."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from monitor.store import migrate
from monitor.store.store import Store
from tests.support.postgres import Cluster, running_cluster


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server; its database `limen_template` has limen's tables."""
    with running_cluster() as cluster:
        cluster.execute("CREATE DATABASE limen_template")
        migrate.upgrade(cluster.url("limen_template"))
        yield cluster


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with limen's tables."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path


@contextmanager
def postgres_database(cluster: Cluster, template: str = "limen_template") -> Iterator[str]:
    """The address of a database of its own."""
    database = cluster.create(template)
    try:
        yield cluster.url(database)
    finally:
        cluster.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a store with limen's tables and nothing in them, of each kind in turn."""
    with _empty_store(request, request.param, tmp_path / "limen.db") as url:
        yield url


@pytest.fixture
def store_twin_url(request: pytest.FixtureRequest, store_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of another empty store, of the same kind as `store_url`."""
    with _empty_store(request, store_url.partition(":")[0], tmp_path / "twin.db") as url:
        yield url


@contextmanager
def _empty_store(request: pytest.FixtureRequest, kind: str, path: Path) -> Iterator[str]:
    if kind == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
    else:
        with postgres_database(request.getfixturevalue("postgres")) as url:
            yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any tables (a SQLite file that is not there yet)."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'limen.db'}"
    else:
        with postgres_database(request.getfixturevalue("postgres"), "template1") as url:
            yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store, of each kind in turn."""
    with Store.open(store_url) as opened:
        yield opened
