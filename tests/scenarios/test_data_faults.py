"""Doubtful and missing figures on a real store: the data owner is asked once, and hears what became of it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from monitor.calendar_england import calendar_of
from monitor.cli.explain_facts import Explanation
from monitor.cli.explain_pages import Pages
from monitor.cli.explain_telling import Inquiry
from monitor.cli.explanation import explanation
from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.areas import AreaType
from monitor.core.dated import Scope
from monitor.core.exact import micro
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.observations import Observation
from monitor.core.recipients import Directory, RoleHolding
from monitor.core.rulebook import Indicator, Plausibility, Retirement
from monitor.core.suppressions import Acknowledgement
from monitor.cycle import CycleOutcome
from monitor.rule_tests.subject import watches
from monitor.store.acknowledgements import append_acknowledgement
from monitor.store.alerts import alerts, transitions_of
from monitor.store.decisions import decisions_of
from monitor.store.store import Store
from monitor.world import World
from tests.scenarios.test_cycle import (
    DIRECTORY,
    LONDON,
    MEASURE,
    NOW,
    OPS,
    cycle,
    mails,
    state,
    take_in,
    world,
)
from tests.support.rules import figure, indicator, month, monthly, revised, rule
from tests.support.statements import statement_counter

LIMITS = Plausibility(jump=micro("30"), falls_to_zero=micro("10"), missing_areas=True)
WATCHED = replace(MEASURE, plausibility=LIMITS)
OWNERS = Directory(DIRECTORY.people, (*DIRECTORY.holdings, RoleHolding("data owner", "Kent", ("kim",))))
FAULT = "fault:measure"
DISTRICTS = Scope(types=frozenset({AreaType.DISTRICT}))
HIGH = rule({"warning": "value > 90"}, scope=DISTRICTS)


def watching(measure: Indicator = WATCHED, directory: Directory = OWNERS) -> World:
    book = world(HIGH, measure=measure)
    return replace(book, directory=directory)


def data_news(store: Store) -> list[tuple[str, str, NoticeKind]]:
    return [
        (mail.recipient.id, notice.area, notice.kind)
        for mail in mails(store)
        for notice in mail.notices
        if notice.rule == FAULT
    ]


def reasons(store: Store, area: str = "Swale") -> list[TransitionReason]:
    with store.reading() as connection:
        return [each.transition.reason for each in transitions_of(connection, FAULT, area)]


def swale(*values: str | None) -> tuple[Observation, ...]:
    return monthly(*values, area="Swale")


def confirm(store: Store, at: datetime, *, episode: int = 1, withdrawn: bool = False) -> None:
    given = Acknowledgement(
        0, at, FAULT, "Swale", episode, None, "kim", "Counted again.", None, "command line", withdrawn
    )
    with store.writing() as connection:
        append_acknowledgement(connection, given)


def after(minutes: int) -> datetime:
    return NOW + timedelta(minutes=minutes)


def test_a_jump_that_no_service_can_make_goes_to_the_data_owner_with_the_reason(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    assert data_news(store) == [("kim", "Swale", NoticeKind.DOUBTFUL)]
    (notice,) = next(mail for mail in mails(store) if mail.recipient.id == "kim").notices
    assert notice.doubt == "100 where it was 19: a change of 81, more than 30"
    assert (notice.value, notice.previous_value) == (Decimal(100), Decimal(19))
    assert (notice.period_label, notice.previous_label) == ("31 May 2012", "30 Apr 2012")
    assert notice.told_because == (
        "You are told as data owner for Kent: doubtful figures are for those who own the data."
    )
    assert notice.limit_text == "plausible: {jump: 30, falls_to_zero_from: 10, missing_areas: true}"
    with store.reading() as connection:
        (decided,) = decisions_of(connection, FAULT, "Swale")
    assert decided.decision.reason is TellReason.DATA_OWNER


def test_it_is_told_once_however_many_doubtful_figures_follow(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    take_in(store, *swale("19", "100", "99")[2:])
    cycle(store, watching())
    assert data_news(store) == [("kim", "Swale", NoticeKind.DOUBTFUL)]
    assert state(store, rule_id=FAULT)[0] is AlertState.FIRING


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        ((revised(swale("19", "100")[1], "21"),), TransitionReason.FIGURE_CORRECTED),
        (swale("19", "100", "20")[2:], TransitionReason.FIGURES_PLAUSIBLE),
        (swale("19", "100", "99", "98")[2:], TransitionReason.FIGURES_AGREE),
    ],
    ids=["corrected", "back to what it was", "the new height"],
)
def test_whoever_was_told_hears_what_became_of_it_in_the_same_thread(
    store: Store, then: Iterable[Observation], reason: TransitionReason
) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    take_in(store, *then)
    cycle(store, watching())
    assert data_news(store)[1:] == [("kim", "Swale", NoticeKind.CONFIRMED)]
    first, last = [notice for mail in mails(store) for notice in mail.notices if notice.rule == FAULT]
    assert (last.reason, last.doubt, last.thread) == (str(reason), "", first.thread)
    assert (last.doubted, last.doubted_label) == (Decimal(100), "31 May 2012")
    assert reasons(store) == [TransitionReason.FIGURE_DOUBTFUL, reason]
    assert cycle(store, watching()) == CycleOutcome()


def test_the_data_owner_confirms_a_figure_and_it_becomes_the_yardstick(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    confirm(store, after(5))
    outcome = cycle(store, watching(), after(6))
    assert outcome.transitions == 1
    assert reasons(store)[-1] is TransitionReason.FIGURE_CONFIRMED
    assert cycle(store, watching(), after(7)) == CycleOutcome()

    take_in(store, *swale("19", "100", "99")[2:], now=after(8))
    assert cycle(store, watching(), after(9)).transitions == 0
    take_in(store, *swale("19", "100", "99", "20")[3:], now=after(10))
    cycle(store, watching(), after(11))
    assert state(store, rule_id=FAULT)[0] is AlertState.FIRING
    assert data_news(store)[-1] == ("kim", "Swale", NoticeKind.DOUBTFUL)


def test_a_figure_that_is_restated_after_it_was_confirmed_is_doubtful_again(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    confirm(store, after(5))
    cycle(store, watching(), after(6))
    take_in(store, revised(swale("19", "100")[1], "95"), now=after(7))
    cycle(store, watching(), after(8))
    assert reasons(store)[-1] is TransitionReason.FIGURE_DOUBTFUL
    with store.reading() as connection:
        assert alerts(connection, [(FAULT, "Swale")])[FAULT, "Swale"].episode == 2


def test_an_acknowledgement_that_was_taken_back_confirms_nothing(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    confirm(store, after(5))
    confirm(store, after(6), withdrawn=True)
    assert cycle(store, watching(), after(7)) == CycleOutcome()


def test_a_figure_that_came_after_the_acknowledgement_is_not_vouched_for(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    take_in(store, revised(swale("19", "100")[1], "95"), now=after(6))
    confirm(store, after(5))
    assert cycle(store, watching(), after(7)).transitions == 0
    assert cycle(store, watching(), after(8)) == CycleOutcome()
    assert state(store, rule_id=FAULT)[0] is AlertState.FIRING


def test_a_withdrawn_figure_or_one_without_a_value_settles_nothing(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    take_in(store, *swale("19", "100", None)[2:])
    cycle(store, watching())
    take_in(store, replace(swale("19", None)[1], revision=2))
    cycle(store, watching())
    assert reasons(store) == [TransitionReason.FIGURE_DOUBTFUL]
    assert state(store, rule_id=FAULT)[0] is AlertState.FIRING


def test_a_source_that_fell_to_zero_is_told_of_in_every_area(store: Store) -> None:
    areas = ("Swale", "Thanet", "Canterbury")
    take_in(store, *(each for area in areas for each in monthly("25", "0", area=area)))
    cycle(store, watching())
    (mail,) = [each for each in mails(store) if each.recipient.id == "kim"]
    assert sorted(notice.area for notice in mail.notices) == ["Canterbury", "Swale", "Thanet"]
    assert {notice.doubt for notice in mail.notices} == {"0 where it was 25: it fell to zero from 10 or more"}


def test_a_missing_district_is_told_of_until_its_figure_comes(store: Store) -> None:
    for area in ("Swale", "Thanet", "Canterbury"):
        take_in(store, *monthly("20", area=area))
    cycle(store, watching())
    take_in(store, *monthly("20", "21", area="Thanet")[1:])
    cycle(store, watching())
    assert data_news(store) == []  # one of three

    take_in(store, *monthly("20", "21", area="Canterbury")[1:])
    cycle(store, watching())
    assert data_news(store) == [("kim", "Swale", NoticeKind.DOUBTFUL)]
    (notice,) = next(mail for mail in mails(store) if mail.recipient.id == "kim").notices
    assert notice.doubt == (
        "no figure for 31 May 2012: at least half of the areas of its kind have one, "
        "and this one had one for 30 Apr 2012"
    )
    assert (notice.value, notice.period_end, notice.previous_label) == (None, month(1), "30 Apr 2012")

    take_in(store, *swale("20", "22")[1:])
    cycle(store, watching())
    assert data_news(store)[1:] == [("kim", "Swale", NoticeKind.CONFIRMED)]
    assert reasons(store) == [TransitionReason.FIGURE_MISSING, TransitionReason.FIGURE_CAME]


def test_where_figures_are_expected_within_a_time_lateness_tells_of_a_missing_district(store: Store) -> None:
    waited = watching(replace(WATCHED, expected_within=15))
    for area in ("Swale", "Thanet", "Canterbury"):
        take_in(store, *monthly("20", area=area))
    take_in(store, *monthly("20", "21", area="Thanet")[1:], *monthly("20", "21", area="Canterbury")[1:])
    on_its_day, the_day_after = (datetime(2012, 6, day, 9, tzinfo=UTC) for day in (22, 26))
    cycle(store, waited, on_its_day)
    assert mails(store) == []
    cycle(store, waited, the_day_after)
    assert [notice.rule for mail in mails(store) for notice in mail.notices] == ["late:measure"]


def test_a_small_number_stays_hidden_and_so_does_what_would_give_it_away(store: Store) -> None:
    take_in(store, *swale("3", "64"))
    cycle(store, watching())
    (notice,) = next(mail for mail in mails(store) if mail.recipient.id == "kim").notices
    assert notice.doubt == "64 where it was a figure too small to show: a change of more than 30"
    assert notice.previous_value is None
    assert [point.value for point in notice.history] == [None, Decimal(64)]


def test_a_percentage_says_so(store: Store) -> None:
    percent = replace(indicator(), plausibility=LIMITS, counts_people=False)
    take_in(store, *swale("19", "100"))
    cycle(store, watching(percent))
    doubts = [notice.doubt for mail in mails(store) for notice in mail.notices if notice.rule == FAULT]
    assert doubts == ["100.0% where it was 19.0%: a change of 81.0, more than 30"]


def test_without_a_data_owner_operations_are_asked(store: Store) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching(directory=DIRECTORY))
    assert OPS in [mail.recipient for mail in mails(store)]
    with store.reading() as connection:
        (decided,) = decisions_of(connection, FAULT, "Swale")
    assert decided.decision.reason is TellReason.NO_DATA_OWNER


@pytest.mark.parametrize(
    ("edited", "reason"),
    [
        (replace(WATCHED, plausibility=None), TransitionReason.WITHDRAWN),
        (replace(WATCHED, retirement=Retirement(NOW.date(), None)), TransitionReason.RETIRED),
        (replace(WATCHED, plausibility=Plausibility(jump=micro("90"))), TransitionReason.RULE_CHANGED),
    ],
    ids=["not watched any more", "retired", "a wider limit"],
)
def test_what_the_rules_no_longer_doubt_is_closed(
    store: Store, edited: Indicator, reason: TransitionReason
) -> None:
    take_in(store, *swale("19", "100"))
    cycle(store, watching())
    cycle(store, watching(edited))
    assert reasons(store)[-1] is reason
    assert data_news(store)[-1] == ("kim", "Swale", NoticeKind.CLOSED)
    assert cycle(store, watching(edited)) == CycleOutcome()


def test_a_narrower_limit_doubts_the_last_figures_there_are(store: Store) -> None:
    take_in(store, *swale("19", "40"))
    cycle(store, watching())
    assert data_news(store) == []
    cycle(store, watching(replace(WATCHED, plausibility=Plausibility(jump=micro("20")))))
    assert data_news(store) == [("kim", "Swale", NoticeKind.DOUBTFUL)]


@pytest.mark.parametrize("series", [1, 40])
def test_a_cycle_without_news_costs_no_more_for_it(store: Store, series: int) -> None:
    measures = {f"measure-{index}": replace(WATCHED, id=f"measure-{index}") for index in range(series)}
    by = watching()
    by = replace(by, rulebook=replace(by.rulebook, indicators={**by.rulebook.indicators, **measures}))
    take_in(store, *(replace(each, indicator=name) for name in measures for each in swale("19", "20")))
    cycle(store, by)
    with statement_counter(store) as sent:
        assert cycle(store, by) == CycleOutcome()
    assert len(sent) == 6, sent
    take_in(store, *(replace(each, indicator=name) for name in measures for each in swale("19", "99")[1:]))
    cycle(store, by)
    with statement_counter(store) as sent:
        assert cycle(store, by) == CycleOutcome()
    assert len(sent) < 8, sent  # which of the open ones somebody has acknowledged


def explained(store: Store, by: World) -> tuple[Explanation, str]:
    """The explanation of Swale's figure, and as it is printed."""
    with store.reading() as connection:
        inquiry = Inquiry(connection, by, NOW, calendar_of(LONDON))
        found = explanation(inquiry, by.rulebook.indicators["measure"], by.areas["Swale"], None)
    text = StringIO()
    Pages(Console(file=text, width=200), LONDON, Path("rules"), NOW).show(found)
    return found, text.getvalue()


