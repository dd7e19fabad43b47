"""What the rule files say, as values: indicators, alert rules and routes.

The files are read by ``monitor.rulebook``; here stands only what they mean. Amounts are integer millionths
("micro"), so that 8.1 is exactly 8.1.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from monitor.core.areas import Area
from monitor.core.conditions import Amount, Condition
from monitor.core.dated import Dated, Scope
from monitor.core.derivation import Derivation
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.periods import Basis, Frequency
from monitor.core.positions import Position
from monitor.core.sources import Source
from monitor.core.statistics.flapping import FlappingRule
from monitor.core.windows import AT_ONCE, Reminders, Timing


class Polarity(StrEnum):
    """Which way is good."""

    HIGHER_IS_BETTER = "higher is better"
    LOWER_IS_BETTER = "lower is better"
    CLOSE_TO_TARGET = "close to target"
    NONE = "none"


class Level(StrEnum):
    """How severe a breach is, from the least to the most."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the least severe; higher is worse."""
        return LEVELS.index(self)


LEVELS = tuple(Level)


def rank_of(level: Level | None) -> int:
    """Returns a level's rank, higher being worse; -1 for none."""
    return -1 if level is None else level.rank


@dataclass(frozen=True, slots=True)
class LearntRange:
    """An expected range learnt from a series' own history: its XmR limits over the last ``figures`` before.

    See :mod:`monitor.core.learnt`.
    """

    figures: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The expected range of a lead indicator, in millionths of its unit. None: no limit on that side.

    With ``learnt`` both limits come from the series' own history.
    """

    lower: int | None
    upper: int | None
    learnt: LearntRange | None = None


@dataclass(frozen=True, slots=True)
class NeighbourFigure:
    """The mean or median of the figures of an area's statistical neighbours for the same period.

    ``set`` names a set of neighbours. A neighbour without a figure is left out; with fewer than ``minimum``
    there is no figure.
    """

    set: str
    statistic: PeerStatistic
    minimum: int


class Given(StrEnum):
    """Where a benchmark comes from when it is not written in the rule file."""

    FIGURES = "figures"


@dataclass(frozen=True, slots=True)
class Benchmarks:
    """Figures of others to compare with. None: not known.

    A number is a published figure in millionths of the indicator's unit. ``Given.FIGURES``: the figure that
    came in for the region or country around the area, for the same period.
    """

    neighbours: int | NeighbourFigure | None
    region: int | Given | None
    england: int | Given | None


@dataclass(frozen=True, slots=True)
class Profile:
    """A target for each period, from a table: (area name, or None for all; period end) to millionths.

    ``rows`` says where each stands.
    """

    amounts: Mapping[tuple[str | None, date], int]
    rows: Mapping[tuple[str | None, date], Position] = field(default_factory=dict, compare=False, repr=False)

    def at(self, area: str, period_end: date) -> int | None:
        """Returns the amount for an area and period: the area's own, else that for all."""
        own = self.amounts.get((area, period_end))
        return self.amounts.get((None, period_end)) if own is None else own

    def row_of(self, area: str, period_end: date) -> Position | None:
        """Returns where the amount for an area and period stands in the table."""
        return self.rows.get((area if (area, period_end) in self.amounts else None, period_end))


TargetValue = int | Amount | Profile
"""A number in millionths, a calculation with others' figures, or one amount a period."""


@dataclass(frozen=True, slots=True)
class NeighbourSet:
    """Each area's statistical neighbours, the closest first."""

    id: str
    neighbours: Mapping[str, tuple[str, ...]]
    reference: str
    position: Position


@dataclass(frozen=True, slots=True)
class RagBands:
    """When a figure is green, amber or red; without ``red``, whatever is neither green nor amber is red."""

    green: Condition
    amber: Condition | None
    red: Condition | None


class DirectionMethod(StrEnum):
    """How direction of travel is found."""

    LAST_PERIOD = "last period"
    REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class DirectionRule:
    """How direction of travel is found, and over how many figures (2: the last one and the one before)."""

    method: DirectionMethod = DirectionMethod.LAST_PERIOD
    figures: int = 2


@dataclass(frozen=True, slots=True)
class Retirement:
    """From ``on`` the indicator or rule is no longer used; ``superseded_by`` names what took its place."""

    on: date
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class Plausibility:
    """When a figure is doubtful: a fault of the data more likely than what a service does.

    ``jump``: it differs from the one before by more than this, in millionths of the unit. ``falls_to_zero``:
    it is zero and the one before was at least this many millionths. ``missing_areas``: an area has no figure
    for a period for which at least half of its kind have one, and had one for the period before. While a
    figure is doubtful and the data owner has not confirmed it, managers wait, at most ``wait`` working days.
    """

    jump: int | None = None
    falls_to_zero: int | None = None
    missing_areas: bool = False
    wait: int = 2


