"""What a control chart says in words: is the change for the better, and will the target be met?"""

from __future__ import annotations

from enum import StrEnum

from monitor.core.rulebook import Polarity


class Variation(StrEnum):
    """What kind of variation a figure shows (NHS England, "Making Data Count")."""

    COMMON_CAUSE = "common cause"
    IMPROVEMENT = "special cause, improvement"
    CONCERN = "special cause, concern"
    HIGH = "special cause, high"
    LOW = "special cause, low"
    UNKNOWN = "unknown"


class Assurance(StrEnum):
    """Whether the process as it runs will meet its target (NHS England, "Making Data Count")."""

    CONSISTENT_PASS = "consistently meets the target"  # noqa: S105 - a wording, no password
    CONSISTENT_FAIL = "consistently misses the target"
    INCONSISTENT = "sometimes meets and sometimes misses the target"
    NONE = "no assurance"


def variation(*, special: bool | None, side: int, polarity: Polarity) -> Variation:
    """Reads one figure's sign through the polarity; `side` is the side of the mean that it lies on.

    As NHSRplotthedots has it, the side of the figure decides, not the direction of a trend: a rise below the
    mean of something that should be high is still a concern. Without a better side (no polarity, or close to
    target) it is high or low. None, or upon the mean without a side to read: unknown.
    """
    if special is None or (special and side == 0):
        return Variation.UNKNOWN
    if not special:
        return Variation.COMMON_CAUSE
    match polarity:
        case Polarity.HIGHER_IS_BETTER:
            return Variation.IMPROVEMENT if side > 0 else Variation.CONCERN
        case Polarity.LOWER_IS_BETTER:
            return Variation.CONCERN if side > 0 else Variation.IMPROVEMENT
        case _:
            return Variation.HIGH if side > 0 else Variation.LOW


def assurance(*, target_against_limits: int | None, polarity: Polarity) -> Assurance:
    """Reads where the target lies: 1 above the upper process limit, -1 below the lower, 0 neither.

    A target above both limits is always missed by something that should be high. None (no target, or limits
    not known) and a polarity without a better side give no assurance.
    """
    if target_against_limits is None or polarity in (Polarity.NONE, Polarity.CLOSE_TO_TARGET):
        return Assurance.NONE
    if target_against_limits == 0:
        return Assurance.INCONSISTENT
    missed = (target_against_limits > 0) == (polarity is Polarity.HIGHER_IS_BETTER)
    return Assurance.CONSISTENT_FAIL if missed else Assurance.CONSISTENT_PASS
