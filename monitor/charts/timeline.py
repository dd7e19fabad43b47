"""The life of alerts over time as PNG: a bar for each, its level in colour, height and letter.

Below them, on the same scale of time, what people would have been sent: a number in a shade for each span.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from monitor.charts.drawing import drawing_turn, font
from monitor.core.alerts import AlertState
from monitor.core.replay import Stay
from monitor.core.rulebook import Level
from monitor.palette import CHART, LEVEL_TONES, LIGHT, SHADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 1000
"""CSS pixels; the picture has twice as many, for sharp screens."""

_PIXELS_PER_INCH = 100
_DPI = 200
_ROW, _HEADING, _FRAME = 22, 30, 92  # CSS pixels: a bar, a group's heading, what stands above and below
_SMALL, _NORMAL, _LARGE = 8.0, 9.0, 12.0  # points
_LEFT, _RIGHT = 0.19, 0.985  # of the width
_LETTER_DAYS = 0.011  # share of the time that a letter takes
_HEIGHTS = {Level.CRITICAL: 0.9, Level.WARNING: 0.72, Level.INFO: 0.56}
_LETTERS = {Level.CRITICAL: "C", Level.WARNING: "W", Level.INFO: "i"}
_PENDING_HEIGHT = 0.2
_COLOURS = 96
YEAR = 12


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """An alert: the ``group`` it is shown under, its ``label``, and how long it was what."""

    group: str
    label: str
    stays: tuple[Stay, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many there were from one day to another (excluded)."""

    began: date
    ended: date
    number: int


@dataclass(frozen=True, slots=True)
class CountRow:
    """Somebody's numbers: ``label`` names them; spans without any may be left out."""

    label: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class CountStrip:
    """Rows of numbers under one heading."""

    heading: str
    rows: tuple[CountRow, ...]


