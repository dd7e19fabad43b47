"""A file's table: where its header stands, what its columns are called, and its rows as text.

What a cell holds is handed on as text whatever the file was, so that one way of reading dates and numbers
serves all of them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.intake.faults import FileFaultCode, UnreadableFileError, shown

HEADER_WITHIN: Final = 20
"""The header is looked for in so many rows from the top; titles may stand above it."""

INDICATOR, AREA, PERIOD_END, VALUE = "indicator", "area", "period_end", "value"
NUMERATOR, DENOMINATOR, STATUS = "numerator", "denominator", "status"

SYNONYMS: Final = {
    INDICATOR: ("indicator_id", "indicator_code", "measure"),
    AREA: ("area_name", "area_code", "gss_code", "la", "la_name", "local_authority", "district", "team"),
    PERIOD_END: ("period", "period_ending", "date", "month"),
    VALUE: ("actual", "figure"),
    NUMERATOR: ("num",),
    DENOMINATOR: ("denom", "base"),
    STATUS: ("data_status",),
}
"""What else a column may be called; its own name goes before them where a file has both."""

FROM_A_REJECTED_FILE: Final = ("line", "code", "reason")
"""The columns that limen adds to rows that it sets aside: no surprise when such a file comes back mended."""

NumberedRow = tuple[int, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns as they stand there, and which of them are limen's."""

    line: int
    cells: tuple[str, ...]
    columns: dict[str, int]

    @property
    def ignored(self) -> tuple[str, ...]:
        """The names of the columns that mean nothing to limen."""
        used = set(self.columns.values())
        rest = (name.strip() for n, name in enumerate(self.cells) if n not in used)
        return tuple(name for name in rest if name and _plain(name) not in FROM_A_REJECTED_FILE)


@dataclass(frozen=True, slots=True)
class HeaderForm:
    """Which row is the header. ``find`` picks it from a table's first rows; ``wanted`` says what it names."""

    find: Callable[[Iterable[NumberedRow]], Header | None]
    wanted: str


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below a header. ``rows`` reads them anew each time, with lines from 1, without blank ones.

    ``about`` is how many rows there are, roughly; ``notices`` is what the reader of the file should know.
    """

    header: Header
    rows: Callable[[], Iterator[NumberedRow]]
    about: int
    notices: tuple[str, ...] = ()


def find_header(rows: Iterable[NumberedRow]) -> Header | None:
    """The first row that names at least an indicator and a period, or None.

    Raises:
        UnreadableFileError: such a row names a column twice.
    """
    for line, cells in rows:
        names = [_plain(cell) for cell in cells]
        if _has(names, INDICATOR) and _has(names, PERIOD_END):
            columns = {column: n for column in SYNONYMS if (n := _place(names, column, line)) is not None}
            return Header(line, without_empty_end(cells), columns)
    return None


def require_columns(header: Header, *, default_area: bool) -> None:
    """Refuses a header that lacks what every row needs.

    Raises:
        UnreadableFileError: there is no column for the area and none by default, or none for a value.
    """
    columns = header.columns
    if VALUE not in columns and not {NUMERATOR, DENOMINATOR} <= columns.keys():
        raise UnreadableFileError(
            FileFaultCode.NO_COLUMN,
            f"The header in line {header.line} has no column “value”, nor both “numerator” and "
            "“denominator”: name the column of figures “value”.",
        )
    if AREA not in columns and not default_area:
        raise UnreadableFileError(
            FileFaultCode.NO_AREA,
            f"The header in line {header.line} has no column “area”, so limen cannot tell which area the "
            "figures are for: add the column, or load the file by hand with limen ingest --area NAME.",
        )


OBSERVATIONS: Final = HeaderForm(find_header, "“indicator”, “area”, “period_end” and “value”")
"""The header of a file with one figure a row."""


def no_header(what: str, form: HeaderForm) -> UnreadableFileError:
    """What to say of a file, or of a workbook, that holds no table of this form."""
    return UnreadableFileError(
        FileFaultCode.NO_HEADER,
        f"No header was found in the first {HEADER_WITHIN} rows of {what}: one row must name the columns "
        f"{form.wanted}.",
    )


def rows_below(header: Header, rows: Iterable[NumberedRow]) -> Iterator[NumberedRow]:
    """The rows after the header that hold anything, without repetitions of the header itself."""
    first = header.cells[0].strip().casefold()
    own = [_plain(cell) for cell in header.cells]
    for line, cells in rows:
        if line <= header.line or not any(cells):
            continue
        if cells[0].strip().casefold() == first and [_plain(cell) for cell in cells[: len(own)]] == own:
            continue
        if any(cell and not cell.isspace() for cell in cells):
            yield line, cells


def _plain(name: str) -> str:
    """``Period End`` and ``period-end`` are ``period_end``."""
    return re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")


def _has(names: Sequence[str], column: str) -> bool:
    return column in names or any(synonym in names for synonym in SYNONYMS[column])


def _place(names: Sequence[str], column: str, line: int) -> int | None:
    wanted = [column] if column in names else [name for name in SYNONYMS[column] if name in names]
    places = [n for n, name in enumerate(names) if name in wanted]
    if len(places) > 1:
        both = " and ".join(shown(f"{names[n]}") for n in places)
        raise UnreadableFileError(
            FileFaultCode.TWO_COLUMNS,
            f"Line {line} has more than one column for the {column.replace('_', ' ')}: {both}. "
            f"Name the right one {shown(column)}.",
        )
    return places[0] if places else None


def without_empty_end(cells: Sequence[str]) -> tuple[str, ...]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return tuple(kept)
