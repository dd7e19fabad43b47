"""What an expression can be: a number with a unit, a yes-or-no, or a rating; and how units combine."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Unit:
    """A product of powers of named units, sorted by name; without any, a plain ratio."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: Unit) -> Unit:
        return _unit(self, other, 1)

    def __truediv__(self, other: Unit) -> Unit:
        return _unit(self, other, -1)

    def __str__(self) -> str:
        above = _TIMES.join(_power(name, power) for name, power in self.powers if power > 0)
        below = _TIMES.join(_power(name, -power) for name, power in self.powers if power < 0)
        if not below:
            return above or "ratio"
        return f"{above or '1'} \N{DIVISION SIGN} {below}"


_TIMES: Final = " \N{MULTIPLICATION SIGN} "

RATIO: Final = Unit()
"""What two figures of the same unit give when divided."""


@dataclass(frozen=True, slots=True)
class Number:
    """A figure. Without a unit it is a number as written in the text, and takes on any unit."""

    unit: Unit | None = None

    @classmethod
    def of(cls, unit: str) -> Number:
        """A figure in the named unit, such as "percent", "count" or "per 10,000"."""
        return cls(Unit(((unit, 1),)))

    def __str__(self) -> str:
        if self.unit is None:
            return "a number"
        return "a ratio" if self.unit == RATIO else f"a figure in {self.unit}"


@dataclass(frozen=True, slots=True)
class Boolean:
    """True, false or unknown."""

    def __str__(self) -> str:
        return "a comparison"


@dataclass(frozen=True, slots=True)
class Rating:
    """Red, amber or green; not rated and no data are missing."""

    def __str__(self) -> str:
        return "a rating"


Kind = Number | Boolean | Rating

RATING_CODES: Final = MappingProxyType({"red": 1, "amber": 2, "green": 3})
"""The words of a rating, and the whole numbers that stand for them in a frame's arrays."""


def _unit(left: Unit, right: Unit, sign: int) -> Unit:
    powers = Counter(dict(left.powers))
    for name, power in right.powers:
        powers[name] += sign * power
    return Unit(tuple(sorted((name, power) for name, power in powers.items() if power)))


def _power(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"
