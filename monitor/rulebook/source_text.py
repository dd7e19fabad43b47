"""A file's bytes as text that can be quoted: encoding, invisible characters, lines and columns."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from monitor.core.positions import Position
from monitor.rulebook.problems import ProblemLog, Span

LARGEST_FILE: Final = 1_000_000
"""Bytes. The shipped rulebook's largest file has a fiftieth of it."""

MOSTINVISIBLE: Final = 20
"""So many invisible characters of one file are reported one by one."""

_LINE_END: Final = re.compile(r"\r\n|\r|\n")

# What YAML 1.2, section 5.1, calls not printable; the line ends that only YAML 1.1 knows (U+0085, U+2028,
# U+2029); and characters that reverse or hide text (Unicode Technical Report 36, 3.2 and 3.6).
INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff"
    "\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
STAND_IN: Final = "\ufffd"
_NAMES: Final = {
    "\x00": "a zero byte",
    "\u200b": "a zero-width space",
    "\ufeff": "a byte order mark",
    "\u2028": "a line separator",
    "\u2029": "a paragraph separator",
}


@dataclass(frozen=True, slots=True)
class SourceText:
    """The text of one file. ``line_starts`` are the offsets at which its lines begin."""

    file: str
    text: str
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, file: str, text: str) -> "SourceText":
        """Finds the lines: LF, CR LF and CR end one."""
        return cls(file, text, (0, *(match.end() for match in _LINE_END.finditer(text))))

    def position(self, offset: int) -> Position:
        """Returns line and column of a character of the text."""
        line = bisect_right(self.line_starts, offset)
        return Position(self.file, line, offset - self.line_starts[line - 1] + 1)

    def span(self, start: int, end: int) -> Span:
        """Returns the stretch between two offsets, or the part of it that lies on the first line."""
        line = bisect_right(self.line_starts, start)
        line_end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        stretch = self.text[start : min(end, line_end)].rstrip()
        return Span(self.position(start), max(1, len(stretch)))


def decoded(file: str, content: bytes, log: ProblemLog) -> SourceText | None:
    """Returns the text of a file; None, with the problem noted, where there is none to be had.

    A UTF-8 byte order mark at the beginning is left out. Invisible characters are noted and replaced by
    U+FFFD, so that the rest of the file can be read.
    """
    start = Span(Position(file, 1, 1))
    if len(content) > LARGEST_FILE:
        log.note(
            "LIM107", start, f"the file has {len(content):,} bytes; more than {LARGEST_FILE:,} are not read"
        )
        return None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        log.note("LIM101", start, "the file is UTF-16 text, not UTF-8 (byte 1)")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        log.note("LIM101", *_undecodable(file, content, error))
        return None
    source = SourceText.of(file, text)
    return _without_invisible(source, log)


def _undecodable(file: str, content: bytes, error: UnicodeDecodeError) -> tuple[Span, str]:
    mark = 3 if content.startswith(b"\xef\xbb\xbf") else 0
    at = error.start + mark
    before = SourceText.of(file, content[mark:at].decode("utf-8"))
    message = f"byte {at + 1} of the file (0x{content[at]:02x}) is not UTF-8 text"
    return Span(before.position(len(before.text))), message


def _without_invisible(source: SourceText, log: ProblemLog) -> SourceText:
    found = list(INVISIBLE.finditer(source.text))
    if not found:
        return source
    for match in found[:MOSTINVISIBLE]:
        character = match.group()
        name = _NAMES.get(character, "an invisible character")
        log.note(
            "LIM103", Span(source.position(match.start())), f"{name} (U+{ord(character):04X}) stands here"
        )
    if len(found) > MOSTINVISIBLE:
        rest = len(found) - MOSTINVISIBLE
        log.note(
            "LIM103", Span(source.position(found[MOSTINVISIBLE].start())), f"and {rest:,} more from here on"
        )
    return SourceText(source.file, INVISIBLE.sub(STAND_IN, source.text), source.line_starts)
