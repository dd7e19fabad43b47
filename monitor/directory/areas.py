"""``areas.csv`` to the tree of areas.

Columns: ``code`` (GSS code; may be empty), ``name``, ``type``, ``parent`` (empty for the topmost area), and
if wanted ``aliases`` (separated by semicolons) and ``note`` (not read).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.positions import Position
from monitor.directory.faults import ConfigurationProblems
from monitor.rulebook.problems import ProblemLog, Span, lines_of
from monitor.rulebook.rule_files import read_bytes
from monitor.rulebook.scalars import shown
from monitor.rulebook.scopes import ALL
from monitor.rulebook.source_text import SourceText, decoded
from monitor.rulebook.suggestions import did_you_mean, listed

REQUIRED: Final = ("code", "name", "type", "parent")
COLUMNS: Final = (*REQUIRED, "aliases", "note")


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its line in the file, that line's text, and its cells by column."""

    file: str
    line: int
    text: str
    cells: dict[str, str]

    def span(self, column: str) -> Span:
        """Where the cell stands; an empty one, or one written with doubled quotation marks, at the row."""
        cell = self.cells.get(column, "")
        at = self.text.find(cell) if cell else -1
        if at < 0:
            return Span(Position(self.file, self.line, 1), max(1, len(self.text.rstrip())))
        return Span(Position(self.file, self.line, at + 1), len(cell))


def load_areas(path: Path) -> AreaTree:
    """Reads the tree of areas.

    Raises:
        ConfigurationProblems: the file cannot be read, or is not a tree; with every problem in it.
    """
    log = ProblemLog()
    sources: dict[str, str] = {}
    tree = read_areas(path, log, sources)
    if tree is None or log.errors:
        raise ConfigurationProblems(log.sorted(), sources)
    return tree


def read_areas(path: Path, log: ProblemLog, sources: dict[str, str]) -> AreaTree | None:
    """Returns the tree, None where there is an error; adds the file's text to ``sources``."""
    content = read_bytes(path, path.name, log)
    return None if content is None else areas_of(path.name, content, log, sources)


def areas_of(name: str, content: bytes, log: ProblemLog, sources: dict[str, str]) -> AreaTree | None:
    """As :func:`read_areas`, of a file that was read already."""
    errors = log.errors
    source = decoded(name, content, log)
    if source is None:
        return None
    sources[source.file] = source.text
    areas = _areas(_rows(source, log), log)
    if log.errors > errors:
        return None
    try:
        return AreaTree.of(areas)
    except ValueError as error:
        log.note("LIM603", source.span(0, 1), str(error))
        return None


def _rows(source: SourceText, log: ProblemLog) -> list[_Row]:
    lines = lines_of(source.text)
    found: list[_Row] = []
    columns: list[str] = []
    for line, cells in _records(source, log):
        text = lines[line - 1]
        row = _Row(source.file, line, text, dict(zip(columns, cells, strict=False)))
        if not columns:
            columns = [cell.lower() for cell in cells]
            _check_columns(source.file, line, text, columns, log)
        elif len(cells) > len(columns):
            message = f"the row has {len(cells)} cells, and there are {len(columns)} columns"
            log.note("LIM602", row.span(""), message)
        else:
            found.append(row)
    if not columns:
        log.note("LIM601", source.span(0, 1), "the file is empty")
    return found if set(REQUIRED) <= set(columns) else []


def _records(source: SourceText, log: ProblemLog) -> Iterator[tuple[int, list[str]]]:
    """The line at which each record begins, and its cells without spaces around them; blank ones left out."""
    reader = csv.reader(io.StringIO(source.text, newline=""), strict=True)
    line = 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            log.note("LIM607", Span(Position(source.file, line, 1)), f"this row cannot be read: {error}")
            return
        if any(cells):
            yield line, cells
        line = reader.line_num + 1


def _check_columns(file: str, line: int, text: str, columns: list[str], log: ProblemLog) -> None:
    at = Span(Position(file, line, 1), max(1, len(text.rstrip())))
    for column in REQUIRED:
        if column not in columns:
            log.note("LIM601", at, f"there is no column {column}")
    for column in columns:
        if column not in COLUMNS:
            log.note(
                "LIM601", at, f"there is no use for a column {shown(column)}", listed(column, COLUMNS, log)
            )
    if len(set(columns)) < len(columns):
        log.note("LIM601", at, "two columns have the same name")


def _areas(rows: list[_Row], log: ProblemLog) -> list[Area]:
    areas = [(row, area) for row in rows if (area := _area(row, log)) is not None]
    _check_names(areas, log)
    _check_parents(areas, log)
    return [area for _, area in areas]


def _area(row: _Row, log: ProblemLog) -> Area | None:
    name, kind = row.cells.get("name", ""), row.cells.get("type", "")
    for column, cell in (("name", name), ("type", kind)):
        if not cell:
            log.note("LIM602", row.span(""), f"the row has no {column}")
    if kind and kind not in set(AreaType):
        log.note("LIM117", row.span("type"), f"the type is {shown(kind)}", listed(kind, AreaType, log))
    if not name or kind not in set(AreaType):
        return None
    aliases = tuple(alias.strip() for alias in row.cells.get("aliases", "").split(";") if alias.strip())
    parent, code = row.cells.get("parent") or None, row.cells.get("code") or None
    return Area(" ".join(name.split()), AreaType(kind), parent and " ".join(parent.split()), code, aliases)


def _check_names(areas: list[tuple[_Row, Area]], log: ProblemLog) -> None:
    """Notes names, codes and aliases that stand for two areas, or for a kind of area."""
    reserved = {ALL, *AreaType}
    seen: dict[str, Area] = {}
    for row, area in areas:
        for column, text in (
            ("name", area.name),
            ("code", area.code),
            *(("aliases", alias) for alias in area.aliases),
        ):
            if not text:
                continue
            key = " ".join(text.split()).casefold()
            if key in reserved:
                log.note(
                    "LIM603",
                    row.span(column),
                    f"{shown(text)} means a kind of area in rules",
                    "choose another name",
                )
            other = seen.setdefault(key, area)
            if other is not area:
                log.note("LIM603", row.span(column), f"{shown(text)} stands for {other.name} already")


def _check_parents(areas: list[tuple[_Row, Area]], log: ProblemLog) -> None:
    parents = {area.name: area.parent for _, area in areas}
    settled: set[str] = set()
    for row, area in areas:
        if area.parent is not None and area.parent not in parents:
            hint = did_you_mean(area.parent, parents, log)
            log.note("LIM604", row.span("parent"), f"there is no area {shown(area.parent)}", hint)
        path: dict[str, None] = {}
        name: str | None = area.name
        while name is not None and name not in settled and name not in path:
            path[name] = None
            name = parents.get(name)
        if name in path:
            log.note("LIM604", row.span("parent"), f"{area.name} lies within itself, by way of {area.parent}")
        settled.update(path)
