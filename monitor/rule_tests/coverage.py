"""What of a rulebook the tests look at: its levels, bands, recovery limits, ends, routes and their times.

Something is reached when an expectation that was met looked at it: a level, when it was expected and held;
not when some figure happened to pass it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.areas import Area
from monitor.core.freshness import late_indicator
from monitor.core.holding import inhibition_note, maintenance_note, timing_note
from monitor.core.judgements import Evaluation, RagRating
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.positions import Position
from monitor.core.rulebook import (
    AlertRule,
    Escalation,
    Indicator,
    Inhibition,
    Maintenance,
    RagBands,
    Route,
    RouteTarget,
    Rulebook,
    Thresholds,
)
from monitor.core.windows import AT_ONCE, Digest

_ENDS = (TransitionReason.RETIRED, TransitionReason.SUPERSEDED)


class Part(StrEnum):
    """The kinds of thing that a test can reach."""

    BAND = "band"
    LEVEL = "level"
    RECOVER = "recover"
    FOR = "for"
    UNTIL = "until"
    FLAPPING = "flapping"
    LATE = "late"
    ROUTE = "route"
    WHEN = "when"
    REMIND = "remind"
    ESCALATE = "escalate"
    INHIBITION = "inhibition"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True, order=True)
class CoverageItem:
    """One thing that a test can reach, and where it stands in the rule files."""

    part: Part
    of: str
    what: str
    position: Position


@dataclass(frozen=True, slots=True)
class Coverage:
    """All items of a rulebook in the order of its files, and those that were reached."""

    items: tuple[CoverageItem, ...]
    reached: frozenset[CoverageItem]

    @property
    def unreached(self) -> tuple[CoverageItem, ...]:
        """What no test reaches."""
        return tuple(item for item in self.items if item not in self.reached)

    @property
    def percent(self) -> float:
        """How much is reached, from 0 to 100; 100 where there is nothing to reach."""
        return 100 * (len(self.items) - len(self.unreached)) / len(self.items) if self.items else 100.0

    def of_part(self, part: Part) -> "Coverage":
        """The coverage of one kind of thing."""
        return Coverage(tuple(item for item in self.items if item.part is part), self.reached)


def coverage_of(rulebook: Rulebook, reached: Iterable[CoverageItem]) -> Coverage:
    """Compares what tests reached with all that there is."""
    items = sorted(set(_items(rulebook)), key=lambda item: (item.position, item))
    return Coverage(tuple(items), frozenset(reached))


def _items(rulebook: Rulebook) -> Iterator[CoverageItem]:
    for indicator in rulebook.indicators.values():
        yield from _of_indicator(indicator)
    for rule in rulebook.alerts.values():
        yield from _of_rule(rule)
    for route in rulebook.routes:
        yield from _of_route(route)
    yield from (_inhibition(each) for each in rulebook.inhibitions)
    yield from (_maintenance(each) for each in rulebook.maintenance)


def _of_route(route: Route) -> Iterator[CoverageItem]:
    for target in route.to:
        yield _target(route, target)
    if route.timing != AT_ONCE:
        yield _timing(route)
    if route.reminders is not None:
        yield _reminder(route)
    for step in route.escalations:
        for target in step.to:
            yield _escalation(route, step, target)


def _of_indicator(indicator: Indicator) -> Iterator[CoverageItem]:
    for entry in indicator.rag:
        for colour in _colours(entry.value):
            yield _band(indicator, entry.position, colour)
    if indicator.expected_within is not None and indicator.derivation is None:
        yield _late(indicator)


def _of_rule(rule: AlertRule) -> Iterator[CoverageItem]:
    for area in (None, *rule.overrides):
        yield from _of_thresholds(rule, area)
    if rule.retirement is not None:
        yield CoverageItem(Part.UNTIL, rule.id, str(rule.retirement.on), rule.position)
    if rule.flapping is not None:
        yield CoverageItem(Part.FLAPPING, rule.id, "", rule.position)


def _late(indicator: Indicator) -> CoverageItem:
    days = f"{indicator.expected_within} working days"
    return CoverageItem(Part.LATE, indicator.id, days, indicator.position)


def _colours(bands: RagBands) -> tuple[RagRating, ...]:
    amber = () if bands.amber is None else (RagRating.AMBER,)
    return (RagRating.GREEN, *amber, RagRating.RED)


def _band(indicator: Indicator, position: Position, colour: RagRating) -> CoverageItem:
    return CoverageItem(Part.BAND, indicator.id, colour.value, position)


def _of_thresholds(rule: AlertRule, area: str | None) -> Iterator[CoverageItem]:
    thresholds = rule.thresholds if area is None else rule.overrides[area]
    for level in thresholds.levels:
        # An override's inherited level stands where the rule's own does: it is the same item.
        own = _is_own(rule, thresholds, level.position)
        yield CoverageItem(Part.LEVEL, rule.id, _in(level.level.value, area if own else None), level.position)
    usual = rule.thresholds
    if thresholds.recover is not None:
        place = None if thresholds.recover == usual.recover else area
        yield CoverageItem(Part.RECOVER, rule.id, _in(str(thresholds.recover), place), rule.position)
    if thresholds.periods > 1:
        place = None if thresholds.periods == usual.periods else area
        yield CoverageItem(Part.FOR, rule.id, _in(f"{thresholds.periods} periods", place), rule.position)


def _is_own(rule: AlertRule, thresholds: Thresholds, position: Position) -> bool:
    inherited = {level.position for level in rule.thresholds.levels}
    return thresholds is not rule.thresholds and position not in inherited


def _in(what: str, area: str | None) -> str:
    return what if area is None else f"{what} in {area}"


def _target(route: Route, target: RouteTarget) -> CoverageItem:
    return CoverageItem(Part.ROUTE, route.id, _whom(target), target.position)


def _whom(target: RouteTarget) -> str:
    return target.role if target.role is not None else f"person {target.person}"


def _timing(route: Route) -> CoverageItem:
    what = "digest" if isinstance(route.timing, Digest) else "window"
    return CoverageItem(Part.WHEN, route.id, what, route.position)


def _reminder(route: Route) -> CoverageItem:
    return CoverageItem(Part.REMIND, route.id, "", route.position)


def _escalation(route: Route, step: Escalation, target: RouteTarget) -> CoverageItem:
    what = f"{_whom(target)} after {step.after} working day{'' if step.after == 1 else 's'}"
    return CoverageItem(Part.ESCALATE, route.id, what, step.position)


def _inhibition(inhibition: Inhibition) -> CoverageItem:
    return CoverageItem(Part.INHIBITION, inhibition.id, "", inhibition.position)


def _maintenance(planned: Maintenance) -> CoverageItem:
    return CoverageItem(Part.MAINTENANCE, planned.id, "", planned.position)


def reached_by_rating(indicator: Indicator, evaluation: Evaluation) -> Iterator[CoverageItem]:
    """What an expectation of a colour reached."""
    if evaluation.rag_position is not None and evaluation.rag in (
        RagRating.GREEN,
        RagRating.AMBER,
        RagRating.RED,
    ):
        yield _band(indicator, evaluation.rag_position, evaluation.rag)


def reached_by_alert(
    rule: AlertRule, area: Area, alert: Alert, last: Transition | None
) -> Iterator[CoverageItem]:
    """What an expectation of an alert's state and level reached. ``last``: its last transition."""
    own = area.name if area.name in rule.overrides else None
    thresholds = rule.thresholds_for(area)
    for item in _of_thresholds(rule, own):
        match item.part:
            case Part.LEVEL:
                fires = alert.state is AlertState.FIRING
                level = next(each for each in thresholds.levels if each.position == item.position)
                met = fires and alert.level is level.level
            case Part.RECOVER:
                met = last is not None and last.reason is TransitionReason.RECOVERED
                met = met and alert.state is AlertState.RESOLVED
            case _:
                met = alert.state is AlertState.PENDING
        if met:
            yield item
    if rule.retirement is not None and last is not None and last.reason in _ENDS:
        yield CoverageItem(Part.UNTIL, rule.id, str(rule.retirement.on), rule.position)
    if rule.flapping is not None and alert.flapping:
        yield CoverageItem(Part.FLAPPING, rule.id, "", rule.position)


