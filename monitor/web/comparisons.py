"""What a figure on the status page is held against, in words: a limit, a target, or an expected range."""

from decimal import Decimal

from monitor.charts import reveals_a_small_number
from monitor.core.notices import COMPARED_BY_NAME
from monitor.core.rulebook import Level, Thresholds
from monitor.scoreboard import Standing
from monitor.wording import FigureFormat


def limit_in_words(
    level: Level | None, thresholds: Thresholds, standing: Standing, figures: FigureFormat
) -> str:
    """The limit of an alert's level, else the target; "" where neither is known, or the figure is protected.

    A limit that is worked out of other figures, such as twice the neighbours', stands in the mail alone.
    """
    if standing.protected:
        return ""
    evaluation = standing.evaluation
    known = {name: getattr(evaluation, name) for name in COMPARED_BY_NAME}
    limits = [
        (limit.operator, limit.value if limit.value is not None else known.get(limit.text))
        for each in thresholds.levels
        if each.level is level
        for limit in each.condition.limits()
    ]
    found = [(operator, value) for operator, value in limits if value is not None]
    crossed = [value for operator, value in found if _is_beyond(evaluation.value, operator, value)]
    if crossed or found:
        return figures.short(crossed[0] if crossed else found[0][1])
    return "" if evaluation.target is None else f"target {figures.short(evaluation.target)}"


def _is_beyond(value: Decimal | None, operator: str, limit: Decimal) -> bool:
    if value is None:
        return False
    return value > limit if ">" in operator else value < limit if "<" in operator else value == limit


def aim_in_words(standing: Standing, figures: FigureFormat) -> str:
    """The target, else the range that is expected; of a protected figure none that would narrow it down."""
    evaluation = standing.evaluation
    if evaluation.target is not None:
        return figures.short(evaluation.target)
    ends = [end for end in (evaluation.lower, evaluation.upper) if end is not None]
    if standing.protected and any(reveals_a_small_number(end, figures) for end in ends):
        return ""
    texts = [figures.short(end) for end in ends]
    match texts:
        case [lower, upper]:
            return f"expected {lower} to {upper}"
        case [only]:
            return f"expected {'up to' if evaluation.lower is None else 'at least'} {only}"
        case _:
            return ""
