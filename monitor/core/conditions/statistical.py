"""The functions of the language that tell a signal from chance, on a frame. See docs/statistics.md."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.core.conditions.frame import Frame, Truth
from monitor.core.exact import BoolArray, ExactArray, round_half_away
from monitor.core.statistics.arrays import USUAL, FloatArray, Interval
from monitor.core.statistics.intervals import ratio_interval
from monitor.core.statistics.significance import against, change
from monitor.core.statistics.special_causes import latest_signs
from monitor.core.statistics.xmr import Series, window_limits

Cell = TypeVar("Cell", np.float64, np.bool_)


def significantly(frame: Frame, reference: ExactArray, level: float, side: int) -> Truth:
    """Whether the figure lies on that side (1 above, -1 below) of the reference by more than chance.

    Unknown where the figure has no numerator and denominator, or the indicator is no ratio.
    """
    if frame.scale is None:
        return _unknown(frame)
    given = _floats(reference, frame.shape)
    signs, known = against(_interval(frame, frame.scale, level), given, _known(reference, frame.shape))
    return Truth(known & (signs == side), known)


def significant_change(frame: Frame, periods: int, side: int) -> Truth:
    """Whether the figure has risen (1) or fallen (-1) since `periods` before by more than chance."""
    if frame.scale is None or periods >= frame.shape[1]:
        return _unknown(frame)
    now = _interval(frame, frame.scale, USUAL)
    ratio = _ratio(frame) * frame.scale
    signs, known = change(
        ratio,
        now,
        _earlier(ratio, periods),
        Interval(_earlier(now.lower, periods), _earlier(now.upper, periods), _earlier(now.known, periods)),
    )
    return Truth(known & (signs == side), known)


def special_cause(frame: Frame, window: int, side: int | None) -> Truth:
    """Whether the figure is special cause on the XmR chart of the last `window` figures, its own included.

    With a `side`, only where the figure itself lies on that side of their mean. Unknown while fewer than 13
    of them are known: limits from fewer are not to be relied upon.
    """
    value = frame.values["value"]
    series = Series.of(
        np.broadcast_to(round_half_away(value, frame.decimals), frame.shape),
        _known(value, frame.shape),
        frame.stretches,
    )
    limits = window_limits(series, window)
    found = latest_signs(series, limits)
    known: BoolArray = found.known & ~limits.trial
    holds: BoolArray = known & found.any
    return Truth(holds if side is None else holds & (found.side == side), known)


def _interval(frame: Frame, scale: int, level: float) -> Interval:
    numerator, denominator = frame.values["numerator"], frame.values["denominator"]
    known: BoolArray = (
        _known(frame.values["value"], frame.shape)
        & _known(numerator, frame.shape)
        & _known(denominator, frame.shape)
    )
    return ratio_interval(
        _floats(numerator, frame.shape), _floats(denominator, frame.shape), known, scale, level
    )


def _ratio(frame: Frame) -> FloatArray:
    return _floats(frame.values["numerator"] / frame.values["denominator"], frame.shape)


def _floats(array: ExactArray, shape: tuple[int, int]) -> FloatArray:
    """The figures as floats; nought where missing, behind the mask."""
    figures = np.where(array.known, array.numerator / array.denominator, 0.0)
    return np.broadcast_to(figures.astype(np.float64), shape)


def _known(array: ExactArray, shape: tuple[int, int]) -> BoolArray:
    return np.broadcast_to(array.known, shape)


def _earlier(array: NDArray[Cell], periods: int) -> NDArray[Cell]:
    result = np.zeros_like(array)
    result[:, periods:] = array[:, :-periods]
    return result


def _unknown(frame: Frame) -> Truth:
    nowhere = np.zeros(frame.shape, dtype=np.bool_)
    return Truth(nowhere, nowhere)
