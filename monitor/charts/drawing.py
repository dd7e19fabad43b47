"""The chart of an indicator's last periods as PNG: one drawing for mails, pages and reports.

Matplotlib is imported when the first chart is drawn. It is not thread-safe (see "Working with threads" in its
FAQ), so charts are drawn one at a time. The same series gives the same bytes: the font is the one that comes
with Matplotlib, and the file carries no software name or date.
"""

import io
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from monitor.charts.series import ChartSeries, without_small_numbers
from monitor.core.notifications import HistoryPoint
from monitor.core.observations import Status
from monitor.palette import CHART

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.font_manager import FontProperties

WIDTH, HEIGHT = 440, 240
"""Size in CSS pixels; the picture has twice as many pixels each way, for sharp screens."""

_DPI = 200
_CSS_PIXELS_PER_INCH = 100
_TICKS = 8
_ROOMY = 5  # ticks that leave room for a year under each
_MANY = 18  # points; more are drawn smaller
_COLOURS = 64  # enough for six colours and their edges; a third of the size of a true-colour picture
_COMPRESSION = 6  # of 9; the highest takes five times as long, for a tenth of the size
_KEPT = 32  # charts of some 10 kB: several people are told the same
_LABEL_GAP = 0.105  # of the axis' height: less, and two labels in the margin touch
_SMALL, _LARGE = 10.5, 13.5  # points
_CHARACTER = 0.00215  # share of the width that a character takes for each point of its size
_drawing = threading.Lock()


@lru_cache(maxsize=_KEPT)
def series_chart(series: ChartSeries) -> bytes:
    """Draws the series as PNG, twice :data:`WIDTH` by twice :data:`HEIGHT` pixels; the last few are kept."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - imported late: half a second
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - with Matplotlib, which brings it

    shown = without_small_numbers(series)
    with _drawing:
        figure = Figure(
            figsize=(WIDTH / _CSS_PIXELS_PER_INCH, HEIGHT / _CSS_PIXELS_PER_INCH),
            dpi=_DPI,
            facecolor=CHART.ground,
            edgecolor=CHART.ground,
            frameon=True,
        )
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1), facecolor=CHART.ground)
        _draw_ground(axes, shown)
        _draw_lines(axes, shown)
        _draw_points(axes, shown)
        _draw_told(axes, shown)
        _draw_margin(axes, shown)
        axes.set_position(_place(axes, shown))
        canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib has types for most but not for this
        rgba = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]  # as above
        pixels = Image.fromarray(rgba).convert("RGB")
    picture = io.BytesIO()
    # Of Pillow's methods the one that keeps the ground as it is and comes nearest to the other colours.
    few = pixels.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(picture, "PNG", compress_level=_COMPRESSION)
    return picture.getvalue()


def _place(axes: "Axes", series: ChartSeries) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the axes as shares of the picture: room for the longest labels."""
    numbers = max(len(_number(tick)) for tick in axes.get_yticks()) * _SMALL
    names = max((len(text) * size for *_, text, _, size in _margin_labels(series, 0.0, 1.0)), default=0)
    left = 0.03 + min(numbers * _CHARACTER, 0.25)
    right = 0.96 - min(names * _CHARACTER, 0.4)
    return left, 0.2, right - left, 0.75


def _number(value: float) -> str:
    """A tick's number: ``1,500``, ``7.5``."""
    text = f"{value:,.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


@contextmanager
def drawing_turn() -> Iterator[None]:
    """One chart at a time."""
    with _drawing:
        yield


@cache
def font(weight: str, size: float) -> "FontProperties":
    """DejaVu Sans from Matplotlib's own files: no search through the fonts of the machine."""
    from pathlib import Path  # noqa: PLC0415 - with Matplotlib

    import matplotlib as mpl  # noqa: PLC0415 - imported late: half a second
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - as above

    name = "DejaVuSans-Bold.ttf" if weight == "bold" else "DejaVuSans.ttf"
    return FontProperties(fname=str(Path(mpl.get_data_path()) / "fonts" / "ttf" / name), size=size)


