"""What an evaluation yields: a rating for every figure, and for every alert rule the level that holds."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from monitor.core.observations import Missing, Status
from monitor.core.positions import Position
from monitor.core.rulebook import Level


class RagRating(StrEnum):
    """Red, amber or green; or why there is no colour."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"
    NOT_RATED = "not rated"
    NO_DATA = "no data"


class DirectionOfTravel(StrEnum):
    """Where a figure is heading, read through its polarity."""

    IMPROVING = "improving"
    STEADY = "steady"
    WORSENING = "worsening"
    UNKNOWN = "unknown"


class RuleHealth(StrEnum):
    """Whether a rule could be judged. Kept apart from the alert's state: an error never resolves an alert."""

    OK = "ok"
    NO_DATA = "no data"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rating of one figure. Decimals are in the indicator's unit, at its published precision.

    ``target``, ``lower`` and ``upper`` are those in force at the period's end. ``previous_…`` is the figure
    before it in the same series. ``neighbours``, ``region`` and ``england`` are
    published figures to compare with. ``rag_position`` is where the bands stand that gave the colour.
    """

    indicator: str
    area: str
    period_end: date
    observation_id: int
    revision: int
    status: Status
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    missing: Missing | None
    target: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    rag: RagRating
    previous_period_end: date | None
    previous_value: Decimal | None
    previous_rag: RagRating | None
    direction: DirectionOfTravel
    target_reference: str
    rag_reference: str
    rag_position: Position | None
    neighbours: Decimal | None = None
    region: Decimal | None = None
    england: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RuleEvaluation:
    """What one alert rule says of one figure.

    ``level`` is the most severe level that holds (None: none holds, or health is not ok); ``certain`` says
    that no level above it was left unjudged; ``lowest`` is the least severe level that the rule has.
    ``recovered`` says whether a firing alert is over. ``limit`` and ``limit_text`` are the limit that was
    crossed, or the least severe level's when none is.
    """

    rule: str
    area: str
    period_end: date
    observation_id: int
    revision: int
    health: RuleHealth
    problem: str
    level: Level | None
    certain: bool
    recovered: bool
    limit: Decimal | None
    limit_text: str
    limit_position: Position
    lowest: Level = Level.INFO
