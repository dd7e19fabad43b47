"""An alert's state and the steps between its states, as values."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.core.judgements import RuleHealth
from monitor.core.rulebook import Level

AlertKey = tuple[str, str]
"""(rule, area): the identity of an alert."""

EpisodeKey = tuple[str, str, int]
"""(rule, area, episode): one breach of one alert."""


class AlertState(StrEnum):
    """Where an alert is in its life."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


class TransitionReason(StrEnum):
    """Why an alert changed."""

    BREACH_BEGAN = "breach began"
    BREACH_LASTED = "breach lasted long enough"
    WORSENED = "worsened"
    EASED = "eased to a lower level"
    RECOVERED = "recovered"
    BREACH_ENDED = "breach ended before it lasted long enough"
    SETTLED = "still within limits after recovery"
    RETIRED = "rule is no longer in effect"
    SUPERSEDED = "superseded by another rule"
    WITHDRAWN = "rule was taken out of the rulebook"
    NOT_COVERED = "the rule is no longer for this area"
    AREA_REMOVED = "the area is no longer among the areas"
    RESTATED = "an earlier figure was restated"
    CAME_LATE = "an earlier figure came late"
    COMPARISON_CHANGED = "what the figure is compared with changed"
    RULE_CHANGED = "the rule was changed"
    LATE = "the figure did not come in time"
    ARRIVED = "the figure has come"
    FIGURE_DOUBTFUL = "the figure looks wrong"
    FIGURE_MISSING = "the area has no figure, and most of its kind have one"
    FIGURE_CORRECTED = "it was corrected, or what it was held against was"
    FIGURE_CONFIRMED = "somebody has confirmed it"
    FIGURES_PLAUSIBLE = "the figures after it are plausible again"
    FIGURES_AGREE = "the figures after it agree with it"
    FIGURE_CAME = "the figure that was missing, or a later one, has come"


@dataclass(frozen=True, slots=True)
class Alert:
    """The state of (rule, area).

    ``streak`` counts the figures in a row that breach, at whatever level; ``episode`` the times the alert has
    fired. ``breach_since`` is the period end of the first figure of the present breach, ``fired_on`` of the
    one at which it fired, ``judged_to`` the last one taken into account. ``health`` is that of the last one.
    ``changes`` has a bit for each of the last figures, the newest being the lowest: set where the alert began
    or ceased to fire. ``flapping``: it does so too often for every time to be told.
    """

    rule: str
    area: str
    state: AlertState = AlertState.INACTIVE
    level: Level | None = None
    streak: int = 0
    episode: int = 0
    breach_since: date | None = None
    fired_on: date | None = None
    judged_to: date | None = None
    health: RuleHealth = RuleHealth.OK
    changes: int = 0
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of an alert from one state or level to another. ``period_end`` None: no figure caused it."""

    rule: str
    area: str
    period_end: date | None
    from_state: AlertState
    from_level: Level | None
    to_state: AlertState
    to_level: Level | None
    episode: int
    reason: TransitionReason
