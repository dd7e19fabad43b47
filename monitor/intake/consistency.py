"""Whether value, numerator and denominator of one row can be true together."""

from dataclasses import dataclass

from monitor.core.exact import format_scaled, scaled_ratio
from monitor.core.observations import MICRO, Missing
from monitor.core.rulebook import Indicator
from monitor.intake.faults import Fault, FaultCode

PERCENT = 100
PERCENT_UNITS = ("%", "percent", "per cent", "percentage")


@dataclass(frozen=True, slots=True)
class Amounts:
    """A row's figures in millionths; why one is missing; None: nothing was written."""

    value: int | Missing | None
    numerator: int | Missing | None
    denominator: int | Missing | None


def consistent_amounts(amounts: Amounts, indicator: Indicator) -> Amounts | Fault:
    """The amounts if they can be true together, else what is wrong with them.

    No value and a part that is missing for a reason: the value is missing for that reason. No value and
    both parts: it is computed when it is judged. A count of people and a share of people cannot be
    negative, a share cannot be more than all; a ratio of other things (agency to permanent posts) may
    exceed 100 per cent.
    """
    value, numerator, denominator = amounts.value, amounts.numerator, amounts.denominator
    if (isinstance(denominator, int) and denominator < 0) or (isinstance(numerator, int) and numerator < 0):
        return Fault(
            FaultCode.OUT_OF_RANGE, "numerator and denominator are counts and cannot be less than zero"
        )
    if isinstance(numerator, int) and isinstance(denominator, int):
        return _with_both_parts(value, numerator, denominator, indicator)
    if value is None:
        missing = next((part for part in (numerator, denominator) if isinstance(part, Missing)), None)
        if missing is None:
            return Fault(
                FaultCode.NO_VALUE, "there is no value, and it takes numerator and denominator to compute one"
            )
        return Amounts(missing, numerator, denominator)
    return _in_range(value, indicator) or amounts


def _with_both_parts(
    value: int | Missing | None, numerator: int, denominator: int, indicator: Indicator
) -> Amounts | Fault:
    given = Amounts(value, numerator, denominator)
    if isinstance(value, Missing):
        return Fault(
            FaultCode.DISAGREEMENT,
            f"the value is said to be {value.value}, but {_parts(numerator, denominator)} is given: "
            "leave the value empty to have it computed",
        )
    if indicator.scale is None:
        if value is None:
            return Fault(
                FaultCode.NOT_A_RATIO,
                f"{indicator.id} is not a ratio of numerator and denominator: give its value",
            )
        return _in_range(value, indicator) or given
    if denominator == 0:
        return Fault(
            FaultCode.BAD_DENOMINATOR,
            f"{_parts(numerator, denominator)} is no figure: write z (not applicable) as "
            "the value and leave the others empty",
        )
    if _is_share_of_people(indicator) and numerator > denominator:
        return Fault(
            FaultCode.OUT_OF_RANGE,
            f"{_parts(numerator, denominator)} is more than all: are numerator and denominator swapped?",
        )
    if value is None:
        return given
    return _disagreement(value, numerator, denominator, indicator) or given


def _disagreement(value: int, numerator: int, denominator: int, indicator: Indicator) -> Fault | None:
    """Compares at the indicator's published precision: 8.02 and 8.0 are both 94 of 1,172."""
    assert indicator.scale is not None  # noqa: S101 - the caller has asked
    decimals = indicator.decimals
    computed = scaled_ratio(numerator, denominator, indicator.scale, decimals)
    published = scaled_ratio(value, MICRO, 1, decimals)
    if computed is None or published is None or computed == published:
        return None
    return Fault(
        FaultCode.DISAGREEMENT,
        f"{_short(value)} is not {_parts(numerator, denominator)}, "
        f"which is {format_scaled(computed, decimals)}",
    )


def _in_range(value: int | Missing, indicator: Indicator) -> Fault | None:
    """A count of people, and a share of them, cannot be less than none; a share cannot be more than all."""
    if isinstance(value, Missing):
        return None
    if value < 0 and (indicator.counts_people or indicator.scale is not None):
        return Fault(FaultCode.OUT_OF_RANGE, f"{_short(value)} is less than none")
    if _is_share_of_people(indicator) and value > PERCENT * MICRO:
        return Fault(FaultCode.OUT_OF_RANGE, f"{_short(value)} per cent is more than all")
    return None


def is_percentage(indicator: Indicator) -> bool:
    return indicator.scale == PERCENT or indicator.unit.casefold() in PERCENT_UNITS


def _is_share_of_people(indicator: Indicator) -> bool:
    return indicator.counts_people and indicator.scale == PERCENT


def _parts(numerator: int, denominator: int) -> str:
    return f"{_short(numerator)} of {_short(denominator)}"


def _short(amount: int) -> str:
    """An amount in millionths as people write it: 1,172 or 8.5."""
    whole, decimals = divmod(abs(amount), MICRO)
    point = f".{decimals:06d}".rstrip("0") if decimals else ""
    return f"{'-' if amount < 0 else ''}{whole:,}{point}"
