"""Tables in Excel workbooks (.xlsx, .xlsm), each cell as the text that Excel shows in full precision."""

import sys
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import count, islice
from typing import TYPE_CHECKING, TypeVar
from zipfile import BadZipFile, ZipFile

from monitor.intake.faults import FileFaultCode, UnreadableFileError
from monitor.intake.sheet_marks import SheetMarks, damaged, read_sheet_marks
from monitor.intake.tables import (
    HEADER_WITHIN,
    OBSERVATIONS,
    Header,
    HeaderForm,
    NumberedRow,
    Table,
    no_header,
    rows_below,
)

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

T = TypeVar("T")

LARGEST_UNPACKED = 300 * 1024 * 1024
EXCEL_DIGITS = 15
"""Excel keeps and shows so many significant digits. Source: Microsoft, "Excel specifications and limits"."""

ZIP_MAGIC = b"PK\x03\x04"
COMPOUND_FILE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_CHUNK = 1 << 20
_LARGEST_PLAIN = 1e15


def is_workbook(data: bytes) -> bool:
    """Says whether the bytes are a workbook of some kind, old, new or encrypted, whatever the file's name."""
    return data.startswith((ZIP_MAGIC, COMPOUND_FILE_MAGIC))


def workbook_table(data: bytes, form: HeaderForm = OBSERVATIONS) -> Table:
    """The table in the first visible sheet that has a header of this form.

    Raises:
        UnreadableFileError: the workbook is encrypted, damaged, of another kind or too large, or has no
        header.
    """
    if data.startswith(COMPOUND_FILE_MAGIC):
        raise _old_or_encrypted(data)
    marks = _examine(data)
    workbook = _guarded(lambda: _open(data))
    names = [name for name in _guarded(lambda: _visible_sheets(workbook)) if name in marks]
    found = [(name, header) for name in names if (header := _header(workbook, name, marks[name], form))]
    if not found:
        raise no_header("any visible sheet of the workbook", form)
    name, header = found[0]
    sheet = _guarded(lambda: workbook.get_sheet_by_name(name))

    def rows() -> Iterator[NumberedRow]:
        return rows_below(header, _rows(sheet, marks[name]))

    others = [other for other, _ in found[1:]]
    notices = (f"Only the sheet “{name}” was read, not: {', '.join(others)}.",) if others else ()
    return Table(header, rows, about=sheet.height, notices=notices)


def _old_or_encrypted(data: bytes) -> UnreadableFileError:
    """An encrypted .xlsx is a compound file, as an old .xls is. Source: MS-OFFCRYPTO 2.3.4."""
    if _ENCRYPTED in data:
        return UnreadableFileError(
            FileFaultCode.PASSWORD,
            "The workbook is protected by a password: save it without one (File, Info, Protect Workbook).",
        )
    return UnreadableFileError(
        FileFaultCode.OLD_WORKBOOK, "This is an old Excel workbook (.xls): save it as .xlsx or as CSV."
    )


def _examine(data: bytes) -> Mapping[str, SheetMarks]:
    """What is known of the workbook before its values are laid out in memory.

    Raises:
        UnreadableFileError: it is not one, is damaged, or would be too large.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise UnreadableFileError(
                    FileFaultCode.NOT_A_WORKBOOK,
                    "This is a packed file, but no Excel workbook (.xlsx): unpack it, or save it as .xlsx.",
                )
            _require_bounded(archive)
            return read_sheet_marks(archive)
    except (
        BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        KeyError,
    ) as error:
        raise damaged(str(error)) from None


def _require_bounded(archive: ZipFile) -> None:
    """Unpacks all parts without keeping them: what their headers say of their size may be a lie."""
    unpacked = 0
    for part in archive.infolist():
        part.file_size = sys.maxsize  # how far to read, whatever is claimed
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                unpacked += len(chunk)
                if unpacked > LARGEST_UNPACKED:
                    raise UnreadableFileError(
                        FileFaultCode.TOO_LARGE,
                        f"The workbook unpacks to more than {LARGEST_UNPACKED // 1024**2} MB: save the "
                        "sheet with the figures as CSV.",
                    )


def _open(data: bytes) -> "CalamineWorkbook":
    # Late, so that what reads no workbook starts without it.
    from python_calamine import load_workbook  # noqa: PLC0415

    return load_workbook(BytesIO(data))


def _guarded(act: Callable[[], T]) -> T:
    """What ``act`` returns; whatever the reader of workbooks cannot do is a damaged workbook.

    Its own errors, and the panics of the library beneath it, which derive from BaseException alone.
    """
    try:
        return act()
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise damaged(str(error)) from None
        raise


def _visible_sheets(workbook: "CalamineWorkbook") -> list[str]:
    from python_calamine import SheetVisibleEnum  # noqa: PLC0415 - see _open

    return [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]


def _header(workbook: "CalamineWorkbook", name: str, marks: SheetMarks, form: HeaderForm) -> Header | None:
    sheet = _guarded(lambda: workbook.get_sheet_by_name(name))
    return form.find(islice(_rows(sheet, marks), HEADER_WITHIN))


def _rows(sheet: "CalamineSheet", marks: SheetMarks) -> Iterator[NumberedRow]:
    """Every row of the sheet by its number in Excel."""
    if sheet.start is None:
        return
    first_column = sheet.start[1] + 1
    is_marked = bool(marks.percentages or marks.instead)
    for row, values in enumerate(_values(sheet), 1):
        if is_marked:
            yield (
                row,
                [
                    _marked_text(value, (row, column), marks)
                    for column, value in enumerate(values, first_column)
                ],
            )
        else:
            yield row, [cell_text(value) for value in values]


def _values(sheet: "CalamineSheet") -> Iterator[Sequence[object]]:
    """The values of each row; the library panics at a day or time beyond the calendar."""
    rows: Iterator[Sequence[object]] = _guarded(lambda: iter(sheet.iter_rows()))
    for number in count(1):
        try:
            row = _guarded(lambda: next(rows, None))
        except UnreadableFileError:
            raise UnreadableFileError(
                FileFaultCode.DAMAGED_WORKBOOK,
                f"Row {number} of the sheet “{sheet.name}” holds a date or time that no calendar has: "
                "mend it or clear the cell.",
            ) from None
        if row is None:
            return
        yield row


def _marked_text(value: object, place: tuple[int, int], marks: SheetMarks) -> str:
    instead = marks.instead.get(place)
    if instead is not None:
        return instead
    if place in marks.percentages and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{_plain(_decimal(value) * 100)}%"
    return cell_text(value)


def cell_text(value: object) -> str:
    """The value of a cell as text: numbers with all of Excel's digits, days as 2013-11-30."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _plain(_decimal(value)) if abs(value) < _LARGEST_PLAIN else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)


def _decimal(value: float) -> Decimal:
    """The number that was typed or is shown: the binary float's further digits are noise."""
    return Decimal(f"{value:.{EXCEL_DIGITS}g}")


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
