"""One row of the table of problem codes."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error forbids the use of the files; a warning is to be looked at."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class ProblemEntry:
    """One row of the table."""

    title: str
    explanation: str
    advice: str
    severity: Severity = Severity.ERROR


def warning(title: str, explanation: str, advice: str) -> ProblemEntry:
    """Returns the entry of a warning."""
    return ProblemEntry(title, explanation, advice, Severity.WARNING)
