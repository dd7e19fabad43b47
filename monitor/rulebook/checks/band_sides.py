"""Bands that rate what the indicator's polarity calls worse as better: the counterpart of levels' sides."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.conditions import RATING_CODES
from monitor.core.dated import Dated
from monitor.core.exact import MICRO_DECIMALS
from monitor.core.rulebook import Indicator, Polarity
from monitor.rulebook.checks.bands import tried_bands
from monitor.rulebook.checks.levels import GOOD_SIDE
from monitor.rulebook.checks.samples import Circumstance, Compared, Samples
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenBands, WrittenIndicator
from monitor.rulebook.problems import ProblemLog

_UPWARDS: Final = GOOD_SIDE[Polarity.HIGHER_IS_BETTER]
_DOWNWARDS: Final = GOOD_SIDE[Polarity.LOWER_IS_BETTER]
_OPPOSITE: Final = {
    Polarity.HIGHER_IS_BETTER: Polarity.LOWER_IS_BETTER,
    Polarity.LOWER_IS_BETTER: Polarity.HIGHER_IS_BETTER,
}
_WHOLE_PERCENT: Final = 100 * 10**MICRO_DECIMALS
_WORDS: Final = {code: word for word, code in RATING_CODES.items()}

_TURN_ROUND: Final = "turn the comparisons round, or correct the polarity"

_Contradiction = tuple[WrittenCondition, str, str]
"""The band, what is wrong with it, and what to do."""

Rated = tuple[int, str, int]
"""A figure in whole 10**-decimals, as it is published, and the code of its rating."""


def check_band_sides(written: WrittenIndicator, areas: AreaTree, log: ProblemLog) -> None:
    """Notes bands that the indicator's polarity contradicts; of an indicator without one, nothing is said.

    Bands that take a figure as too low and as too high may be meant for any polarity. Where no figures can
    be tried, as against neighbours, the comparisons of green and red alone are looked at.
    """
    if written.indicator.polarity is Polarity.NONE or written.faulty & {"targets", "limits", "polarity"}:
        return
    for entry in written.rag:
        bands = entry.value.by_name()
        tried = tried_bands(written, entry, bands, areas)
        found = _contradiction(written.indicator, entry, tried)
        if found is not None:
            condition, message, hint = found
            log.note("LIM232", condition.span, message, hint)


def _contradiction(
    indicator: Indicator, entry: Dated[WrittenBands], tried: Samples | None
) -> _Contradiction | None:
    bands = entry.value.by_name()
    series = () if tried is None else tuple(_rated(tried, bands))
    for _, rated in series:
        pair = _backwards(rated, indicator.polarity)
        if pair is not None:
            (_, worse, code), (_, better, other) = pair
            message = f"{worse} is {_WORDS[code]} and {better} {_WORDS[other]}: "
            message += f"{indicator.id} is “{indicator.polarity}”"
            return entry.value.green, message, _TURN_ROUND
    if indicator.polarity is Polarity.CLOSE_TO_TARGET:
        return _open_end(indicator, entry.value.green, series)
    return None if tried is not None else _by_operators(indicator, bands)


def _rated(
    tried: Samples, bands: Mapping[str, WrittenCondition]
) -> Iterator[tuple[Circumstance, list[Rated]]]:
    """Yields for each circumstance the figures in order, each with its rating; without one it is left out."""
    truths = dict(zip(bands, tried.truths, strict=True))
    for _, rows in groupby(range(len(tried.scaled)), lambda row: tried.circumstances[row].compared):
        found = []
        whole = list(rows)
        for row in whole:
            if not all(truth.known[row, 0] for truth in tried.truths):
                continue
            held = [name for name, truth in truths.items() if truth.true[row, 0]]
            rating = held[0] if held else ("red" if "red" not in bands else None)
            if rating is not None:
                found.append((int(tried.scaled[row]), tried.figure(row), RATING_CODES[rating]))
        yield tried.circumstances[whole[0]], found


def _backwards(rated: Sequence[Rated], polarity: Polarity) -> tuple[Rated, Rated] | None:
    """Two figures that are rated the wrong way round.

    A figure between two that are rated better is wrong by any polarity; else the bands are wrong where they
    get better all the way towards the worse side, and never worse.
    """
    steps = [(one, other) for one, other in pairwise(rated) if one[2] != other[2]]
    for (one, other), (_, third) in pairwise(steps):
        if other[2] < one[2] and other[2] < third[2]:
            return other, one if polarity is Polarity.HIGHER_IS_BETTER else third
    if not steps or polarity is Polarity.CLOSE_TO_TARGET:
        return None
    rising = polarity is Polarity.LOWER_IS_BETTER
    if all((other[2] > one[2]) == rising for one, other in steps):
        one, other = rated[0], rated[-1]
        return (one, other) if rising else (other, one)
    return None


def _open_end(
    indicator: Indicator, green: WrittenCondition, series: Sequence[tuple[Circumstance, list[Rated]]]
) -> _Contradiction | None:
    """Green that goes on for ever on one side of the target, unless no figure lies there."""
    operators = {limit.operator for limit in green.condition.limits()}
    if not operators or not (operators <= _UPWARDS or operators <= _DOWNWARDS):
        return None
    upwards = operators <= _UPWARDS
    if series and not any(_has_room(each.target, indicator, upwards=upwards) for each, _ in series):
        return None
    end = "upper" if upwards else "lower"
    message = f"green has no {end} end: {indicator.id} is “{indicator.polarity}”"
    return green, message, "write both ends, such as 8 <= value <= target, or correct the polarity"


def _has_room(target: Compared, indicator: Indicator, *, upwards: bool) -> bool:
    """Whether figures lie beyond the target: none below zero, and no percentages beyond 100."""
    if not isinstance(target, int):
        return True
    return target > 0 if not upwards else indicator.unit != "percent" or target < _WHOLE_PERCENT


def _by_operators(indicator: Indicator, bands: Mapping[str, WrittenCondition]) -> _Contradiction | None:
    """Green that is said of the bad side alone, or red of the good one."""
    good = GOOD_SIDE[indicator.polarity]
    bad = GOOD_SIDE[_OPPOSITE[indicator.polarity]]
    for name, wrong, side in (("green", bad, "bad"), ("red", good, "good")):
        operators = {limit.operator for limit in bands[name].condition.limits()} if name in bands else set()
        if operators and operators <= wrong:
            message = f"{name} holds for {side} figures: {indicator.id} is “{indicator.polarity}”"
            return bands[name], message, _TURN_ROUND
    return None
