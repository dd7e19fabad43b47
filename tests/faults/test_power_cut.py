"""The power fails between any two system calls: what was promised by then is on the disk.

limen runs under strace; its files are rebuilt as a power cut would leave them after each call, without what
was not synchronised and with a part of it.
"""

import itertools
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path

import pytest

from monitor.store.outbox import OutboxState
from tests.support.command import LIMEN, environment
from tests.support.components import require_program
from tests.support.council import Council, as_csv, monthly_figures
from tests.support.council_books import what_is_wrong
from tests.support.power_cut import Call, Disk, calls, strace

BAD_ROW = "open_cases_0,Atlantis,2012-04-30,12"
SEED = 20140331
CUTS_FOR_A_WRITE = 8
"""One cut in so many after a mere write; one after each other call."""

_numbers = itertools.count(1)


@dataclass
class Life:
    """What a life did, call by call, and which mails it had handed over by then."""

    council: Council
    disk: Disk
    log: Path
    handed_over: set[str] = field(default_factory=set)

    def steps(self) -> Iterator[Call]:
        """Each call, once the disk has followed it."""
        for call in calls(self.log):
            self.disk.do(call)
            if call.name == "sendto" and call.texts[0].startswith(b"From: "):
                self.handed_over.add(str(message_from_bytes(call.texts[0])["Message-ID"]))
            yield call


@pytest.fixture
def life(sqlite_template: Path, mail_server: tuple[Path, int], tmp_path: Path) -> Life:
    """A life that reads a file with a bad row and sends four mails."""
    require_program("strace", "strace")
    folder = tmp_path / "council"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "limen.db")
    council = Council(
        folder, f"sqlite:///{folder / 'limen.db'}", *mail_server, domain=f"power-{next(_numbers)}.example"
    )
    council.send_figures(monthly_figures(0), BAD_ROW)
    sent = council.inbox / "0001.csv"
    disk = Disk(
        folder,
        {str(folder / "limen.db"): (folder / "limen.db").read_bytes()},
        {str(sent): sent.read_bytes()},
    )
    log = tmp_path / "calls"
    done = subprocess.run(
        [*strace(log), LIMEN, "once"],
        env=environment(council.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Delivered 5 mails." in done.stdout, done.stdout + done.stderr
    return Life(council, disk, log)


def test_whenever_the_power_fails_what_was_promised_is_on_the_disk(life: Life, tmp_path: Path) -> None:
    chance, cuts = random.Random(SEED), 0  # noqa: S311 - instants, not secrets
    for call in life.steps():
        if call.name in {"pwrite64", "write"} and chance.randrange(CUTS_FOR_A_WRITE):
            continue
        for left in (life.disk.after_cut(), life.disk.after_cut(chance)):
            assert _broken_promises(life, left, tmp_path) == [], f"after {call.name} {call.place}"
            cuts += 1

    assert len(life.handed_over) == 5
    assert cuts > 100


def test_limen_goes_on_from_what_a_power_cut_leaves(life: Life) -> None:
    council = life.council
    for _call in life.steps():
        if len(life.handed_over) == 3:
            break
    left = life.disk.after_cut()

    for place in (council.inbox, council.folder / "archive"):
        shutil.rmtree(place)
    for file in council.folder.glob("limen.db*"):
        file.unlink()
    council.inbox.mkdir()
    _write(left, council.folder, council.folder)

    council.lives += 1  # by the clock of the next one the lease of this one is over
    assert council.run() == 0, council.spoken()
    assert what_is_wrong(council) == []


def _broken_promises(life: Life, left: dict[str, bytes], tmp_path: Path) -> list[str]:
    """What does not hold of the files that a power cut left."""
    place = tmp_path / "after"
    shutil.rmtree(place, ignore_errors=True)
    _write(left, life.council.folder, place)
    with sqlite3.connect(place / "limen.db") as database:
        sound = database.execute("PRAGMA integrity_check").fetchone()[0]
        states = dict(database.execute("SELECT message_id, state FROM outbox"))
        recorded = database.execute("SELECT count(*) FROM batches").fetchone()[0]
    database.close()
    known = {mail for mail, state in states.items() if state in {OutboxState.SENDING, OutboxState.SENT}}
    sent = {mail for mail, state in states.items() if state == OutboxState.SENT}
    moved = not (place / "inbox" / "0001.csv").exists()
    broken = {
        f"the database is damaged: {sound}": sound != "ok",
        f"handed over, and the store knows nothing of it: {life.handed_over - known}": life.handed_over
        - known,
        f"sent by the store, and never handed over: {sent - life.handed_over}": sent - life.handed_over,
        "the file is gone from the inbox, and its figures are not in the store": moved and not recorded,
        "the file is gone from the inbox, and not whole in the archive": moved and not _archived(place),
    }
    return [what for what, holds in broken.items() if holds]


def _archived(place: Path) -> bool:
    """Whether the file and its rejected row lie in the archive."""
    kept = {path.name.endswith(".rejected.csv"): path.read_text("utf-8-sig") for path in _archive(place)}
    return kept.get(False) == as_csv(monthly_figures(0), BAD_ROW) and BAD_ROW in kept.get(True, "")


def _archive(place: Path) -> list[Path]:
    return [path for path in (place / "archive").glob("*/*.csv") if not path.name.startswith(".")]


def _write(left: dict[str, bytes], folder: Path, place: Path) -> None:
    for name, content in left.items():
        if name.endswith("-shm"):
            continue  # shared memory
        path = place / Path(name).relative_to(folder)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
