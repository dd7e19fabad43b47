"""Limits and targets that are finer than the figures that they are compared with; units that fit no scale."""

import re
from collections.abc import Iterable

from monitor.core.conditions.limits import limit_side, pairs
from monitor.core.conditions.tree import Literal, Negation
from monitor.core.rulebook import Polarity
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator, usual_scale
from monitor.rulebook.problems import ProblemLog

_RATE = re.compile(r"per [0-9]")


def check_alert_precision(alert: WrittenAlert, written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes limits of an alert rule with more decimals than its indicator shows."""
    for thresholds in (alert.thresholds, *alert.overrides.values()):
        _check_limits(thresholds.conditions(), written, log)


def check_band_precision(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes limits of bands with more decimals than the indicator shows."""
    for entry in written.rag:
        _check_limits(entry.value.by_name().values(), written, log)


def _check_limits(conditions: Iterable[WrittenCondition], written: WrittenIndicator, log: ProblemLog) -> None:
    shown = written.indicator.decimals
    for condition in conditions:
        for pair in pairs(condition.condition.root):
            side = limit_side(pair)
            literal = side.operand if isinstance(side, Negation) else side
            if isinstance(literal, Literal) and literal.decimals > shown:
                figures = "whole numbers" if not shown else f"{shown} decimal{'s' if shown > 1 else ''}"
                message = f"this limit is finer than the figures, which are published with {figures}"
                log.note("LIM210", condition.span_of(literal.span), message)


def check_unit(written: WrittenIndicator, log: ProblemLog) -> None:
    """Notes a scale that does not fit the unit, and a polarity that needs a target where there is none."""
    indicator = written.indicator
    usual = usual_scale(indicator.unit)
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
