"""The last good files: kept whole, found again as they were, never in the way."""

import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.directory.folders import load_folders, read_folders
from monitor.directory.kept_files import KEPT_FILE, FolderFiles, KeptFiles, keep_files, kept_files
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir

AT = datetime(2013, 10, 14, 9, 30, tzinfo=UTC)
SOME = FolderFiles({"rules.yaml": b"indicators: {}\n"}, {"areas.csv": b"code,name\n"}, None)

names = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
files = st.dictionaries(names, st.binary(max_size=200), max_size=4)


@given(rules=files, config=files, revision=st.none() | st.text("0123456789abcdef", max_size=40))
def test_what_is_kept_is_found_again(
    rules: dict[str, bytes],
    config: dict[str, bytes],
    revision: str | None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("state")
    kept = FolderFiles(rules, config, revision)

    keep_files(kept, folder, AT)

    assert kept_files(folder) == KeptFiles(kept, AT)
    assert [path.name for path in folder.iterdir()] == [KEPT_FILE]


def test_the_shipped_rules_come_back_as_the_same_rulebook() -> None:
    loaded = load_folders(shipped_rules_dir(), shipped_config_dir())
    assert loaded.files is not None

    again = read_folders(loaded.files)

    assert (again.areas, again.contacts, again.rulebook) == (loaded.areas, loaded.contacts, loaded.rulebook)
    assert again.problems == loaded.problems


def test_files_with_errors_are_not_there_to_be_kept(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("a: [")

    assert load_folders(tmp_path, shipped_config_dir()).files is None


def test_none_but_the_owner_reads_them_and_a_newer_set_takes_their_place(tmp_path: Path) -> None:
    keep_files(SOME, tmp_path, AT)
    assert (tmp_path / KEPT_FILE).stat().st_mode & 0o777 == 0o600
    newer = FolderFiles({}, SOME.config, "abc")

    keep_files(newer, tmp_path, AT)

    found = kept_files(tmp_path)
    assert found is not None
    assert found.files == newer
    with zipfile.ZipFile(tmp_path / KEPT_FILE) as archive:
        assert archive.read("config/areas.csv") == b"code,name\n"


def test_what_a_kill_left_behind_goes_with_the_next_set_and_what_is_being_written_stays(
    tmp_path: Path,
) -> None:
    old, fresh, other = (tmp_path / f"{name}.part" for name in (f"{KEPT_FILE}.7.a", f"{KEPT_FILE}.8.b", "x"))
    for part in (old, fresh, other):
        part.touch()
    for part in (old, other):
        os.utime(part, (0, 0))

    keep_files(SOME, tmp_path, AT)

    assert {path.name for path in tmp_path.iterdir()} == {KEPT_FILE, fresh.name, other.name}


def test_where_they_cannot_be_written_the_ones_before_stay(tmp_path: Path) -> None:
    keep_files(SOME, tmp_path, AT)
    before = (tmp_path / KEPT_FILE).read_bytes()

    with pytest.raises(OSError, match="not-there"):
        keep_files(SOME, tmp_path / "not-there", AT)

    assert (tmp_path / KEPT_FILE).read_bytes() == before


def test_none_are_kept_at_first(tmp_path: Path) -> None:
    assert kept_files(tmp_path) is None


@pytest.mark.parametrize("cut", [0, 10, 60, -1])
def test_a_damaged_archive_is_named(cut: int, tmp_path: Path) -> None:
    keep_files(SOME, tmp_path, AT)
    file = tmp_path / KEPT_FILE
    file.write_bytes(file.read_bytes()[:cut])

    with pytest.raises(OSError, match=r"last-good-rules\.zip is damaged"):
        kept_files(tmp_path)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_fell_over_is_found_or_does_no_harm(
    place: int, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("state")
    keep_files(SOME, folder, AT)
    held = bytearray((folder / KEPT_FILE).read_bytes())
    held[place % len(held)] ^= 1 << bit
    (folder / KEPT_FILE).write_bytes(held)

    try:
        found = kept_files(folder)
    except OSError:
        return
    assert found == KeptFiles(SOME, AT)


def test_an_archive_that_lost_a_file_from_its_list_is_damaged(tmp_path: Path) -> None:
    keep_files(SOME, tmp_path, AT)
    with zipfile.ZipFile(tmp_path / KEPT_FILE) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(tmp_path / KEPT_FILE, "w") as archive:
        for name in held.keys() - {"rules/rules.yaml"}:
            archive.writestr(name, held[name])

    with pytest.raises(OSError, match="damaged: files are missing"):
        kept_files(tmp_path)
