"""The rules of a folder as git had them."""

import subprocess
from pathlib import Path

import pytest

from monitor.rulebook.past import NoSuchRevisionError, commit_of, write_files_at


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@kent.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A rules folder within a repository, in two commits; what lies beside it is no rule."""
    folder = tmp_path / "config" / "rules"
    (folder / "täglich").mkdir(parents=True)
    git(tmp_path, "init", "--initial-branch", "main")
    (tmp_path / "beside.yaml").write_text("beside")
    (folder / "a.yaml").write_text("first\n")
    (folder / "täglich" / "zwei dateien.csv").write_bytes(b"\xff\x00\r\nx")
    (folder / "link.yaml").symlink_to("a.yaml")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    (folder / "a.yaml").write_text("second\n")
    (folder / "b.yaml").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "second")
    (folder / "a.yaml").write_text("not committed\n")
    return folder


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("revision", "content", "names"),
    [
        ("HEAD", b"second\n", {"a.yaml", "b.yaml", "täglich/zwei dateien.csv"}),
        ("main", b"second\n", {"a.yaml", "b.yaml", "täglich/zwei dateien.csv"}),
        ("HEAD~1", b"first\n", {"a.yaml", "täglich/zwei dateien.csv"}),
    ],
)
def test_the_files_of_a_revision_are_written_as_committed(
    rules: Path, tmp_path: Path, revision: str, content: bytes, names: set[str]
) -> None:
    commit, into = commit_of(revision, rules), tmp_path / "into"
    assert commit is not None
    into.mkdir()
    write_files_at(commit, rules, into)

    found = written(into)
    assert set(found) == names
    assert found["a.yaml"] == content
    assert found["täglich/zwei dateien.csv"] == b"\xff\x00\r\nx"


@pytest.mark.parametrize("revision", ["nonsense", "HEAD~9", "", "--help", "-n1", "HEAD:config", "\0"])
def test_what_is_no_revision_is_none(rules: Path, revision: str) -> None:
    assert commit_of(revision, rules) is None


def test_a_folder_that_is_in_no_repository_has_no_revisions(tmp_path: Path) -> None:
    assert commit_of("HEAD", tmp_path) is None
    with pytest.raises(NoSuchRevisionError, match="can't list"):
        write_files_at("0" * 40, tmp_path, tmp_path)


def test_a_folder_that_was_not_there_yet_has_no_files(rules: Path, tmp_path: Path) -> None:
    commit, into = commit_of("HEAD~1", rules), tmp_path / "into"
    assert commit is not None
    into.mkdir()
    newer = rules.parent / "newer"
    newer.mkdir()
    write_files_at(commit, newer, into)

    assert written(into) == {}
