"""People, the roles they hold, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from monitor.core.areas import AreaTree


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who can be told. ``salutation`` is how a mail greets them.

    ``stands_in_for`` names whom they are told in place of, as their deputy on that day; "": nobody.
    """

    id: str
    name: str
    address: str
    salutation: str
    channel: str = "email"
    stands_in_for: str = ""


@dataclass(frozen=True, slots=True)
class RoleHolding:
    """Who holds a role for an area, from ``start`` (included) until ``until`` (excluded); None: open."""

    role: str
    area: str
    people: tuple[str, ...]
    start: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        """Says whether the role is held on that day."""
        return (self.start is None or self.start <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Directory:
    """Who is who. ``people`` maps ids to recipients."""

    people: Mapping[str, Recipient]
    holdings: tuple[RoleHolding, ...]

    def roles(self) -> frozenset[str]:
        """Returns every role that is ever held."""
        return frozenset(holding.role for holding in self.holdings)

    def holders(
        self, role: str, area: str, on: date, areas: AreaTree
    ) -> tuple[tuple[Recipient, ...], str | None]:
        """Returns who holds ``role`` on that day for ``area`` or else for the nearest area around it.

        The second value is the area where they were found, None when nobody holds it there or above.
        """
        for name in (area, *(ancestor.name for ancestor in areas.ancestors(area))):
            found = {
                person: self.people[person]
                for holding in self._holdings_of.get((role, name), ())
                if holding.holds(on)
                for person in holding.people
            }
            if found:
                return tuple(found.values()), name
        return (), None

    @cached_property
    def _holdings_of(self) -> Mapping[tuple[str, str], list[RoleHolding]]:
        """The holdings of each role for each area, in their order."""
        found: dict[tuple[str, str], list[RoleHolding]] = {}
        for holding in self.holdings:
            found.setdefault((holding.role, holding.area), []).append(holding)
        return found
