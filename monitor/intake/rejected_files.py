"""The file of rows that were set aside: their own columns, and the line, code and reason of each.

It is made to be opened in a spreadsheet, mended there and loaded again: UTF-8 with a mark, which Excel
needs, and an apostrophe before what it would take for a formula (which loading takes away again). Source
for the latter: OWASP, "CSV Injection".
"""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from monitor.intake.faults import Rejection
from monitor.intake.tables import FROM_A_REJECTED_FILE

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HARMLESS = re.compile(r"-|[+-]?[\d.,]+%?", re.ASCII)


def rejected_csv(header: Sequence[str], rejections: Sequence[Rejection]) -> bytes:
    """The contents of a rejected file, the same for the same rows every time.

    A row with more cells than headings keeps them, under headings that are empty. Where the file was itself a
    rejected one, its old line, code and reason make room for the new.
    """
    kept = [place for place, name in enumerate(header) if name.strip() not in FROM_A_REJECTED_FILE]
    width = max([len(header), *(len(rejection.cells) for rejection in rejections)])
    kept += range(len(header), width)
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*(_cell(header, place) for place in kept), *FROM_A_REJECTED_FILE])
    for rejection in rejections:
        cells = (_guarded(_cell(rejection.cells, place)) for place in kept)
        writer.writerow([*cells, rejection.line, rejection.code.value, _guarded(rejection.reason)])
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) and not _HARMLESS.fullmatch(cell) else cell
