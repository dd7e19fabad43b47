"""``alerts:`` of the rule files to alert rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.conditions import Kind
from monitor.core.dated import EVERYWHERE
from monitor.core.rulebook import LEVELS, AlertRule, Level, LevelCondition, Retirement, Thresholds
from monitor.core.statistics.flapping import FlappingRule
from monitor.rulebook.condition_texts import WrittenCondition, alert_names, read_condition
from monitor.rulebook.dated_values import scope_of
from monitor.rulebook.fields import Fields, distinct, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown
from monitor.rulebook.scopes import read_area
from monitor.rulebook.vocabulary.alerts import (
    ALERT,
    EFFECTIVE,
    FLAPPING,
    OVERRIDE,
    PERCENT_OF_FLAPPING,
    PLACES_OF_FLAPPING,
    UsualFlapping,
)
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Scalar

ALERT_KEYS: Final = ALERT.names
OVERRIDE_KEYS: Final = OVERRIDE.names


@dataclass(frozen=True, slots=True)
class WrittenThresholds:
    """Levels and recovery limit, and where they are written."""

    levels: Mapping[Level, WrittenCondition]
    recover: WrittenCondition | None
    periods: int

    def thresholds(self) -> Thresholds:
        """Returns the thresholds, their levels from the least severe to the most."""
        levels = tuple(
            LevelCondition(level, self.levels[level].condition, self.levels[level].span.position)
            for level in LEVELS
            if level in self.levels
        )
        return Thresholds(levels, self.recover.condition if self.recover else None, self.periods)

    def conditions(self) -> tuple[WrittenCondition, ...]:
        """Returns every condition, the levels first."""
        return (*self.levels.values(), *([self.recover] if self.recover else []))


@dataclass(frozen=True, slots=True)
class WrittenAlert:
    """An alert rule, and where its parts are written. ``spans`` are those of its keys.

    ``faulty`` are the keys under which something could not be read: what is missing there says nothing.
    """

    rule: AlertRule
    thresholds: WrittenThresholds
    overrides: Mapping[str, WrittenThresholds]
    key: Span
    indicator: Scalar
    spans: Mapping[str, Span]
    faulty: frozenset[str]


def read_alert(
    definition: Definition, units: Mapping[str, str], areas: AreaTree, log: ProblemLog
) -> WrittenAlert | None:
    """Returns the alert rule, None where nothing of it can be read or it watches nothing.

    ``units`` maps the indicators that are there to their units. Where a value is missing or wrong, which is
    noted, a neutral one stands in, so that the rest can be checked.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"alert rule {definition.id}", at, ALERT_KEYS, log)
    return None if fields is None else _alert(definition, fields, units, areas)


def _alert(
    definition: Definition, fields: Fields, units: Mapping[str, str], areas: AreaTree
) -> WrittenAlert | None:
    indicator = fields.scalar("indicator", required=True)
    names = alert_names(units.get(indicator.text) if indicator else None)
    title, action = fields.text("title", required=True), fields.text("action", required=True)
    reference = fields.text("reference", required=True)
    errors = fields.log.errors
    scope = scope_of(fields, areas, required=True) or EVERYWHERE
    start, retirement = _effective(fields)
    faulty = frozenset(["areas", "effective"] if fields.log.errors > errors else [])
    thresholds = _thresholds(fields, names)
    overrides = _overrides(fields, names, thresholds, areas)
    if indicator is None:
        return None
    rule = AlertRule(
        id=definition.id,
        title=title or "",
        indicator=indicator.text,
        scope=scope,
        start=start,
        retirement=retirement,
        thresholds=thresholds.thresholds(),
        overrides={area: override.thresholds() for area, override in overrides.items()},
        action=action or "",
        reference=reference or "",
        position=definition.key.span.position,
        flapping=_flapping(fields),
    )
    spans = {key: fields.span(key) for key in ALERT_KEYS}
    return WrittenAlert(rule, thresholds, overrides, definition.key.span, indicator, spans, faulty)