@dataclass(frozen=True, slots=True)
class Indicator:
    """One measured thing.

    ``scale`` is what a ratio of numerator to denominator is multiplied by (100 for a percentage, 10,000 for a
    rate per 10,000; None where the figure is not a ratio). ``decimals`` is the published precision: ratings
    and alerts compare the figure rounded to it. ``counts_people``: small counts of it are protected. With a
    ``derivation`` the figures are made from other indicators'. ``expected_within``: the working days after a
    period's end by which its figure should be there. ``rebases``: from when on a series is not to be reckoned
    with what was before, such as a change of definition or of system; only their start and scope count.
    """

    id: str
    title: str
    theme: str
    unit: str
    scale: int | None
    decimals: int
    basis: Basis
    frequency: Frequency
    polarity: Polarity
    source: str
    definition: str
    numerator: str | None
    denominator: str | None
    counts_people: bool
    targets: tuple[Dated[TargetValue], ...]
    limits: tuple[Dated[Limits], ...]
    rag: tuple[Dated[RagBands], ...]
    direction: DirectionRule
    retirement: Retirement | None
    position: Position
    benchmarks: tuple[Dated[Benchmarks], ...] = ()
    derivation: Derivation | None = None
    expected_within: int | None = None
    rebases: tuple[Dated[bool], ...] = ()
    plausibility: Plausibility | None = None


@dataclass(frozen=True, slots=True)
class LevelCondition:
    """One level of an alert rule: it holds while the condition does."""

    level: Level
    condition: Condition
    position: Position


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What an alert rule compares: its levels from the least severe to the most, and when it is over.

    ``recover`` None: it is over as soon as no level holds. ``periods``: how many figures in a row must
    breach.
    """

    levels: tuple[LevelCondition, ...]
    recover: Condition | None
    periods: int


@dataclass(frozen=True, slots=True)
class AlertRule:
    """A rule that is checked for every area in its scope. The alert's identity is (rule id, area name).

    With ``flapping``, an alert that begins and ends too often is told of once, until it calms.
    """

    id: str
    title: str
    indicator: str
    scope: Scope
    start: date | None
    retirement: Retirement | None
    thresholds: Thresholds
    overrides: Mapping[str, Thresholds]
    action: str
    reference: str
    position: Position
    flapping: FlappingRule | None = None

    def thresholds_for(self, area: Area) -> Thresholds:
        """Returns the area's own thresholds where the rule gives it some, else those of the rule."""
        return self.overrides.get(area.name, self.thresholds)

    def periods_for(self, area: str) -> int:
        """Returns how many figures in a row must breach in the area of this name."""
        return self.overrides.get(area, self.thresholds).periods

    def covers(self, area: Area) -> bool:
        """Says whether the rule is checked for ``area``; an override alone brings an area in."""
        return self.scope.covers(area) or area.name in self.overrides

    def in_effect(self, on: date) -> bool:
        """Says whether figures of a period that ends on that day are judged."""
        return (self.start is None or self.start <= on) and (
            self.retirement is None or on < self.retirement.on
        )


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """What a route is for. An empty set matches everything."""

    alerts: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    themes: frozenset[str] = frozenset()
    levels: frozenset[Level] = frozenset()
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class RouteTarget:
    """Whom a route tells: who holds ``role`` for the alert's area or the nearest around it, or a person."""

    role: str | None
    person: str | None
    position: Position


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom a route tells as well when nobody has acknowledged after so many working days."""

    after: int
    to: tuple[RouteTarget, ...]
    position: Position


@dataclass(frozen=True, slots=True)
class Route:
    """Sends the alerts that match to its targets. Every route that matches counts; nobody is told twice.

    ``timing`` is when its news may be told. ``escalations`` are in the order of their days, which count from
    the first telling.
    """

    id: str
    match: RouteMatch
    to: tuple[RouteTarget, ...]
    position: Position
    timing: Timing = AT_ONCE
    reminders: Reminders | None = None
    escalations: tuple[Escalation, ...] = ()


class Same(StrEnum):
    """What an inhibiting and an inhibited alert may have to have in common."""

    INDICATOR = "indicator"
    THEME = "theme"
    AREA = "area"


@dataclass(frozen=True, slots=True)
class Inhibition:
    """While an alert that ``source`` matches fires, news of those that ``target`` matches is held.

    ``same``: what both must have in common. ``within``: the inhibited alert's area must lie within the
    other's. An alert inhibits neither itself nor one that could inhibit it in turn.
    """

    id: str
    source: RouteMatch
    target: RouteMatch
    same: frozenset[Same]
    within: bool
    reference: str
    position: Position


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A planned time in which nobody is told of what ``match`` matches; what holds afterwards is told then.

    From ``start`` until ``end`` (excluded), both local wall-clock times without a zone.
    """

    id: str
    match: RouteMatch
    start: datetime
    end: datetime
    reference: str
    position: Position


@dataclass(frozen=True)
class Rulebook:
    """All rule files of a folder together.

    ``version`` is the SHA-256 of their contents; ``revision`` the folder's git revision where it has one.
    ``fingerprints`` maps each alert rule and indicator id to a hash of everything its judgement depends on,
    so that an edit of one rule is known to concern that rule alone.
    """

    indicators: Mapping[str, Indicator]
    alerts: Mapping[str, AlertRule]
    routes: tuple[Route, ...]
    version: str
    revision: str | None
    fingerprints: Mapping[str, str]
    neighbour_sets: Mapping[str, NeighbourSet] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    inhibitions: tuple[Inhibition, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()

    def derived_from(self, indicator: str) -> tuple[Indicator, ...]:
        """Returns the indicators that are made from ``indicator`` directly."""
        return tuple(
            each
            for each in self.indicators.values()
            if each.derivation is not None and indicator in each.derivation.inputs
        )

    def rules_of(self, indicator: str) -> tuple[AlertRule, ...]:
        """Returns the alert rules that watch ``indicator``."""
        return tuple(rule for rule in self.alerts.values() if rule.indicator == indicator)
