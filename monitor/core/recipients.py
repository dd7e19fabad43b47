"""People, the roles they hold, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from monitor.core.areas import AreaTree

OPERATIONS = "operations"
"""The role, everywhere, of those whom the contacts name under ``operations``."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person who can be told. ``salutation`` is how a mail greets them.

    ``language`` is the tag (BCP 47) of the language that the salutation is in; None: it is not said.
    ``stands_in_for`` names whom they are told in place of, as their deputy on that day; "": nobody.
    """

    id: str
    name: str
    address: str
    salutation: str
    channel: str = "email"
    stands_in_for: str = ""
    language: str | None = None


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


@dataclass(frozen=True, slots=True)
class Deputy:
    """Who is told in a person's place, from ``start`` (included) until ``until`` (excluded); None: open.

    ``also``: the person is told as well.
    """

    person: str
    deputy: str
    start: date
    until: date | None = None
    also: bool = False

    def stands_in(self, on: date) -> bool:
        """Says whether the deputy is told on that day."""
        return self.start <= on and (self.until is None or on < self.until)


@dataclass(frozen=True)
class Directory:
    """Who is who. ``people`` maps ids to recipients."""

    people: Mapping[str, Recipient]
    holdings: tuple[RoleHolding, ...]
    deputies: tuple[Deputy, ...] = ()

    def roles(self) -> frozenset[str]:
        """Returns every role that is ever held."""
        return frozenset(holding.role for holding in self.holdings)

    def holders(
        self, role: str, area: str, on: date, areas: AreaTree
    ) -> tuple[tuple[Recipient, ...], str | None]:
        """Returns who holds ``role`` on that day for ``area`` or else for the nearest area around it.

        Where one of them is away, it is their deputy. The second value is the area where they were found,
        None when nobody holds it there or above.
        """
        for name in (area, *(ancestor.name for ancestor in areas.ancestors(area))):
            held = [
                person
                for holding in self._holdings_of.get((role, name), ())
                if holding.holds(on)
                for person in holding.people
            ]
            if held:
                return self._each_once(person for holder in held for person in self.person(holder, on)), name
        return (), None

    def person(self, id: str, on: date) -> tuple[Recipient, ...]:  # noqa: A002 - it is the id
        """Returns who is told when this person is to be told on that day; nobody where there is no such id.

        That is the person, or while they are away their deputies, and the deputies' deputies if they are away
        too. Where these lead in a ring, so that nobody would be left, it is the person all the same.
        """
        absent = self.people.get(id)
        if absent is None:
            return ()
        told = self.stand_ins(id, on) or (id,)
        return tuple(
            absent if each == id else replace(self.people[each], stands_in_for=absent.name) for each in told
        )

    def stand_ins(self, id: str, on: date) -> tuple[str, ...]:  # noqa: A002 - it is the id
        """Returns the ids of those who are told for a person on that day, each once.

        The person's own where they are there, or are told as well; () where deputies lead in a ring.
        """
        found: list[str] = []
        passed: set[str] = set()
        waiting = [id]
        while waiting:
            each = waiting.pop()
            if each in passed or each not in self.people:
                continue
            passed.add(each)
            standing = [deputy for deputy in self._deputies_of.get(each, ()) if deputy.stands_in(on)]
            if not standing or any(deputy.also for deputy in standing):
                found.append(each)
            waiting += [deputy.deputy for deputy in reversed(standing)]
        return tuple(found)

    @staticmethod
    def _each_once(people: Iterable[Recipient]) -> tuple[Recipient, ...]:
        """Each person once, in their own right if they are there in that too."""
        found: dict[str, Recipient] = {}
        for person in people:
            if person.id not in found or not person.stands_in_for:
                found[person.id] = person
        return tuple(found.values())

    @cached_property
    def _deputies_of(self) -> Mapping[str, list[Deputy]]:
        """The deputies of each person, in their order."""
        found: dict[str, list[Deputy]] = {}
        for deputy in self.deputies:
            found.setdefault(deputy.person, []).append(deputy)
        return found

    @cached_property
    def _holdings_of(self) -> Mapping[tuple[str, str], list[RoleHolding]]:
        """The holdings of each role for each area, in their order."""
        found: dict[tuple[str, str], list[RoleHolding]] = {}
        for holding in self.holdings:
            found.setdefault((holding.role, holding.area), []).append(holding)
        return found
