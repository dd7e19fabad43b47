"""The shipped rules give the ratings that Kent published."""

from datetime import date
from decimal import Decimal

import pytest

from monitor.core.judgements import DirectionOfTravel, Evaluation, RagRating
from tests.support.published import ShippedRules, observation, published_indicators, published_series

KENT = "Kent"
RATED = [row for row in published_indicators() if row["rag"]]
UNRATED = [row for row in published_indicators() if not row["rag"]]


def _published(shipped: ShippedRules, indicator: str) -> dict[str, Evaluation]:
    judged = shipped.judged(*published_series(indicator))
    return {evaluation.period_end.isoformat(): evaluation for evaluation in judged.evaluations}


def test_the_report_prints_32_ratings() -> None:
    assert len(RATED) == 32
    assert len({row["indicator"] for row in RATED}) == 6


@pytest.mark.parametrize("row", RATED, ids=lambda row: f"{row['indicator']}-{row['period_end']}")
def test_a_published_rating_comes_out_as_published(row: dict[str, str], shipped: ShippedRules) -> None:
    evaluation = _published(shipped, row["indicator"])[row["period_end"]]

    assert evaluation.rag == row["rag"]
    assert evaluation.value == Decimal(row["actual"])
    assert evaluation.target == Decimal(row["target"])
    assert evaluation.rag_reference
    assert evaluation.target_reference


@pytest.mark.parametrize("row", UNRATED, ids=lambda row: f"{row['indicator']}-{row['period_end']}")
def test_a_figure_that_the_report_does_not_rate_is_not_rated(
    row: dict[str, str], shipped: ShippedRules
) -> None:
    evaluation = _published(shipped, row["indicator"])[row["period_end"]]

    assert evaluation.rag is RagRating.NOT_RATED
    assert evaluation.target is None


def test_four_figures_of_the_report_stand_without_a_rating() -> None:
    assert [(row["indicator"], row["period_end"]) for row in UNRATED] == [
        ("initial_assessments_within_10_days", "2011-03-31"),
        ("initial_assessments_within_10_days", "2012-03-31"),
        ("cp_plans_second_or_subsequent", "2011-03-31"),
        ("cp_plans_second_or_subsequent", "2012-03-31"),
    ]


@pytest.mark.parametrize(
    ("indicator", "previous", "current", "direction"),
    [
        ("initial_assessments_within_10_days", "amber", "amber", DirectionOfTravel.WORSENING),
        ("posts_filled_by_permanent_qsw", "red", "red", DirectionOfTravel.IMPROVING),
        ("cp_plans_second_or_subsequent", "green", "green", DirectionOfTravel.WORSENING),
        ("cp_plans_two_or_more_years", "green", "green", DirectionOfTravel.WORSENING),
        ("leaving_care_adopted", "green", "green", DirectionOfTravel.WORSENING),
        ("three_or_more_placements", "amber", "amber", DirectionOfTravel.IMPROVING),
    ],
)
def test_previous_and_current_rating_are_those_of_the_reports_summary(
    indicator: str,
    previous: str,
    current: str,
    direction: DirectionOfTravel,
    shipped: ShippedRules,
) -> None:
    last = list(_published(shipped, indicator).values())[-1]

    assert (last.previous_rag, last.rag) == (previous, current)
    assert last.previous_period_end == date(2013, 9, 30)
    assert last.direction is direction


def test_94_of_1172_is_8_point_0_and_amber(shipped: ShippedRules) -> None:
    figure = observation(
        "cp_plans_two_or_more_years", KENT, "2013-03-31", None, numerator="94", denominator="1172"
    )

    evaluation = shipped.judged(figure).evaluations[0]

    assert str(evaluation.value) == "8.0"
    assert evaluation.rag is RagRating.AMBER


@pytest.mark.parametrize(
    ("indicator", "period_end", "value", "rating"),
    [
        ("initial_assessments_within_10_days", "2013-06-30", "90.0", "green"),
        ("initial_assessments_within_10_days", "2013-06-30", "89.9", "amber"),
        ("initial_assessments_within_10_days", "2013-06-30", "80.0", "amber"),
        ("initial_assessments_within_10_days", "2013-06-30", "79.9", "red"),
        ("posts_filled_by_permanent_qsw", "2013-03-31", "82.0", "amber"),
        ("posts_filled_by_permanent_qsw", "2013-03-31", "79.9", "red"),
        ("posts_filled_by_permanent_qsw", "2013-04-01", "89.9", "red"),
        ("posts_filled_by_permanent_qsw", "2013-06-30", "79.4", "red"),
        ("posts_filled_by_permanent_qsw", "2013-06-30", "90.0", "green"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "10.0", "green"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "9.7", "green"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "8.2", "green"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "8.0", "green"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "7.9", "amber"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "6.0", "amber"),
        ("cp_plans_second_or_subsequent", "2013-09-30", "5.9", "red"),
        ("cp_plans_second_or_subsequent", "2013-03-31", "10.1", "amber"),
        ("cp_plans_second_or_subsequent", "2013-03-31", "10.8", "amber"),
        ("cp_plans_second_or_subsequent", "2013-03-31", "12.0", "amber"),
        ("cp_plans_second_or_subsequent", "2013-03-31", "12.1", "red"),
        ("cp_plans_two_or_more_years", "2013-03-31", "6.0", "green"),
        ("cp_plans_two_or_more_years", "2013-03-31", "6.1", "amber"),
        ("cp_plans_two_or_more_years", "2013-03-31", "8.0", "amber"),
        ("cp_plans_two_or_more_years", "2013-03-31", "8.049", "amber"),
        ("cp_plans_two_or_more_years", "2013-03-31", "8.05", "red"),
        ("cp_plans_two_or_more_years", "2013-03-31", "8.1", "red"),
        ("leaving_care_adopted", "2012-03-31", "11.0", "green"),
        ("leaving_care_adopted", "2012-04-01", "11.0", "amber"),
        ("leaving_care_adopted", "2013-03-31", "10.0", "amber"),
        ("leaving_care_adopted", "2013-03-31", "9.9", "red"),
        ("three_or_more_placements", "2012-03-31", "10.1", "green"),
        ("three_or_more_placements", "2012-04-01", "10.1", "amber"),
        ("three_or_more_placements", "2013-03-31", "9.0", "amber"),
        ("three_or_more_placements", "2013-04-01", "9.0", "green"),
        ("three_or_more_placements", "2013-06-30", "12.0", "amber"),
        ("three_or_more_placements", "2013-06-30", "12.1", "red"),
    ],
)
def test_a_figure_at_a_limit_falls_on_the_right_side(
    indicator: str, period_end: str, value: str, rating: str, shipped: ShippedRules
) -> None:
    figure = observation(indicator, KENT, period_end, value)

    assert shipped.judged(figure).evaluations[0].rag == rating


def test_the_figure_labelled_november_2013_is_rated_though_its_indicator_is_retired(
    shipped: ShippedRules,
) -> None:
    indicator = shipped.rulebook.indicators["initial_assessments_within_10_days"]
    rule = shipped.rulebook.alerts["initial-assessments-within-10-days"]

    assert indicator.retirement is not None
    assert indicator.retirement.on == date(2013, 11, 15)
    assert _published(shipped, indicator.id)["2013-11-30"].rag is RagRating.AMBER
    assert rule.in_effect(date(2013, 9, 30))
    assert not rule.in_effect(date(2013, 11, 30))
