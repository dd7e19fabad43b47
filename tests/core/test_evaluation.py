from datetime import date
from decimal import Decimal

import pytest

from monitor.core.dated import Scope
from monitor.core.evaluation import evaluate, figures_needed
from monitor.core.judgements import DirectionOfTravel, RagRating, RuleHealth
from monitor.core.observations import Missing
from monitor.core.rulebook import Benchmarks, DirectionMethod, DirectionRule, Level, Limits, Polarity
from tests.support.rules import (
    CANTERBURY,
    KENT,
    SWALE,
    bands,
    dated,
    figure,
    indicator,
    month,
    monthly,
    rule,
    thresholds,
)

MARCH_2013 = date(2013, 3, 31)
TWO_YEARS = indicator(
    polarity=Polarity.LOWER_IS_BETTER,
    targets=(dated(6_000_000),),
    rag=(dated(bands("value <= target", "value <= 8")),),
)


def test_94_of_1172_is_8_0_and_amber() -> None:
    (found,) = evaluate(
        TWO_YEARS, [], {KENT: [figure(MARCH_2013, numerator=94, denominator=1172)]}
    ).evaluations
    assert found.value == Decimal("8.0")
    assert str(found.value) == "8.0"
    assert found.rag is RagRating.AMBER


def test_a_given_value_stands_as_published_beside_its_numerator_and_denominator() -> None:
    (found,) = evaluate(
        TWO_YEARS, [], {KENT: [figure(MARCH_2013, "8.0", numerator=94, denominator=1172)]}
    ).evaluations
    assert (found.value, found.numerator, found.denominator) == (Decimal("8.0"), Decimal(94), Decimal(1172))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("6.0", "green"),
        ("6.04", "green"),
        ("6.05", "amber"),
        ("8.0", "amber"),
        ("8.04", "amber"),
        ("8.05", "red"),
    ],
)
def test_what_is_compared_is_the_figure_as_shown(value: str, expected: str) -> None:
    (found,) = evaluate(TWO_YEARS, [], {KENT: [figure(MARCH_2013, value)]}).evaluations
    assert found.rag == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("9.7", "green"),
        ("8.2", "green"),
        ("10.0", "green"),
        ("10.8", "amber"),
        ("10.9", "amber"),
        ("4.0", "red"),
        ("6", "amber"),
        ("16", "red"),
    ],
)
def test_close_to_target_has_four_limits_and_need_not_be_symmetric(value: str, expected: str) -> None:
    close = indicator(
        polarity=Polarity.CLOSE_TO_TARGET,
        targets=(dated(10_000_000),),
        rag=(dated(bands("8 <= value <= target", "6 <= value < 8 or target < value <= 15")),),
    )
    (found,) = evaluate(close, [], {KENT: [figure(MARCH_2013, value)]}).evaluations
    assert found.rag == expected


def test_a_figure_is_judged_by_what_was_in_force_at_its_periods_end() -> None:
    abolished = date(2013, 4, 1)
    posts = indicator(
        targets=(dated(90_000_000),),
        rag=(
            dated(bands("value >= target", "value >= 80"), until=abolished),
            dated(bands("value >= target"), start=abolished),
        ),
    )
    found = evaluate(
        posts, [], {KENT: [figure(MARCH_2013, "82.0"), figure(date(2013, 6, 30), "82.0")]}
    ).evaluations
    assert [each.rag for each in found] == [RagRating.AMBER, RagRating.RED]
    assert found[1].previous_rag is RagRating.AMBER


def test_without_a_target_in_force_a_figure_is_not_rated_rather_than_red() -> None:
    late = indicator(
        targets=(dated(90_000_000, start=date(2014, 1, 1)),), rag=(dated(bands("value >= target")),)
    )
    (found,) = evaluate(late, [], {KENT: [figure(MARCH_2013, "1")]}).evaluations
    assert found.rag is RagRating.NOT_RATED
    assert found.target is None


def test_a_missing_figure_is_no_data_and_never_zero() -> None:
    (found,) = evaluate(
        TWO_YEARS,
        [rule({"critical": "value < 5"})],
        {KENT: [figure(MARCH_2013, missing=Missing.SUPPRESSED)]},
    ).evaluations
    assert (found.value, found.rag, found.direction) == (None, RagRating.NO_DATA, DirectionOfTravel.UNKNOWN)


