"""A file of figures, read by the source that it is of, or else as one figure a row."""

import re
from fnmatch import fnmatchcase
from typing import Final

from monitor.core.sources import Source
from monitor.intake.faults import FileFaultCode, UnreadableFileError
from monitor.intake.gathering import Progress
from monitor.intake.mapped_files import read_mapped_file
from monitor.intake.observation_files import ParsedFile, Reading, read_observation_file

_ARCHIVED: Final = re.compile(r"\d{8}t\d{6}z-", re.ASCII)
_REJECTED: Final = re.compile(r"\.rejected(?:-\d+)?\.csv$", re.ASCII)


def read_figures(data: bytes, name: str, reading: Reading, *, progress: Progress | None = None) -> ParsedFile:
    """Reads a CSV or XLSX file; its name, or ``reading.source``, says by which source.

    Raises:
        UnreadableFileError: the file as a whole cannot be read, or its name fits two sources.
    """
    source = source_of(name, reading)
    if source is None:
        return read_observation_file(data, name, reading, progress=progress)
    return read_mapped_file(data, name, source, reading, progress=progress)


def source_of(name: str, reading: Reading) -> Source | None:
    """The source that was said by hand, or else the one whose patterns fit the file's name.

    A file of rejected rows is of the source of the file that it came from, archived or not.

    Raises:
        KeyError: there is no source of the id that was said.
        UnreadableFileError: two sources fit.
    """
    if reading.source is not None:
        return reading.sources[reading.source]
    plain = _REJECTED.sub("", _ARCHIVED.sub("", name.casefold()))
    fitting = [
        source
        for source in reading.sources.values()
        if any(fnmatchcase(plain, pattern) for pattern in source.files)
    ]
    if len(fitting) > 1:
        named = " and ".join(f"{source.id} ({source.position})" for source in fitting)
        raise UnreadableFileError(
            FileFaultCode.TWO_SOURCES,
            f"The file's name fits the sources {named}: make their patterns differ, or load it by hand with "
            "limen ingest --source ID.",
        )
    return fitting[0] if fitting else None
