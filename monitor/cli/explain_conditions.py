"""What a condition compares for one figure: both sides, confidence intervals, control charts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Final

import numpy as np

from monitor.cli.explain_facts import ChartTold, ConditionTold, IntervalTold, SidesTold
from monitor.cli.explain_view import MORE_DECIMALS, View
from monitor.core.conditions import FUNCTIONS, Condition, OperandValues, Shown, parse
from monitor.core.conditions.functions import AtConfidence, Periods
from monitor.core.conditions.tree import Call, Expression, Name, canonical, literal_value, nodes
from monitor.core.sight import scaled_decimal
from monitor.core.statistics.arrays import USUAL, FloatArray, Interval
from monitor.core.statistics.intervals import PROPORTION_SCALES, SMALLEST_BYAR, ratio_interval
from monitor.core.statistics.significance import difference
from monitor.core.statistics.special_causes import SpecialCauses, latest_signs
from monitor.core.statistics.xmr import FEWEST_FIGURES, window_limits
from monitor.rulebook.condition_texts import alert_names

_COMPARE: Final = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}
_AGAINST: Final = frozenset({"significantly_above", "significantly_below"})
_CHANGES: Final = frozenset({"significant_rise", "significant_fall"})
_CHARTS: Final = frozenset({"special_cause", "special_cause_above", "special_cause_below"})
_LOOKING_BACK: Final = ("previous", "change", "mean")


def compared(condition: Condition, view: View) -> ConditionTold:
    """What the condition compares for the view's figure, which there must be."""
    calls = _calls(condition.root)
    asks_rating = any(isinstance(node, Name) and node.name == "rating" for node, _ in nodes(condition.root))
    rating = view.sight.rating(*view.place).value if asks_rating else None
    return ConditionTold(
        sides=tuple(_sides(each, condition, view) for each in condition.operand_values(view.sight.frame)),
        intervals=tuple(_interval(each, view) for each in calls if each.function in _AGAINST | _CHANGES),
        charts=tuple(_chart(each, view) for each in calls if each.function in _CHARTS),
        rating=rating,
    )


def truth_of(condition: Condition, view: View) -> bool | None:
    """Whether the condition holds for the figure; None: it can't be said."""
    row, column = view.place
    truth = view.sight.truth(condition)
    return bool(truth.true[row][column]) if truth.known[row][column] else None


def _calls(root: Expression) -> Sequence[Call]:
    found = [node for node, _ in nodes(root) if isinstance(node, Call)]
    return sorted(found, key=lambda each: each.span.offset)


def _is_withheld(view: View) -> bool:
    return view.figure is None or view.figure.protected


def _sides(both: OperandValues, condition: Condition, view: View) -> SidesTold:
    texts = (both.left_text, both.right_text)
    looks_back = any(f"{name}(" in text for text in texts for name in _LOOKING_BACK)
    hidden = _is_withheld(view) or (looks_back and view.withholds_of_last(condition.lookback + 1))
    left, right = _at(both.left, view), _at(both.right, view)
    holds = None
    if left is not None and right is not None and not hidden:
        holds = bool(_COMPARE[both.operator](left, right))
    return SidesTold(
        left=both.left_text,
        left_value=None if hidden else left,
        operator=both.operator,
        right=both.right_text,
        right_value=None if hidden else right,
        holds=holds,
        protected=hidden,
    )


def _at(shown: Shown, view: View) -> Decimal | None:
    row, column = view.place
    return (
        scaled_decimal(int(shown.scaled[row, column]), shown.decimals) if shown.known[row, column] else None
    )


def _own(call: Expression, view: View) -> bool | None:
    """Whether a call that is a condition by itself holds."""
    parsed = parse(canonical(call), alert_names(view.indicator.unit))
    return None if parsed.condition is None else truth_of(parsed.condition, view)


def _value_of(expression: Expression, view: View) -> Decimal | None:
    """What an expression in the unit of the figure comes to."""
    parsed = parse(f"value > {canonical(expression)}", alert_names(view.indicator.unit))
    if parsed.condition is None:
        return None
    (both,) = parsed.condition.operand_values(view.sight.frame)
    return _at(both.right, view)


def _periods(call: Call) -> int:
    """The number of periods that a call is written with, or means."""
    parameters = FUNCTIONS[call.function].parameters
    given = [literal_value(each) for each in call.arguments]
    if given and given[0] is not None:
        return int(given[0])
    return parameters.default or 1 if isinstance(parameters, Periods) else 1


