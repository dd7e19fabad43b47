"""Invented figures for Kent's twelve districts that add up to the county's, the same in every run.

Counts and numerators are shared out by the method of the largest remainder, in proportion to each
district's children and demand, with some chance. Chance comes from the raw output of PCG64 and integer
arithmetic alone: NumPy promises a bit generator's stream for ever, but not what its Generator makes of it
(NEP 19, "Random number generator policy").
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from zlib import crc32

from numpy.random import PCG64

from monitor.core.exact import format_scaled, scaled_ratio
from monitor.core.periods import financial_year_start
from monitor.demo.apportionment import apportion
from monitor.demo.county import District, Figure, county_figures, districts, settled_figures

SEED = 2013
CHARACTER = 8
"""By how many per cent a district differs from what its children and demand let expect, for good."""


class Volume(Enum):
    """What a figure's size goes by."""

    POPULATION = "children"
    DEMAND = "children and demand"


@dataclass(frozen=True, slots=True)
class Measure:
    """How an indicator's county figure is shared out.

    ``scale`` is None for a plain count. ``chance`` is the range of chance in per cent. ``cumulative``: the
    figure grows from April to March, so each district's may only grow too. ``by_area``: the areas between
    county and districts have figures too, the sums of their districts'.
    """

    scale: int | None
    chance: int
    volume: Volume = Volume.DEMAND
    cumulative: bool = False
    by_area: bool = False


MEASURES = {
    "contacts_received": Measure(None, 5),
    "referrals_received": Measure(None, 6),
    "core_assessments_out_of_timescale": Measure(None, 18, by_area=True),
    "initial_assessments_out_of_timescale": Measure(None, 18, by_area=True),
    "single_assessments_out_of_timescale": Measure(None, 18, by_area=True),
    "initial_assessments_within_10_days": Measure(100, 30, cumulative=True),
    "single_assessments_within_45_days": Measure(100, 30, cumulative=True),
    "cp_plans_second_or_subsequent": Measure(100, 40, cumulative=True),
    "cp_plans_two_or_more_years": Measure(100, 40, cumulative=True),
    "leaving_care_adopted": Measure(100, 30, cumulative=True),
    "three_or_more_placements": Measure(100, 25),
    "posts_filled_by_permanent_qsw": Measure(100, 30),
    "posts_filled_by_agency": Measure(100, 30),
    "children_in_care_rate": Measure(10_000, 3, Volume.POPULATION),
    "cp_plan_rate": Measure(10_000, 4, Volume.POPULATION),
}
"""What districts have figures for. The surveys are not among it: too few children answered."""

RATIO_DECIMALS = 1


@dataclass(frozen=True, slots=True)
class Parts:
    """One indicator's shares on one period end, in the districts' order; denominators None for a count."""

    numerators: tuple[int, ...]
    denominators: tuple[int, ...] | None


def demo_observations() -> tuple[Figure, ...]:
    """Every figure as it first came in: by period and indicator, the county, its areas, its districts."""
    places = districts()
    series: dict[str, list[Figure]] = {}
    for figure in county_figures():
        series.setdefault(figure.indicator, []).append(figure)
    shared: dict[tuple[str, date], Parts] = {}
    settled = settled_figures()
    for indicator in MEASURES:
        shared |= _shared_series(series[indicator], places, settled)
    found: list[Figure] = []
    for figure in county_figures():
        found.append(figure)
        if figure.indicator in MEASURES:
            parts = shared.get((figure.indicator, figure.period_end))
            own = _district_figures(figure, places, parts)
            found += [*_area_figures(figure, places, own), *own]
    return tuple(found)


def ratio_text(numerator: int, denominator: int, scale: int) -> str:
    """A percentage or rate as published, to one decimal, rounded half away from zero."""
    scaled = scaled_ratio(numerator, denominator, scale, RATIO_DECIMALS)
    if scaled is None:
        raise ValueError("nothing can be a share of zero")
    return format_scaled(scaled, RATIO_DECIMALS)


def _district_figures(county: Figure, places: Sequence[District], parts: Parts | None) -> list[Figure]:
    if parts is None:
        return [replace(county, area=place.name) for place in places]
    scale = MEASURES[county.indicator].scale
    if parts.denominators is None or scale is None:
        return [
            replace(county, area=place.name, value=str(count))
            for place, count in zip(places, parts.numerators, strict=True)
        ]
    return [
        replace(
            county, area=place.name, value=ratio_text(above, below, scale), numerator=above, denominator=below
        )
        for place, above, below in zip(places, parts.numerators, parts.denominators, strict=True)
    ]


def _area_figures(county: Figure, places: Sequence[District], own: Sequence[Figure]) -> list[Figure]:
    """Adds the districts' counts up by area, where the measure is given by area; a symbol stays one."""
    if not MEASURES[county.indicator].by_area:
        return []
    within: dict[str, list[Figure]] = {}
    for place, figure in zip(places, own, strict=True):
        within.setdefault(place.within, []).append(figure)
    return [
        replace(
            county,
            area=area,
            value=county.value if county.is_missing else str(sum(int(each.value) for each in figures)),
        )
        for area, figures in sorted(within.items())
    ]


