"""Values that hold from one date until another, for some areas, with the reason for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.positions import Position


@dataclass(frozen=True, slots=True)
class Scope:
    """Which areas something is for. Empty on both sides means every area.

    ``names`` are area names as the tree spells them; ``types`` are kinds of area.
    """

    names: frozenset[str] = frozenset()
    types: frozenset[AreaType] = frozenset()

    def covers(self, area: Area) -> bool:
        """Says whether ``area`` is meant: by name, by type, or because every area is."""
        return area.name in self.names or area.type in self.types or not (self.names or self.types)

    def specificity(self, area: Area) -> int:
        """How closely ``area`` is meant: 2 by name, 1 by type, 0 as one of all; -1 not at all."""
        if area.name in self.names:
            return 2
        if area.type in self.types:
            return 1
        return -1 if self.names or self.types else 0

    def with_all_within(self, areas: AreaTree) -> "Scope":
        """Returns the same with all that lies within the areas that are named, each spelt out by its name.

        A kind of area stays that kind alone.
        """
        return Scope(areas.with_all_within(self.names), self.types) if self.names else self

    def in_words(self, areas: AreaTree | None) -> str:
        """As ``str``, but of an area that is meant with all within it only that: “Kent and all within it”.

        ``areas`` None: every area is named by itself.
        """
        return ", ".join([*sorted(self.types), *_places(self.names, areas)]) or "all areas"

    def __str__(self) -> str:
        return ", ".join([*sorted(self.types), *sorted(self.names)]) or "all areas"


def _places(names: frozenset[str], areas: AreaTree | None) -> list[str]:
    """The areas; of one that is meant with all within it, only its own name."""
    if areas is None:
        return sorted(names)
    whole = {name for name in names if areas.find(name) and areas.with_all_within([name]) <= names}
    found = []
    for name in sorted(names):
        area = areas.find(name)
        if area is None or area.parent not in whole:
            within = name in whole and areas.children(name)
            found.append(f"{name} and all within it" if within else name)
    return found


EVERYWHERE = Scope()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value in force from ``start`` (included) until ``until`` (excluded; None: still)."""

    value: T
    start: date
    until: date | None
    scope: Scope
    reference: str
    position: Position

    def in_force(self, on: date) -> bool:
        """Says whether the value holds on that day."""
        return self.start <= on and (self.until is None or on < self.until)


def in_force(entries: Iterable[Dated[T]], on: date, area: Area) -> Dated[T] | None:
    """Returns the entry that holds for ``area`` on that day, or None.

    The entry that means the area most closely wins (by name before by type before all); among those the
    one that began last.
    """
    candidates = [entry for entry in entries if entry.in_force(on) and entry.scope.covers(area)]
    return max(candidates, key=lambda entry: (entry.scope.specificity(area), entry.start), default=None)
