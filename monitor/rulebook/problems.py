"""What is wrong in a rule or configuration file, where, and what to do: one value for every check.

The codes are listed in :data:`PROBLEMS`; ``docs/problems.md`` explains each with an example.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.core.positions import Position
from monitor.rulebook.catalogue import PROBLEMS, ProblemEntry, Severity
from monitor.rulebook.secrets import hidden

__all__ = [
    "PROBLEMS",
    "Problem",
    "ProblemEntry",
    "ProblemLog",
    "Severity",
    "Span",
    "has_errors",
    "lines_of",
    "pointed_at",
    "render_problem",
    "render_problems",
]

TAB_WIDTH = 8
"""A tab in a quoted line is shown as spaces up to the next multiple of this, as terminals do."""

LONGEST_LINE = 160
"""A longer line is cut around the fault, so that the caret stays beside what it points at."""

_MARGIN = 60


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one line: where it begins and how many characters it has (at least 1)."""

    position: Position
    length: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. ``length`` counts the characters concerned on that line; ``hint`` says what to do."""

    position: Position
    length: int
    code: str
    severity: Severity
    message: str
    hint: str

    def __str__(self) -> str:
        return f"{self.position}: {self.code} {self.message} — {self.hint}"


class ProblemLog:
    """The problems found so far. A fault is noted once, however many checks come upon it."""

    def __init__(self) -> None:
        self._found: dict[Problem, None] = {}
        self._errors = 0

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return self._errors

    def note(self, code: str, span: Span, message: str, hint: str | None = None) -> None:
        """Notes a problem; its severity, and the hint unless given, are the code's own.

        Raises:
            KeyError: the code is not in :data:`PROBLEMS`.
        """
        entry = PROBLEMS[code]
        advice = _one_line(hint or _as_hint(entry.advice))
        length = max(1, span.length)
        self.add([Problem(span.position, length, code, entry.severity, _one_line(message), advice)])

    def add(self, problems: Iterable[Problem]) -> None:
        """Notes problems found elsewhere."""
        for problem in problems:
            if problem not in self._found:
                self._found[problem] = None
                self._errors += problem.severity is Severity.ERROR

    def sorted(self) -> tuple[Problem, ...]:
        """Returns all problems in the order of files and lines."""
        return tuple(sorted(self._found, key=lambda problem: (problem.position, problem.code)))

    def __len__(self) -> int:
        return len(self._found)


def has_errors(problems: Iterable[Problem]) -> bool:
    """Says whether any of them forbids the use of what was read."""
    return any(problem.severity is Severity.ERROR for problem in problems)


def lines_of(source: str) -> list[str]:
    """Splits a file's text as editors count lines: at LF, CR LF and CR only."""
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def render_problem(problem: Problem, source_line: str) -> str:
    """Returns ``file:line:col: CODE message — what to do``, the line, and carets beneath the fault."""
    return f"{problem}\n{pointed_at(source_line, problem.position.column, problem.length)}"


def pointed_at(source_line: str, column: int, length: int) -> str:
    """Returns a line of a file as it is quoted, and carets beneath ``length`` characters from ``column`` on.

    Tabs become spaces, wide characters (Chinese, emoji) take two carets, invisible ones are shown as �, and
    what looks like a password is covered.
    """
    start = min(column - 1, len(source_line))
    length = max(1, min(length, len(source_line) - start))
    line, start = _cut(hidden(source_line), start)
    drawn, columns = _drawn(line)
    left = columns[min(start, len(columns) - 1)]
    right = columns[min(start + length, len(columns) - 1)]
    carets = "^" * max(1, right - left)
    return f"    {drawn.rstrip()}\n    {' ' * left}{carets}"


def render_problems(problems: Iterable[Problem], sources: Mapping[str, str]) -> str:
    """Renders problems one after the other, each with its line taken from ``sources`` (file to text)."""
    lines = {file: lines_of(text) for file, text in sources.items()}
    return "\n".join(_rendered(problem, lines.get(problem.position.file)) for problem in problems)


def _rendered(problem: Problem, lines: list[str] | None) -> str:
    if lines is None or problem.position.line > len(lines):
        return str(problem)
    line = lines[problem.position.line - 1]
    return render_problem(problem, line) if line.strip() else str(problem)


def _cut(line: str, start: int) -> tuple[str, int]:
    """Shortens a long line around ``start``; returns it and where ``start`` now is."""
    if len(line) <= LONGEST_LINE:
        return line, start
    first = max(0, start - _MARGIN)
    last = first + LONGEST_LINE
    before, after = "…" if first else "", "…" if last < len(line) else ""
    return before + line[first:last] + after, start - first + len(before)


def _drawn(line: str) -> tuple[str, list[int]]:
    """The line as a terminal shows it, and the screen column of each of its characters and of its end."""
    shown: list[str] = []
    columns = [0]
    for character in line:
        at = columns[-1]
        if character == "\t":
            width = TAB_WIDTH - at % TAB_WIDTH
            shown.append(" " * width)
        else:
            width = _width(character)
            shown.append(character if _is_visible(character) else "�")
        columns.append(at + width)
    return "".join(shown), columns


def _width(character: str) -> int:
    """Screen columns of a character. Source: Unicode Standard Annex 11, East Asian Width."""
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _is_visible(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _as_hint(advice: str) -> str:
    """An advice as a clause of its own: without capital and full stop."""
    return (advice[0].lower() + advice[1:]).rstrip(".")


def _one_line(text: str) -> str:
    text = hidden(text)
    if text.isprintable():
        return text
    shown = (
        character if _is_visible(character) else " " if character in "\r\n\t" else "�" for character in text
    )
    return "".join(shown)