def axis_range(series: ChartSeries) -> tuple[float, float]:
    """Where the value axis begins and ends: at zero, unless everything lies in the upper half of it.

    Percentages do not run past 100 unless a figure does, and nothing runs below zero unless a figure does.
    """
    values = [float(value) for value in _drawn(series)]
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max((high - low) * 0.12, abs(high) * 0.03, 10.0**-series.decimals)
    bottom = 0.0 if 0 <= low <= high / 2 else low - 1.5 * room
    top = high + room
    if low >= 0:
        bottom = max(bottom, 0.0)
    if series.figures.is_percentage and high <= 100:  # noqa: PLR2004 - all of something
        top = min(top, 100.0 + room / 2)
    return bottom, top


def _drawn(series: ChartSeries) -> Iterator[Decimal]:
    for point in series.points:
        yield from (
            value
            for value in (point.value, point.target, point.lower, point.upper, point.limit)
            if value is not None
        )
    if series.neighbours is not None:
        yield series.neighbours
    if series.told is not None and series.told_at is not None:
        yield series.told.value


def _draw_ground(axes: "Axes", series: ChartSeries) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator  # noqa: PLC0415 - imported late: half a second

    axes.set_xlim(-0.5, max(len(series.points), 1) - 0.5)
    axes.set_ylim(*axis_range(series))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=series.decimals == 0))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _number(value)))
    axes.grid(visible=True, axis="y", color=CHART.grid, linewidth=0.8, linestyle="-")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(CHART.ink)
    axes.tick_params(axis="both", length=0, colors=CHART.ink, pad=7)
    positions, labels = _ticks(series.points)
    axes.set_xticks(positions, labels)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font("normal", _SMALL))


