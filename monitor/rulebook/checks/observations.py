"""Rules against the figures that there are: limits that none ever passed, series that are too short or empty.

Messages say how many figures there are, never which: a least or greatest figure may be a small number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from monitor.core.areas import Area
from monitor.core.rulebook import NeighbourFigure
from monitor.rulebook.alerts import WrittenAlert, WrittenThresholds
from monitor.rulebook.checks.instances import some_of
from monitor.rulebook.checks.levels import circumstances_of
from monitor.rulebook.checks.samples import COMPARED, LATER, Circumstance, can_be_tried, frame_of
from monitor.rulebook.condition_texts import WrittenCondition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.observed import ObservedFigures, ObservedRange
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.written import WrittenRulebook

_MOST_NOTED_ALONE: Final = 5
_FEWEST_FIGURES: Final = 12
"""Of fewer figures it says nothing that they all lie on one side of a limit."""

_ONE_SIDED: Final = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class _Watched:
    """An alert rule and the figures that it watches, in the areas where there are some."""

    alert: WrittenAlert
    written: WrittenIndicator
    ranges: dict[str, ObservedRange]

    def described(self, areas: Iterable[Area]) -> str:
        """How many figures there are, and in how many areas."""
        found = [self.ranges[area.name].count for area in areas]
        return f"{_counted(sum(found), 'figure')} in {_counted(len(found), 'area')}"


def check_observations(rulebook: WrittenRulebook, observed: ObservedFigures, log: ProblemLog) -> None:
    """Notes what cannot be meant, judging by the figures that there are.

    Nothing is said while there are no figures at all, or while a definition has an error.
    """
    if not observed or not rulebook.sound:
        return
    empty: list[tuple[WrittenAlert, str]] = []
    for alert in rulebook.alerts.values():
        written = rulebook.indicators.get(alert.rule.indicator)
        if written is not None:
            watched = _watched(alert, written, rulebook, observed)
            if watched.ranges:
                _check_alert(watched, rulebook, log)
            elif not _is_over(alert, written):
                empty.append((alert, some_of([area.name for area in rulebook.covered(alert)])))
    _note_empty(empty, log)
    for written in rulebook.indicators.values():
        _check_neighbours(written, rulebook, observed, log)


def _watched(
    alert: WrittenAlert, written: WrittenIndicator, rulebook: WrittenRulebook, observed: ObservedFigures
) -> _Watched:
    series = {area.name: (written.indicator.id, area.name) for area in rulebook.covered(alert)}
    return _Watched(alert, written, {name: observed[key] for name, key in series.items() if key in observed})


def _is_over(alert: WrittenAlert, written: WrittenIndicator) -> bool:
    """Whether rule or indicator has an end: whoever began later need not have the figures of that time."""
    return alert.rule.retirement is not None or written.indicator.retirement is not None


def _note_empty(empty: Sequence[tuple[WrittenAlert, str]], log: ProblemLog) -> None:
    """Notes rules without figures: one by one where they are few in a file, else in one line for the file."""
    by_file: dict[str, list[tuple[WrittenAlert, str]]] = {}
    for alert, areas in empty:
        by_file.setdefault(alert.key.position.file, []).append((alert, areas))
    for found in by_file.values():
        if len(found) > _MOST_NOTED_ALONE:
            indicators = list(dict.fromkeys(alert.rule.indicator for alert, _ in found))
            message = f"{len(found)} rules of this file have no figures to watch, of {some_of(indicators)}"
            log.note("LIM423", found[0][0].indicator.span, message)
            continue
        for alert, areas in found:
            message = f"there is no figure of {alert.rule.indicator} in {areas}"
            log.note("LIM423", alert.indicator.span, message)


def _check_alert(watched: _Watched, rulebook: WrittenRulebook, log: ProblemLog) -> None:
    alert = watched.alert
    with_figures = [area for area in rulebook.covered(alert) if area.name in watched.ranges]
    ordinary = [area for area in with_figures if area.name not in alert.overrides]
    _check_thresholds(watched, alert.thresholds, ordinary or with_figures, "for", log)
    for area in with_figures:
        if area.name in alert.overrides:
            _check_thresholds(watched, alert.overrides[area.name], [area], "overrides", log)


def _check_thresholds(
    watched: _Watched, thresholds: WrittenThresholds, areas: Sequence[Area], key: str, log: ProblemLog
) -> None:
    alert = watched.alert
    own = thresholds is alert.thresholds
    longest = max(watched.ranges[area.name].count for area in areas)
    if thresholds.periods > longest and (own or thresholds.periods != alert.thresholds.periods):
        message = f"{thresholds.periods} figures in a row must breach, and the longest series has {longest}"
        log.note("LIM422", alert.spans[key], message)
    if sum(watched.ranges[area.name].count for area in areas) < _FEWEST_FIGURES:
        return
    found = circumstances_of(alert, watched.written, tuple(areas))
    for level, condition in thresholds.levels.items():
        if own or condition is not alert.thresholds.levels.get(level):
            outcome = _outcome(watched, condition, found)
            if outcome is not None:
                message = f"{level} {outcome} of the {watched.described(areas)}"
                log.note("LIM421", condition.span, message)


def _outcome(watched: _Watched, condition: WrittenCondition, found: Sequence[Circumstance]) -> str | None:
    """“holds for none” or “holds for every one”, or None where figures lie on both sides or cannot tell.

    A condition with one limit changes once between the least and the greatest figure, so these two decide.
    """
    limits = condition.condition.limits()
    if len(limits) != 1 or limits[0].operator not in _ONE_SIDED or not can_be_tried(condition.condition):
        return None
    used = set(condition.condition.names) & set(COMPARED)
    if any(getattr(each, name) is LATER for each in found for name in used):
        return None
    indicator = watched.written.indicator
    ends = {name: each.ends(indicator.scale) for name, each in watched.ranges.items()}
    rows = [
        (_shown(figure, indicator.decimals), each) for each in found for figure in ends[each.area.name] or ()
    ]
    if not rows:
        return None
    frame = frame_of(indicator.decimals, [figure for figure, _ in rows], [each for _, each in rows])
    truth = condition.condition.evaluate(frame)
    if not truth.known.any() or (truth.true.any() and np.asarray(truth.false).any()):
        return None
    return "holds for every one" if truth.true.any() else "holds for none"


def _check_neighbours(
    written: WrittenIndicator, rulebook: WrittenRulebook, observed: ObservedFigures, log: ProblemLog
) -> None:
    """Notes sets of neighbours too few of which have figures."""
    indicator = written.indicator.id
    for entry in written.benchmarks:
        wanted, named = entry.value.benchmarks.neighbours, entry.value.set
        if (
            not isinstance(wanted, NeighbourFigure)
            or named is None
            or wanted.set not in rulebook.neighbour_sets
        ):
            continue
        neighbours = rulebook.neighbour_sets[wanted.set].neighbours
        lacking = [
            area.name
            for area in rulebook.areas
            if entry.scope.covers(area)
            and area.name in neighbours
            and sum((indicator, each) in observed for each in neighbours[area.name]) < wanted.minimum
        ]
        if lacking:
            least = _counted(wanted.minimum, "neighbour")
            message = f"fewer than {least} of {some_of(lacking)} have a figure of {indicator}"
            log.note("LIM424", named.span, message)


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def _shown(figure: Fraction, decimals: int) -> int:
    """The figure as it is published, in whole 10**-decimals: half away from zero."""
    scaled = abs(figure) * 10**decimals
    whole = int(scaled + Fraction(1, 2))
    return whole if figure >= 0 else -whole
