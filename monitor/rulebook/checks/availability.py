"""Whether what a condition compares with is there: rating, target, lower and upper limit."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.conditions import Amount
from monitor.core.conditions.tree import Expression, Name, nodes
from monitor.core.conditions.tree import Span as TextSpan
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.checks.levels import circumstances_of, variants
from monitor.rulebook.checks.samples import (
    COMPARED_UNDER,
    Circumstance,
    circumstances,
    representatives,
    scopes_of,
)
from monitor.rulebook.checks.timelines import Timeline
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.written import WrittenRulebook

_WORDS: Final = {
    "target": "target",
    "lower": "lower limit",
    "upper": "upper limit",
    "neighbours": "neighbours’ figure",
    "region": "region’s figure",
    "england": "England’s figure",
}
_MOST_AREAS: Final = 3


def check_ratings(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes conditions on the rating of an indicator without bands."""
    if written.indicator.rag or "rag" in written.faulty:
        return
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        for condition in thresholds.conditions():
            if "rating" in condition.condition.names:
                message = f"{written.indicator.id} is never rated: it has no rag bands"
                log.note("LIM212", _place_in(condition, "rating"), message)


def check_alert_comparisons(
    alert: WrittenAlert, written: WrittenIndicator, rulebook: WrittenRulebook, log: ProblemLog
) -> None:
    """Notes targets and limits that an alert compares with and that are never, or not always, in force."""
    if alert.faulty:
        return
    for _, thresholds, areas in variants(alert, written, rulebook):
        found = circumstances_of(alert, written, areas)
        for condition in thresholds.conditions():
            _check_condition(condition, written, found, log, partly=True)


def check_band_comparisons(written: WrittenIndicator, areas: AreaTree, log: ProblemLog) -> None:
    """Notes targets and limits that the bands ask for and that are never in force."""
    indicator = written.indicator
    for entry in written.rag:
        covered = [area for area in representatives(areas, scopes_of(indicator)) if entry.scope.covers(area)]
        found = circumstances(indicator, covered, entry.start, entry.until)
        for condition in entry.value.by_name().values():
            _check_condition(condition, written, found, log, partly=False)


def check_target_comparisons(written: WrittenIndicator, areas: AreaTree, log: ProblemLog) -> None:
    """Notes figures of others that a target is worked out from and that are never in force."""
    if "benchmarks" in written.faulty:
        return
    benchmarks = Timeline(written.indicator.benchmarks)
    telling = representatives(areas, scopes_of(written.indicator))
    for entry in written.targets:
        target, days = entry.value, benchmarks.between(entry.start, entry.until)
        if not isinstance(target.value, Amount):
            continue
        covered = [area for area in telling if entry.scope.covers(area)]
        beside = [benchmarks.at(day, area) for area in covered for day in days]
        for name in target.value.names:
            if beside and all(each is None or getattr(each.value, name) is None for each in beside):
                message = f"{written.indicator.id} has no {_WORDS[name]} in force here"
                log.note("LIM214", _place(target.value.root, name, target.span, target.span_of), message)


def _check_condition(
    condition: WrittenCondition,
    written: WrittenIndicator,
    found: Sequence[Circumstance],
    log: ProblemLog,
    *,
    partly: bool,
) -> None:
    for name, key in COMPARED_UNDER.items():
        if name not in condition.condition.names or key in written.faulty or not found:
            continue
        missing = [each for each in found if getattr(each, name) is None]
        code = "LIM213" if name == "target" else "LIM214"
        if len(missing) == len(found):
            message = f"{written.indicator.id} has no {_WORDS[name]} in force here"
            log.note(code, _place_in(condition, name), message)
        elif missing and partly:
            message = f"there is no {_WORDS[name]} in force for {_described(missing, found)}"
            log.note("LIM215", _place_in(condition, name), message)


def _described(missing: Sequence[Circumstance], found: Iterable[Circumstance]) -> str:
    """The areas without a value, each with the day from which it has none unless it never has one."""
    having = {each.area.name for each in found} - {each.area.name for each in missing}
    ever = {each.area.name for each in found if each not in missing}
    first: dict[str, Circumstance] = {}
    for each in missing:
        first.setdefault(each.area.name, each)
    words = [f"{name} from {each.on}" if name in ever - having else name for name, each in first.items()]
    rest = len(words) - _MOST_AREAS
    return ", ".join(words[:_MOST_AREAS]) + (f" and {rest} more" if rest > 0 else "")


def _place_in(condition: WrittenCondition, name: str) -> Span:
    return _place(condition.condition.root, name, condition.span, condition.span_of)


def _place(root: Expression, name: str, whole: Span, span_of: Callable[[TextSpan], Span]) -> Span:
    """Where the name stands in an expression, or the whole of it where a function reads it."""
    for node, _ in nodes(root):
        if isinstance(node, Name) and node.name == name:
            return span_of(node.span)
    return whole
