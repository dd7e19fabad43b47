"""Direction of travel: where the figures head, and whether that is good."""

from collections.abc import Sequence

from monitor.core.judgements import DirectionOfTravel
from monitor.core.rulebook import DirectionMethod, DirectionRule, Polarity


def movement(figures: Sequence[int], method: DirectionMethod) -> int:
    """Returns the sign of the movement: 1 up, 0 none, -1 down. Exact, on whole numbers of equal scale.

    The regression is ordinary least squares on the figures' order; only its slope's sign is needed, which is
    that of n·Σxy - Σx·Σy. Kent moved from the last period's change to a regression over all plotted periods
    (Quarterly Performance Report, Quarter 1 2020/21).
    """
    if method is DirectionMethod.LAST_PERIOD:
        slope = figures[-1] - figures[-2]
    else:
        count = len(figures)
        slope = count * sum(x * y for x, y in enumerate(figures)) - sum(range(count)) * sum(figures)
    return (slope > 0) - (slope < 0)


def direction_of_travel(
    figures: Sequence[int], targets: Sequence[int | None], rule: DirectionRule, polarity: Polarity
) -> DirectionOfTravel:
    """Reads the movement of ``figures`` (the last one latest) through the polarity.

    ``figures`` and ``targets`` are whole numbers of the same scale, already rounded to the published
    precision.
    Close to target: nearer is better, each figure measured against the target of its own period. Unknown with
    fewer than two figures, without polarity, or without a target to be close to.
    """
    recent = list(figures[-rule.figures :])
    if len(recent) < 2 or polarity is Polarity.NONE:  # noqa: PLR2004 - a movement is between two figures
        return DirectionOfTravel.UNKNOWN
    if polarity is Polarity.CLOSE_TO_TARGET:
        nearness = []
        for figure, target in zip(recent, targets[-rule.figures :], strict=True):
            if target is None:
                return DirectionOfTravel.UNKNOWN
            nearness.append(-abs(figure - target))
        recent = nearness
    sign = movement(recent, rule.method)
    if polarity is Polarity.LOWER_IS_BETTER:
        sign = -sign
    return (DirectionOfTravel.STEADY, DirectionOfTravel.IMPROVING, DirectionOfTravel.WORSENING)[sign]
