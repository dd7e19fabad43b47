"""Rule files on the disk: which are meant, and how one is replaced."""

import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from monitor.rulebook.formatting.formatter import Formatted, formatted
from monitor.rulebook.problems import Problem, ProblemLog
from monitor.rulebook.rule_files import is_table, read_bytes, rule_file_paths, shown_path


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """A file, and its text before and after."""

    path: Path
    shown: str
    text: Formatted

    @property
    def is_changed(self) -> bool:
        """Whether its form is another than the canonical one."""
        return self.text.before != self.text.after


@dataclass(frozen=True, slots=True)
class FormattedFiles:
    """What came of some paths: files that have a form, and why others have none."""

    files: tuple[FormattedFile, ...]
    problems: tuple[Problem, ...]
    sources: dict[str, str]


def format_files(paths: Iterable[Path], name: Callable[[Path], str] = str) -> FormattedFiles:
    """Reads files, and of folders all rule files in and below them, and puts each into its form.

    Nothing is written. A file that is named twice counts once. ``name`` says how a path is shown.

    Raises:
        FormattingError: a form would say something else than its file.
    """
    log, found, sources = ProblemLog(), [], {}
    for path in dict.fromkeys(each for given in paths for each in _files(given, log)):
        shown = shown_path(name(path))
        content = read_bytes(path, shown, log)
        text = None if content is None else formatted(shown, content, log)
        if text is not None:
            found.append(FormattedFile(path, shown, text))
        elif content is not None:
            sources[shown] = content.decode("utf-8-sig", "replace")
    return FormattedFiles(tuple(found), log.sorted(), sources)


def _files(path: Path, log: ProblemLog) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(each for each in rule_file_paths(path, log) if not is_table(each.name))


def replace_file(path: Path, text: str) -> None:
    """Puts ``text`` in place of a file's content, whole or not at all.

    Mode and owner stay, links are followed. Written beside it, synced, and renamed over it: whoever opens it
    sees the old or the new (rename(2)).

    Raises:
        OSError: it could not be written; the file is as it was.
    """
    target = path.resolve()
    before = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(before.st_mode))
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                _keep_owner(file.fileno(), before)
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _keep_owner(descriptor: int, before: os.stat_result) -> None:
    """Gives the new file the owner of the old one where that is allowed: root may, others may not."""
    try:
        os.fchown(descriptor, before.st_uid, before.st_gid)
    except PermissionError:
        return
