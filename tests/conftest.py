"""What every test starts from."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

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


@pytest.fixture(autouse=True)
def signals_as_they_were() -> Iterator[None]:
    """A command that is run in this process may block signals; the servers of later tests must get them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
