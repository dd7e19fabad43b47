"""Acknowledgements and silences on a real store, and what telling makes of them; `limen who` foresees it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from monitor.calendar_england import calendar_of
from monitor.core.areas import AreaTree
from monitor.core.forecast import forecast
from monitor.core.holding import Circumstances
from monitor.core.notifications import NoticeKind, OperationsKind
from monitor.core.recipients import Deputy, Directory, Recipient
from monitor.core.rulebook import Escalation, Level, Maintenance, Route, RouteMatch, RouteTarget
from monitor.core.suppressions import match_in_words
from monitor.core.windows import OFFICE_HOURS, Days, Digest, Reminders, Timing
from monitor.store.acknowledgements import acknowledged_alerts, acknowledgements_of
from monitor.store.alerts import alerts, save_alerts
from monitor.store.follow_ups import FollowUpKind, all_follow_ups
from monitor.store.outbox import claim, outbox_entries, record_delivered
from monitor.store.silences import silences
from monitor.store.store import Store
from monitor.suppressing import (
    LONGEST_SILENCE,
    AckReason,
    AckResult,
    SilenceRefusedError,
    acknowledge,
    end_silence,
    scope_within,
    silence,
    withdraw,
)
from monitor.world import World
from tests.scenarios.test_cycle import (
    DIRECTORY,
    LONDON,
    MEASURE,
    NOW,
    RULE,
    cycle,
    mails,
    swale,
    take_in,
    world,
)
from tests.support.rules import AREAS, HERE

ALERT = ("the-rule", "Swale")
DAY = timedelta(days=1)
CALENDAR = calendar_of(LONDON)


@pytest.fixture
def one_store(sqlite_template: Path, tmp_path: Path) -> Iterator[Store]:
    """An empty store, for what both kinds of database can't differ in."""
    shutil.copy(sqlite_template, tmp_path / "one.db")
    with Store.open(f"sqlite:///{tmp_path / 'one.db'}") as opened:
        yield opened


def given(store: Store, at: datetime = NOW, **changes: object) -> AckResult:
    asked = {"alert": ALERT, "author": "sam", "comment": "On it.", "until": None, "via": "mail"} | changes
    with store.writing() as connection:
        return acknowledge(connection, at, **asked)  # type: ignore[arg-type]  # names of its parameters


def change_level(store: Store, level: Level) -> None:
    with store.writing() as connection:
        save_alerts(connection, [replace(alerts(connection, [ALERT])[ALERT], level=level)])


def test_only_the_breach_that_fires_at_the_level_that_was_seen_is_acknowledged(store: Store) -> None:
    assert given(store).reason is AckReason.NO_ALERT
    take_in(store, *swale("20", "35"))
    cycle(store)
    assert given(store, episode=7).reason is AckReason.ANOTHER_BREACH
    assert given(store, seen=(None,)).reason is AckReason.WORSENED
    first = given(store, seen=(Level.WARNING,), episode=1)
    assert (first.reason, first.done) == (AckReason.GIVEN, True)
    again = given(store, NOW + DAY)
    assert (again.reason, again.done, again.given) == (AckReason.GIVEN_BEFORE, True, first.given)
    assert given(store, NOW + DAY, comment="Still on it.").reason is AckReason.GIVEN
    change_level(store, Level.CRITICAL)
    assert given(store, NOW + DAY, comment="Still on it.").reason is AckReason.GIVEN, "it holds for more now"
    with store.reading() as connection:
        newest = acknowledged_alerts(connection)[ALERT]
        assert len(acknowledgements_of(connection, *ALERT)) == 3
    assert (newest.level, newest.comment) == (Level.CRITICAL, "Still on it.")


def test_taking_back_needs_something_to_take_back(store: Store) -> None:
    def taken() -> AckReason:
        with store.writing() as connection:
            return withdraw(connection, NOW, alert=ALERT, author="sam", comment="", via="mail").reason

    assert taken() is AckReason.NO_ALERT
    take_in(store, *swale("20", "46"))
    cycle(store)
    assert taken() is AckReason.NOT_ACKNOWLEDGED
    given(store)
    assert taken() is AckReason.WITHDRAWN
    assert taken() is AckReason.NOT_ACKNOWLEDGED
    assert given(store).reason is AckReason.GIVEN


