"""What derivations, comparisons with others and tables become."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from monitor.core.conditions import Amount
from monitor.core.dated import EVERYWHERE, Dated, Scope
from monitor.core.derivation import Denominator, Derivation, DerivationMethod
from monitor.core.peer_statistic import PeerStatistic
from monitor.core.positions import Position
from monitor.core.rulebook import (
    Benchmarks,
    Given,
    Indicator,
    LearntRange,
    Limits,
    NeighbourFigure,
    Profile,
    Rulebook,
)
from monitor.core.statistics.flapping import FlappingRule
from tests.support.rule_texts import ALERT, INDICATOR, alert, indicator, loaded, rule_file

RATE = "unit: per 10,000 aged 0-17\ndecimals: 1\n"
COUNT = "unit: children\nbasis: month\n"
NEAR = "area,neighbour,rank\nSwale,Thanet,1\nSwale,E07000105,2\nShepway,Swale,1\n"
SET = "  dfe-2021: {file: near.csv, reference: DfE tool}\n"
COMPARED = """
benchmarks:
  - from: 2013-04-01
    neighbours: {set: dfe-2021, statistic: median, minimum: 2}
    region: figures
    england: 41.5
    reference: r
targets:
  - {from: 2013-04-01, value: neighbours  * 0.95, reference: r}
  - {from: 2014-04-01, profile: profiles/plans.csv, reference: r}
