"""PostgreSQL goes down in the middle of the work: it fails in words, resumes afterwards, repeats nothing."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Application
from monitor.settings import load_settings
from monitor.store import migrate
from monitor.store.errors import StoreUnavailableError
from tests.support.council import Council, monthly_figures
from tests.support.council_books import what_is_wrong
from tests.support.postgres import Cluster, running_cluster
from tests.support.station import Station, Steps, observed

pytestmark = pytest.mark.xdist_group("a PostgreSQL server that goes down")

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A server of these tests' own, for they stop it."""
    with running_cluster() as running:
        running.execute("CREATE DATABASE limen_template")
        migrate.upgrade(running.url("limen_template"))
        yield running


@pytest.fixture
def council(cluster: Cluster, mail_server: tuple[Path, int], tmp_path: Path) -> Council:
    folder = tmp_path / "council"
    folder.mkdir()
    # The tests' servers save the time, and would lose in a crash what was committed: limen sees to it itself.
    database = cluster.create("limen_template")
    return Council(folder, cluster.url(database), *mail_server, domain=f"cut-{next(_numbers)}.example")


class MovingClock:
    """The machine's time and what a test puts on top."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def _opened(
    council: Council, monkeypatch: pytest.MonkeyPatch, clock: Callable[[], datetime], steps: Steps
) -> Application:
    for name, value in council.environment.items():
        monkeypatch.setenv(name, value)
    application = observed(load_settings(), steps, clock)
    assert application.reload(clock()).loaded
    return application


@pytest.mark.parametrize(
    "step",
    [
        "read",
        "wrote observations",
        "take_in: written",
        "wrote outbox",
        "evaluate: written",
        "evaluate: committed",
        "deliver: written",
        "composed:2",
        "answered:2",
    ],
)
def test_work_fails_in_words_while_the_database_is_gone_and_resumes_when_it_is_back(
    cluster: Cluster, council: Council, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    clock, steps = MovingClock(), Steps(step, cluster.stop)
    application = _opened(council, monkeypatch, clock, steps)
    station = Station(application, steps, clock)
    council.send_figures(monthly_figures(0))
    try:
        with pytest.raises(StoreUnavailableError, match="limen cannot use the PostgreSQL database") as told:
            station.once()
        assert "Check that the server runs" in str(told.value)
        for job in (station.judge, station.deliver):
            with pytest.raises(StoreUnavailableError):
                job()
        cluster.start_again()
        station.once()
        clock.ahead += timedelta(minutes=10)
        station.once()
    finally:
        if cluster.process.poll() is not None:
            cluster.start_again()
        application.close()

    assert what_is_wrong(council) == []
    assert Counter(mail.message_id for mail in council.received()).total() == 4
