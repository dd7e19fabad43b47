"""A hash of everything that a judgement depends on, so that an edit of one rule concerns that rule alone.

Left out is what only people read: titles, definitions in words, sources, references, actions, places in
files, and how conditions are spaced.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from monitor.core.conditions import Amount, Condition
from monitor.core.dated import Dated, Scope
from monitor.core.derivation import Denominator, Derivation
from monitor.core.rulebook import (
    AlertRule,
    Benchmarks,
    Indicator,
    Limits,
    NeighbourFigure,
    NeighbourSet,
    Profile,
    RagBands,
    Retirement,
    TargetValue,
    Thresholds,
)
from monitor.core.statistics.flapping import FlappingRule


def fingerprints(
    indicators: Mapping[str, Indicator],
    alerts: Mapping[str, AlertRule],
    neighbour_sets: Mapping[str, NeighbourSet],
) -> dict[str, str]:
    """Returns the SHA-256, in hexadecimal, of each indicator and alert rule by its id.

    An alert rule's takes in its indicator's; an indicator's the sets of neighbours and the tables that it
    is compared with.
    """
    sets = {key: _digest(sorted(each.neighbours.items())) for key, each in neighbour_sets.items()}
    found = {key: _digest(_indicator(indicator, sets)) for key, indicator in indicators.items()}
    return found | {key: _digest([_alert(rule), found[rule.indicator]]) for key, rule in alerts.items()}


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _indicator(indicator: Indicator, sets: Mapping[str, str]) -> dict[str, Any]:
    return {
        "scale": indicator.scale,
        "unit": indicator.unit,
        "decimals": indicator.decimals,
        "basis": indicator.basis,
        "frequency": indicator.frequency,
        "polarity": indicator.polarity,
        "targets": [_dated(entry, _target(entry.value)) for entry in indicator.targets],
        "limits": [_dated(entry, _limits(entry.value)) for entry in indicator.limits],
        "benchmarks": [_dated(entry, _benchmarks(entry.value, sets)) for entry in indicator.benchmarks],
        "rebases": [_dated(entry, None) for entry in indicator.rebases],
        "rag": [_dated(entry, _bands(entry.value)) for entry in indicator.rag],
        "direction": [indicator.direction.method, indicator.direction.figures],
        "retirement": _retirement(indicator.retirement),
        "derivation": _derivation(indicator.derivation),
        "expected_within": indicator.expected_within,
    }


def _alert(rule: AlertRule) -> dict[str, Any]:
    return {
        "indicator": rule.indicator,
        "scope": _scope(rule.scope),
        "start": str(rule.start),
        "retirement": _retirement(rule.retirement),
        "thresholds": _thresholds(rule.thresholds),
        "overrides": {area: _thresholds(each) for area, each in rule.overrides.items()},
        "flapping": _flapping(rule.flapping),
    }


def _dated(entry: Dated[Any], value: Any) -> list[Any]:
    return [value, str(entry.start), str(entry.until), _scope(entry.scope)]


def _target(target: TargetValue) -> Any:
    if isinstance(target, Amount):
        return str(target)
    if isinstance(target, Profile):
        return sorted([area or "", str(end), amount] for (area, end), amount in target.amounts.items())
    return target


def _limits(limits: Limits) -> list[int | None]:
    return [limits.lower, limits.upper, limits.learnt.figures if limits.learnt else None]


def _benchmarks(benchmarks: Benchmarks, sets: Mapping[str, str]) -> list[Any]:
    asked: Any = benchmarks.neighbours
    if isinstance(asked, NeighbourFigure):
        asked = [sets[asked.set], asked.statistic, asked.minimum]
    return [asked, benchmarks.region, benchmarks.england]


def _derivation(derivation: Derivation | None) -> list[Any] | None:
    if derivation is None:
        return None
    below = [_dated(entry, _denominator(entry.value)) for entry in derivation.denominators]
    added = derivation.frequency if derivation.is_total else None
    return [derivation.method, derivation.of, below, derivation.figures, added]


def _denominator(denominator: Denominator) -> list[Any]:
    return [denominator.indicator, denominator.latest]


def _flapping(rule: FlappingRule | None) -> list[Any] | None:
    return None if rule is None else [rule.places, str(rule.high), str(rule.low)]


def _bands(bands: RagBands) -> list[str | None]:
    return [_condition(bands.green), _condition(bands.amber), _condition(bands.red)]


def _thresholds(thresholds: Thresholds) -> list[Any]:
    levels = [[each.level, _condition(each.condition)] for each in thresholds.levels]
    return [levels, _condition(thresholds.recover), thresholds.periods]


def _condition(condition: Condition | None) -> str | None:
    return None if condition is None else str(condition)


def _scope(scope: Scope) -> list[list[str]]:
    return [sorted(scope.names), sorted(scope.types)]


def _retirement(retirement: Retirement | None) -> list[str | None] | None:
    return None if retirement is None else [str(retirement.on), retirement.superseded_by]
