"""Figures that people were told and that have changed since: who is told, with both figures, and when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitor.core.exact import micro
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, NoticeKind, RestatedFigure, TellReason
from monitor.core.observations import Missing, Observation, Status
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.recipients import Directory, Recipient, RoleHolding
from monitor.core.rulebook import (
    Benchmarks,
    Indicator,
    Level,
    NeighbourFigure,
    NeighbourSet,
    Route,
    RouteMatch,
    RouteTarget,
)
from monitor.core.windows import OFFICE_HOURS, Timing
from monitor.store.store import Store
from monitor.wording import headline
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
    assert pair.because == "it was provisional then and is validated now"


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
    assert pair.because == "the denominator is 200 now, was 100: 46 of 200, was 46 of 100"
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
    assert "what you were told for 30 Apr 2012 is not as it was either" in pair.because
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


def ruled(of: World, measure: Indicator | None = None, **levels: str) -> World:
    """The same world after an edit of the rule's limits or of the indicator."""
    judged = rule(levels, scope=DISTRICTS) if levels else of.rulebook.alerts["the-rule"]
    edited = world(judged, measure=measure or of.rulebook.indicators["measure"], routes=of.rulebook.routes)
    return replace(edited, directory=of.directory)


def test_an_edit_that_makes_a_breach_milder_is_told_with_both_and_what_was_edited(store: Store) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    days.run(store, ruled(of, warning="value > 30", critical="value > 50"), START + DAY)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RESTATED]
    (pair,) = restated_to(store)
    assert both(pair) == (46, 46)
    assert (pair.was.level, pair.now.level) == (Level.CRITICAL, Level.WARNING)
    assert pair.because == "the limit for red is 50 now, was 40"
    assert TellReason.EASED not in [each.reason for each in days.decided(store)]


@pytest.mark.parametrize(
    ("told", "levels", "ends"),
    [
        ("46", {"warning": "value > 50"}, NoticeKind.CLOSED),
        ("35", {"warning": "value > 30", "critical": "value > 33"}, NoticeKind.WORSENED),
    ],
    ids=["it is over", "it has worsened"],
)
def test_what_an_edit_makes_of_the_alert_is_told_in_one_notice_with_both_figures(
    store: Store, told: str, levels: dict[str, str], ends: NoticeKind
) -> None:
    of = by()
    days.bring(store, of, START, swale(told))
    days.run(store, ruled(of, None, **levels), START + DAY)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RESTATED]
    assert both(restated_to(store)[0]) == (Decimal(told), Decimal(told))
    assert days.decided(store)[-1].kind is ends


def test_a_figure_within_limits_that_an_edit_makes_a_breach_is_told_against_what_was_told(
    store: Store,
) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    days.bring(store, of, START + DAY, swale("46", "28")[1:])
    days.run(store, ruled(of, warning="value > 25"), START + 2 * DAY)
    notice = last(store)
    assert (notice.kind, notice.level) == (NoticeKind.RESTATED, Level.WARNING)
    assert notice.restated is not None
    assert (notice.restated.was.level, notice.restated.now.level) == (None, Level.WARNING)


def test_a_breach_that_is_over_is_told_again_when_an_edit_judges_it_otherwise(store: Store) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    days.bring(store, of, START + DAY, swale("46", "10")[1:])
    days.run(store, ruled(of, warning="value > 30", critical="value > 50"), START + 2 * DAY)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH, NoticeKind.RECOVERED, NoticeKind.RESTATED]
    (pair,) = restated_to(store)
    assert (pair.was.level, pair.now.level) == (Level.CRITICAL, Level.WARNING)


def test_an_edit_that_is_taken_back_is_told_too(store: Store) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    days.run(store, ruled(of, warning="value > 30", critical="value > 50"), START + DAY)
    days.run(store, of, START + 2 * DAY)
    levels = [(each.was.level, each.now.level) for each in restated_to(store)]
    assert levels == [(Level.CRITICAL, Level.WARNING), (Level.WARNING, Level.CRITICAL)]


RATE = indicator(scale=100, decimals=1)


@pytest.mark.parametrize(
    ("edit", "value", "because"),
    [
        ({"scale": 60}, "27.6", "the definition was changed: the figure is per 60 now, was per 100"),
        ({"scale": 60, "decimals": 0}, "28", "the figure is rounded to 0 decimals now, was to 1"),
    ],
)
def test_another_definition_is_told_as_such(
    store: Store, edit: dict[str, int], value: str, because: str
) -> None:
    of = by(RATE)
    days.bring(store, of, START, [figure(month(20), area="Swale", numerator=46, denominator=100)])
    days.run(store, ruled(of, replace(RATE, **edit)), START + DAY)  # type: ignore[arg-type]
    (pair,) = restated_to(store)
    assert both(pair) == (Decimal("46.0"), Decimal(value))
    assert because in pair.because


TARGETED = indicator(scale=None, decimals=0, targets=(dated(micro("50")),))
BY_TARGET = {"warning": "value < target", "critical": "value < target - 10"}


