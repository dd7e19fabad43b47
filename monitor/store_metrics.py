"""What the metrics and the status page show of the store, looked up where it may have changed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from monitor.core.freshness import late_indicator
from monitor.core.plausibility import faulty_indicator
from monitor.metrics import Metrics
from monitor.scoreboard import FILES_SHOWN_FOR
from monitor.standings import standings
from monitor.store.acknowledgements import acknowledged_alerts
from monitor.store.alerts import alerts, firing_alerts
from monitor.store.decisions import decisions_counted
from monitor.store.failing_addresses import count_failing
from monitor.store.file_faults import count_faults
from monitor.store.held_news import waiting
from monitor.store.outbox import outbox_depth
from monitor.store.silences import silences
from monitor.store.store import Store
from monitor.world import World

LOOKS_AT_WAITING_EVERY: Final = timedelta(minutes=5)
"""How often what is held back is counted while no cycle has anything to do."""


class StoreMetrics:
    """Brings metrics up to date with a store."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._looked_at_waiting: datetime | None = None

    def refresh(self, world: World, indicators: frozenset[str] | None, now: datetime) -> None:
        """Brings the scoreboard up to date; ``indicators`` None: all of it."""
        with self._store.reading() as connection:
            found = standings(connection, world, indicators=indicators)
            states = alerts(connection)
        book = world.rulebook
        known = [
            alert
            for alert in states.values()
            if alert.rule in book.alerts
            or (late_indicator(alert.rule) or faulty_indicator(alert.rule)) in book.indicators
        ]
        self._metrics.scoreboard.update(found.evaluations, known, found.protected)
        self.count_outbox(now)

    def show_suppressions(self, world: World, now: datetime) -> None:
        """Shows who deals with which alert, and what is silenced."""
        with self._store.reading() as connection:
            given = acknowledged_alerts(connection)
            firing = firing_alerts(connection) if given else {}
            active = silences(connection, ending_after=now)
        people = world.directory.people
        shown = {
            key: replace(each, author=people[each.author].name if each.author in people else each.author)
            for key, each in given.items()
            if key in firing and each.holds(firing[key].level, now)
        }
        self._metrics.suppressed(shown, [each for each in active if each.is_active(now)])

    def show_waiting(self, cycle_id: int | None, now: datetime) -> None:
        """Shows what is held back and what was decided.

        It is counted after a cycle that did something; else what was counted only grows older, but for a look
        now and then at what other processes did on the same database.
        """
        looked = self._looked_at_waiting
        if cycle_id is None and looked is not None and now - looked < LOOKS_AT_WAITING_EVERY:
            self._metrics.time_passed(now)
            return
        with self._store.reading() as connection:
            self._metrics.held(waiting(connection), now)
            if cycle_id is not None:
                self._metrics.decided(decisions_counted(connection, cycle_id))
        self._looked_at_waiting = now

    def count_files(self, now: datetime) -> None:
        """Counts files that could not be taken in as a whole of late."""
        with self._store.reading() as connection:
            self._metrics.files_counted(*count_faults(connection, now - FILES_SHOWN_FOR))

    def count_outbox(self, now: datetime) -> None:
        """Counts mails by where they are, and addresses that fail."""
        with self._store.reading() as connection:
            depth = outbox_depth(connection, now)
            self._metrics.addresses_counted(count_failing(connection))
        oldest = None if depth.oldest_pending_age is None else now - depth.oldest_pending_age
        by_state = {str(state): count for state, count in depth.by_state.items()}
        self._metrics.outbox_counted(by_state, oldest, now)
