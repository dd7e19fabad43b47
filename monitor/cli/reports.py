"""Problems on a terminal, with colours and carets."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.text import Text

from monitor.rulebook.problems import Problem, Severity, render_problems


def path_from_here(path: Path) -> str:
    """Returns the path from the present folder where it lies below, so that editors and GitHub find it."""
    here = Path.cwd()
    return path.relative_to(here).as_posix() if path.is_relative_to(here) else str(path)


def show_problems(out: Console, problems: Iterable[Problem], sources: Mapping[str, str]) -> None:
    """Prints problems one after the other, each with its line."""
    for problem in problems:
        out.print(_coloured(problem, render_problems([problem], sources)), soft_wrap=True)


def _coloured(problem: Problem, rendered: str) -> Text:
    """The first line with code in the colour of its severity, and the carets too."""
    colour = "bright_red" if problem.severity is Severity.ERROR else "yellow"
    head, *quoted = rendered.split("\n")
    text = Text(head)
    text.highlight_words([str(problem.position)], "bold")
    text.highlight_words([f" {problem.code} "], f"bold {colour}")
    for number, line in enumerate(quoted, 1):
        text.append("\n").append(line, colour if number == len(quoted) else "")
    return text
