"""Problems as workflow commands, which GitHub shows beside the lines of a pull request.

The form and the escapes are those of "Workflow commands for GitHub Actions" (docs.github.com, Actions,
Reference) and of ``escapeData`` and ``escapeProperty`` in packages/core/src/command.ts of actions/toolkit.
Of one step GitHub keeps ten errors and ten warnings; the log has them all.
"""

from collections.abc import Iterable

from monitor.rulebook.problems import PROBLEMS, Problem
from monitor.rulebook.reports.documentation import page_of


def annotations(problems: Iterable[Problem]) -> str:
    """Returns a line for each problem. Their files have to be relative to the top of the repository."""
    return "".join(f"{_annotation(problem)}\n" for problem in problems)


def _annotation(problem: Problem) -> str:
    position = problem.position
    properties = {
        "file": position.file,
        "line": str(position.line),
        "endLine": str(position.line),
        "col": str(position.column),
        "endColumn": str(position.column + problem.length),
        "title": f"{problem.code} {PROBLEMS[problem.code].title}",
    }
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    text = f"{problem.message} — {problem.hint}\nSee {page_of(problem.code)}"
    return f"::{problem.severity} {named}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
