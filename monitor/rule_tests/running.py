"""Runs a test through real cycles, and sees how things stand on each of its days.

A cycle is run on every day on which a figure becomes known, a rule ends or something is expected, at noon.
All of it happens in one transaction, which is never committed: the store is as empty afterwards as before.
"""

import hashlib
import time as clock
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.calendar_england import bank_holidays, calendar_of
from monitor.core.freshness import expected_after
from monitor.cycle import judge_changes
from monitor.rule_tests.checking import Checked, check
from monitor.rule_tests.coverage import CoverageItem
from monitor.rule_tests.model import Arrival, RuleTest, RuleTestFile, Setting
from monitor.rule_tests.results import RuleTestResult
from monitor.rule_tests.scene import Scene
from monitor.store.batches import Channel, NewBatch
from monitor.store.notifications import decisions_since
from monitor.store.observations import record_batch
from monitor.store.store import Store
from monitor.world import World

NOON: Final = time(12)
DOMAIN: Final = "tests.invalid"
"""Of the Message-IDs of mails that are never sent (RFC 2606, 2: a name that never exists)."""


@contextmanager
def throw_away_store() -> Iterator[Store]:
    """An empty store, gone when the block ends."""
    with (
        TemporaryDirectory(prefix="limen-test-") as folder,
        Store.open(f"sqlite:///{Path(folder) / 'limen.db'}", migrate=True) as store,
    ):
        yield store


@contextmanager
def _undone(store: Store) -> Iterator[Connection]:
    """A transaction that is taken back when the block ends."""
    with store.engines.writer.connect() as connection:
        transaction = connection.begin()
        try:
            yield connection
        finally:
            transaction.rollback()


def run_test(store: Store, file: RuleTestFile, test: RuleTest, zone: ZoneInfo) -> RuleTestResult:
    """Runs one test of a file.

    Args:
        store: an empty store; it is left empty.
        file: the file of the test, with the rules that it is about.
        test: the test.
        zone: where the council is; it decides what day it is.
    """
    began = clock.perf_counter()
    with _undone(store) as connection:
        course = _Course(connection, file.setting, zone)
        checked = list(course.follow(test))
    reached = frozenset[CoverageItem]().union(*(each.reached for each in checked))
    differences = tuple(difference for each in checked for difference in each.differences)
    return RuleTestResult(file.file, test.name, test.span, differences, reached, clock.perf_counter() - began)


@dataclass
class _Course:
    """A test under way.

    ``last_cycle`` is the last cycle that did something, ``expected_at`` the one before the last expectation,
    ``told_at`` that before the last one that says who is told.
    """

    connection: Connection
    setting: Setting
    zone: ZoneInfo
    batches: int = 0
    last_cycle: int = 0
    expected_at: int = 0
    told_at: int = 0

    def follow(self, test: RuleTest) -> Iterator[Checked]:
        """Yields what came of each expectation."""
        arrivals = {on: list(found) for on, found in groupby(test.arrivals, key=lambda each: each.on)}
        expectations = {each.at: each for each in test.expectations}
        days = _days(self.setting.world, {*arrivals, *expectations}, test.arrivals)
        for day in days:
            self._record(arrivals.get(day, ()), day)
            self._cycle(day)
            if day in expectations:
                yield check(expectations[day], self._scene(), self.setting)
                self.expected_at = self.last_cycle
                if expectations[day].told_listed is not None:
                    self.told_at = self.last_cycle

    def _cycle(self, day: date) -> None:
        now = datetime.combine(day, NOON, self.zone).astimezone(UTC)
        outcome = judge_changes(
            self.connection, self.setting.world, now=now, calendar=calendar_of(self.zone), domain=DOMAIN
        )
        self.last_cycle = outcome.cycle_id or self.last_cycle

    def _record(self, arrivals: Sequence[Arrival], day: date) -> None:
        if not arrivals:
            return
        self.batches += 1
        batch = NewBatch(
            f"figures known on {day}", hashlib.sha256(f"{self.batches}".encode()).hexdigest(), Channel.INGEST
        )
        now = datetime.combine(day, NOON, self.zone).astimezone(UTC)
        record_batch(self.connection, batch, [arrival.figure for arrival in arrivals], now=now)

    def _scene(self) -> Scene:
        decisions = decisions_since(self.connection, min(self.told_at, self.expected_at))
        dated = [(each, (each.at.astimezone(self.zone).date(), each.decision)) for each in decisions]
        return Scene(
            self.connection,
            tuple(telling for each, telling in dated if each.cycle_id > self.told_at),
            tuple(telling for each, telling in dated if each.cycle_id > self.expected_at),
        )


def _days(world: World, days: Collection[date], arrivals: Iterable[Arrival]) -> list[date]:
    """The days given, and those between them on which something happens without a figure.

    A rule ends, and its alerts are closed; a figure that should have followed another becomes late.
    """
    if not days:
        return []
    first, last = min(days), max(days)
    ends = {rule.retirement.on for rule in world.rulebook.alerts.values() if rule.retirement is not None}
    between = {*ends, *_days_of_lateness(world, arrivals)}
    return sorted({*days, *(day for day in between if first <= day <= last)})


def _days_of_lateness(world: World, arrivals: Iterable[Arrival]) -> Iterator[date]:
    for series, end in {(each.figure.indicator, each.figure.period_end) for each in arrivals}:
        expected = expected_after(end, world.rulebook.indicators[series], _holidays(end))
        if expected is not None:
            yield expected.due + timedelta(days=1)


def _holidays(end: date) -> frozenset[date]:
    """England's bank holidays until a year and 999 working days, the longest there is, from ``end`` on."""
    return bank_holidays(end.year, end.year + 6)
