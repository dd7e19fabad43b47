"""What a condition is evaluated on (a panel of figures) and what comes out: true, false or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitor.core.exact import BoolArray, ExactArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The figures of many series of one indicator, side by side.

    `shape` is (series, places): the places of a series run from its earliest figure to its latest, and a
    figure that is missing has a place too. `value` has exactly this shape; other names may have one that
    broadcasts to it, such as (series, 1) or (1,). `decimals` is the indicator's published precision;
    value, target, lower and upper are at it already. `scale` is what numerator / denominator is multiplied by
    (100 for a percentage), None where the figure is no ratio. `stretches`, of the same shape, number the
    parts of each series between rebases; None: there are none. A rating is a whole number of
    `kinds.RATING_CODES`; not rated and no data are missing.
    """

    values: Mapping[str, ExactArray]
    shape: tuple[int, int]
    decimals: int
    scale: int | None = None
    stretches: IntArray | None = None

    def __post_init__(self) -> None:
        """Raises ValueError where an array does not fit the shape."""
        for name, array in self.values.items():
            fits = array.shape == self.shape if name == "value" else _broadcasts(array.shape, self.shape)
            if not fits:
                raise ValueError(f"{name} has shape {array.shape}, which does not fit {self.shape}")


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Kleene's three values, cell by cell: true where `true`, unknown where not `known`, else false.

    No cell is true and unknown. The tables are those of Kleene's strong logic, and of SQL
    (PostgreSQL manual, 9.1 "Logical Operators"): false and unknown is false, true or unknown is true.
    """

    true: BoolArray
    known: BoolArray

    @property
    def false(self) -> BoolArray:
        return self.known & ~self.true

    @property
    def unknown(self) -> BoolArray:
        return ~self.known

    def __invert__(self) -> Truth:
        return Truth(self.false, self.known)

    def __and__(self, other: Truth) -> Truth:
        true = self.true & other.true
        return Truth(true, true | self.false | other.false)

    def __or__(self, other: Truth) -> Truth:
        true = self.true | other.true
        return Truth(true, true | (self.known & other.known))

    def spread(self, shape: tuple[int, int]) -> Truth:
        """The same on the whole panel; the arrays may be read-only."""
        return Truth(np.broadcast_to(self.true, shape), np.broadcast_to(self.known, shape))


def _broadcasts(shape: tuple[int, ...], target: tuple[int, int]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False
