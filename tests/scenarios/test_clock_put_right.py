"""A clock that was ahead and is put right: what was written meanwhile holds nothing up."""

from datetime import UTC, datetime, timedelta

from monitor.core.notifications import NoticeKind
from monitor.core.windows import OFFICE_HOURS, Reminders
from monitor.store.follow_ups import FollowUpKind, anything_due, due_follow_ups
from monitor.store.store import Store
from monitor.telling import StormGuard
from monitor.telling.in_memory import InMemory
from tests.scenarios.test_told_in_time import by, swale
from tests.support import telling_days as days
from tests.support.days import take_in

NOW = datetime(2013, 12, 2, 10, 0, tzinfo=UTC)
A_YEAR_AHEAD = datetime(2014, 12, 6, 19, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_what_was_held_by_a_clock_that_was_ahead_is_told_once_it_is_put_right(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    days.bring(store, of, A_YEAR_AHEAD, swale("20", "46"))
    assert days.mails(store) == []
    with store.reading() as connection:
        assert anything_due(connection, NOW)
    days.run(store, of, NOW)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]
    assert days.waiting(store) == ()


def test_held_outside_its_hours_it_waits_for_the_next_ones(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    days.bring(store, of, A_YEAR_AHEAD, swale("20", "46"))
    evening = NOW.replace(hour=20)
    days.run(store, of, evening)
    (row,) = days.waiting(store)
    assert (row.since, row.due_at) == (evening, NOW.replace(day=3, hour=8))
    with store.reading() as connection:
        assert not anything_due(connection, evening)


def test_days_of_reminders_count_from_when_the_clock_was_put_right(store: Store) -> None:
    of = by(reminders=Reminders(after=2))
    days.bring(store, of, A_YEAR_AHEAD, swale("20", "46"))
    days.run(store, of, NOW)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]
    (row,) = days.waiting(store)
    assert (row.kind, row.since, row.due_at) == (FollowUpKind.REMINDER, NOW, NOW + 2 * DAY)
    days.let_pass(store, of, NOW + 2 * DAY)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.REMINDER]


def test_mails_of_a_clock_that_was_ahead_make_no_storm(store: Store) -> None:
    of, guard = by(), StormGuard(per_person=2)
    for number, figures in enumerate((swale("35"), swale("35", "46")[1:])):
        take_in(store, list(figures), now=A_YEAR_AHEAD)
        days.run(store, of, A_YEAR_AHEAD + number * HOUR / 4, guard)
    assert len(days.mails_to(store, "sam")) == 2
    take_in(store, list(swale("35", "46", "10")[2:]), now=NOW)
    days.run(store, of, NOW, guard)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.WORSENED, NoticeKind.RECOVERED]


def test_a_silence_that_lies_ahead_is_not_taken_for_a_clock_s_fault(store: Store) -> None:
    days.silence(store, NOW + DAY, DAY, by().rulebook.routes[0].match)
    with store.reading() as connection:
        assert not anything_due(connection, NOW)
        assert due_follow_ups(connection, NOW) == ()


def test_a_recollection_in_memory_takes_the_same_for_due(store: Store) -> None:
    of = by(timing=OFFICE_HOURS, reminders=Reminders(after=2))
    days.bring(store, of, A_YEAR_AHEAD.replace(day=5, hour=10), swale("20", "46"))
    days.silence(store, NOW + DAY, DAY, by().rulebook.routes[0].match)
    memory = InMemory()
    memory.save_follow_ups(days.waiting(store))
    for now in (NOW, NOW + 3 * DAY, A_YEAR_AHEAD + 30 * DAY):
        with store.reading() as connection:
            assert memory.due_follow_ups(now) == due_follow_ups(connection, now)
