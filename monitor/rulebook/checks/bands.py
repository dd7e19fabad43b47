"""Red, amber and green: bands that gap, overlap or never count."""

from collections.abc import Mapping

import numpy as np

from monitor.core.areas import AreaTree
from monitor.core.dated import Dated
from monitor.core.exact import BoolArray
from monitor.rulebook.checks.samples import Samples, circumstances, representatives, samples, scopes_of
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenBands, WrittenIndicator
from monitor.rulebook.problems import ProblemLog


def check_bands(written: WrittenIndicator, areas: AreaTree, log: ProblemLog) -> None:
    """Notes what is wrong with the bands of an indicator, for every area and date for which they hold."""
    if written.faulty & {"targets", "limits"}:
        return
    for entry in written.rag:
        bands = entry.value.by_name()
        tried = tried_bands(written, entry, bands, areas)
        if tried is None:
            continue
        _check_reach(tried, bands, log)
        if "red" in bands:
            _check_gap(tried, bands, log)
            _check_overlap(tried, bands, log)


def tried_bands(
    written: WrittenIndicator,
    entry: Dated[WrittenBands],
    bands: Mapping[str, WrittenCondition],
    areas: AreaTree,
) -> Samples | None:
    """Returns what the bands say of the telling figures; None where they cannot be tried."""
    indicator = written.indicator
    covered = (area for area in representatives(areas, scopes_of(indicator)) if entry.scope.covers(area))
    found = circumstances(indicator, covered, entry.start, entry.until)
    return samples([band.condition for band in bands.values()], indicator, found)


def _check_reach(tried: Samples, bands: Mapping[str, WrittenCondition], log: ProblemLog) -> None:
    """Notes a band that holds for no figure, or only where a better band does."""
    decided: BoolArray = np.logical_and.reduce([truth.known for truth in tried.truths])
    if not decided.any():
        return
    better: BoolArray = np.zeros(decided.shape, dtype=np.bool_)
    for (name, band), truth in zip(bands.items(), tried.truths, strict=True):
        if not (truth.true & decided).any():
            log.note("LIM209", band.span, f"no figure is ever {name} by this condition")
        elif name == "amber" and not (truth.true & decided & ~better).any():
            message = "amber never counts: every figure for which it holds is green already"
            log.note("LIM209", band.span, message)
        better = better | truth.true


def _check_gap(tried: Samples, bands: Mapping[str, WrittenCondition], log: ProblemLog) -> None:
    neither = np.logical_and.reduce([truth.false for truth in tried.truths])
    rows = np.flatnonzero(neither)
    if rows.size:
        words = "neither green, amber nor red" if "amber" in bands else "neither green nor red"
        log.note("LIM207", bands["red"].span, f"{tried.figure(rows[0])} is {words}")


def _check_overlap(tried: Samples, bands: Mapping[str, WrittenCondition], log: ProblemLog) -> None:
    truths = dict(zip(bands, tried.truths, strict=True))
    for name in ("green", "amber"):
        if name not in truths:
            continue
        rows = np.flatnonzero(truths[name].true & truths["red"].true)
        if rows.size:
            log.note("LIM208", bands["red"].span, f"{tried.figure(rows[0])} is both {name} and red")
