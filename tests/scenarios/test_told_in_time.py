"""Who is told when: windows, digests, reminders, escalation, silences; cycles on a store, hour by hour."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.calendar_england import calendar_of
from monitor.core.dated import Scope
from monitor.core.notifications import NoticeKind, Notification, Occasion, OperationsKind, TellReason
from monitor.core.observations import Observation
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, Level, Route, RouteMatch, RouteTarget
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.windows import OFFICE_HOURS, Days, Digest, Reminders
from monitor.cycle import run_cycle
from monitor.store.acknowledgements import append_acknowledgement
from monitor.store.codec import notification_to_json
from monitor.store.decisions import decisions_since
from monitor.store.follow_ups import FollowUp, FollowUpKind, all_follow_ups, look_again, save_follow_ups
from monitor.store.mail_tables import outbox
from monitor.store.outbox import claim, outbox_entries, record_delivered
from monitor.store.silences import append_silence, end_silence
from monitor.store.store import Store
from monitor.world import World
from tests.support.days import DISTRICTS, LONDON, OPS, take_in, world
from tests.support.rules import HERE, monthly, revised, rule

FRIDAY_EVENING = datetime(2013, 12, 20, 18, 40, tzinfo=UTC)
MONDAY_AT_8 = datetime(2013, 12, 23, 8, 0, tzinfo=UTC)
MANAGER = RouteTarget("district manager", None, HERE)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
SAM = Recipient("sam", "Sam Swale", "sam@kent.example", "Sam")
ANA = Recipient("ana", "Ana Area", "ana@kent.example", "Ana")
PEOPLE = Directory(
    {each.id: each for each in (SAM, ANA, OPS)},
    (
        RoleHolding("district manager", "Swale", ("sam",)),
        RoleHolding("district manager", "Thanet", ("sam",)),
        RoleHolding("area director", "Kent", ("ana",)),
    ),
)


def by(**how: object) -> World:
    """A world whose one route tells the district's manager in this way."""
    route = Route("managers", RouteMatch(scope=DISTRICTS), (MANAGER,), HERE)
    return replace(world(RULE, routes=(replace(route, **how),)), directory=PEOPLE)  # type: ignore[arg-type]


def run(store: Store, of: World, now: datetime) -> None:
    """A cycle, and whatever it makes is sent at once."""
    run_cycle(store, of, now=now, zone=LONDON, domain="limen.example")
    with store.writing() as connection:
        for entry in claim(connection, "sender", now, timedelta(minutes=5), 100):
            assert record_delivered(connection, entry.id, "sender", "250 taken", now)


def let_pass(store: Store, of: World, since: datetime, until: datetime, every: int = 1) -> None:
    """A cycle every so many hours."""
    while since <= until:
        run(store, of, since)
        since += timedelta(hours=every)


def mails(store: Store) -> list[Notification]:
    with store.reading() as connection:
        return [entry.notification for entry in reversed(outbox_entries(connection))]


def told(store: Store) -> list[tuple[str, NoticeKind, datetime]]:
    return [(mail.recipient.id, each.kind, mail.decided_at) for mail in mails(store) for each in mail.notices]


def reasons(store: Store) -> list[TellReason]:
    with store.reading() as connection:
        return [each.decision.reason for each in decisions_since(connection, 0)]


def waiting(store: Store) -> tuple[FollowUp, ...]:
    with store.reading() as connection:
        return all_follow_ups(connection)


def swale(*values: str | None) -> tuple[Observation, ...]:
    return monthly(*values, area="Swale")


def at_once(store: Store, of: World, figures: Iterable[Observation], now: datetime) -> None:
    take_in(store, list(figures), now=now)
    run(store, of, now)


def silence(store: Store, now: datetime, until: datetime) -> int:
    made = Silence(0, now, RouteMatch(scope=Scope(names=frozenset({"Swale"}))), "ana", "works", now, until)
    with store.writing() as connection:
        number = append_silence(connection, made).id
        row = FollowUp("", "", 0, FollowUpKind.SILENCE, str(number), 0, now, until, TellReason.SILENCED)
        save_follow_ups(connection, [row])
    return number