"""
PROFILE = 'period_end,value,area\n2014-04-30,10,\n2014-05-31,"20.5",\n2014-05-31,-1,Shepway\n'


def rulebook(files: Mapping[str, str] | str) -> Rulebook:
    outcome = loaded(dict(files) if not isinstance(files, str) else files)
    errors = [str(problem) for problem in outcome.problems if problem.severity == "error"]
    assert not errors, errors
    assert outcome.rulebook is not None
    return outcome.rulebook


def made(derived: str, changes: str = COUNT) -> Derivation:
    inputs = "".join(indicator(COUNT, id=name) for name in ("plans", "others", "people", "rebased"))
    text = rule_file(indicator(f"{changes}\nderived: {derived}\n") + inputs)
    derivation = rulebook(text).indicators[INDICATOR].derivation
    assert derivation is not None
    return derivation


def compared(**changed: str) -> dict[str, str]:
    files = {
        "rules.yaml": rule_file(
            indicator(RATE + COMPARED), alert("levels: {warning: value > 85}"), neighbour_sets=SET
        ),
        "near.csv": NEAR,
        "profiles/plans.csv": PROFILE,
    }
    return files | {name.replace("__", "/") + ".csv": text for name, text in changed.items()}


@pytest.mark.parametrize(
    ("written", "method", "of", "figures"),
    [
        ("{sum: [plans, others]}", DerivationMethod.SUM, ("plans", "others"), 0),
        ("{difference: [others, plans]}", DerivationMethod.DIFFERENCE, ("others", "plans"), 0),
        ("{year to date: plans}", DerivationMethod.YEAR_TO_DATE, ("plans",), 0),
        ("{rolling: {of: plans, figures: 12}}", DerivationMethod.ROLLING, ("plans",), 12),
    ],
)
def test_totals_name_what_is_added(
    written: str, method: DerivationMethod, of: tuple[str, ...], figures: int
) -> None:
    assert made(written) == Derivation(method, of, (), figures, Position("rules.yaml", 12, 5))


@pytest.mark.parametrize(
    ("written", "latest"),
    [
        ("{ratio: {of: plans, to: people}}", False),
        ("{ratio: {of: plans, to: people, figure: same period}}", False),
        ("{ratio: {of: plans, to: people, figure: latest}}", True),
    ],
)
def test_a_ratio_without_dates_has_one_denominator_for_ever(written: str, latest: bool) -> None:
    derivation = made(written, RATE)
    (below,) = derivation.denominators
    assert below.value == Denominator("people", latest)
    assert below.in_force(date.min)
    assert below.in_force(date.max)
    assert derivation.inputs == {"plans", "people"}


def test_denominators_with_dates_follow_each_other() -> None:
    derivation = made(
        """
        ratio:
          of: plans
          to:
            - {from: 2013-04-01, indicator: rebased, figure: latest, reference: Census 2011}
            - {from: 2001-04-01, areas: district, indicator: people, reference: Census 2001}
            - {from: 2005-04-01, areas: district, indicator: rebased, reference: Census 2001}
        """.replace("\n        ", "\n    "),
        RATE,
    )
    assert [(each.value, each.start, each.until) for each in derivation.denominators] == [
        (Denominator("people", latest=False), date(2001, 4, 1), date(2005, 4, 1)),
        (Denominator("rebased", latest=False), date(2005, 4, 1), None),
        (Denominator("rebased", latest=True), date(2013, 4, 1), None),
    ]


def test_neighbours_are_the_areas_of_the_tree_the_closest_first() -> None:
    found = rulebook(compared()).neighbour_sets["dfe-2021"]
    assert found.neighbours == {"Swale": ("Thanet", "Ashford"), "Folkestone and Hythe": ("Swale",)}
    assert (found.id, found.reference) == ("dfe-2021", "DfE tool")


def the_indicator(files: Mapping[str, str]) -> Indicator:
    return rulebook(files).indicators[INDICATOR]


def test_benchmarks_are_published_or_made_of_figures() -> None:
    (entry,) = the_indicator(compared()).benchmarks
    assert entry.value == Benchmarks(
        NeighbourFigure("dfe-2021", PeerStatistic.MEDIAN, 2), Given.FIGURES, 41_500_000
    )


def test_a_minimum_that_is_not_given_is_one() -> None:
    files = compared()
    files["rules.yaml"] = files["rules.yaml"].replace(", minimum: 2", "")
    (entry,) = the_indicator(files).benchmarks
    assert entry.value.neighbours == NeighbourFigure("dfe-2021", PeerStatistic.MEDIAN, 1)


def test_a_target_may_be_a_calculation_and_then_a_table() -> None:
    first, second = the_indicator(compared()).targets
    assert isinstance(first.value, Amount)
    assert (str(first.value), first.value.names) == ("neighbours * 0.95", ("neighbours",))
    assert first.until == second.start == date(2014, 4, 1)
    assert isinstance(second.value, Profile)
    assert second.value.at("Kent", date(2014, 5, 31)) == 20_500_000
    assert second.value.at("Folkestone and Hythe", date(2014, 5, 31)) == -1_000_000
    assert second.value.at("Folkestone and Hythe", date(2014, 4, 30)) == 10_000_000
    assert second.value.at("Kent", date(2014, 6, 30)) is None


def test_a_range_may_be_learnt_after_a_time_when_it_was_given() -> None:
    text = """
    limits:
      - {from: 2012-04-01, lower: 1, upper: 9, reference: r}
      - {from: 2013-04-01, areas: district, learnt: {figures: 24}, reference: r}
    """
    first, second = rulebook(rule_file(indicator(text))).indicators[INDICATOR].limits
    assert first.value == Limits(1_000_000, 9_000_000)
    assert second.value == Limits(None, None, LearntRange(24))


@pytest.mark.parametrize(
    ("written", "days"), [("15 working days", 15), ("1 working day", 1), ("'3  working days'", 3)]
)
def test_when_a_figure_should_be_there_is_counted_in_working_days(written: str, days: int) -> None:
    found = rulebook(rule_file(indicator(f"expected_within: {written}")))
    assert found.indicators[INDICATOR].expected_within == days


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("usual", FlappingRule()),
        ("{figures: 12, high: 40, low: 20}", FlappingRule(12, Fraction(40), Fraction(20))),
        ("{high: 40}", FlappingRule(20, Fraction(40), Fraction(25))),
    ],
)
def test_flapping_is_found_as_usual_or_as_written(written: str, rule: FlappingRule) -> None:
    assert rulebook(rule_file(alerts=alert(f"flapping: {written}"))).alerts[ALERT].flapping == rule


def test_without_any_of_these_there_are_none() -> None:
    found = rulebook(rule_file())
    plain = found.indicators[INDICATOR]
    assert (plain.derivation, plain.expected_within, plain.benchmarks) == (None, None, ())
    assert found.alerts[ALERT].flapping is None
    assert found.neighbour_sets == {}


def test_a_single_target_holds_everywhere_and_from_its_date_on() -> None:
    (entry,) = (
        rulebook(rule_file(indicator("targets: [{from: 2013-04-01, value: 100 - 5, reference: r}]")))
        .indicators[INDICATOR]
        .targets
    )
    assert isinstance(entry, Dated)
    assert entry.scope == EVERYWHERE == Scope()


def changed(one: Mapping[str, str] | str, other: Mapping[str, str] | str) -> set[str]:
    """The ids whose fingerprints differ."""
    before, after = rulebook(one).fingerprints, rulebook(other).fingerprints
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


BOTH = {INDICATOR, ALERT}


@pytest.mark.parametrize(
    ("old", "new", "ids"),
    [
        ("minimum: 2", "minimum: 3", BOTH),
        ("median", "mean", BOTH),
        ("region: figures", "region: 40", BOTH),
        ("  * 0.95", "*0.95", set()),
        ("0.95", "0.96", BOTH),
        ("DfE tool", "DfE tool of 2021", set()),
    ],
)
def test_a_fingerprint_changes_with_how_a_comparison_is_made(old: str, new: str, ids: set[str]) -> None:
    files = compared()
    text = files["rules.yaml"].replace(old, new)
    assert text != files["rules.yaml"]
    assert changed(files, files | {"rules.yaml": text}) == ids


@pytest.mark.parametrize(
    ("tables", "ids"),
    [
        ({"near": NEAR.replace("Swale,Thanet,1", "Swale,Kent,1")}, BOTH),
        ({"near": NEAR.replace(",1\n", ",9\n")}, set()),
        ({"profiles__plans": PROFILE.replace("20.5", "20.6")}, BOTH),
        ({"profiles__plans": PROFILE.replace('"20.5"', "20.50")}, set()),
    ],
)
def test_a_fingerprint_changes_with_what_a_table_says(tables: dict[str, str], ids: set[str]) -> None:
    assert changed(compared(), compared(**tables)) == ids
    assert rulebook(compared()).version != rulebook(compared(**tables)).version


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("expected_within: 3 working days", "expected_within: 4 working days"),
        (
            "limits: [{from: 2013-04-01, learnt: {figures: 24}, reference: r}]",
            "limits: [{from: 2013-04-01, learnt: {figures: 36}, reference: r}]",
        ),
        ("derived: {year to date: plans}", "derived: {rolling: {of: plans, figures: 12}}"),
        ("derived: {rolling: {of: plans, figures: 12}}", "derived: {rolling: {of: plans, figures: 4}}"),
    ],
)
def test_a_fingerprint_changes_with_how_a_figure_is_made_or_expected(one: str, other: str) -> None:
    plans = indicator(COUNT, id="plans")
    first, second = (rule_file(indicator(f"{COUNT}{text}\n") + plans) for text in (one, other))
    assert changed(first, second) == BOTH


def test_a_fingerprint_changes_with_the_denominator_in_force() -> None:
    plans = "".join(indicator(COUNT, id=name) for name in ("plans", "people", "rebased"))
    ratio = "derived: {{ratio: {{of: plans, to: {}, figure: {}}}}}\n"
    texts = [
        rule_file(indicator(RATE + ratio.format(*parts)) + plans)
        for parts in (("people", "latest"), ("rebased", "latest"), ("people", "same period"))
    ]
    assert changed(texts[0], texts[1]) == changed(texts[0], texts[2]) == BOTH


def test_a_fingerprint_changes_with_how_flapping_is_found() -> None:
    plain, usual, written = (
        rule_file(alerts=alert(text)) for text in ("", "flapping: usual", "flapping: {high: 30}")
    )
    assert changed(plain, usual) == {ALERT}
    assert changed(usual, written) == set()
