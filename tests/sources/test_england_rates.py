"""Rates that limen derives, beside those that the Department for Education published."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from statistics import fmean

from monitor.core.areas import Area
from monitor.core.derivation import derive
from monitor.core.evaluation import Judged, evaluate
from monitor.core.observations import Observation
from monitor.core.others import Others
from tests.sources.test_england import area_of, observed, rows, world


@cache
def series() -> Mapping[tuple[str, str], list[Observation]]:
    found: dict[tuple[str, str], list[Observation]] = {}
    for number, ((indicator, area, end), each) in enumerate(sorted(observed().items())):
        figure = Observation(
            number,
            indicator,
            area,
            end,
            1,
            each.value,
            each.numerator,
            each.denominator,
            each.status,
            each.missing,
        )
        found.setdefault((indicator, area), []).append(figure)
    return found


@cache
def plan_rates() -> Judged:
    areas, book = world()
    measure = book.indicators["cp_plan_rate"]
    assert measure.derivation is not None
    made: dict[Area, list[Observation]] = {}
    for area in areas:
        inputs = {name: series().get((name, area.name), []) for name in measure.derivation.inputs}
        for figure in derive(measure.derivation, area, inputs):
            made.setdefault(area, []).append(
                Observation(
                    0,
                    measure.id,
                    area.name,
                    figure.period_end,
                    1,
                    figure.value,
                    figure.numerator,
                    figure.denominator,
                    figure.status,
                    figure.missing,
                )
            )
    return evaluate(measure, (), made, others=Others(areas, made, book.neighbour_sets))


@cache
def published() -> Mapping[tuple[str, date], str]:
    return {
        (area_of(row).name, date(int(row["time_period"]), 3, 31)): row["CPP_At31_rate"]
        for row in rows("d1")
        if row["geographic_level"] == "Local authority"
    }


def test_the_plan_rates_are_those_that_were_published() -> None:
    derived = {
        (each.area, each.period_end): each.value
        for each in plan_rates().evaluations
        if each.value is not None
    }
    told = Counter(
        derived[key] == Decimal(rate)
        for key, rate in published().items()
        if key in derived and rate.replace(".", "").isdigit()
    )
    assert told == {True: 1783}


def test_kents_rate_is_the_published_one_in_every_year() -> None:
    kent = {each.period_end.year: each.value for each in plan_rates().evaluations if each.area == "Kent"}
    assert kent == {end.year: Decimal(rate) for (area, end), rate in published().items() if area == "Kent"}


def test_the_neighbours_mean_is_the_mean_of_the_published_rates() -> None:
    _, book = world()
    neighbours = book.neighbour_sets["dfe-2021"].neighbours["Kent"]
    assert len(neighbours) == 10
    for each in plan_rates().evaluations:
        if each.area != "Kent":
            continue
        known = [published().get((name, each.period_end), "") for name in neighbours]
        rates = [float(rate) for rate in known if rate.replace(".", "").isdigit()]
        assert each.neighbours is not None
        assert abs(float(each.neighbours) - fmean(rates)) <= 0.05 + 1e-9