def acknowledge(store: Store, now: datetime, level: str, until: datetime | None = None) -> None:
    given = Acknowledgement(
        0,
        now,
        "the-rule",
        "Swale",
        1,
        Level(level),
        "sam",
        "seen",
        until,
        "mail",
    )
    with store.writing() as connection:
        append_acknowledgement(connection, given)
        look_again(connection, now, alert=("the-rule", "Swale"))


def test_what_is_known_on_friday_evening_is_told_on_monday_and_says_since_when(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    at_once(store, of, swale("20", "46"), FRIDAY_EVENING)
    assert told(store) == []
    assert reasons(store) == [TellReason.WINDOW]
    (row,) = waiting(store)
    assert (row.kind, row.due_at) == (FollowUpKind.NEWS, MONDAY_AT_8)
    let_pass(store, of, FRIDAY_EVENING + timedelta(minutes=20), MONDAY_AT_8 + timedelta(hours=2))
    assert told(store) == [("sam", NoticeKind.BREACH, MONDAY_AT_8)]
    (mail,) = mails(store)
    assert mail.notices[0].held_since == FRIDAY_EVENING
    assert mail.notices[0].held_because == "it is held until the window opens"
    assert waiting(store) == ()
    assert reasons(store) == [TellReason.WINDOW, TellReason.ROUTE]


def test_what_is_over_before_the_window_opens_is_told_to_nobody(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    at_once(store, of, swale("20", "46"), FRIDAY_EVENING)
    at_once(store, of, swale("20", "46", "20")[2:], FRIDAY_EVENING + timedelta(hours=12))
    let_pass(store, of, FRIDAY_EVENING + timedelta(hours=13), MONDAY_AT_8)
    assert told(store) == []
    assert TellReason.OVER_WHILE_HELD in reasons(store)
    assert waiting(store) == ()


def test_what_worsens_while_it_is_held_is_told_once_as_it_stands(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    at_once(store, of, swale("20", "35"), FRIDAY_EVENING)
    at_once(store, of, swale("20", "35", "46")[2:], FRIDAY_EVENING + timedelta(hours=12))
    run(store, of, MONDAY_AT_8)
    assert told(store) == [("sam", NoticeKind.BREACH, MONDAY_AT_8)]
    assert mails(store)[0].notices[0].level == "critical"


def test_a_recovery_is_held_too_and_forgotten_if_it_begins_again(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    noon = MONDAY_AT_8 - timedelta(days=4)
    at_once(store, of, swale("20", "46"), noon)
    at_once(store, of, swale("20", "46", "20")[2:], FRIDAY_EVENING)
    at_once(store, of, swale("20", "46", "20", "47")[3:], FRIDAY_EVENING + timedelta(hours=12))
    run(store, of, MONDAY_AT_8)
    assert told(store) == [("sam", NoticeKind.BREACH, noon), ("sam", NoticeKind.BREACH, MONDAY_AT_8)]
    assert TellReason.BEGAN_AGAIN in reasons(store)


def test_a_digest_gathers_and_comes_once_a_working_day(store: Store) -> None:
    of = by(timing=Digest(Days.WORKING_DAYS, OFFICE_HOURS.opens))
    at_once(store, of, swale("20", "46"), FRIDAY_EVENING)
    at_once(store, of, monthly("20", "46", area="Thanet"), FRIDAY_EVENING + timedelta(hours=12))
    let_pass(
        store, of, FRIDAY_EVENING + timedelta(hours=13, minutes=20), MONDAY_AT_8 + timedelta(days=4), every=6
    )
    assert [(kind, at.date()) for _, kind, at in told(store)] == [
        (NoticeKind.BREACH, MONDAY_AT_8.date()),
        (NoticeKind.BREACH, MONDAY_AT_8.date()),
    ]
    assert [mail.occasion for mail in mails(store)] == [Occasion.DIGEST]


def test_reminders_back_off_until_somebody_acknowledges(store: Store) -> None:
    of = by(reminders=Reminders(after=2))
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    at_once(store, of, swale("20", "46"), start)
    let_pass(store, of, start + timedelta(hours=12), start + timedelta(days=30), every=12)
    calendar = calendar_of(LONDON)
    first = calendar.add_working_days_at(start, 2)
    second = calendar.add_working_days_at(first, 4)
    third = calendar.add_working_days_at(second, 8)
    assert told(store) == [
        ("sam", NoticeKind.BREACH, start),
        ("sam", NoticeKind.REMINDER, first),
        ("sam", NoticeKind.REMINDER, second),
        ("sam", NoticeKind.REMINDER, third),
    ]
    assert [each.notices[0].reminders for each in mails(store)] == [0, 1, 2, 3]
    acknowledge(store, start + timedelta(days=31), "critical")
    let_pass(store, of, start + timedelta(days=31), start + timedelta(days=90), every=24)
    assert len(told(store)) == 4
    assert reasons(store)[-1] is TellReason.ACKNOWLEDGED


def test_an_acknowledgement_ends_when_the_level_worsens(store: Store) -> None:
    of = by(reminders=Reminders(after=2))
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    at_once(store, of, swale("20", "35"), start)
    acknowledge(store, start + timedelta(hours=1), "warning")
    let_pass(store, of, start + timedelta(hours=12), start + timedelta(days=9), every=12)
    assert len(told(store)) == 1
    at_once(store, of, swale("20", "35", "46")[2:], start + timedelta(days=10))
    let_pass(store, of, start + timedelta(days=10), start + timedelta(days=14), every=12)
    assert [kind for _, kind, _ in told(store)] == [
        NoticeKind.BREACH,
        NoticeKind.WORSENED,
        NoticeKind.REMINDER,
    ]


def test_what_was_ended_by_worsening_does_not_hold_again_when_it_eases(store: Store) -> None:
    of = by(reminders=Reminders(after=2))
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    figures = swale("20", "35", "46", "35")
    at_once(store, of, figures[:2], start)
    acknowledge(store, start + timedelta(hours=1), "warning")
    at_once(store, of, figures[2:3], start + timedelta(hours=2))
    at_once(store, of, figures[3:], start + timedelta(hours=3))
    let_pass(store, of, start + timedelta(hours=12), start + timedelta(days=3), every=12)
    assert [kind for _, kind, _ in told(store)] == [
        NoticeKind.BREACH,
        NoticeKind.WORSENED,
        NoticeKind.REMINDER,
    ]


def test_what_nobody_acknowledges_goes_to_the_next_role_and_its_end_to_both(store: Store) -> None:
    director = RouteTarget("area director", None, HERE)
    of = by(escalations=(Escalation(5, (director,), HERE),))
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    at_once(store, of, swale("20", "46"), start)
    let_pass(store, of, start + timedelta(hours=12), start + timedelta(days=20), every=12)
    assert told(store) == [
        ("sam", NoticeKind.BREACH, start),
        ("ana", NoticeKind.ESCALATED, start + timedelta(days=7)),
    ]
    assert mails(store)[1].notices[0].not_acknowledged_by == ("Sam Swale",)
    over = start + timedelta(days=21)
    at_once(store, of, swale("20", "46", "20")[2:], over)
    assert sorted(told(store)[2:]) == [
        ("ana", NoticeKind.RECOVERED, over),
        ("sam", NoticeKind.RECOVERED, over),
    ]
    assert waiting(store) == ()


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_still_holds_when_a_silence_ends_is_told_then(store: Store, *, by_hand: bool) -> None:
    of = by()
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    end = start + timedelta(days=3)
    number = silence(store, start, end + timedelta(days=by_hand))
    at_once(store, of, swale("20", "46"), start + timedelta(hours=1))
    let_pass(store, of, start + timedelta(hours=2), end - timedelta(hours=1))
    assert told(store) == []
    if by_hand:
        with store.writing() as connection:
            end_silence(connection, number, at=end, author="ana", comment="done")
            look_again(connection, end)
    run(store, of, end)
    assert told(store) == [("sam", NoticeKind.BREACH, end)]


def test_whoever_silenced_learns_what_the_silence_kept_from_people(store: Store) -> None:
    of = by()
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    end = start + timedelta(days=3)
    silence(store, start, end)
    at_once(store, of, swale("20", "46"), start + timedelta(hours=1))
    at_once(store, of, swale("20", "46", "20")[2:], start + timedelta(days=1))
    let_pass(store, of, start + timedelta(days=1, hours=1), end + timedelta(hours=1))
    (mail,) = mails(store)
    assert mail.recipient == ANA
    assert mail.operations is not None
    assert mail.operations.kind is OperationsKind.SILENCE_ENDED
    assert "Measure out of bounds in Swale: is over" in mail.operations.problems
    assert waiting(store) == ()


def test_the_end_of_a_silence_says_what_it_silenced_and_who_ended_it(store: Store) -> None:
    of = by()
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    number = silence(store, start, start + timedelta(days=3))
    at_once(store, of, swale("20", "46"), start + timedelta(hours=1))
    over = start + timedelta(hours=2)
    with store.writing() as connection:
        end_silence(connection, number, at=over, author="sam", comment="The works are done.")
        look_again(connection, over)
    let_pass(store, of, over, start + timedelta(days=3, hours=1))
    news = next(mail.operations for mail in mails(store) if mail.operations is not None)
    assert news.problems.splitlines()[:4] == [
        f"Silence {number} by {ANA.name}: works",
        "It silenced alerts in Swale.",
        "It lasted from 6 January 2014 09:00 until 6 January 2014 11:00.",
        "Sam Swale ended it by hand: The works are done.",
    ]


def test_a_figure_that_was_told_and_is_restated_is_told_with_both_figures(store: Store) -> None:
    of = by()
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    figures = swale("20", "46", "47")
    at_once(store, of, figures[:2], start)
    at_once(store, of, figures[2:], start + timedelta(days=1))
    at_once(store, of, [revised(figures[1], "20")], start + timedelta(days=2))
    assert [kind for _, kind, _ in told(store)] == [NoticeKind.BREACH, NoticeKind.RESTATED]
    restated = mails(store)[1].notices[0].restated
    assert restated is not None
    assert (str(restated.was.value), str(restated.now.value)) == ("46", "20")
    assert (restated.was.level, restated.now.level) == ("critical", None)
    at_once(store, of, [revised(revised(figures[1], "20"), "21")], start + timedelta(days=3))
    assert len(told(store)) == 2


def test_nobody_is_reminded_of_a_mail_that_has_not_gone_out_yet(store: Store) -> None:
    of = by(reminders=Reminders(after=2))
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    take_in(store, swale("20", "46"), now=start)
    run_cycle(store, of, now=start, zone=LONDON, domain="limen.example")
    due = start + timedelta(days=2)
    run_cycle(store, of, now=due, zone=LONDON, domain="limen.example")
    assert reasons(store) == [TellReason.ROUTE, TellReason.UNSENT]
    run_cycle(store, of, now=due + timedelta(hours=1), zone=LONDON, domain="limen.example")
    assert len(mails(store)) == 1
    run(store, of, due + timedelta(hours=1, minutes=30))
    run(store, of, due + timedelta(hours=2))
    assert [kind for _, kind, _ in told(store)] == [NoticeKind.BREACH, NoticeKind.REMINDER]


def test_what_no_mail_and_no_rule_knows_any_more_stops_nothing_else(store: Store) -> None:
    start = datetime(2014, 1, 6, 9, 0, tzinfo=UTC)
    of = by()
    at_once(store, of, [*swale("20", "46"), *monthly("20", "46", area="Thanet")], start)
    with store.writing() as connection:
        (mail,) = outbox_entries(connection)
        bare = notification_to_json(replace(mail.notification, notices=mail.notification.notices[:1]))
        connection.execute(update(outbox).values(payload=bare))
    gone = replace(of, rulebook=replace(of.rulebook, alerts={}, fingerprints={}))
    run(store, gone, start + timedelta(days=1))
    assert [(kind, at.day) for _, kind, at in told(store)][1:] == [(NoticeKind.CLOSED, 7)]
    assert TellReason.NOTHING_KEPT in reasons(store)
    run(store, gone, start + timedelta(days=2))
    assert waiting(store) == ()
