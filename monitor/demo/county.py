"""Kent's county figures: published ones, and invented ones where the report has words only.

The files are described in ``figures/README.md``.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files

COUNTY = "Kent"
COUNTY_FILES = ("published-county.csv", "dfe-county.csv", "invented-county.csv")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of an inbox file.

    ``value`` is text as a council writes it: a number at published precision, or one of DfE's symbols where
    there is none. Numerator and denominator are whole numbers, None where they are not given.
    """

    indicator: str
    area: str
    period_end: date
    value: str
    numerator: int | None
    denominator: int | None
    status: str

    @property
    def is_missing(self) -> bool:
        """Whether a symbol stands in the place of a number."""
        return not self.value[:1].isdigit()


@dataclass(frozen=True, slots=True)
class District:
    """A district: the area around it, its children aged 0 to 17, their demand in per cent of the county's."""

    name: str
    within: str
    population: int
    demand: int


def county_figures() -> tuple[Figure, ...]:
    """Every figure for Kent, by period and indicator, with numerator and denominator where it is a ratio."""
    counts = {
        (line["indicator"], line["period_end"]): (_whole(line["numerator"]), _whole(line["denominator"]))
        for line in _lines("county-counts.csv")
    }
    found = []
    for name in COUNTY_FILES:
        for line in _lines(name):
            figure = _figure(line)
            parts = counts.get((figure.indicator, line["period_end"]))
            found.append(replace(figure, numerator=parts[0], denominator=parts[1]) if parts else figure)
    return tuple(sorted(found, key=lambda figure: (figure.period_end, figure.indicator)))


def districts() -> tuple[District, ...]:
    """Kent's twelve districts."""
    return tuple(
        District(line["area"], line["within"], int(line["population_0_17"]), int(line["demand"]))
        for line in _lines("districts.csv")
    )


def settled_figures() -> dict[tuple[str, date], dict[str, int]]:
    """Figures told, not drawn: (indicator, period end) to area name to count or numerator."""
    found: dict[tuple[str, date], dict[str, int]] = {}
    for line in _lines("invented-districts.csv"):
        key = line["indicator"], date.fromisoformat(line["period_end"])
        found.setdefault(key, {})[line["area"]] = int(line["figure"])
    return found


def _figure(line: dict[str, str]) -> Figure:
    return Figure(
        line["indicator"],
        line["area"],
        date.fromisoformat(line["period_end"]),
        line["value"],
        _whole(line["numerator"]),
        _whole(line["denominator"]),
        line["status"],
    )


def _lines(name: str) -> Iterator[dict[str, str]]:
    text = (files("monitor.demo") / "figures" / name).read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())


def _whole(text: str) -> int | None:
    return int(text) if text else None
