"""A council for each test, on both kinds of store, and one mail server, a process of its own, for all."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.support import smtp_server
from tests.support.council import Council
from tests.support.stores import postgres, sqlite_template, store_twin_url, store_url

__all__ = ["postgres", "sqlite_template", "store_twin_url", "store_url"]

_numbers = count(1)


@pytest.fixture(scope="session")
def mail_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, int]]:
    """The folder of a server that accepts everything, and its port."""
    folder = tmp_path_factory.mktemp("mails")
    with smtp_server.start(folder, "--security", "none") as (_process, port):
        yield folder, port


@pytest.fixture
def council(store_url: str, mail_server: tuple[Path, int], tmp_path: Path) -> Council:
    folder = tmp_path / "council"
    folder.mkdir()
    return Council(folder, store_url, *mail_server, domain=f"council-{next(_numbers)}.example")
