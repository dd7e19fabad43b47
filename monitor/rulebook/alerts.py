"""``alerts:`` of the rule files to alert rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from monitor.core.areas import AreaTree
from monitor.core.conditions import Kind
from monitor.core.rulebook import LEVELS, AlertRule, Level, LevelCondition, Retirement, Thresholds
from monitor.rulebook.condition_texts import WrittenCondition, alert_names, read_condition
from monitor.rulebook.dated_values import scope_of
from monitor.rulebook.fields import Fields, distinct, fields_of
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.scalars import shown
from monitor.rulebook.scopes import read_area
from monitor.rulebook.yaml_nodes import Mapping as MappingNode
from monitor.rulebook.yaml_nodes import Scalar

ALERT_KEYS: Final = (
    "title", "indicator", "areas", "effective", "levels", "recover", "for", "overrides", "action",
    "reference",
)  # fmt: skip
OVERRIDE_KEYS: Final = ("levels", "recover", "for")


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
    """An alert rule, and where its parts are written. ``spans`` are those of its keys."""

    rule: AlertRule
    thresholds: WrittenThresholds
    overrides: Mapping[str, WrittenThresholds]
    key: Span
    indicator: Scalar
    spans: Mapping[str, Span]


@dataclass(frozen=True, slots=True)
class _Effective:
    start: date | None = None
    retirement: Retirement | None = None


def read_alert(
    definition: Definition, units: Mapping[str, str | None], areas: AreaTree, log: ProblemLog
) -> WrittenAlert | None:
    """Returns the alert rule; None, with every problem noted, where it has an error.

    ``units`` maps the id of every indicator that is defined anywhere to its unit, None where it has an error.
    """
    at = definition.key.span
    fields = fields_of(definition.node, f"alert rule {definition.id}", at, ALERT_KEYS, log)
    return None if fields is None else _alert(definition, fields, units, areas)


def _alert(
    definition: Definition, fields: Fields, units: Mapping[str, str | None], areas: AreaTree
) -> WrittenAlert | None:
    log = fields.log
    indicator = fields.scalar("indicator", required=True)
    names = alert_names(units.get(indicator.text) if indicator else None)
    title, action = fields.text("title", required=True), fields.text("action", required=True)
    reference = fields.text("reference", required=True)
    scope = scope_of(fields, areas, required=True)
    effective = _effective(fields)
    thresholds = _thresholds(fields, names)
    overrides = _overrides(fields, names, thresholds, areas, log)
    if indicator is None or scope is None or effective is None or thresholds is None or overrides is None:
        return None
    if title is None or action is None or reference is None:
        return None
    rule = AlertRule(
        id=definition.id,
        title=title,
        indicator=indicator.text,
        scope=scope,
        start=effective.start,
        retirement=effective.retirement,
        thresholds=thresholds.thresholds(),
        overrides={area: override.thresholds() for area, override in overrides.items()},
        action=action,
        reference=reference,
        position=definition.key.span.position,
    )
    spans = {key: fields.span(key) for key in ALERT_KEYS}
    return WrittenAlert(rule, thresholds, overrides, definition.key.span, indicator, spans)


def _effective(fields: Fields) -> _Effective | None:
    if not fields.has("effective"):
        return _Effective()
    inner = fields.mapping("effective", ("from", "until", "superseded_by"))
    if inner is None:
        return None
    start, until, successor = inner.day("from"), inner.day("until"), inner.text("superseded_by")
    if inner.has("superseded_by") and not inner.has("until"):
        inner.log.note("LIM218", inner.span("superseded_by"), "superseded_by is given without until")
    if start and until and until <= start:
        inner.log.note("LIM201", inner.span("until"), f"until {until} is not after from {start}")
    if (start is None and inner.has("from")) or (until is None and inner.has("until")):
        return None
    return _Effective(start, Retirement(until, successor) if until else None)


def _thresholds(fields: Fields, names: Mapping[str, Kind]) -> WrittenThresholds | None:
    levels = _levels(fields, names, required=True)
    recover, periods = _recover(fields, names), _periods(fields, 1)
    failed = fields.has("recover") and recover is None
    return None if not levels or failed or periods is None else WrittenThresholds(levels, recover, periods)


def _levels(
    fields: Fields, names: Mapping[str, Kind], *, required: bool
) -> Mapping[Level, WrittenCondition] | None:
    """The levels by severity; None where one of them has an error, or none is there and some are needed."""
    node = fields.node("levels", required=required)
    if node is None:
        return None if required or fields.has("levels") else {}
    inner = fields_of(node, "levels", fields.span("levels"), tuple(Level), fields.log)
    if inner is None:
        return None
    given = [level for level in LEVELS if inner.has(level)]
    if not given and isinstance(node, MappingNode) and not node.entries:
        fields.log.note(
            "LIM113",
            fields.span("levels"),
            "levels is empty",
            "give at least one, such as warning: value > 85",
        )
    read: dict[Level, WrittenCondition] = {}
    for level in given:
        scalar = inner.scalar(level)
        condition = None if scalar is None else read_condition(scalar, names, fields.log)
        if condition is not None:
            read[level] = condition
    return read if given and len(read) == len(given) else None


def _recover(fields: Fields, names: Mapping[str, Kind]) -> WrittenCondition | None:
    node = fields.scalar("recover")
    return None if node is None else read_condition(node, names, fields.log)


def _periods(fields: Fields, default: int) -> int | None:
    return fields.periods("for") if fields.has("for") else default


def _overrides(
    fields: Fields,
    names: Mapping[str, Kind],
    thresholds: WrittenThresholds | None,
    areas: AreaTree,
    log: ProblemLog,
) -> Mapping[str, WrittenThresholds] | None:
    """The whole thresholds of each area with an override; None where one has an error."""
    node = fields.node("overrides")
    if node is None:
        return None if fields.has("overrides") else {}
    if not isinstance(node, MappingNode):
        hint = "write the area's name, and levels, recover or for beneath it"
        log.note("LIM108", node.span, "overrides is not a mapping of area names", hint)
        return None
    found: dict[str, WrittenThresholds] = {}
    sound = True
    for key, value in distinct(node, log).values():
        area = read_area(key, areas, log)
        inner = fields_of(value, f"the override for {shown(key.text)}", key.span, OVERRIDE_KEYS, log)
        merged = None if inner is None else _override(inner, names, thresholds)
        if area is not None and area.name in found:
            log.note("LIM220", key.span, f"there is an override for {area.name} already")
        if area is None or merged is None:
            sound = False
        else:
            found.setdefault(area.name, merged)
    return found if sound else None


def _override(
    inner: Fields, names: Mapping[str, Kind], thresholds: WrittenThresholds | None
) -> WrittenThresholds | None:
    if not any(inner.has(key) for key in OVERRIDE_KEYS):
        inner.log.note("LIM221", inner.at, f"{inner.what} changes nothing")
    levels = _levels(inner, names, required=False)
    recover = _recover(inner, names)
    periods = _periods(inner, thresholds.periods if thresholds else 1)
    failed = levels is None or (inner.has("recover") and recover is None)
    if thresholds is None or failed or periods is None or levels is None:
        return None
    return WrittenThresholds({**thresholds.levels, **levels}, recover or thresholds.recover, periods)
