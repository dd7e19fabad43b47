"""What differs between two rulebooks, rule by rule, in the words of the rule files."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, TypeVar

from monitor.core.areas import Area, AreaTree
from monitor.core.conditions import Amount, Condition
from monitor.core.dated import Dated, Scope
from monitor.core.observations import MICRO
from monitor.core.positions import Position
from monitor.core.rulebook import (
    AlertRule,
    Benchmarks,
    Indicator,
    Inhibition,
    Limits,
    Maintenance,
    NeighbourFigure,
    NeighbourSet,
    Profile,
    RagBands,
    Retirement,
    Route,
    Rulebook,
    Thresholds,
)
from monitor.core.windows import AT_ONCE
from monitor.rulebook.timing_words import (
    escalation_words,
    inhibition_parts,
    maintenance_parts,
    match_parts,
    plausibility_words,
    reminder_words,
    target_words,
    timing_words,
)

R = TypeVar("R", Route, Inhibition, Maintenance)

Words = Mapping[str, str]
"""What a rule says: the name of each part, as in a rule file, and its value."""

_NOT_SAID: Final = frozenset({"id", "position", "thresholds", "overrides", "plausibility"})
_NAMES: Final = {"start": "from", "scope": "areas", "retirement": "retired", "counts_people": "counts people"}


class Edit(StrEnum):
    """What was done to a rule."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class PartChange:
    """One part of a rule, such as a level's condition. None: it says nothing of that."""

    part: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule that differs. ``kind`` is what it is; ``parts`` are all of an edited one's that differ."""

    kind: str
    id: str
    edit: Edit
    parts: tuple[PartChange, ...]
    position: Position


Rule = Indicator | AlertRule | Route | NeighbourSet | Inhibition | Maintenance
Rules = (
    Mapping[str, Indicator]
    | Mapping[str, AlertRule]
    | Mapping[str, Route]
    | Mapping[str, NeighbourSet]
    | Mapping[str, Inhibition]
    | Mapping[str, Maintenance]
)


def differences(old: Rulebook, new: Rulebook, areas: AreaTree) -> tuple[Difference, ...]:
    """Returns what was added, removed and edited; where it stands in a file is no difference.

    Of an area that an alert rule treats on its own, before or after, it is shown what holds for it.
    """
    kinds: tuple[tuple[str, Rules, Rules], ...] = (
        ("indicator", old.indicators, new.indicators),
        ("neighbours", old.neighbour_sets, new.neighbour_sets),
        ("alert", old.alerts, new.alerts),
        ("route", _by_id(old.routes), _by_id(new.routes)),
        ("inhibition", _by_id(old.inhibitions), _by_id(new.inhibitions)),
        ("maintenance", _by_id(old.maintenance), _by_id(new.maintenance)),
    )
    return tuple(found for kind, before, after in kinds for found in _differing(kind, before, after, areas))


def _by_id(rules: Iterable[R]) -> dict[str, R]:
    return {each.id: each for each in rules}


def _differing(kind: str, old: Rules, new: Rules, areas: AreaTree) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        apart = _treated_apart(before, after, areas)
        was, now = _words(before, apart, areas), _words(after, apart, areas)
        changes = tuple(
            PartChange(part, was.get(part), now.get(part))
            for part in dict.fromkeys([*was, *now])
            if was.get(part) != now.get(part)
        )
        present = after or before
        if present is None or (before and after and not changes):
            continue
        edit = Edit.EDITED if before and after else Edit.ADDED if after else Edit.REMOVED
        yield Difference(kind, key, edit, changes, present.position)


def _treated_apart(before: Rule | None, after: Rule | None, areas: AreaTree) -> list[Area]:
    names = [name for each in (before, after) if isinstance(each, AlertRule) for name in each.overrides]
    return [area for name in dict.fromkeys(names) if (area := areas.find(name)) is not None]


def _words(rule: Rule | None, apart: Iterable[Area], areas: AreaTree) -> Words:
    match rule:
        case None:
            return {}
        case Route():
            return dict(_route_parts(rule, areas))
        case Inhibition():
            return dict(inhibition_parts(rule, areas))
        case Maintenance():
            return dict(maintenance_parts(rule, areas))
        case _:
            return _fields_said(rule, apart)


