"""Percentages that there are none of: targets and limits below 0 or above 100."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Final

from monitor.core.conditions.limits import limit_side, pairs
from monitor.core.conditions.tree import literal_value
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.rulebook import Indicator, Profile
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog, Span

_WHOLE: Final = 100


def check_percentages(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes targets, limits, others' figures and bands that no percentage reaches.

    Units that say of what they are a percentage, such as “percent of 2010”, may go beyond 100.
    """
    indicator = written.indicator
    if not _is_share(indicator):
        return
    for what, number, span in _amounts(written):
        if not 0 <= number <= _WHOLE:
            log.note("LIM222", span, f"the {what} is {_spelt(number)}, and the unit is percent")
    for entry in written.rag:
        _check_limits(entry.value.by_name().values(), log)


def check_alert_percentages(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes limits of an alert rule that no percentage reaches."""
    if not _is_share(written.indicator):
        return
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        _check_limits(thresholds.conditions(), log)


def _is_share(indicator: Indicator) -> bool:
    return indicator.unit == "percent" and indicator.scale == _WHOLE


def _amounts(written: WrittenIndicator) -> Iterator[tuple[str, Fraction, Span]]:
    """What the value is compared with: its name, the number, and where it stands."""
    yield from _targets(written)
    for limits in written.indicator.limits:
        for name, limit in (("lower limit", limits.value.lower), ("upper limit", limits.value.upper)):
            if limit is not None:
                yield name, _number(limit), Span(limits.position)
    for entry in written.indicator.benchmarks:
        for name in ("neighbours", "region", "england"):
            figure = getattr(entry.value, name)
            if isinstance(figure, int):
                yield f"figure of {name}", _number(figure), Span(entry.position)


def _targets(written: WrittenIndicator) -> Iterator[tuple[str, Fraction, Span]]:
    for target in written.targets:
        value = target.value.value
        if isinstance(value, int):
            yield "target", _number(value), target.value.span
        elif isinstance(value, Profile):
            for key, amount in value.amounts.items():
                yield "target", _number(amount), Span(value.rows[key])


def _check_limits(conditions: Iterable[WrittenCondition], log: ProblemLog) -> None:
    for condition in conditions:
        for pair in pairs(condition.condition.root):
            side = limit_side(pair)
            number = None if side is None else literal_value(side)
            if side is not None and number is not None and not 0 <= number <= _WHOLE:
                message = f"the limit is {_spelt(number)}, and the unit is percent"
                log.note("LIM222", condition.span_of(side.span), message)


def _number(micro: int) -> Fraction:
    return Fraction(micro, 10**MICRO_DECIMALS)


def _spelt(number: Fraction) -> str:
    return f"{(Decimal(number.numerator) / Decimal(number.denominator)).normalize():f}"
