"""The watched folder: which files in it are ready, and how one is taken in.

A file's way is: read, recorded in one transaction, its rejected rows written, moved to the archive. It may
end anywhere: until the move the file lies in the inbox and is taken again, and a rejected file that is
already there holds the same. Its batch bears the file's mark (name, size, time of change) until it has been
moved: found again under that mark it changes nothing, while the same bytes that come once more, when it is
gone, are a delivery of their own. Nothing is deleted or overwritten. What operations are to be told of it
is noted before it is moved, and taken back where it stays.
"""

import errno
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from monitor.intake.faults import UnreadableFileError, in_words
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
    spoken_path,
    write_once,
)
from monitor.intake.observation_files import Reading
from monitor.intake.recording import (
    REJECTED_SUFFIX,
    IntakeEvent,
    LeftInPlace,
    Refused,
    fault_identity,
    fault_of,
    record,
    taken_in,
    write_rejected,
)
from monitor.store.batches import Channel, batches_in_inbox, mark_inbox_file
from monitor.store.errors import StoreUnavailableError
from monitor.store.file_faults import FileFault, note_fault, withdraw_fault
from monitor.store.store import Store

REASON_SUFFIX: Final = ".reason.txt"
HIDDEN: Final = (".", "~$")
"""How names begin of files that are not for reading: hidden ones, and Excel's locks on open workbooks."""

UNFINISHED: Final = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".download", ".swp")
"""How names end of files that a program has not finished writing."""

STEPS: Final = ("read", "recorded", "rejected rows written", "moved", "finished")
"""The steps of taking a file in, in their order."""

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)

StepReached = Callable[[str], None]


def _unobserved(_step: str) -> None:
    """Nobody needs to know."""


@dataclass(frozen=True, slots=True)
class _Look:
    fingerprint: Fingerprint
    since: datetime


