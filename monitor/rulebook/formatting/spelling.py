"""How a single value is written: as it stands, in quotation marks, or as a block of lines.

Plain where every reader takes it for what it is (YAML 1.2.2, 7.3.3); where it was in quotation marks and
would be taken for a number, a date or yes or no without them, they stay.
"""

import re
import textwrap
from dataclasses import dataclass
from typing import Final

from monitor.rulebook.formatting.meanings import NUMBERS_AND_DATES, said
from monitor.rulebook.vocabulary.values import Clock, Text, Value, WallTime, YesOrNo
from monitor.rulebook.yaml_nodes import Scalar

WIDTH: Final = 110
_LEAST_WIDTH: Final = 40
"""Text that is indented far gets so many columns all the same."""

_PLAIN: Final = re.compile(r"(?:[^\s\-?:,\[\]{}#&*!|>'\"%@`]|[\-?:](?=[^\s,\[\]{}]))(?:[^\t\r\n]*[^\s:])?")
_UNLIKE_PLAIN: Final = re.compile(r":\s|\s#|^(?:---|\.\.\.)")
_UNLIKE_PLAIN_IN_BRACKETS: Final = re.compile(r"[,\[\]{}]|^[?:]")  # libyaml wants ?0 quoted there
# What some reader of YAML 1.1 or 1.2 takes for nothing, yes or no, a number, a date or a sign of its own.
_NO_TEXT: Final = re.compile(
    r"""(?ix) | ~ | null | y(?:es)? | no? | true | false | on | off | << | = | ---.* | \.\.\..*
    | [-+]?\.(?:inf|nan) | [-+.]?[0-9][0-9a-f_.,:xo+-]*(?:[t ][0-9:.z+-]*)?"""
)
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


@dataclass(frozen=True, slots=True)
class Lines:
    """A value of several lines: the sign that opens it, and the lines without their indentation."""

    sign: str
    lines: tuple[str, ...]


def spelt(scalar: Scalar, kind: Value | None, *, taken: int, indent: int) -> str | Lines:
    """Returns how a value is written after ``taken`` columns, its lines indented by ``indent`` if several."""
    if scalar.is_null:
        return scalar.text
    kept = _kept_lines(scalar, kind, indent)
    if kept is not None:
        return kept
    text = said(scalar, kind)
    single = _single(scalar, text, kind, in_brackets=False)
    is_quoted = single != text
    is_foldable = text == " ".join(text.split()) and text != ""
    if is_foldable and scalar.style in {">", "|"} and is_quoted and not _NO_TEXT.fullmatch(text):
        return _folded([text], indent)
    if is_foldable and taken + len(single) > WIDTH and " " in text:
        return _folded([text], indent)
    return single


def spelt_in_brackets(scalar: Scalar, kind: Value | None) -> str:
    """Returns how a value is written on one line within brackets or braces."""
    if scalar.is_null:
        return "~"
    return _single(scalar, said(scalar, kind), kind, in_brackets=True)


def spelt_key(key: Scalar, *, in_brackets: bool) -> str:
    """Returns how a key is written."""
    return _single(key, key.text, None, in_brackets=in_brackets)


def _single(scalar: Scalar, text: str, kind: Value | None, *, in_brackets: bool) -> str:
    if isinstance(kind, Clock | WallTime):
        return _quoted(text)  # YAML 1.1 takes 18:00 for a number to the base of 60, 1080
    keeps_marks = not scalar.is_plain and not isinstance(kind, NUMBERS_AND_DATES)
    if isinstance(kind, YesOrNo):
        keeps_marks = not scalar.is_plain
    if _can_be_plain(text, in_brackets=in_brackets) and not (keeps_marks and _NO_TEXT.fullmatch(text)):
        return text
    return _quoted(text)


def _can_be_plain(text: str, *, in_brackets: bool) -> bool:
    if not _PLAIN.fullmatch(text) or _UNLIKE_PLAIN.search(text):
        return False
    return not (in_brackets and _UNLIKE_PLAIN_IN_BRACKETS.search(text))


def _quoted(text: str) -> str:
    if ('"' in text or "\\" in text) and not re.search(r"[\t\r\n]", text):
        doubled = text.replace("'", "''")
        return f"'{doubled}'"
    escaped = "".join(_ESCAPES.get(character, character) for character in text)
    return f'"{escaped}"'


def _kept_lines(scalar: Scalar, kind: Value | None, indent: int) -> Lines | None:
    """A text of several paragraphs, or of lines that its author divided, as it was; None: it is neither."""
    if not isinstance(kind, Text) or scalar.style not in {">", "|"}:
        return None
    text = textwrap.dedent(scalar.text).strip("\n")
    if "\n" not in text:
        return None
    if scalar.style == ">":
        return _folded(text.split("\n"), indent)
    return None if text.startswith(" ") else Lines("|-", tuple(line.rstrip() for line in text.split("\n")))


def _folded(paragraphs: list[str], indent: int) -> Lines:
    """Lines of a block that is folded (YAML 1.2.2, 8.1.3) to one line when it is read."""
    width = max(_LEAST_WIDTH, WIDTH - indent)
    lines: list[str] = []
    for paragraph in filter(None, (" ".join(each.split()) for each in paragraphs)):
        lines += [""] * bool(lines)
        lines += textwrap.wrap(paragraph, width, break_long_words=False, break_on_hyphens=False)
    return Lines(">-", tuple(lines))
