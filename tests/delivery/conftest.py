"""Fixtures for the tests of delivery: stores of both kinds, a post for servers, an office."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monitor.store.store import Store
from tests.support.offices import Office
from tests.support.post import Post
from tests.support.stores import postgres, sqlite_template, store, store_url

__all__ = ["postgres", "sqlite_template", "store", "store_url"]


@pytest.fixture
def post() -> Iterator[Post]:
    with ExitStack() as resources:
        yield Post(resources)


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)
