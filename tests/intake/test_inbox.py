import errno
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.intake import files
from monitor.intake import inbox as inbox_module
from monitor.intake.faults import FileFaultCode
from monitor.intake.files import dated_name, free_path, spoken_name, write_once
from monitor.intake.inbox import STEPS, Inbox
from monitor.intake.recording import IntakeEvent, LeftInPlace, Refused, TakenIn
from monitor.store.batches import Channel, recent_batches
from monitor.store.store import Store
from monitor.store.tables import observations
from tests.support.observation_files import NOW, reading

HEADER = "indicator,area,period_end,value\n"
GOOD = f"{HEADER}cp_plan_rate,Kent,2013-11-30,39.4\n"
MIXED = f"{GOOD}cp_plan_rate,Kent,2013-10-31,x1\n"
WRITTEN = datetime(2013, 12, 5, 10, 15, tzinfo=UTC)


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox(tmp_path / "inbox", tmp_path / "archive", tmp_path / "failed")


def put(inbox: Inbox, name: str, text: str | bytes = GOOD, *, written: datetime = WRITTEN) -> Path:
    path = inbox.folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(path, (written.timestamp(), written.timestamp()))
    return path


def taken(inbox: Inbox, store: Store) -> list[IntakeEvent]:
    return list(inbox.take_in_ready(store, reading()))


def everything(inbox: Inbox) -> dict[str, bytes]:
    root = inbox.folder.parent
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.name.startswith("limen.db")
    }


def values(store: Store) -> list[tuple[date, int, int | None]]:
    with store.reading() as connection:
        found = observations.c
        rows = connection.execute(select(found.period_end, found.revision, found.value).order_by(found.id))
        return [(row.period_end, row.revision, row.value) for row in rows]


def test_a_file_is_taken_in_archived_by_month_and_its_bad_rows_lie_beside_it(
    inbox: Inbox, store: Store
) -> None:
    put(inbox, "figures.csv", MIXED)
    [event] = taken(inbox, store)
    archived = inbox.archive / "2013-12" / "20131205T101500Z-figures.csv"

    assert isinstance(event, TakenIn)
    assert (event.name, event.accepted, event.rejected) == ("figures.csv", 1, 1)
    assert event.archived == archived
    assert event.rejected_file == archived.with_name(f"{archived.name}.rejected.csv")
    assert archived.read_text(encoding="utf-8") == MIXED
    assert "cp_plan_rate,Kent,2013-10-31,x1,3,bad-number," in event.rejected_file.read_text(
        encoding="utf-8-sig"
    )
    assert list(inbox.folder.iterdir()) == []
    assert values(store) == [(date(2013, 11, 30), 1, 39_400_000)]
    with store.reading() as connection:
        assert [batch.channel for batch in recent_batches(connection, 5)] == [Channel.INBOX]


def test_an_empty_inbox_brings_nothing_and_a_missing_one_is_an_error(inbox: Inbox, store: Store) -> None:
    assert taken(inbox, store) == []
    inbox.folder.rmdir()
    with pytest.raises(FileNotFoundError):
        taken(inbox, store)


@pytest.mark.parametrize(
    "name", [".hidden.csv", "~$figures.xlsx", "a.csv.tmp", "a.PART", "a.filepart", "a.crdownload"]
)
def test_hidden_and_unfinished_files_are_left_alone(inbox: Inbox, name: str) -> None:
    put(inbox, name)

    assert inbox.ready_files(NOW) == ()


def test_links_folders_and_pipes_are_left_alone(inbox: Inbox, store: Store, tmp_path: Path) -> None:
    outside = tmp_path / "outside.csv"
    outside.write_text(GOOD, encoding="utf-8")
    (inbox.folder / "link.csv").symlink_to(outside)
    (inbox.folder / "folder.csv").mkdir()
    os.mkfifo(inbox.folder / "pipe.csv")

    assert inbox.ready_files(NOW + timedelta(days=9999)) == ()
    for name, reason in (
        ("link.csv", "Too many levels of symbolic links"),
        ("pipe.csv", "Not a regular file"),
    ):
        event = inbox.take_in(inbox.folder / name, store, reading())
        assert isinstance(event, LeftInPlace)
        assert event.reason.startswith(reason)
    assert outside.exists()


def test_the_file_written_first_comes_first(inbox: Inbox) -> None:
    later = put(inbox, "a.csv", written=WRITTEN + timedelta(seconds=1))
    second = put(inbox, "c.csv")
    first = put(inbox, "b.csv")

    assert inbox.ready_files(NOW) == (first, second, later)


def test_a_file_is_not_read_before_it_has_settled(inbox: Inbox) -> None:
    path = put(inbox, "figures.csv")

    assert inbox.ready_files(WRITTEN + timedelta(seconds=4)) == ()
    assert inbox.ready_files(WRITTEN + timedelta(seconds=5)) == (path,)


