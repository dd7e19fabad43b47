"""Reads a published file, wide and of whatever shape, by the mapping of its source."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from hashlib import sha256
from itertools import islice
from typing import Final

from monitor.core.sources import Column, Source
from monitor.intake.faults import FileFaultCode, Rejection, UnreadableFileError, shown
from monitor.intake.gathering import Gathered, Progress, told
from monitor.intake.mapped_rows import MappedRowReader
from monitor.intake.observation_files import ParsedFile, Reading, observation_table
from monitor.intake.tables import HEADER_WITHIN, Header, HeaderForm, NumberedRow, without_empty_end

NAMED_AREAS: Final = 8
NAMED_COLUMNS: Final = 3
CLOSE: Final = 0.6


def read_mapped_file(
    data: bytes, name: str, source: Source, reading: Reading, *, progress: Progress | None = None
) -> ParsedFile:
    """Reads a CSV or XLSX file by the mapping; which of both, its bytes say, not its name.

    Its ``digest`` takes the mapping in, and which areas were not known: once either has changed, the same
    file may bring more.

    Raises:
        UnreadableFileError: the file as a whole cannot be read, or the mapping does not fit it.
    """
    columns = source.columns()
    table = observation_table(data, _header_form(columns))
    _require_columns(source, columns, table.header)
    reader = MappedRowReader(source, table.header, reading.indicators, reading.areas, reading.today)
    gathered, rows, taken = Gathered(), 0, 0
    for line, cells in told(table, progress):
        rows += 1
        found = reader.read(line, cells)
        if found is None:
            continue
        taken += 1
        gathered.empty += found.empty
        for observation in found.observations:
            gathered.add(observation, line)
        if found.rejection is not None:
            gathered.rejections.append(found.rejection)
    if rows and not taken:
        raise _nothing_taken(source, rows, reader)
    rejections = gathered.settled(table)
    return ParsedFile(
        name,
        _digest(data, source, reader.unknown_areas, rejections),
        table.header.cells,
        gathered.observations,
        rejections,
        gathered.empty,
        gathered.repeated,
        (*table.notices, *_notices(source, rows, taken, reader, gathered)),
    )


def _header_form(columns: Sequence[Column]) -> HeaderForm:
    """The row that names most of the mapping's columns is the header."""
    wanted = {_key(column.name): column.name for column in columns}
    first = list(dict.fromkeys(column.name for column in columns))[:NAMED_COLUMNS]

    def find(rows: Iterable[NumberedRow]) -> Header | None:
        best: Header | None = None
        for line, cells in islice(rows, HEADER_WITHIN):
            keys = [_key(cell) for cell in cells]
            places = {name: keys.index(key) for key, name in wanted.items() if key in keys}
            if len(places) > (len(best.columns) if best else 0):
                best = Header(line, without_empty_end(cells), places)
        return best

    return HeaderForm(
        find, f"{', '.join(shown(name) for name in first)} and the others that the source names"
    )


def _require_columns(source: Source, columns: Sequence[Column], header: Header) -> None:
    """Refuses a file that lacks a column of the mapping, naming every such place in the rule file."""
    keys = [_key(cell) for cell in header.cells]
    places = {_key(name): place for name, place in header.columns.items()}
    for column in columns:
        # One column may be named several times, and not with the same capitals.
        if _key(column.name) in places:
            header.columns[column.name] = places[_key(column.name)]
    missing = {column.name: column for column in reversed(columns) if column.name not in header.columns}
    if missing:
        said = [_missing(column, header) for column in reversed(missing.values())]
        raise UnreadableFileError(
            FileFaultCode.NO_COLUMN,
            "\n".join([f"The file does not have every column that the source {source.id} names.", *said]),
        )
    for name in header.columns:
        if keys.count(_key(name)) > 1:
            raise UnreadableFileError(
                FileFaultCode.TWO_COLUMNS,
                f"Line {header.line} has more than one column {shown(name)}, so limen cannot tell which one "
                f"the source {source.id} means.",
            )


def _missing(column: Column, header: Header) -> str:
    names = {_key(cell): cell.strip() for cell in header.cells if cell.strip()}
    close = get_close_matches(_key(column.name), names, n=1, cutoff=CLOSE)
    hint = f"did you mean {names[close[0]]}?" if close else "look at the file's header"
    return f"{column.position}: the file has no column {shown(column.name)} — {hint}"


def _nothing_taken(source: Source, rows: int, reader: MappedRowReader) -> UnreadableFileError:
    why = (
        f"the list of areas has none of its areas ({_areas(reader.unknown_areas)})"
        if reader.unknown_areas
        else "no row has the words that it wants under keep and area"
    )
    return UnreadableFileError(
        FileFaultCode.NO_ROWS,
        f"The source {source.id} ({source.position}) takes none of the file's {rows:,} rows: {why}.",
    )


def _digest(data: bytes, source: Source, unknown: Iterable[str], rejections: Sequence[Rejection]) -> str:
    digest = sha256(data)
    digest.update(f"\0source {source.id} {source.digest()}".encode())
    for area in sorted(unknown):
        digest.update(f"\0unknown {area}".encode())
    for rejection in rejections:
        digest.update(f"\0{rejection.line}".encode())
    return digest.hexdigest()


def _notices(
    source: Source, rows: int, taken: int, reader: MappedRowReader, gathered: Gathered
) -> tuple[str, ...]:
    said = [f"Read by the source {source.id} ({source.title}): {taken:,} of {rows:,} rows."]
    if reader.not_wanted:
        said.append(f"{_rows(reader.not_wanted)} left out: the source does not ask for them.")
    if reader.unknown_areas:
        count = sum(reader.unknown_areas.values())
        areas = _areas(reader.unknown_areas)
        said.append(f"{_rows(count)} left out, as the list of areas does not have their areas: {areas}.")
    if gathered.empty:
        said.append(f"Figures that are blank and changed nothing: {gathered.empty:,}.")
    if gathered.repeated:
        said.append(f"Figures that stand there twice, the same, and counted once: {gathered.repeated:,}.")
    return tuple(said)


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"


def _areas(unknown: Iterable[str]) -> str:
    names = list(unknown)
    more = len(names) - NAMED_AREAS
    return ", ".join(names[:NAMED_AREAS]) + (f" and {more} more" if more > 0 else "")


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
