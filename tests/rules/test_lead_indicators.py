"""The shipped lead indicators say of the published figures what the report says in words."""

from decimal import Decimal

import pytest

from monitor.core.rulebook import Level
from monitor.demo.county import COUNTY, Figure
from monitor.demo.districts import demo_observations
from tests.support.published import ShippedRules, observation, published_lead_indicators


@pytest.fixture(scope="module")
def demo() -> tuple[Figure, ...]:
    return demo_observations()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (row, row["range"])
        for row in published_lead_indicators()
        if row["range"] and (row["value"] or row["indicator"] != "contacts_received")
    ],
    ids=lambda each: each["indicator"] if isinstance(each, dict) else each,
)
def test_a_figure_lies_in_its_range_as_the_report_says(
    row: dict[str, str], words: str, shipped: ShippedRules, demo: tuple[Figure, ...]
) -> None:
    """Where the report prints no figure, the demo's is taken."""
    value = row["value"] or next(
        figure.value
        for figure in demo
        if (figure.indicator, figure.area) == (row["indicator"], COUNTY)
        and figure.period_end.isoformat() == row["period_end"]
    )
    figure = observation(row["indicator"], COUNTY, row["period_end"], value)

    evaluation = shipped.judged(figure).evaluations[0]

    assert evaluation.upper is not None
    assert evaluation.value is not None
    assert (evaluation.value > evaluation.upper) is (words == "above")
    assert evaluation.lower is None or evaluation.value >= evaluation.lower


def test_the_published_thresholds_and_targets_are_in_the_rules(shipped: ShippedRules) -> None:
    checked = 0
    for row in published_lead_indicators():
        figure = observation(row["indicator"], row["area"], row["period_end"], row["value"] or "1")
        evaluation = shipped.judged(figure).evaluations[0]
        for column, ours in (("target", evaluation.target), ("upper_threshold", evaluation.upper)):
            if row[column]:
                assert ours == Decimal(row[column]), row
                checked += 1

    assert checked == 6 + 1


@pytest.mark.parametrize(
    ("rule", "area", "period_end", "value", "level"),
    [
        ("core-assessments-out-of-timescale", "Kent", "2013-09-30", "100", Level.WARNING),
        ("core-assessments-out-of-timescale", "Kent", "2013-09-30", "101", Level.CRITICAL),
        ("core-assessments-out-of-timescale", "Kent", "2013-09-30", "85", None),
        ("district-core-assessments-out-of-timescale", "Swale", "2013-09-30", "46", Level.CRITICAL),
        ("district-core-assessments-out-of-timescale", "Swale", "2013-09-30", "40", Level.WARNING),
        ("district-core-assessments-out-of-timescale", "Swale", "2013-09-30", "35", None),
        ("district-core-assessments-out-of-timescale", "Thanet", "2013-09-30", "26", Level.CRITICAL),
        ("district-core-assessments-out-of-timescale", "Thanet", "2013-09-30", "20", None),
        ("area-core-assessments-out-of-timescale", "East Kent", "2013-09-30", "51", Level.CRITICAL),
        ("area-core-assessments-out-of-timescale", "East Kent", "2013-09-30", "50", Level.WARNING),
        ("cp-plan-rate", "Kent", "2013-11-30", "39.4", Level.WARNING),
        ("cp-plan-rate", "Kent", "2013-11-30", "34.9", None),
        ("children-in-care-rate", "Kent", "2013-11-30", "57.8", Level.WARNING),
        ("referrals-received", "Kent", "2013-09-30", "4859", Level.WARNING),
        ("referrals-received", "Kent", "2013-11-30", "4797", None),
        ("referrals-received", "Kent", "2012-09-30", "3095", Level.INFO),
        ("referrals-received", "Kent", "2012-12-31", "4417", None),
        ("district-referrals-received", "Swale", "2013-09-30", "720", None),
        ("district-referrals-received", "Dover", "2013-09-30", "501", Level.WARNING),
        ("posts-filled-by-agency", "Kent", "2013-09-30", "19.7", None),
        ("posts-filled-by-agency", "Kent", "2013-12-31", "20.6", Level.INFO),
        ("posts-filled-by-permanent-qsw", "Kent", "2013-03-31", "82.0", Level.WARNING),
        ("posts-filled-by-permanent-qsw", "Kent", "2013-06-30", "79.4", Level.CRITICAL),
        ("iro-survey-listened-to", "Kent", "2013-03-31", "90", None),
        ("epep-survey-treated-the-same", "Kent", "2013-03-31", "64", Level.WARNING),
        ("epep-survey-easy-to-talk-to", "Kent", "2013-03-31", "91", None),
        ("single-assessments-within-45-days", "Kent", "2014-02-28", "88.1", Level.WARNING),
        ("single-assessments-out-of-timescale", "Kent", "2014-02-28", "101", Level.CRITICAL),
    ],
)
def test_an_alert_has_the_level_that_its_limits_give(
    *,
    rule: str,
    area: str,
    period_end: str,
    value: str,
    level: Level | None,
    shipped: ShippedRules,
) -> None:
    figure = observation(shipped.rulebook.alerts[rule].indicator, area, period_end, value)

    assert shipped.judged(figure).rule_evaluations[rule, area][0].level == level


def test_swales_46_core_assessments_are_over_its_own_limit_of_40(shipped: ShippedRules) -> None:
    rule = "district-core-assessments-out-of-timescale"
    figure = observation("core_assessments_out_of_timescale", "Swale", "2013-09-30", "46")

    judged = shipped.judged(figure)

    verdict = judged.rule_evaluations[rule, "Swale"][0]
    assert verdict.level is Level.CRITICAL
    assert verdict.limit == 40
    assert judged.evaluations[0].upper == 40, "the chart shows the limit that the alert uses"
    assert set(judged.rule_evaluations) == {(rule, "Swale")}
