"""Levels of an alert rule that never count, stand on the good side, or recover within the breach."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from monitor.core.areas import Area
from monitor.core.exact import BoolArray
from monitor.core.rulebook import LEVELS, Level, Polarity
from monitor.rulebook.alerts import WrittenAlert, WrittenThresholds
from monitor.rulebook.checks.samples import (
    COMPARED_UNDER,
    Circumstance,
    Samples,
    can_be_tried,
    circumstances,
    common_figure,
    representatives,
    samples,
    scopes_of,
)
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.written import WrittenRulebook

GOOD_SIDE: Final = {
    Polarity.HIGHER_IS_BETTER: frozenset({">", ">="}),
    Polarity.LOWER_IS_BETTER: frozenset({"<", "<="}),
}


def variants(
    alert: WrittenAlert, written: WrittenIndicator, rulebook: WrittenRulebook
) -> Iterator[tuple[str, WrittenThresholds, tuple[Area, ...]]]:
    """Yields the rule's thresholds, then each override's: the area's name (or none), and the areas."""
    covered = rulebook.covered(alert)
    ordinary = [area for area in covered if area.name not in alert.overrides] or covered
    yield "", alert.thresholds, representatives(ordinary, scopes_of(written.indicator))
    for name, thresholds in alert.overrides.items():
        yield name, thresholds, (rulebook.areas[name],)


def circumstances_of(
    alert: WrittenAlert, written: WrittenIndicator, areas: tuple[Area, ...]
) -> tuple[Circumstance, ...]:
    """Returns what the rule's figures are compared with in these areas while the rule is in effect."""
    retirement = alert.rule.retirement
    return circumstances(written.indicator, areas, alert.rule.start, retirement.on if retirement else None)


def check_levels(
    alert: WrittenAlert, written: WrittenIndicator, rulebook: WrittenRulebook, log: ProblemLog
) -> None:
    """Notes levels that never count and recovery limits within the breach, overrides included.

    What is wrong with the rule itself is not repeated for each override. Conditions that cannot be tried,
    or that compare with what could not be read, are left out, and the others judged without them.
    """
    if "decimals" in written.faulty:
        check_recovery_alone(alert, log)
    noted: set[tuple[str, Span]] = set()
    for area, whole, areas in variants(alert, written, rulebook):
        thresholds = _judged(whole, written)
        conditions = [each.condition for each in thresholds.conditions()]
        found = circumstances_of(alert, written, areas)
        tried = samples(conditions, written.indicator, found) if thresholds.levels else None
        where = f" in {area}" if area else ""
        for code, place, message in [] if tried is None else _faults(tried, thresholds, where):
            if (code, place.span) not in noted:
                log.note(code, place.span, message)
            noted.add((code, place.span))


def check_recovery_alone(alert: WrittenAlert, log: ProblemLog) -> None:
    """Notes recovery limits within the breach for a rule whose indicator, or its decimals, cannot be read.

    Whole numbers alone are tried, which every indicator has, whatever its decimals, and only conditions that
    compare the value with written numbers.
    """
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        recover = thresholds.recover
        if recover is None or set(recover.condition.names) != {"value"}:
            continue
        for level, condition in thresholds.levels.items():
            both = [condition.condition, recover.condition]
            if set(condition.condition.names) != {"value"} or not all(map(can_be_tried, both)):
                continue
            figure = common_figure(both)
            if figure is not None:
                message = f"{figure} would be {level} and recovered both"
                log.note("LIM211", recover.span, message)
                break


def _judged(thresholds: WrittenThresholds, written: WrittenIndicator) -> WrittenThresholds:
    """The conditions that can be judged by what is known of the indicator."""

    def judged(each: WrittenCondition) -> bool:
        needed = {COMPARED_UNDER[name] for name in each.condition.names if name in COMPARED_UNDER}
        return not needed & written.faulty and can_be_tried(each.condition)

    recover = thresholds.recover
    return WrittenThresholds(
        {level: each for level, each in thresholds.levels.items() if judged(each)},
        recover if recover is not None and judged(recover) and "decimals" not in written.faulty else None,
        thresholds.periods,
    )


def _faults(
    tried: Samples, thresholds: WrittenThresholds, where: str
) -> Iterator[tuple[str, WrittenCondition, str]]:
    """Yields each level that is never the most severe one to hold, and a recovery within a level."""
    truths = dict(zip(thresholds.levels, tried.truths, strict=False))
    worse: BoolArray = np.zeros((len(tried.scaled), 1), dtype=np.bool_)
    above: Level | None = None
    for level in reversed([level for level in LEVELS if level in truths]):
        truth, place = truths[level], thresholds.levels[level]
        if truth.known.any() and not truth.true.any():
            yield "LIM205", place, f"{level} never holds{where}, whatever the figure"
        elif truth.known.any() and not (truth.true & ~worse).any():
            yield "LIM205", place, f"{level} never counts{where}: whenever it holds, {above} holds too"
        worse, above = worse | truth.true, level
    if thresholds.recover is None:
        return
    recovered = tried.truths[-1].true
    for level, truth in truths.items():
        rows = np.flatnonzero(recovered & truth.true)
        if rows.size:
            message = f"{tried.figure(rows[0])} would be {level} and recovered both{where}"
            yield "LIM211", thresholds.recover, message
            return


def check_sides(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes levels that hold on the side of the figures that the indicator's polarity calls good."""
    polarity = written.indicator.polarity
    good = GOOD_SIDE.get(polarity)
    if good is None:
        return
    for level, condition in _every_level(alert):
        operators = {limit.operator for limit in condition.condition.limits()}
        if operators and operators <= good:
            message = f"{level} holds for good figures: {written.indicator.id} is “{polarity}”"
            log.note("LIM206", condition.span, message)


def _every_level(alert: WrittenAlert) -> Iterator[tuple[Level, WrittenCondition]]:
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        yield from thresholds.levels.items()
