"""Files that are there as a whole or not at all, and on the disk when they are said to be.

A file is written beside its place, synchronised, and only then given its name; then its folder is
synchronised, as rename(2) and fsync(2) ask for.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Final

_PART: Final = ".part"
_LEFT_BEHIND: Final = 3600  # seconds; nobody takes so long to write one


def replace_privately(file: Path, content: bytes) -> None:
    """Puts a file that only its owner reads in the place of the one before, if there was one.

    What was left beside it when limen was killed on the way goes too: nobody would look for it there.

    Raises:
        OSError: it can't be written; the one before is as it was.
    """
    with private_part(file, content) as part:
        for other in file.parent.glob(f"{escape(file.name)}.*{_PART}"):
            with suppress(OSError):
                if part.stat().st_mtime - other.stat().st_mtime > _LEFT_BEHIND:
                    other.unlink()
        part.replace(file)


@contextmanager
def private_part(file: Path, content: bytes) -> Iterator[Path]:
    """A file beside ``file`` that holds ``content`` already; what the caller calls ``file`` meanwhile stays.

    Only the owner may read it: who runs this, or, when that is root, the owner of the folder; what an
    administrator runs must not leave a file that the service can't read.

    Raises:
        OSError: it can't be written.
    """
    part = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}{_PART}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            if os.geteuid() == 0:
                owner = file.parent.stat()
                os.fchown(stream.fileno(), owner.st_uid, owner.st_gid)
        yield part
    finally:
        part.unlink(missing_ok=True)
    synchronise(file.parent)


def synchronise(folder: Path) -> None:
    """Has a folder's list of files written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
