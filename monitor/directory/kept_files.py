"""The files that limen last found sound, kept in its state folder: a bad edit keeps it from no start either.

One ZIP archive (``last-good-rules.zip``), put in the place of the one before as a whole. People can open it
to see what is in force.
"""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.durable_files import replace_privately

KEPT_FILE: Final = "last-good-rules.zip"
"""In the state folder."""

_ABOUT: Final = "about.json"
_RULES: Final = "rules/"
_CONFIG: Final = "config/"
_STAMP: Final = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The files of the rules folder and of the configuration folder, by their path in it.

    ``revision`` is that of the rules folder in git, None without one.
    """

    rules: Mapping[str, bytes]
    config: Mapping[str, bytes]
    revision: str | None

    def write_rules(self, into: Path) -> None:
        """Writes the files of the rules folder into an empty folder.

        Raises:
            OSError: they can't be written, or one would lie outside of it.
        """
        for name, content in self.rules.items():
            path = into / name
            if not path.resolve().is_relative_to(into.resolve()):
                raise OSError(f"{KEPT_FILE} has a file outside of its folder: {name}")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """Files that were sound ``at`` an instant."""

    files: FolderFiles
    at: datetime


def keep_files(files: FolderFiles, folder: Path, at: datetime) -> None:
    """Puts the files in the place of those kept before. They are on the disk when this returns.

    They name people, so none but the owner may read them.

    Raises:
        OSError: they can't be written; those kept before are kept.
    """
    names = _names(files)
    about = json.dumps({"at": at.isoformat(), "revision": files.revision, "files": names}, indent=1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, _ABOUT, about.encode())
        for prefix, contents in ((_RULES, files.rules), (_CONFIG, files.config)):
            for name in sorted(contents):
                _put(archive, prefix + name, contents[name])
    replace_privately(folder / KEPT_FILE, packed.getvalue())


def kept_files(folder: Path) -> KeptFiles | None:
    """Returns the files kept last; None where there are none.

    Raises:
        OSError: they can't be read, or the archive is damaged.
    """
    path = folder / KEPT_FILE
    try:
        packed = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            held = {name: archive.read(name) for name in archive.namelist()}
        about = json.loads(held[_ABOUT])
        files = FolderFiles(_below(held, _RULES), _below(held, _CONFIG), about["revision"])
        kept, names = KeptFiles(files, datetime.fromisoformat(about["at"])), about["files"]
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        LookupError,
        TypeError,
        ValueError,
        RuntimeError,
    ) as fault:
        raise OSError(f"{path} is damaged: {fault}") from fault
    if _names(files) != names:  # ZIP has a sum for each file, and none for the list of them
        raise OSError(f"{path} is damaged: files are missing")
    return kept


def _names(files: FolderFiles) -> list[str]:
    return [
        *(_RULES + name for name in sorted(files.rules)),
        *(_CONFIG + name for name in sorted(files.config)),
    ]


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)


def _below(held: Mapping[str, bytes], prefix: str) -> dict[str, bytes]:
    return {name.removeprefix(prefix): content for name, content in held.items() if name.startswith(prefix)}
