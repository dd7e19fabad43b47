"""Shares a whole number out so that the parts add up to it exactly."""

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int], capacities: Sequence[int] | None = None) -> list[int]:
    """Shares ``total`` out in proportion to ``weights``, by the largest remainder (Hamilton's method).

    Every part is the whole part of its exact share; what is left goes, one each, to the largest remainders,
    on a tie to the first. A part that would exceed its capacity is held at it and the rest shared out again.
    Source: M. Balinski and H. P. Young, "Fair Representation", 2nd ed. 2001, chapter 3.

    Raises:
        ValueError: a negative total or weight, no weight to share by, or too little room.
    """
    if total < 0 or any(weight < 0 for weight in weights):
        raise ValueError("a total and its weights cannot be negative")
    if capacities is None:
        return _by_largest_remainder(total, weights)
    if total > sum(capacities):
        raise ValueError(f"there is room for {sum(capacities)}, not for {total}")
    held: dict[int, int] = {}
    while True:
        open_weights = [0 if place in held else weight for place, weight in enumerate(weights)]
        parts = _by_largest_remainder(total - sum(held.values()), open_weights)
        over = {place: capacities[place] for place, part in enumerate(parts) if part > capacities[place]}
        if not over:
            return [held.get(place, part) for place, part in enumerate(parts)]
        held |= over


def _by_largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    whole = sum(weights)
    if not total:
        return [0] * len(weights)
    if not whole:
        raise ValueError("there is nothing to share by: every weight is zero")
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda place: -(total * weights[place] % whole))
    for place in by_remainder[: total - sum(parts)]:
        parts[place] += 1
    return parts
