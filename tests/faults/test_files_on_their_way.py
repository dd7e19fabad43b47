"""Files that are still being written, and figures that come in while a cycle judges."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.app import Application, ingest_file
from monitor.settings import load_settings
from monitor.store.store import Store
from monitor.store.tables import batches, observations
from tests.support.council import Council, as_csv, figure, monthly_figures
from tests.support.council_books import rows_in, what_is_wrong
from tests.support.station import Station, Steps, observed

AN_HOUR = 3600


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def steps() -> Steps:
    return Steps()


@pytest.fixture
def application(council: Council, monkeypatch: pytest.MonkeyPatch, steps: Steps) -> Iterator[Application]:
    """The council's limen in this process."""
    for name, value in council.environment.items():
        monkeypatch.setenv(name, value)
    opened = observed(load_settings(), steps, _now)
    assert opened.reload(_now()).loaded
    yield opened
    opened.close()


def test_a_file_that_is_still_being_written_is_not_read(council: Council) -> None:
    council.settings["LIMEN_CYCLE__SETTLE"] = str(AN_HOUR)
    figures = monthly_figures(0)
    text = as_csv(figures)
    file = council.inbox / "0001.csv"
    with file.open("w") as stream:
        stream.write(text[: len(text) // 2])
        stream.flush()
        assert council.run() == 0, council.spoken()
        assert rows_in(council.url, batches) == 0
        stream.write(text[len(text) // 2 :])
    long_ago = file.stat().st_mtime - 100 * 24 * AN_HOUR
    os.utime(file, (long_ago, long_ago))

    assert council.run() == 0, council.spoken()

    council.figures, council.files = figures, 1
    assert what_is_wrong(council) == []


@pytest.mark.parametrize("name", [".0001.csv", "0001.csv.part", "0001.csv.tmp", "~$0001.xlsx"])
def test_what_a_program_has_not_finished_is_left_alone(council: Council, name: str) -> None:
    (council.inbox / name).write_text(as_csv(monthly_figures(0)))

    assert council.run() == 0, council.spoken()

    assert rows_in(council.url, batches) == 0
    assert [path.name for path in council.inbox.iterdir()] == [name]


@pytest.mark.parametrize("step", ["read", "take_in: committed", "recorded"])
def test_a_file_that_grows_while_it_is_taken_in_is_read_again_whole(
    council: Council, application: Application, steps: Steps, step: str
) -> None:
    council.send_figures(monthly_figures(0))
    later = figure("Swale", 1, 50)
    file = council.inbox / "0001.csv"

    def grow() -> None:
        with file.open("a") as stream:
            stream.write(as_csv(later).partition("\n")[2])

    steps.at, steps.then = step, grow
    station = Station(application, steps, _now)
    station.judge()
    assert file.exists()
    station.judge()

    assert not file.exists()
    with application.store.reading() as connection:
        revisions = connection.scalars(select(observations.c.revision)).all()
    assert revisions == [1, 1, 1, 1]
    (kept,) = (council.folder / "archive").glob("*/*.csv")
    assert kept.read_text().count("\n") == 5


@pytest.mark.parametrize("step", ["wrote cycles", "wrote evaluations", "evaluate: written"])
def test_figures_that_come_while_a_cycle_judges_are_judged_by_the_next_one_and_once(
    council: Council, application: Application, steps: Steps, step: str, tmp_path: Path
) -> None:
    file = tmp_path / "0002.csv"
    came = monthly_figures(1)
    file.write_text(as_csv(came))

    def ingest() -> None:
        with Store.open(council.url) as store:
            ingest_file(file, store, application.reading(_now()))

    by_hand = threading.Thread(target=ingest)

    def begin() -> None:
        by_hand.start()
        by_hand.join(0.5)  # it may have to wait for the cycle to end

    steps.at, steps.then = step, begin
    council.send_figures(monthly_figures(0))
    station = Station(application, steps, _now)
    station.once()
    by_hand.join()
    station.once()

    council.figures |= came
    wrong = what_is_wrong(council)
    assert [line for line in wrong if "0002.csv" not in line] == []
