"""What has been observed so far, in as few numbers as the checks of limits need.

The store supplies it (``monitor.store.observed``); anything that maps series to ranges will do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class ObservedRange:
    """The figures of one series: how many have a value, and the least and the greatest.

    ``least`` and ``most`` are in millionths, of figures that came with a value; ``least_ratio`` and
    ``most_ratio`` are numerator by denominator of those that did not. None: there is no such figure.
    """

    count: int
    least: int | None
    most: int | None
    least_ratio: float | None = None
    most_ratio: float | None = None

    def ends(self, scale: int | None) -> tuple[Fraction, Fraction] | None:
        """Returns the least and the greatest figure, ratios times ``scale``; None where there is none."""
        found = [Fraction(each, 1_000_000) for each in (self.least, self.most) if each is not None]
        if scale is not None:
            ratios = (self.least_ratio, self.most_ratio)
            found += [Fraction(each) * scale for each in ratios if each is not None]
        return (min(found), max(found)) if found else None


ObservedFigures = Mapping[tuple[str, str], ObservedRange]
"""(indicator, area) to the range of that series; a series without figures may be missing."""
