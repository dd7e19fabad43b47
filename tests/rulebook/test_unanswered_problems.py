"""One row a fault: conditions that are never judged or never change, and bands on the wrong side."""

import pytest

from tests.support.rule_texts import alert, expected, found, indicator, loaded, rule_file

PERCENT = "unit: percent\n"
YEAR_TO_DATE = PERCENT + "basis: year to date\n"
CLOSE = "polarity: close to target\ntargets: [{from: 2013-04-01, value: 10, reference: r}]\n"
HIGHER = "polarity: higher is better\n"
FROM_NEIGHBOURS = (
    "benchmarks: [{from: 2013-04-01, areas: [Swale, Thanet], reference: r, "
    "neighbours: {set: dfe, statistic: mean}}]\n"
    "targets: [{from: 2013-04-01, areas: [Swale, Thanet], reference: r, value: neighbours}]\n"
)
SETS = "  dfe: {file: near.csv, reference: r}\n"
NEAR = "area,neighbour\nSwale,Thanet\nThanet,Swale\n"


def level(condition: str, indicated: str = "", changes: str = "") -> str:
    return rule_file(indicator(indicated), alert(f"levels: {{warning: {condition}}}\n{changes}"))


def levels(text: str, changes: str = "") -> str:
    return rule_file(alerts=alert(f"levels: {{{text}}}\n{changes}"))


def rag(bands: str, indicated: str = "", condition: str = "value > 85") -> str:
    entry = f"rag: [{{from: 2013-04-01, {bands}, reference: r}}]"
    return rule_file(indicator(indicated + entry), alert(f"levels: {{warning: {condition}}}"))


def total(condition: str) -> str:
    rolling = "basis: rolling 12 months\nderived: {rolling: {of: parts, figures: 12}}"
    parts = indicator("basis: month", id="parts")
    return rule_file(indicator(rolling) + parts, alert(f"levels: {{warning: {condition}}}"))


