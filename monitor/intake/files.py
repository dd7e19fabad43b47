"""Files that come and go: read and written whole or not at all, moved without overwriting any.

What is said to be written or moved is on the disk: files and their folders are synchronised (fsync), as
rename(2) and fsync(2) ask for.
"""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Final

from monitor.intake.observation_files import LARGEST_FILE, too_large

LONGEST_NAME: Final = 200
"""In bytes; what is put around a name must fit into the 255 of usual file systems."""


class StillWrittenError(Exception):
    """The file changed while it was read."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """By what a file is seen to have changed."""

    device: int
    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Fingerprint":
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    @property
    def written_at(self) -> datetime:
        """When the file was last written."""
        return datetime.fromtimestamp(self.mtime_ns // 1_000_000_000, UTC)


@dataclass(frozen=True, slots=True)
class FileContents:
    """What a file held, and which file that was."""

    data: bytes
    fingerprint: Fingerprint


def spoken_name(path: Path) -> str:
    """The file's name as text that can be printed and stored, whatever bytes it is made of."""
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(sign if sign.isprintable() else "?" for sign in name)


def spoken_path(path: Path) -> str:
    """The same for the whole path."""
    return str(path.parent / spoken_name(path))


def read_whole(path: Path, *, follow: bool) -> FileContents:
    """Reads a regular file; ``follow`` says whether a symbolic link may lead to it.

    Raises:
        OSError: it cannot be opened, or is no regular file.
        UnreadableFileError: it is larger than limen reads.
        StillWrittenError: it changed meanwhile.
    """
    # O_NONBLOCK: a named pipe without a writer must not hold limen up.
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    descriptor = os.open(path, flags)
    try:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(path))
        if before.st_size > LARGEST_FILE:
            raise too_large(before.st_size)
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            data = stream.read(LARGEST_FILE + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if Fingerprint.of(before) != Fingerprint.of(after) or len(data) != after.st_size:
        raise StillWrittenError(path.name)
    return FileContents(data, Fingerprint.of(after))


def dated_name(path: Path, written_at: datetime) -> str:
    """``20131205T101500Z-figures.csv``: the same name for the same file, however often it is asked for."""
    stem, suffix = os.fsencode(path.stem), os.fsencode(path.suffix)
    room = max(LONGEST_NAME - len(suffix), 1)
    name = os.fsdecode(stem[:room] + suffix[:LONGEST_NAME])
    return f"{written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{name}"


def free_path(folder: Path, name: str) -> Path:
    """The path in the folder under this name, or under name-2, name-3 where that is taken."""
    return next(path for path in _paths(folder, name) if not os.path.lexists(path))


def path_for(folder: Path, name: str, data: bytes) -> Path:
    """Where ``write_once`` would write this, or has written it."""
    return next(path for path in _paths(folder, name) if not os.path.lexists(path) or _holds(path, data))


def write_once(folder: Path, name: str, data: bytes) -> Path:
    """Writes a file without overwriting any; a file that already holds the same stays as it is."""
    make_folder(folder)
    path = path_for(folder, name, data)
    if not os.path.lexists(path):
        _write(path, data)
    return path


def _paths(folder: Path, name: str) -> Iterator[Path]:
    stem, suffix = Path(name).stem, Path(name).suffix
    yield folder / name
    for number in count(2):
        yield folder / f"{stem}-{number}{suffix}"


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and path.read_bytes() == data


def move(source: Path, target: Path) -> None:
    """Moves a file to a path that is free, also to another file system.

    Whoever wrote it may not have synchronised it: it is, before it goes, or a power cut could leave its name
    in the archive and nothing in it.

    Raises:
        OSError: it cannot be moved; it is then still where it was.
    """
    make_folder(target.parent)
    _synchronise(source, os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        contents = read_whole(source, follow=False)
        _write(target, contents.data)
        os.utime(target, ns=(contents.fingerprint.mtime_ns, contents.fingerprint.mtime_ns))
        source.unlink()
    _synchronise(target.parent, os.O_DIRECTORY)
    _synchronise(source.parent, os.O_DIRECTORY)


def make_folder(folder: Path) -> None:
    """Makes a folder and those around it, where they are missing."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for place in missing:
        _synchronise(place.parent, os.O_DIRECTORY)


def _write(path: Path, data: bytes) -> None:
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    partial.replace(path)
    _synchronise(path.parent, os.O_DIRECTORY)


def _synchronise(path: Path, flags: int) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
