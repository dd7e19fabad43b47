"""A test file as values: figures that arrive, and what is expected of the rules on some days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.core.notifications import NoticeKind, Occasion, TellReason
from monitor.core.positions import Position
from monitor.core.rulebook import RouteMatch
from monitor.rule_tests.moments import Moment
from monitor.rulebook.problems import Span
from monitor.store.observations import NewObservation
from monitor.world import World


@dataclass(frozen=True, slots=True)
class Arrival:
    """A figure, or a new revision of it, and when it becomes known."""

    on: Moment
    figure: NewObservation
    span: Span


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """Somebody acknowledges the breach of an alert in these areas, or (``withdrawn``) takes that back."""

    alert: str
    areas: tuple[str, ...]
    author: str
    comment: str
    until: Moment | None = None
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Silencing:
    """Somebody makes a silence. ``name`` is what the test calls it."""

    name: str
    match: RouteMatch
    author: str
    comment: str
    start: Moment
    until: Moment


@dataclass(frozen=True, slots=True)
class EndingSilence:
    """Somebody ends a silence before its time."""

    name: str
    author: str
    comment: str


@dataclass(frozen=True, slots=True)
class Event:
    """What somebody does, and when."""

    at: Moment
    span: Span
    what: Acknowledging | Silencing | EndingSilence

    @property
    def is_first(self) -> bool:
        """Whether it comes before the figures of the same moment are judged: a silence, or its end."""
        return not isinstance(self.what, Acknowledging)


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
    """Somebody must have been told. What is None is not looked at; ``spans``: where values are written."""

    who: Who
    alert: str
    area: str
    kind: NoticeKind | None
    because: Because | None
    on: Moment | None
    occasion: Occasion | None
    span: Span
    spans: Mapping[str, Span] = field(default_factory=dict)

    def span_of(self, key: str) -> Span:
        """Where the value of a key is written, else the person."""
        return self.spans.get(key, self.who.span)


@dataclass(frozen=True, slots=True)
class ExpectedSilence:
    """Nobody (or not ``who``) may have been told of this, or not in this ``kind`` of news.

    With ``because`` or ``until``: for that very reason, or held until then.
    """

    who: Who | None
    alert: str | None
    area: str | None
    kind: NoticeKind | None
    because: Because | None
    until: Moment | None
    span: Span


@dataclass(frozen=True, slots=True)
class Listed:
    """Where a list of expectations stands; unless it is ``partial``, nothing else may be the case."""

    span: Span
    partial: bool


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must hold at a moment, after the figures known by then and all that people have done.

    ``alerts_listed`` and ``told_listed`` are None where the author says nothing of it. ``told`` is about the
    time since the last expectation that says who is told, ``not_told`` about that since the one before.
    """

    at: Moment
    span: Span
    ratings: tuple[ExpectedRating, ...]
    alerts: tuple[ExpectedAlert, ...]
    alerts_listed: Listed | None
    told: tuple[ExpectedTelling, ...]
    told_listed: Listed | None
    not_told: tuple[ExpectedSilence, ...]


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One test: figures in the order in which they become known, events and expectations in that of time."""

    name: str
    span: Span
    arrivals: tuple[Arrival, ...]
    events: tuple[Event, ...]
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
