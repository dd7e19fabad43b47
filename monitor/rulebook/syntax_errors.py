"""The YAML parser's complaints in the words of someone who writes rules."""

from typing import Final

import yaml

from monitor.rulebook.problems import Span
from monitor.rulebook.source_text import SourceText

_INDENTATION: Final = "line up the keys of one mapping, and the dashes of one list, with spaces"

_FROM_PROBLEM: Final = {
    "mapping values are not allowed in this context": (
        "a colon where none is expected",
        "put the text in quotation marks if the colon belongs to it, or correct the indentation",
    ),
    "did not find expected key": ("this line does not fit what stands before it", _INDENTATION),
    "did not find expected '-' indicator": ("this line does not fit the list before it", _INDENTATION),
    "block sequence entries are not allowed in this context": ("a list cannot begin here", _INDENTATION),
    "block mapping keys are not allowed in this context": ("a key cannot stand here", _INDENTATION),
    "could not find expected ':'": (
        "there is a key without a colon",
        "write key: value, with a space after the colon",
    ),
    "did not find expected ',' or ']'": (
        "the list in [ ] is not closed",
        "put commas between its items and ] at its end",
    ),
    "did not find expected ',' or '}'": (
        "the mapping in { } is not closed",
        "put commas between its entries and } at its end",
    ),
    "found unexpected end of stream": ("the quotation mark is never closed", "close it"),
    "found unexpected document indicator": ("the quotation mark is never closed", "close it"),
    "found unknown escape character": (
        "the backslash begins no character that YAML knows",
        "use single quotation marks, in which a backslash is a backslash",
    ),
    "did not find expected comment or line break": (
        "> and | begin a block of text on the next line",
        "begin a condition with a name, such as value > 85, or put it in quotation marks",
    ),
    "did not find expected alphabetic or numeric character": (
        "& and * have a meaning of their own in YAML",
        "put the text in quotation marks",
    ),
    "did not find expected node content": ("a value is missing here", "give the value, or close the bracket"),
    "did not find expected <document start>": (
        "what stands here does not belong to what stands before it",
        "begin the file with a key such as alerts: at the left margin",
    ),
}

_FROM_CHARACTER: Final = {
    "\t": ("a tab stands where YAML allows only spaces", "put spaces in place of the tab"),
    "@": ("a text cannot begin with @ here", "put it in quotation marks"),
    "`": ("a text cannot begin with ` here", "put it in quotation marks"),
    "%": ("a text cannot begin with % here", "put it in quotation marks"),
}

_NEVER_CLOSED: Final = frozenset({"found unexpected end of stream", "found unexpected document indicator"})


def syntax_error(error: yaml.YAMLError, source: SourceText) -> tuple[Span, str, str | None]:
    """Returns where the parser stopped, what is wrong there and what to do (None: the code's own advice)."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return source.span(0, 1), "the file cannot be read as YAML", None
    problem = error.problem or "the file cannot be read as YAML"
    mark = error.context_mark if problem in _NEVER_CLOSED and error.context_mark else error.problem_mark
    at = _clear_of_the_end(source, mark.index if mark else 0)
    message, hint = _explained(problem, source.text[at : at + 1])
    if error.context_mark and mark is error.problem_mark and "not closed" in message:
        message = f"{message} (it begins on line {source.position(error.context_mark.index).line})"
    return source.span(at, at + 1), message, hint


def _explained(problem: str, character: str) -> tuple[str, str | None]:
    if problem == "found character that cannot start any token" and character in _FROM_CHARACTER:
        return _FROM_CHARACTER[character]
    return _FROM_PROBLEM.get(problem, (problem, None))


def _clear_of_the_end(source: SourceText, offset: int) -> int:
    """The offset, or that of the last character that can be seen when it lies beyond."""
    length = len(source.text.rstrip())
    return offset if offset < length else max(0, length - 1)