def test_a_silence_holds_news_and_what_still_holds_is_told_when_it_is_ended(store: Store) -> None:
    with store.writing() as connection:
        made = silence(
            connection,
            NOW,
            match=RouteMatch(scope=scope_within(AREAS, ["Kent"])),
            author="ops",
            comment="The system is moved.",
            starts_at=NOW,
            ends_at=NOW + 9 * DAY,
        )
    take_in(store, *swale("20", "46"))
    cycle(store)
    assert mails(store) == []
    with store.reading() as connection:
        assert {each.kind for each in all_follow_ups(connection)} == {FollowUpKind.NEWS, FollowUpKind.SILENCE}
    later = NOW + DAY
    with store.writing() as connection:
        assert end_silence(connection, later, number=made.id, author="ops", comment="Moved.")
        assert not end_silence(connection, later, number=made.id, author="ops", comment="Moved.")
    cycle(store, now=later)
    with store.reading() as connection:
        told = [entry.notification for entry in outbox_entries(connection)]
        assert silences(connection, ending_after=later) == ()
        assert [each for each in all_follow_ups(connection) if each.kind is FollowUpKind.SILENCE] == []
    assert {mail.recipient.id for mail in told if mail.operations is None} == {"sam", "alex"}
    (news,) = [mail.operations for mail in told if mail.operations is not None]
    assert news.kind is OperationsKind.SILENCE_ENDED


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"match": RouteMatch()}, "of everything"),
        ({"comment": " "}, "needs a comment"),
        ({"author": ""}, "and an author"),
        ({"ends_at": NOW}, "later than now"),
        ({"starts_at": NOW + 9 * DAY}, "ends after it begins"),
        ({"ends_at": NOW + LONGEST_SILENCE + timedelta(seconds=1)}, "at most 92 days ahead"),
    ],
)
def test_silences_that_nobody_should_make_are_refused(
    one_store: Store, changes: dict[str, object], told: str
) -> None:
    asked: dict[str, object] = {
        "match": RouteMatch(levels=frozenset({Level.INFO})),
        "author": "ops",
        "comment": "Why.",
        "starts_at": NOW,
        "ends_at": NOW + DAY,
    }
    with pytest.raises(SilenceRefusedError, match=told), one_store.writing() as connection:
        silence(connection, NOW, **(asked | changes))  # type: ignore[arg-type]  # names of its parameters
    with one_store.reading() as connection:
        assert silences(connection) == ()


def test_an_area_means_all_that_lies_within_it_and_is_said_so() -> None:
    county = scope_within(AREAS, ["kent"])
    assert {"Kent", "Swale", "Thanet"} <= county.names
    assert match_in_words(RouteMatch(scope=county), AREAS) == "alerts in Kent and all within it"
    assert match_in_words(RouteMatch(scope=scope_within(AREAS, ["Swale"])), AREAS) == "alerts in Swale"
    some = RouteMatch(
        alerts=frozenset({"b", "a"}),
        themes=frozenset({"cases"}),
        levels=frozenset({Level.CRITICAL, Level.INFO}),
        scope=scope_within(AREAS, ["Thanet", "Swale"]),
    )
    words = "info, critical alerts of a, b of the theme cases in Swale, Thanet"
    assert match_in_words(some, AREAS) == words
    assert match_in_words(some, AreaTree.of([])) == words
    assert match_in_words(RouteMatch(indicators=frozenset({"x"})), None) == "alerts about x"


MANAGERS = RouteTarget("district manager", None, HERE)
LEE = Recipient("lee", "Lee East", "lee@kent.example", "Lee")
AWAY = Directory(
    {**DIRECTORY.people, "lee": LEE},
    DIRECTORY.holdings,
    (
        Deputy("sam", "kim", date(2013, 12, 23), date(2013, 12, 27)),
        Deputy("alex", "ops", date(2013, 12, 27), date(2014, 1, 2), also=True),
    ),
)


