"""The same file again: put back after a wrong one, or found again after a kill."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.intake import inbox as inbox_module
from monitor.intake.inbox import STEPS, Inbox
from monitor.intake.recording import IntakeEvent, LeftInPlace, TakenIn, ingest_file
from monitor.store.batches import recent_batches
from monitor.store.errors import StoreUnavailableError
from monitor.store.store import Store
from monitor.store.tables import observations
from tests.support.observation_files import reading

HEADER = "indicator,area,period_end,value\n"
GOOD = f"{HEADER}cp_plan_rate,Kent,2013-11-30,39.4\n"
LATER = f"{HEADER}cp_plan_rate,Kent,2013-11-30,34\n"
WRITTEN = datetime(2013, 12, 5, 10, 15, tzinfo=UTC)


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    (tmp_path / "inbox").mkdir()
    return Inbox(tmp_path / "inbox", tmp_path / "archive", tmp_path / "failed")


def put(inbox: Inbox, name: str, text: str = GOOD) -> None:
    path = inbox.folder / name
    path.write_text(text, encoding="utf-8")
    os.utime(path, (WRITTEN.timestamp(), WRITTEN.timestamp()))


def taken(inbox: Inbox, store: Store) -> list[IntakeEvent]:
    return list(inbox.take_in_ready(store, reading()))


def shown(store: Store) -> list[int | None]:
    """The revisions of the one figure, the first first."""
    with store.reading() as connection:
        return list(connection.scalars(select(observations.c.value).order_by(observations.c.id)))


def test_the_right_file_put_back_after_a_wrong_one_counts_again(inbox: Inbox, store: Store) -> None:
    put(inbox, "right.csv")
    [first] = taken(inbox, store)
    put(inbox, "wrong.csv", LATER)
    taken(inbox, store)
    put(inbox, "right.csv")
    [event] = taken(inbox, store)

    assert isinstance(first, TakenIn)
    assert isinstance(event, TakenIn)
    assert (event.accepted, event.restated, event.already_known) == (1, 1, False)
    [said] = event.notices
    assert said.startswith(
        f"This very file was read before, as batch {first.batch}: 1 figure that had changed "
    )
    assert shown(store) == [39_400_000, 34_000_000, 39_400_000]
    with store.reading() as connection:
        assert [batch.name for batch in recent_batches(connection, 5)] == [
            "right.csv",
            "wrong.csv",
            "right.csv",
        ]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("read_before", [False, True])
def test_a_file_found_again_after_a_kill_does_not_undo_what_came_since(
    inbox: Inbox, store: Store, tmp_path: Path, step: str, read_before: bool
) -> None:
    if read_before:
        put(inbox, "same.csv")
        taken(inbox, store)

    def end(at: str) -> None:
        if at == step:
            raise KilledError

    put(inbox, "figures.csv")
    with pytest.raises(KilledError):
        list(inbox.take_in_ready(store, reading(), step_reached=end))
    by_hand = tmp_path / "later.csv"
    by_hand.write_text(LATER, encoding="utf-8")
    if STEPS.index(step) >= STEPS.index("recorded"):
        ingest_file(by_hand, store, reading())
    events = taken(Inbox(inbox.folder, inbox.archive, inbox.failed), store)

    assert list(inbox.folder.iterdir()) == []
    if step == "read":
        assert shown(store) == [39_400_000]
        return
    assert shown(store) == [39_400_000, 34_000_000]
    assert all(isinstance(event, TakenIn) and event.already_known for event in events)

    put(inbox, "figures.csv")
    [event] = taken(inbox, store)
    assert isinstance(event, TakenIn)
    assert shown(store) == [39_400_000, 34_000_000, 39_400_000]


def test_files_that_cannot_be_moved_do_not_undo_each_other_at_every_look(inbox: Inbox, store: Store) -> None:
    inbox.archive.write_text("a file where the folder should be", encoding="utf-8")
    put(inbox, "a.csv")
    put(inbox, "b.csv", LATER)
    for _ in range(3):
        assert [type(event) for event in taken(inbox, store)] == [LeftInPlace, LeftInPlace]
    assert shown(store) == [39_400_000, 34_000_000]

    inbox.archive.unlink()
    taken(inbox, store)
    assert shown(store) == [39_400_000, 34_000_000]
    with store.reading() as connection:
        assert [batch.inbox_file for batch in recent_batches(connection, 5)] == [None, None]


def test_a_database_that_goes_away_after_the_move_leaves_a_mark_that_the_next_look_takes_off(
    inbox: Inbox, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object) -> None:
        raise StoreUnavailableError("gone")

    put(inbox, "figures.csv")
    with monkeypatch.context() as patched:
        patched.setattr(inbox_module, "_finish", gone)
        [event] = taken(inbox, store)
    assert isinstance(event, TakenIn)
    assert taken(inbox, store) == []
    put(inbox, "wrong.csv", LATER)
    taken(inbox, store)
    put(inbox, "figures.csv")
    taken(inbox, store)

    assert shown(store) == [39_400_000, 34_000_000, 39_400_000]
