"""Which of many dated entries holds on a day, found without looking through all of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Generic, TypeVar

from monitor.core.areas import Area
from monitor.core.dated import Dated

T = TypeVar("T")


class Timeline(Generic[T]):
    """Answers as :func:`monitor.core.dated.in_force` does, for many days and areas."""

    def __init__(self, entries: Iterable[Dated[T]]) -> None:
        # Of two that begin on the same day the one written first counts, as in in_force.
        self._entries = list(entries)[::-1]
        self._entries.sort(key=lambda entry: entry.start)
        self._of: dict[str, list[list[Dated[T]]]] = {}
        self.edges = tuple(
            sorted({edge for each in self._entries for edge in (each.start, each.until) if edge is not None})
        )
        """Every day on which an entry begins or ends, in order."""

    def at(self, on: date, area: Area) -> Dated[T] | None:
        """Returns the entry that holds for ``area`` on that day, or None."""
        for equals in self._equals(area):
            last = bisect_right(equals, on, key=lambda entry: entry.start)
            while last:
                last -= 1
                if equals[last].in_force(on):
                    return equals[last]
        return None

    def _equals(self, area: Area) -> list[list[Dated[T]]]:
        """The entries that mean the area, by name, by kind and as one of all, each in the order of dates."""
        if area.name not in self._of:
            found: dict[int, list[Dated[T]]] = {}
            for entry in self._entries:
                closeness = entry.scope.specificity(area)
                if closeness >= 0:
                    found.setdefault(closeness, []).append(entry)
            self._of[area.name] = [found[closeness] for closeness in sorted(found, reverse=True)]
        return self._of[area.name]

    def between(self, start: date, until: date | None) -> list[date]:
        """Returns ``start`` and the days after it, before ``until``, on which an entry begins or ends."""
        last = bisect_left(self.edges, until) if until else len(self.edges)
        return [start, *self.edges[bisect_right(self.edges, start) : last]]
