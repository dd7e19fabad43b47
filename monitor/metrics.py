"""What limen tells Prometheus: how limen itself fares, and with it the scoreboard.

Every metric is named once: here, or in :mod:`monitor.scoreboard` if it tells of an indicator or an alert.
Names follow https://prometheus.io/docs/practices/naming/ and pass ``promtool check metrics``. There is no
global state: each :class:`Metrics` has a registry of its own.
"""

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from monitor.core.areas import AreaTree
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.rulebook import Rulebook
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.waiting import NOTHING_WAITS, Waiting
from monitor.scoreboard import Scoreboard


def reason_label(reason: TellReason) -> str:
    """How a reason is called in a label: ``window``, ``late_feed``. Its words may change; this stays."""
    return reason.name.lower()


DELIVERY_OUTCOMES = ("delivered", "deferred", "rejected")
TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


class _WithoutCreated(Collector):
    """A registry's metrics without the ``_created`` series, which double their number for no reader."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield metric


class Metrics:
    """What limen tells Prometheus. Methods say what happened; times are aware, durations in seconds."""

    def __init__(self, version: str) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.scoreboard = Scoreboard()
        self._name_rulebook(registry)
        self._name_suppressions(registry)
        self._name_intake(registry)
        self._name_cycle(registry)
        self._name_outbox(registry)
        self._name_templates(registry)
        self._name_telling(registry)
        build = Gauge(
            "limen_build_info", "Which limen runs here; always 1.", ["version", "python"], registry=registry
        )
        build.labels(version, platform.python_version()).set(1)

    def _name_rulebook(self, registry: CollectorRegistry) -> None:
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
            "Problems that the last reading of the rules found.",
            registry=registry,
        )

    def _name_suppressions(self, registry: CollectorRegistry) -> None:
        self._alerts_acknowledged = Gauge(
            "limen_alerts_acknowledged",
            "Alerts that fire and that somebody has acknowledged.",
            registry=registry,
        )
        self._silences_active = Gauge(
            "limen_silences_active", "Silences that keep news from people now.", registry=registry
        )

    def _name_intake(self, registry: CollectorRegistry) -> None:
        self._files = Counter(
            "limen_intake_files_total", "Files read from the inbox or by hand.", ["result"], registry=registry
        )
        self._rows = Counter("limen_intake_rows_total", "Rows of those files.", ["result"], registry=registry)
        # A counter that is not there before its first count does not increase by it.
        self._files.labels("refused")
        self._rows.labels("rejected")
        self._stuck_files: tuple[str, ...] = ()
        self._stuck = Gauge(
            "limen_inbox_files_stuck",
            "Files that stay in the inbox as they can't be read or moved, when last looked.",
            registry=registry,
        )

    def _name_cycle(self, registry: CollectorRegistry) -> None:
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

    def _name_outbox(self, registry: CollectorRegistry) -> None:
        self._last_count: Mapping[str, int] = {}
        self._failing_count, self._faulty_files = 0, (0, 0)
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
        self._failing = Gauge(
            "limen_addresses_failing", "Addresses whose mails come back, not cleared yet.", registry=registry
        )

    def _name_templates(self, registry: CollectorRegistry) -> None:
        self._template_lines: tuple[str, ...] = ()
        self._template_problems = Gauge(
            "limen_template_problems",
            "Errors in the house's templates of mails; where they fail, mails go out by limen's own.",
            registry=registry,
        )

    def _name_telling(self, registry: CollectorRegistry) -> None:
        self._waiting = NOTHING_WAITS
        self._decisions = Counter(
            "limen_decisions_total",
            "Decisions to tell somebody of an alert, or not (yet), by their reason.",
            ["reason"],
            registry=registry,
        )
        self._reminders = Counter("limen_reminders_total", "Reminders put into mails.", registry=registry)
        self._held = Gauge(
            "limen_notifications_held",
            "What is held back from somebody now: news, and reminders and escalations that are due.",
            ["reason"],
            registry=registry,
        )
        self._oldest_held = Gauge(
            "limen_oldest_held_seconds",
            "For how long the oldest piece of news has been held back; 0 where none is.",
            ["reason"],
            registry=registry,
        )
        self._overdue = Gauge(
            "limen_follow_ups_overdue_seconds",
            "By how much limen is late with what it was to come back to; 0 where it is not.",
            registry=registry,
        )
        for reason in TellReason:
            self._decisions.labels(reason_label(reason))
            if reason.held:
                self._held.labels(reason_label(reason))
                self._oldest_held.labels(reason_label(reason))

    def rulebook_read(self, *, version: str, problems: int, changed: bool, now: datetime) -> None:
        """The rules were read and are good; ``version`` is their hash, ``problems`` counts the warnings."""
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

    def suppressed(
        self, acknowledged: Mapping[tuple[str, str], Acknowledgement], silences: Sequence[Silence]
    ) -> None:
        """Somebody has acknowledged these alerts, by (rule, area), and these silences are active."""
        self._alerts_acknowledged.set(len(acknowledged))
        self._silences_active.set(len(silences))
        self.scoreboard.suppressed(acknowledged, silences)

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

    def inbox_looked_at(self, stuck: Sequence[str]) -> None:
        """The inbox was looked at: why each file stays there that can't be read or moved."""
        self._stuck.set(len(stuck))
        self._stuck_files = tuple(stuck)

    @property
    def stuck_files(self) -> tuple[str, ...]:
        """Why files stay in the inbox, as last seen, a line for each."""
        return self._stuck_files

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

    def channels_known(self, channels: Iterable[str]) -> None:
        """Mails may go out on these channels: what comes of them is counted from 0 on.

        A counter that is not there before its first count does not increase by it.
        """
        for channel in channels:
            for outcome in DELIVERY_OUTCOMES:
                self._deliveries.labels(channel, outcome)

    def delivered(self, channel: str, outcome: str, count: int = 1) -> None:
        """Attempts to deliver came to one of the :data:`DELIVERY_OUTCOMES`."""
        self.channels_known((channel,))
        self._deliveries.labels(channel, outcome).inc(count)

    def outbox_counted(
        self, entries: Mapping[str, int], oldest_pending: datetime | None, now: datetime
    ) -> None:
        """The outbox was counted: entries by state, and since when the oldest pending one waits."""
        for state, count in entries.items():
            self._outbox.labels(state).set(count)
        self._oldest.set(0 if oldest_pending is None else max(0.0, (now - oldest_pending).total_seconds()))
        self._last_count = dict(entries)

    def addresses_counted(self, failing: int) -> None:
        """The addresses that fail were counted."""
        self._failing.set(failing)
        self._failing_count = failing

    @property
    def failing_addresses(self) -> int:
        """How many addresses fail, as last counted."""
        return self._failing_count

    def files_counted(self, unread: int, partly_read: int) -> None:
        """Files that could not be read of late were counted, and those of which rows were set aside."""
        self._faulty_files = (unread, partly_read)

    @property
    def faulty_files(self) -> tuple[int, int]:
        """Those that could not be read, and those of which rows were set aside, as last counted."""
        return self._faulty_files

    def templates_judged(self, problems: Sequence[str]) -> None:
        """The house's templates were checked, or a mail was laid out with them; a line for each error."""
        self._template_problems.set(len(problems))
        self._template_lines = tuple(problems)

    @property
    def template_problems(self) -> tuple[str, ...]:
        """The errors of the house's templates as last known, a line for each."""
        return self._template_lines

    def decided(self, counted: Mapping[tuple[TellReason, NoticeKind | None], int]) -> None:
        """A cycle has decided whom to tell: how often for each reason and kind of news."""
        for (reason, kind), count in counted.items():
            self._decisions.labels(reason_label(reason)).inc(count)
            if reason.told and kind is NoticeKind.REMINDER:
                self._reminders.inc(count)

    def held(self, waiting: Waiting, now: datetime) -> None:
        """What is held back was counted."""
        self._waiting = waiting
        for reason in TellReason:
            if reason.held:
                self._held.labels(reason_label(reason)).set(waiting.held.get(reason, 0))
        self.scoreboard.held(waiting.news)
        self.time_passed(now)

    def time_passed(self, now: datetime) -> None:
        """What was held when last counted has become older."""
        for reason in TellReason:
            if reason.held:
                since = self._waiting.oldest.get(reason)
                age = 0.0 if since is None else max(0.0, (now - since).total_seconds())
                self._oldest_held.labels(reason_label(reason)).set(age)
        due = self._waiting.next_due
        self._overdue.set(0 if due is None else max(0.0, (now - due).total_seconds()))

    @property
    def outbox(self) -> Mapping[str, int]:
        """The outbox's entries by state as last counted; empty before the first count."""
        return self._last_count

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