def _fields_said(rule: Indicator | AlertRule | NeighbourSet, apart: Iterable[Area]) -> Words:
    said: dict[str, str] = {}
    for field in fields(rule):
        value = getattr(rule, field.name)
        if field.name not in _NOT_SAID and value not in (None, (), {}):
            said |= _part(_NAMES.get(field.name, field.name.replace("_", " ")), value)
    if isinstance(rule, AlertRule):
        said |= _thresholds(rule.thresholds, "")
        for area in apart:
            if rule.covers(area):
                said |= _thresholds(rule.thresholds_for(area), f"{area.name}: ")
    elif isinstance(rule, Indicator) and rule.plausibility is not None:
        said["plausible"] = plausibility_words(rule.plausibility)
    return said


def _route_parts(route: Route, areas: AreaTree) -> Iterator[tuple[str, str]]:
    yield from match_parts(route.match, areas)
    yield "to", target_words(route.to)
    if route.timing != AT_ONCE:
        yield "when", timing_words(route.timing)
    if route.reminders is not None:
        yield "remind", reminder_words(route.reminders)
    if route.escalations:
        yield "escalate", escalation_words(route.escalations)


def _thresholds(thresholds: Thresholds, prefix: str) -> dict[str, str]:
    said = {f"{prefix}{each.level}": str(each.condition) for each in thresholds.levels}
    if thresholds.recover is not None:
        said[f"{prefix}recover"] = str(thresholds.recover)
    said[f"{prefix}for"] = f"{thresholds.periods} period{'' if thresholds.periods == 1 else 's'}"
    return said


def _part(name: str, value: object) -> dict[str, str]:
    """A part, or one for each dated entry of it."""
    if isinstance(value, tuple) and value and all(isinstance(entry, Dated) for entry in value):
        return {part: said for entry in value for part, said in _entry(f"{name} {_when(entry)}", entry)}
    return {name: _said(value)}


def _when(entry: Dated[Any]) -> str:
    ends = f" until {entry.until}" if entry.until else ""
    return f"from {entry.start}{ends}" + (f" for {entry.scope}" if entry.scope != Scope() else "")


def _entry(name: str, entry: Dated[Any]) -> Iterator[tuple[str, str]]:
    """A dated entry's value, or one for each part of it, and its reference."""
    if isinstance(entry.value, RagBands | Limits | Benchmarks):
        for each in fields(entry.value):
            part = getattr(entry.value, each.name)
            if part is not None:
                yield f"{name}, {each.name}", _said(part, in_millionths=isinstance(part, int))
    else:
        yield name, _said(entry.value, in_millionths=True)
    if entry.reference:
        yield f"{name}, reference", entry.reference


def _said(value: object, *, in_millionths: bool = False) -> str:
    """A value as text; ``in_millionths``: a whole number is an amount in millionths of its unit."""
    match value:
        case None | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case StrEnum():
            return value.value
        case int() if in_millionths:
            return f"{(Decimal(value) / MICRO).normalize() + Decimal(0):f}"
        case Condition() | Amount() | Scope() | date() | str() | int():
            return str(value)  # a condition's is its canonical spelling
        case _:
            return _said_of_many(value, in_millionths=in_millionths)


def _said_of_many(value: object, *, in_millionths: bool) -> str:
    match value:
        case Retirement():
            return f"on {value.on}" + (
                f", superseded by {value.superseded_by}" if value.superseded_by else ""
            )
        case NeighbourFigure():
            return f"{value.statistic} of {value.set}, at least {value.minimum}"
        case Profile():
            digest = hashlib.sha256(repr(sorted(value.amounts.items(), key=repr)).encode()).hexdigest()[:8]
            return f"a table of {len(value.amounts):,} amounts ({digest})"
        case frozenset() | tuple():
            said = [_said(each) for each in value]
            return ", ".join(said if isinstance(value, tuple) else sorted(said))
        case Mapping():
            return "; ".join(f"{key}: {_said(each)}" for key, each in value.items())
        case Dated():
            return f"{_when(value)}: {_said(value.value)}"
        case _ if is_dataclass(value):
            return _said_of_fields(value, in_millionths=in_millionths)
        case _:
            return str(value)


def _said_of_fields(value: Any, *, in_millionths: bool) -> str:
    parts = {each.name: getattr(value, each.name) for each in fields(value) if each.name != "position"}
    return ", ".join(
        f"{name.replace('_', ' ')} {_said(part, in_millionths=in_millionths and isinstance(part, int))}"
        for name, part in parts.items()
        if part not in (None, ())
    )