ROWS: list[tuple[str, str, str]] = [
    ("LIM229", "a rank without a polarity", level("«rank» >= 1", "polarity: none")),
    ("LIM229", "a quartile close to a target", level("value > 5 or «quartile» == 4", CLOSE)),
    (
        "LIM229",
        "a rank to recover at",
        level("value > 9", "polarity: none", "recover: value <= 5 and «rank» < 3"),
    ),
    (
        "LIM229",
        "a rank in an override",
        level("value > 9", "polarity: none", "overrides: {Swale: {levels: {warning: «rank» > 2}}}"),
    ),
    ("LIM230", "significance of a count", level("value > 5 and «significantly_above(5)»")),
    ("LIM230", "significance of days", level("«significantly_below(5)» or value > 40", "unit: days")),
    ("LIM230", "a change of a count", level("«significant_rise(1)»")),
    ("LIM230", "a band by the significance of a count", rag("green: not «significantly_above(5)»")),
    ("LIM230", "the cases of a rolling total", total("value > 5 and «denominator» > 30")),
    ("LIM230", "the significance of a rolling total", total("«significant_fall(12)»")),
    ("LIM231", "a year to date and the month before", level("«significant_rise(1)»", YEAR_TO_DATE)),
    ("LIM231", "a year to date and eleven months before", level("«significant_fall(11)»", YEAR_TO_DATE)),
    (
        "LIM231",
        "quarterly rolling years",
        level("«significant_rise(3)»", PERCENT + "basis: rolling 12 months\nfrequency: quarterly"),
    ),
    ("LIM231", "quarters every month", level("«significant_rise(2)»", PERCENT + "basis: quarter")),
    ("LIM205", "a fifth quarter", level("«quartile == 5»")),
    ("LIM205", "beyond the fourth quarter", level("«quartile > 4»")),
    ("LIM205", "half a quarter", level("«quartile == 2.5»")),
    ("LIM205", "a rank before the first", level("«rank < 1»")),
    ("LIM205", "no rank", level("«0 == rank»")),
    ("LIM205", "more ranks than areas", level("«rank > 4»")),
    ("LIM205", "a rank of the only county", level("«rank > 1»", changes="areas: county")),
    ("LIM205", "a rank between others", level("«rank > 2 and rank < 3»")),
    ("LIM205", "a quarter beside a figure", level("«value > 5 and quartile > 4»")),
    ("LIM205", "fewer cases than none", level("«denominator < 0»", PERCENT)),
    ("LIM205", "fewer than none above the line", level("«numerator < 0»", PERCENT)),
    (
        "LIM205",
        "a quarter that only counts where a worse level does",
        levels("warning: «quartile == 4», critical: quartile >= 3"),
    ),
    (
        "LIM205",
        "a quarter in an override",
        levels("warning: quartile >= 3", "overrides: {Swale: {levels: {critical: «quartile > 4»}}}"),
    ),
    ("LIM317", "any rank", level("«rank >= 1»")),
    ("LIM317", "any quarter", level("value > 5 and «1 <= quartile <= 4»")),
    ("LIM317", "a quarter that is none, or a figure", level("value > 5 or «quartile > 4»")),
    ("LIM317", "any number of cases", level("value > 5 and «denominator >= 0»", PERCENT)),
    ("LIM317", "a recovery in no quarter", levels("warning: quartile == 4", "recover: «quartile < 1»")),
    ("LIM317", "a band of any number of cases", rag("green: value < 5 and «denominator >= 0»", PERCENT)),
    ("LIM232", "green where low is good", rag("green: «value >= 10», amber: value >= 5")),
    ("LIM232", "green where high is good", rag("green: «value <= 5»", HIGHER, "value < 5")),
    ("LIM232", "red where low is good", rag("green: «value > 5», red: value <= 5")),
    ("LIM232", "amber beyond red", rag("green: «value <= 5», amber: value >= 10")),
    ("LIM232", "no lower end", rag("green: «value <= target»", CLOSE)),
    ("LIM232", "no upper end", rag("green: «value > 8», amber: 6 <= value <= 8", CLOSE)),
    ("LIM232", "all but what is close", rag("green: «value < 8 or value > 12»", CLOSE)),
    ("LIM232", "green by a change", rag("green: «value > previous(1)»")),
    ("LIM232", "red by a change", rag("green: value < 5 or change(1) < 0, red: «value < previous(1)»")),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_what_is_never_judged_or_judged_backwards_is_reported_where_it_stands(
    code: str, fault: str, text: str
) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    assert found(files) == problems


SOUND: list[tuple[str, str]] = [
    ("the worst quarter", level("quartile == 4")),
    ("the last of four", level("rank == 4 or rank < 2")),
    ("a chain of quarters", level("2 < quartile <= 4")),
    (
        "quarters one after the other",
        levels("info: quartile >= 2, warning: quartile >= 3, critical: quartile > 3"),
    ),
    (
        "a quarter, and a figure that is worse",
        levels("warning: quartile == 4, critical: quartile >= 3 and value > 9"),
    ),
    ("cases of a count", level("value > 5 and denominator >= 30")),
    ("no cases", level("denominator == 0 or numerator < 0.5", PERCENT)),
    ("a rank by calculation", level("rank * 2 > 8")),
    ("significance of a percentage", level("significantly_above(5)", PERCENT)),
    ("significance of a rate", level("significant_rise(1)", "unit: per 10,000 people")),
    ("a year to date and the year before", level("significant_rise(12)", YEAR_TO_DATE)),
    ("months one after the other", level("significant_rise(1)", PERCENT + "basis: month")),
    ("days of which many are the same", level("significant_rise(1)", PERCENT)),
    (
        "whole years one after the other",
        level("significant_rise(1)", PERCENT + "basis: rolling 12 months\nfrequency: annual"),
    ),
    ("a change of a year to date", level("change(1) > 5", YEAR_TO_DATE)),
    ("bands of what has no better side", rag("green: value >= 10, amber: value >= 5", "polarity: none\n")),
    ("too low and too high where low is good", rag("green: 2 <= value <= 10, amber: value <= 20")),
    ("amber for all the rest", rag("green: value <= 10, amber: value > 10")),
    ("bands of a change", rag("green: value < previous(1)")),
    ("a distance", rag("green: abs(value - target) <= 2", CLOSE)),
    ("bands with both ends", rag("green: 8 <= value <= target, amber: 6 <= value <= 12", CLOSE)),
    (
        "close to nothing, where less is not there",
        rag("green: value <= 2", CLOSE.replace("value: 10", "value: 0")),
    ),
    (
        "close to all, where more is not there",
        rag("green: value >= 95", PERCENT + CLOSE.replace("value: 10", "value: 100")),
    ),
]


@pytest.mark.parametrize("text", [text for _, text in SOUND], ids=[name for name, _ in SOUND])
def test_what_is_judged_as_it_is_meant_is_left_alone(text: str) -> None:
    assert not found(text)


def test_a_difference_may_be_below_zero() -> None:
    parts = "".join(indicator("basis: month", id=name) for name in ("parts", "whole", "gone"))
    left = indicator("basis: month\nderived: {difference: [whole, gone]}", id="left")
    ratio = indicator(PERCENT + "basis: month\nderived: {ratio: {of: left, to: parts}}")
    text = rule_file(parts + left + ratio, alert("levels: {warning: numerator < 0}"))
    assert not found(text)


@pytest.mark.parametrize(
    ("key", "own"),
    [
        ("polarity", {"LIM231"}),
        ("unit", {"LIM229", "LIM231", "LIM232"}),
        ("basis", {"LIM229", "LIM232"}),
        ("scale", {"LIM229", "LIM231", "LIM232"}),
        ("targets", {"LIM229", "LIM231"}),
        ("title", {"LIM229", "LIM231", "LIM232"}),
    ],
)
def test_what_cannot_be_read_is_not_reported_again(key: str, own: set[str]) -> None:
    keys = {"unit": "percent", "basis": "year to date", "polarity": "close to target", "frequency": "monthly"}
    keys |= {
        "targets": "[{from: 2013-04-01, value: 10, reference: r}]",
        "rag": "[{from: 2013-04-01, green: value >= 10, reference: r}]",
        key: "[{some: thing}]",
    }
    changes = "".join(f"{name}: {text}\n" for name, text in keys.items())
    text = rule_file(indicator(changes), alert("levels: {warning: significant_rise(1) and rank > 2}"))
    codes = {problem.code for problem in loaded(text).problems}
    assert {code for code in codes if code > "LIM200"} == own


def test_a_green_without_an_end_is_reported_against_neighbours_too() -> None:
    changes = f"polarity: close to target\n{FROM_NEIGHBOURS}"
    changes += "rag: [{from: 2013-04-01, green: value <= target, reference: r}]"
    files = {"rules.yaml": rule_file(indicator(changes), neighbour_sets=SETS), "near.csv": NEAR}
    assert [code for code, _ in found(files)] == ["LIM232"]


@pytest.mark.parametrize(
    ("bands", "polarity", "said"),
    [
        ("green: value >= 10, amber: value >= 5", "lower is better", "4 is red and 12 green"),
        ("green: value <= 5, amber: value >= 10", "lower is better", "6 is red and 10 amber"),
        ("green: value <= 5", "higher is better", "7 is red and 4 green"),
        ("green: value >= 90, amber: 80 <= value < 85", "higher is better", "85 is red and 84 amber"),
    ],
)
def test_two_figures_that_are_rated_the_wrong_way_round_are_named(
    bands: str, polarity: str, said: str
) -> None:
    problems = loaded(rag(bands, f"polarity: {polarity}\n", "value > 3 and value < 9")).problems
    messages = [problem.message for problem in problems if problem.code == "LIM232"]
    assert messages == [f"{said}: open_assessments is “{polarity}”"]


def test_a_problem_of_a_range_says_the_range() -> None:
    (problem,) = loaded(level("value > 5 and quartile > 4")).problems
    assert problem.message == "warning never holds: quartile is from 1 to 4"
    (problem,) = loaded(level("rank > 1", changes="areas: county")).problems
    assert problem.message == "warning never holds: rank is always 1"
    (problem,) = loaded(level("value > 5 and denominator >= 0", PERCENT)).problems
    assert problem.message == "the denominator is never below zero, so this always holds"


def test_more_places_than_can_be_tried_are_left_alone() -> None:
    many = " or ".join(f"numerator == {7 * each} and denominator == {each}" for each in range(1, 40))
    assert not found(level(many, PERCENT))
