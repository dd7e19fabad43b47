"""Runs a test through real cycles, and sees how things stand at each of its moments.

A cycle is run whenever a figure becomes known, somebody does something, a rule ends, something is expected,
or limen has to come back to something: a window opens, a reminder is due, a silence ends. All of it happens
in one transaction, which is never committed: the store is as empty afterwards as before.
"""

import time as clock
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.calendar_england import calendar_of
from monitor.rule_tests.course import MOST_RETURNS, Course
from monitor.rule_tests.coverage import CoverageItem
from monitor.rule_tests.model import RuleTest, RuleTestFile
from monitor.rule_tests.results import RuleTestResult
from monitor.store.store import Store


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


def run_test(
    store: Store, file: RuleTestFile, test: RuleTest, zone: ZoneInfo, *, most_returns: int = MOST_RETURNS
) -> RuleTestResult:
    """Runs one test of a file.

    Args:
        store: an empty store; it is left empty.
        file: the file of the test, with the rules that it is about.
        test: the test.
        zone: where the council is; it decides what day and what hour it is.
        most_returns: how often limen may come back to something before the test is ended, as a failure.
    """
    began = clock.perf_counter()
    with _undone(store) as connection:
        course = Course(connection, file.setting, calendar_of(zone), most_returns)
        checked = list(course.follow(test))
    reached = frozenset[CoverageItem]().union(*(each.reached for each in checked))
    differences = tuple(difference for each in checked for difference in each.differences)
    return RuleTestResult(file.file, test.name, test.span, differences, reached, clock.perf_counter() - began)
