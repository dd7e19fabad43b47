"""Conditions that are never judged, whatever figures come, and tests of change between shared cases."""

from collections.abc import Iterator
from typing import Final

from monitor.core.conditions import FUNCTIONS
from monitor.core.conditions.checking import periods_of
from monitor.core.conditions.functions import Periods
from monitor.core.conditions.tree import Call, Name, nodes
from monitor.core.derivation import DerivationMethod
from monitor.core.periods import Basis, Frequency
from monitor.core.rulebook import Indicator, Polarity
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog

PLACES: Final = frozenset({"rank", "quartile"})
COUNTS: Final = frozenset({"numerator", "denominator"})

_OF_A_RATIO: Final = frozenset(name for name, function in FUNCTIONS.items() if COUNTS & {*function.reads})
_MONTHS_BETWEEN: Final = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.ANNUAL: 12}
_MONTHS_COVERED: Final = {
    Basis.SNAPSHOT: 0,
    Basis.MONTH: 1,
    Basis.QUARTER: 3,
    Basis.YEAR: 12,
    Basis.YEAR_TO_DATE: 12,
    Basis.ROLLING_12_MONTHS: 12,
}
"""The longest time that a figure covers. A snapshot covers none, and a test of two is only too strict."""


def has_places(indicator: Indicator) -> bool:
    """Says whether there are ranks and quartiles: for a polarity with a better side."""
    return indicator.polarity in {Polarity.HIGHER_IS_BETTER, Polarity.LOWER_IS_BETTER}


def check_alert_answers(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes conditions of an alert rule that are never judged, or whose answer would mean nothing."""
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        for condition in thresholds.conditions():
            _check(condition, written, log)


def check_band_answers(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes bands that are never judged, or whose answer would mean nothing."""
    for entry in written.rag:
        for condition in entry.value.by_name().values():
            _check(condition, written, log)


def _check(condition: WrittenCondition, written: WrittenIndicator, log: ProblemLog) -> None:
    indicator, faulty = written.indicator, written.faulty
    if "polarity" not in faulty and not has_places(indicator):
        for name in _names(condition, PLACES):
            message = f"there is no {name.name}: the polarity of {indicator.id} is “{indicator.polarity}”"
            log.note("LIM229", condition.span_of(name.span), message)
    if not faulty & {"unit", "scale", "derived"}:
        _check_counts(condition, indicator, log)
    if not faulty & {"basis", "frequency"}:
        _check_cases(condition, indicator, log)


def _check_counts(condition: WrittenCondition, indicator: Indicator, log: ProblemLog) -> None:
    derivation = indicator.derivation
    if derivation is not None and derivation.method is not DerivationMethod.RATIO:
        why = f"{indicator.id} is worked out as a {derivation.method}, without numerator and denominator"
        for name in _names(condition, COUNTS):
            log.note("LIM230", condition.span_of(name.span), why)
    elif indicator.scale is None:
        why = f"{indicator.id} is no ratio: it has no scale"
    else:
        return
    for call in _calls(condition):
        if call.function in _OF_A_RATIO:
            log.note("LIM230", condition.span_of(call.span), why)


def _check_cases(condition: WrittenCondition, indicator: Indicator, log: ProblemLog) -> None:
    between, covered = _MONTHS_BETWEEN[indicator.frequency], _MONTHS_COVERED[indicator.basis]
    for call in _calls(condition):
        parameter = FUNCTIONS[call.function].parameters
        if call.function not in _OF_A_RATIO or not isinstance(parameter, Periods):
            continue
        periods = periods_of(call, parameter)
        if periods is not None and periods * between < covered:
            message = (
                f"figures of the {indicator.basis} that lie {_months(periods * between)} apart share cases"
            )
            hint = f"write {call.function}({covered // between}), or compare by change(n)"
            log.note("LIM231", condition.span_of(call.span), message, hint)


def _months(number: int) -> str:
    return f"{number} month{'' if number == 1 else 's'}"


def _names(condition: WrittenCondition, among: frozenset[str]) -> Iterator[Name]:
    for node, _ in nodes(condition.condition.root):
        if isinstance(node, Name) and node.name in among:
            yield node


def _calls(condition: WrittenCondition) -> Iterator[Call]:
    for node, _ in nodes(condition.condition.root):
        if isinstance(node, Call):
            yield node
