"""What once was lost, told twice or told wrongly, and must not be again: cycles on a store."""

import shutil
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from monitor.calendar_england import calendar_of
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Deputy, Directory, RoleHolding
from monitor.core.rulebook import Escalation, Level, Route, RouteMatch, RouteTarget
from monitor.core.statistics.flapping import FlappingRule
from monitor.core.suppressions import Silence
from monitor.core.windows import OFFICE_HOURS, Reminders
from monitor.store.audit import audit_trail, verify
from monitor.store.decisions import decisions_since
from monitor.store.erasure import erase, find_person, prune
from monitor.store.follow_ups import FollowUp, FollowUpKind, save_follow_ups
from monitor.store.silences import append_silence
from monitor.store.store import Store
from monitor.world import World
from tests.scenarios.test_freshness import AUGUST, SEPTEMBER, of
from tests.scenarios.test_freshness import waiting as waited_for
from tests.scenarios.test_told_in_time import (
    ANA,
    FRIDAY_EVENING,
    MANAGER,
    MONDAY_AT_8,
    PEOPLE,
    RULE,
    acknowledge,
    at_once,
    by,
    let_pass,
    mails,
    reasons,
    run,
    swale,
    told,
    waiting,
)
from tests.support.days import DISTRICTS, LONDON, OPS, take_in, world
from tests.support.rules import HERE, monthly, revised

START = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
DIRECTOR = RouteTarget("area director", None, HERE)
CALENDAR = calendar_of(LONDON)


