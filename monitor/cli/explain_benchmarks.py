"""What a figure is compared with: each neighbour's own figure, the region's and England's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from monitor.cli.explain_facts import BenchmarksTold, BenchmarkTold, NeighboursTold, OtherTold
from monitor.cli.explain_view import View
from monitor.core.areas import AreaType
from monitor.core.dated import in_force
from monitor.core.rulebook import Benchmarks, Given, NeighbourFigure
from monitor.core.sight import scaled_decimal
from monitor.world import World

NOTHING_SENT = "no figure for this period"
_KINDS = {"region": AreaType.REGION, "england": AreaType.COUNTRY}


def benchmarks_of(world: World, view: View) -> BenchmarksTold | None:
    """What is in force to compare the figure with; None: nothing, or there is no figure."""
    entry = None
    if view.figure is not None:
        entry = in_force(view.indicator.benchmarks, view.period_end, view.area)
    if entry is None:
        return None
    told = tuple(_figures(world, view, entry.value))
    return BenchmarksTold(entry.start, entry.until, entry.reference, str(entry.position), told)


def _figures(world: World, view: View, asked: Benchmarks) -> Iterator[BenchmarkTold]:
    row, column = view.place
    if asked.neighbours is not None:
        value = view.sight.amount("neighbours", row, column)
        near = asked.neighbours
        told = _neighbours(world, view, near) if isinstance(near, NeighbourFigure) else None
        yield BenchmarkTold("neighbours", value, protected=False, area=None, neighbours=told)
    for what, kind in _KINDS.items():
        given: int | Given | None = getattr(asked, what)
        if given is None:
            continue
        value = view.sight.amount(what, row, column)
        if given is not Given.FIGURES:
            yield BenchmarkTold(what, value, protected=False, area=None, neighbours=None)
            continue
        around = [each.name for each in world.areas.ancestors(view.area.name) if each.type is kind][:1]
        for name in around:
            hidden = (name, view.period_end) in view.protected
            yield BenchmarkTold(what, None if hidden else value, protected=hidden, area=name, neighbours=None)


def _neighbours(world: World, view: View, asked: NeighbourFigure) -> NeighboursTold:
    book = world.rulebook.neighbour_sets[asked.set]
    others = [_other(world, view, name) for name in book.neighbours.get(view.area.name, ())]
    known = sum(each.missing is None for each in others)
    return NeighboursTold(
        asked.set,
        asked.statistic.value,
        asked.minimum,
        known,
        tuple(without_last_clue(others)),
        book.reference,
        str(book.position),
    )


def _other(world: World, view: View, name: str) -> OtherTold:
    """A neighbour's figure for the period, left out with the reason where there is none."""
    if view.comparison is None:
        return OtherTold(name, None, protected=False, missing=NOTHING_SENT)
    ((_, scaled),) = view.comparison.figures_of([name], view.period_end.toordinal())
    if scaled is None:
        area = world.areas.find(name)
        came = [] if area is None else view.series.get(area, ())
        sent = next((each for each in came if each.period_end == view.period_end), None)
        why = sent.missing.value if sent is not None and sent.missing is not None else NOTHING_SENT
        return OtherTold(name, None, protected=False, missing=why)
    hidden = (name, view.period_end) in view.protected
    value: Decimal | None = None if hidden else scaled_decimal(scaled, view.indicator.decimals)
    return OtherTold(name, value, protected=hidden, missing=None)


def without_last_clue(others: Sequence[OtherTold]) -> Sequence[OtherTold]:
    """Withholds a second figure where one alone is withheld: their mean and the others would give it away."""
    shown = [each for each in others if each.value is not None]
    if sum(each.protected for each in others) != 1 or not shown:
        return others
    second = min(shown, key=lambda each: (each.value == 0, each.value))
    return [replace(each, value=None, protected=True) if each is second else each for each in others]