def test_a_file_dated_in_the_future_is_read_once_two_looks_found_it_the_same(inbox: Inbox) -> None:
    path = put(inbox, "figures.csv", written=WRITTEN + timedelta(days=1))

    assert inbox.ready_files(WRITTEN) == ()
    put(inbox, "figures.csv", MIXED, written=WRITTEN + timedelta(days=1))
    assert inbox.ready_files(WRITTEN + timedelta(seconds=6)) == ()
    assert inbox.ready_files(WRITTEN + timedelta(seconds=10)) == ()
    assert inbox.ready_files(WRITTEN + timedelta(seconds=11)) == (path,)


@pytest.mark.parametrize("step", STEPS)
def test_an_end_at_any_step_loses_nothing_and_taking_in_again_gives_the_same(
    inbox: Inbox, store: Store, step: str
) -> None:
    put(inbox, "figures.csv", MIXED)
    reached: list[str] = []

    def end(at: str) -> None:
        reached.append(at)
        if at == step:
            raise KilledError

    with pytest.raises(KilledError):
        list(inbox.take_in_ready(store, reading(), step_reached=end))
    assert tuple(reached) == STEPS[: STEPS.index(step) + 1]
    events = taken(inbox, store)

    assert len(events) == (0 if step in {"moved", "finished"} else 1)
    archived = "archive/2013-12/20131205T101500Z-figures.csv"
    assert list(everything(inbox)) == [archived, f"{archived}.rejected.csv"]
    assert everything(inbox)[archived] == MIXED.encode()
    assert values(store) == [(date(2013, 11, 30), 1, 39_400_000)]
    with store.reading() as connection:
        [batch] = recent_batches(connection, 5)
    assert (batch.rows_accepted, batch.rows_rejected) == (1, 1)


def test_the_steps_come_in_their_order(inbox: Inbox, store: Store) -> None:
    put(inbox, "figures.csv", MIXED)
    reached: list[str] = []
    list(inbox.take_in_ready(store, reading(), step_reached=reached.append))

    assert tuple(reached) == STEPS


@pytest.mark.parametrize("step", ["reason written", "moved"])
def test_an_end_while_a_file_is_refused_loses_nothing(inbox: Inbox, store: Store, step: str) -> None:
    put(inbox, "report.pdf", b"%PDF-1.4")

    def end(at: str) -> None:
        if at == step:
            raise KilledError

    with pytest.raises(KilledError):
        list(inbox.take_in_ready(store, reading(), step_reached=end))
    taken(inbox, store)

    assert list(everything(inbox)) == [
        "failed/20131205T101500Z-report.pdf",
        "failed/20131205T101500Z-report.pdf.reason.txt",
    ]


def test_a_file_that_cannot_be_read_goes_to_failed_with_its_reason_and_stops_no_other(
    inbox: Inbox, store: Store
) -> None:
    put(inbox, "a-report.pdf", b"%PDF-1.4")
    put(inbox, "b.csv")
    refused, good = taken(inbox, store)

    kept = inbox.failed / "20131205T101500Z-a-report.pdf"
    assert isinstance(refused, Refused)
    assert (refused.name, refused.code, refused.kept) == ("a-report.pdf", FileFaultCode.NO_HEADER, kept)
    assert kept.read_bytes() == b"%PDF-1.4"
    assert kept.with_name(f"{kept.name}.reason.txt").read_text(encoding="utf-8") == f"{refused.reason}\n"
    assert isinstance(good, TakenIn)


def test_a_file_too_large_goes_to_failed_unread(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_FILE", 10)
    put(inbox, "figures.csv")
    [event] = taken(inbox, store)

    assert isinstance(event, Refused)
    assert event.code is FileFaultCode.TOO_LARGE


def test_the_same_file_a_second_time_changes_nothing_and_is_kept_as_well(inbox: Inbox, store: Store) -> None:
    put(inbox, "figures.csv", MIXED)
    taken(inbox, store)
    put(inbox, "figures.csv", MIXED)
    [event] = taken(inbox, store)

    assert isinstance(event, TakenIn)
    assert (event.accepted, event.unchanged, event.already_known) == (0, 1, True)
    assert list(everything(inbox)) == [
        "archive/2013-12/20131205T101500Z-figures-2.csv",
        "archive/2013-12/20131205T101500Z-figures-2.csv.rejected.csv",
        "archive/2013-12/20131205T101500Z-figures.csv",
        "archive/2013-12/20131205T101500Z-figures.csv.rejected.csv",
    ]
    assert len(values(store)) == 1


def test_a_file_that_is_written_to_while_it_is_taken_in_comes_again(inbox: Inbox, store: Store) -> None:
    path = put(inbox, "figures.csv")

    def write_more(step: str) -> None:
        if step == "recorded":
            with path.open("a", encoding="utf-8") as stream:
                stream.write("cp_plan_rate,Kent,2013-10-31,39.1\n")

    [event] = list(inbox.take_in_ready(store, reading(), step_reached=write_more))
    assert isinstance(event, LeftInPlace)
    assert "still being written" in event.reason
    assert path.exists()

    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))
    [again] = taken(inbox, store)
    assert isinstance(again, TakenIn)
    assert (again.accepted, again.unchanged) == (1, 1)


