"""Late figures on a real store: the data owner is told, once, and told again when they have come."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.compose import Links, compose
from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.observations import Missing, Observation
from monitor.core.recipients import Directory, RoleHolding
from monitor.core.rulebook import Indicator, Retirement
from monitor.cycle import CycleOutcome
from monitor.store.alerts import transitions_of
from monitor.store.decisions import decisions_of
from monitor.store.outbox import outbox_entries
from monitor.store.store import Store
from monitor.world import World
from tests.scenarios.test_cycle import (
    ALEX,
    DIRECTORY,
    KIM,
    MEASURE,
    OPS,
    RULE,
    SAM,
    cycle,
    mails,
    state,
    take_in,
    world,
)
from tests.support.rules import figure, monthly
from tests.support.statements import statement_counter

WAITED = replace(MEASURE, expected_within=15)
OWNERS = Directory(
    DIRECTORY.people,
    (
        *DIRECTORY.holdings,
        RoleHolding("data owner", "Kent", ("kim",)),
        RoleHolding("data owner", "Thanet", ("alex",)),
    ),
)
AUGUST, SEPTEMBER, OCTOBER = date(2013, 8, 31), date(2013, 9, 30), date(2013, 10, 31)
DUE, DAY_AFTER = datetime(2013, 10, 21, 9, tzinfo=UTC), datetime(2013, 10, 22, 9, tzinfo=UTC)
LATER = datetime(2014, 3, 3, 9, tzinfo=UTC)


def waiting(measure: Indicator = WAITED, directory: Directory = OWNERS) -> World:
    return replace(world(RULE, measure=measure), directory=directory)


def of(end: date, *areas: str, value: str | None = "10") -> tuple[Observation, ...]:
    missing = None if value else Missing.NOT_AVAILABLE
    return tuple(figure(end, value, area=area, missing=missing) for area in areas)


def told(store: Store) -> list[tuple[str, list[tuple[str, NoticeKind, date | None, date | None]]]]:
    return [
        (mail.recipient.id, [(each.area, each.kind, each.period_end, each.due) for each in mail.notices])
        for mail in mails(store)
    ]


def late(area: str, kind: NoticeKind = NoticeKind.LATE) -> tuple[str, NoticeKind, date, date]:
    return (area, kind, SEPTEMBER, DUE.date())


def test_the_data_owner_is_told_the_day_after_it_was_due_and_no_manager_is(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale", "Canterbury", "Thanet"))
    cycle(store, waiting(), DUE)
    assert told(store) == []

    outcome = cycle(store, waiting(), DAY_AFTER)

    assert (outcome.enqueued, outcome.transitions, outcome.evaluated) == (2, 3, 0)
    assert told(store) == [("alex", [late("Thanet")]), ("kim", [late("Canterbury"), late("Swale")])] or told(
        store
    ) == [("kim", [late("Canterbury"), late("Swale")]), ("alex", [late("Thanet")])]
    with store.reading() as connection:
        (decided,) = decisions_of(connection, "late:measure", "Swale")
        (step,) = transitions_of(connection, "late:measure", "Swale")
    assert decided.decision.reason is TellReason.DATA_OWNER
    assert (decided.decision.recipient, decided.decision.role, decided.decision.role_area) == (
        KIM,
        "data owner",
        "Kent",
    )
    assert (step.transition.reason, step.transition.to_state) == (TransitionReason.LATE, AlertState.FIRING)
    (notice,) = next(mail for mail in mails(store) if mail.recipient == ALEX).notices
    assert (notice.title, notice.source, notice.previous_label) == ("Measure", "Liberi", "31 Aug 2013")
    assert notice.told_because.startswith("You are told as data owner for Thanet")


def test_it_is_told_once_however_long_it_lasts_and_however_many_periods_go_by(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    for now in (DAY_AFTER, datetime(2013, 11, 22, tzinfo=UTC), LATER):
        assert cycle(store, waiting(), now) == CycleOutcome()
    take_in(store, *of(SEPTEMBER, "Swale"))  # October's is late as well by then
    assert cycle(store, waiting(), LATER).enqueued == 0
    assert len(mails(store)) == 1
    assert state(store, rule_id="late:measure")[0] is AlertState.FIRING


def test_those_who_were_told_are_told_when_it_has_come_in_the_same_thread(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale", "Canterbury"))
    cycle(store, waiting(), DAY_AFTER)
    moved = Directory(OWNERS.people, (RoleHolding("data owner", "Kent", ("sam",)),))
    take_in(store, *of(SEPTEMBER, "Swale", "Canterbury"))

    cycle(store, waiting(directory=moved), DAY_AFTER)

    assert told(store)[1:] == [
        ("kim", [late("Canterbury", NoticeKind.ARRIVED), late("Swale", NoticeKind.ARRIVED)])
    ]
    assert state(store, rule_id="late:measure")[0] is AlertState.RESOLVED
    with store.reading() as connection:
        second, first = outbox_entries(connection)
        reasons = [each.decision.reason for each in decisions_of(connection, "late:measure", "Swale")]
    assert second.thread_ids == (first.message_id,)
    assert reasons == [TellReason.DATA_OWNER, TellReason.WAS_TOLD_OF_BREACH]
    message = compose(
        second.notification, message_id="<a@b.example>", in_reply_to=None, references=(), links=Links()
    )
    assert message.subject == "Measure: figures for 30 September have come (Canterbury and Swale)"


def test_a_figure_that_comes_late_and_breaches_is_told_to_each_as_it_concerns_them(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    take_in(store, *of(SEPTEMBER, "Swale", value="46"))
    cycle(store, waiting(), DAY_AFTER)
    assert sorted((mail.recipient.id, mail.notices[0].kind) for mail in mails(store)[1:]) == [
        ("alex", NoticeKind.BREACH),
        ("kim", NoticeKind.ARRIVED),
        ("sam", NoticeKind.BREACH),
    ]


def test_a_figure_that_comes_as_missing_with_its_reason_has_come(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"), *of(SEPTEMBER, "Swale", value=None))
    assert cycle(store, waiting(), DAY_AFTER).transitions == 0
    assert told(store) == []


def test_without_a_data_owner_operations_are_told(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(directory=DIRECTORY), DAY_AFTER)
    assert [mail.recipient for mail in mails(store)] == [OPS]
    with store.reading() as connection:
        (decided,) = decisions_of(connection, "late:measure", "Swale")
    assert decided.decision.reason is TellReason.NO_DATA_OWNER


def test_with_nobody_to_tell_the_decision_is_written_all_the_same(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, replace(waiting(directory=DIRECTORY), operations=()), DAY_AFTER)
    take_in(store, *of(SEPTEMBER, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    assert mails(store) == []
    with store.reading() as connection:
        reasons = [each.decision.reason for each in decisions_of(connection, "late:measure", "Swale")]
    assert reasons == [TellReason.NOBODY_TOLD, TellReason.NEVER_TOLD_OF_BREACH]


def test_no_stale_alarm_once_an_indicator_has_been_superseded(store: Store) -> None:
    retired = replace(WAITED, retirement=Retirement(date(2013, 11, 15), "single_assessments"))
    take_in(store, *of(OCTOBER, "Swale"))
    for now in (datetime(2013, 11, 15, tzinfo=UTC), datetime(2013, 12, 23, tzinfo=UTC), LATER):
        cycle(store, waiting(retired), now)
    assert mails(store) == []


@pytest.mark.parametrize(
    ("edited", "reason"),
    [
        (replace(WAITED, expected_within=None), "rule was taken out of the rulebook"),
        (replace(WAITED, expected_within=40), "the rule was changed"),
        (
            replace(WAITED, retirement=Retirement(date(2013, 9, 1), None)),
            "the indicator is no longer in use",
        ),
    ],
    ids=["no time set any more", "more time", "retired"],
)
def test_what_is_no_longer_waited_for_is_closed_and_not_called_arrived(
    store: Store, edited: Indicator, reason: str
) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(), DAY_AFTER)

    cycle(store, waiting(edited), DAY_AFTER)

    (closing,) = mails(store)[-1].notices
    assert (closing.kind, closing.reason) == (NoticeKind.CLOSED, reason)
    assert closing.tells_of_data
    assert cycle(store, waiting(edited), DAY_AFTER) == CycleOutcome()


def test_an_indicator_that_left_the_rulebook_closes_with_the_facts_last_told(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    empty = waiting()
    empty = replace(empty, rulebook=replace(empty.rulebook, indicators={}, alerts={}))

    cycle(store, empty, DAY_AFTER)

    (closing,) = mails(store)[-1].notices
    assert (closing.kind, closing.title, closing.due) == (NoticeKind.CLOSED, "Measure", DUE.date())


def test_twelve_late_areas_are_one_mail_and_one_story(store: Store) -> None:
    directory = Directory(OWNERS.people, (RoleHolding("data owner", "Kent", ("kim",)),))
    take_in(store, *of(AUGUST, "Swale", "Thanet", "Canterbury", "East Kent", "Kent"))
    cycle(store, waiting(directory=directory), DAY_AFTER)
    (mail,) = mails(store)
    message = compose(mail, message_id="<a@b.example>", in_reply_to=None, references=(), links=Links())
    assert message.subject == (
        "Measure: figures for 30 September are late (Canterbury, East Kent and 3 more), due 21 October"
    )
    assert message.text.count("WHAT TO DO") == 1
    assert message.headers["X-Limen-Kind"] == "late"


@pytest.mark.parametrize("series", [1, 40])
def test_waiting_costs_a_cycle_without_news_nothing_however_many_series_there_are(
    store: Store, series: int
) -> None:
    book = waiting().rulebook
    measures = {f"measure-{index}": replace(WAITED, id=f"measure-{index}") for index in range(series)}
    by = replace(waiting(), rulebook=replace(book, indicators={**book.indicators, **measures}))
    take_in(
        store,
        *(replace(each, indicator=name) for name in measures for each in of(AUGUST, "Swale")),
        *monthly("46", area="Swale"),
    )
    cycle(store, by, DAY_AFTER)
    with statement_counter(store) as sent:
        assert cycle(store, by, DAY_AFTER) == CycleOutcome()
    assert len(sent) == 6, sent  # as without waiting
    with statement_counter(store) as sent:
        assert cycle(store, by, LATER) == CycleOutcome()
    assert len(sent) < 9, sent  # once a day: how far the figures go, and that it was looked at


def test_the_late_ones_of_before_are_told_of_again_when_they_are_late_again(store: Store) -> None:
    take_in(store, *of(AUGUST, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    take_in(store, *of(SEPTEMBER, "Swale"))
    cycle(store, waiting(), DAY_AFTER)
    cycle(store, waiting(), datetime(2013, 11, 22, tzinfo=UTC))
    assert [mail.notices[0].kind for mail in mails(store)] == [
        NoticeKind.LATE,
        NoticeKind.ARRIVED,
        NoticeKind.LATE,
    ]
    assert [mail.notices[0].thread for mail in mails(store)] == [
        "late:measure/Swale/1",
        "late:measure/Swale/1",
        "late:measure/Swale/2",
    ]
    assert SAM not in {mail.recipient for mail in mails(store)}
