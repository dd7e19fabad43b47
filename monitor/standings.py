"""How things stand: the latest judged figure of every series, and what of it may be shown.

The command line, the metrics and the status page all show this; it comes from the one evaluation path.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from monitor.core.areas import Area, AreaTree
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import evaluate, figures_needed, looks_at_ranks
from monitor.core.judgements import Evaluation
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.rulebook import Benchmarks, Given, Indicator, NeighbourFigure
from monitor.store.figures import figures
from monitor.world import World

SeriesKey = tuple[str, str]

SPARE_FIGURES = 12
"""Figures loaded beyond those looked back on, in case some of them have no value."""


@dataclass(frozen=True, slots=True)
class Standings:
    """The latest figures, and the (indicator, area) whose figure is too small to show."""

    evaluations: tuple[Evaluation, ...]
    protected: frozenset[tuple[str, str]]


def by_area(observations: Iterable[Observation], areas: AreaTree) -> dict[Area, list[Observation]]:
    """Groups one indicator's figures by area, in order; areas no longer known are left out."""
    grouped: dict[Area, list[Observation]] = {}
    for observation in observations:
        area = areas.find(observation.area)
        if area is not None:
            grouped.setdefault(area, []).append(observation)
    return grouped


def others_of(connection: Connection, world: World, indicator: Indicator) -> Others | None:
    """Every area's figures of an indicator, where it is compared with those of others; else None."""
    asked = [entry.value for entry in indicator.benchmarks]
    compares = any(
        isinstance(each.neighbours, NeighbourFigure) or Given.FIGURES in (each.region, each.england)
        for each in asked
    )
    if not compares and not looks_at_ranks(world.rulebook.rules_of(indicator.id)):
        return None
    rows = by_area(figures(connection, indicator.id), world.areas)
    return Others(world.areas, rows, world.rulebook.neighbour_sets)


def comparing_series(world: World, changed: Mapping[SeriesKey, date]) -> dict[SeriesKey, date]:
    """Returns the series that are compared with a changed one, each with the first period concerned."""
    found: dict[SeriesKey, date] = {}
    for indicator in world.rulebook.indicators.values():
        here = {area: since for (name, area), since in changed.items() if name == indicator.id}
        if not here:
            continue
        ranked = looks_at_ranks(world.rulebook.rules_of(indicator.id))
        for area in world.areas:
            compared = {
                name for entry in indicator.benchmarks for name in _compared_with(world, area, entry.value)
            }
            if ranked:
                compared |= {each.name for each in world.areas if each.type is area.type and each != area}
            since = min((here[name] for name in compared if name in here), default=None)
            if since is not None:
                found[indicator.id, area.name] = since
    return found


def _compared_with(world: World, area: Area, benchmarks: Benchmarks) -> tuple[str, ...]:
    names: list[str] = []
    if isinstance(benchmarks.neighbours, NeighbourFigure):
        names += world.rulebook.neighbour_sets[benchmarks.neighbours.set].neighbours.get(area.name, ())
    if Given.FIGURES in (benchmarks.region, benchmarks.england):
        names += [each.name for each in world.areas.ancestors(area.name)]
    return tuple(names)


def standings(
    connection: Connection,
    world: World,
    *,
    indicators: Collection[str] | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> Standings:
    """Judges the latest figure of every series.

    Args:
        connection: a connection to the store.
        world: by what to judge.
        indicators: only these; None: all of the rulebook. Those that are not in the rulebook are left out.
        as_of: only periods that end on or before this day.
        known_at: with the figures as they were known at this instant.
    """
    latest: list[Evaluation] = []
    hidden: set[tuple[str, str]] = set()
    for indicator in world.rulebook.indicators.values():
        if indicators is not None and indicator.id not in indicators:
            continue
        rows = figures(
            connection,
            indicator.id,
            until=as_of,
            known_at=known_at,
            last=figures_needed(indicator, ()) + 1 + SPARE_FIGURES,
        )
        series = by_area(rows, world.areas)
        judged = evaluate(indicator, (), series, others=others_of(connection, world, indicator))
        last = {area.name: found[-1].period_end for area, found in series.items()}
        protected = protected_figures(indicator, judged.evaluations, world.areas)
        for evaluation in judged.evaluations:
            if evaluation.period_end == last[evaluation.area]:
                latest.append(evaluation)
                if (evaluation.area, evaluation.period_end) in protected:
                    hidden.add((indicator.id, evaluation.area))
    return Standings(tuple(latest), frozenset(hidden))


def latest_by_series(found: Standings) -> Mapping[tuple[str, str], Evaluation]:
    """Returns the standing by (indicator, area)."""
    return {(evaluation.indicator, evaluation.area): evaluation for evaluation in found.evaluations}
