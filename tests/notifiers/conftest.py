"""Fixtures for the tests of the channels."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.support.post import Post


@pytest.fixture
def post() -> Iterator[Post]:
    with ExitStack() as resources:
        yield Post(resources)
