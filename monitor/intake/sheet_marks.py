"""What a workbook says beside its values: percentages, errors, formulas never calculated, its size.

Excel keeps 39.4% as 0.394 and a format, and a reader of values sees 0.394. It is read here which cells are
percentages. And the size of each sheet is known before anything is laid out in memory: one stray cell in
the last corner of a sheet would otherwise take 400 gigabytes.

Source: ECMA-376 part 1, SpreadsheetML: 18.3.1.4 (c), 18.3.1.40 (f), 18.8.30 (numFmt: 9 and 10 are
percentages), 18.2.20 (sheets), 18.18.11 (cell types).
"""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile

from monitor.intake.faults import FileFaultCode, UnreadableFileError

LARGEST_AREA: Final = 10_000_000
"""Cells from the first to the last of a sheet, empty ones counted."""

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
NOT_CALCULATED = "=(not calculated)"
_BUILT_IN_PERCENTAGES: Final = frozenset({"9", "10"})
_LITERAL = re.compile(r'"[^"]*"|\\.')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII)
_CHUNK = 1 << 16


@dataclass(slots=True)
class SheetMarks:
    """Cells of one sheet by (row, column), both from 1: percentages, and text instead of a value."""

    percentages: set[tuple[int, int]] = field(default_factory=set)
    instead: dict[tuple[int, int], str] = field(default_factory=dict)


def read_sheet_marks(archive: ZipFile) -> Mapping[str, SheetMarks]:
    """The marks of every worksheet by its name.

    Raises:
        UnreadableFileError: a part is damaged, or a sheet is larger than limen reads.
    """
    try:
        percent_styles = _percent_styles(archive)
        return {
            name: _SheetScan(percent_styles).scan(archive, part)
            for name, part in _worksheets(archive).items()
        }
    except (ExpatError, BadZipFile, KeyError, ValueError, NotImplementedError, EOFError) as error:
        raise damaged(str(error)) from None


def damaged(why: str) -> UnreadableFileError:
    """What to say of a workbook that cannot be opened."""
    return UnreadableFileError(
        FileFaultCode.DAMAGED_WORKBOOK,
        f"The workbook is damaged or was not written whole ({why}): open it in Excel and save it again.",
    )


class _SheetScan:
    """Walks through one sheet's cells without building a tree."""

    def __init__(self, percent_styles: frozenset[str]) -> None:
        self._percent_styles = percent_styles
        self.marks = SheetMarks()
        self._row = self._column = 0
        self._corner = [LAST_ROW, LAST_COLUMN, 1, 1]
        self._kind = ""
        self._text: list[str] | None = None
        self._has_formula = self._has_value = False

    def scan(self, archive: ZipFile, part: str) -> SheetMarks:
        _parse(archive, part, self._start, self._end, self._characters)
        return self.marks

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        match _local(name):
            case "c":
                self._start_cell(attributes)
            case "row":
                self._row = int(attributes.get("r", self._row + 1))
                self._column = 0
            case "f":
                self._has_formula = True
            case "v" | "t":
                self._text = []

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        self._column += 1
        if reference := attributes.get("r"):
            self._row, self._column = _cell(reference)
        if not (1 <= self._row <= LAST_ROW and 1 <= self._column <= LAST_COLUMN):
            raise ValueError("a cell lies outside the sheet")
        self._kind = attributes.get("t", "n")
        self._has_formula = self._has_value = False
        if self._kind == "n" and attributes.get("s") in self._percent_styles:
            self.marks.percentages.add((self._row, self._column))

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _end(self, name: str) -> None:
        match _local(name):
            case "v" | "t":
                text = "".join(self._text or ())
                self._text = None
                self._has_value = self._has_value or bool(text)
                if self._kind == "e" and text:
                    self.marks.instead[self._row, self._column] = text
            case "c":
                self._end_cell()

    def _end_cell(self) -> None:
        if self._has_formula and not self._has_value and self._kind != "str":
            self.marks.instead[self._row, self._column] = NOT_CALCULATED
        if self._has_formula or self._has_value:
            self._widen()

    def _widen(self) -> None:
        top, left, bottom, right = self._corner
        self._corner = [
            min(top, self._row),
            min(left, self._column),
            max(bottom, self._row),
            max(right, self._column),
        ]
        top, left, bottom, right = self._corner
        if (bottom - top + 1) * (right - left + 1) > LARGEST_AREA:
            raise UnreadableFileError(
                FileFaultCode.TOO_LARGE,
                f"A sheet of the workbook reaches from row {top} to row {bottom} over {right - left + 1} "
                "columns, more than limen reads: delete the stray cells around the table, or save the sheet "
                "as CSV.",
            )


def _parse(
    archive: ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], object] | None = None,
    characters: Callable[[str], None] | None = None,
) -> None:
    parser = ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = _refuse_doctype
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise ValueError("a part declares its own entities, as no workbook does")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _cell(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError("a cell has no place")
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def _percent_styles(archive: ZipFile) -> frozenset[str]:
    """The numbers of the cell styles that show a percentage, as cells refer to them."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    percentages = set(_BUILT_IN_PERCENTAGES)
    styles: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        local = _local(name)
        if local == "numFmt" and "%" in _LITERAL.sub("", attributes.get("formatCode", "")):
            percentages.add(attributes.get("numFmtId", ""))
        elif local == "xf" and within[-1:] == ["cellXfs"]:
            styles.append(attributes.get("numFmtId", "0"))
        within.append(local)

    _parse(archive, "xl/styles.xml", start, lambda _: within.pop())
    return frozenset(str(number) for number, style in enumerate(styles) if style in percentages)


def _worksheets(archive: ZipFile) -> dict[str, str]:
    """The part of each worksheet by the sheet's name; chart sheets and the like have none."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "Relationship" and attributes.get("Type", "").endswith("/worksheet"):
            targets[attributes["Id"]] = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]

    def sheet(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "sheet":
            identity = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            if identity in targets:
                sheets[attributes["name"]] = targets[identity]

    _parse(archive, "xl/_rels/workbook.xml.rels", relation)
    _parse(archive, "xl/workbook.xml", sheet)
    return sheets
