from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.intake.faults import FaultCode, FileFaultCode
from monitor.intake.observation_files import read_observation_file
from monitor.intake.recording import Refused, TakenIn, ingest_file, record
from monitor.store.batches import Channel, recent_batches
from monitor.store.store import Store
from monitor.store.tables import observations
from tests.support.observation_files import INDICATORS, NOW, indicator, reading

HEADER = "indicator,area,period_end,value\n"


def _values(store: Store) -> list[tuple[date, int, int | None]]:
    with store.reading() as connection:
        found = observations.c
        rows = connection.execute(
            select(found.period_end, found.revision, found.value).order_by(found.period_end, found.revision)
        )
        return [(row.period_end, row.revision, row.value) for row in rows]


def _file(folder: Path, *rows: str, name: str = "figures.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "\n".join(rows), encoding="utf-8")
    return path


def _ingested(path: Path, store: Store) -> TakenIn:
    event = ingest_file(path, store, reading())
    assert isinstance(event, TakenIn)
    return event


def test_a_file_loaded_by_hand_stays_and_its_bad_rows_lie_beside_it(store: Store, tmp_path: Path) -> None:
    path = _file(
        tmp_path,
        "cp_plan_rate,Kent,2013-11-30,39.4",
        "cp_plan_rate,Kent,2013-10-31,x1",
        "cp_plan_rate,Kent,2014-03-31,",
    )
    event = _ingested(path, store)

    assert event == TakenIn(
        "figures.csv",
        batch=event.batch,
        accepted=1,
        restated=0,
        unchanged=0,
        rejected=1,
        empty=1,
        repeated=0,
        already_known=False,
        notices=("1 row holds no figure and changed nothing.",),
        rejected_file=tmp_path / "figures.csv.rejected.csv",
        reasons=((FaultCode.BAD_NUMBER, 1),),
    )
    assert path.exists()
    assert _values(store) == [(date(2013, 11, 30), 1, 39_400_000)]
    with store.reading() as connection:
        [batch] = recent_batches(connection, 5)
    assert (batch.channel, batch.rows_accepted, batch.rows_rejected) == (Channel.INGEST, 1, 1)


def test_the_same_file_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "cp_plan_rate,Kent,2013-11-30,39.4", "cp_plan_rate,Kent,2013-10-31,x1")
    first = _ingested(path, store)
    second = _ingested(path, store)

    assert second == replace(first, accepted=0, unchanged=1, already_known=True)
    assert _values(store) == [(date(2013, 11, 30), 1, 39_400_000)]
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == ["figures.csv", "figures.csv.rejected.csv"]


def test_a_restated_figure_is_a_new_revision_and_the_old_file_loaded_once_more_sets_it_back(
    store: Store, tmp_path: Path
) -> None:
    old = _file(tmp_path, "cp_plan_rate,Kent,2013-11-30,39.4", "cp_plan_rate,Kent,2013-10-31,39.1")
    new = _file(
        tmp_path, "cp_plan_rate,Kent,2013-11-30,39.6", "cp_plan_rate,Kent,2013-10-31,39.10", name="new.csv"
    )
    _ingested(old, store)
    restated = _ingested(new, store)
    again = _ingested(old, store)
    known = _ingested(old, store)

    assert (restated.accepted, restated.restated, restated.unchanged) == (1, 1, 1)
    assert (again.accepted, again.restated, again.unchanged, again.already_known) == (1, 1, 1, False)
    assert (known.batch, known.accepted, known.already_known) == (again.batch, 0, True)
    assert _values(store) == [
        (date(2013, 10, 31), 1, 39_100_000),
        (date(2013, 11, 30), 1, 39_400_000),
        (date(2013, 11, 30), 2, 39_600_000),
        (date(2013, 11, 30), 3, 39_400_000),
    ]


def test_a_file_comes_in_again_once_the_rules_know_what_they_did_not(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "cp_plan_rate,Kent,2013-11-30,39.4", "new_measure,Kent,2013-11-30,5")
    first = _ingested(path, store)
    wider = replace(reading(), indicators={**INDICATORS, "new_measure": indicator("new_measure")})
    second = ingest_file(path, store, wider)

    assert (first.accepted, first.rejected) == (1, 1)
    assert isinstance(second, TakenIn)
    assert (second.accepted, second.unchanged, second.rejected, second.rejected_file) == (1, 1, 0, None)


def test_the_digest_of_a_clean_file_is_that_of_its_bytes() -> None:
    data = (HEADER + "cp_plan_rate,Kent,2013-11-30,39.4").encode()

    assert read_observation_file(data, "figures.csv", reading()).digest == sha256(data).hexdigest()


def test_rejected_rows_that_someone_is_mending_are_not_overwritten(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, "cp_plan_rate,Kent,2013-10-31,x1")
    first = _ingested(path, store).rejected_file
    assert first is not None
    first.write_text("half mended", encoding="utf-8")
    second = _ingested(path, store).rejected_file

    assert second == tmp_path / "figures.csv.rejected-2.csv"
    assert first.read_text(encoding="utf-8") == "half mended"


def test_a_file_that_cannot_be_read_is_refused_and_nothing_is_written(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes(b"")

    assert ingest_file(path, store, reading()) == Refused(
        "figures.csv", FileFaultCode.EMPTY, "The file is empty."
    )
    assert list(tmp_path.glob("*.csv")) == [path]
    with store.reading() as connection:
        assert recent_batches(connection, 5) == ()


def test_a_link_given_by_hand_is_followed_and_what_is_no_file_is_an_error(
    store: Store, tmp_path: Path
) -> None:
    _file(tmp_path, "cp_plan_rate,Kent,2013-11-30,39.4", name="real.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")

    assert _ingested(tmp_path / "link.csv", store).accepted == 1
    for path in (tmp_path, tmp_path / "nowhere.csv"):
        with pytest.raises(OSError, match=path.name):
            ingest_file(path, store, reading())


def test_progress_runs_over_reading_and_recording(store: Store, tmp_path: Path) -> None:
    path = _file(tmp_path, *(f"cp_plan_rate,Kent,{date.fromordinal(728_000 + n)},1" for n in range(6000)))
    told: list[tuple[int, int]] = []
    ingest_file(path, store, reading(), progress=lambda done, total: told.append((done, total)))

    assert told == [(5000, 12_000), (6000, 12_000), (11_000, 12_000), (12_000, 12_000)]


def test_a_batch_is_written_whole_or_not_at_all(store: Store) -> None:
    parsed = read_observation_file(
        (HEADER + "cp_plan_rate,Kent,2013-11-30,39.4").encode(), "a.csv", reading()
    )

    class StoppedError(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        record(store, parsed, Channel.INBOX, now=NOW, progress=stop)
    assert _values(store) == []
    with store.reading() as connection:
        assert recent_batches(connection, 5) == ()
