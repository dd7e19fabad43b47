"""Every metric of limen, named once, and the scoreboard: how each indicator and each alert stands now.

Names follow https://prometheus.io/docs/practices/naming/ and pass ``promtool check metrics``. ``limen_indicator_*``
and ``limen_alert_*`` are what the service is for; the others tell how limen itself fares. There is no global
state: each :class:`Metrics` has a registry of its own.
"""

import platform
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from monitor.core.alerts import Alert, AlertState
from monitor.core.areas import AreaTree
from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating, RuleHealth
from monitor.core.observations import Status
from monitor.core.rulebook import Rulebook
from monitor.exposition import Family, Number, SeriesTable

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
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
    """How one indicator stands in one area, for people: ``evaluation.value`` is not to be shown if ``protected``."""

    evaluation: Evaluation
    protected: bool


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
            alerts: as they stand after the cycle.
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
            new_alerts = {(alert.rule, alert.area): alert for alert in alerts}
            self._alerts.update(new_alerts)
            self._figures.put((key, key, _figure_samples(standing)) for key, standing in changed.items())
            self._states.put(
                (key, (*key, self._indicator_of(key[0])), _alert_samples(alert))
                for key, alert in new_alerts.items()
            )

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
            self._figures.clear()
            self._states.clear()

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

    def exposition(self, *, openmetrics: bool = False) -> bytes:
        """All series in Prometheus's text format, rendered once per change."""
        tables = (self._indicator_info, self._area_info, self._figures, self._states)
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


