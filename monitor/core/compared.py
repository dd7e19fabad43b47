"""What figures are compared with, for a whole panel at once: benchmarks, targets and expected ranges."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from monitor.core.areas import AreaType
from monitor.core.conditions import Amount
from monitor.core.dated import Dated
from monitor.core.exact import ExactArray
from monitor.core.others import Comparison
from monitor.core.panel import IntGrid, Panel
from monitor.core.rulebook import Given, Limits, NeighbourFigure, Profile, TargetValue
from monitor.core.statistics.expected_ranges import expected_range
from monitor.core.statistics.ranking import quartiles as quartile_of
from monitor.core.statistics.ranking import ranks as rank_of
from monitor.core.statistics.xmr import Series

Layer = tuple[int, ExactArray]
"""The number of a dated entry, and its amounts for every figure."""


def benchmarks(panel: Panel, entries: IntGrid, comparison: Comparison | None) -> dict[str, ExactArray]:
    """The figures of neighbours, region and England beside every figure, at published precision.

    ``entries`` says which of the indicator's benchmarks are in force for each figure. Without a
    ``comparison`` only those that are written in the rule file are known.
    """
    dated = [entry.value for entry in panel.indicator.benchmarks]
    neighbours: list[Layer] = []
    around: dict[str, list[Layer]] = {"region": [], "england": []}
    kinds = {"region": AreaType.REGION, "england": AreaType.COUNTRY}
    if comparison is not None:
        for number, each in enumerate(dated):
            if isinstance(each.neighbours, NeighbourFigure):
                neighbours.append((number, comparison.neighbours(panel, each.neighbours)))
            for name, kind in kinds.items():
                if getattr(each, name) is Given.FIGURES:
                    around[name].append((number, comparison.around(panel, kind)))
    written: dict[str, Sequence[int | NeighbourFigure | Given | None]] = {
        "neighbours": [each.neighbours for each in dated],
        "region": [each.region for each in dated],
        "england": [each.england for each in dated],
    }
    layers = {"neighbours": neighbours, **around}
    return {
        name: _layered(panel, entries, _numbers(amounts), layers[name]) for name, amounts in written.items()
    }


def ranks(panel: Panel, comparison: Comparison | None) -> dict[str, ExactArray]:
    """Each figure's rank (1 is best) and quartile (1 is the best quarter) among areas of its kind.

    Missing without a ``comparison``, and where the polarity knows no better side.
    """
    if comparison is None:
        return {"rank": ExactArray.missing(), "quartile": ExactArray.missing()}
    return {"rank": comparison.placed(panel, rank_of), "quartile": comparison.placed(panel, quartile_of)}


def targets(panel: Panel, entries: IntGrid, beside: Mapping[str, ExactArray]) -> ExactArray:
    """The target of every figure: a number, one a period from a table, or worked out from ``beside``."""
    dated = panel.indicator.targets
    layers: list[Layer] = []
    for number, entry in enumerate(dated):
        if isinstance(entry.value, Amount):
            amount = entry.value.evaluate(beside, panel.shape, panel.indicator.decimals)
            layers.append((number, amount))
        elif isinstance(entry.value, Profile):
            layers.append((number, _profiled(panel, entry.value)))
    return _layered(panel, entries, _numbers(entry.value for entry in dated), layers)


def expected_ranges(panel: Panel, entries: IntGrid) -> dict[str, ExactArray]:
    """Both ends of every figure's expected range, written or learnt from the figures before it."""
    dated: Sequence[Dated[Limits]] = panel.indicator.limits
    lower: list[Layer] = []
    upper: list[Layer] = []
    for number, entry in enumerate(dated):
        if entry.value.learnt is None:
            continue
        series = Series.of(
            panel.values.numerator, panel.values.known, panel.stretches(panel.indicator.rebases)
        )
        learnt = expected_range(series, entry.value.learnt.figures, decimals=panel.indicator.decimals)
        lower.append((number, learnt.lower.rounded(panel.indicator.decimals)))
        upper.append((number, learnt.upper.rounded(panel.indicator.decimals)))
    return {
        "lower": _layered(panel, entries, [entry.value.lower for entry in dated], lower),
        "upper": _layered(panel, entries, [entry.value.upper for entry in dated], upper),
    }


def _numbers(values: Iterable[TargetValue | NeighbourFigure | Given | None]) -> list[int | None]:
    return [value if isinstance(value, int) else None for value in values]


def _profiled(panel: Panel, profile: Profile) -> ExactArray:
    return panel.amounts(lambda area, figure: profile.at(area.name, figure.period_end)).rounded(
        panel.indicator.decimals
    )


def _layered(
    panel: Panel, entries: IntGrid, written: Sequence[int | None], layers: Sequence[Layer]
) -> ExactArray:
    """Each figure's amount from the entry in force for it: the written number, or that entry's layer."""
    base = panel.from_entries(entries, written)
    if not layers:
        return base
    numerators, known = base.numerator.copy(), base.known.copy()
    for number, layer in layers:
        here = entries == number
        numerators = np.where(here, np.broadcast_to(layer.numerator, panel.shape), numerators)
        known = np.where(here, np.broadcast_to(layer.known, panel.shape), known)
    return ExactArray.scaled(np.where(known, numerators, 0), panel.indicator.decimals, known)