def test_explain_says_what_is_in_doubt_and_who_was_asked(store: Store) -> None:
    take_in(store, *swale("19", "20"))
    cycle(store, watching())
    found, text = explained(store, watching())
    assert found.fault is not None
    assert (found.fault.in_doubt, found.fault.doubt) == (False, "")
    assert "plausible: {jump: 30, falls_to_zero_from: 10, missing_areas: true}" in text
    assert "No figure is in doubt." in text

    take_in(store, *swale("19", "20", "99")[2:])
    cycle(store, watching())
    found, text = explained(store, watching())
    assert found.fault is not None
    assert "In doubt: 99 where it was 20: a change of 79, more than 30." in text
    (line,) = [each for each in text.splitlines() if "News for Sam Swale" in each]
    for part in ("held since 14 Oct 2013 10:00", "the figure looks wrong", "told 16 Oct 2013 08:00"):
        assert part in line
    assert [each.recipient for each in found.fault.tellings] == ["Kim Thanet"]
    assert explained(store, watching(MEASURE))[0].fault is not None  # what was is not forgotten


def test_explain_is_silent_where_nobody_asked(store: Store) -> None:
    take_in(store, *swale("19", "99"))
    cycle(store, watching(MEASURE))
    assert explained(store, watching(MEASURE))[0].fault is None


def test_authors_of_rule_tests_can_name_a_fault() -> None:
    assert "fault:measure" in watches(watching())
    assert "fault:measure" not in watches(watching(MEASURE))


def test_only_the_latest_figure_matters_on_a_first_run_over_a_whole_history(store: Store) -> None:
    take_in(store, *swale("19", "100", "20", "0", "21"), *monthly("50", "51", "0", area="Thanet"))
    cycle(store, watching())
    assert data_news(store) == [("kim", "Thanet", NoticeKind.DOUBTFUL)]


def test_a_figure_of_a_place_nobody_knows_is_passed_over(store: Store) -> None:
    take_in(store, figure(month(0), "19", area="Atlantis"), figure(month(1), "100", area="Atlantis"))
    cycle(store, watching())
    assert data_news(store) == []