def _interval(call: Call, view: View) -> IntervalTold:
    is_change = call.function in _CHANGES
    level = USUAL
    if not is_change and isinstance(FUNCTIONS[call.function].parameters, AtConfidence):
        written = literal_value(call.arguments[1]) if len(call.arguments) > 1 else None
        level = USUAL if written is None else float(written)
    periods = _periods(call) if is_change else 0
    hidden = _is_withheld(view) or (is_change and view.withholds_of_last(periods + 1))
    own, method = _interval_before(view, 0, level)
    against, value = "", None
    if is_change:
        against = f"previous({periods})"
        column = view.place[1] - periods
        value = view.sight.amount("value", view.place[0], column) if column >= 0 else None
        own = _difference(view, own, periods, level)
    else:
        against, value = canonical(call.arguments[0]), _value_of(call.arguments[0], view)
    lower, upper = _ends(own, view)
    return IntervalTold(
        function=canonical(call),
        confidence=f"{level:g}",
        method=method,
        change=is_change,
        lower=None if hidden else lower,
        upper=None if hidden else upper,
        against=against,
        against_value=None if hidden else value,
        holds=None if hidden else _own(call, view),
        protected=hidden,
        no_interval=None if hidden else _why_none(view, 0) or _why_none(view, periods),
    )


def _why_none(view: View, back: int) -> str | None:
    """Why the figure so many places before has no interval, in words after a comma; None: it has one."""
    column = view.place[1]
    which = "the figure" if not back else f"the figure {back} period{'s' if back > 1 else ''} before"
    scale = view.indicator.scale
    if scale is None:
        return f"for {view.indicator.id} is no ratio"
    figure = view.series[view.area][column - back] if column >= back else None
    if figure is None:
        return f"for there is no figure {back} period{'s' if back > 1 else ''} before"
    if figure.missing is not None:
        return f"for {which} is missing"
    numerator, denominator = figure.numerator, figure.denominator
    if numerator is None or denominator is None:
        return f"for {which} came without numerator and denominator"
    if denominator == 0:
        return f"for the denominator of {which} is zero"
    if denominator < 0 or numerator < 0:
        return f"for a count of {which} is below zero"
    if scale in PROPORTION_SCALES and numerator > denominator:
        return f"for the numerator of {which} exceeds its denominator, and is no part of it"
    return None


def _parts(view: View, back: int) -> tuple[FloatArray, FloatArray, bool]:
    row, column = view.place
    own = view.series[view.area]
    figure = own[column - back] if column >= back else None
    known = (
        figure is not None
        and figure.numerator is not None
        and figure.denominator is not None
        and figure.denominator > 0
        and view.sight.scaled("value")[row][column - back] is not None
    )
    above = figure.numerator if known and figure is not None and figure.numerator is not None else 0
    below = (
        figure.denominator if known and figure is not None and figure.denominator is not None else 1_000_000
    )
    return np.array([above / 1_000_000]), np.array([below / 1_000_000]), known


def _interval_before(view: View, back: int, level: float) -> tuple[Interval, str]:
    """The interval of the figure so many places before, and the method it comes from."""
    above, below, known = _parts(view, back)
    scale = view.indicator.scale
    nothing = np.zeros(1)
    if scale is None:
        return Interval(nothing, nothing, np.zeros(1, dtype=np.bool_)), ""
    method = "Wilson" if scale in PROPORTION_SCALES else "Byar"
    if method == "Byar" and above[0] < SMALLEST_BYAR:
        method = "exact Poisson"
    return ratio_interval(above, below, np.array([known]), scale, level), method


def _difference(view: View, own: Interval, periods: int, level: float) -> Interval:
    earlier, _ = _interval_before(view, periods, level)
    scale = view.indicator.scale or 1
    (above, below, _), (above_then, below_then, _) = _parts(view, 0), _parts(view, periods)
    return difference(above / below * scale, own, above_then / below_then * scale, earlier)


def _ends(interval: Interval, view: View) -> tuple[Decimal | None, Decimal | None]:
    if not interval.known[0]:
        return None, None
    decimals = view.indicator.decimals + MORE_DECIMALS
    return (
        Decimal(f"{interval.lower[0]:.{decimals}f}"),
        Decimal(f"{interval.upper[0]:.{decimals}f}"),
    )


def _chart(call: Call, view: View) -> ChartTold:
    window = _periods(call)
    series = view.chart_series()
    limits = window_limits(series, window)
    row, column = view.place
    decimals, hidden = view.indicator.decimals, view.withholds_of_last(window)
    mean, lower, upper = (
        None if hidden else view.cell(line(decimals), decimals + MORE_DECIMALS)
        for line in (limits.mean, limits.lower, limits.upper)
    )
    return ChartTold(
        function=canonical(call),
        window=window,
        known=int(limits.figures[row, column]),
        fewest=FEWEST_FIGURES,
        mean=mean,
        lower=lower,
        upper=upper,
        signs=() if hidden else tuple(_signs(latest_signs(series, limits), row, column)),
        holds=None if _is_withheld(view) else _own(call, view),
        protected=hidden,
    )


def _signs(found: SpecialCauses, row: int, column: int) -> Iterator[str]:
    """The signs of special cause in words."""
    words = (
        (found.outside, "above the upper limit", "below the lower limit"),
        (found.shift, "seven figures in a row above the mean", "seven figures in a row below the mean"),
        (found.trend, "seven figures in a row rising", "seven figures in a row falling"),
        (
            found.two_of_three,
            "two of three close to the upper limit",
            "two of three close to the lower limit",
        ),
    )
    for signs, upwards, downwards in words:
        if sign := int(signs[row, column]):
            yield upwards if sign > 0 else downwards
