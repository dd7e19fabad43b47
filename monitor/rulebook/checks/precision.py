"""Limits and targets that are finer than the figures that they are compared with; units that fit no scale."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from monitor.core.conditions.limits import limit_side, pairs
from monitor.core.conditions.tree import Literal, Negation
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.rulebook import Indicator, Polarity
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator, usual_scale
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown

_RATE = re.compile(r"per [0-9]")
_PERCENT = frozenset({"%", "pct", "pc", "percentage", "per cent"})
_AS_NEAR_AS = 0.8
"""How like “percent” a unit has to be to be a slip of it: “percnt” is at 0.92, “parents” at 0.71."""


def check_alert_precision(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes limits of an alert rule with more decimals than its indicator shows."""
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        _check_limits(thresholds.conditions(), written, log)


def check_indicator_precision(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes bands, targets and expected ranges with more decimals than the indicator shows."""
    indicator = written.indicator
    for entry in written.rag:
        _check_limits(entry.value.by_name().values(), written, log)
    amounts = [
        (target.position, target.value) for target in indicator.targets if isinstance(target.value, int)
    ]
    for limits in indicator.limits:
        amounts += [(limits.position, each) for each in (limits.value.lower, limits.value.upper) if each]
    for profile in (entry.value.profile for entry in written.targets):
        if profile is not None and profile.decimals > indicator.decimals:
            message = f"this value is finer than the figures, {_published(indicator)}"
            log.note("LIM210", profile.finest, message)
    for position, amount in amounts:
        if amount % 10 ** (MICRO_DECIMALS - indicator.decimals):
            log.note(
                "LIM210", Span(position), f"this entry is finer than the figures, {_published(indicator)}"
            )


def _check_limits(conditions: Iterable[WrittenCondition], written: WrittenIndicator, log: ProblemLog) -> None:
    for condition in conditions:
        for pair in pairs(condition.condition.root):
            side = limit_side(pair)
            literal = side.operand if isinstance(side, Negation) else side
            if isinstance(literal, Literal) and literal.decimals > written.indicator.decimals:
                message = f"this limit is finer than the figures, {_published(written.indicator)}"
                log.note("LIM210", condition.span_of(literal.span), message)


def _published(indicator: Indicator) -> str:
    if not indicator.decimals:
        return "which are published as whole numbers"
    return f"which are published with {indicator.decimals} decimal{'s' if indicator.decimals > 1 else ''}"


def _is_nearly_percent(unit: str) -> bool:
    written = " ".join(unit.casefold().split())
    first = written.split(" ")[0]
    return written in _PERCENT or any(
        SequenceMatcher(None, each, "percent").ratio() >= _AS_NEAR_AS for each in (written, first)
    )


def check_unit(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes a scale that does not fit the unit, and a polarity that needs a target where there is none."""
    indicator = written.indicator
    usual = usual_scale(indicator.unit)
    if usual is None and _is_nearly_percent(indicator.unit):
        hint = "did you mean percent?"
        log.note("LIM223", written.spans["unit"], f"the unit is {shown(indicator.unit)}", hint)
    if usual is not None and indicator.scale not in {usual, None}:
        message = f"the unit is “{indicator.unit}”, and the scale is {indicator.scale:,}, not {usual:,}"
        log.note("LIM216", written.spans["scale"], message)
    elif indicator.scale is None and _RATE.match(indicator.unit):
        log.note(
            "LIM216", written.spans["unit"], f"the unit “{indicator.unit}” is a rate, and no scale is given"
        )
    if (
        indicator.polarity is Polarity.CLOSE_TO_TARGET
        and not indicator.targets
        and "targets" not in written.faulty
    ):
        message = f"{indicator.id} should be close to its target, and it has none"
        log.note("LIM217", written.spans["polarity"], message)