def council(timing: Timing, *, planned: Maintenance | None = None) -> World:
    route = Route(
        "managers",
        RouteMatch(),
        (MANAGERS,),
        HERE,
        timing=timing,
        reminders=Reminders(3, at_most=2),
        escalations=(Escalation(4, (RouteTarget(None, "lee", HERE),), HERE),),
    )
    desk = Route("desk", RouteMatch(levels=frozenset({Level.INFO})), (RouteTarget(None, "kim", HERE),), HERE)
    made = world(RULE, measure=MEASURE, routes=(route, desk))
    book = replace(made.rulebook, maintenance=() if planned is None else (planned,))
    return replace(made, directory=AWAY, rulebook=book)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2013, 12, day, hour, minute, tzinfo=UTC)


PLANNED = Maintenance("move", RouteMatch(), datetime(2013, 12, 24, 12), datetime(2013, 12, 27, 10), "", HERE)  # noqa: DTZ001 - on the wall


@pytest.mark.parametrize(
    ("begins", "by"),
    [
        (at(24, 17), council(OFFICE_HOURS)),
        (at(24, 18), council(OFFICE_HOURS)),
        (at(24, 18, 30), council(Digest(Days.WORKING_DAYS, time(8)))),
        (at(24, 17), council(OFFICE_HOURS, planned=PLANNED)),
        (at(20, 11), council(Digest(frozenset({2}), time(8), working_days_only=True), planned=PLANNED)),
    ],
)
def test_what_is_foreseen_is_what_is_told(one_store: Store, begins: datetime, by: World) -> None:
    """Cycles at each instant that was foreseen, and a minute before each, tell just that."""
    store = one_store
    circumstances = Circumstances(begins, CALENDAR, by.rulebook, by.areas, {})
    seen = forecast(
        circumstances,
        rule=RULE.id,
        area="Swale",
        level=Level.CRITICAL,
        directory=by.directory,
        operations=by.operations,
    )
    foreseen = {(each.at, each.whom.recipient.id, NoticeKind.BREACH) for each in seen.people if each.at}
    foreseen |= {
        (when, each.whom.recipient.id, NoticeKind.REMINDER) for each in seen.people for when in each.reminders
    }
    foreseen |= {
        (when, whom.recipient.id, NoticeKind.REMINDER if place or deputy else NoticeKind.BREACH)
        for whom, times in seen.handed_on
        for deputy in (bool(whom.recipient.stands_in_for),)
        for place, when in enumerate(times)
    }
    foreseen |= {
        (step.at, whom.recipient.id, NoticeKind.ESCALATED)
        for step in seen.escalations
        for whom in step.people
    }
    foreseen |= {
        (when, whom.recipient.id, NoticeKind.REMINDER)
        for step in seen.escalations
        for whom, times in step.reminders
        for when in times
    }

    take_in(store, *swale("20", "46"), now=begins)
    told = set()
    minute = timedelta(minutes=1)
    instants = {when for when, _, _ in foreseen}
    instants |= {hold.until for each in seen.people for hold in each.holds if hold.until is not None}
    for now in sorted({begins} | instants | {when - minute for when in instants if when - minute > begins}):
        before = len(mails(store))
        cycle(store, by, now)
        told |= {
            (now, mail.recipient.id, notice.kind) for mail in mails(store)[before:] for notice in mail.notices
        }
        settle(store)
    assert told == foreseen
    assert any(whom == "lee" and kind is NoticeKind.REMINDER for _, whom, kind in told)


def settle(store: Store) -> None:
    """Every mail has gone out, so that none holds up a reminder."""
    with store.writing() as connection:
        now = datetime(2014, 6, 1, tzinfo=UTC)
        for entry in claim(connection, "test", now, DAY, 100):
            record_delivered(connection, entry.id, "test", "250 ok", now)
