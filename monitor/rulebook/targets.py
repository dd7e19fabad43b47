"""``targets:`` of an indicator: a number, a calculation with others' figures, or a table of one a period."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.conditions import Amount, Kind, Number, parse_amount
from monitor.core.conditions.kinds import RATIO
from monitor.core.conditions.tree import Span as TextSpan
from monitor.core.dated import Dated
from monitor.core.rulebook import TargetValue
from monitor.rulebook import scalars
from monitor.rulebook.condition_texts import UNKNOWN_UNIT
from monitor.rulebook.dated_values import read_dated
from monitor.rulebook.fields import Fields
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.profiles import WrittenProfile
from monitor.rulebook.suggestions import nearest
from monitor.rulebook.tables import Tables
from monitor.rulebook.vocabulary.indicators import BENCHMARKS, TARGETS
from monitor.rulebook.vocabulary.values import names
from monitor.rulebook.yaml_nodes import Scalar

OTHERS: Final = names(BENCHMARKS)
"""The names that a calculation can use."""

_CALCULATES: Final = re.compile(r"[*()+<>=]|\S\s*/\s*\S|\S\s+-\s*\S|[0-9a-z]-[a-z0-9]")
_DATE_LIKE: Final = re.compile(r"[0-9]+([-/.])[0-9]+\1[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class WrittenTarget:
    """A target and where it is written: ``node`` is the number, the calculation or the table's path."""

    value: TargetValue
    node: Scalar
    profile: WrittenProfile | None = None

    @property
    def span(self) -> Span:
        return self.node.span

    def span_of(self, part: TextSpan) -> Span:
        """Returns where a part of the calculation stands in the file."""
        return self.node.span_of(part.offset, part.length)


def read_targets(
    fields: Fields, unit: str | None, areas: AreaTree, tables: Tables
) -> tuple[Dated[WrittenTarget], ...]:
    """Returns the sound entries of ``targets``; ``unit`` is that of the indicator."""

    def target(entry: Fields) -> WrittenTarget | None:
        if entry.has("value") and entry.has("profile"):
            entry.log.note("LIM820", entry.span("profile"), "this target has both a value and a profile")
            return None
        return _profile(entry, tables) if entry.has("profile") else _value(entry, unit or UNKNOWN_UNIT)

    return read_dated(fields, "targets", names(TARGETS), target, areas)


def _profile(entry: Fields, tables: Tables) -> WrittenTarget | None:
    node = entry.scalar("profile")
    profile = None if node is None else tables.profile(node)
    if node is None or profile is None:
        return None
    return WrittenTarget(profile.profile, node, profile)


def _value(entry: Fields, unit: str) -> WrittenTarget | None:
    node = entry.scalar("value", required=True)
    if node is None:
        return None
    number = _is_calculation(node.text, entry.log)
    value = read_amount(node, unit, entry.log) if number else scalars.amount(node, "value", entry.log)
    return None if value is None else WrittenTarget(value, node)


def _is_calculation(text: str, log: ProblemLog) -> bool:
    """Whether a calculation is meant: 90% and ninety are numbers that are written wrongly."""
    if text in OTHERS or (text.isascii() and text.isalpha() and nearest(text, OTHERS, log)):
        return True
    return bool(_CALCULATES.search(text)) and not _DATE_LIKE.fullmatch(text)


def read_amount(node: Scalar, unit: str, log: ProblemLog) -> Amount | None:
    """Returns the calculation; None, with every problem noted, where it is none."""
    own = Number.of(unit)
    names: Mapping[str, Kind] = dict.fromkeys(OTHERS, own)
    parsed = parse_amount(node.text, names, own.unit or RATIO)
    for problem in parsed.problems:
        log.note(
            str(problem.code), node.span_of(problem.offset, problem.length), problem.message, problem.hint
        )
    return parsed.amount
