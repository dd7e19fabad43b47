"""Cycles on a real store: figures in, alerts and mails out, on SQLite and on PostgreSQL alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.areas import AreaType
from monitor.core.dated import Scope
from monitor.core.exact import micro
from monitor.core.notifications import NoticeKind, Notification, TellReason
from monitor.core.observations import Observation, Status
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import (
    AlertRule,
    Indicator,
    Level,
    Retirement,
    Route,
    RouteMatch,
    RouteTarget,
    Rulebook,
)
from monitor.core.statistics.flapping import FlappingRule
from monitor.core.windows import Reminders
from monitor.cycle import CycleOutcome, run_cycle
from monitor.store.alerts import alerts, transitions_of
from monitor.store.batches import Channel, NewBatch
from monitor.store.decisions import decisions_of
from monitor.store.observations import NewObservation, record_batch
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.world import World
from tests.support.rules import AREAS, HERE, indicator, monthly, rule, thresholds
from tests.support.statements import statement_counter

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2013, 10, 14, 9, 0, tzinfo=UTC)
SAM = Recipient("sam", "Sam Swale", "sam@kent.example", "Sam")
ALEX = Recipient("alex", "Alex Swale", "alex@kent.example", "Alex")
KIM = Recipient("kim", "Kim Thanet", "kim@kent.example", "Kim")
OPS = Recipient("ops", "Operations", "ops@kent.example", "Operations")
DIRECTORY = Directory(
    {each.id: each for each in (SAM, ALEX, KIM, OPS)},
    (
        RoleHolding("district manager", "Swale", ("sam", "alex")),
        RoleHolding("district manager", "Thanet", ("kim",)),
    ),
)
DISTRICTS = Scope(types=frozenset({AreaType.DISTRICT}))
ROUTE = Route(
    "district-managers", RouteMatch(scope=DISTRICTS), (RouteTarget("district manager", None, HERE),), HERE
)
MEASURE = indicator(scale=None, decimals=0)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)

_files = count()


def world(*rules: AlertRule, measure: Indicator = MEASURE, routes: tuple[Route, ...] = (ROUTE,)) -> World:
    book = Rulebook(
        indicators={"measure": measure},
        alerts={each.id: each for each in rules},
        routes=routes,
        version=sha256(repr(rules).encode()).hexdigest(),
        revision=None,
        fingerprints={each.id: sha256(repr(replace(each, title="")).encode()).hexdigest() for each in rules},
    )
    return World(AREAS, DIRECTORY, (OPS,), book)


WORLD = world(RULE)


def take_in(store: Store, *figures: Observation, now: datetime = NOW) -> None:
    rows = [
        NewObservation(
            each.indicator,
            each.area,
            each.period_end,
            each.value,
            each.numerator,
            each.denominator,
            each.status,
            each.missing,
        )
        for each in figures
    ]
    number = next(_files)
    batch = NewBatch(f"{number}.csv", sha256(str(number).encode()).hexdigest(), Channel.INBOX)
    with store.writing() as connection:
        record_batch(connection, batch, rows, now=now)


def cycle(store: Store, by: World = WORLD, now: datetime = NOW) -> CycleOutcome:
    return run_cycle(store, by, now=now, zone=LONDON, domain="limen.example")


def mails(store: Store) -> list[Notification]:
    with store.reading() as connection:
        return [entry.notification for entry in reversed(outbox_entries(connection))]


def summary(store: Store) -> list[tuple[str, list[tuple[str, NoticeKind, Decimal | None]]]]:
    return [
        (mail.recipient.id, [(each.area, each.kind, each.value) for each in mail.notices])
        for mail in mails(store)
    ]


def state(store: Store, area: str = "Swale", rule_id: str = "the-rule") -> tuple[AlertState, Level | None]:
    with store.reading() as connection:
        found = alerts(connection, [(rule_id, area)])[rule_id, area]
    return found.state, found.level


def swale(*values: str | None) -> tuple[Observation, ...]:
    return monthly(*values, area="Swale")


def test_the_managers_of_swale_and_nobody_else_are_told_of_swale(store: Store) -> None:
    take_in(store, *swale("20", "46"), *monthly("20", "20", area="Thanet"))
    outcome = cycle(store)
    assert outcome.enqueued == 2
    assert summary(store) == [
        ("sam", [("Swale", NoticeKind.BREACH, Decimal(46))]),
        ("alex", [("Swale", NoticeKind.BREACH, Decimal(46))]),
    ]
    (notice,) = mails(store)[0].notices
    assert (notice.level, notice.limit, notice.limit_text, notice.since) == (
        Level.CRITICAL,
        Decimal(40),
        "value > 40",
        swale("20", "46")[1].period_end,
    )
    assert notice.rule_position == "test.yaml:1:1"
    assert "district manager for Swale" in notice.told_because
    assert [point.value for point in notice.history] == [Decimal(20), Decimal(46)]


def test_a_notice_says_by_which_route_it_comes_and_what_follows_without_an_answer(store: Store) -> None:
    take_in(store, *swale("20", "46"))
    cycle(store, world(RULE, routes=(replace(ROUTE, reminders=Reminders(5)),)))
    (notice,) = mails(store)[0].notices
    assert (notice.route, notice.reminds, notice.escalates) == ("district-managers", True, False)
    assert notice.told_because == "You are told as district manager for Swale."


def test_a_first_mail_of_a_figure_within_limits_again_says_what_was_beyond(store: Store) -> None:
    lingers = rule({"warning": "value > 30"}, recover="value <= 25", scope=DISTRICTS)
    take_in(store, *swale("20", "46", "28"))
    cycle(store, world(lingers))
    (notice,) = mails(store)[0].notices
    before = swale("20", "46")[1].period_end
    assert (notice.value, notice.not_yet_recovered) == (Decimal(28), "value <= 25")
    assert notice.crossed == Decimal(46)
    assert notice.crossed_label == f"{before.day} {before:%b %Y}"


def test_the_charts_limit_is_that_of_the_level_told_all_along(store: Store) -> None:
    take_in(store, *swale("20", "35", "46"))
    cycle(store)
    (notice,) = mails(store)[0].notices
    assert (notice.limit, [point.limit for point in notice.history]) == (Decimal(40), [Decimal(40)] * 3)


def test_nothing_new_is_nothing_told(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    assert cycle(store) == CycleOutcome()
    take_in(store, *swale("46"))
    again = cycle(store)
    assert (again.enqueued, again.transitions) == (0, 0)
    assert len(mails(store)) == 2


def test_a_breach_that_goes_on_is_told_once(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    take_in(store, *swale("46", "47"))
    cycle(store)
    assert len(mails(store)) == 2
    assert state(store) == (AlertState.FIRING, Level.CRITICAL)


def test_a_worsening_and_a_recovery_are_told_in_the_same_thread(store: Store) -> None:
    for run in (("35",), ("35", "46"), ("35", "46", "12")):
        take_in(store, *swale(*run))
        cycle(store)
    told = [each for each in mails(store) if each.recipient.id == "sam"]
    assert [mail.notices[0].kind for mail in told] == [
        NoticeKind.BREACH,
        NoticeKind.WORSENED,
        NoticeKind.RECOVERED,
    ]
    assert [mail.notices[0].value for mail in told] == [Decimal(35), Decimal(46), Decimal(12)]
    assert len({mail.notices[0].thread for mail in told}) == 1
    with store.reading() as connection:
        first, second, third = [e for e in reversed(outbox_entries(connection)) if e.recipient_id == "sam"]
    assert first.thread_ids == ()
    assert second.thread_ids == third.thread_ids == (first.message_id,)


def test_an_easing_is_recorded_and_not_told(store: Store) -> None:
    for run in (("46",), ("46", "35")):
        take_in(store, *swale(*run))
        cycle(store)
    assert state(store) == (AlertState.FIRING, Level.WARNING)
    assert len(mails(store)) == 2
    with store.reading() as connection:
        reasons = [each.decision.reason for each in decisions_of(connection, "the-rule", "Swale")]
    assert reasons == [TellReason.ROUTE, TellReason.ROUTE, TellReason.EASED]


def test_a_missing_figure_neither_breaches_nor_recovers(store: Store) -> None:
    for run in (("46",), ("46", None)):
        take_in(store, *swale(*run))
        cycle(store)
    assert state(store) == (AlertState.FIRING, Level.CRITICAL)
    assert len(mails(store)) == 2


def test_a_full_history_tells_how_it_stands_not_every_breach_there_was(store: Store) -> None:
    take_in(store, *swale("46", "10", "46", "10", "46"), *monthly("46", "10", area="Thanet"))
    cycle(store)
    assert [each[0] for each in summary(store)] == ["sam", "alex"]
    with store.reading() as connection:
        thanet = [each.decision.reason for each in decisions_of(connection, "the-rule", "Thanet")]
        assert len(transitions_of(connection, "the-rule", "Swale")) == 5
    assert thanet == [TellReason.OVER_BEFORE_TOLD]


def test_all_of_one_managers_alerts_come_in_one_mail_the_worst_first(store: Store) -> None:
    other = replace(rule({"warning": "value > 1"}, scope=DISTRICTS), id="another-rule", title="Another")
    by = world(other, RULE)
    take_in(store, *swale("46"))
    cycle(store, by)
    assert [(mail.recipient.id, [each.rule for each in mail.notices]) for mail in mails(store)] == [
        ("sam", ["the-rule", "another-rule"]),
        ("alex", ["the-rule", "another-rule"]),
    ]


def test_a_restated_figure_that_takes_the_breach_back_is_told_to_those_who_were_told(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    (figure,) = swale("46")
    take_in(store, replace(figure, value=micro("12"), status=Status.PROVISIONAL))
    cycle(store)
    last = mails(store)[-1].notices[0]
    assert (last.kind, last.value, last.reason) == (
        NoticeKind.RESTATED,
        Decimal(12),
        "an earlier figure was restated",
    )
    assert last.restated is not None
    assert (last.restated.was.value, last.restated.now.value) == (Decimal(46), Decimal(12))
    with store.reading() as connection:
        steps = transitions_of(connection, "the-rule", "Swale")
    assert [step.transition.reason for step in steps] == [
        TransitionReason.BREACH_BEGAN,
        TransitionReason.RESTATED,
    ]


def test_a_superseded_rule_closes_with_one_notice_and_never_alarms_again(store: Store) -> None:
    retired = replace(RULE, retirement=Retirement(date(2013, 11, 15), "the-new-rule"))
    successor = replace(RULE, id="the-new-rule", title="The new measure", start=date(2013, 11, 15))
    by = world(retired, successor)
    take_in(store, *swale("46"))
    cycle(store, by)
    assert cycle(store, by, datetime(2013, 11, 14, 23, 59, tzinfo=UTC)) == CycleOutcome()
    closing = cycle(store, by, datetime(2013, 11, 15, 0, 1, tzinfo=UTC))
    assert closing.enqueued == 2
    last = mails(store)[-1].notices[0]
    assert (last.kind, last.reason) == (NoticeKind.CLOSED, "superseded by “The new measure”")
    for later in range(3):
        now = datetime(2013, 11, 16 + later, tzinfo=UTC)
        take_in(store, *swale("46", "47", "48")[: later + 1], now=now)
        assert cycle(store, by, now).enqueued == 0
    assert state(store)[0] is AlertState.RESOLVED


def test_a_rule_taken_out_of_the_rulebook_closes_its_alert_with_the_facts_last_told(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    assert cycle(store, world()).enqueued == 2
    last = mails(store)[-1].notices[0]
    assert (last.kind, last.title, last.reason) == (
        NoticeKind.CLOSED,
        "Measure out of bounds",
        "rule was taken out of the rulebook",
    )
    assert cycle(store, world()) == CycleOutcome()


def test_an_area_that_a_rule_no_longer_covers_is_closed(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    elsewhere = replace(RULE, scope=Scope(names=frozenset({"Thanet"})))
    cycle(store, world(elsewhere))
    last = mails(store)[-1].notices[0]
    assert (last.kind, last.reason) == (NoticeKind.CLOSED, "the rule is no longer for this area")
    assert state(store)[0] is AlertState.RESOLVED


def test_an_edited_limit_judges_the_history_anew_and_keeps_the_alert(store: Store) -> None:
    take_in(store, *swale("20", "35"))
    cycle(store)
    assert state(store) == (AlertState.FIRING, Level.WARNING)
    tighter = replace(RULE, thresholds=thresholds({"warning": "value > 10", "critical": "value > 34"}))
    cycle(store, world(tighter))
    assert state(store) == (AlertState.FIRING, Level.CRITICAL)
    notice = mails(store)[-1].notices[0]
    assert (notice.kind, notice.level) == (NoticeKind.RESTATED, Level.CRITICAL)
    looser = replace(RULE, thresholds=thresholds({"critical": "value > 100"}))
    cycle(store, world(looser))
    assert mails(store)[-1].notices[0].reason == "the rule was changed"
    with store.reading() as connection:
        reasons = [each.transition.reason for each in transitions_of(connection, "the-rule", "Swale")]
    assert reasons[-2:] == [TransitionReason.RULE_CHANGED, TransitionReason.RULE_CHANGED]


def test_an_edit_of_words_alone_judges_nothing_anew(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    assert cycle(store, world(replace(RULE, title="Other words"))) == CycleOutcome()


def test_a_new_rule_judges_what_is_there(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store, world())
    assert cycle(store).enqueued == 2


def test_a_breach_that_no_route_covers_goes_to_operations(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store, world(RULE, routes=()))
    assert [mail.recipient.id for mail in mails(store)] == ["ops"]


def test_a_manager_who_moved_gets_the_recovery_at_the_new_address(store: Store) -> None:
    take_in(store, *swale("46"))
    cycle(store)
    moved = replace(SAM, address="sam@new.example")
    directory = Directory({**DIRECTORY.people, "sam": moved}, DIRECTORY.holdings)
    take_in(store, *swale("46", "10"))
    cycle(store, replace(WORLD, directory=directory))
    assert [mail.recipient.address for mail in mails(store)[2:]] == ["sam@new.example", "alex@kent.example"]


def test_small_numbers_stay_out_of_the_mail_though_they_decide(store: Store) -> None:
    strict = replace(RULE, thresholds=thresholds({"warning": "value > 2"}))
    take_in(store, *swale("20", "4"))
    cycle(store, world(strict))
    (notice,) = mails(store)[0].notices
    assert (notice.value, notice.protected) == (None, True)
    assert [(point.value, point.protected) for point in notice.history] == [
        (Decimal(20), False),
        (None, True),
    ]


def test_figures_of_indicators_that_no_rule_knows_wait_for_one(store: Store) -> None:
    take_in(store, *(replace(each, indicator="unknown") for each in swale("46")))
    assert cycle(store).evaluated == 0
    assert cycle(store) == CycleOutcome()


def test_an_alert_that_flaps_is_told_of_once_and_again_when_it_has_calmed(store: Store) -> None:
    by = world(replace(RULE, flapping=FlappingRule()))
    values = ["46", "10"] * 6 + ["10"] * 20
    for end in range(1, len(values) + 1):
        take_in(store, *swale(*values[:end]))
        cycle(store, by)
    told = [mail.notices[0].kind for mail in mails(store) if mail.recipient.id == "sam"]
    assert told == [NoticeKind.BREACH, NoticeKind.RECOVERED] * 2 + [NoticeKind.BREACH, NoticeKind.RECOVERED]
    with store.reading() as connection:
        reasons = [each.decision.reason for each in decisions_of(connection, "the-rule", "Swale")]
    assert reasons.count(TellReason.FLAPPING) == 7
    assert mails(store)[-1].notices[0].reason == "it no longer begins and ends too often to be told"


@pytest.mark.parametrize("series", [1, 40])
def test_a_cycle_without_changes_costs_the_same_however_many_series_there_are(
    store: Store, series: int
) -> None:
    figures = [replace(each, indicator=f"measure-{index}") for index in range(series) for each in swale("46")]
    take_in(store, *figures, *swale("46"))
    cycle(store)
    with statement_counter(store) as sent:
        assert cycle(store) == CycleOutcome()
    assert len(sent) == 6, sent


class InterruptedCycleError(Exception):
    """Stands for whatever may end a cycle half-way."""


class Fragile(World):
    """A world that breaks a cycle off at its very end, after everything was written."""

    def fingerprints(self) -> Mapping[str, str]:
        if self in broken:
            raise InterruptedCycleError
        broken.append(self)
        return super().fingerprints()


broken: list[World] = []


def test_a_cycle_that_breaks_off_leaves_nothing_behind(store: Store) -> None:
    take_in(store, *swale("46"))
    with pytest.raises(InterruptedCycleError):
        cycle(store, Fragile(WORLD.areas, WORLD.directory, WORLD.operations, WORLD.rulebook))
    with store.reading() as connection:
        assert alerts(connection) == {}
        assert outbox_entries(connection) == ()
    assert cycle(store, now=NOW + timedelta(minutes=1)).enqueued == 2
