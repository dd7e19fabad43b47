"""Conditions of a rule file: parsed by the condition language, with problems where they stand in the file."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.conditions import Condition, Kind, Number, Rating, parse
from monitor.core.conditions.tree import Span as TextSpan
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.yaml_nodes import Scalar

COUNTED = "count"
"""The unit of numerators and denominators."""

UNKNOWN_UNIT = "its unit"
"""Stands for the unit of an indicator that cannot be read, so that its conditions still can."""


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """A condition and where it is written."""

    condition: Condition
    node: Scalar

    @property
    def span(self) -> Span:
        return self.node.span

    def span_of(self, part: TextSpan) -> Span:
        """Returns where a part of the condition stands in the file."""
        return self.node.span_of(part.offset, part.length)


def band_names(unit: str | None) -> Mapping[str, Kind]:
    """Returns the names that the condition of a band can use, for an indicator of this unit."""
    own, counted = Number.of(unit or UNKNOWN_UNIT), Number.of(COUNTED)
    figures = dict.fromkeys(("value", "target", "lower", "upper", "neighbours", "region", "england"), own)
    return {**figures, "numerator": counted, "denominator": counted}


def alert_names(unit: str | None) -> Mapping[str, Kind]:
    """Returns the names that an alert level's condition can use: those of a band, the rating, and ranks."""
    places = {"rank": Number.of("places"), "quartile": Number.of("quarters")}
    return {**band_names(unit), **places, "rating": Rating()}


def read_condition(node: Scalar, names: Mapping[str, Kind], log: ProblemLog) -> WrittenCondition | None:
    """Returns the condition; None, with every problem noted, where it is none."""
    parsed = parse(node.text, names)
    for problem in parsed.problems:
        log.note(
            str(problem.code), node.span_of(problem.offset, problem.length), problem.message, problem.hint
        )
    return None if parsed.condition is None else WrittenCondition(parsed.condition, node)
