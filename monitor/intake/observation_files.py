"""Reads a whole file of observations: what is good, what is set aside and why, and what else is to know."""

from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

from monitor.core.areas import AreaTree
from monitor.core.rulebook import Indicator
from monitor.intake.faults import FaultCode, FileFaultCode, Rejection, UnreadableFileError
from monitor.intake.rows import RowReader
from monitor.intake.tables import Table, require_columns
from monitor.intake.text_tables import text_table
from monitor.intake.workbooks import is_workbook, workbook_table
from monitor.store.observations import NewObservation

LARGEST_FILE: Final = 256 * 1024 * 1024
LOCAL_TIME: Final = "Europe/London"
PROGRESS_EVERY: Final = 5_000
NAMED_LINES: Final = 5

Progress = Callable[[int, int], None]
"""Told how many rows are done, and of how many, roughly."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What files are read by: the rulebook's indicators, the areas, the area meant where a file names none.

    ``now`` decides what lies in the future.
    """

    indicators: Mapping[str, Indicator]
    areas: AreaTree
    now: datetime
    default_area: str | None = None


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """All that a file says. Each row is one of: observation, rejection, ``empty``, ``repeated``.

    ``header`` are the names of its columns; ``empty`` counts rows without any figure (a period still to
    come), ``repeated`` rows that say again what an earlier row said. ``notices`` are sentences for the
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
    today = reading.now.astimezone(ZoneInfo(LOCAL_TIME)).date()
    reader = RowReader(table.header, reading.indicators, reading.areas, reading.default_area, today)
    gathered = _gather(table, reader, progress)
    rejections = (*gathered.rejections, *_contradictions(table, gathered))
    rejections = tuple(sorted(rejections, key=lambda rejection: rejection.line))
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


def observation_table(data: bytes) -> Table:
    """The table of a file in whichever format.

    Raises:
        UnreadableFileError: the file is empty, too large, or cannot be read.
    """
    if not data.strip():
        raise UnreadableFileError(FileFaultCode.EMPTY, "The file is empty.")
    if len(data) > LARGEST_FILE:
        raise too_large(len(data))
    return workbook_table(data) if is_workbook(data) else text_table(data)


def too_large(size: int) -> UnreadableFileError:
    """What to say of a file of ``size`` bytes."""
    return UnreadableFileError(
        FileFaultCode.TOO_LARGE,
        f"The file has {size // 1024**2} MB; limen reads up to {LARGEST_FILE // 1024**2} MB: "
        "split it by period.",
    )


@dataclass(slots=True)
class _Gathered:
    observations: list[NewObservation] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("L"))
    rejections: list[Rejection] = field(default_factory=list)
    empty: int = 0
    repeated: int = 0
    contradicted: dict[int, list[int]] = field(default_factory=dict)


def _gather(table: Table, reader: RowReader, progress: Progress | None) -> _Gathered:
    gathered = _Gathered()
    seen: dict[tuple[str, str], dict[int, int]] = {}
    done = 0
    for done, (line, cells) in enumerate(table.rows(), 1):
        match reader.read(line, cells):
            case NewObservation() as observation:
                _add(gathered, seen, observation, line)
            case Rejection() as rejection:
                gathered.rejections.append(rejection)
            case None:
                gathered.empty += 1
        if progress is not None and done % PROGRESS_EVERY == 0:
            progress(done, max(done, table.about))
    if progress is not None:
        progress(done, done)
    return gathered


def _add(
    gathered: _Gathered, seen: dict[tuple[str, str], dict[int, int]], observation: NewObservation, line: int
) -> None:
    periods = seen.setdefault(observation.series, {})
    place = periods.setdefault(observation.period_end.toordinal(), len(gathered.observations))
    if place == len(gathered.observations):
        gathered.observations.append(observation)
        gathered.lines.append(line)
    elif place in gathered.contradicted or gathered.observations[place] != observation:
        gathered.contradicted.setdefault(place, [gathered.lines[place]]).append(line)
    else:
        gathered.repeated += 1


def _contradictions(table: Table, gathered: _Gathered) -> list[Rejection]:
    """Sets aside all rows that give one figure differently: limen does not choose between them."""
    if not gathered.contradicted:
        return []
    reasons = {
        line: reason
        for lines in gathered.contradicted.values()
        for reason in (_contradiction(lines),)
        for line in lines
    }
    kept = [
        observation
        for place, observation in enumerate(gathered.observations)
        if place not in gathered.contradicted
    ]
    gathered.observations = kept
    return [
        Rejection(line, FaultCode.CONTRADICTION, reasons[line], tuple(cells))
        for line, cells in table.rows()
        if line in reasons
    ]


def _contradiction(lines: Sequence[int]) -> str:
    named = [str(line) for line in lines[:NAMED_LINES]]
    more = len(lines) - len(named)
    last = f"{more:,} more" if more else named.pop()
    return f"lines {', '.join(named)} and {last} give this figure, and not the same: keep the right one"


def _digest(data: bytes, default_area: str | None, rejections: Sequence[Rejection]) -> str:
    digest = sha256(data)
    if default_area is not None:
        digest.update(f"\0area {default_area}".encode())
    for rejection in rejections:
        digest.update(f"\0{rejection.line}".encode())
    return digest.hexdigest()


def _notices(table: Table, gathered: _Gathered) -> tuple[str, ...]:
    notices = list(table.notices)
    if table.header.ignored:
        notices.append(
            f"These columns mean nothing to limen and were left out: {', '.join(table.header.ignored)}."
        )
    if gathered.empty:
        rows = "1 row holds" if gathered.empty == 1 else f"{gathered.empty:,} rows hold"
        notices.append(f"{rows} no figure and changed nothing.")
    if gathered.repeated:
        rows = "1 row repeats" if gathered.repeated == 1 else f"{gathered.repeated:,} rows repeat"
        notices.append(f"{rows} an earlier row word for word and counted once.")
    return tuple(notices)
