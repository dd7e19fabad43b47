"""``benchmarks:`` of an indicator: figures of others, published or made of the figures that came in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from monitor.core.areas import AreaTree
from monitor.core.dated import Dated
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import Benchmarks, Given, NeighbourFigure
from monitor.rulebook import scalars
from monitor.rulebook.dated_values import read_dated
from monitor.rulebook.fields import Fields
from monitor.rulebook.problems import Span
from monitor.rulebook.vocabulary.indicators import BENCHMARKS, MOST_NEIGHBOURS, NEIGHBOURS
from monitor.rulebook.vocabulary.values import names
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Scalar

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class WrittenBenchmarks:
    """Benchmarks, and where they are written. ``spans`` are those of the keys, ``set`` names the neighbours.

    ``minimum`` is where the least number of neighbours stands, or the set where there is none.
    """

    benchmarks: Benchmarks
    spans: dict[str, Span]
    set: Scalar | None
    minimum: Span


def read_benchmarks(fields: Fields, areas: AreaTree) -> tuple[Dated[WrittenBenchmarks], ...]:
    """Returns the sound entries of ``benchmarks``. Whether sets of neighbours are there is not looked at."""
    return read_dated(fields, "benchmarks", names(BENCHMARKS), _benchmarks, areas)


def _benchmarks(entry: Fields) -> WrittenBenchmarks | None:
    given = [key for key in names(BENCHMARKS) if entry.has(key)]
    if not given:
        entry.log.note(
            "LIM204", entry.at, "this entry of benchmarks has neither neighbours, region nor england"
        )
        return None
    errors = entry.log.errors
    place, minimum, neighbours = _neighbours(entry)
    found = Benchmarks(neighbours, _published(entry, "region"), _published(entry, "england"))
    if entry.log.errors > errors:
        return None
    return WrittenBenchmarks(found, {key: entry.span(key) for key in given}, place, minimum)


def _neighbours(entry: Fields) -> tuple[Scalar | None, Span, int | NeighbourFigure | None]:
    at = entry.span("neighbours")
    if not entry.has("neighbours") or not isinstance(entry.node("neighbours"), MappingNode):
        return None, at, entry.amount("neighbours")
    inner = entry.mapping("neighbours", NEIGHBOURS.names)
    if inner is None:
        return None, at, None
    place, statistic = (
        inner.scalar("set", required=True),
        inner.word("statistic", PeerStatistic, required=True),
    )
    minimum = inner.whole_number("minimum", fewest=1, most=MOST_NEIGHBOURS)
    if place is None or statistic is None:
        return place, at, None
    where = inner.span("minimum") if inner.has("minimum") else place.span
    return place, where, NeighbourFigure(place.text, statistic, minimum or 1)


def _published(entry: Fields, key: str) -> int | Given | None:
    node = entry.scalar(key)
    if node is None:
        return None
    if node.text[:1].isalpha():
        return scalars.word(node, key, Given, entry.log)
    return scalars.amount(node, key, entry.log)
