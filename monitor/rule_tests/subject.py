"""What a test is about: the indicator, alert rule and areas that its lines mean unless they name others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from monitor.core.areas import Area
from monitor.core.freshness import lateness_of
from monitor.core.plausibility import fault_of, says_anything
from monitor.core.rulebook import AlertRule, Indicator
from monitor.rule_tests.keys import ABOUT_KEYS
from monitor.rulebook import scalars
from monitor.rulebook.fields import Fields, items
from monitor.rulebook.scopes import read_area
from monitor.rulebook.suggestions import did_you_mean, nearest
from monitor.rulebook.yaml_nodes import Scalar
from monitor.world import World

T = TypeVar("T")

_ABOUT: Final = frozenset(ABOUT_KEYS)
_NAMED: Final = {"indicator": ("LIM402", "indicator"), "alert": ("LIM408", "alert rule")}


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
    """The world, and what lines mean that do not say it themselves.

    ``unread`` are the keys under which the test says it, and wrongly. That was noted there: a line without
    such a key is not at fault.
    """

    world: World
    indicator: Indicator | None = None
    watch: Watch | None = None
    areas: tuple[str, ...] = ()
    unread: frozenset[str] = frozenset()

    def read_indicator(self, fields: Fields) -> Indicator | None:
        """Returns the indicator under ``indicator``, else that of the test."""
        if not fields.has("indicator") and (self.indicator is not None or "indicator" in self.unread):
            return self.indicator
        return _known(fields, "indicator", self.world.rulebook.indicators, required=True)

    def read_watch(self, fields: Fields, *, required: bool) -> Watch | None:
        """Returns what ``alert`` names, else what that of the test does."""
        if not fields.has("alert") and (self.watch is not None or "alert" in self.unread):
            return self.watch
        return _known(fields, "alert", watches(self.world), required=required)

    def read_areas(self, fields: Fields, *, required: bool) -> tuple[str, ...]:
        """Returns the names of the areas under ``area``, one or a list of them, else those of the test."""
        if not fields.has("area") and (self.areas or "area" in self.unread):
            return self.areas
        return _read_areas(fields, self.world, required=required)

    def has_area(self, fields: Fields) -> bool:
        """Says whether an area is given in the line or for the test, be it there or not."""
        return fields.means("area") or bool(self.areas) or "area" in self.unread


def read_subject(fields: Fields, world: World) -> Subject:
    """Returns what stands under ``about`` of a test; without an indicator that of the alert rule is meant.

    Where a name has a slip in it, which is noted, what was probably meant stands in, so that the rest of the
    test can be checked.
    """
    if not fields.has("about"):
        return Subject(world, unread=_ABOUT if fields.is_misspelt("about") else frozenset())
    inner = fields.mapping("about", ABOUT_KEYS)
    if inner is None:
        return Subject(world, unread=_ABOUT)
    alerts, indicators = watches(world), world.rulebook.indicators
    watch = _known(inner, "alert", alerts) or _meant(inner, "alert", alerts)
    indicator = _known(inner, "indicator", indicators) or _meant(inner, "indicator", indicators)
    if indicator is None and watch is not None and not inner.has("indicator"):
        indicator = watch.indicator
    unread = {key for key in _ABOUT if inner.means(key)}
    if "alert" in unread:
        unread.add("indicator")
    return Subject(world, indicator, watch, _read_areas(inner, world, required=False), frozenset(unread))


def _known(fields: Fields, key: str, there: Mapping[str, T], *, required: bool = False) -> T | None:
    """What the word under the key names; one that names nothing is noted."""
    node = fields.scalar(key, required=required)
    if node is None:
        return None
    found = there.get(node.text)
    if found is None:
        hint = did_you_mean(node.text, there, fields.log)
        code, kind = _NAMED[key]
        fields.log.note(code, node.span, f"there is no {kind} {scalars.shown(node.text)}", hint)
    return found


def _meant(fields: Fields, key: str, there: Mapping[str, T]) -> T | None:
    """What a word that names nothing was probably meant to name."""
    node = fields.node(key) if fields.has(key) else None
    near = nearest(node.text, there, fields.log) if isinstance(node, Scalar) else None
    return None if near is None else there[near]


def _read_areas(fields: Fields, world: World, *, required: bool) -> tuple[str, ...]:
    node = fields.node("area", required=required)
    found: dict[str, None] = {}
    for item in () if node is None else items(node):
        word = scalars.scalar(item, "area", fields.log)
        area = None if word is None else read_area(word, world.areas, fields.log)
        if area is not None:
            found[area.name] = None
    return tuple(found)
