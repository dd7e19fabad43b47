import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.support.rule_benches import Bench, bench


@pytest.fixture(name="bench")
def _bench(tmp_path: Path) -> Bench:
    """A small council with one rulebook."""
    return bench(tmp_path)


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A command that runs in this process sets up its log."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.disable(logging.NOTSET)
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()
