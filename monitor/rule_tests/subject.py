"""What a test is about: the indicator, alert rule and areas that its lines mean unless they name others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from monitor.core.areas import Area
from monitor.core.freshness import lateness_of
from monitor.core.plausibility import fault_of, says_anything
from monitor.core.rulebook import AlertRule, Indicator
from monitor.rule_tests.keys import ABOUT_KEYS
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, items
from monitor.rulebook.scopes import read_area
from monitor.rulebook.suggestions import did_you_mean
from monitor.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Watch:
    """What alerts of one id are about: an alert rule, or (``rule`` None) lateness or faults of the data."""

    id: str
    indicator: Indicator
    rule: AlertRule | None

    def covers(self, area: Area) -> bool:
        """Says whether there can be such an alert for ``area``."""
        return self.rule is None or self.rule.covers(area)


def watches(world: World) -> dict[str, Watch]:
    """Returns all that alerts can be about, by their id: rules, ``late:`` and ``fault:`` indicators."""
    book = world.rulebook
    rules = {rule.id: Watch(rule.id, world.indicator_of(rule), rule) for rule in book.alerts.values()}
    expected = [each for each in book.indicators.values() if each.expected_within is not None]
    late = {lateness_of(each.id): Watch(lateness_of(each.id), each, None) for each in expected}
    doubted = [each for each in book.indicators.values() if says_anything(each.plausibility)]
    return rules | late | {fault_of(each.id): Watch(fault_of(each.id), each, None) for each in doubted}


@dataclass(frozen=True, slots=True)
class Subject:
    """The world, and what lines mean that do not say it themselves."""

    world: World
    indicator: Indicator | None = None
    watch: Watch | None = None
    areas: tuple[str, ...] = ()

    def read_indicator(self, fields: Fields) -> Indicator | None:
        """Returns the indicator under ``indicator``, else that of the test."""
        if self.indicator is not None and not fields.has("indicator"):
            return self.indicator
        return _read_indicator(fields, self.world, required=True)

    def read_watch(self, fields: Fields, *, required: bool) -> Watch | None:
        """Returns what ``alert`` names, else what that of the test does."""
        if self.watch is not None and not fields.has("alert"):
            return self.watch
        return _read_watch(fields, self.world, required=required)

    def read_areas(self, fields: Fields, *, required: bool) -> tuple[str, ...]:
        """Returns the names of the areas under ``area``, one or a list of them, else those of the test."""
        if self.areas and not fields.has("area"):
            return self.areas
        return _read_areas(fields, self.world, required=required)


def read_subject(fields: Fields, world: World) -> Subject:
    """Returns what stands under ``about`` of a test; without an indicator that of the alert rule is meant."""
    inner = fields.mapping("about", ABOUT_KEYS) if fields.has("about") else None
    if inner is None:
        return Subject(world)
    watch = _read_watch(inner, world, required=False)
    indicator = _read_indicator(inner, world, required=False)
    if indicator is None and watch is not None and not inner.has("indicator"):
        indicator = watch.indicator
    return Subject(world, indicator, watch, _read_areas(inner, world, required=False))


def _read_indicator(fields: Fields, world: World, *, required: bool) -> Indicator | None:
    return _known(fields, "indicator", world.rulebook.indicators, "LIM402", required=required)


def _read_watch(fields: Fields, world: World, *, required: bool) -> Watch | None:
    return _known(fields, "alert", watches(world), "LIM408", required=required)


def _known(fields: Fields, key: str, there: Mapping[str, T], code: str, *, required: bool) -> T | None:
    node = fields.scalar(key, required=required)
    if node is None:
        return None
    found = there.get(node.text)
    if found is None:
        hint = did_you_mean(node.text, there, fields.log)
        kind = "alert rule" if key == "alert" else key
        fields.log.note(code, node.span, f"there is no {kind} {scalars.shown(node.text)}", hint)
    return found


def _read_areas(fields: Fields, world: World, *, required: bool) -> tuple[str, ...]:
    node = fields.node("area", required=required)
    found: dict[str, None] = {}
    for item in () if node is None else items(node):
        word = scalars.scalar(item, "area", fields.log)
        area = None if word is None else read_area(word, world.areas, fields.log)
        if area is not None:
            found[area.name] = None
    return tuple(found)