@dataclass(frozen=True, slots=True)
class _Stuck:
    fingerprint: Fingerprint | None
    event: LeftInPlace


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
    _stuck: dict[str, _Stuck] = field(init=False, default_factory=dict)
    _unfinished: bool = field(init=False, default=True)  # a process before this one may have been killed

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
        self._stuck = {name: stuck for name, stuck in self._stuck.items() if name in looks}
        ready = [
            (look.fingerprint.mtime_ns, name) for name, look in looks.items() if self._settled(look, now)
        ]
        return tuple(self.folder / name for _, name in sorted(ready))

    @property
    def stuck(self) -> Mapping[str, str]:
        """Why each file stays in the folder that somebody has to see to, by its name, since the last look."""
        return {each.event.name: each.event.reason for each in self._stuck.values()}

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
        ready = self.ready_files(reading.now)
        if self._unfinished:
            self._unfinished = self._finish_what_was_moved(store)
        for path in ready:
            yield self.take_in(path, store, reading, step_reached=step_reached)

    def take_in(
        self, path: Path, store: Store, reading: Reading, *, step_reached: StepReached = _unobserved
    ) -> IntakeEvent:
        """Takes one file in. ``step_reached`` is told each of STEPS when it is done.

        Raises:
            StoreUnavailableError: the database cannot be reached; the file lies where it was.
        """
        try:
            event = self._take_in(path, store, reading, step_reached)
        except StillWrittenError:
            return LeftInPlace(
                spoken_name(path), "It is still being written and will be read when it is complete."
            )
        except OSError as error:
            return self._left(path, error)
        self._stuck.pop(path.name, None)
        return event

    def _left(self, path: Path, error: OSError) -> LeftInPlace:
        """One that is gone is not stuck; one that has changed, or stays for another reason, is so anew."""
        try:
            fingerprint = Fingerprint.of(path.lstat())
        except FileNotFoundError:
            return LeftInPlace(spoken_name(path), _TAKEN_AWAY)
        except OSError:
            fingerprint = None
        event = LeftInPlace(spoken_name(path), f"{error.strerror or error}: {_advice(error)}", stuck=True)
        known = self._stuck.get(path.name) == _Stuck(fingerprint, event)
        self._stuck[path.name] = _Stuck(fingerprint, event)
        return replace(event, known=known)

    def _take_in(self, path: Path, store: Store, reading: Reading, step_reached: StepReached) -> IntakeEvent:
        name = spoken_name(path)
        try:
            contents = read_whole(path, follow=False)
        except UnreadableFileError as error:
            return self._set_aside(
                path, Fingerprint.of(path.lstat()), error, store, reading.now, step_reached
            )
        try:
            parsed = read_figures(contents.data, name, reading)
        except UnreadableFileError as error:
            return self._set_aside(path, contents.fingerprint, error, store, reading.now, step_reached)
        step_reached("read")
        target = self._archive_path(path, contents)
        beside = target.name + REJECTED_SUFFIX
        fault = fault_of(parsed, target.parent, beside, reading.now)
        mark = _mark(name, contents.fingerprint)
        others_unfinished, self._unfinished = self._unfinished, True
        recorded = record(store, parsed, Channel.INBOX, now=reading.now, fault=fault, inbox_file=mark)
        step_reached("recorded")
        with _taken_back_if_it_stays(store, fault_identity(parsed.digest, mark) if fault else ""):
            rejected_file = write_rejected(parsed, target.parent, beside)
            step_reached("rejected rows written")
            _move_what_was_read(path, target, contents.fingerprint)
        step_reached("moved")
        with suppress(StoreUnavailableError):  # it has been taken in; the next look finishes it
            _finish(store, [recorded.id])
            self._unfinished = others_unfinished
        step_reached("finished")
        return replace(taken_in(parsed, recorded, rejected_file), archived=target)

    def _finish_what_was_moved(self, store: Store) -> bool:
        """Takes the marks off batches whose file lies in the inbox no more; whether some still bear one."""
        with store.reading() as connection:
            marked = batches_in_inbox(connection)
        if not marked:
            return False
        # Listed after the marks were read: another process may be about to move a file.
        still = {
            _mark(spoken_name(self.folder / name), fingerprint)
            for name, fingerprint in _files_in(self.folder)
        }
        gone = [number for number, mark in marked.items() if mark not in still]
        _finish(store, gone)
        return len(gone) < len(marked)

    def _archive_path(self, path: Path, contents: FileContents) -> Path:
        written_at = contents.fingerprint.written_at
        return free_path(self.archive / f"{written_at:%Y-%m}", dated_name(path, written_at))

    def _set_aside(  # noqa: PLR0917 - what, why, and where it is noted
        self,
        path: Path,
        fingerprint: Fingerprint,
        error: UnreadableFileError,
        store: Store,
        now: datetime,
        step_reached: StepReached,
    ) -> Refused:
        target = free_path(self.failed, dated_name(path, fingerprint.written_at))
        reason = write_once(target.parent, target.name + REASON_SUFFIX, f"{error.reason}\n".encode())
        step_reached("reason written")
        fault = FileFault(now, spoken_name(path), in_words(error.code), spoken_path(reason))
        identity = f"{spoken_path(target)} {fingerprint.size} {fingerprint.mtime_ns}"
        with store.writing() as connection:
            note_fault(connection, identity, fault)
        step_reached("refusal noted")
        with _taken_back_if_it_stays(store, identity):
            _move_what_was_read(path, target, fingerprint)
        step_reached("moved")
        return Refused(spoken_name(path), error.code, error.reason, kept=target)


def _mark(spoken: str, fingerprint: Fingerprint) -> str:
    """By what a file in the inbox is known again after a restart; numbers of devices may be others then."""
    return f"{spoken} {fingerprint.size} {fingerprint.mtime_ns}"


def _finish(store: Store, batch_ids: Sequence[int]) -> None:
    if batch_ids:
        with store.writing() as connection:
            mark_inbox_file(connection, batch_ids, None)


@contextmanager
def _taken_back_if_it_stays(store: Store, identity: str) -> Iterator[None]:
    """Operations are not told of a file that could not be moved: it is taken in again, maybe as a whole."""
    try:
        yield
    except (OSError, StillWrittenError):
        if identity:
            with store.writing() as connection:
                withdraw_fault(connection, identity)
        raise


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


_TAKEN_AWAY: Final = "No such file or directory: it was taken away before it could be read."


def _advice(error: OSError) -> str:
    if error.errno in _NO_ROOM:
        return "make room where the archive and “failed” lie; limen tries again at the next look."
    if isinstance(error, PermissionError):
        return (
            "let the user that limen runs as read the file and write to its folder, the archive and “failed”."
        )
    return "limen tries again at the next look."
