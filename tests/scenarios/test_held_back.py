"""What keeps news from people for a time: other alerts, late and doubtful figures, planned work, absence."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from monitor.core.areas import AreaTree
from monitor.core.exact import micro
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.recipients import Deputy, Directory, Recipient, RoleHolding
from monitor.core.rulebook import (
    Escalation,
    Indicator,
    Inhibition,
    Maintenance,
    Plausibility,
    Route,
    RouteMatch,
    RouteTarget,
    Same,
)
from monitor.core.suppressions import Acknowledgement
from monitor.core.windows import OFFICE_HOURS, Days, Digest, Reminders
from monitor.store.acknowledgements import append_acknowledgement
from monitor.store.follow_ups import FollowUpKind, look_again
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.world import World
from tests.support import telling_days as days
from tests.support.days import DISTRICTS, MEASURE, OPS, world
from tests.support.holding_tables import within
from tests.support.rules import AREAS, HERE, SWALE, figure, month, rule

WEDNESDAY = datetime(2014, 1, 8, 9, 0, tzinfo=UTC)
FRIDAY_EVENING = datetime(2014, 1, 10, 19, 0, tzinfo=UTC)
MONDAY_AT_8 = datetime(2014, 1, 13, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PEOPLE = {
    each: Recipient(each, each.title(), f"{each}@kent.example", each.title())
    for each in ("sam", "kim", "dee", "own", "ana")
}
RULE = rule({"warning": "value > 30", "critical": "value > 40"})
MANAGER = RouteTarget("district manager", None, HERE)
DIRECTOR = RouteTarget("director", None, HERE)
MANAGERS = Route("managers", RouteMatch(scope=DISTRICTS), (MANAGER,), HERE)
COUNTY = Route("county", within("Kent"), (DIRECTOR,), HERE)
BREACH, RECOVERED = NoticeKind.BREACH, NoticeKind.RECOVERED


def by(
    *routes: Route, measure: Indicator = MEASURE, deputies: tuple[Deputy, ...] = (), **rules: object
) -> World:
    made = world(RULE, measure=measure, routes=routes or (MANAGERS, COUNTY))
    holdings = (
        RoleHolding("district manager", "Swale", ("sam",)),
        RoleHolding("district manager", "Thanet", ("kim",)),
        RoleHolding("director", "Kent", ("dee",)),
        RoleHolding("data owner", "Kent", ("own",)),
    )
    return days.edited(
        replace(made, directory=Directory({**PEOPLE, "ops": OPS}, holdings, deputies)), **rules
    )


def told(store: Store) -> set[tuple[str, str, NoticeKind]]:
    return {(mail.recipient.id, each.area, each.kind) for mail in days.mails(store) for each in mail.notices}


def reasons(store: Store) -> list[TellReason]:
    return [each.reason for each in days.decided(store)]


FOLDS = Inhibition(
    "county", within("Kent"), RouteMatch(scope=DISTRICTS), frozenset({Same.INDICATOR}), True, "", HERE
)


def test_a_county_breach_folds_its_districts_until_it_is_over(store: Store) -> None:
    of = by(inhibitions=(FOLDS,))
    breach = [figure(month(20), "46", area=area) for area in ("Kent", "Swale", "Thanet")]
    days.bring(store, of, WEDNESDAY, breach)
    assert told(store) == {("dee", "Kent", BREACH)}
    days.bring(store, of, WEDNESDAY + DAY, [figure(month(21), "10", area="Thanet")])
    days.bring(store, of, WEDNESDAY + 2 * DAY, [figure(month(21), "10", area="Kent")])
    assert told(store) == {("dee", "Kent", BREACH), ("dee", "Kent", RECOVERED), ("sam", "Swale", BREACH)}
    assert [each.held_since for each in days.notices_to(store, "sam")] == [WEDNESDAY]
    assert TellReason.OVER_WHILE_HELD in reasons(store)
    assert days.waiting(store) == ()


def test_an_inhibition_that_is_taken_out_of_the_rules_holds_no_more(store: Store) -> None:
    days.bring(
        store,
        by(inhibitions=(FOLDS,)),
        WEDNESDAY,
        [figure(month(20), "46", area=a) for a in ("Kent", "Swale")],
    )
    days.run(store, by(), WEDNESDAY + HOUR)
    assert ("sam", "Swale", BREACH) in told(store)


def test_a_late_feed_holds_reminders_until_the_figure_comes(store: Store) -> None:
    of = by(replace(MANAGERS, reminders=Reminders(after=2)), measure=replace(MEASURE, expected_within=4))
    days.bring(
        store, of, datetime(2014, 1, 6, 9, tzinfo=UTC), [figure(date(2013, 12, 31), "46", area="Swale")]
    )
    first = datetime(2014, 1, 8, 9, tzinfo=UTC)
    days.let_pass(store, of, first)
    assert days.kinds_to(store, "sam") == [BREACH, NoticeKind.REMINDER]
    days.run(store, of, datetime(2014, 2, 7, 0, 5, tzinfo=UTC))
    assert days.kinds_to(store, "own") == [NoticeKind.LATE]
    seen = len(days.kinds_to(store, "sam"))
    days.let_pass(store, of, datetime(2014, 3, 3, 12, tzinfo=UTC))
    assert len(days.kinds_to(store, "sam")) == seen
    assert TellReason.LATE_FEED in reasons(store)
    came = datetime(2014, 3, 4, 9, tzinfo=UTC)
    days.bring(store, of, came, [figure(date(2014, 1, 31), "47", area="Swale")])
    assert days.mails_to(store, "sam")[-1].decided_at == came
    assert days.kinds_to(store, "sam")[-1] is NoticeKind.REMINDER


DOUBTED = replace(MEASURE, plausibility=Plausibility(jump=micro("30"), wait=2))


def confirm(store: Store, now: datetime) -> None:
    given = Acknowledgement(0, now, "fault:measure", "Swale", 1, None, "own", "counted again", None, "mail")
    with store.writing() as connection:
        append_acknowledgement(connection, given)
        look_again(connection, now, alert=("fault:measure", "Swale"))


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed next day", "nobody answers"])
def test_managers_wait_for_a_doubtful_figure_until_it_is_confirmed_or_the_wait_is_over(
    store: Store, *, confirmed: bool
) -> None:
    of = by(measure=DOUBTED)
    figures = [figure(month(19), "10", area="Swale"), figure(month(20), "46", area="Swale")]
    days.bring(store, of, WEDNESDAY, figures)
    assert told(store) == {("own", "Swale", NoticeKind.DOUBTFUL)}
    if confirmed:
        confirm(store, WEDNESDAY + DAY)
        days.run(store, of, WEDNESDAY + DAY)
    days.let_pass(store, of, WEDNESDAY + 9 * DAY)
    (mail,) = days.mails_to(store, "sam")
    assert mail.decided_at == (WEDNESDAY + DAY if confirmed else datetime(2014, 1, 10, 8, tzinfo=UTC))
    assert mail.notices[0].held_since == WEDNESDAY
    assert bool(mail.notices[0].doubt) is not confirmed


def test_a_doubtful_figure_that_is_corrected_was_never_told_to_managers(store: Store) -> None:
    of = by(measure=DOUBTED)
    wrong = figure(month(20), "46", area="Swale")
    days.bring(store, of, WEDNESDAY, [figure(month(19), "10", area="Swale"), wrong])
    days.bring(store, of, WEDNESDAY + HOUR, [replace(wrong, value=micro("12"), revision=2)])
    days.let_pass(store, of, WEDNESDAY + 9 * DAY)
    assert days.mails_to(store, "sam") == []
    assert days.kinds_to(store, "own") == [NoticeKind.DOUBTFUL, NoticeKind.CONFIRMED]
    assert days.waiting(store) == ()


def wall(clock: str) -> datetime:
    """What the clock on the wall shows, without a zone, as rules have it."""
    return datetime.fromisoformat(clock)


def test_planned_work_holds_news_until_its_end_on_the_wall(store: Store) -> None:
    begins, ends = wall("2014-03-29 22:00"), wall("2014-03-30 01:30")  # 01:30 is leapt over
    of = by(maintenance=(Maintenance("move", within("Swale"), begins, ends, "", HERE),))
    now = datetime(2014, 3, 29, 23, tzinfo=UTC)
    days.bring(store, of, now, [figure(month(20), "46", area=area) for area in ("Swale", "Thanet")])
    assert told(store) == {("kim", "Thanet", BREACH)}
    days.let_pass(store, of, now + DAY)
    (mail,) = days.mails_to(store, "sam")
    assert mail.decided_at == datetime(2014, 3, 30, 1, tzinfo=UTC)


def test_planned_work_that_ends_in_the_hour_that_comes_twice_ends_once(store: Store) -> None:
    begins, ends = wall("2014-10-25 22:00"), wall("2014-10-26 01:30")
    of = by(maintenance=(Maintenance("move", within("Swale"), begins, ends, "", HERE),))
    days.run(store, of, datetime(2014, 10, 25, 22, tzinfo=UTC))
    again = datetime(2014, 10, 26, 1, 10, tzinfo=UTC)  # 01:10 for the second time
    days.bring(store, of, again, [figure(month(29), "46", area="Swale")])
    assert [each.decided_at for each in days.mails_to(store, "sam")] == [again]


def test_whoever_stands_in_on_the_day_of_opening_is_told_and_not_who_did_on_the_evening_before(
    store: Store,
) -> None:
    route = replace(MANAGERS, timing=OFFICE_HOURS)
    of = by(route, deputies=(Deputy("sam", "kim", MONDAY_AT_8.date(), MONDAY_AT_8.date() + 7 * DAY),))
    days.bring(store, of, FRIDAY_EVENING, [figure(month(20), "46", area="Swale")])
    days.let_pass(store, of, MONDAY_AT_8 + HOUR)
    assert told(store) == {("kim", "Swale", BREACH)}
    (mail,) = days.mails_to(store, "kim")
    assert (mail.decided_at, mail.recipient.stands_in_for) == (MONDAY_AT_8, "Sam")
    assert "it was held for sam" in [each.note for each in days.decided(store)]


def test_data_news_that_was_held_is_told_as_such_when_the_silence_ends(store: Store) -> None:
    of = by(measure=DOUBTED)
    made = days.silence(store, WEDNESDAY, DAY, within("Swale"))
    figures = [figure(month(19), "10", area="Swale"), figure(month(20), "46", area="Swale")]
    days.bring(store, of, WEDNESDAY + HOUR, figures)
    days.let_pass(store, of, made.ends_at)
    assert told(store) == {("own", "Swale", NoticeKind.DOUBTFUL)}
    assert TellReason.DATA_OWNER in reasons(store)


@pytest.mark.parametrize("held", [False, True])
def test_operations_are_told_that_the_role_of_a_route_is_vacant(store: Store, held: bool) -> None:
    cook = Route("cooks", RouteMatch(scope=DISTRICTS), (RouteTarget("cook", None, HERE),), HERE)
    of = by(cook)
    made = days.silence(store, WEDNESDAY, DAY, within("Swale" if held else "Dover"))
    days.bring(store, of, WEDNESDAY + HOUR, [figure(month(20), "46", area="Swale")])
    days.let_pass(store, of, made.ends_at)
    assert told(store) == {("ops", "Swale", BREACH)}
    decided = days.decided(store)[-1]
    assert decided.reason is TellReason.NOBODY_ELSE
    assert decided.note == "nobody holds the role “cook” for Swale"
    with store.reading() as connection:
        notices = [each for entry in outbox_entries(connection) for each in entry.notification.notices]
    because = "Nobody holds the role “cook” for Swale, so it comes to you as operations."
    assert [each.told_because for each in notices] == [because]


def test_what_only_operations_are_told_is_held_for_them_too_and_not_lost(store: Store) -> None:
    of = by(COUNTY)
    made = days.silence(store, WEDNESDAY, DAY, within("Swale"))
    days.bring(store, of, WEDNESDAY + HOUR, [figure(month(20), "46", area="Swale")])
    days.let_pass(store, of, made.ends_at)
    assert told(store) == {("ops", "Swale", BREACH)}
    assert reasons(store)[-1] is TellReason.NOBODY_ELSE


def test_the_second_of_two_silences_tells_its_own_author_what_it_kept(store: Store) -> None:
    of = by()
    first = days.silence(store, WEDNESDAY, DAY, within("Swale"), author="dee")
    days.bring(store, of, WEDNESDAY + HOUR, [figure(month(20), "46", area="Swale")])
    second = days.silence(store, first.ends_at - HOUR, DAY, within("Swale"), author="ana")
    days.let_pass(store, of, second.ends_at)
    for author in ("dee", "ana"):
        (mail,) = days.mails_to(store, author)
        assert mail.operations is not None
        assert "in Swale: goes on" in mail.operations.problems
    assert told(store) == {("sam", "Swale", BREACH)}


def test_what_a_silence_held_over_a_digest_waits_for_the_next_one_whatever_happens_meanwhile(
    store: Store,
) -> None:
    of = by(replace(MANAGERS, timing=Digest(frozenset({0}), time(9))))
    days.bring(store, of, WEDNESDAY, [figure(month(20), "35", area="Swale")])
    made = days.silence(store, WEDNESDAY + DAY, 6 * DAY, within("Swale"))
    days.let_pass(store, of, made.ends_at + HOUR)
    days.bring(store, of, made.ends_at + DAY, [figure(month(21), "46", area="Swale")])
    assert days.mails_to(store, "sam") == []
    days.let_pass(store, of, made.ends_at + 9 * DAY)
    assert [mail.decided_at for mail in days.mails_to(store, "sam")] == [datetime(2014, 1, 20, 9, tzinfo=UTC)]


def test_a_step_that_the_rules_no_longer_have_is_not_looked_for_again_and_again(store: Store) -> None:
    steps = (Escalation(2, (DIRECTOR,), HERE),)
    days.bring(
        store, by(replace(MANAGERS, escalations=steps)), WEDNESDAY, [figure(month(20), "46", area="Swale")]
    )
    assert [each.kind for each in days.waiting(store)] == [FollowUpKind.ESCALATION]
    days.let_pass(store, by(), WEDNESDAY + 3 * DAY)
    assert days.waiting(store) == ()
    assert days.mails_to(store, "dee") == []


def test_a_reminder_that_the_rules_no_longer_have_is_not_sent(store: Store) -> None:
    with_reminders = by(replace(MANAGERS, reminders=Reminders(after=1)))
    days.bring(store, with_reminders, WEDNESDAY, [figure(month(20), "46", area="Swale")])
    days.let_pass(store, by(), WEDNESDAY + 3 * DAY)
    assert days.kinds_to(store, "sam") == [BREACH]
    assert days.waiting(store) == ()


def test_a_worsening_that_waited_for_the_hour_of_a_reminder_is_told_instead_of_it(store: Store) -> None:
    route = replace(MANAGERS, timing=OFFICE_HOURS, reminders=Reminders(after=2))
    of = by(route)
    days.bring(store, of, datetime(2014, 1, 9, 8, 0, tzinfo=UTC), [figure(month(20), "35", area="Swale")])
    days.bring(store, of, FRIDAY_EVENING, [figure(month(21), "46", area="Swale")])
    days.let_pass(store, of, MONDAY_AT_8 + HOUR)
    assert days.kinds_to(store, "sam") == [BREACH, NoticeKind.WORSENED]
    days.let_pass(store, of, MONDAY_AT_8 + 2 * DAY)
    assert days.kinds_to(store, "sam")[2:] == [NoticeKind.REMINDER]


def test_of_two_routes_only_the_one_that_reaches_nobody_passes_over_its_step(store: Store) -> None:
    nobody, director = RouteTarget("chair", None, HERE), replace(DIRECTOR)
    empty = replace(MANAGERS, id="empty", escalations=(Escalation(1, (nobody,), HERE),))
    full = replace(
        MANAGERS, timing=Digest(Days.WORKING_DAYS, time(16)), escalations=(Escalation(1, (director,), HERE),)
    )
    of = by(empty, full)
    days.bring(store, of, WEDNESDAY, [figure(month(20), "46", area="Swale")])
    days.let_pass(store, of, WEDNESDAY + 2 * DAY)
    assert days.kinds_to(store, "dee") == [NoticeKind.ESCALATED]
    assert TellReason.NOBODY_TO_ESCALATE_TO in reasons(store)


def test_where_areas_lie_is_part_of_who_is_told_and_when() -> None:
    known = by()
    moved = AreaTree.of(replace(each, parent="Kent") if each == SWALE else each for each in AREAS)
    assert replace(known, areas=moved).telling_fingerprint != known.telling_fingerprint
    assert replace(known, areas=AreaTree.of(AREAS)).telling_fingerprint == known.telling_fingerprint
