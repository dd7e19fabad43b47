"""A test file as values: figures that arrive, and what is expected of the rules on some days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.positions import Position
from monitor.rulebook.problems import Span
from monitor.store.observations import NewObservation
from monitor.world import World


@dataclass(frozen=True, slots=True)
class Arrival:
    """A figure, or a new revision of it, and the day on which it becomes known."""

    on: date
    figure: NewObservation
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that is expected, as it is compared: ``text`` is what a reader sees of it."""

    value: object
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectedRating:
    """What an indicator's latest figure (or that of ``period``) must come to. ``fields``: name to value."""

    indicator: str
    area: str
    period: date | None
    fields: Mapping[str, Field]
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """How an alert must stand. ``fields``: name to value; ``state`` is always among them."""

    alert: str
    area: str
    fields: Mapping[str, Field]
    span: Span


@dataclass(frozen=True, slots=True)
class Who:
    """Whom an author means: one person, or whoever holds a role, or operations.

    ``area`` None: the role is held for the alert's own area.
    """

    text: str
    span: Span
    person: str | None = None
    role: str | None = None
    area: str | None = None

    def people(self, world: World, area: str | None, on: date) -> tuple[str, ...]:
        """Returns the ids of those who are meant on that day, for an alert of ``area``."""
        if self.person is not None:
            return (self.person,)
        if self.role is None:
            return tuple(person.id for person in world.operations)
        place = self.area or area
        if place is None:
            return ()
        holders, _ = world.directory.holders(self.role, place, on, world.areas)
        return tuple(person.id for person in holders)


@dataclass(frozen=True, slots=True)
class Because:
    """Why somebody was told or not: by a route, or for one of limen's reasons."""

    text: str
    span: Span
    route: str | None
    reason: TellReason | None


@dataclass(frozen=True, slots=True)
class ExpectedTelling:
    """Somebody must have been told. What is None is not looked at."""

    who: Who
    alert: str
    area: str
    kind: NoticeKind | None
    because: Because | None
    on: date | None
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectedSilence:
    """Nobody (or not ``who``) may have been told of this; with ``because``, for that very reason."""

    who: Who | None
    alert: str | None
    area: str | None
    because: Because | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a list of expectations stands; unless it is ``partial``, nothing else may be the case."""

    span: Span
    partial: bool


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold on a day, after the figures known by then.

    ``alerts_listed`` and ``told_listed`` are None where the author says nothing of it. ``told`` is about the
    time since the last expectation that says who is told, ``not_told`` about that since the one before.
    """

    at: date
    span: Span
    ratings: tuple[ExpectedRating, ...]
    alerts: tuple[ExpectedAlert, ...]
    alerts_listed: Listed | None
    told: tuple[ExpectedTelling, ...]
    told_listed: Listed | None
    not_told: tuple[ExpectedSilence, ...]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test: its figures in the order in which they become known, its expectations in that of days."""

    name: str
    span: Span
    arrivals: tuple[Arrival, ...]
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """By what a test file is judged: the world, and the folder of its rules as it is shown."""

    rules: str
    world: World

    def place(self, position: Position | None) -> str:
        """Where something stands in the rules, as it is shown."""
        return f"{self.rules}/{position}"


@dataclass(frozen=True, slots=True)
class RuleTestFile:
    """The tests of one file. ``file`` is its name as it is shown."""

    file: str
    setting: Setting
    tests: tuple[RuleTest, ...]
