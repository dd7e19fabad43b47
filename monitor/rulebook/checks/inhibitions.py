"""Inhibitions: what they hold, whether they can, and whether they should."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice, product
from typing import Final

from monitor.core.areas import AreaTree, AreaType
from monitor.core.rulebook import Inhibition, Level, RouteMatch, Same
from monitor.rulebook.checks.instances import Identity, Instance, matched, names_what_is_there, some_of
from monitor.rulebook.holding_back import WrittenInhibition
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.written import WrittenRulebook

_OF_SAME: Mapping[Same, Callable[[Instance], str]] = {
    Same.INDICATOR: lambda each: each.indicator.id,
    Same.THEME: lambda each: each.indicator.theme,
    Same.AREA: lambda each: each.area.name,
}


_MOST_COMPARED: Final = 30_000_000
"""Alerts times pairs of inhibitions: some seconds. All rules of England and thirty inhibitions stay below."""


@dataclass(frozen=True)
class _Reach:
    """The alerts that an inhibition's two sides match."""

    written: WrittenInhibition
    sources: Sequence[Instance]
    targets: Sequence[Instance]

    @cached_property
    def of_sources(self) -> frozenset[Identity]:
        """What stands for the alerts that hold others."""
        return frozenset(each.identity for each in self.sources)

    @cached_property
    def of_targets(self) -> frozenset[Identity]:
        """What stands for the alerts that are held."""
        return frozenset(each.identity for each in self.targets)


def check_inhibitions(rulebook: WrittenRulebook, known: Sequence[Instance], log: ProblemLog) -> None:
    """Notes inhibitions that match nothing, hold nothing, hold too much, or hold each other."""
    reaches: list[_Reach] = []
    for written in rulebook.inhibitions.values():
        sides = {"while": written.source.match, "hold": written.target.match}
        if not all(names_what_is_there(match, rulebook) for match in sides.values()):
            continue
        found = {key: matched(match, known) for key, match in sides.items()}
        for key, alerts in found.items():
            if not alerts:
                message = f"no alert rule can raise an alert that “{key}” fits"
                log.note("LIM514", written.spans[key], message)
        reach = _Reach(written, found["while"], found["hold"])
        if reach.sources and reach.targets:
            reaches.append(reach)
            _check_effect(reach, rulebook.areas, log)
    if len(known) * len(reaches) ** 2 <= _MOST_COMPARED:
        _check_circles(reaches, rulebook.areas, log)


def _check_effect(reach: _Reach, areas: AreaTree, log: ProblemLog) -> None:
    """Notes an inhibition that never holds anything; else what it holds and should not."""
    written = reach.written
    held = list(_held(reach, areas))
    if not held:
        message = "no two alerts belong together as “same” and “within” ask for"
        if any(_pairs(written.inhibition, reach.sources, reach.targets, areas)):
            message = "all that it could hold could hold the other as well, so neither holds the other"
        log.note("LIM516", written.key, message)
    elif written.target.match == RouteMatch():
        log.note("LIM515", written.spans["hold"], "all news is held while one of these alerts fires")
    else:
        of_county = {
            str(target): None
            for target in held
            if target.level is Level.CRITICAL and target.area.type is AreaType.COUNTY
        }
        if of_county:
            message = f"critical news of the whole county may be held: {some_of(tuple(of_county))}"
            log.note("LIM515", written.spans["hold"], message)


def _held(reach: _Reach, areas: AreaTree) -> Iterator[Instance]:
    """The alerts that some other can hold. Where both sides fit both alerts, neither holds the other."""
    inhibition = reach.written.inhibition
    for sources, targets in (
        (_without(reach.sources, reach.of_targets), reach.targets),
        (reach.sources, _without(reach.targets, reach.of_sources)),
    ):
        yield from (target for _, target in _pairs(inhibition, sources, targets, areas))


def _check_circles(reaches: Sequence[_Reach], areas: AreaTree, log: ProblemLog) -> None:
    """Notes two inhibitions by which two alerts hold each other."""
    for number, one in enumerate(reaches):
        for other in reaches[number + 1 :]:
            pair = next(_mutual(one, other, areas), None)
            if pair is not None:
                by = one.written.inhibition.id
                message = f"{pair[0]} and {pair[1]} would hold each other by this and by {by}"
                log.note("LIM517", other.written.key, message)


def _mutual(one: _Reach, other: _Reach, areas: AreaTree) -> Iterator[tuple[Instance, Instance]]:
    """Pairs of which one alert holds the other by one inhibition, and is held by it by the other one."""
    there, back = one.written.inhibition, other.written.inhibition
    if there.within and back.within:  # no two areas lie in each other
        return
    firsts = _both(one.sources, other.of_targets)
    seconds = _both(one.targets, other.of_sources)
    # Of two alerts that both sides of an inhibition fit, neither holds the other by it.
    alone = ((one.of_targets, frozenset[Identity]()), (frozenset[Identity](), one.of_sources))
    back_alone = ((other.of_sources, frozenset[Identity]()), (frozenset[Identity](), other.of_targets))
    same = there.same | back.same
    for (no_first, no_second), (nor_first, nor_second) in product(alone, back_alone):
        some, others = _without(firsts, no_first | nor_first), _without(seconds, no_second | nor_second)
        if back.within:
            yield from _pairs(replace(back, same=same), others, some, areas)
        else:
            yield from _pairs(replace(there, same=same), some, others, areas)


def _both(some: Iterable[Instance], others: frozenset[Identity]) -> list[Instance]:
    return [each for each in some if each.identity in others]


def _without(some: Iterable[Instance], others: frozenset[Identity]) -> list[Instance]:
    return [each for each in some if each.identity not in others]


def _pairs(
    inhibition: Inhibition, sources: Iterable[Instance], targets: Iterable[Instance], areas: AreaTree
) -> Iterator[tuple[Instance, Instance]]:
    """Each target that belongs together with a source of another alert, with one such source."""
    by_key: dict[tuple[str, ...], list[Instance]] = {}
    for source in sources:
        by_key.setdefault(_key(inhibition, source, source.area.name), []).append(source)
    for target in targets:
        names = [target.area.name]
        if inhibition.within:
            names = [above.name for above in areas.ancestors(target.area.name)]
        found = (
            source
            for name in names
            for source in by_key.get(_key(inhibition, target, name), ())
            if source.alert != target.alert
        )
        yield from ((source, target) for source in islice(found, 1))


def _key(inhibition: Inhibition, instance: Instance, around: str) -> tuple[str, ...]:
    """What a source and a target must have in common. With ``within`` it takes in an area around."""
    common = tuple(_OF_SAME[each](instance) for each in sorted(inhibition.same))
    return (*common, around) if inhibition.within else common
