"""Targets and benchmarks that are worked out: neighbours, region, England, profiles and learnt ranges."""

from datetime import date
from decimal import Decimal

import pytest

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.conditions import Number, parse_amount
from monitor.core.dated import Scope
from monitor.core.evaluation import evaluate
from monitor.core.judgements import Evaluation, RuleHealth
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.rulebook import (
    Benchmarks,
    Given,
    Indicator,
    LearntRange,
    Level,
    Limits,
    NeighbourFigure,
    NeighbourSet,
    Polarity,
    Profile,
    TargetValue,
)
from tests.support.rules import HERE, dated, figure, indicator, month, monthly, rule

ENGLAND = Area("England", AreaType.COUNTRY)
SOUTH_EAST = Area("South East", AreaType.REGION, "England")
PLACES = [Area(name, AreaType.COUNTY, "South East") for name in ("Kent", "A", "B", "C", "D")]
KENT = PLACES[0]
TREE = AreaTree.of([ENGLAND, SOUTH_EAST, *PLACES])
SET = NeighbourSet("dfe-2013", {"Kent": ("A", "B", "C", "D"), "A": ("Kent", "B")}, "DfE", HERE)
MARCH, BEFORE = date(2013, 3, 31), date(2012, 3, 31)
OWN = Number.of("percent")


def others(**values: str | None) -> Others:
    names = {name.replace("_", " "): value for name, value in values.items()}
    series = {
        TREE[name]: [figure(MARCH, value, area=name)] for name, value in names.items() if value is not None
    }
    return Others(TREE, series, {SET.id: SET})


def amount(text: str) -> TargetValue:
    own = {"neighbours": OWN, "region": OWN, "england": OWN}
    parsed = parse_amount(text, own, OWN.unit or pytest.fail("a unit"))
    assert parsed.amount is not None, parsed.problems
    return parsed.amount


def compared(statistic: PeerStatistic, minimum: int = 1) -> Indicator:
    return indicator(
        benchmarks=(
            dated(Benchmarks(NeighbourFigure("dfe-2013", statistic, minimum), Given.FIGURES, Given.FIGURES)),
        )
    )


def judged(measure: Indicator, beside: Others | None, *figures: Observation) -> Evaluation:
    return evaluate(measure, [], {KENT: figures or (figure(MARCH, "5"),)}, others=beside).evaluations[-1]


@pytest.mark.parametrize(
    ("statistic", "expected"), [(PeerStatistic.MEAN, Decimal("4.1")), (PeerStatistic.MEDIAN, Decimal("3.5"))]
)
def test_neighbours_are_averaged_as_published(statistic: PeerStatistic, expected: Decimal) -> None:
    found = judged(compared(statistic), others(A="1.0", B="2.0", C="5.0", D="8.2", Kent="99"))
    assert found.neighbours == expected


def test_a_neighbour_without_a_figure_is_left_out() -> None:
    assert judged(compared(PeerStatistic.MEAN), others(A="1.0", C="2.0")).neighbours == Decimal("1.5")


def test_too_few_neighbours_are_no_figure() -> None:
    assert judged(compared(PeerStatistic.MEAN, minimum=3), others(A="1.0", C="2.0")).neighbours is None
    assert judged(compared(PeerStatistic.MEAN, minimum=2), others(A="1.0", C="2.0")).neighbours == Decimal(
        "1.5"
    )


def test_only_the_same_period_is_compared() -> None:
    found = judged(compared(PeerStatistic.MEAN), others(A="1.0"), figure(BEFORE, "5"))
    assert found.neighbours is None


def test_region_and_england_are_those_around_the_area() -> None:
    found = judged(compared(PeerStatistic.MEAN), others(England="10.5", South_East="9.9"))
    assert (found.region, found.england) == (Decimal("9.9"), Decimal("10.5"))


def test_of_regions_within_each_other_the_nearest_is_compared() -> None:
    london = Area("London", AreaType.REGION, "England")
    inner = Area("Inner London", AreaType.REGION, "London")
    camden = Area("Camden", AreaType.AUTHORITY, "Inner London")
    tree = AreaTree.of([ENGLAND, london, inner, camden])
    figures = {area: [figure(MARCH, value, area=area.name)] for area, value in ((london, "9"), (inner, "12"))}
    asked = indicator(benchmarks=(dated(Benchmarks(None, Given.FIGURES, None)),))
    own = {camden: [figure(MARCH, "10", area="Camden")]}
    (found,) = evaluate(asked, (), own, others=Others(tree, figures)).evaluations
    assert found.region == Decimal("12.0")


