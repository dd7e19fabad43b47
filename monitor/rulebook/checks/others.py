"""Comparisons with others: sets of neighbours that are there and large enough, regions that are around."""

from collections.abc import Mapping
from typing import Final

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.dated import EVERYWHERE, Dated
from monitor.core.rulebook import Given, NeighbourFigure
from monitor.rulebook.benchmarks import WrittenBenchmarks
from monitor.rulebook.checks.instances import some_of
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scalars import shown
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.written import WrittenRulebook

_KINDS: Final = {"region": AreaType.REGION, "england": AreaType.COUNTRY}


def check_others(rulebook: WrittenRulebook, log: ProblemLog) -> None:
    """Notes sets of neighbours that are not there or too small, and comparisons with what is not around."""
    within = {key: _within(rulebook.areas, kind) for key, kind in _KINDS.items()}
    for written in rulebook.indicators.values():
        for entry in written.benchmarks:
            _check_set(entry, rulebook, log)
            _check_around(entry, within, rulebook.areas, log)


def _check_set(entry: Dated[WrittenBenchmarks], rulebook: WrittenRulebook, log: ProblemLog) -> None:
    asked, place = entry.value.benchmarks.neighbours, entry.value.set
    if place is None or not isinstance(asked, NeighbourFigure):
        return
    if asked.set not in rulebook.neighbour_set_definitions:
        if rulebook.complete:
            hint = did_you_mean(asked.set, rulebook.neighbour_set_definitions, log)
            log.note("LIM810", place.span, f"there is no neighbour set {shown(asked.set)}", hint)
        return
    known = rulebook.neighbour_sets.get(asked.set)
    if known is None:
        return
    meant = [area.name for area in _meant(entry, rulebook.areas)]
    without = [name for name in meant if name not in known.neighbours]
    if meant and entry.scope != EVERYWHERE and len(without) == len(meant):
        log.note("LIM817", place.span, f"{asked.set} has no neighbours of {some_of(without)}")
    few = [name for name in meant if 0 < len(known.neighbours.get(name, ())) < asked.minimum]
    if few:
        most = max(len(known.neighbours[name]) for name in few)
        message = f"{asked.set} has fewer than {asked.minimum} neighbours of {some_of(few)}: {most} at most"
        log.note("LIM817", entry.value.minimum, message)


def _check_around(
    entry: Dated[WrittenBenchmarks], within: Mapping[str, frozenset[str]], areas: AreaTree, log: ProblemLog
) -> None:
    """Notes an entry that asks for the figure around areas of which none lies in a region or country."""
    meant = [area.name for area in _meant(entry, areas)]
    for key, kind in _KINDS.items():
        if getattr(entry.value.benchmarks, key) is Given.FIGURES and meant and not within[key] & set(meant):
            log.note("LIM818", entry.value.spans[key], f"areas.csv has no {kind} around {some_of(meant)}")


def _meant(entry: Dated[WrittenBenchmarks], areas: AreaTree) -> list[Area]:
    return [area for area in areas if entry.scope.covers(area)]


def _within(areas: AreaTree, kind: AreaType) -> frozenset[str]:
    """The names of the areas that lie in an area of this kind."""
    return frozenset(
        area.name for area in areas if any(around.type is kind for around in areas.ancestors(area.name))
    )
