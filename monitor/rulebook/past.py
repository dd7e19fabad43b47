"""The rule files of a folder as git has them at some revision, written into a folder of their own."""

from pathlib import Path

from monitor.rulebook.revision import run_git

_ORDINARY = frozenset({b"100644", b"100755"})
"""Modes of ordinary files; links and submodules are left out (git-ls-tree(1), "OUTPUT FORMAT")."""


class NoSuchRevisionError(Exception):
    """git has no such revision, or the folder is in none of its repositories; the text says which."""


def commit_of(revision: str, folder: Path) -> str | None:
    """The commit that ``revision`` (a branch, a tag, HEAD~1) names in the repository around ``folder``."""
    said = run_git(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return None if said is None else said.decode("ascii", "replace").strip() or None


def is_held_at(commit: str, folder: Path) -> bool:
    """Says whether the commit has any file of the folder; if not, there is no earlier version of it."""
    return bool(run_git(folder, "ls-tree", "-r", "-z", commit))


def write_files_at(commit: str, folder: Path, into: Path) -> None:
    """Writes what lay in ``folder`` at a commit into an empty folder, byte for byte as committed.

    Raises:
        NoSuchRevisionError: git can't show it.
    """
    listed = run_git(folder, "ls-tree", "-r", "-z", commit)
    if listed is None:
        raise NoSuchRevisionError(f"git can't list {folder} at {commit}.")
    found: list[tuple[Path, bytes]] = []
    for entry in filter(None, listed.split(b"\0")):
        about, _, name = entry.partition(b"\t")
        mode, _, number = about.split(b" ")
        if mode in _ORDINARY:
            found.append((into / name.decode("utf-8", "surrogateescape"), number))
    for (path, _), content in zip(found, _contents(folder, [number for _, number in found]), strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _contents(folder: Path, numbers: list[bytes]) -> list[bytes]:
    """The contents of these objects: each is a line that ends in its size, its bytes, and a newline."""
    said = run_git(folder, "cat-file", "--batch", given=b"".join(number + b"\n" for number in numbers))
    if said is None:
        raise NoSuchRevisionError(f"git can't read the files of {folder}.")
    found, at = [], 0
    for _ in numbers:
        head, at = said.index(b"\n", at), said.index(b"\n", at) + 1
        size = int(said[:head].rsplit(b" ", 1)[1])
        found.append(said[at : at + size])
        at += size + 1
    return found