def test_a_file_that_is_taken_away_meanwhile_is_no_error(inbox: Inbox, store: Store) -> None:
    event = inbox.take_in(inbox.folder / "gone.csv", store, reading())

    assert isinstance(event, LeftInPlace)
    assert "taken away" in event.reason


def test_an_archive_that_cannot_be_written_leaves_the_file_and_says_so(inbox: Inbox, store: Store) -> None:
    put(inbox, "figures.csv")
    inbox.archive.write_text("a file where the folder should be", encoding="utf-8")
    [event] = taken(inbox, store)
    assert isinstance(event, LeftInPlace)
    assert (inbox.folder / "figures.csv").exists()

    inbox.archive.unlink()
    [event] = taken(inbox, store)
    assert isinstance(event, TakenIn)
    assert event.already_known
    assert len(values(store)) == 1


def test_a_full_disk_keeps_the_file_and_says_so_once_until_something_changes(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_source: Path, _target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    put(inbox, "figures.csv")
    with monkeypatch.context() as disk:
        disk.setattr(inbox_module, "move", full)
        first, again = (*taken(inbox, store), *taken(inbox, store))
        put(inbox, "figures.csv", MIXED)
        [changed] = taken(inbox, store)

        assert isinstance(first, LeftInPlace)
        assert first.reason == (
            "No space left on device: make room where the archive and “failed” lie; limen tries again at the "
            "next look."
        )
        assert again == replace(first, known=True)
        assert changed == first
        assert (first.stuck, first.known) == (True, False)
        assert inbox.stuck == {"figures.csv": first.reason}
        assert (inbox.folder / "figures.csv").exists()

    [event] = taken(inbox, store)
    assert isinstance(event, TakenIn)
    assert inbox.stuck == {}


def test_a_file_that_was_stuck_and_is_taken_away_is_stuck_no_more(inbox: Inbox, store: Store) -> None:
    path = put(inbox, "figures.csv")
    inbox.archive.write_text("a file where the folder should be", encoding="utf-8")
    taken(inbox, store)
    assert list(inbox.stuck) == ["figures.csv"]
    path.unlink()
    assert taken(inbox, store) == []
    assert inbox.stuck == {}


def test_an_archive_on_another_file_system_is_copied_to(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(inbox, "figures.csv")
    rename = Path.rename

    def refuse(source: Path, target: Path) -> Path:
        if source.parent != Path(target).parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", refuse)
    [event] = taken(inbox, store)

    assert isinstance(event, TakenIn)
    assert everything(inbox) == {"archive/2013-12/20131205T101500Z-figures.csv": GOOD.encode()}
    assert event.archived is not None
    assert event.archived.stat().st_mtime == WRITTEN.timestamp()


NAMES = [b"caf\xe9.csv", "Größe – März.csv".encode(), b"new\nline.csv", b"x" * 250 + b".csv", b"no suffix"]


@pytest.mark.parametrize("raw", NAMES)
def test_a_file_of_any_name_is_taken_in(inbox: Inbox, store: Store, raw: bytes) -> None:
    put(inbox, os.fsdecode(raw), MIXED)
    [event] = taken(inbox, store)

    assert isinstance(event, TakenIn)
    assert event.name.isprintable()
    assert event.name.encode()
    assert event.archived is not None
    assert event.archived.exists()


@given(
    st.binary(min_size=1, max_size=250).filter(
        lambda raw: not {0, 47} & set(raw) and raw not in (b".", b"..")
    )
)
def test_a_dated_name_always_fits_and_is_printable_when_spoken(raw: bytes) -> None:
    path = Path("/inbox") / os.fsdecode(raw)
    name = dated_name(path, WRITTEN)

    assert name.startswith("20131205T101500Z-")
    assert len(os.fsencode(name)) <= 230
    assert spoken_name(path).isprintable()
    assert spoken_name(path).encode()


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    assert free_path(tmp_path, "a.csv") == tmp_path / "a.csv"
    first = write_once(tmp_path, "a.csv", b"1")
    same = write_once(tmp_path, "a.csv", b"1")
    second = write_once(tmp_path, "a.csv", b"2")

    assert (first.name, same.name, second.name) == ("a.csv", "a.csv", "a-2.csv")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert free_path(tmp_path, "a.csv").name == "a-3.csv"
    (tmp_path / "b.csv").symlink_to(tmp_path / "nowhere")
    assert write_once(tmp_path, "b.csv", b"1").name == "b-2.csv"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.csv", "a.csv", "b-2.csv", "b.csv"]


def test_a_file_that_changes_in_the_instant_of_the_move_goes_back(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(inbox, "figures.csv")

    def move_and_write(source: Path, target: Path) -> None:
        files.move(source, target)
        if source == path:
            with target.open("a", encoding="utf-8") as stream:
                stream.write("cp_plan_rate,Kent,2013-10-31,39.1\n")

    monkeypatch.setattr(inbox_module, "move", move_and_write)
    [event] = taken(inbox, store)

    assert isinstance(event, LeftInPlace)
    assert list(everything(inbox)) == ["inbox/figures.csv"]
    assert path.read_text(encoding="utf-8").endswith("39.1\n")