def test_a_denominator_of_zero_is_no_data() -> None:
    (found,) = evaluate(TWO_YEARS, [], {KENT: [figure(MARCH_2013, numerator=0, denominator=0)]}).evaluations
    assert found.rag is RagRating.NO_DATA


def test_the_closest_scope_wins_for_targets_and_limits() -> None:
    lead = indicator(
        scale=None,
        decimals=0,
        limits=(
            dated(Limits(None, 100_000_000)),
            dated(Limits(None, 12_000_000), scope=Scope(types=frozenset({SWALE.type}))),
            dated(Limits(5_000_000, 40_000_000), scope=Scope(names=frozenset({"Swale"}))),
        ),
    )
    found = evaluate(
        lead, [], {area: [figure(MARCH_2013, "7")] for area in (KENT, SWALE, CANTERBURY)}
    ).evaluations
    assert [(each.area, each.lower, each.upper) for each in found] == [
        ("Kent", None, Decimal(100)),
        ("Swale", Decimal(5), Decimal(40)),
        ("Canterbury", None, Decimal(12)),
    ]


def test_what_others_published_stands_beside_the_figure_and_can_be_compared_with() -> None:
    measure = indicator(
        benchmarks=(
            dated(Benchmarks(69_500_000, None, 75_500_000), until=MARCH_2013),
            dated(Benchmarks(66_200_000, None, None), start=MARCH_2013),
        )
    )
    judged = evaluate(
        measure,
        [rule({"warning": "value < neighbours", "critical": "value < england"})],
        {KENT: [figure(date(2012, 3, 31), "75.4"), figure(MARCH_2013, "66.1")]},
    )
    assert [(each.neighbours, each.england, each.region) for each in judged.evaluations] == [
        (Decimal("69.5"), Decimal("75.5"), None),
        (Decimal("66.2"), None, None),
    ]
    verdicts = judged.rule_evaluations["the-rule", "Kent"]
    assert [each.level for each in verdicts] == [Level.CRITICAL, Level.WARNING]
    assert [each.limit for each in verdicts] == [Decimal("75.5"), Decimal("66.2")]


def test_the_worst_level_that_holds_wins_and_names_its_limit() -> None:
    judged = evaluate(
        indicator(scale=None, decimals=0),
        [rule({"warning": "value > 85", "critical": "value > 100"})],
        {KENT: monthly("80", "86", "101")},
    )
    found = judged.rule_evaluations["the-rule", "Kent"]
    assert [each.level for each in found] == [None, Level.WARNING, Level.CRITICAL]
    assert [each.limit for each in found] == [85, 85, 100]
    assert [each.recovered for each in found] == [True, False, False]


def test_the_limit_named_in_an_either_or_is_the_one_that_was_crossed() -> None:
    judged = evaluate(
        indicator(), [rule({"warning": "value < 6 or value > 15"})], {KENT: monthly("16", "5", "10")}
    )
    assert [each.limit for each in judged.rule_evaluations["the-rule", "Kent"]] == [15, 6, 6]


def test_a_recovery_limit_holds_the_alert_between_the_two() -> None:
    judged = evaluate(
        indicator(),
        [rule({"warning": "value > 85"}, recover="value <= 80")],
        {KENT: monthly("84", "80", "86")},
    )
    assert [each.recovered for each in judged.rule_evaluations["the-rule", "Kent"]] == [False, True, False]


def test_an_areas_own_thresholds_replace_the_rules() -> None:
    judged = evaluate(
        indicator(),
        [rule({"critical": "value > 10"}, overrides={"Swale": thresholds({"critical": "value > 40"})})],
        {area: monthly("20", area=area.name) for area in (SWALE, CANTERBURY)},
    )
    levels = {area: found[0].level for (_, area), found in judged.rule_evaluations.items()}
    assert levels == {"Swale": None, "Canterbury": Level.CRITICAL}


def test_a_level_that_cannot_be_judged_does_not_hide_one_that_holds() -> None:
    judged = evaluate(
        indicator(),
        [rule({"warning": "value > 85", "critical": "value > upper"})],
        {KENT: monthly("90", "80")},
    )
    breaching, quiet = judged.rule_evaluations["the-rule", "Kent"]
    assert (breaching.level, breaching.certain, breaching.health) == (Level.WARNING, False, RuleHealth.OK)
    assert (quiet.level, quiet.health, quiet.recovered) == (None, RuleHealth.NO_DATA, False)


