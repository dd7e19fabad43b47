"""What an explanation says, as values.

Everything here is fit to be shown: what is withheld is None, and ``protected`` says that it is. Amounts are
in the unit of their indicator. Positions are ``file:line:col`` in the rules folder. The names of the fields
are the keys of ``limen explain --format json``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from monitor.cli.scorecard import Rated
from monitor.cli.telling_facts import PersonTold, TellingTold
from monitor.cli.told import Telling
from monitor.core.areas import Area
from monitor.core.rulebook import Indicator


@dataclass(frozen=True, slots=True)
class JudgementTold:
    """How a cycle has judged the figure; ``restated``: the figure has changed since."""

    cycle: int
    at: datetime
    rulebook: str
    revision: str | None
    rag: str
    restated: bool


@dataclass(frozen=True, slots=True)
class RevisionTold:
    """One revision of the figure, the file that brought it, and how a cycle judged it last, if one did."""

    revision: int
    value: Decimal | None
    protected: bool
    missing: str | None
    status: str
    recorded_at: datetime
    file: str
    batch: int
    judged: JudgementTold | None


@dataclass(frozen=True, slots=True)
class InputTold:
    """A figure that another is made from. ``operator``: what is done with it, ``+``, ``-`` or ``/``."""

    operator: str
    indicator: str
    title: str
    unit: str
    decimals: int
    period_end: date
    period: str
    value: Decimal | None
    protected: bool
    missing: str | None
    status: str
    revision: int
    recorded_at: datetime
    file: str
    made_from: "DerivationTold | None"


@dataclass(frozen=True, slots=True)
class LackingTold:
    """A period that a total takes in and that no figure has come for."""

    indicator: str
    title: str
    period_end: date
    period: str


@dataclass(frozen=True, slots=True)
class DerivationTold:
    """How a figure is made from others. ``current`` False: one of them has changed since it was made."""

    formula: str
    position: str
    reference: str
    inputs: tuple[InputTold, ...]
    current: bool
    lacking: tuple[LackingTold, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherTold:
    """Another area's figure for the same period; ``missing`` says why it is left out."""

    area: str
    value: Decimal | None
    protected: bool
    missing: str | None


@dataclass(frozen=True, slots=True)
class NeighboursTold:
    """The statistical neighbours' figures: ``known`` of them are there, ``minimum`` are needed."""

    set: str
    statistic: str
    minimum: int
    known: int
    areas: tuple[OtherTold, ...]
    reference: str
    position: str


@dataclass(frozen=True, slots=True)
class BenchmarkTold:
    """The figure of neighbours, region or England; ``area`` None: the rule file gives the figure itself."""

    what: str
    value: Decimal | None
    protected: bool
    area: str | None
    neighbours: NeighboursTold | None


@dataclass(frozen=True, slots=True)
class BenchmarksTold:
    """What the figure is compared with, since when, and why."""

    start: date
    until: date | None
    reference: str
    position: str
    figures: tuple[BenchmarkTold, ...]


@dataclass(frozen=True, slots=True)
class LearntTold:
    """From how many of the last ``window`` figures a range was learnt, and their mean and moving range."""

    window: int
    known: int
    fewest: int
    mean: Decimal | None
    moving_range: Decimal | None
    protected: bool


@dataclass(frozen=True, slots=True)
class BandTold:
    """One band of a rating; the first that holds, of green, amber and red, gives the colour."""

    colour: str
    condition: str
    holds: bool | None
    compared: "ConditionTold"


@dataclass(frozen=True, slots=True)
class LineTold:
    """A target, an expected range, bands or a rebase: what is in force, since when, and why.

    ``calculation`` is what a target is worked out by, ``row`` where it stands in a table of targets.
    """

    what: str
    text: str
    start: date
    until: date | None
    reference: str
    position: str
    calculation: str | None = None
    row: str | None = None
    learnt: LearntTold | None = None
    bands: tuple[BandTold, ...] = ()


@dataclass(frozen=True, slots=True)
class SidesTold:
    """Two sides of a comparison, as written and as compared; ``holds`` None: it can't be said."""

    left: str
    left_value: Decimal | None
    operator: str
    right: str
    right_value: Decimal | None
    holds: bool | None
    protected: bool