def test_without_others_figures_nothing_is_made_up() -> None:
    found = judged(compared(PeerStatistic.MEAN), None)
    assert (found.neighbours, found.region, found.england) == (None, None, None)


def test_a_target_may_be_worked_out_from_the_neighbours() -> None:
    measure = indicator(
        targets=(dated(amount("neighbours * 1.10")),),
        benchmarks=(dated(Benchmarks(NeighbourFigure("dfe-2013", PeerStatistic.MEAN, 1), None, None)),),
    )
    assert judged(measure, others(A="4.0", B="4.1")).target == Decimal("4.5")
    assert judged(measure, others()).target is None


@pytest.mark.parametrize(
    "text", ["value", "neighbours > 3", "red", "previous(1)", "neighbours *", "", "neighbors"]
)
def test_a_target_that_is_no_amount_is_a_problem(text: str) -> None:
    parsed = parse_amount(text, {"neighbours": OWN}, OWN.unit or pytest.fail("a unit"))
    assert parsed.amount is None
    assert parsed.problems


def test_a_profile_has_a_target_for_each_period_and_may_have_an_areas_own() -> None:
    profile = Profile(
        {(None, month(0)): 10_000_000, (None, month(1)): 20_000_000, ("Kent", month(1)): 21_000_000}
    )
    measure = indicator(targets=(dated(profile),))
    found = evaluate(measure, [], {KENT: monthly("1", "2", "3"), PLACES[1]: monthly("1", "2", area="A")})
    assert [(each.area, each.target) for each in found.evaluations] == [
        ("Kent", Decimal("10.0")),
        ("Kent", Decimal("21.0")),
        ("Kent", None),
        ("A", Decimal("10.0")),
        ("A", Decimal("20.0")),
    ]


def test_an_expected_range_is_learnt_from_the_figures_before() -> None:
    measure = indicator(scale=None, decimals=0, limits=(dated(Limits(None, None, LearntRange(14))),))
    values = ["50", "52"] * 8
    found = evaluate(measure, [], {KENT: monthly(*values)}).evaluations
    assert (found[12].lower, found[12].upper) == (None, None)
    # Mean 51, mean moving range 2: 51 ± 2.66 × 2.
    assert (found[-1].lower, found[-1].upper) == (Decimal(46), Decimal(56))


def test_each_neighbours_figure_can_be_named() -> None:
    measure = compared(PeerStatistic.MEAN)
    found = others(A="1.0", B="2.5").comparison(measure).figures_of(("A", "B", "C"), MARCH.toordinal())
    assert found == [("A", 10), ("B", 25), ("C", None)]
    assert others(A="1.0").comparison(measure).figures_of(("A",), BEFORE.toordinal()) == [("A", None)]


def test_rank_and_quartile_are_places_among_areas_of_the_same_kind() -> None:
    measure = indicator()
    beside = others(Kent="5", A="9", B="9", C="1", D="3", England="100", South_East="0")
    levels = {"info": "rank > 1", "warning": "rank > 2", "critical": "quartile == 4"}
    rules = [rule(levels, scope=Scope(types=frozenset({AreaType.COUNTY})))]
    judged_ = evaluate(measure, rules, beside.series, others=beside)
    found = {area: found[0].level for (_, area), found in judged_.rule_evaluations.items()}
    assert found == {
        "Kent": Level.WARNING,
        "A": None,
        "B": None,
        "C": Level.CRITICAL,
        "D": Level.CRITICAL,
    }


def test_without_a_better_side_there_is_no_rank() -> None:
    measure = indicator(polarity=Polarity.NONE)
    beside = others(Kent="5", A="9")
    found = evaluate(measure, [rule({"warning": "rank > 1"})], beside.series, others=beside)
    assert {each[0].health for each in found.rule_evaluations.values()} == {RuleHealth.NO_DATA}
