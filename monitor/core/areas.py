"""The tree of areas that figures belong to: county, area, district, team."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class AreaType(StrEnum):
    """What an area is, from the widest to the narrowest."""

    COUNTRY = "country"
    REGION = "region"
    AUTHORITY = "authority"
    COUNTY = "county"
    AREA = "area"
    DISTRICT = "district"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Area:
    """One area. ``name`` is its identity in rules, figures and mails; ``code`` its GSS code, if any."""

    name: str
    type: AreaType
    parent: str | None = None
    code: str | None = None
    aliases: tuple[str, ...] = ()


class UnknownAreaError(LookupError):
    """No area of the tree has this name, code or alias."""


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()


@dataclass(frozen=True)
class AreaTree:
    """All areas. Build it with :meth:`of`, which refuses what is not a tree."""

    by_name: dict[str, Area]
    _by_key: dict[str, str] = field(repr=False)

    @classmethod
    def of(cls, areas: Iterable[Area]) -> "AreaTree":
        """Builds the tree.

        Raises:
            ValueError: two areas share a name, code or alias; a parent is not there; a ring of parents.
        """
        by_name: dict[str, Area] = {}
        by_key: dict[str, str] = {}
        for area in areas:
            if area.name in by_name:
                raise ValueError(f"“{area.name}” names both of two areas")
            by_name[area.name] = area
            for text in (area.name, *([area.code] if area.code else []), *area.aliases):
                other = by_key.setdefault(_key(text), area.name)
                if other != area.name:
                    raise ValueError(f"“{text}” names both {other} and {area.name}")
        tree = cls(by_name, by_key)
        for area in by_name.values():
            if area.parent is not None and area.parent not in by_name:
                raise ValueError(f"{area.name} lies in “{area.parent}”, which is not in the list of areas")
            tree._refuse_ring(area)
        return tree

    def _refuse_ring(self, area: Area) -> None:
        seen = {area.name}
        parent = area.parent
        while parent is not None:
            if parent in seen:
                raise ValueError(f"{area.name} lies within itself by way of {parent}")
            seen.add(parent)
            parent = self.by_name[parent].parent if parent in self.by_name else None

    def __iter__(self) -> Iterator[Area]:
        return iter(self.by_name.values())

    def __len__(self) -> int:
        return len(self.by_name)

    def find(self, text: str) -> Area | None:
        """Returns the area with this name, GSS code or alias, whatever the case and spaces."""
        if text in self.by_name:
            return self.by_name[text]
        name = self._by_key.get(_key(text))
        return None if name is None else self.by_name[name]

    def __getitem__(self, text: str) -> Area:
        """Returns the area with this name, code or alias.

        Raises:
            UnknownAreaError: there is none.
        """
        found = self.find(text)
        if found is None:
            raise UnknownAreaError(text)
        return found

    def ancestors(self, name: str) -> tuple[Area, ...]:
        """Returns the areas that contain ``name``, the nearest first, without itself."""
        found = []
        parent = self[name].parent
        while parent is not None:
            area = self.by_name[parent]
            found.append(area)
            parent = area.parent
        return tuple(found)

    def children(self, name: str) -> tuple[Area, ...]:
        """Returns the areas directly within ``name``, in the order given."""
        return self._children.get(name, ())

    def with_all_within(self, names: Iterable[str]) -> frozenset[str]:
        """Returns the names of these areas and of all that lies within them, however deep.

        Raises:
            UnknownAreaError: there is no area of that name, code or alias.
        """
        found: set[str] = set()
        waiting = [self[name].name for name in names]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [child.name for child in self.children(name)]
        return frozenset(found)

    @cached_property
    def _children(self) -> dict[str, tuple[Area, ...]]:
        found: dict[str, tuple[Area, ...]] = {}
        for area in self:
            if area.parent is not None:
                found[area.parent] = (*found.get(area.parent, ()), area)
        return found
