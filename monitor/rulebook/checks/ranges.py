"""Comparisons that no rank, quartile or count can change: all these have a range of their own.

Every place within the range that a limit tells apart is tried. What else the condition asks for is taken as
open, so that what is said to hold never, or always, does so whatever the other figures are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from operator import eq, ge, gt, le, lt, ne
from typing import Final

from monitor.core.conditions.limits import Pair, pairs
from monitor.core.conditions.tree import And, Comparison, Expression, Name, Not, Or, literal_value, nodes
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.rulebook import LEVELS, Indicator, Level
from monitor.rulebook.alerts import WrittenAlert, WrittenThresholds
from monitor.rulebook.checks.levels import variants
from monitor.rulebook.checks.unanswered import COUNTS, PLACES, has_places
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.written import WrittenRulebook

_COMPARE: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_SMALLEST: Final = Fraction(1, 10**MICRO_DECIMALS)
_QUARTERS: Final = 4
_MOST_TRIED: Final = 10_000

Figures = Mapping[str, Fraction]
Outcomes = Sequence[bool | None]
"""Whether a condition holds at each place tried; None: what else it asks for decides."""


@dataclass(frozen=True, slots=True)
class _Range:
    """Whole numbers from ``least`` to ``most``; or, where ``most`` is None, all amounts from ``least``."""

    least: int
    most: int | None

    def __str__(self) -> str:
        if self.most is None:
            return "never below zero"
        return f"from {self.least} to {self.most}" if self.least < self.most else f"always {self.least}"

    def telling(self, limits: Iterable[Fraction]) -> list[Fraction]:
        """The places next to limits, within the range."""
        if self.most is None:
            near = {limit + step for limit in limits for step in (-_SMALLEST, Fraction(), _SMALLEST)}
            return sorted({Fraction(self.least), *(each for each in near if each >= self.least)})
        whole = {Fraction(limit // 1 + step) for limit in limits for step in (-1, 0, 1, 2)}
        ends = {Fraction(self.least), Fraction(self.most)}
        return sorted(ends | {each for each in whole if self.least <= each <= self.most})


def check_ranges(
    alert: WrittenAlert, written: WrittenIndicator, rulebook: WrittenRulebook, log: ProblemLog
) -> None:
    """Notes levels that hold nowhere within the ranges, and comparisons that come out the same everywhere."""
    if alert.faulty or not any(_has_range(each) for each in _every_condition(alert)):
        return
    kinds = Counter(area.type for area in rulebook.areas)
    noted: set[Span] = set()
    for area, thresholds, areas in variants(alert, written, rulebook):
        ranges = _ranges(written, max((kinds[each.type] for each in areas), default=0))
        where = f" in {area}" if area else ""
        for condition, message, hint in _levels_without_effect(thresholds, ranges, where):
            if condition.span not in noted:
                log.note("LIM205", condition.span, message, hint)
            noted.add(condition.span)
        for condition in thresholds.conditions():
            if condition.span not in noted:
                _check_comparisons(condition, ranges, log)


def check_band_ranges(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes comparisons of bands that come out the same for all counts there can be."""
    for entry in written.rag:
        for condition in entry.value.by_name().values():
            _check_comparisons(condition, _ranges(written, 0), log)


def _every_condition(alert: WrittenAlert) -> Iterator[WrittenCondition]:
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        yield from thresholds.conditions()


def _has_range(condition: WrittenCondition) -> bool:
    return not (PLACES | COUNTS).isdisjoint(condition.condition.names)


def _ranges(written: WrittenIndicator, areas: int) -> dict[str, _Range]:
    """The range of each name that has one. ``areas``: how many of a kind there are at most.

    Counts that come in are never below zero (intake refuses them); worked out as a difference they may be.
    """
    indicator: Indicator = written.indicator
    found = {}
    if has_places(indicator) and areas:
        found = {"rank": _Range(1, areas), "quartile": _Range(1, _QUARTERS)}
    if indicator.derivation is None and "derived" not in written.faulty:
        found |= {name: _Range(0, None) for name in sorted(COUNTS)}
    return found


