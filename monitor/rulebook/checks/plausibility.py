"""Limits of what is plausible that doubt everything or nothing."""

from typing import Final

from monitor.core.observations import MICRO
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog

_WHOLE: Final = 100 * MICRO
_SMALL_COUNTS: Final = 5 * MICRO
"""The largest count that is small (see ``monitor.core.disclosure``)."""


def check_plausibility(indicator: WrittenIndicator, log: ProblemLog) -> None:
    """Notes jumps that come always or never, zeros that are ordinary, and doubt about derived figures."""
    written, rules = indicator.plausibility, indicator.indicator
    if written is None:
        return
    if "derived" in indicator.faulty or rules.derivation is not None:
        message = f"{rules.id} is derived: nobody sends its figures, so nobody can confirm them"
        log.note("LIM825", written.key, message)
        return
    jump, zero = written.plausibility.jump, written.plausibility.falls_to_zero
    if jump is not None and rules.unit == "percent" and jump >= _WHOLE:
        log.note("LIM227", written.spans["jump"], "no percentage changes by more than 100")
    if jump is not None and "decimals" not in indicator.faulty and jump * 10**rules.decimals < MICRO:
        message = f"every change of a figure with {rules.decimals} decimals is larger"
        log.note("LIM227", written.spans["jump"], message)
    if zero is not None and rules.scale is None and zero <= _SMALL_COUNTS:
        log.note("LIM228", written.spans["falls_to_zero_from"], "counts as small as this fall to 0 by chance")