def test_rules_can_look_at_the_rating() -> None:
    judged = evaluate(
        TWO_YEARS,
        [rule({"warning": "rating == amber", "critical": "rating == red"})],
        {KENT: monthly("5", "8", "9")},
    )
    assert [each.level for each in judged.rule_evaluations["the-rule", "Kent"]] == [
        None,
        Level.WARNING,
        Level.CRITICAL,
    ]


def test_since_limits_what_is_given_back_not_what_is_looked_at() -> None:
    judged = evaluate(
        indicator(),
        [rule({"warning": "change(1) > 5"})],
        {KENT: monthly("10", "11", "17"), SWALE: monthly("10", "11", "12", area="Swale")},
        since={"Kent": month(2)},
    )
    assert [(each.area, each.period_end) for each in judged.evaluations] == [("Kent", month(2))]
    assert [each.level for each in judged.rule_evaluations["the-rule", "Kent"]] == [Level.WARNING]
    assert judged.rule_evaluations["the-rule", "Swale"] == ()


def test_series_of_different_length_do_not_disturb_each_other() -> None:
    together = evaluate(
        TWO_YEARS, [], {KENT: monthly("1", "2", "9"), SWALE: monthly("7", area="Swale")}
    ).evaluations
    apart = (
        *evaluate(TWO_YEARS, [], {KENT: monthly("1", "2", "9")}).evaluations,
        *evaluate(TWO_YEARS, [], {SWALE: monthly("7", area="Swale")}).evaluations,
    )
    assert together == apart


def test_no_series_at_all_is_no_result_at_all() -> None:
    judged = evaluate(TWO_YEARS, [rule({"warning": "value > 1"})], {})
    assert judged.evaluations == ()
    assert judged.rule_evaluations == {}


def test_the_previous_figure_is_the_last_one_with_a_value() -> None:
    last = evaluate(TWO_YEARS, [], {KENT: monthly("5", None, "9")}).evaluations[-1]
    assert (last.previous_period_end, last.previous_value, last.previous_rag) == (
        month(0),
        Decimal("5.0"),
        RagRating.GREEN,
    )
    assert last.direction is DirectionOfTravel.WORSENING


@pytest.mark.parametrize(
    ("levels", "direction", "expected"),
    [
        ({"warning": "value > 1"}, DirectionRule(), 1),
        ({"warning": "previous(12) > 1"}, DirectionRule(), 12),
        ({"warning": "mean(3) > 1"}, DirectionRule(), 2),
        ({"warning": "value > 1"}, DirectionRule(DirectionMethod.REGRESSION, 6), 5),
    ],
)
def test_as_many_earlier_figures_are_needed_as_the_rules_look_back(
    levels: dict[str, str], direction: DirectionRule, expected: int
) -> None:
    assert figures_needed(indicator(direction=direction), [rule(levels)]) == expected


def test_a_rebase_begins_the_chart_anew() -> None:
    steady = ["50", "52"] * 10
    moved = ["80", "82"] * 10
    rules = [rule({"warning": "special_cause(24)"})]
    figures = {KENT: monthly(*steady, *moved)}
    unaware = evaluate(indicator(scale=None, decimals=0), rules, figures)
    aware = evaluate(
        indicator(scale=None, decimals=0, rebases=(dated(True, start=month(20)),)), rules, figures
    )
    first_moved = unaware.rule_evaluations["the-rule", "Kent"][20]
    assert (first_moved.level, first_moved.health) == (Level.WARNING, RuleHealth.OK)
    after = aware.rule_evaluations["the-rule", "Kent"][20:]
    assert {each.health for each in after[:12]} == {RuleHealth.NO_DATA}
    assert {(each.level, each.health) for each in after[12:]} == {(None, RuleHealth.OK)}


def test_a_rebase_elsewhere_changes_nothing_here() -> None:
    elsewhere = dated(True, start=month(20), scope=Scope(names=frozenset({"Swale"})))
    figures = {KENT: monthly(*["50", "52"] * 10, "90")}
    for rebases in ((), (elsewhere,)):
        judged = evaluate(
            indicator(scale=None, decimals=0, rebases=rebases),
            [rule({"warning": "special_cause_above(24)"})],
            figures,
        )
        assert judged.rule_evaluations["the-rule", "Kent"][-1].level is Level.WARNING
