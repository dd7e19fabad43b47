"""Data faults as a reader may see them: what speaks against a figure and its series, small numbers hidden."""

from collections.abc import Collection

from sqlalchemy import Connection

from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import evaluate, figures_needed
from monitor.core.fault_notices import FaultView
from monitor.core.notices import HISTORY_FIGURES, SeriesView
from monitor.core.plausibility import LOOKED_AT
from monitor.plausibility import SeriesKey, looks
from monitor.standings import SPARE_FIGURES, by_area, others_of
from monitor.store.figures import figures
from monitor.world import World


def fault_views(
    connection: Connection, world: World, keys: Collection[SeriesKey]
) -> dict[SeriesKey, FaultView]:
    """Returns how these series, (indicator, area), look now; those that are no longer known are left out.

    Of each indicator the last figures of all areas are read: what may be shown of one depends on the others.
    """
    known = {key for key in keys if key[0] in world.rulebook.indicators and key[1] in world.areas.by_name}
    seen = looks(connection, world, known) if known else {}
    found: dict[SeriesKey, FaultView] = {}
    for name in sorted({indicator for indicator, _ in known}):
        indicator = world.rulebook.indicators[name]
        last = max(LOOKED_AT, HISTORY_FIGURES + figures_needed(indicator, ()) + SPARE_FIGURES)
        series = by_area(figures(connection, name, last=last), world.areas)
        judged = evaluate(indicator, (), series, others=others_of(connection, world, indicator))
        protected = protected_figures(indicator, judged.evaluations, world.areas)
        for key in known:
            if key[0] == name:
                found[key] = FaultView(
                    seen[key].look,
                    SeriesView(
                        evaluations=[each for each in judged.evaluations if each.area == key[1]],
                        verdicts={},
                        protected=frozenset(end for area, end in protected if area == key[1]),
                    ),
                )
    return found