def test_another_target_for_the_period_is_told_and_one_from_a_later_day_is_not(store: Store) -> None:
    of = by(TARGETED, levels=BY_TARGET)
    days.bring(store, of, START, swale("36"))
    later = replace(TARGETED, targets=(*TARGETED.targets, dated(micro("45"), month(1))))
    days.run(store, ruled(of, later), START + DAY)
    assert restated_to(store) == []
    days.run(store, ruled(of, replace(TARGETED, targets=(dated(micro("45")),))), START + 2 * DAY)
    (pair,) = restated_to(store)
    assert (pair.was.level, pair.now.level) == (Level.CRITICAL, Level.WARNING)
    assert pair.because == "the target is 45 now, was 50"


def test_other_bands_that_rate_it_otherwise_are_told(store: Store) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    milder = replace(RATED, rag=(dated(bands("value <= 20", "value <= 60")),))
    days.run(store, ruled(of, milder), START + DAY)
    (pair,) = restated_to(store)
    assert (pair.was.rag, pair.now.rag) == (RagRating.RED, RagRating.AMBER)
    assert pair.because == "the bands of its rating were changed"


def test_a_neighbours_changed_figure_is_told_to_those_who_were_told_of_the_comparison(store: Store) -> None:
    near = Benchmarks(NeighbourFigure("near", PeerStatistic.MEAN, 1), None, None)
    measure = indicator(scale=None, decimals=0, benchmarks=(dated(near),))
    named = NeighbourSet("near", {"Swale": ("Thanet",)}, "a test", HERE)
    of = days.edited(by(measure, levels={"warning": "value > neighbours"}), neighbour_sets={"near": named})
    thanet = figure(month(0), "40", area="Thanet")
    days.bring(store, of, START, [*swale("46"), thanet])
    days.bring(store, of, START + DAY, [revised(thanet, "50")])
    (pair,) = restated_to(store)
    assert (*both(pair), pair.was.level, pair.now.level) == (46, 46, Level.WARNING, None)
    assert pair.because == "the figure of the neighbours that it is compared with is 50 now, was 40"


def test_an_edit_of_no_consequence_to_what_was_told_is_told_to_nobody(store: Store) -> None:
    of = by()
    days.bring(store, of, START, swale("46"))
    days.run(store, ruled(of, warning="value > 28", critical="value > 44"), START + DAY)
    assert days.kinds_to(store, "sam") == [NoticeKind.BREACH]


def test_an_edit_that_touches_years_is_one_mail_that_names_a_few_periods(store: Store) -> None:
    of = by()
    figures = swale(*(["46", "10"] * 7))
    for place, each in enumerate(figures):
        days.bring(store, of, START + place * DAY, [each])
    days.run(store, ruled(of, warning="value > 50"), START + 20 * DAY)
    (pair,) = restated_to(store)
    assert pair.because.endswith("and 2 earlier periods is not as it was either")
    days.run(store, of, START + 21 * DAY)
    assert len(restated_to(store)) == 2


@pytest.mark.parametrize(
    ("was", "now", "because"),
    [
        ((46, 66), (54, 66), "8 more cases are counted: 54 of 66, was 46 of 66"),
        ((54, 66), (16, 66), "38 fewer cases are counted: 16 of 66, was 54 of 66"),
        ((66, 100), (66, 200), "the denominator is 200 now, was 100: 66 of 200, was 66 of 100"),
        ((46, 66), (16, 88), "the numerator and the denominator were changed: 16 of 88, was 46 of 66"),
        ((46, 115), (43, 115), "other cases are counted in the numerator"),
        ((64, 66), (16, 66), "other cases are counted in the numerator"),
    ],
    ids=["more", "fewer", "denominator", "both", "a few cases", "a few of the rest"],
)
def test_the_counts_that_differ_are_named_unless_they_would_give_a_few_people_away(
    store: Store, was: tuple[int, int], now: tuple[int, int], because: str
) -> None:
    of = by(indicator(scale=100, decimals=1), levels={"warning": "value > 20", "critical": "value > 39"})
    of = of if was != (46, 66) or now != (54, 66) else ruled(of, warning="value > 20", critical="value > 75")
    told = figure(month(20), area="Swale", numerator=was[0], denominator=was[1])
    days.bring(store, of, START, [told])
    sent = figure(month(20), area="Swale", numerator=now[0], denominator=now[1])
    days.bring(store, of, START + DAY, [replace(sent, revision=2)])
    (pair,) = restated_to(store)
    assert pair.because == because


def test_an_alert_that_an_edit_ends_is_over_by_the_new_limit_and_not_unwatched(store: Store) -> None:
    """They were told of April's figure, which is still beyond the limit; it is over with May's, not told."""
    of = by()
    days.bring(store, of, START, swale("48"))
    days.bring(store, of, START + DAY, swale("48", "46")[1:])
    days.run(store, ruled(of, critical="value > 47"), START + 2 * DAY)
    notice = last(store)
    assert (notice.kind, notice.over_by_edit, notice.restated) == (NoticeKind.CLOSED, True, None)
    assert (notice.limit_before, notice.limit) == (Decimal(40), Decimal(47))
    assert headline(notice).startswith("Over by a new limit: was 40, is 47. The figure is 46 children.")