class _WithoutCreated(Collector):
    """A registry's metrics without the ``_created`` series, which double their number and which nobody reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Metrics:
    """What limen tells Prometheus. Methods say what happened; times are aware datetimes, durations in seconds."""

    def __init__(self, version: str) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.scoreboard = Scoreboard()

        build = Gauge(
            "limen_build_info", "Which limen runs here; always 1.", ["version", "python"], registry=registry
        )
        build.labels(version, platform.python_version()).set(1)

        self._rulebook_info = Gauge(
            "limen_rulebook_info",
            "Which rulebook is in force; always 1.",
            ["hash", "revision"],
            registry=registry,
        )
        self._rules = Gauge(
            "limen_rulebook_rules", "What the rulebook in force holds.", ["kind"], registry=registry
        )
        self._reload_success = Gauge(
            "limen_rulebook_last_reload_successful",
            "Whether the last reading of the rules gave a rulebook: 0 no (the last good one stays), 1 yes.",
            registry=registry,
        )
        self._reload_success_time = Gauge(
            "limen_rulebook_last_reload_success_timestamp_seconds",
            "When the rules were last read without an error.",
            registry=registry,
        )
        self._reloads = Counter(
            "limen_rulebook_reloads_total", "Readings of the rules.", ["result"], registry=registry
        )
        self._problems = Gauge(
            "limen_rulebook_problems",
            "Errors that the last reading of the rules found.",
            registry=registry,
        )

        self._files = Counter(
            "limen_intake_files_total", "Files read from the inbox or by hand.", ["result"], registry=registry
        )
        self._rows = Counter("limen_intake_rows_total", "Rows of those files.", ["result"], registry=registry)

        self._cycles = Counter(
            "limen_cycles_total", "Evaluation cycles that came to an end.", ["result"], registry=registry
        )
        self._cycle_seconds = Histogram(
            "limen_cycle_duration_seconds",
            "How long evaluation cycles took.",
            buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
            registry=registry,
        )
        self._last_success = Gauge(
            "limen_last_successful_cycle_timestamp_seconds",
            "When the last successful evaluation cycle ended; 0 before the first.",
            registry=registry,
        )
        self._store_up = Gauge(
            "limen_store_up", "Whether the last cycle reached the database: 0 no, 1 yes.", registry=registry
        )
        self._evaluations = Counter("limen_evaluations_total", "Figures judged.", registry=registry)
        self._transitions = Counter("limen_alert_transitions_total", "Steps of alerts.", registry=registry)
        self._job_failures = Counter(
            "limen_job_failures_total",
            "Jobs of the daemon that ended in an error.",
            ["job"],
            registry=registry,
        )
        self._jobs_skipped = Counter(
            "limen_jobs_skipped_total",
            "Times a job was due while its last run was still going on.",
            ["job"],
            registry=registry,
        )

        self._enqueued = Counter(
            "limen_notifications_enqueued_total", "Notifications put into the outbox.", registry=registry
        )
        self._deliveries = Counter(
            "limen_deliveries_total", "Attempts to deliver.", ["channel", "outcome"], registry=registry
        )
        self._outbox = Gauge(
            "limen_outbox_entries", "Notifications in the outbox.", ["state"], registry=registry
        )
        self._oldest = Gauge(
            "limen_outbox_oldest_pending_age_seconds",
            "Age of the oldest notification that waits to be sent, when last looked; 0 where none waits.",
            registry=registry,
        )

    def rulebook_read(self, *, version: str, problems: int, changed: bool, now: datetime) -> None:
        """The rules were read and are good; ``version`` is the rulebook's hash, ``problems`` counts warnings left."""
        self._reloads.labels("changed" if changed else "unchanged").inc()
        self._reload_success.set(1)
        self._reload_success_time.set(now.timestamp())
        self._problems.set(problems)
        if not self._names(version):
            self._rulebook_info.clear()
            self._rulebook_info.labels(version, "").set(1)

    def _names(self, version: str) -> bool:
        """Whether a rulebook with this hash is the one that is told of already, maybe with its revision."""
        (metric,) = self._rulebook_info.collect()
        return any(sample.labels["hash"] == version for sample in metric.samples)

    def rulebook_in_force(self, rulebook: Rulebook, areas: AreaTree) -> None:
        """A rulebook has come into force."""
        self._rulebook_info.clear()
        self._rulebook_info.labels(rulebook.version, rulebook.revision or "").set(1)
        self._rules.labels("indicators").set(len(rulebook.indicators))
        self._rules.labels("alerts").set(len(rulebook.alerts))
        self._rules.labels("routes").set(len(rulebook.routes))
        self.scoreboard.describe(rulebook, areas)

    def rulebook_refused(self, problems: int) -> None:
        """The rules were read and have errors: the last good rulebook stays in force."""
        self._reloads.labels("refused").inc()
        self._reload_success.set(0)
        self._problems.set(problems)

    def file_read(self, result: str, rows: Mapping[str, int]) -> None:
        """A file was read; ``rows`` counts its rows by what became of them."""
        self._files.labels(result).inc()
        for became, count in rows.items():
            self._rows.labels(became).inc(count)

    def cycle_finished(
        self, seconds: float, *, now: datetime, evaluated: int, transitions: int, enqueued: int
    ) -> None:
        """A cycle came to its end at ``now`` after ``seconds``, and reached the database."""
        self._cycles.labels("ok").inc()
        self._cycle_seconds.observe(seconds)
        self._last_success.set(now.timestamp())
        self._store_up.set(1)
        self._evaluations.inc(evaluated)
        self._transitions.inc(transitions)
        self._enqueued.inc(enqueued)

    def cycle_failed(self, seconds: float, *, store_reached: bool) -> None:
        """A cycle ended in an error after ``seconds``."""
        self._cycles.labels("failed").inc()
        self._cycle_seconds.observe(seconds)
        self._store_up.set(int(store_reached))

    def job_failed(self, job: str) -> None:
        """A job of the daemon ended in an error."""
        self._job_failures.labels(job).inc()

    def job_skipped(self, job: str) -> None:
        """A job was due while its last run was still going on."""
        self._jobs_skipped.labels(job).inc()

    def delivered(self, channel: str, outcome: str, count: int = 1) -> None:
        """Attempts to deliver came to an outcome: delivered, deferred or rejected."""
        self._deliveries.labels(channel, outcome).inc(count)

    def outbox_counted(
        self, entries: Mapping[str, int], oldest_pending: datetime | None, now: datetime
    ) -> None:
        """The outbox was counted: entries by state, and since when the oldest pending one waits."""
        for state, count in entries.items():
            self._outbox.labels(state).set(count)
        self._oldest.set(0 if oldest_pending is None else max(0.0, (now - oldest_pending).total_seconds()))

    def exposition(self) -> bytes:
        """Everything in the text format 0.0.4 (:data:`TEXT_FORMAT`)."""
        return self.negotiated("")[0]

    def negotiated(self, accept: str) -> tuple[bytes, str]:
        """Everything in the format that an Accept header asks for, and that format's content type."""
        encoder: Callable[[Collector], bytes]
        encoder, content_type = choose_encoder(accept)
        own = encoder(_WithoutCreated(self._registry))
        openmetrics = content_type.startswith("application/openmetrics-text")
        series = self.scoreboard.exposition(openmetrics=openmetrics)
        ending = b"# EOF\n" if openmetrics else b""
        return own.removesuffix(ending) + series + ending, content_type
