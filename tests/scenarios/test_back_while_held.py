"""A breach that is back before anybody has heard of its end goes on, with its answers and its days."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.rulebook import Escalation, Level, RouteMatch, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Days, Digest, Reminders
from monitor.store.alerts import alerts
from monitor.store.follow_ups import FollowUpKind
from monitor.store.store import Store
from monitor.wording import headline
from tests.scenarios.test_told_in_time import by, swale
from tests.support import telling_days as days
from tests.support.rules import HERE, revised

MONDAY = datetime(2013, 12, 2, 9, 0, tzinfo=UTC)
EVENING = MONDAY.replace(hour=19)
MINUTES = timedelta(minutes=10)
MATCH = RouteMatch(scope=Scope(names=frozenset({"Swale"})))
OUT_OF_BOUNDS = swale("20", "46")
MAY = OUT_OF_BOUNDS[1]
CORRECTED, BACK = revised(MAY, "10"), revised(revised(MAY, "10"), "46")
REMINDERS = Reminders(after=2)
DIRECTOR = Escalation(3, (RouteTarget("area director", None, HERE),), HERE)


def episode(store: Store) -> int:
    with store.reading() as connection:
        return alerts(connection)["the-rule", "Swale"].episode


def reasons_since(store: Store, at: datetime) -> list[TellReason]:
    return [each.decision.reason for each in days.ledger(store) if each.at >= at]


def test_a_figure_put_back_while_its_correction_was_held_is_no_new_breach(store: Store) -> None:
    of = by(timing=OFFICE_HOURS, reminders=REMINDERS)
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.acknowledge(store, MONDAY + MINUTES, "the-rule", "Swale")
    days.bring(store, of, EVENING, [CORRECTED])
    days.bring(store, of, EVENING + MINUTES, [BACK])
    assert reasons_since(store, EVENING + MINUTES) == [TellReason.KNOWN_ALREADY]
    days.let_pass(store, of, MONDAY + timedelta(days=10))
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]
    assert episode(store) == 1
    assert TellReason.ACKNOWLEDGED in reasons_since(store, EVENING)


def test_reminders_and_escalations_go_on_as_counted_before(store: Store) -> None:
    of = by(timing=OFFICE_HOURS, reminders=REMINDERS, escalations=(DIRECTOR,))
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    before = days.waiting(store)
    days.bring(store, of, EVENING, [CORRECTED])
    days.bring(store, of, EVENING + MINUTES, [BACK])
    assert days.waiting(store) == before
    days.let_pass(store, of, MONDAY + timedelta(days=3))
    (reminder,) = days.notices_to(store, "sam")[1:]
    assert (reminder.kind, reminder.reminders, reminder.first_told_on) == (
        NoticeKind.REMINDER,
        1,
        MONDAY.date(),
    )
    assert days.kinds_to(store, "ana") == [NoticeKind.ESCALATED]


def test_what_was_due_while_the_end_was_held_follows_at_once_when_the_breach_is_back(store: Store) -> None:
    of = by(reminders=REMINDERS)
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.silence(store, EVENING, timedelta(days=9), MATCH)
    days.bring(store, of, EVENING, [CORRECTED])
    days.let_pass(store, of, MONDAY + timedelta(days=4))
    assert days.next_due(store) == EVENING + timedelta(days=9)
    days.bring(store, of, MONDAY + timedelta(days=5), [BACK])
    days.let_pass(store, of, EVENING + timedelta(days=9))
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.REMINDER]


def test_an_end_that_is_told_leaves_nothing_to_come_back_to(store: Store) -> None:
    of = by(timing=OFFICE_HOURS, reminders=REMINDERS, escalations=(DIRECTOR,))
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.bring(store, of, EVENING, [CORRECTED])
    assert {each.kind for each in days.waiting(store)} == set(FollowUpKind) - {FollowUpKind.SILENCE}
    days.let_pass(store, of, MONDAY + timedelta(days=1))
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RESTATED]
    assert days.waiting(store) == ()


def test_a_breach_whose_end_was_told_begins_anew(store: Store) -> None:
    of = by()
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.bring(store, of, EVENING, [CORRECTED])
    days.bring(store, of, EVENING + MINUTES, [BACK])
    assert episode(store) == 2
    assert len(days.notices_to(store, "sam")) == 3


@pytest.mark.parametrize("held_by", ["a digest", "a silence"])
def test_digests_and_silences_make_no_new_breach_of_it_either(store: Store, held_by: str) -> None:
    digest = Digest(Days.WORKING_DAYS, MONDAY.time())
    of = by(timing=digest) if held_by == "a digest" else by()
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    if held_by == "a silence":
        days.silence(store, EVENING, timedelta(hours=12), MATCH)
    days.bring(store, of, EVENING, [CORRECTED])
    days.bring(store, of, EVENING + MINUTES, [BACK])
    days.let_pass(store, of, MONDAY + timedelta(days=4))
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]


def test_what_is_back_at_a_worse_level_is_told_as_worse(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    days.bring(store, of, MONDAY, swale("20", "35"))
    days.bring(store, of, EVENING, [CORRECTED])
    days.bring(store, of, EVENING + MINUTES, [BACK])
    days.let_pass(store, of, MONDAY + timedelta(days=1))
    (notice,) = days.notices_to(store, "sam")[1:]
    assert notice.restated is not None
    assert (notice.restated.was.value, notice.level) == (Decimal(35), Level.CRITICAL)
    assert episode(store) == 1


def test_whoever_knows_of_a_breach_hears_of_its_end_though_another_came_and_went_meanwhile(
    store: Store,
) -> None:
    of = by(timing=OFFICE_HOURS)
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    for number, value in enumerate(("20", "46", "20", "46", "20")):
        later = swale(*["20"] * (2 + number), value)[-1:]
        days.bring(store, of, EVENING + number * MINUTES, later)
    days.let_pass(store, of, MONDAY + timedelta(days=1))
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RECOVERED]
    assert days.waiting(store) == ()


def test_a_step_to_a_role_that_nobody_holds_names_its_route_and_no_person(store: Store) -> None:
    nobody = Escalation(1, (RouteTarget("director", None, HERE),), HERE)
    of = by(escalations=(nobody,))
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.let_pass(store, of, MONDAY + timedelta(days=2))
    (found,) = [each for each in days.decided(store) if each.reason is TellReason.NOBODY_TO_ESCALATE_TO]
    assert found.note == "by route “managers”"


def test_of_a_rule_that_is_gone_when_a_recovery_may_be_told_no_old_figure_is_said_to_be_within_limits(
    store: Store,
) -> None:
    of = by(timing=OFFICE_HOURS)
    days.bring(store, of, MONDAY, OUT_OF_BOUNDS)
    days.bring(store, of, EVENING, swale("20", "46", "10")[2:])
    kept = {name: print_ for name, print_ in of.rulebook.fingerprints.items() if name != "the-rule"}
    gone = replace(of, rulebook=replace(of.rulebook, alerts={}, fingerprints=kept))
    days.let_pass(store, gone, EVENING + MINUTES)
    days.let_pass(store, gone, MONDAY + timedelta(days=2))

    (last,) = days.notices_to(store, "sam")[1:]
    assert last.kind is NoticeKind.CLOSED
    assert headline(last) == (
        "This alert is over: it had recovered, and then its rule was taken out of the rulebook."
    )
