"""The demo's inbox files: what arrived on which day, with a restatement and a few rows that are wrong."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO

import numpy as np

from monitor.demo.county import COUNTY, Figure, districts
from monitor.demo.districts import MEASURES, demo_observations, ratio_text

HEADING = ("indicator", "area", "period_end", "value", "numerator", "denominator", "status")
WORKING_DAYS = 10
"""How long after its period's end a file arrives. Weekdays; bank holidays are not left out."""

FAULTY_PERIOD = date(2013, 3, 31)
FAULTY_LINES = (
    ("three_or_more_placements", "Medway", "2013-03-31", "9.9", "", "", "validated"),
    ("three_or_more_placements", "Swale", "31.02.2013", "9.1", "", "", "validated"),
    ("contacts_received", "Dover", "2012-12-31", "about 700", "", "", "validated"),
    ("inital_assessments_within_10_days", COUNTY, "2013-03-31", "93.5", "", "", "validated"),
)
"""Rows that are set aside: an area that is not Kent's, no such day, no number, a misspelt indicator."""

SURVEY = "epep_survey_treated_the_same"
SUPPRESSED, NOT_COLLECTED = "c", ":"
SURVEYED = frozenset({"Canterbury", "Maidstone", "Swale", "Thanet"})
"""The districts where the survey was tried; too few children answered for the figures to be given."""

RESTATED_INDICATOR = "cp_plan_rate"
RESTATED_PERIOD = date(2013, 11, 30)
RESTATED_ON = date(2014, 1, 17)
RESTATED_FROM, RESTATED_TO = "Thanet", "Canterbury"
RESTATED_CHILDREN = 11
"""Validation found that these children's plans had been counted under the district they moved away from."""


@dataclass(frozen=True, slots=True)
class Release:
    """A file that arrives in the inbox: on which day, under which name, with what in it."""

    on: date
    file_name: str
    csv_text: str


def demo_releases() -> tuple[Release, ...]:
    """Every file of the demo, in the order of arrival, from April 2011 to March 2014."""
    by_period: dict[date, list[Figure]] = {}
    for figure in demo_observations():
        by_period.setdefault(figure.period_end, []).append(figure)
    releases = [_release(period_end, figures) for period_end, figures in by_period.items()]
    restated = restated_figures(by_period[RESTATED_PERIOD])
    name = f"kent-{RESTATED_PERIOD:%Y-%m}-validated.csv"
    releases.append(Release(RESTATED_ON, name, _csv_text(_line(figure) for figure in restated)))
    return tuple(sorted(releases, key=lambda release: (release.on, release.file_name)))


def restated_figures(figures: Iterable[Figure]) -> tuple[Figure, ...]:
    """The districts' plans at the end of November 2013 as validated: eleven moved from Thanet to Canterbury.

    The county's figure is not touched by it, and is not sent again.
    """
    moved = {RESTATED_FROM: -RESTATED_CHILDREN, RESTATED_TO: RESTATED_CHILDREN}
    found = []
    for figure in figures:
        if figure.indicator != RESTATED_INDICATOR or figure.area == COUNTY:
            continue
        scale, numerator = MEASURES[RESTATED_INDICATOR].scale, figure.numerator
        if scale is None or numerator is None or figure.denominator is None:
            raise ValueError(f"{figure.area} lacks its numerator or denominator on {figure.period_end}")
        numerator += moved.get(figure.area, 0)
        value = ratio_text(numerator, figure.denominator, scale)
        found.append(replace(figure, numerator=numerator, value=value, status="validated"))
    return tuple(found)


def arrival(period_end: date) -> date:
    """The day on which a period's file arrives: the tenth weekday after the period's end."""
    arrives: date = np.busday_offset(period_end, WORKING_DAYS, roll="backward").astype(date)
    return arrives


def _release(period_end: date, figures: Iterable[Figure]) -> Release:
    lines = [_line(figure) for figure in figures]
    if period_end == FAULTY_PERIOD:
        lines += [_survey_line(place.name) for place in districts()]
        lines += FAULTY_LINES
    return Release(arrival(period_end), f"kent-{period_end:%Y-%m}.csv", _csv_text(lines))


def _survey_line(area: str) -> tuple[str, ...]:
    symbol = SUPPRESSED if area in SURVEYED else NOT_COLLECTED
    return (SURVEY, area, FAULTY_PERIOD.isoformat(), symbol, "", "", "validated")


def _line(figure: Figure) -> tuple[str, ...]:
    parts = ("" if part is None else str(part) for part in (figure.numerator, figure.denominator))
    return (figure.indicator, figure.area, figure.period_end.isoformat(), figure.value, *parts, figure.status)


def _csv_text(lines: Iterable[tuple[str, ...]]) -> str:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADING)
    writer.writerows(lines)
    return text.getvalue()