def reached_by_lateness(rulebook: Rulebook, alert: Alert) -> Iterator[CoverageItem]:
    """What an expectation that a figure is late reached."""
    indicator = rulebook.indicators.get(late_indicator(alert.rule) or "")
    if indicator is not None and alert.state is AlertState.FIRING:
        yield _late(indicator)


def reached_by_telling(
    rulebook: Rulebook, decision: Decision, *, is_timed: bool = False
) -> Iterator[CoverageItem]:
    """What an expectation that somebody is told reached. ``is_timed``: it said in which minute or digest."""
    for route in rulebook.routes:
        if route.id != decision.route:
            continue
        if decision.kind is NoticeKind.ESCALATED:
            for step in route.escalations:
                yield from (_escalation(route, step, each) for each in step.to if _is_meant(each, decision))
        else:
            yield from (_target(route, each) for each in route.to if _is_meant(each, decision))
        if decision.kind is NoticeKind.REMINDER and route.reminders is not None:
            yield _reminder(route)
        if is_timed and route.timing != AT_ONCE:
            yield _timing(route)


def _is_meant(target: RouteTarget, decision: Decision) -> bool:
    person = decision.recipient.id if decision.recipient is not None else None
    return target.role == decision.role and target.person in (None, person)


def reached_by_holding(rulebook: Rulebook, decision: Decision) -> Iterator[CoverageItem]:
    """What an expectation that somebody is not told yet reached: what keeps it from them."""
    match decision.reason:
        case TellReason.WINDOW | TellReason.DIGEST:
            yield from (_timing(each) for each in rulebook.routes if timing_note(each.id) == decision.note)
        case TellReason.INHIBITED:
            yield from (
                _inhibition(each)
                for each in rulebook.inhibitions
                if decision.note.endswith(inhibition_note(each.id))
            )
        case TellReason.MAINTENANCE:
            yield from (
                _maintenance(each)
                for each in rulebook.maintenance
                if maintenance_note(each.id) == decision.note
            )
        case _:
            pass