@dataclass(frozen=True, slots=True)
class IntervalTold:
    """The confidence interval behind a test of significance.

    It is that of the figure, compared with ``against``; or, where ``change`` says so, that of the difference
    from the figure ``against``. ``no_interval`` is why there is none; None: there is one, or it is withheld.
    """

    function: str
    confidence: str
    method: str
    change: bool
    lower: Decimal | None
    upper: Decimal | None
    against: str
    against_value: Decimal | None
    holds: bool | None
    protected: bool
    no_interval: str | None


@dataclass(frozen=True, slots=True)
class ChartTold:
    """The control chart behind a test for special cause, and the signs that the figure gives."""

    function: str
    window: int
    known: int
    fewest: int
    mean: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    signs: tuple[str, ...]
    holds: bool | None
    protected: bool


@dataclass(frozen=True, slots=True)
class ConditionTold:
    """What a condition compares for the figure. ``rating`` where it asks for the figure's rating."""

    sides: tuple[SidesTold, ...]
    intervals: tuple[IntervalTold, ...]
    charts: tuple[ChartTold, ...]
    rating: str | None


@dataclass(frozen=True, slots=True)
class LevelTold:
    """One level of a rule: ``holds`` None: it could not be judged, or saying so would give a number away."""

    level: str
    condition: str
    limits: tuple[Decimal, ...]
    holds: bool | None
    position: str
    compared: ConditionTold | None


@dataclass(frozen=True, slots=True)
class RecoveryTold:
    """When the alert is over. ``awaited``: no level holds any more, but this does not yet."""

    condition: str
    holds: bool | None
    awaited: bool
    compared: ConditionTold | None


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step of the alert."""

    at: datetime
    cycle: int
    period_end: date | None
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class FlappingTold:
    """How much an alert changes, in percent of its last ``figures``, and whether that is flapping."""

    percent: Decimal
    figures: int
    high: Decimal
    low: Decimal
    flapping: bool


@dataclass(frozen=True, slots=True)
class VerdictTold:
    """What the last cycle that judged a revision of the figure by the rule found."""

    revision: int
    cycle: int
    at: datetime
    health: str
    level: str | None


@dataclass(frozen=True, slots=True)
class RuleTold:
    """What one rule says of the figure, how its alert fared, and who was told or not.

    ``person`` answers for whoever was asked about.

    ``applies`` is "" where the rule judges the figure, else why it doesn't. ``state`` and ``level`` are those
    of now, ``then`` that after the figure's period, where that is not the last one judged.
    """

    rule: str
    title: str
    position: str
    reference: str
    action: str
    start: date | None
    retired_on: date | None
    superseded_by: str | None
    applies: str
    levels: tuple[LevelTold, ...]
    recover: str | None
    recovery: RecoveryTold | None
    periods: int
    health: str
    state: str
    level: str | None
    since: date | None
    judged_to: date | None
    then: str | None
    flapping: FlappingTold | None
    verdicts: tuple[VerdictTold, ...]
    steps: tuple[StepTold, ...]
    tellings: tuple[Telling, ...]
    telling: TellingTold
    person: PersonTold | None


@dataclass(frozen=True, slots=True)
class LatenessTold:
    """By when figures should come, whether one is late, and who was told.

    ``period_end`` and ``due`` are those of the figure that is late or comes next; None: none is expected.
    """

    rule: str
    expected_within: int | None
    late: bool
    period_end: date | None
    due: date | None
    steps: tuple[StepTold, ...]
    tellings: tuple[Telling, ...]
    telling: TellingTold
    person: PersonTold | None


@dataclass(frozen=True, slots=True)
class FaultTold:
    """When figures are doubtful, whether the last one is, and who was told.

    ``limits`` is as a line of the rule file, "" where the rules say nothing any more. ``doubt`` says what is
    wrong with the last figure as it stands now, "" where nothing is.
    """

    rule: str
    limits: str
    in_doubt: bool
    doubt: str
    steps: tuple[StepTold, ...]
    tellings: tuple[Telling, ...]
    telling: TellingTold
    person: PersonTold | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it. ``figure`` None: there is none on or before the day asked for."""

    indicator: Indicator
    area: Area
    figure: Rated | None
    period: str
    revisions: tuple[RevisionTold, ...]
    made_from: DerivationTold | None
    benchmarks: BenchmarksTold | None
    lines: tuple[LineTold, ...]
    judgement: JudgementTold | None
    rulebook: str
    revision: str | None
    rules: tuple[RuleTold, ...]
    lateness: LatenessTold | None
    fault: FaultTold | None = None
