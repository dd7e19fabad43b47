"""What a chart shows, and the same in words for who can't see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby

from monitor.core.disclosure import SMALLEST_SHOWN
from monitor.core.notifications import HistoryPoint
from monitor.core.observations import Status
from monitor.wording import WITHHELD, FigureFormat


@dataclass(frozen=True, slots=True)
class EarlierFigure:
    """What a figure was when somebody was told it, before it changed."""

    period_end: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """What a chart shows: ``points`` the oldest first, lines as they stood at each; Decimals in ``unit``.

    ``told`` is a figure that the reader was told and that has changed since, None: there is none.
    """

    title: str
    unit: str
    decimals: int
    points: tuple[HistoryPoint, ...]
    neighbours: Decimal | None = None
    told: EarlierFigure | None = None

    @property
    def told_at(self) -> int | None:
        """The place among the points of the figure that was told, None where the chart does not show it."""
        if self.told is None:
            return None
        ends = [point.period_end for point in self.points]
        return ends.index(self.told.period_end) if self.told.period_end in ends else None

    @property
    def figures(self) -> FigureFormat:
        return FigureFormat(self.unit, self.decimals)


def without_small_numbers(series: ChartSeries) -> ChartSeries:
    """The series as anyone may see it.

    Protected points lose their value. Where there is one, a line between 1 and 5 is left out as well: a count
    that lies from 1 to 5 *and* above 4 is known.
    """
    if not any(point.protected for point in series.points):
        return series

    def shown(line: Decimal | None) -> Decimal | None:
        return None if line is not None and reveals_a_small_number(line, series.figures) else line

    points = tuple(
        replace(
            point,
            value=None if point.protected else point.value,
            target=shown(point.target),
            lower=shown(point.lower),
            upper=shown(point.upper),
            limit=shown(point.limit),
        )
        for point in series.points
    )
    return replace(series, points=points)


def reveals_a_small_number(line: Decimal, figures: FigureFormat) -> bool:
    """Whether knowing on which side of ``line`` a small count lies narrows it down."""
    return figures.is_count and 1 <= line < SMALLEST_SHOWN


def series_in_words(series: ChartSeries) -> str:
    """The chart's alternative text: every figure with its period, then the lines and their changes."""
    shown, figures = without_small_numbers(series), series.figures
    if not shown.points:
        return f"{series.title}: no figures yet."
    told = "; ".join(f"{point.label}: {_point_in_words(point, figures)}" for point in shown.points)
    count = len(shown.points)
    lines = [text for _, text in _lines_in_words(shown)]
    if series.told is not None and (place := series.told_at) is not None:
        lines.insert(0, f"For {shown.points[place].label} you were told {figures.short(series.told.value)}.")
    return f"{series.title}, last {count} period{'' if count == 1 else 's'}. {told}. " + " ".join(lines)


def _point_in_words(point: HistoryPoint, figures: FigureFormat) -> str:
    text = figures.short(point.value, protected=point.protected)
    provisional = point.status is Status.PROVISIONAL and (point.protected or point.value is not None)
    return f"{text} (provisional)" if provisional else text


def _lines_in_words(series: ChartSeries) -> Iterator[tuple[str, str]]:
    for name in ("limit", "target", "lower", "upper"):
        values = [getattr(point, name) for point in series.points]
        if any(value is not None for value in values):
            spoken = {"lower": "Expected at least", "upper": "Expected at most"}.get(name, name.capitalize())
            yield name, f"{spoken} {_runs_in_words(series, values)}."
    if series.neighbours is not None:
        yield "neighbours", f"Statistical neighbours {series.figures.short(series.neighbours)}."


def _runs_in_words(series: ChartSeries, values: Sequence[Decimal | None]) -> str:
    """``40``, or ``45, from 30 Sep 2013 40`` where the line was moved."""
    runs = [
        list(run) for _, run in groupby(zip(series.points, values, strict=True), key=lambda pair: pair[1])
    ]
    words: list[str] = []
    for run in runs:
        point, value = run[0]
        text = "none" if value is None else series.figures.short(value)
        words.append(f"from {point.label} {text}" if words else text)
    return ", ".join(words)


def caption(series: ChartSeries) -> str:
    """How to read the chart's signs, only those that it has."""
    shown = without_small_numbers(series)
    parts = []
    if shown.told_at is not None:
        parts.append("The cross is the figure that you were told.")
    if any(point.status is Status.PROVISIONAL and point.value is not None for point in shown.points):
        parts.append("Hollow points are provisional.")
    if any(point.lower is not None or point.upper is not None for point in shown.points):
        parts.append("The shaded band is the expected range.")
    if any(point.protected for point in shown.points):
        parts.append(f"Grey columns: {WITHHELD} to protect small numbers.")
    if any(point.value is None and not point.protected for point in shown.points):
        parts.append("A gap means that there is no figure.")
    return " ".join(parts)
