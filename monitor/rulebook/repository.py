"""The git repository that rule files lie in: whether it may have changed, and what the rules are called then.

Committing rules that are in force changes their revision and none of their files.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from monitor.core.rulebook import Rulebook
from monitor.rulebook.loader import contents_version
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.revision import folder_revision
from monitor.rulebook.rule_files import read_rule_files

RepositorySight = frozenset[tuple[str, int, int, int]]

_OWN: Final = ("HEAD", "index", "logs/HEAD")
_COMMON: Final = ("packed-refs", "reftable/tables.list")
_REF: Final = "ref:"


class RevisionLook:
    """Looks the revision of a folder's rules up again once its repository may have changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: RepositorySight = frozenset()

    def of_now(self, book: Rulebook) -> Rulebook:
        """Returns the rulebook under its revision of now; the same one where that has not changed.

        Where the folder holds other rules than these, as while an edit is refused, they keep theirs. Looking
        costs a few file statuses; git is asked only when one of them differs.
        """
        seen = repository_sight(self._folder)
        if seen == self._seen:
            return book
        self._seen = seen
        if contents_version(read_rule_files(self._folder, ProblemLog())) != book.version:
            return book
        revision = folder_revision(self._folder)
        if revision is None or revision == book.revision:
            return book
        return replace(book, revision=revision)


def repository_sight(folder: Path) -> RepositorySight:
    """Returns (path, size, time of change in ns, inode) of the files that tell what is committed.

    They are HEAD, the branch it names, the index, HEAD's log and the lists of packed branches, as in
    https://git-scm.com/docs/gitrepository-layout. Nothing where the folder is in no work tree.
    """
    found = []
    for file in _files(folder):
        try:
            facts = file.stat()
        except OSError:
            continue
        found.append((str(file), facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return frozenset(found)


def _files(folder: Path) -> Iterator[Path]:
    try:
        own = _repository(folder)
    except (OSError, ValueError):
        return
    if own is None:
        return
    common = own
    if named := _text(own / "commondir"):  # a work tree beside the first one
        common = own / named
    yield from (own / name for name in _OWN)
    yield from (common / name for name in _COMMON)
    head = _text(own / "HEAD")
    if head.startswith(_REF):
        yield common / head.removeprefix(_REF).strip()


def _repository(folder: Path) -> Path | None:
    """Where the repository keeps what is this work tree's own."""
    whole = folder.resolve()
    for place in (whole, *whole.parents):
        found = place / ".git"
        if found.is_dir():
            return found
        if found.is_file():
            return place / _text(found).removeprefix("gitdir:").strip()
    return None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return ""