def timeline_chart(  # noqa: PLR0917 - words, time, and what is drawn, in the order in which they stand
    title: str,
    note: str,
    start: date,
    until: date,
    rows: Sequence[TimelineRow],
    strip: CountStrip | None = None,
) -> bytes:
    """Draws the rows as PNG, :data:`WIDTH` CSS pixels wide; rows of one group must follow each other.

    ``strip`` stands below them.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - imported late: half a second
    from matplotlib.figure import Figure  # noqa: PLC0415 - as above
    from PIL import Image  # noqa: PLC0415 - with Matplotlib, which brings it

    groups = [(name, list(own)) for name, own in groupby(rows, key=lambda row: row.group)]
    height = _FRAME + _HEADING * len(groups) + _ROW * len(rows)
    if strip is not None:
        height += _HEADING + _ROW * len(strip.rows)
    with drawing_turn():
        figure = Figure(
            figsize=(WIDTH / _PIXELS_PER_INCH, height / _PIXELS_PER_INCH), dpi=_DPI, facecolor=CHART.ground
        )
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes(
            (_LEFT, 34 / height, _RIGHT - _LEFT, 1 - _FRAME / height), facecolor=CHART.ground
        )
        _draw_time(axes, start, until)
        depth = _draw_groups(axes, groups, start, until)
        if strip is not None:
            depth = _draw_strip(axes, strip, depth, start, until)
        axes.set_ylim(depth + 4, 0)
        figure.text(
            0.015, 1 - 20 / height, title, color=CHART.ink, fontproperties=font("bold", _LARGE), va="center"
        )
        figure.text(
            0.015,
            1 - 42 / height,
            note,
            color=LIGHT.muted,
            fontproperties=font("normal", _SMALL),
            va="center",
        )
        canvas.draw()  # type: ignore[no-untyped-call]  # Matplotlib has types for most but not for this
        rgba = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]  # as above
        pixels = Image.fromarray(rgba).convert("RGB")
    picture = io.BytesIO()
    pixels.quantize(colors=_COLOURS, dither=Image.Dither.NONE).save(picture, "PNG", optimize=True)
    return picture.getvalue()


def _draw_time(axes: "Axes", start: date, until: date) -> None:
    """The years, and within short spans the months, from the first day to the day after the last."""
    first, last = start.toordinal(), (until + timedelta(1)).toordinal()
    axes.set_xlim(first, last)
    months = (until.year - start.year) * 12 + until.month - start.month + 1
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60) if months / step <= 18)  # noqa: PLR2004 - labels that fit
    ticks = [
        day
        for day in (date(start.year + n // 12, n % 12 + 1, 1) for n in range(0, months + 12, step))
        if start <= day <= until
    ]
    names = [
        f"{day:%Y}" if day.month == 1 or (place == 0 and step >= YEAR) else f"{day:%b}"
        for place, day in enumerate(ticks)
    ]
    axes.set_xticks([day.toordinal() for day in ticks], names)
    axes.grid(visible=True, axis="x", color=CHART.grid, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0, colors=CHART.ink, pad=5)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(CHART.ink)
    for label in axes.get_xticklabels():
        label.set_fontproperties(font("normal", _NORMAL))


def _draw_groups(
    axes: "Axes", groups: Sequence[tuple[str, Sequence[TimelineRow]]], start: date, until: date
) -> float:
    """From the top down, in CSS pixels; returns how far down they reach."""
    depth = 0
    for name, rows in groups:
        depth += _HEADING
        _draw_heading(axes, name, depth)
        for row in rows:
            middle = depth + _ROW / 2
            _draw_label(axes, row.label, middle)
            for stay in row.stays:
                _draw_stay(axes, stay, middle, start, until)
            depth += _ROW
    return depth


def _draw_strip(axes: "Axes", strip: CountStrip, depth: float, start: date, until: date) -> float:
    """Below what is drawn down to ``depth``; returns how far down it reaches."""
    depth += _HEADING
    _draw_heading(axes, strip.heading, depth)
    for row in strip.rows:
        _draw_label(axes, row.label, depth + _ROW / 2)
        for count in row.counts:
            _draw_count(axes, count, depth, start, until)
        depth += _ROW
    return depth


def _draw_heading(axes: "Axes", name: str, depth: float) -> None:
    axes.text(
        -_LEFT / (_RIGHT - _LEFT) + 0.02,
        depth - 9,
        name,
        transform=axes.get_yaxis_transform(),
        color=CHART.ink,
        fontproperties=font("bold", _NORMAL),
        va="center",
    )


def _draw_label(axes: "Axes", label: str, middle: float) -> None:
    axes.axhline(middle, color=CHART.grid, linewidth=0.6, zorder=0)
    axes.text(
        -0.008,
        middle,
        label,
        transform=axes.get_yaxis_transform(),
        color=CHART.ink,
        fontproperties=font("normal", _NORMAL),
        va="center",
        ha="right",
    )


def _draw_count(axes: "Axes", count: Count, top: float, start: date, until: date) -> None:
    begin = max(count.began, start).toordinal()
    end = min(count.ended, until + timedelta(1)).toordinal()
    shade = next((each for each in reversed(SHADES) if count.number >= each.least), None)
    if end <= begin or shade is None:
        return
    axes.broken_barh(
        [(begin, end - begin)],
        (top + 1, _ROW - 2),
        facecolor=shade.fill,
        edgecolor=CHART.ground,
        linewidth=0.6,
        zorder=2,
    )
    said = str(count.number)
    if end - begin >= _LETTER_DAYS * len(said) * ((until - start).days + 1):
        axes.text(
            begin + (end - begin) / 2,
            top + _ROW / 2,
            said,
            color=shade.text,
            fontproperties=font("bold", _SMALL),
            va="center_baseline",
            ha="center",
            zorder=3,
            clip_on=True,
        )


def _draw_stay(axes: "Axes", stay: Stay, middle: float, start: date, until: date) -> None:
    begin = max(stay.began, start).toordinal()
    end = min(stay.ended or until + timedelta(1), until + timedelta(1)).toordinal()
    if end <= begin:
        return
    if stay.state is not AlertState.FIRING or stay.level is None:
        thin = _PENDING_HEIGHT * _ROW
        axes.broken_barh(
            [(begin, end - begin)],
            (middle - thin / 2, thin),
            facecolor=CHART.withheld,
            edgecolor=LIGHT.muted,
            linewidth=0.6,
            hatch="////",
            zorder=2,
        )
        return
    tone, height = LEVEL_TONES[stay.level], _HEIGHTS[stay.level] * _ROW
    axes.broken_barh(
        [(begin, end - begin)],
        (middle - height / 2, height),
        facecolor=tone.fill,
        edgecolor=CHART.ground,
        linewidth=0.6,
        zorder=2,
    )
    if end - begin >= _LETTER_DAYS * ((until - start).days + 1):
        axes.text(
            begin + (end - begin) / 2,
            middle,
            _LETTERS[stay.level],
            color=tone.text,
            fontproperties=font("bold", _SMALL),
            va="center_baseline",
            ha="center",
            zorder=3,
            clip_on=True,
        )
