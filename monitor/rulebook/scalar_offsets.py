"""Where each character of a scalar's text stands in the file, through quotation marks and folded lines."""

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_BLOCK_HEADER: Final = re.compile(r"[|>][^\r\n]*(?:\r\n|\r|\n|$)")
_SPACE: Final = " \t\r\n"


def scalar_offsets(source: str, start: int, end: int, text: str, style: str | None) -> tuple[int, ...]:
    """Returns an offset into ``source`` for every character of ``text``, and one for its end.

    ``start`` and ``end`` enclose the scalar as written, ``style`` is its YAML indicator: ``'``, ``"``, ``|``,
    ``>`` or none. A space or line end that folding made stands where the line was folded.
    """
    at, last = _inside(source, start, end, style)
    offsets = []
    for character in text:
        at, width = _next(source, at, last, character, style)
        offsets.append(min(at, last))
        at += width
    return (*offsets, min(at, last))


def _inside(source: str, start: int, end: int, style: str | None) -> tuple[int, int]:
    if style in {"'", '"'}:
        return start + 1, max(start + 1, end - 1)
    if style in {"|", ">"}:
        header = _BLOCK_HEADER.match(source, start, end)
        return (header.end() if header else start), end
    return start, end


def _next(source: str, at: int, last: int, character: str, style: str | None) -> tuple[int, int]:
    """Where the next character of the text stands from ``at`` on, and how much of the source writes it."""
    if style == '"' and source.startswith("\\", at) and not source.startswith(("\\\n", "\\\r"), at):
        return at, _escape_width(source, at, last)
    if character in _SPACE:
        return (at, 1) if _writes(source, at, last, character) else (at, 0)
    position = at
    while position < last and source[position] in _SPACE:
        position += 1
    while style == '"' and source.startswith(("\\\n", "\\\r"), position):
        position += 2
        while position < last and source[position] in _SPACE:
            position += 1
    if style == "'" and character == "'":
        return position, 2
    if style == '"' and source.startswith("\\", position):
        return position, _escape_width(source, position, last)
    return position, 1


def _escape_width(source: str, at: int, last: int) -> int:
    escape = _ESCAPE.match(source, at, last)
    return len(escape.group()) if escape else 1


def _writes(source: str, at: int, last: int, character: str) -> bool:
    """Whether a space of the text stands there itself, and is not made by folding."""
    if at >= last or source[at] != character:
        return False
    if character == "\n":
        return True
    position = at
    while position < last and source[position] in " \t":
        position += 1
    return position >= last or source[position] not in "\r\n"
