"""What came of tests: differences between what was expected and what was the case."""

from dataclasses import dataclass

from monitor.rule_tests.coverage import CoverageItem
from monitor.rule_tests.moments import Moment
from monitor.rulebook.problems import Span


@dataclass(frozen=True, slots=True)
class Difference:
    """An expectation that was not met. ``span`` is where it is written, ``at`` the moment it is about.

    ``context`` are lines that help to see why: the figure, the limit and its place in the rules, who was
    told.
    """

    at: Moment
    span: Span
    message: str
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTestResult:
    """What came of one test. It passed if there is no difference."""

    file: str
    name: str
    span: Span
    differences: tuple[Difference, ...]
    reached: frozenset[CoverageItem]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return not self.differences
