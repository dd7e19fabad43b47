"""Figures as authors write them in a test: numbers, runs of numbers, symbols for missing ones, gaps.

The runs are those of Prometheus' promtool ("Unit testing for rules", `<series>`): `a+bxn` is a, a+b, …,
a+n*b, so n more than the first; `axn` is a and n more of the same; `_xn` is n gaps. Symbols repeat as gaps
do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from monitor.core.exact import micro
from monitor.core.observations import Missing
from monitor.intake.numbers import SYMBOLS
from monitor.rulebook import scalars
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.yaml_nodes import Node, Scalar, Sequence

Cell = int | Missing | None
"""A figure in millionths, why it is missing, or None: there is no figure for that period."""

MOST_FIGURES: Final = 600
"""Of one entry: fifty years of months."""

GAP: Final = "_"

_LONGEST_WORD: Final = 60
_AMOUNT: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]{1,6})?"
_RUN: Final = re.compile(
    rf"(?P<first>{_AMOUNT})(?:(?P<step>[+-](?:0|[1-9][0-9]*)(?:\.[0-9]{{1,6}})?)?x(?P<more>[0-9]{{1,9}}))?",
    re.ASCII,
)
_SYMBOL: Final = re.compile(
    "(?P<symbol>"
    + "|".join(re.escape(each) for each in sorted([GAP, *SYMBOLS], key=len, reverse=True))
    + ")(?:x(?P<times>[0-9]{1,9}))?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """A cell, and where it is written."""

    cell: Cell
    span: Span


def read_cells(node: Node, what: str, log: ProblemLog) -> tuple[WrittenCell, ...] | None:
    """Returns the figures of a list or of one text, in order; None, with the problem noted, for bad ones."""
    found: list[WrittenCell] = []
    sound = True
    for item in node.items if isinstance(node, Sequence) else (node,):
        scalar = scalars.scalar(item, what, log)
        if scalar is None:
            return None
        for offset, word in _words(scalar):
            span = scalar.span_of(offset, len(word))
            run = run_of(word)
            if run is None:
                _note_strange(word, span, what, log)
                sound = False
            elif len(found) + run.count > MOST_FIGURES:
                log.note("LIM916", span, f"{what} has more than {MOST_FIGURES} figures from here on")
                return None
            else:
                found += [WrittenCell(cell, span) for cell in run.cells()]
    return tuple(found) if sound else None


def read_cell(node: Node, what: str, log: ProblemLog) -> WrittenCell | None:
    """Returns a single figure or symbol; None, with the problem noted, where it is none."""
    scalar = scalars.scalar(node, what, log)
    cells = None if scalar is None else read_cells(scalar, what, log)
    if scalar is None or cells is None:
        return None
    if len(cells) != 1:
        log.note("LIM901", scalar.span, f"{what} is {scalars.shown(scalar.text)}, more than one figure")
        return None
    return cells[0]


@dataclass(frozen=True, slots=True)
class Run:
    """So many figures from ``first`` on, each ``step`` higher; not built before its length is bearable."""

    first: Cell
    count: int
    step: int = 0

    def cells(self) -> list[Cell]:
        """The figures, one by one."""
        first = self.first
        if isinstance(first, int):
            return [first + place * self.step for place in range(self.count)]
        return [first] * self.count


def run_of(word: str) -> Run | None:
    """Returns what one word stands for; None where it is no figure."""
    if len(word) > _LONGEST_WORD:
        return None
    symbol = _SYMBOL.fullmatch(word)
    if symbol is not None:
        cell = None if symbol["symbol"] == GAP else SYMBOLS[symbol["symbol"].casefold()]
        return Run(cell, 1 if symbol["times"] is None else int(symbol["times"]))
    run = _RUN.fullmatch(word)
    if run is None:
        return None
    try:
        return Run(micro(run["first"]), int(run["more"] or 0) + 1, micro(run["step"] or "0"))
    except ValueError:
        return None


def _words(scalar: Scalar) -> Iterator[tuple[int, str]]:
    for match in re.finditer(r"\S+", scalar.text):
        yield match.start(), match.group()


def _note_strange(word: str, span: Span, what: str, log: ProblemLog) -> None:
    hint = None
    if word.casefold() == "stale":
        hint = "write _ where a period has no figure, or a symbol such as c where its figure is missing"
    elif "," in word:
        hint = "write numbers without commas, and put spaces or list items between figures"
    log.note("LIM901", span, f"{what} has {scalars.shown(word)}, which is no figure", hint)
