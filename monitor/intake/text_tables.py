"""Tables in text files: CSV with commas, semicolons, tabs or bars, in the encodings that programs write."""

import codecs
import csv
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper
from itertools import islice

from monitor.intake.faults import FileFaultCode, UnreadableFileError
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

DELIMITERS = (",", ";", "\t", "|")
LONGEST_CELL = 100_000
CHUNK = 1 << 20
_HEAD = 1 << 16

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_table(data: bytes, form: HeaderForm = OBSERVATIONS) -> Table:
    """The table in a text file.

    Read are UTF-8 with and without its mark, UTF-16 (Excel's "Unicode text"), and Windows-1252 where the
    text is not UTF-8. The delimiter is the one by which a header is found, or what a first line ``sep=;``
    says, as in Excel.

    Raises:
        UnreadableFileError: it is not text, or holds no header.
    """
    encoding = text_encoding(data)
    delimiter, header = _delimiter_and_header(data, encoding, form)

    def rows() -> Iterator[NumberedRow]:
        return rows_below(header, _records(data, encoding, delimiter, skip=header.line - 1, strict=True))

    return Table(header, rows, about=data.count(b"\n") or data.count(b"\r"))


def text_encoding(data: bytes) -> str:
    """The name of the encoding that the bytes are in.

    Raises:
        UnreadableFileError: they are text in none that limen reads.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _require(data, encoding)
    head = data[:CHUNK]
    zeros = (head[::2].count(0), head[1::2].count(0))
    if max(zeros) > len(head) // 4:
        return _require(data, "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be")
    if any(zeros) or 0 in data:
        raise _not_text()
    return "utf-8" if _decodes(data, "utf-8") else _require(data, "cp1252")


def _require(data: bytes, encoding: str) -> str:
    if not _decodes(data, encoding):
        raise _not_text()
    return encoding


def _not_text() -> UnreadableFileError:
    return UnreadableFileError(
        FileFaultCode.NOT_TEXT,
        "This is neither an Excel workbook nor readable text: save it from Excel as “CSV UTF-8” or as .xlsx.",
    )


def _decodes(data: bytes, encoding: str) -> bool:
    """Says whether all of it is in the encoding, without holding it as text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    view = memoryview(data)
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(view[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_and_header(data: bytes, encoding: str, form: HeaderForm) -> tuple[str, Header]:
    found: list[tuple[int, str, Header]] = []
    for delimiter in _declared_delimiter(data, encoding):
        head = islice(_records(data, encoding, delimiter, skip=0, strict=False), HEADER_WITHIN)
        header = form.find(head)
        if header is not None:
            found.append((len(header.columns), delimiter, header))
    if not found:
        raise no_header("the file", form)
    _, delimiter, header = max(found, key=lambda candidate: candidate[0])
    return delimiter, header


def _declared_delimiter(data: bytes, encoding: str) -> tuple[str, ...]:
    """What ``sep=`` in the first line says, else all that may be.

    Source: Excel's own convention: "sep=" and one character in a line of its own at the top of a CSV file.
    """
    with _text(data, encoding) as text:
        first = text.readline(_HEAD).rstrip("\r\n").strip('"')
    is_declared = first[:4].casefold() == "sep=" and len(first) == len("sep=") + 1
    return (first[4],) if is_declared and first[4] in DELIMITERS else DELIMITERS


def _text(data: bytes, encoding: str) -> TextIOWrapper:
    return TextIOWrapper(BytesIO(data), encoding=encoding, newline="")


def _records(data: bytes, encoding: str, delimiter: str, *, skip: int, strict: bool) -> Iterator[NumberedRow]:
    """The records after the first ``skip`` lines, each with the line that it begins in."""
    csv.field_size_limit(LONGEST_CELL)
    with _text(data, encoding) as text:
        for _ in islice(text, skip):
            pass
        reader = csv.reader(text, delimiter=delimiter, strict=strict)
        line = skip + 1
        try:
            for cells in reader:
                yield line, cells
                line = skip + reader.line_num + 1
        except csv.Error as error:
            if strict:
                raise _bad_quotation(line, error) from None


def _bad_quotation(line: int, error: csv.Error) -> UnreadableFileError:
    return UnreadableFileError(
        FileFaultCode.QUOTATION,
        f'From line {line} on the rows cannot be told apart ({error}): look there for a quotation mark (") '
        "that is opened and never closed, or stands within a quoted text without being doubled.",
    )
