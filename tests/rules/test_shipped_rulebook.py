"""What the shipped rulebook as a whole must hold."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from monitor.core.areas import AreaTree, AreaType
from monitor.core.observations import Missing
from monitor.core.recipients import Directory
from monitor.core.routing import reached
from monitor.core.rulebook import Level, Rulebook
from monitor.demo.county import districts
from monitor.demo.districts import MEASURES, RATIO_DECIMALS, demo_observations
from monitor.demo.releases import (
    FAULTY_LINES,
    RESTATED_INDICATOR,
    RESTATED_PERIOD,
    SURVEY,
    demo_releases,
    restated_figures,
)
from monitor.intake.observation_files import Reading, read_observation_file
from tests.support.published import (
    ShippedRules,
    observation,
    published_indicators,
    published_lead_indicators,
)
from tests.support.repository import ROOT

SWITCH = date(2013, 11, 15)
SUPERSEDED = {
    "initial-assessments-within-10-days": "single-assessments-within-45-days",
    "initial-assessments-out-of-timescale": "single-assessments-out-of-timescale",
    "core-assessments-out-of-timescale": "single-assessments-out-of-timescale",
    "area-initial-assessments-out-of-timescale": "area-single-assessments-out-of-timescale",
    "area-core-assessments-out-of-timescale": "area-single-assessments-out-of-timescale",
    "district-initial-assessments-out-of-timescale": "district-single-assessments-out-of-timescale",
    "district-core-assessments-out-of-timescale": "district-single-assessments-out-of-timescale",
}


def test_every_published_indicator_is_there(rulebook: Rulebook) -> None:
    published = {row["indicator"] for row in [*published_indicators(), *published_lead_indicators()]}

    assert published <= rulebook.indicators.keys()
    assert rulebook.indicators.keys() - published == {
        "posts_filled_by_agency",
        "single_assessments_within_45_days",
        "single_assessments_out_of_timescale",
    }


def test_every_indicator_is_watched_by_an_alert(rulebook: Rulebook) -> None:
    assert {rule.indicator for rule in rulebook.alerts.values()} == rulebook.indicators.keys()


def test_every_alert_reaches_somebody_in_every_area_that_it_covers(
    rulebook: Rulebook, areas: AreaTree, directory: Directory
) -> None:
    checked = 0
    for rule in rulebook.alerts.values():
        for area in areas:
            if rule.covers(area):
                told = _told(rulebook, areas, directory, rule.id, area.name)
                assert told, (rule.id, area.name)
                checked += 1

    assert checked > len(rulebook.alerts)


def _told(rulebook: Rulebook, areas: AreaTree, directory: Directory, rule_id: str, area: str) -> set[str]:
    rule = rulebook.alerts[rule_id]
    found = reached(
        rulebook.routes,
        rule,
        rulebook.indicators[rule.indicator],
        areas[area],
        Level.CRITICAL,
        directory=directory,
        areas=areas,
        on=date(2013, 10, 14),
    )
    return {f"{each.role} of {each.role_area}" for each in found}


def test_swales_managers_and_nobody_else_are_told_of_swale(
    rulebook: Rulebook, areas: AreaTree, directory: Directory
) -> None:
    rule = "district-core-assessments-out-of-timescale"

    assert _told(rulebook, areas, directory, rule, "Swale") == {"district manager of Swale"}
    assert _told(rulebook, areas, directory, rule, "Thanet") == {"district manager of Thanet"}


def test_area_directors_are_told_of_their_area_alone(
    rulebook: Rulebook, areas: AreaTree, directory: Directory
) -> None:
    rule = "area-core-assessments-out-of-timescale"

    assert _told(rulebook, areas, directory, rule, "East Kent") == {"area director of East Kent"}


def test_the_county_is_told_of_the_county(rulebook: Rulebook, areas: AreaTree, directory: Directory) -> None:
    assert _told(rulebook, areas, directory, "core-assessments-out-of-timescale", "Kent") == {
        "director of children's services of Kent",
        "performance analyst of Kent",
    }


def test_single_assessments_take_over_on_15_november_2013(rulebook: Rulebook) -> None:
    over = {rule.id: rule.retirement for rule in rulebook.alerts.values() if rule.retirement}

    assert {key: each.superseded_by for key, each in over.items()} == SUPERSEDED
    for key, successor in SUPERSEDED.items():
        assert over[key].on == SWITCH
        assert rulebook.alerts[successor].start == SWITCH
    retired = {each.id: each.retirement for each in rulebook.indicators.values() if each.retirement}
    assert {key: (each.on, each.superseded_by) for key, each in retired.items()} == {
        "initial_assessments_within_10_days": (SWITCH, "single_assessments_within_45_days"),
        "initial_assessments_out_of_timescale": (SWITCH, "single_assessments_out_of_timescale"),
        "core_assessments_out_of_timescale": (SWITCH, "single_assessments_out_of_timescale"),
    }


def test_districts_have_alerts_on_lead_indicators_only(rulebook: Rulebook) -> None:
    district_rules = [r for r in rulebook.alerts.values() if AreaType.DISTRICT in r.scope.types]

    assert {rule.indicator for rule in district_rules} == {
        "contacts_received",
        "referrals_received",
        "children_in_care_rate",
        "cp_plan_rate",
        "initial_assessments_out_of_timescale",
        "core_assessments_out_of_timescale",
        "single_assessments_out_of_timescale",
    }
    assert all(AreaType.COUNTY not in rule.scope.types for rule in district_rules)


def test_what_no_report_printed_is_marked_as_inferred_or_invented(rulebook: Rulebook) -> None:
    """Every limit below the county, and every band but the one that is printed, says that it is ours."""
    for indicator in rulebook.indicators.values():
        for limit in indicator.limits:
            if limit.scope.names or limit.scope.types & {AreaType.AREA, AreaType.DISTRICT}:
                assert "Invented for illustration" in limit.reference, indicator.id
        for bands in indicator.rag:
            if bands.value.amber is not None:
                assert any(word in bands.reference for word in ("nferred", "nvented")), indicator.id


@pytest.mark.parametrize("indicator", MEASURES)
def test_the_demo_computes_as_the_rules_do(indicator: str, rulebook: Rulebook) -> None:
    ours, theirs = MEASURES[indicator], rulebook.indicators[indicator]

    assert theirs.scale == ours.scale
    assert theirs.decimals == (0 if ours.scale is None else RATIO_DECIMALS)
    assert ours.cumulative is (theirs.basis == "year to date")


def test_intake_takes_every_row_of_the_demo_but_the_four_that_are_wrong(
    rulebook: Rulebook, areas: AreaTree
) -> None:
    refused, missing, taken = [], set(), 0
    for release in demo_releases():
        arrives = datetime.combine(release.on, time(9), ZoneInfo("Europe/London"))
        reading = Reading(rulebook.indicators, areas, arrives)
        parsed = read_observation_file(release.csv_text.encode(), release.file_name, reading)
        refused += [(release.file_name, rejection.cells) for rejection in parsed.rejections]
        missing |= {(each.indicator, each.missing) for each in parsed.observations if each.missing}
        taken += len(parsed.observations)

    assert refused == [("kent-2013-03.csv", line) for line in FAULTY_LINES]
    assert missing == {
        ("core_assessments_out_of_timescale", Missing.NOT_AVAILABLE),
        ("initial_assessments_out_of_timescale", Missing.NOT_AVAILABLE),
        (SURVEY, Missing.SUPPRESSED),
        (SURVEY, Missing.NOT_COLLECTED),
    }
    assert taken == len(demo_observations()) + 2 * len(districts())


def test_the_demos_districts_lie_in_the_areas_of_the_shipped_tree(areas: AreaTree) -> None:
    shipped = {area.name: area.parent for area in areas if area.type is AreaType.DISTRICT}

    assert {place.name: place.within for place in districts()} == shipped


def test_the_demos_restatement_takes_thanet_back_below_its_limit(shipped: ShippedRules) -> None:
    before = [f for f in demo_observations() if f.period_end == RESTATED_PERIOD]
    levels = []
    for figures in (before, restated_figures(before)):
        value = next(f.value for f in figures if (f.indicator, f.area) == (RESTATED_INDICATOR, "Thanet"))
        figure = observation(RESTATED_INDICATOR, "Thanet", RESTATED_PERIOD.isoformat(), value)
        judged = shipped.judged(figure)
        levels.append(judged.rule_evaluations["district-cp-plan-rate", "Thanet"][0].level)

    assert levels == [Level.WARNING, None]


def test_the_guide_names_every_indicator(rulebook: Rulebook) -> None:
    text = (ROOT / "docs" / "indicators.md").read_text(encoding="utf-8")

    assert [name for name in rulebook.indicators if f"`{name}`" not in text] == []
