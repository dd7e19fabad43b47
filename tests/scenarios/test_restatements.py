"""Figures that people were told and that have changed since: who is told, with both figures, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind, RestatedFigure, TellReason
from monitor.core.observations import Missing, Observation, Status
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import Indicator, Level, Route, RouteMatch, RouteTarget
from monitor.core.windows import OFFICE_HOURS, Timing
from monitor.store.store import Store
from monitor.world import World
from tests.support import telling_days as days
from tests.support.days import DISTRICTS, OPS, world
from tests.support.holding_tables import within
from tests.support.rules import HERE, bands, dated, figure, indicator, month, monthly, revised, rule

START = datetime(2014, 1, 8, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
SAM, PAT, ANA = (
    Recipient(each, each.title(), f"{each}@kent.example", each.title()) for each in ("sam", "pat", "ana")
)
RULE = rule({"warning": "value > 30", "critical": "value > 40"}, scope=DISTRICTS)
RATED = indicator(scale=None, decimals=0, rag=(dated(bands("value <= 20", "value <= 30")),))


def by(
    measure: Indicator = RATED,
    manager: str = "sam",
    timing: Timing | None = None,
    levels: dict[str, str] | None = None,
) -> World:
    route = Route(
        "managers", RouteMatch(scope=DISTRICTS), (RouteTarget("district manager", None, HERE),), HERE
    )
    if timing is not None:
        route = replace(route, timing=timing)
    judged = rule(levels, scope=DISTRICTS) if levels else RULE
    made = world(judged, measure=measure, routes=(route,))
    holdings = (RoleHolding("district manager", "Swale", (manager,)),)
    people = {each.id: each for each in (SAM, PAT, ANA, OPS)}
    return replace(made, directory=Directory(people, holdings))


def swale(*values: str | None) -> tuple[Observation, ...]:
    return monthly(*values, area="Swale")


def restated_to(store: Store, person: str = "sam") -> list[RestatedFigure]:
    return [each.restated for each in days.notices_to(store, person) if each.restated is not None]


def both(pair: RestatedFigure) -> tuple[object, object]:
    """What was told, and what the figure is now."""
    return pair.was.value, pair.now.value


def last(store: Store, person: str = "sam") -> Notice:
    return days.notices_to(store, person)[-1]


def test_a_provisional_figure_that_is_validated_in_another_colour_is_told_with_both(store: Store) -> None:
    of = by()
    first, told = swale("46", "47")
    days.bring(store, of, START, [first, replace(told, status=Status.PROVISIONAL)])
    days.bring(store, of, START + DAY, [replace(revised(told, "35"), status=Status.VALIDATED)])
    (pair,) = restated_to(store)
    assert both(pair) == (47, 35)
    assert (pair.was.level, pair.now.level, pair.now.rag) == (Level.CRITICAL, Level.WARNING, RagRating.RED)
    assert (pair.told_on, pair.withdrawn) == (START.date(), False)
    assert pair.because == "the source sent a corrected figure"


@pytest.mark.parametrize(
    ("told", "now"), [("46", "47"), ("46", "46"), ("35", "31")], ids=["worse", "the same", "better"]
)
def test_a_figure_that_changes_within_its_colour_and_level_is_told_to_nobody(
    store: Store, told: str, now: str
) -> None:
    of = by()
    (one,) = swale(told)
    days.bring(store, of, START, [replace(one, status=Status.PROVISIONAL)])
    days.bring(store, of, START + DAY, [revised(one, now)])
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]


def test_a_withdrawn_figure_is_told_of_as_withdrawn(store: Store) -> None:
    of = by()
    figures = swale("46", "47")
    days.bring(store, of, START, figures)
    gone = replace(figures[1], value=None, missing=Missing.NOT_AVAILABLE, revision=2)
    days.bring(store, of, START + DAY, [gone])
    (pair,) = restated_to(store)
    assert (*both(pair), pair.withdrawn) == (47, None, True)
    assert "withdrawn" in pair.because


def test_a_new_denominator_changes_a_rate_that_people_were_told(store: Store) -> None:
    rate = indicator(scale=100, decimals=1)
    of = by(rate)
    told = figure(month(20), area="Swale", numerator=46, denominator=100)
    days.bring(store, of, START, [told])
    days.bring(store, of, START + DAY, [replace(told, denominator=200 * 1_000_000, revision=2)])
    (pair,) = restated_to(store)
    assert both(pair) == (Decimal("46.0"), Decimal("23.0"))
    assert days.decided(store)[-1].kind is NoticeKind.RECOVERED


def test_a_figure_of_last_january_is_told_again_in_march_though_the_breach_is_over(store: Store) -> None:
    of = by()
    january, february, march = swale("46", "10", "12")
    days.bring(store, of, START, [january])
    days.bring(store, of, START + 30 * DAY, [february])
    days.bring(store, of, START + 60 * DAY, [march])
    days.bring(store, of, START + 61 * DAY, [revised(january, "15")])
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RECOVERED, NoticeKind.RESTATED]
    (pair,) = restated_to(store)
    assert (*both(pair), pair.now.level) == (46, 15, None)


def test_each_restatement_is_held_against_what_was_told_last(store: Store) -> None:
    of = by()
    one, two = swale("46", "47")
    days.bring(store, of, START, [one])
    days.bring(store, of, START + DAY, [two])
    days.bring(store, of, START + 2 * DAY, [revised(one, "35")])
    days.bring(store, of, START + 3 * DAY, [revised(revised(one, "35"), "12")])
    assert [both(pair) for pair in restated_to(store)] == [(46, 35), (35, 12)]


def test_what_is_restated_back_is_told_too(store: Store) -> None:
    of = by()
    one, two = swale("46", "47")
    days.bring(store, of, START, [one])
    days.bring(store, of, START + DAY, [two])
    days.bring(store, of, START + 2 * DAY, [revised(one, "10")])
    days.bring(store, of, START + 3 * DAY, [revised(revised(one, "10"), "46")])
    assert [both(pair) for pair in restated_to(store)] == [(46, 10), (10, 46)]


def test_what_is_restated_and_back_before_it_could_be_told_is_told_to_nobody(store: Store) -> None:
    of = by(timing=OFFICE_HOURS)
    one, two = swale("46", "47")
    days.bring(store, of, START, [one])
    days.bring(store, of, START + DAY, [two])
    night = START + 2 * DAY + timedelta(hours=11)
    days.bring(store, of, night, [revised(one, "10")])
    days.bring(store, of, night + timedelta(hours=1), [revised(revised(one, "10"), "46")])
    days.let_pass(store, of, night + 4 * DAY)
    assert restated_to(store) == []
    assert days.waiting(store) == ()


@pytest.mark.parametrize("timing", [None, OFFICE_HOURS], ids=["at once", "in office hours"])
def test_whoever_was_told_and_has_left_the_role_is_told_still_and_nobody_else(
    store: Store, timing: Timing | None
) -> None:
    one, two = swale("46", "47")
    days.bring(store, by(timing=timing), START, [one, two])
    after = by(manager="pat", timing=timing)
    evening = START + DAY + timedelta(hours=11)
    days.bring(store, after, evening, [revised(two, "35")])
    days.let_pass(store, after, evening + DAY)
    assert [both(pair) for pair in restated_to(store)] == [(47, 35)]
    assert restated_to(store, "pat") == []
    told_at = days.mails_to(store, "sam")[-1].decided_at
    assert told_at == (evening if timing is None else datetime(2014, 1, 10, 8, tzinfo=UTC))


def test_what_is_restated_while_it_is_silenced_is_told_when_the_silence_ends(store: Store) -> None:
    of = by()
    one, two = swale("46", "47")
    days.bring(store, of, START, [one, two])
    made = days.silence(store, START + DAY, 3 * DAY, within("Swale"))
    days.bring(store, of, START + 2 * DAY, [revised(two, "35")])
    assert restated_to(store) == []
    days.let_pass(store, of, made.ends_at + DAY)
    assert [both(pair) for pair in restated_to(store)] == [(47, 35)]
    assert last(store).held_since == START + 2 * DAY
    assert days.waiting(store) == ()
    assert TellReason.KNOWN_ALREADY not in [each.reason for each in days.decided(store)]


def test_small_numbers_are_withheld_on_both_sides(store: Store) -> None:
    of = by(levels={"warning": "value > 1", "critical": "value > 3"})
    one, two = swale("20", "4")
    days.bring(store, of, START, [one, two])
    days.bring(store, of, START + DAY, [revised(two, "2")])
    (pair,) = restated_to(store)
    assert both(pair) == (None, None)
    assert (pair.was.protected, pair.now.protected, pair.withdrawn) == (True, True, False)
    assert (pair.was.level, pair.now.level) == (Level.CRITICAL, Level.WARNING)


@pytest.mark.parametrize(
    ("told", "now", "kind"),
    [("46", "12", NoticeKind.RECOVERED), ("35", "46", NoticeKind.WORSENED)],
    ids=["it is over", "it has worsened"],
)
def test_what_the_alert_makes_of_it_is_part_of_the_same_notice(
    store: Store, told: str, now: str, kind: NoticeKind
) -> None:
    of = by()
    (one,) = swale(told)
    days.bring(store, of, START, [one])
    days.bring(store, of, START + DAY, [revised(one, now)])
    (mail,) = days.mails_to(store, "sam")[1:]
    (notice,) = mail.notices
    assert notice.restated is not None
    assert both(notice.restated) == (Decimal(told), Decimal(now))
    assert days.decided(store)[-1].kind is kind


def test_of_several_figures_the_latest_is_told_the_others_are_named_and_all_are_settled(store: Store) -> None:
    of = by()
    figures = swale("46", "10", "47", "10")
    for place, each in enumerate(figures):
        days.bring(store, of, START + place * DAY, [each])
    days.bring(store, of, START + 9 * DAY, [revised(figures[0], "12"), revised(figures[2], "35")])
    (pair,) = restated_to(store)
    assert both(pair) == (47, 35)
    assert "30 Apr 2012 were changed as well" in pair.because
    days.bring(store, of, START + 10 * DAY, [revised(revised(figures[2], "35"), "36")])
    assert len(restated_to(store)) == 1


def test_a_figure_told_beside_a_restated_one_counts_as_told(store: Store) -> None:
    of = by()
    january, february = swale("35", "46")
    days.bring(store, of, START, [january])
    days.bring(store, of, START + DAY, [revised(january, "10"), february])
    assert [both(pair) for pair in restated_to(store)] == [(35, 10)]
    assert last(store).value == 46
    days.bring(store, of, START + 2 * DAY, [revised(february, "35")])
    assert [both(pair) for pair in restated_to(store)][1:] == [(46, 35)]


def test_whoever_was_never_told_the_figure_is_told_nothing_of_its_change(store: Store) -> None:
    of = by()
    figures = swale("46", "47", "48")
    days.bring(store, of, START, figures[:1])
    days.bring(store, of, START + DAY, figures[1:])
    days.bring(store, of, START + 2 * DAY, [revised(figures[1], "35")])
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]
