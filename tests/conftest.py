"""What every test starts from."""

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

from tests.support.components import require_program

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# A shared machine is slow by turns: no test may fail for its pace.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", parent=settings.get_profile("default"), derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How hard tests/faults/test_killed_at_random.py tries: 250 are 1,000 in all, and take ten minutes."""
    parser.addoption(
        "--kills",
        type=int,
        default=8,
        help="SIGKILLs at random instants, for each store with one sender and with two",
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Lines that only random examples reach count as not covered, and these tests run twice as fast."""
    if isinstance(item, pytest.Function) and is_hypothesis_test(item.obj):
        item.add_marker("no_cover")


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """A command that is run in this process may block signals; the servers of later tests must get them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A real Chromium, without network; one for a process, which bears no second Playwright."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is there

    program = require_program("chromium", "chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",  # CI runs as root, where Chromium's sandbox cannot start
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield chromium
        chromium.close()
