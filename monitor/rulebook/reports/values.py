"""Problems as plain values, for JSON."""

from collections.abc import Sequence

from monitor.rulebook.problems import Problem, Severity
from monitor.rulebook.reports.documentation import page_of


def problem_values(problems: Sequence[Problem]) -> dict[str, object]:
    """Returns whether the files can be used, how many errors and warnings there are, and each of them."""
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    return {
        "ok": not errors,
        "errors": errors,
        "warnings": len(problems) - errors,
        "problems": [_values(problem) for problem in problems],
    }


def _values(problem: Problem) -> dict[str, object]:
    return {
        "file": problem.position.file,
        "line": problem.position.line,
        "column": problem.position.column,
        "length": problem.length,
        "code": problem.code,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "documentation": page_of(problem.code),
    }
