"""Comments of a YAML text: which they are, and the text without them.

libyaml drops comments. They are whatever begins with # between the values that it found, and in the line
that opens a block of text (YAML 1.2.2, 6.6 and 8.1.1.2).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.rulebook.source_text import SourceText
from monitor.rulebook.yaml_nodes import Mapping, Node, Scalar, Sequence

_COMMENT = re.compile(r"#[^\r\n]*")
_HEADER_COMMENT = re.compile(r"[|>][^#\r\n]*[ \t](#[^\r\n]*)")
_DIRECTIVE = re.compile(r"^%[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, its # included. ``is_own_line``: nothing but space stands before it on its line."""

    start: int
    text: str
    line: int
    column: int
    is_own_line: bool
    after_blank: bool


@dataclass(frozen=True, slots=True)
class Commented:
    """The comments of a text, and the text with values and comments blanked out: only signs are left."""

    comments: tuple[Comment, ...]
    bare: str


def find_comments(source: SourceText, root: Node | None) -> Commented:
    """Returns all comments in the order of the text."""
    bare = list(source.text)
    starts: list[tuple[int, str]] = []
    for scalar in scalars_of(root):
        header = _HEADER_COMMENT.match(source.text, scalar.start, scalar.end)
        if scalar.style in {"|", ">"} and header:
            starts.append((header.start(1), header[1]))
        bare[scalar.start : scalar.end] = " " * (scalar.end - scalar.start)
    signs = "".join(bare)
    if root is None or "%" in signs:
        signs = _DIRECTIVE.sub(lambda match: " " * len(match[0]), signs)
    starts += [(match.start(), match[0]) for match in _COMMENT.finditer(signs)]
    signs = _COMMENT.sub(lambda match: " " * len(match[0]), signs)
    return Commented(tuple(_comment(source, *each) for each in sorted(starts)), signs)


def scalars_of(root: Node | None) -> Iterator[Scalar]:
    """Yields every key and value, in the order of the text."""
    waiting: list[Node] = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        match node:
            case Scalar():
                yield node
            case Sequence(items=items):
                waiting += reversed(items)
            case Mapping(entries=entries):
                waiting += reversed([each for entry in entries for each in entry])


def follows_blank(source: SourceText, line: int) -> bool:
    """Says whether the line before the one of this number (from 1) is blank, the first line excepted."""
    return line > 1 and not source.text[source.line_starts[line - 2] : source.line_starts[line - 1]].strip()


def texts(comments: Iterable[Comment]) -> list[str]:
    """Returns the comments' texts, sorted: the same before and after formatting."""
    return sorted(comment.text.rstrip() for comment in comments)


def _comment(source: SourceText, start: int, text: str) -> Comment:
    position = source.position(start)
    before = source.text[source.line_starts[position.line - 1] : start]
    return Comment(
        start,
        text.rstrip(),
        position.line,
        position.column - 1,
        not before.strip(),
        follows_blank(source, position.line),
    )
