"""Reads a whole file of observations: what is good, what is set aside and why, and what else is to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Indicator
from monitor.core.sources import Source
from monitor.intake.faults import FileFaultCode, Rejection, UnreadableFileError
from monitor.intake.gathering import Gathered, Progress, told
from monitor.intake.rows import RowReader
from monitor.intake.tables import OBSERVATIONS, HeaderForm, Table, require_columns
from monitor.intake.text_tables import text_table
from monitor.intake.workbooks import is_workbook, workbook_table
from monitor.store.observations import NewObservation

LARGEST_FILE: Final = 256 * 1024 * 1024
LOCAL_TIME: Final = "Europe/London"


@dataclass(frozen=True, slots=True)
class Reading:
    """What files are read by: the rulebook's indicators and sources, the areas, and what was said by hand.

    ``now`` decides what lies in the future. ``default_area`` is the area meant where a file names none,
    ``source`` the id of the source by which files are read whatever they are called.
    """

    indicators: Mapping[str, Indicator]
    areas: AreaTree
    now: datetime
    default_area: str | None = None
    sources: Mapping[str, Source] = field(default_factory=dict)
    source: str | None = None

    @property
    def today(self) -> date:
        """The day in England."""
        return self.now.astimezone(ZoneInfo(LOCAL_TIME)).date()


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All that a file says. Each of its figures is one of: observation, rejection, ``empty``, ``repeated``.

    A row is one figure unless a source says otherwise. ``header`` are the names of the columns; ``empty``
    counts figures that are not there (a period still to come), ``repeated`` those that say again what an
    earlier row said. ``notices`` are sentences for the
    file's owner. ``digest`` identifies what is recorded: the SHA-256 of the bytes alone where no row was
    set aside and no area was given by hand. So a file may come again after the rules have learnt the
    indicator it was refused for.
    """

    name: str
    digest: str
    header: tuple[str, ...]
    observations: Sequence[NewObservation]
    rejections: tuple[Rejection, ...]
    empty: int
    repeated: int
    notices: tuple[str, ...]

    @property
    def total(self) -> int:
        """How many rows the file has below its header, blank ones left out."""
        return len(self.observations) + len(self.rejections) + self.empty + self.repeated


def read_observation_file(
    data: bytes, name: str, reading: Reading, *, progress: Progress | None = None
) -> ParsedFile:
    """Reads a CSV or XLSX file; which of both, its bytes say, not its name.

    Raises:
        UnreadableFileError: the file as a whole cannot be read.
    """
    table = observation_table(data)
    require_columns(table.header, default_area=reading.default_area is not None)
    reader = RowReader(table.header, reading.indicators, reading.areas, reading.default_area, reading.today)
    gathered = _gather(table, reader, progress)
    rejections = gathered.settled(table)
    return ParsedFile(
        name,
        _digest(data, reading.default_area if "area" not in table.header.columns else None, rejections),
        table.header.cells,
        gathered.observations,
        rejections,
        gathered.empty,
        gathered.repeated,
        _notices(table, gathered),
    )


def observation_table(data: bytes, form: HeaderForm = OBSERVATIONS) -> Table:
    """The table with a header of this form in a file of whichever format.

    Raises:
        UnreadableFileError: the file is empty, too large, or cannot be read.
    """
    if not data.strip():
        raise UnreadableFileError(FileFaultCode.EMPTY, "The file is empty.")
    if len(data) > LARGEST_FILE:
        raise too_large(len(data))
    return workbook_table(data, form) if is_workbook(data) else text_table(data, form)


def too_large(size: int) -> UnreadableFileError:
    """What to say of a file of ``size`` bytes."""
    return UnreadableFileError(
        FileFaultCode.TOO_LARGE,
        f"The file has {size // 1024**2} MB; limen reads up to {LARGEST_FILE // 1024**2} MB: "
        "split it by period.",
    )


def _gather(table: Table, reader: RowReader, progress: Progress | None) -> Gathered:
    gathered = Gathered()
    for line, cells in told(table, progress):
        match reader.read(line, cells):
            case NewObservation() as observation:
                gathered.add(observation, line)
            case Rejection() as rejection:
                gathered.rejections.append(rejection)
            case None:
                gathered.empty += 1
    return gathered


def _digest(data: bytes, default_area: str | None, rejections: Sequence[Rejection]) -> str:
    digest = sha256(data)
    if default_area is not None:
        digest.update(f"\0area {default_area}".encode())
    for rejection in rejections:
        digest.update(f"\0{rejection.line}".encode())
    return digest.hexdigest()


def _notices(table: Table, gathered: Gathered) -> tuple[str, ...]:
    notices = list(table.notices)
    if table.header.ignored:
        notices.append(
            f"These columns mean nothing to limen and were left out: {', '.join(table.header.ignored)}."
        )
    return (*notices, *gathered.remarks())