def _ticks(points: Sequence[HistoryPoint]) -> tuple[list[int], list[str]]:
    """The months of at most :data:`_TICKS` points, the last always; the year under the first of each year."""
    step = -(-len(points) // _TICKS) or 1
    positions = sorted(range(len(points) - 1, -1, -step))
    ends = [points[position].period_end for position in positions]
    new_year = [index == 0 or end.year != ends[index - 1].year for index, end in enumerate(ends)]
    if len(ends) > _ROOMY and new_year[1]:
        new_year[0] = False  # two years side by side would touch
    # Every label has two lines: so all months stand on one.
    return positions, [
        f"{end:%b}\n{end.year if named else ' '}" for end, named in zip(ends, new_year, strict=True)
    ]


def _steps(values: Sequence[Decimal | None]) -> tuple[list[float], list[float]]:
    """A line that keeps its height across each period and breaks where it has none."""
    across, heights = [], []
    for index, value in enumerate(values):
        across += [index - 0.5, index + 0.5]
        heights += [float("nan") if value is None else float(value)] * 2
    return across, heights


def _draw_lines(axes: "Axes", series: ChartSeries) -> None:
    points = series.points
    bottom, top = axes.get_ylim()
    if any(point.lower is not None or point.upper is not None for point in points):
        within = [point.lower is not None or point.upper is not None for point in points for _ in range(2)]
        lower = [bottom if point.lower is None else float(point.lower) for point in points for _ in range(2)]
        upper = [top if point.upper is None else float(point.upper) for point in points for _ in range(2)]
        across, _ = _steps([point.lower for point in points])
        axes.fill_between(across, lower, upper, where=within, color=CHART.expected, linewidth=0, zorder=0.5)
    axes.plot(
        *_steps([point.target for point in points]),
        color=CHART.target,
        linewidth=1.8,
        dashes=(5, 3),
        zorder=2,
    )
    axes.plot(
        *_steps([point.limit for point in points]), color=CHART.limit, linewidth=2, linestyle="-", zorder=2
    )
    if series.neighbours is not None:
        axes.axhline(float(series.neighbours), color=CHART.neighbours, linewidth=1.8, dashes=(1, 2), zorder=2)


def _draw_points(axes: "Axes", series: ChartSeries) -> None:
    points = series.points
    heights = [float("nan") if point.value is None else float(point.value) for point in points]
    axes.plot(
        range(len(points)), heights, color=CHART.series, linewidth=2.4, linestyle="-", marker="", zorder=3
    )
    for index, point in enumerate(points):
        if point.protected:
            axes.axvspan(index - 0.3, index + 0.3, color=CHART.withheld, linewidth=0, zorder=1)
        elif point.value is not None:
            hollow = point.status is Status.PROVISIONAL
            axes.plot(
                [index],
                [float(point.value)],
                marker="o",
                markersize=8.5 if index == len(points) - 1 else 6.5 if len(points) <= _MANY else 3.5,
                markerfacecolor=CHART.ground if hollow else CHART.series,
                markeredgecolor=CHART.series,
                markeredgewidth=2,
                linestyle="none",
                zorder=4,
                clip_on=False,
            )


def _draw_told(axes: "Axes", series: ChartSeries) -> None:
    """A cross where the figure was that the reader was told, and a dotted line from it to what it is now."""
    place = series.told_at
    if series.told is None or place is None:
        return
    height, now = float(series.told.value), series.points[place].value
    if now is not None:
        axes.plot(
            [place, place], [height, float(now)], color=CHART.told, linewidth=1.4, dashes=(1, 1.5), zorder=3
        )
    axes.plot(
        [place],
        [height],
        marker="x",
        markersize=9,
        markeredgewidth=2.4,
        color=CHART.told,
        linestyle="none",
        zorder=5,
        clip_on=False,
    )
    last = place == len(series.points) - 1
    if not last:
        above = now is None or height >= float(now)
        axes.annotate(
            _told_label(series),
            (place, height),
            xytext=(0, 8 if above else -8),
            textcoords="offset points",
            ha="center",
            va="bottom" if above else "top",
            color=CHART.told,
            fontproperties=font("normal", _SMALL),
            zorder=5,
        )


def _told_label(series: ChartSeries) -> str:
    return "" if series.told is None else f"told {series.figures.short(series.told.value)}"


def _draw_margin(axes: "Axes", series: ChartSeries) -> None:
    """Names the lines and the last figure in the right margin, apart from each other."""
    bottom, top = axes.get_ylim()
    labels = sorted(_margin_labels(series, bottom, top))
    places = _spread([height for height, *_ in labels])
    for (_, text, colour, size), place in zip(labels, places, strict=True):
        axes.text(
            1.025,
            place,
            text,
            transform=axes.transAxes,
            color=colour,
            fontproperties=font("bold" if size > _SMALL else "normal", size),
            verticalalignment="center",
        )


def _margin_labels(series: ChartSeries, bottom: float, top: float) -> Iterator[tuple[float, str, str, float]]:
    """(height as a share of the axis, text, colour, size in points) of each label."""

    def share(value: Decimal | float) -> float:
        return (float(value) - bottom) / (top - bottom)

    if not series.points:
        return
    last, figures = series.points[-1], series.figures
    if last.value is not None or last.protected:
        where = (bottom + top) / 2 if last.value is None else last.value
        yield share(where), figures.short(last.value, protected=last.protected), CHART.series, _LARGE
    if series.told is not None and series.told_at == len(series.points) - 1:
        yield share(series.told.value), _told_label(series), CHART.told, _SMALL
    if last.limit is not None:
        yield share(last.limit), f"limit {figures.short(last.limit)}", CHART.limit, _SMALL
    if last.target is not None:
        yield share(last.target), f"target {figures.short(last.target)}", CHART.target, _SMALL
    if series.neighbours is not None:
        yield (
            share(series.neighbours),
            f"similar {figures.short(series.neighbours)}",
            CHART.neighbours,
            _SMALL,
        )


def _spread(heights: Sequence[float]) -> list[float]:
    """The heights, rising, moved apart by at least :data:`_LABEL_GAP` and kept on the axis."""
    places: list[float] = []
    for height in heights:
        places.append(max(height, places[-1] + _LABEL_GAP) if places else max(height, 0.0))
    ceiling = 1.0
    for index in range(len(places) - 1, -1, -1):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - _LABEL_GAP
    return places