def _effective(fields: Fields) -> tuple[date | None, Retirement | None]:
    inner = fields.mapping("effective", EFFECTIVE.names)
    if inner is None:
        return None, None
    start, until, successor = inner.day("from"), inner.day("until"), inner.text("superseded_by")
    if inner.has("superseded_by") and not inner.has("until"):
        inner.log.note("LIM218", inner.span("superseded_by"), "superseded_by is given without until")
    if start and until and until <= start:
        inner.log.note("LIM201", inner.span("until"), f"until {until} is not after from {start}")
    return start, Retirement(until, successor) if until else None


def _flapping(fields: Fields) -> FlappingRule | None:
    node, usual = fields.node("flapping"), FlappingRule()
    if node is None:
        return None
    if not isinstance(node, MappingNode):
        return usual if fields.word("flapping", UsualFlapping) else None
    inner = fields.mapping("flapping", FLAPPING.names)
    if inner is None:
        return None
    places = inner.whole_number("figures", fewest=PLACES_OF_FLAPPING[0], most=PLACES_OF_FLAPPING[1])
    fewest, most = PERCENT_OF_FLAPPING
    high, low = (inner.whole_number(key, fewest=fewest, most=most) for key in ("high", "low"))
    found = FlappingRule(places or usual.places, Fraction(high or usual.high), Fraction(low or usual.low))
    if found.low > found.high:
        message = f"flapping begins above {found.high} percent and ends below {found.low}"
        inner.log.note("LIM821", inner.span("low") if inner.has("low") else inner.span("high"), message)
    return found


def _thresholds(fields: Fields, names: Mapping[str, Kind]) -> WrittenThresholds:
    levels = _levels(fields, names, required=True)
    return WrittenThresholds(levels, _recover(fields, names), fields.periods("for") or 1)


def _levels(fields: Fields, names: Mapping[str, Kind], *, required: bool) -> Mapping[Level, WrittenCondition]:
    """The sound levels by severity."""
    node = fields.node("levels", required=required)
    inner = None if node is None else fields_of(node, "levels", fields.span("levels"), Level, fields.log)
    if inner is None:
        return {}
    if inner.is_empty:
        hint = "give at least one, such as warning: value > 85"
        fields.log.note("LIM113", fields.span("levels"), "levels is empty", hint)
    scalars = {level: inner.scalar(level) for level in LEVELS}
    read = {
        level: read_condition(node, names, fields.log) for level, node in scalars.items() if node is not None
    }
    return {level: condition for level, condition in read.items() if condition is not None}


def _recover(fields: Fields, names: Mapping[str, Kind]) -> WrittenCondition | None:
    node = fields.scalar("recover")
    return None if node is None else read_condition(node, names, fields.log)


def _overrides(
    fields: Fields, names: Mapping[str, Kind], thresholds: WrittenThresholds, areas: AreaTree
) -> Mapping[str, WrittenThresholds]:
    """The whole thresholds of each area with an override."""
    node, log = fields.node("overrides"), fields.log
    if node is None:
        return {}
    if not isinstance(node, MappingNode):
        hint = "write the area's name, and levels, recover or for beneath it"
        log.note("LIM108", node.span, "overrides is not a mapping of area names", hint)
        return {}
    found: dict[str, WrittenThresholds] = {}
    for key, value in distinct(node, log).values():
        area = read_area(key, areas, log)
        inner = fields_of(value, f"the override for {shown(key.text)}", key.span, OVERRIDE_KEYS, log)
        if area is not None and area.name in found:
            log.note("LIM220", key.span, f"there is an override for {area.name} already")
        if inner is not None:
            merged = _override(inner, names, thresholds)
            if area is not None:
                found.setdefault(area.name, merged)
    return found


def _override(inner: Fields, names: Mapping[str, Kind], thresholds: WrittenThresholds) -> WrittenThresholds:
    """An override merged over the rule's own thresholds: a level given replaces, the rest stay.

    What is given and cannot be read is left out: the rule's own limit is not what is meant there.
    """
    if inner.is_empty:
        inner.log.note("LIM221", inner.at, f"{inner.what} changes nothing")
    given = inner.node("levels")
    keys = {key.text for key, _ in given.entries} if isinstance(given, MappingNode) else set()
    kept = {level: condition for level, condition in thresholds.levels.items() if level not in keys}
    recover = _recover(inner, names) if inner.has("recover") else thresholds.recover
    levels = {**kept, **_levels(inner, names, required=False)}
    return WrittenThresholds(levels, recover, inner.periods("for") or thresholds.periods)
