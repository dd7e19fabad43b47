"""The watched folder: which files in it are ready, and how one is taken in.

A file's way is: read, recorded in one transaction, its rejected rows written, moved to the archive. It may
end anywhere: until the last step the file lies in the inbox and is taken again, a batch that is known
changes nothing, and a rejected file that is already there holds the same. Nothing is deleted or
overwritten.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.intake.faults import UnreadableFileError
from monitor.intake.figure_files import read_figures
from monitor.intake.files import (
    FileContents,
    Fingerprint,
    StillWrittenError,
    dated_name,
    free_path,
    move,
    read_whole,
    spoken_name,
    write_once,
)
from monitor.intake.observation_files import Reading
from monitor.intake.recording import (
    REJECTED_SUFFIX,
    IntakeEvent,
    LeftInPlace,
    Refused,
    record,
    taken_in,
    write_rejected,
)
from monitor.store.batches import Channel
from monitor.store.store import Store

REASON_SUFFIX: Final = ".reason.txt"
HIDDEN: Final = (".", "~$")
"""How names begin of files that are not for reading: hidden ones, and Excel's locks on open workbooks."""

UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp")
"""How names end of files that a program has not finished writing."""

STEPS: Final = ("read", "recorded", "rejected rows written", "moved")
"""The steps of taking a file in, in their order."""

StepReached = Callable[[str], None]


def _unobserved(_step: str) -> None:
    """Nobody needs to know."""


@dataclass(frozen=True, slots=True)
class _Look:
    fingerprint: Fingerprint
    since: datetime


@dataclass(slots=True)
class Inbox:
    """A folder that files are put into, and where they go from there.

    ``archive`` takes files that were read, by month, with the rejected rows beside them; ``failed`` those
    that could not be read, with the reason beside them. ``settle``: how long a file must have stayed the
    same.
    """

    folder: Path
    archive: Path
    failed: Path
    settle: timedelta = timedelta(seconds=5)
    _looks: dict[str, _Look] = field(init=False, default_factory=dict)

    def ready_files(self, now: datetime) -> tuple[Path, ...]:
        """The files to take in, the one written first coming first.

        Links, folders, hidden and unfinished files are left alone. A file is ready when nobody has written to
        it for the settle time, by its own date or, where clocks differ, by what earlier looks saw.

        Raises:
            OSError: the folder cannot be read.
        """
        looks: dict[str, _Look] = {}
        for name, fingerprint in _files_in(self.folder):
            before = self._looks.get(name)
            is_same = before is not None and before.fingerprint == fingerprint
            looks[name] = before if before is not None and is_same else _Look(fingerprint, now)
        self._looks = looks
        ready = [
            (look.fingerprint.mtime_ns, name) for name, look in looks.items() if self._settled(look, now)
        ]
        return tuple(self.folder / name for _, name in sorted(ready))

    def _settled(self, look: _Look, now: datetime) -> bool:
        return now - look.fingerprint.written_at >= self.settle or now - look.since >= self.settle

    def take_in_ready(
        self, store: Store, reading: Reading, *, step_reached: StepReached = _unobserved
    ) -> Iterator[IntakeEvent]:
        """Takes in what is ready, one file after the other; a file that cannot be read stops no other.

        Raises:
            OSError: the folder cannot be read.
            StoreUnavailableError: the database cannot be reached; the files lie where they were.
        """
        for path in self.ready_files(reading.now):
            yield self.take_in(path, store, reading, step_reached=step_reached)

    def take_in(
        self, path: Path, store: Store, reading: Reading, *, step_reached: StepReached = _unobserved
    ) -> IntakeEvent:
        """Takes one file in. ``step_reached`` is told each of STEPS when it is done.

        Raises:
            StoreUnavailableError: the database cannot be reached; the file lies where it was.
        """
        try:
            return self._take_in(path, store, reading, step_reached)
        except StillWrittenError:
            return LeftInPlace(
                spoken_name(path), "It is still being written and will be read when it is complete."
            )
        except OSError as error:
            return LeftInPlace(spoken_name(path), f"{error.strerror or error}: {_advice(error)}")

    def _take_in(self, path: Path, store: Store, reading: Reading, step_reached: StepReached) -> IntakeEvent:
        name = spoken_name(path)
        try:
            contents = read_whole(path, follow=False)
        except UnreadableFileError as error:
            return self._set_aside(path, Fingerprint.of(path.lstat()), error, step_reached)
        try:
            parsed = read_figures(contents.data, name, reading)
        except UnreadableFileError as error:
            return self._set_aside(path, contents.fingerprint, error, step_reached)
        step_reached("read")
        recorded = record(store, parsed, Channel.INBOX, now=reading.now)
        step_reached("recorded")
        target = self._archive_path(path, contents)
        rejected_file = write_rejected(parsed, target.parent, target.name + REJECTED_SUFFIX)
        step_reached("rejected rows written")
        _move_what_was_read(path, target, contents.fingerprint)
        step_reached("moved")
        return replace(taken_in(parsed, recorded, rejected_file), archived=target)

    def _archive_path(self, path: Path, contents: FileContents) -> Path:
        written_at = contents.fingerprint.written_at
        return free_path(self.archive / f"{written_at:%Y-%m}", dated_name(path, written_at))

    def _set_aside(
        self, path: Path, fingerprint: Fingerprint, error: UnreadableFileError, step_reached: StepReached
    ) -> Refused:
        target = free_path(self.failed, dated_name(path, fingerprint.written_at))
        write_once(target.parent, target.name + REASON_SUFFIX, f"{error.reason}\n".encode())
        step_reached("reason written")
        _move_what_was_read(path, target, fingerprint)
        step_reached("moved")
        return Refused(spoken_name(path), error.code, error.reason, kept=target)


def _files_in(folder: Path) -> Iterator[tuple[str, Fingerprint]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(HIDDEN) or entry.name.casefold().endswith(UNFINISHED):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    yield entry.name, Fingerprint.of(entry.stat(follow_symlinks=False))
            except FileNotFoundError:
                continue  # taken away since the folder was listed


def _move_what_was_read(path: Path, target: Path, read: Fingerprint) -> None:
    """Moves the file; one that was written to after it was read goes back, to be read again.

    Raises:
        OSError: it cannot be moved.
        StillWrittenError: it went back.
    """
    if Fingerprint.of(path.lstat()) != read:
        raise StillWrittenError(path.name)
    move(path, target)
    moved = target.lstat()
    if (moved.st_size, moved.st_mtime_ns) != (read.size, read.mtime_ns):
        if not os.path.lexists(path):
            move(target, path)
        raise StillWrittenError(path.name)


def _advice(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it was taken away before it could be read."
    if isinstance(error, PermissionError):
        return (
            "let the user that limen runs as read the file and write to its folder, the archive and “failed”."
        )
    return "limen tries again at the next look."
