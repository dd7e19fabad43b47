"""What operations are told of the house's templates of mails, and when that is news. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.compose.bounded import ENDED
from monitor.core.notifications import OperationsKind, OperationsNews
from monitor.core.recipients import Recipient
from monitor.operations import Verdict, differs, fingerprint_of, shortened
from monitor.rulebook.problems import Problem, render_problems
from monitor.store.operations_news import ToldOperations

_PLACE: Final = re.compile(r"(?P<line>.+?:\d+):\d+: (?P<code>LIM\d+) ")
_PLACELESS: Final = frozenset({"LIM755", "LIM757"})
"""Codes of faults of a whole mail: which of several templates is to blame is a guess, not always the same."""


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Whom it is told, which rules are in force then, and in which folder the templates lie."""

    recipients: tuple[Recipient, ...]
    rules_version: str
    folder: str


def refused(
    problems: Sequence[Problem], sources: Mapping[str, str], standpoint: Standpoint, *, met_with: str = ""
) -> Verdict:
    """The templates have these errors; ``sources`` maps their files to their text.

    ``met_with`` is the version of the templates where a mail met the fault, "" where they were checked.
    """
    text, lines = render_problems(problems, sources), lines_of_problems(problems)
    kind = OperationsKind.TEMPLATES_REFUSED
    news = OperationsNews(
        kind, len(problems), shortened(text), standpoint.rules_version, "", standpoint.folder
    )
    summary = "\n".join(lines)
    return Verdict(news, fingerprint_of(summary), standpoint.recipients, summary, met_with)


def accepted(version: str, standpoint: Standpoint) -> Verdict:
    """The templates of that version laid out every kind of mail, or there are none."""
    kind = OperationsKind.TEMPLATES_ACCEPTED
    news = OperationsNews(kind, 0, "", standpoint.rules_version, "", standpoint.folder)
    return Verdict(news, "", standpoint.recipients, version=version)


def lines_of_problems(problems: Sequence[Problem]) -> tuple[str, ...]:
    """A line for each: ``file:line:column: CODE message — what to do``."""
    return tuple(str(problem) for problem in problems)


def is_news(verdict: Verdict, standing: Sequence[ToldOperations]) -> bool:
    """Whether operations do not know it yet.

    What a check found is news if the list is another one. What a mail met is news if no refusal that stands
    names that fault: the check of the same templates lists it too, maybe with others. Templates that are good
    are news after a refusal, unless a mail could not be laid out with those very templates: samples that go
    well do not show that they are mended.
    """
    if verdict.accepts:
        return bool(standing) and not still_refused(verdict.version, standing)
    if not verdict.version:
        return differs(verdict, standing)
    known = {_fault(line) for told in standing for line in told.summary.splitlines()}
    return not {_fault(line) for line in verdict.summary.splitlines()} <= known


def still_refused(version: str, standing: Sequence[ToldOperations]) -> tuple[str, ...]:
    """The faults that mails met with templates of that version and that only an edit can mend."""
    met = [told.summary.splitlines() for told in standing if version and told.version == version]
    lasting = [tuple(line for line in lines if not is_of_the_machine(line)) for lines in met]
    return next((lines for lines in reversed(lasting) if lines), ())


def is_of_the_machine(line: str) -> bool:
    """Whether a fault may be of the machine: too slow, too little memory, a process that was ended."""
    return ENDED in line or _fault(line) == "LIM755"


def _fault(line: str) -> str:
    """What is the same for the same fault: file and line with the code, or the code alone."""
    found = _PLACE.match(line)
    if found is None:
        return line
    return found["code"] if found["code"] in _PLACELESS else f"{found['line']} {found['code']}"
