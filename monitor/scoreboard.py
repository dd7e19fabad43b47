"""The scoreboard: how each indicator and each alert stands now, as values and as Prometheus series.

These metrics are what the service is for; those of :mod:`monitor.metrics` tell how limen itself fares.
"""

import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import AreaTree
from monitor.core.freshness import late_indicator
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating, RuleHealth
from monitor.core.observations import Status
from monitor.core.plausibility import faulty_indicator
from monitor.core.rulebook import Rulebook
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.waiting import HeldNews
from monitor.exposition import Family, Number, SeriesTable

FILES_SHOWN_FOR: Final = timedelta(days=7)
"""For how long a file that could not be taken in as a whole is shown."""

_SERIES = ("indicator", "area")
_ALERT = ("rule", "area", "indicator")

INDICATOR_INFO = Family(
    "limen_indicator_info",
    "What an indicator is; always 1.",
    ("indicator", "title", "theme", "unit", "polarity"),
)
AREA_INFO = Family("limen_area_info", "Which areas there are; always 1.", ("area", "type", "parent", "code"))
VALUE = Family(
    "limen_indicator_value",
    "Latest figure at its published precision; absent where there is none or where it is too small to show.",
    _SERIES,
)
TARGET = Family("limen_indicator_target", "Target in force at the figure's period end.", _SERIES)
LOWER = Family("limen_indicator_lower_threshold", "Lower end of the expected range.", _SERIES)
UPPER = Family("limen_indicator_upper_threshold", "Upper end of the expected range.", _SERIES)
RATING = Family(
    "limen_indicator_rating",
    "Rating of the latest figure: 0 not rated, 1 green, 2 amber, 3 red; absent where there is no figure.",
    _SERIES,
)
DIRECTION = Family(
    "limen_indicator_direction",
    "Direction of travel read through polarity: 0 unknown, 1 improving, 2 steady, 3 worsening.",
    _SERIES,
)
PERIOD_END = Family(
    "limen_indicator_period_end_timestamp_seconds",
    "Midnight UTC that begins the last day of the latest figure's period.",
    _SERIES,
)
PROVISIONAL = Family(
    "limen_indicator_provisional", "Whether the latest figure is provisional: 0 no, 1 yes.", _SERIES
)
PROTECTED = Family(
    "limen_indicator_protected",
    "Whether the figure rests on numbers too small to show: 0 no, 1 yes (its value is left out).",
    _SERIES,
)
ALERT_STATE = Family(
    "limen_alert_state", "State of an alert: 0 inactive, 1 pending, 2 firing, 3 resolved.", _ALERT
)
ALERT_LEVEL = Family("limen_alert_level", "Level of an alert: 0 none, 1 info, 2 warning, 3 critical.", _ALERT)
RULE_HEALTH = Family(
    "limen_rule_health",
    "Whether the rule could be judged on its latest figure: 0 yes, 1 no data, 2 error.",
    _ALERT,
)
FIGURES_LATE = Family(
    "limen_figures_late",
    "Whether a figure is overdue: 1 late; absent where it has come, and where none is waited for.",
    _SERIES,
)

FIGURES_DOUBTFUL = Family(
    "limen_figures_doubtful",
    "Whether a figure is doubtful, or missing by a fault of the data: 1 it is; absent where it is not.",
    _SERIES,
)

RATING_NUMBERS: Mapping[RagRating, int | None] = {
    RagRating.NOT_RATED: 0,
    RagRating.GREEN: 1,
    RagRating.AMBER: 2,
    RagRating.RED: 3,
    RagRating.NO_DATA: None,
}
DIRECTION_NUMBERS: Mapping[DirectionOfTravel, int] = {
    DirectionOfTravel.UNKNOWN: 0,
    DirectionOfTravel.IMPROVING: 1,
    DirectionOfTravel.STEADY: 2,
    DirectionOfTravel.WORSENING: 3,
}
STATE_NUMBERS: Mapping[AlertState, int] = {state: place for place, state in enumerate(AlertState)}
HEALTH_NUMBERS: Mapping[RuleHealth, int] = {health: place for place, health in enumerate(RuleHealth)}


@dataclass(frozen=True, slots=True)
class Standing:
    """How one indicator stands in one area. If ``protected``, ``evaluation.value`` is not to be shown."""

    evaluation: Evaluation
    protected: bool


@dataclass(frozen=True, slots=True)
class LateFigure:
    """A figure that has not come: that for the period to ``period_end``, which was to be there by ``due``."""

    indicator: str
    area: str
    period_end: date | None
    due: date | None


@dataclass(frozen=True, slots=True)
class DoubtfulFigure:
    """A figure that is doubtful since the period to ``period_end``, or ``missing`` for it."""

    indicator: str
    area: str
    period_end: date | None
    missing: bool


