"""Too many mails in too short a time: what exceeds the limits is folded into summaries, none of it lost."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.notifications import NoticeKind, Occasion, OperationsKind, TellReason
from monitor.core.observations import Observation
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Escalation, Route, RouteMatch, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Digest, Reminders, Timing, week_days
from monitor.store.store import Store
from monitor.telling import StormGuard
from monitor.world import World
from tests.support import telling_days as days
from tests.support.days import DISTRICTS, OPS, take_in, world
from tests.support.rules import HERE, figure, month, monthly, rule

NOON = datetime(2014, 1, 8, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
MANAGER = RouteTarget("district manager", None, HERE)


@pytest.fixture
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """SQLite is enough: what is decided does not depend on the database."""
    file = tmp_path / "limen.db"
    shutil.copy(request.getfixturevalue("sqlite_template"), file)
    return f"sqlite:///{file}"


def person(name: str) -> Recipient:
    return Recipient(name, name.title(), f"{name}@kent.example", name.title())


def county(districts: int, managers: int, **how: object) -> World:
    """So many districts, whose managers have about as many each."""
    names = [f"District {number}" for number in range(districts)]
    kent = Area("Kent", AreaType.COUNTY)
    areas = AreaTree.of([kent, *(Area(name, AreaType.DISTRICT, "Kent") for name in names)])
    people = {f"m{number}": person(f"m{number}") for number in range(managers)}
    holdings = [
        RoleHolding("district manager", name, (f"m{place % managers}",)) for place, name in enumerate(names)
    ]
    holdings.append(RoleHolding("director", "Kent", ("dee",)))
    directory = Directory({**people, "dee": person("dee"), "ops": OPS}, tuple(holdings))
    route = replace(Route("managers", RouteMatch(scope=DISTRICTS), (MANAGER,), HERE), **how)  # type: ignore[arg-type]
    return replace(world(RULE, routes=(route,)), areas=areas, directory=directory)


def everywhere(of: World, index: int, value: str) -> Sequence[Observation]:
    return [
        figure(month(index), value, area=each.name)
        for each in of.areas.by_name.values()
        if each.type is AreaType.DISTRICT
    ]


def alerts_told(store: Store, to: str) -> list[int]:
    return [len(mail.notices) for mail in days.mails_to(store, to) if mail.operations is None]


def test_three_hundred_districts_at_once_are_one_summary_for_each_manager(store: Store) -> None:
    of = county(300, 10)
    assert days.bring(store, of, NOON, everywhere(of, 20, "46")) == 10
    for number in range(10):
        (mail,) = days.mails_to(store, f"m{number}")
        assert (len(mail.notices), mail.occasion) == (30, Occasion.SUMMARY)
    assert days.run(store, of, NOON + HOUR) == 0


def test_past_the_overall_limit_the_rest_waits_an_hour_and_is_told_then(store: Store) -> None:
    of = county(300, 300)
    guard = StormGuard(overall=120)
    worst = [
        figure(month(20), "46" if number > 250 else "35", area=f"District {number}") for number in range(300)
    ]
    take_in(store, worst, now=NOON)
    days.run(store, of, NOON, guard)
    first = [mail for mail in days.mails(store) if mail.operations is None]
    assert len(first) == 120
    assert {mail.notices[0].area for mail in first} >= {f"District {number}" for number in range(251, 300)}
    (storm,) = days.mails_to(store, "ops")
    assert storm.operations is not None
    assert (storm.operations.kind, storm.operations.errors) == (OperationsKind.STORM, 180)
    days.let_pass(store, of, NOON + 4 * HOUR, guard)
    told = [mail for mail in days.mails(store) if mail.operations is None]
    assert sorted(mail.recipient.id for mail in told) == sorted(f"m{number}" for number in range(300))
    later = [mail for mail in told if mail.decided_at > NOON]
    assert {mail.occasion for mail in later} == {Occasion.SUMMARY}
    for hours in range(5):
        start = NOON + hours * HOUR
        assert sum(start <= mail.decided_at < start + HOUR for mail in told) <= 120
    assert len(days.mails_to(store, "ops")) == 1


def test_many_cycles_within_an_hour_tell_a_person_no_more_often_than_the_limit(store: Store) -> None:
    of = county(30, 1)
    guard = StormGuard(per_person=5)
    for number in range(30):
        now = NOON + number * timedelta(minutes=2)
        take_in(store, [figure(month(20), "46", area=f"District {number}")], now=now)
        days.run(store, of, now, guard)
    days.let_pass(store, of, NOON + 5 * HOUR, guard)
    assert sum(alerts_told(store, "m0")) == 30
    sent = [mail.decided_at for mail in days.mails_to(store, "m0")]
    assert all(sum(start <= at < start + HOUR for at in sent) <= 5 for start in sent)
    assert Occasion.SUMMARY in [mail.occasion for mail in days.mails_to(store, "m0")]
    assert days.waiting(store) == ()


def test_what_is_over_before_a_storm_has_passed_is_told_to_nobody(store: Store) -> None:
    of = county(3, 1)
    guard = StormGuard(per_person=1)
    take_in(store, [figure(month(20), "46", area="District 0")], now=NOON)
    days.run(store, of, NOON, guard)
    for minutes, value in ((5, "46"), (10, "10")):
        now = NOON + timedelta(minutes=minutes)
        take_in(store, [figure(month(15 + minutes), value, area="District 1")], now=now)
        days.run(store, of, now, guard)
    days.let_pass(store, of, NOON + 3 * HOUR, guard)
    assert [notice.area for notice in days.notices_to(store, "m0")] == ["District 0"]
    assert TellReason.OVER_WHILE_HELD in [each.reason for each in days.decided(store)]


@pytest.mark.parametrize(
    ("timing", "due"),
    [
        (Digest(week_days(["Monday"]), OFFICE_HOURS.opens), datetime(2014, 1, 13, 8, tzinfo=UTC)),
        (OFFICE_HOURS, NOON),
    ],
    ids=["a weekly digest", "office hours"],
)
def test_what_a_storm_holds_waits_an_hour_and_not_for_the_next_digest(
    store: Store, timing: Timing, due: datetime
) -> None:
    of = county(2, 2, timing=timing)
    guard = StormGuard(overall=1)
    take_in(store, everywhere(of, 20, "46"), now=NOON)
    days.run(store, of, NOON, guard)
    days.let_pass(store, of, due + 2 * HOUR, guard)
    told = sorted(mail.decided_at for mail in days.mails(store) if mail.operations is None)
    assert told == [due, due + HOUR]


def test_a_step_up_is_taken_to_all_its_people_or_for_now_to_none(store: Store) -> None:
    steps = (Escalation(1, (RouteTarget("director", None, HERE), RouteTarget(None, "m1", HERE)), HERE),)
    of = county(2, 2, escalations=steps)
    days.bring(store, of, NOON, [figure(month(20), "46", area="District 0")])
    due = NOON + timedelta(days=1)
    full = StormGuard(overall=1)
    days.run(store, of, due, full)
    assert NoticeKind.ESCALATED not in [*days.kinds_to(store, "dee"), *days.kinds_to(store, "m1")]
    days.let_pass(store, of, due + 2 * HOUR)
    assert days.kinds_to(store, "dee") == days.kinds_to(store, "m1") == [NoticeKind.ESCALATED]


@dataclass(frozen=True)
class Absence:
    """How long limen was away, and what manager and director are told in the hour after it is back."""

    away: timedelta
    manager: list[NoticeKind]
    director: list[NoticeKind]


@pytest.mark.parametrize(
    "absence",
    [
        Absence(timedelta(days=1), [], []),
        Absence(timedelta(days=10), [NoticeKind.REMINDER], [NoticeKind.ESCALATED]),
        Absence(timedelta(days=60), [NoticeKind.REMINDER], [NoticeKind.ESCALATED]),
    ],
    ids=lambda absence: f"{absence.away.days} days away",
)
def test_after_an_outage_everybody_gets_one_mail_and_nothing_piles_up(store: Store, absence: Absence) -> None:
    director = RouteTarget("director", None, HERE)
    steps = tuple(Escalation(days_after, (director,), HERE) for days_after in (2, 4, 6))
    of = county(6, 1, reminders=Reminders(after=2), escalations=steps)
    days.bring(store, of, NOON, everywhere(of, 20, "46"))
    back = NOON + absence.away
    days.let_pass(store, of, NOON, None)
    days.run(store, of, back)
    days.let_pass(store, of, back + HOUR - timedelta(minutes=1))
    since = [mail for mail in days.mails(store) if mail.decided_at >= back]
    for who, kinds in (("m0", absence.manager), ("dee", absence.director)):
        got = [mail for mail in since if mail.recipient.id == who]
        assert len(got) == len(kinds)
        assert [{notice.kind for notice in mail.notices} for mail in got] == [{each} for each in kinds]
        assert all(len(mail.notices) == 6 for mail in got)


def test_figures_that_came_during_an_outage_are_told_as_they_stand_in_one_mail(store: Store) -> None:
    of = county(6, 1, reminders=Reminders(after=2))
    days.bring(store, of, NOON, everywhere(of, 20, "35"))
    for index, value in ((21, "10"), (22, "46"), (23, "47")):
        take_in(store, everywhere(of, index, value), now=NOON + timedelta(days=index - 20))
    days.run(store, of, NOON + timedelta(days=10))
    (mail,) = [each for each in days.mails_to(store, "m0") if each.decided_at > NOON]
    assert [notice.kind for notice in mail.notices] == [NoticeKind.BREACH] * 6


@pytest.mark.parametrize(
    ("districts", "occasion"), [(8, Occasion.NEWS), (9, Occasion.SUMMARY)], ids=["eight", "nine"]
)
def test_a_first_run_on_a_long_history_is_one_mail_for_each_person(
    store: Store, districts: int, occasion: Occasion
) -> None:
    of = county(districts, 1)
    history = [
        each
        for place in range(districts)
        for each in monthly(*["46", "10"] * 12, "46", area=f"District {place}")
    ]
    assert days.bring(store, of, NOON, history) == 1
    (mail,) = days.mails_to(store, "m0")
    assert (len(mail.notices), mail.occasion) == (districts, occasion)
