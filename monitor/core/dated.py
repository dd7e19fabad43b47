"""Values that hold from one date until another, for some areas, with the reason for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from monitor.core.areas import Area, AreaType
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

    def __str__(self) -> str:
        return ", ".join([*sorted(self.types), *sorted(self.names)]) or "all areas"


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
