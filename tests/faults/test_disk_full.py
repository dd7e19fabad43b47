"""No room left: limen says so, loses nothing, and goes on where it was once there is room."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.components import require
from tests.support.council import Council, monthly_figures
from tests.support.council_books import what_is_wrong
from tests.support.station import STORE_AWAY

KIB = 1024
_numbers = itertools.count(1)
BAD_ROW = "open_cases_0,Atlantis,2012-04-30,12"


@pytest.fixture
def sqlite_council(sqlite_template: Path, mail_server: tuple[Path, int], tmp_path: Path) -> Council:
    return _council(tmp_path / "council", sqlite_template, mail_server, f"full-{next(_numbers)}.example")


def _council(folder: Path, template: Path, mail_server: tuple[Path, int], domain: str) -> Council:
    folder.mkdir()
    shutil.copy(template, folder / "limen.db")
    return Council(folder, f"sqlite:///{folder / 'limen.db'}", *mail_server, domain=domain)


@pytest.mark.parametrize("largest", [16, 96])
def test_a_database_that_may_not_grow_is_said_clearly_and_nothing_is_lost(
    sqlite_council: Council, largest: int
) -> None:
    council = sqlite_council
    for index in range(12):
        council.send_figures(monthly_figures(index), *[BAD_ROW] * 20)

    assert council.run(task="all", largest_file=largest * KIB) == STORE_AWAY, council.spoken()

    told = council.spoken()
    assert f"limen cannot use the SQLite file {council.folder / 'limen.db'}" in told
    assert "that the disk is not full" in told
    assert "Traceback" not in told
    assert council.run(task="all") == 0, council.spoken()
    assert what_is_wrong(council) == []


def test_a_rejected_file_that_does_not_fit_keeps_its_source_in_the_inbox(council: Council) -> None:
    council.send_figures(monthly_figures(0), *[BAD_ROW] * 6_000)

    assert council.run(largest_file=420 * KIB) == 0, council.spoken()

    assert [path.name for path in council.inbox.iterdir()] == ["0001.csv"]
    assert "File too large: limen tries again at the next look." in council.spoken()
    assert len(council.received()) == 4
    assert council.run() == 0, council.spoken()
    assert what_is_wrong(council) == []
    (rejected,) = (council.folder / "archive").glob("*/*.rejected.csv")
    assert rejected.read_text("utf-8-sig").count("Atlantis") >= 6_000


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    require(os.geteuid() == 0, "needs root, to mount a small file system")
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "limen-small-disk", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    require(mounted.returncode == 0, f"needs to mount a small file system: {mounted.stderr}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.xdist_group("a file system of our own")
@pytest.mark.parametrize("left", [0, 60, 300])
def test_a_full_disk_is_said_clearly_and_nothing_is_lost(
    small_disk: Path, sqlite_template: Path, mail_server: tuple[Path, int], tmp_path: Path, left: int
) -> None:
    council = _council(small_disk / "council", sqlite_template, mail_server, f"full-disk-{left}.example")
    council.log_folder = tmp_path
    for index in range(12):
        council.send_figures(monthly_figures(index), *[BAD_ROW] * 100)
    filler = small_disk / "filler"
    _fill(filler, small_disk, left * KIB)

    assert council.run(task="all") == STORE_AWAY, council.spoken()

    told = council.spoken()
    assert f"limen cannot use the SQLite file {council.folder / 'limen.db'}" in told
    assert "that the disk is not full" in told
    assert "Traceback" not in told
    filler.unlink()
    assert council.run(task="all") == 0, council.spoken()
    assert what_is_wrong(council) == []


def _fill(filler: Path, disk: Path, left: int) -> None:
    status = os.statvfs(disk)
    filler.write_bytes(bytes(max(status.f_bavail * status.f_frsize - left, 0)))
