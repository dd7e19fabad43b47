"""Tables of statistical neighbours: one row for each neighbour of an area, the closest first."""

from dataclasses import dataclass
from typing import Final

from monitor.core.areas import AreaTree
from monitor.rulebook.csv_cells import table_rows
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.scopes import read_area
from monitor.rulebook.source_text import SourceText

NEEDED: Final = ("area", "neighbour")


@dataclass(frozen=True, slots=True)
class NeighbourTable:
    """Each area's neighbours, the closest first."""

    neighbours: dict[str, tuple[str, ...]]


def read_neighbours(source: SourceText, areas: AreaTree, log: ProblemLog) -> NeighbourTable | None:
    """Returns the neighbours of a table; None, with every problem noted, where a row has an error."""
    errors = log.errors
    found: dict[str, dict[str, None]] = {}
    for row in table_rows(source, NEEDED, None, log):
        area, neighbour = (read_area(row.cells[column], areas, log) for column in NEEDED)
        if area is None or neighbour is None:
            continue
        named = found.setdefault(area.name, {})
        if area is neighbour:
            log.note("LIM815", row.cells["neighbour"].span, f"{area.name} is a neighbour of itself here")
        elif neighbour.name in named:
            message = f"{neighbour.name} is a neighbour of {area.name} already"
            log.note("LIM816", row.span, message)
        named.setdefault(neighbour.name)
    if not found and log.errors == errors:
        log.note("LIM814", source.span(0, 1), "the table has no row below its first")
    if log.errors > errors:
        return None
    return NeighbourTable({area: tuple(named) for area, named in found.items()})