@pytest.fixture
def store_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One kind of store is enough: what is tried here is what is decided."""
    path = tmp_path / "limen.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


def silenced(store: Store, start: datetime, until: datetime, area: str) -> None:
    made = Silence(0, start, RouteMatch(scope=Scope(names=frozenset({area}))), "ana", "works", start, until)
    with store.writing() as connection:
        number = append_silence(connection, made).id
        row = FollowUp("", "", 0, FollowUpKind.SILENCE, str(number), 0, start, until, TellReason.SILENCED)
        save_follow_ups(connection, [row])


def renamed(of: World, name: str) -> World:
    book = of.rulebook
    routes = tuple(replace(route, id=name) for route in book.routes)
    return replace(of, rulebook=replace(book, routes=routes, version=f"{book.version}{name}"))


def test_a_late_figure_that_came_during_a_silence_is_told_with_its_period(store: Store) -> None:
    of_kent = waited_for()
    take_in(store, list(of(AUGUST, "Swale")), now=datetime(2013, 10, 1, tzinfo=UTC))
    late = datetime(2013, 10, 22, 9, tzinfo=UTC)
    run(store, of_kent, late)
    end = late + timedelta(days=3)
    silenced(store, late, end, "Swale")
    at_once(store, of_kent, of(SEPTEMBER, "Swale"), late + timedelta(days=1))
    run(store, of_kent, end)
    (notice,) = [each for mail in mails(store) for each in mail.notices if each.kind is NoticeKind.ARRIVED]
    assert (notice.period_end, notice.due) == (SEPTEMBER, date(2013, 10, 21))
    assert notice.period_label == "30 Sep 2013"


def test_a_breach_that_ended_while_it_was_held_says_since_when_it_was(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    at_once(store, of_kent, swale("20", "46"), FRIDAY_EVENING - timedelta(hours=6))
    at_once(store, of_kent, swale("20", "46", "20")[2:], FRIDAY_EVENING)
    run(store, of_kent, MONDAY_AT_8)
    (notice,) = mails(store)[1].notices
    assert notice.kind is NoticeKind.RECOVERED
    assert notice.since_label == "31 May 2012"
    assert notice.previous_level == "critical"


def test_a_held_ending_says_why_though_the_alert_went_on_and_nothing_of_recovery(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    at_once(store, of_kent, swale("20", "46"), FRIDAY_EVENING - timedelta(hours=6))
    at_once(store, of_kent, swale("20", "46", "20")[2:], FRIDAY_EVENING)
    restated = replace(RULE, thresholds=replace(RULE.thresholds, periods=2))
    book = replace(of_kent.rulebook, alerts={"the-rule": restated})
    slower = replace(of_kent, rulebook=replace(book, fingerprints={"the-rule": "slower"}))
    at_once(store, slower, swale("20", "46", "20", "35")[3:], FRIDAY_EVENING + timedelta(hours=1))
    run(store, slower, MONDAY_AT_8)
    (notice,) = mails(store)[1].notices
    assert (notice.kind, notice.reason) == (NoticeKind.PENDING, "recovered")


def test_what_an_edit_ended_while_it_was_held_says_so_though_the_alert_is_pending_again(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    at_once(store, of_kent, swale("20", "46"), FRIDAY_EVENING - timedelta(hours=6))
    slower = replace(RULE, thresholds=replace(RULE.thresholds, periods=3))
    book = replace(of_kent.rulebook, alerts={"the-rule": slower}, fingerprints={"the-rule": "slower"})
    changed = replace(of_kent, rulebook=book)
    run(store, changed, FRIDAY_EVENING)
    assert told(store) == [("sam", NoticeKind.BREACH, FRIDAY_EVENING - timedelta(hours=6))]
    at_once(store, changed, swale("20", "46", "20", "36")[2:], FRIDAY_EVENING + timedelta(hours=1))
    run(store, changed, MONDAY_AT_8)
    (notice,) = mails(store)[1].notices
    assert notice.kind is NoticeKind.PENDING
    assert notice.reason == "the rule was changed"


def test_reminders_and_escalations_outlive_a_new_name_of_their_route(store: Store) -> None:
    of_kent = by(reminders=Reminders(after=2, factor=1), escalations=(Escalation(5, (DIRECTOR,), HERE),))
    at_once(store, of_kent, swale("20", "46"), START)
    of_kent = renamed(of_kent, "managers-of-districts")
    let_pass(store, of_kent, START + timedelta(hours=1), START + timedelta(days=8))
    assert told(store) == [
        ("sam", NoticeKind.BREACH, START),
        ("sam", NoticeKind.REMINDER, START + timedelta(days=2)),
        ("sam", NoticeKind.REMINDER, START + timedelta(days=4)),
        ("ana", NoticeKind.ESCALATED, START + timedelta(days=7)),
        ("sam", NoticeKind.REMINDER, START + timedelta(days=8)),
    ]


def test_whoever_a_breach_is_passed_on_to_is_not_reminded_of_it_a_minute_later(store: Store) -> None:
    first = Route("first", RouteMatch(scope=DISTRICTS), (DIRECTOR,), HERE, reminders=Reminders(after=5))
    second = Route(
        "second",
        RouteMatch(scope=DISTRICTS),
        (MANAGER,),
        HERE,
        escalations=(Escalation(5, (DIRECTOR,), HERE),),
    )
    of_kent = replace(world(RULE, routes=(first, second)), directory=PEOPLE)
    at_once(store, of_kent, swale("20", "46"), START)
    due = START + timedelta(days=7)
    run(store, of_kent, due)
    run(store, of_kent, due + timedelta(minutes=1))
    run(store, of_kent, due + timedelta(hours=2))
    assert told(store)[2:] == [("ana", NoticeKind.ESCALATED, due)]
    (row,) = [each for each in waiting(store) if each.kind is FollowUpKind.REMINDER]
    assert row.due_at == CALENDAR.add_working_days_at(due, 5)


def test_that_nobody_holds_the_next_role_is_noted_once(store: Store) -> None:
    until = (START + timedelta(days=8)).date()
    director = RoleHolding("area director", "Kent", ("ana",), until=until)
    of_kent = by(escalations=(Escalation(5, (DIRECTOR,), HERE),))
    of_kent = replace(of_kent, directory=Directory(PEOPLE.people, (*PEOPLE.holdings[:2], director)))
    at_once(store, of_kent, swale("20", "46"), START)
    acknowledge(store, START + timedelta(days=1), "critical")
    run(store, of_kent, START + timedelta(days=7))
    assert reasons(store)[-1] is TellReason.ACKNOWLEDGED
    for day in range(1, 4):
        figures = monthly(*["20"] * day, area="Thanet")[-1:]
        at_once(store, of_kent, figures, START + timedelta(days=7 + day))
    assert reasons(store).count(TellReason.NOBODY_TO_ESCALATE_TO) == 1


@pytest.mark.parametrize("by_name", [False, True])
def test_the_deputy_of_whom_a_breach_was_passed_on_to_is_reminded(store: Store, *, by_name: bool) -> None:
    target = RouteTarget(None, "ana", HERE) if by_name else DIRECTOR
    of_kent = by(reminders=Reminders(after=6, factor=1), escalations=(Escalation(2, (target,), HERE),))
    at_once(store, of_kent, swale("20", "46"), START)
    run(store, of_kent, START + timedelta(days=2))
    away = Deputy("ana", "ops", (START + timedelta(days=3)).date())
    of_kent = replace(of_kent, directory=replace(PEOPLE, deputies=(away,)))
    let_pass(store, of_kent, START + timedelta(days=9, hours=20), START + timedelta(days=10, hours=2))
    assert told(store)[-1] == ("ops", NoticeKind.REMINDER, START + timedelta(days=10))


def test_somebody_named_in_a_route_who_is_away_is_not_reminded_but_their_deputy(store: Store) -> None:
    of_kent = by(to=(RouteTarget(None, "ana", HERE),), reminders=Reminders(after=2, factor=1))
    at_once(store, of_kent, swale("20", "46"), START)
    away = Deputy("ana", "sam", (START + timedelta(days=1)).date())
    of_kent = replace(of_kent, directory=replace(PEOPLE, deputies=(away,)))
    run(store, of_kent, START + timedelta(days=2))
    assert told(store)[1:] == [("sam", NoticeKind.REMINDER, START + timedelta(days=2))]


def test_an_end_that_is_held_while_old_entries_are_cleared_is_told_all_the_same(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    long_ago = FRIDAY_EVENING - timedelta(days=500, hours=6)
    at_once(store, of_kent, swale("20", "46"), long_ago)
    assert len(told(store)) == 1
    at_once(store, of_kent, swale("20", "46", "20")[2:], FRIDAY_EVENING)
    with store.writing() as connection:
        prune(connection, before=FRIDAY_EVENING - timedelta(days=365), at=FRIDAY_EVENING)
    run(store, of_kent, MONDAY_AT_8)
    assert told(store)[1:] == [("sam", NoticeKind.RECOVERED, MONDAY_AT_8)]


def test_an_erased_person_is_named_in_no_note(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS, reminders=Reminders(after=1))
    at_once(store, of_kent, swale("20", "46"), START)
    acknowledge(store, START + timedelta(hours=1), "critical")
    run(store, of_kent, START + timedelta(days=1))
    at_once(store, of_kent, swale("20", "46", "20")[2:], START + timedelta(days=2))
    late = START + timedelta(days=2, hours=12)
    at_once(store, of_kent, swale("20", "46", "20", "46")[3:], late)
    at_once(store, of_kent, swale("20", "46", "20", "46", "20")[4:], late + timedelta(hours=1))
    with store.writing() as connection:
        person = find_person(connection, "sam")
        erase(connection, person, at=late + timedelta(hours=2), reason="asked", author="ana")
    with store.reading() as connection:
        notes = [each.decision.note for each in decisions_since(connection, 0)]
        audited = [own.data for _, own in audit_trail(connection) if own is not None]
        assert verify(connection).holds
    assert not [note for note in (*notes, *audited) if "sam" in note or "seen" in note]


def test_a_closing_mail_says_nothing_that_was_news_before(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS, reminders=Reminders(after=1))
    at_once(store, of_kent, swale("20", "46"), FRIDAY_EVENING)
    run(store, of_kent, MONDAY_AT_8)
    run(store, of_kent, MONDAY_AT_8 + timedelta(days=1))
    assert mails(store)[-1].notices[0].reminders == 1
    gone = replace(of_kent, rulebook=replace(of_kent.rulebook, alerts={}, fingerprints={}))
    run(store, gone, MONDAY_AT_8 + timedelta(days=1, hours=1))
    (notice,) = mails(store)[-1].notices
    assert notice.kind is NoticeKind.CLOSED
    assert (notice.reminders, notice.first_told_on, notice.held_since, notice.held_because) == (
        0,
        None,
        None,
        "",
    )


def without_routes(of: World) -> World:
    return replace(of, rulebook=replace(of.rulebook, routes=(), version="without"))


def test_a_held_restatement_is_no_news_of_a_breach_to_operations(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    at_once(store, of_kent, swale("20", "35"), FRIDAY_EVENING - timedelta(hours=6))
    at_once(store, of_kent, [revised(swale("20", "35")[1], "46")], FRIDAY_EVENING)
    gone = replace(of_kent, directory=Directory({"ana": ANA, "ops": OPS}, PEOPLE.holdings[2:]))
    let_pass(store, gone, FRIDAY_EVENING + timedelta(minutes=20), MONDAY_AT_8)
    assert [(person, kind) for person, kind, _ in told(store)[1:]] == [("sam", NoticeKind.RESTATED)]


def test_a_held_beginning_that_reaches_nobody_any_more_goes_to_operations(store: Store) -> None:
    of_kent = by(timing=OFFICE_HOURS)
    at_once(store, of_kent, swale("20", "35"), FRIDAY_EVENING)
    run(store, without_routes(of_kent), FRIDAY_EVENING + timedelta(minutes=20))
    assert [(person, kind) for person, kind, _ in told(store)] == [("ops", NoticeKind.BREACH)]
    assert reasons(store)[-2:] == [TellReason.REACHED_NO_MORE, TellReason.NOBODY_ELSE]


def test_a_reminder_beside_a_restatement_does_not_show_both_figures_again(store: Store) -> None:
    of_kent = by(reminders=Reminders(after=2))
    at_once(store, of_kent, swale("20", "35"), START)
    at_once(store, of_kent, [revised(swale("20", "35")[1], "29"), *swale("20", "35", "36")[2:]][1:], START)
    due = START + timedelta(days=2)
    at_once(store, of_kent, [revised(swale("20", "35")[1], "45")], due)
    shown = [(each.kind, each.restated is not None) for each in mails(store)[-1].notices]
    assert shown == [(NoticeKind.REMINDER, False), (NoticeKind.RESTATED, True)]


def test_data_news_held_by_a_silence_stays_data_news(store: Store) -> None:
    waited = waited_for(directory=Directory({"ops": OPS}, ()))
    take_in(store, list(of(AUGUST, "Swale")), now=datetime(2013, 10, 1, tzinfo=UTC))
    late = datetime(2013, 10, 22, 9, tzinfo=UTC)
    silenced(store, late, late + timedelta(days=3), "Swale")
    run(store, waited, late)
    assert told(store) == []
    run(store, waited, late + timedelta(days=3))
    assert told(store) == [("ops", NoticeKind.LATE, late + timedelta(days=3))]
    assert reasons(store)[-1] is TellReason.NO_DATA_OWNER
    run(store, waited, late + timedelta(days=3, minutes=1))
    assert [row for row in waiting(store) if row.due_at is not None] == []


def test_nothing_stays_due_where_another_breach_is_told_at_that_instant(store: Store) -> None:
    worst = Route(
        "worst",
        RouteMatch(levels=frozenset({Level.CRITICAL})),
        (DIRECTOR,),
        HERE,
        reminders=Reminders(after=2),
    )
    of_kent = replace(world(RULE, routes=(worst,)), directory=PEOPLE)
    figures = swale("20", "46")
    at_once(store, of_kent, figures, START)
    until = START + timedelta(hours=3)
    silenced(store, START + timedelta(minutes=1), until, "Swale")
    for minute, value in ((10, "10"), (20, "35")):
        figures = (figures[0], revised(figures[1], value))
        at_once(store, of_kent, figures[1:], START + timedelta(minutes=minute))
    at_once(store, of_kent, swale("20", "35", "47")[2:], until)
    assert [row for row in waiting(store) if row.due_at is not None and row.due_at <= until] == []
    assert told(store)[1:] == [("ana", NoticeKind.RESTATED, until)]


def test_what_was_held_when_an_alert_flaps_leaves_a_decision(store: Store) -> None:
    of_kent = by()
    flapping = replace(RULE, flapping=FlappingRule(places=4, high=Fraction(40), low=Fraction(5)))
    of_kent = replace(of_kent, rulebook=replace(of_kent.rulebook, alerts={"the-rule": flapping}))
    at_once(store, of_kent, swale("20", "35"), START)
    silenced(store, START, START + timedelta(days=9), "Swale")
    at_once(store, of_kent, swale("20", "35", "46")[2:], START + timedelta(days=1))
    assert [row.kind for row in waiting(store)].count(FollowUpKind.NEWS) == 1
    at_once(store, of_kent, swale("20", "35", "46", "20")[3:], START + timedelta(days=2))
    with store.reading() as connection:
        made = [each.decision for each in decisions_since(connection, 0)]
    assert FollowUpKind.NEWS not in [row.kind for row in waiting(store)]
    assert ("it was held for sam", TellReason.FLAPPING) in [(each.note, each.reason) for each in made]