def _levels_without_effect(
    thresholds: WrittenThresholds, ranges: Mapping[str, _Range], where: str
) -> Iterator[tuple[WrittenCondition, str, str | None]]:
    """Yields each level that never holds, or only where a more severe one does, and what to do."""
    written = [level for level in LEVELS if level in thresholds.levels]
    roots = {level: thresholds.levels[level].condition.root for level in written}
    tried = _places([*roots.values()], ranges)
    if tried is None:
        return
    outcomes = {level: [_outcome(roots[level], place) for place in tried] for level in written}
    for at, level in enumerate(written):
        place = thresholds.levels[level]
        names = [name for name in place.condition.names if name in ranges and name in tried[0]]
        if not names:
            continue
        if all(each is False for each in outcomes[level]):
            why = " and ".join(f"{_noun(name)} is {ranges[name]}" for name in names)
            yield place, f"{level} never holds{where}: {why}", "correct the limit"
            continue
        worse = _level_before(outcomes[level], {each: outcomes[each] for each in written[at + 1 :]})
        if worse is not None:
            yield place, f"{level} never counts{where}: whenever it holds, {worse} holds too", None


def _level_before(own: Outcomes, worse: Mapping[Level, Outcomes]) -> Level | None:
    """The more severe level that holds wherever this one can; one that holds everywhere is not meant."""
    for level, others in worse.items():
        always = all(other is True for other in others)
        if not always and all(
            mine is False or other is True for mine, other in zip(own, others, strict=True)
        ):
            return level
    return None


def _check_comparisons(condition: WrittenCondition, ranges: Mapping[str, _Range], log: ProblemLog) -> None:
    for node, _ in nodes(condition.condition.root):
        if not isinstance(node, Comparison):
            continue
        names = {name for name in (_name_in(pair) for pair in pairs(node)) if name in ranges}
        outcomes = {_outcome(node, place) for place in _places([node], ranges) or ()} if names else set()
        if outcomes in ({True}, {False}):
            (name,) = (each for each in names if each is not None)
            answer = "always" if outcomes == {True} else "never"
            message = f"{_noun(name)} is {ranges[name]}, so this {answer} holds"
            log.note("LIM317", condition.span_of(node.span), message, "remove it, or correct the limit")


def _noun(name: str) -> str:
    return name if name in PLACES else f"the {name}"


def _places(roots: Sequence[Expression], ranges: Mapping[str, _Range]) -> list[Figures] | None:
    """The places to try, of all names together; None where there are too many."""
    limits: dict[str, list[Fraction]] = {}
    for pair in (pair for root in roots for pair in pairs(root)):
        name, limit = _name_in(pair), _limit_in(pair)
        if name in ranges and name is not None and limit is not None:
            limits.setdefault(name, []).append(limit)
    telling = {name: ranges[name].telling(found) for name, found in limits.items()}
    if prod(len(each) for each in telling.values()) > _MOST_TRIED:
        return None
    return [dict(zip(telling, each, strict=True)) for each in product(*telling.values())]


def _name_in(pair: Pair) -> str | None:
    """The name that is compared with a written number, if that is what the pair does."""
    for side, other in ((pair.left, pair.right), (pair.right, pair.left)):
        if isinstance(side, Name) and literal_value(other) is not None:
            return side.name
    return None


def _limit_in(pair: Pair) -> Fraction | None:
    left, right = literal_value(pair.left), literal_value(pair.right)
    return right if left is None else left


def _compared(pair: Pair, place: Figures) -> bool | None:
    left, right = (_figure(side, place) for side in (pair.left, pair.right))
    return None if left is None or right is None else bool(_COMPARE[pair.operator](left, right))


def _figure(side: Expression, place: Figures) -> Fraction | None:
    return place.get(side.name) if isinstance(side, Name) else literal_value(side)


def _outcome(node: Expression, place: Figures) -> bool | None:
    """Whether it holds at a place: Kleene's logic, where None is open."""
    match node:
        case Comparison():
            return _all([_compared(pair, place) for pair in pairs(node)])
        case And(operands):
            return _all([_outcome(each, place) for each in operands])
        case Or(operands):
            return _negated(_all([_negated(_outcome(each, place)) for each in operands]))
        case Not(operand):
            return _negated(_outcome(operand, place))
        case _:
            return None


def _all(outcomes: Sequence[bool | None]) -> bool | None:
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _negated(outcome: bool | None) -> bool | None:
    return None if outcome is None else not outcome