class Scoreboard:
    """The latest figure of every series and the state of every alert, as values and as Prometheus series.

    Written by the cycle, read by the HTTP port: may be used by several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._standings: dict[tuple[str, str], Standing] = {}
        self._alerts: dict[tuple[str, str], Alert] = {}
        self._rulebook: Rulebook | None = None
        self._areas: AreaTree | None = None
        self._figures: SeriesTable[tuple[str, str]] = SeriesTable(
            (VALUE, TARGET, LOWER, UPPER, RATING, DIRECTION, PERIOD_END, PROVISIONAL, PROTECTED)
        )
        self._states: SeriesTable[tuple[str, str]] = SeriesTable((ALERT_STATE, ALERT_LEVEL, RULE_HEALTH))
        self._late: dict[tuple[str, str], LateFigure] = {}
        self._late_figures: SeriesTable[tuple[str, str]] = SeriesTable((FIGURES_LATE,))
        self._doubtful: dict[tuple[str, str], DoubtfulFigure] = {}
        self._acknowledged: Mapping[tuple[str, str], Acknowledgement] = {}
        self._silences: tuple[Silence, ...] = ()
        self._held: Mapping[tuple[str, str], HeldNews] = {}
        self._doubtful_figures: SeriesTable[tuple[str, str]] = SeriesTable((FIGURES_DOUBTFUL,))
        self._indicator_info: SeriesTable[str] = SeriesTable((INDICATOR_INFO,))
        self._area_info: SeriesTable[str] = SeriesTable((AREA_INFO,))

    def describe(self, rulebook: Rulebook, areas: AreaTree) -> None:
        """Takes titles and kinds of area from a rulebook that has come into force.

        What the new rulebook and tree no longer know leaves the scoreboard.
        """
        with self._lock:
            self._rulebook, self._areas = rulebook, areas
            self._standings = {
                key: standing
                for key, standing in self._standings.items()
                if key[0] in rulebook.indicators and key[1] in areas.by_name
            }
            self._alerts = {key: alert for key, alert in self._alerts.items() if key[0] in rulebook.alerts}
            self._figures.keep(self._standings)
            self._states.keep(self._alerts)
            self._late = {
                key: late
                for key, late in self._late.items()
                if key[0] in rulebook.indicators and key[1] in areas.by_name
            }
            self._late_figures.keep(self._late)
            self._doubtful = {
                key: doubtful
                for key, doubtful in self._doubtful.items()
                if key[0] in rulebook.indicators and key[1] in areas.by_name
            }
            self._doubtful_figures.keep(self._doubtful)
        self._indicator_info.clear()
        self._indicator_info.put(
            (
                each.id,
                (each.id, each.title, each.theme, each.unit, str(each.polarity)),
                {INDICATOR_INFO.name: 1},
            )
            for each in rulebook.indicators.values()
        )
        self._area_info.clear()
        self._area_info.put(
            (each.name, (each.name, str(each.type), each.parent or "", each.code or ""), {AREA_INFO.name: 1})
            for each in areas
        )

    def update(
        self,
        evaluations: Iterable[Evaluation],
        alerts: Iterable[Alert],
        protected: Collection[tuple[str, str]],
    ) -> None:
        """Takes what a cycle has judged; what it did not judge stays.

        Args:
            evaluations: of a series the latest counts; one that is older than what stands is passed over.
            alerts: as they stand after the cycle, those of lateness and of data faults too.
            protected: every (indicator, area) whose latest figure must not be shown, for all areas of the
                indicators in ``evaluations``: what one area's figure gives away depends on the others.
        """
        with self._lock:
            latest = self._latest(evaluations)
            changed = {key: Standing(each, key in protected) for key, each in latest.items()}
            concerned = {indicator for indicator, _ in latest}
            for key, standing in self._standings.items():
                if key not in changed and key[0] in concerned and standing.protected != (key in protected):
                    changed[key] = Standing(standing.evaluation, key in protected)
            self._standings.update(changed)
            new_alerts: dict[tuple[str, str], Alert] = {}
            for alert in alerts:
                late, faulty = late_indicator(alert.rule), faulty_indicator(alert.rule)
                if late is not None:
                    self._note_late(late, alert)
                elif faulty is not None:
                    self._note_doubtful(faulty, alert)
                else:
                    new_alerts[alert.rule, alert.area] = alert
            self._alerts.update(new_alerts)
            self._late_figures.keep(self._late)
            self._late_figures.put((key, key, {FIGURES_LATE.name: 1}) for key in self._late)
            self._doubtful_figures.keep(self._doubtful)
            self._doubtful_figures.put((key, key, {FIGURES_DOUBTFUL.name: 1}) for key in self._doubtful)
            self._figures.put((key, key, _figure_samples(standing)) for key, standing in changed.items())
            self._states.put(
                (key, (*key, self._indicator_of(key[0])), _alert_samples(alert))
                for key, alert in new_alerts.items()
            )

    def _note_late(self, indicator: str, alert: Alert) -> None:
        if alert.state is AlertState.FIRING:
            late = LateFigure(indicator, alert.area, alert.breach_since, alert.fired_on)
            self._late[indicator, alert.area] = late
        else:
            self._late.pop((indicator, alert.area), None)

    def _note_doubtful(self, indicator: str, alert: Alert) -> None:
        if alert.state is AlertState.FIRING:
            doubtful = DoubtfulFigure(indicator, alert.area, alert.breach_since, missing=alert.streak == 0)
            self._doubtful[indicator, alert.area] = doubtful
        else:
            self._doubtful.pop((indicator, alert.area), None)

    def _latest(self, evaluations: Iterable[Evaluation]) -> dict[tuple[str, str], Evaluation]:
        latest: dict[tuple[str, str], Evaluation] = {}
        for evaluation in evaluations:
            key = (evaluation.indicator, evaluation.area)
            standing = self._standings.get(key)
            known = latest.get(key) or (standing.evaluation if standing else None)
            if known is None or evaluation.period_end >= known.period_end:
                latest[key] = evaluation
        return latest

    def _indicator_of(self, rule: str) -> str:
        known = self._rulebook.alerts.get(rule) if self._rulebook else None
        return known.indicator if known else ""

    def clear(self) -> None:
        """Takes every figure and alert out, so that a full evaluation can be put in anew."""
        with self._lock:
            self._standings.clear()
            self._alerts.clear()
            self._late.clear()
            self._doubtful.clear()
            self._figures.clear()
            self._states.clear()
            self._late_figures.clear()
            self._doubtful_figures.clear()

    @property
    def rulebook(self) -> Rulebook | None:
        """The rulebook in force; None before the first was read."""
        return self._rulebook

    @property
    def areas(self) -> AreaTree | None:
        """The tree of areas in force; None before the first was read."""
        return self._areas

    def standings(self) -> tuple[Standing, ...]:
        """How every series stands, in the order in which they first came."""
        with self._lock:
            return tuple(self._standings.values())

    def alerts(self) -> tuple[Alert, ...]:
        """How every alert stands, in the order in which they first came."""
        with self._lock:
            return tuple(self._alerts.values())

    def late(self) -> tuple[LateFigure, ...]:
        """The figures that have not come in time, in the order in which they were found late."""
        with self._lock:
            return tuple(self._late.values())

    def doubtful(self) -> tuple[DoubtfulFigure, ...]:
        """The figures that are doubtful or missing, in the order in which they were found so."""
        with self._lock:
            return tuple(self._doubtful.values())

    def suppressed(
        self, acknowledged: Mapping[tuple[str, str], Acknowledgement], silences: Iterable[Silence]
    ) -> None:
        """Takes which alerts are acknowledged, and which silences are active; authors by their names."""
        with self._lock:
            self._acknowledged, self._silences = dict(acknowledged), tuple(silences)

    def acknowledged(self) -> Mapping[tuple[str, str], Acknowledgement]:
        """The acknowledgements that hold, by (rule, area)."""
        with self._lock:
            return self._acknowledged

    def held(self, news: Mapping[tuple[str, str], HeldNews]) -> None:
        """Takes of which alerts news is held back."""
        with self._lock:
            self._held = dict(news)

    def held_news(self) -> Mapping[tuple[str, str], HeldNews]:
        """What is held back of alerts, by (rule, area)."""
        with self._lock:
            return self._held

    def silences(self) -> tuple[Silence, ...]:
        """The silences that are active."""
        with self._lock:
            return self._silences

    def exposition(self, *, openmetrics: bool = False) -> bytes:
        """All series in Prometheus's text format, rendered once per change."""
        tables = (
            self._indicator_info,
            self._area_info,
            self._figures,
            self._states,
            self._late_figures,
            self._doubtful_figures,
        )
        return b"".join(table.exposition(openmetrics=openmetrics) for table in tables)


def _figure_samples(standing: Standing) -> Mapping[str, Number | None]:
    figure = standing.evaluation
    return {
        VALUE.name: None if standing.protected else figure.value,
        TARGET.name: figure.target,
        LOWER.name: figure.lower,
        UPPER.name: figure.upper,
        RATING.name: RATING_NUMBERS[figure.rag],
        DIRECTION.name: DIRECTION_NUMBERS[figure.direction],
        PERIOD_END.name: _timestamp(figure.period_end),
        PROVISIONAL.name: int(figure.status is Status.PROVISIONAL),
        PROTECTED.name: int(standing.protected),
    }


def _alert_samples(alert: Alert) -> Mapping[str, Number | None]:
    return {
        ALERT_STATE.name: STATE_NUMBERS[alert.state],
        ALERT_LEVEL.name: 0 if alert.level is None else alert.level.rank + 1,
        RULE_HEALTH.name: HEALTH_NUMBERS[alert.health],
    }


def _timestamp(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
