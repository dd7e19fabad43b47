"""Layout of plain text: paragraphs, labelled lines and small tables, :data:`WIDTH` columns wide."""

import re
import textwrap
from collections.abc import Sequence

WIDTH = 72
"""Columns: a mail that is quoted once or twice still fits 80 (RFC 3676, 4.2 advises 72 to 78)."""

_LABEL_WIDTH = 24
_SPACES = re.compile(r"^ +| {2,}")


def wrapped(text: str, indent: str = "") -> str:
    """``text`` as one paragraph. Web addresses are left whole, so that they can be followed."""
    return textwrap.fill(
        text,
        width=WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def labelled(label: str, text: str) -> str:
    """``label`` in a column of its own, ``text`` beside it."""
    first = f"{label}:".ljust(_LABEL_WIDTH)
    return textwrap.fill(
        text,
        width=WIDTH,
        initial_indent=first if first.endswith(" ") else f"{first} ",
        subsequent_indent=" " * _LABEL_WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )


def item(text: str, sign: str) -> str:
    """One entry of a list, hanging on its sign."""
    return textwrap.fill(
        text,
        width=WIDTH,
        initial_indent=f"{sign} ",
        subsequent_indent=" " * (len(sign) + 1),
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(rows: Sequence[Sequence[str]]) -> str:
    """``rows`` with the head first: the first column to the left, the others, figures, to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if index == 0 else cell.rjust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([lines[0], rule, *lines[1:]])


def as_it_is(line: str) -> str:
    """A line of a program's for HTML: its spaces stay as they are, so that what points up from below fits."""
    return _SPACES.sub(lambda run: "\N{NO-BREAK SPACE}" * len(run[0]), line)


def underlined(text: str, sign: str) -> str:
    """A heading with a line of ``sign`` under it."""
    heading = wrapped(text)
    return f"{heading}\n{sign * max(len(line) for line in heading.splitlines())}"