def _shared_series(
    series: Iterable[Figure],
    places: Sequence[District],
    settled: Mapping[tuple[str, date], Mapping[str, int]],
) -> dict[tuple[str, date], Parts]:
    """Shares one indicator's figures out, in the order of their periods; a missing figure has no shares."""
    found: dict[tuple[str, date], Parts] = {}
    last: tuple[Figure, Parts] | None = None
    for county in series:
        if county.is_missing:
            continue
        key = county.indicator, county.period_end
        if MEASURES[county.indicator].scale is None:
            found[key] = _shared_count(county, places, settled.get(key, {}))
        elif MEASURES[county.indicator].cumulative:
            found[key] = _shared_growth(county, places, last)
            last = county, found[key]
        else:
            found[key] = _shared_ratio(county, places, settled.get(key, {}))
    return found


def _shared_count(county: Figure, places: Sequence[District], settled: Mapping[str, int]) -> Parts:
    weights = _weights(county, places, [place.population * place.demand for place in places])
    return Parts(_around_settled(int(county.value), weights, places, settled), None)


def _shared_ratio(county: Figure, places: Sequence[District], settled: Mapping[str, int]) -> Parts:
    measure = MEASURES[county.indicator]
    total, whole = _counts(county)
    below = apportion(whole, _volumes(places, measure.volume))
    base = below
    if measure.volume is Volume.POPULATION:
        base = [count * place.demand for count, place in zip(below, places, strict=True)]
    weights = _weights(county, places, base)
    if 2 * total <= whole:
        return Parts(_around_settled(total, weights, places, settled, below), tuple(below))
    return Parts(_all_but(whole - total, weights, below), tuple(below))


def _shared_growth(county: Figure, places: Sequence[District], last: tuple[Figure, Parts] | None) -> Parts:
    """Shares out what came since the figure before it in the same financial year, and adds it on."""
    total, whole = _counts(county)
    above, below = [0] * len(places), [0] * len(places)
    if last and financial_year_start(last[0].period_end) == financial_year_start(county.period_end):
        before, parts = last
        above, below = list(parts.numerators), list(parts.denominators or ())
        earlier_total, earlier_whole = _counts(before)
        total, whole = total - earlier_total, whole - earlier_whole
    new_below = apportion(whole, _weights(county, places, _volumes(places, Volume.DEMAND), CHARACTER))
    weights = _weights(county, places, new_below)
    few = 2 * total <= whole
    new_above = apportion(total, weights, new_below) if few else _all_but(whole - total, weights, new_below)
    return Parts(
        tuple(old + new for old, new in zip(above, new_above, strict=True)),
        tuple(old + new for old, new in zip(below, new_below, strict=True)),
    )


def _all_but(lacking: int, weights: Sequence[int], denominators: Sequence[int]) -> tuple[int, ...]:
    """Shares out those without it, where they are the fewer, so that chance shows where it matters."""
    without = apportion(lacking, weights, denominators)
    return tuple(each - less for each, less in zip(denominators, without, strict=True))


def _around_settled(
    total: int,
    weights: Sequence[int],
    places: Sequence[District],
    settled: Mapping[str, int],
    room: Sequence[int] | None = None,
) -> tuple[int, ...]:
    free = [0 if place.name in settled else weight for place, weight in zip(places, weights, strict=True)]
    parts = apportion(total - sum(settled.values()), free, room)
    return tuple(settled.get(place.name, part) for place, part in zip(places, parts, strict=True))


def _counts(county: Figure) -> tuple[int, int]:
    if county.numerator is None or county.denominator is None:
        raise ValueError(f"{county.indicator} on {county.period_end} lacks its numerator or denominator")
    return county.numerator, county.denominator


def _volumes(places: Sequence[District], volume: Volume) -> list[int]:
    if volume is Volume.POPULATION:
        return [place.population for place in places]
    return [place.population * place.demand for place in places]


def _weights(
    county: Figure, places: Sequence[District], base: Sequence[int], chance: int | None = None
) -> list[int]:
    """Bends ``base`` by each district's lasting character and by chance on this period end."""
    span = MEASURES[county.indicator].chance if chance is None else chance
    lasting = _percentages(county.indicator, 0, CHARACTER, len(places))
    passing = _percentages(county.indicator, county.period_end.toordinal(), span, len(places))
    return [size * own * now for size, own, now in zip(base, lasting, passing, strict=True)]


def _percentages(label: str, moment: int, span: int, count: int) -> list[int]:
    """``count`` whole percentages from 100 - ``span`` to 100 + ``span``."""
    raw = PCG64([SEED, crc32(label.encode()), moment]).random_raw(count)
    return [100 - span + int(word) % (2 * span + 1) for word in raw]
