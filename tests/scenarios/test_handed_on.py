"""A breach after whoever was told of it has handed their role on: the successor is told, not reminded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Directory, RoleHolding
from monitor.core.windows import Reminders
from monitor.store.decisions import decisions_since
from monitor.store.follow_ups import FollowUpKind
from monitor.store.store import Store
from tests.scenarios.test_told_in_time import PEOPLE, acknowledge, at_once, by, run, swale, told, waiting

START = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize("acknowledged", [False, True])
def test_a_successor_is_told_first_and_reminded_after(store: Store, *, acknowledged: bool) -> None:
    of_kent = by(reminders=Reminders(after=2, factor=1))
    at_once(store, of_kent, swale("20", "46"), START)
    if acknowledged:
        acknowledge(store, START, "critical", START + 3 * DAY)
    holdings = (RoleHolding("district manager", "Swale", ("ana",)), *PEOPLE.holdings[1:])
    handed_over = replace(of_kent, directory=Directory(PEOPLE.people, holdings))
    run(store, handed_over, START + 2 * DAY)
    first = START + (3 if acknowledged else 2) * DAY
    if acknowledged:
        assert told(store)[1:] == [], "somebody deals with it"
        run(store, handed_over, first)
    assert told(store)[1:] == [("ana", NoticeKind.BREACH, first)]
    with store.reading() as connection:
        last = decisions_since(connection, 0)[-1].decision
    assert (last.reason, last.route, last.role) == (TellReason.ROUTE, "managers", "district manager")
    (row,) = (each for each in waiting(store) if each.kind is FollowUpKind.REMINDER)
    assert (row.subject, row.step) == ("ana", 0)
    assert row.due_at is not None
    run(store, handed_over, row.due_at)
    assert told(store)[2:] == [("ana", NoticeKind.REMINDER, row.due_at)]
