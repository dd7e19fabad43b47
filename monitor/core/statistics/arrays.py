"""What the statistics are worked out on, and intervals."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.core.exact import BoolArray

FloatArray = NDArray[np.float64]
SignArray = NDArray[np.int8]
"""1 above, -1 below, 0 neither."""

USUAL: Final = 95.0
"""The confidence level of public health and local government statistics, in percent ("2 sigma")."""

STRICT: Final = 99.8
"""The level of the outer control limits, in percent ("3 sigma": one in a thousand on either side)."""

LOWEST_LEVEL: Final = 50.0


@dataclass(frozen=True, slots=True, eq=False)
class Interval:
    """The range within which the true figure lies, at a confidence level. Cells not known mean nothing."""

    lower: FloatArray
    upper: FloatArray
    known: BoolArray

    def times(self, factor: float | FloatArray) -> Interval:
        """Both limits multiplied by a positive factor: 100 for a percentage, 10,000 for a rate per 10,000."""
        return Interval(self.lower * factor, self.upper * factor, self.known)


def tail(confidence: float) -> float:
    """The probability left outside on each side: 0.025 at 95%.

    Raises ValueError for a level that is not from 50% to below 100%.
    """
    if not LOWEST_LEVEL <= confidence < 100:  # noqa: PLR2004 - percent
        raise ValueError(f"a confidence level is from {LOWEST_LEVEL:g}% to below 100%, not {confidence:g}%")
    return (100 - confidence) / 200


def normal_deviate(confidence: float) -> float:
    """The z of a two-sided level in percent: 1.95996 at 95%, 3.09023 at 99.8%.

    Raises ValueError as `tail`.
    """
    return -NormalDist().inv_cdf(tail(confidence))


def sign(above: BoolArray, below: BoolArray) -> SignArray:
    """1 where above, -1 where below, else 0."""
    return above.astype(np.int8) - below.astype(np.int8)
