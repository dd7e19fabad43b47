"""CSV text to cells that know where they stand, so that a fault is shown as in a rule file.

Python's csv module reads the same (RFC 4180, with spaces around quotation marks allowed) but says no column.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown
from monitor.rulebook.source_text import SourceText
from monitor.rulebook.suggestions import listed
from monitor.rulebook.yaml_nodes import Scalar

MOST_CELLS: Final = 100
"""Cells of one row; with more of them it is no table that rules have use for."""

MOST_FAULTS: Final = 100
"""Faulty rows of one table after which the rest of it is not read."""

_CELL: Final = re.compile(r'[ \t]*+"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"[ \t]*+|(?P<plain>[^,\r\n]*+)')
_QUOTED: Final = '"'


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row below the header: its cells by column, those that are empty left out."""

    span: Span
    cells: Mapping[str, Scalar]


def table_rows(
    source: SourceText, needed: Collection[str], known: Collection[str] | None, log: ProblemLog
) -> Iterator[TableRow]:
    """Yields the whole rows of a table; notes those that are not, and a header that lacks a column.

    ``needed`` columns have to be there and filled, ``known`` may be there; None: any others may. Names of
    columns are in small letters.
    """
    records = _records(source, log)
    header = next(records, None)
    if header is None:
        log.note("LIM813", source.span(0, 1), "the table is empty", f"begin it with {','.join(needed)}")
        return
    columns = [" ".join(cell.text.lower().split()) for cell in header]
    if not _is_sound(header, columns, needed, known, log):
        return
    faults = 0
    for record in records:
        row = _row(source, record, columns, needed, log)
        if row is not None:
            yield row
            continue
        faults += 1
        if faults == MOST_FAULTS:
            log.note("LIM814", _span(source, record), "and the rest of the table is not read")
            return


def _is_sound(
    header: list[Scalar],
    columns: list[str],
    needed: Collection[str],
    known: Collection[str] | None,
    log: ProblemLog,
) -> bool:
    errors = log.errors
    whole = header[0].source.span(header[0].start, header[-1].end)
    for column in needed:
        if column not in columns:
            message = f"the table has no column {column}"
            log.note("LIM813", whole, message, f"its first line names the columns: {','.join(needed)}")
    for place, cell in enumerate(header):
        used = {*needed, *(known or ())}
        if known is not None and columns[place] not in used:
            message = f"the table has no use for a column {shown(cell.text)}"
            log.note("LIM813", cell.span, message, listed(cell.text, used, log))
        elif columns[place] in used and columns[place] in columns[:place]:
            log.note("LIM813", cell.span, f"a second column is called {columns[place]}")
    return log.errors == errors


def _row(
    source: SourceText, record: list[Scalar], columns: list[str], needed: Collection[str], log: ProblemLog
) -> TableRow | None:
    span = _span(source, record)
    if len(record) > len(columns):
        message = f"the row has {len(record)} cells, and there are {len(columns)} columns"
        log.note("LIM814", span, message)
        return None
    cells = {column: cell for column, cell in zip(columns, record, strict=False) if cell.text}
    missing = [column for column in needed if column not in cells]
    if missing:
        log.note("LIM814", span, f"the row has no {' and no '.join(missing)}")
        return None
    return TableRow(span, cells)


def _span(source: SourceText, record: list[Scalar]) -> Span:
    return source.span(record[0].start, max(record[-1].end, record[0].start + 1))


def _records(source: SourceText, log: ProblemLog) -> Iterator[list[Scalar]]:
    """The rows that are not blank; reading ends at a cell that no reader of CSV would understand."""
    text, at = source.text, 0
    record: list[Scalar] = []
    while at <= len(text):
        match = _CELL.match(text, at)
        end = match.end() if match else at
        after = text[end : end + 1]
        if match is None or not _is_cell(match, after):
            message = "a quotation mark opens here that is not closed at the cell's end"
            log.note("LIM607", source.span(at, max(end, at + 1)), message)
            return
        record.append(_cell(source, match))
        if len(record) > MOST_CELLS:
            message = f"the row has more than {MOST_CELLS} cells; the table is read no further"
            log.note("LIM814", _span(source, record), message)
            return
        if after == ",":
            at = end + 1
            continue
        if any(cell.text for cell in record):
            yield record
        record = []
        at = end + (2 if text.startswith("\r\n", end) else 1)


def _is_cell(match: re.Match[str], after: str) -> bool:
    if match["quoted"] is None:
        return not match["plain"].lstrip(" \t").startswith(_QUOTED)
    return after in {"", ",", "\r", "\n"}


def _cell(source: SourceText, match: re.Match[str]) -> Scalar:
    if match["quoted"] is not None:
        text = match["quoted"].replace('""', '"').strip()
        return Scalar(source, match.start("quoted"), match.end("quoted"), text, _QUOTED)
    plain = match["plain"]
    text = plain.strip()
    start = match.start() + len(plain) - len(plain.lstrip())
    return Scalar(source, start, start + len(text), text, _QUOTED)
