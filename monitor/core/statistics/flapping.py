"""Flapping: a state that changes so often that telling people of every change would only be noise."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

PLACES: Final = 20
OLDEST: Final = Fraction(80, 100)
STEP: Final = Fraction(2, 100)


@dataclass(frozen=True, slots=True)
class FlappingRule:
    """How flapping is found: over so many places, from `high` percent on, until below `low` percent."""

    places: int = PLACES
    high: Fraction = Fraction(30)
    low: Fraction = Fraction(25)


@dataclass(frozen=True, slots=True)
class Flapping:
    """How much a state changes, in percent, and whether that is flapping."""

    percent: Fraction
    flapping: bool


def flapping(states: Sequence[Hashable | None], rule: FlappingRule = FlappingRule()) -> tuple[Flapping, ...]:
    """For each state of a series, oldest first, how much the states change up to there. Exact.

    Each change among the last 20 places counts 0.80 where it is the oldest, 0.02 more for each later place,
    1.18 where it is the newest; the sum over 20, in percent, is compared. It starts above 30% and ends below
    25%; between, it stays what it was. Icinga 2 documentation, chapter 8 "Check flapping", "How it works",
    whose worked example (0.84 + 0.86 + 0.88 + 0.90 + 0.98 + 1.06 + 1.12 + 1.18 = 7.82, 39.1%) gives the
    weights; its text says 1.15 for the newest. With other than 20 places they run evenly from 0.80 to 1.18.

    None is a state that is not known: it is no state and no change, and takes no place. The first state is no
    change, and places before it are places without one.

    Raises ValueError for fewer than two places.
    """
    if rule.places < 2:  # noqa: PLR2004 - weights run from the oldest to the newest
        raise ValueError("flapping is found over at least two places")
    changes = [False] * rule.places
    last: Hashable | None = None
    now = Flapping(Fraction(0), flapping=False)
    found = []
    for state in states:
        if state is not None:
            changes = [*changes[1:], last is not None and state != last]
            last = state
            percent = changed_percent(changes, rule)
            now = Flapping(percent, is_flapping(percent, rule, before=now.flapping))
        found.append(now)
    return tuple(found)


def changed_percent(changes: Sequence[bool], rule: FlappingRule) -> Fraction:
    """How much a state changes, in percent; ``changes`` are the last ``rule.places`` places, oldest first."""
    weights = _weights(rule.places)
    return (
        100
        * sum((w for w, changed in zip(weights, changes, strict=True) if changed), Fraction(0))
        / rule.places
    )


def is_flapping(percent: Fraction, rule: FlappingRule, *, before: bool) -> bool:
    """Whether that is flapping, given whether it was before."""
    if percent > rule.high:
        return True
    return before and percent >= rule.low


def _weights(places: int) -> list[Fraction]:
    step = STEP * (PLACES - 1) / (places - 1)
    return [OLDEST + step * place for place in range(places)]
