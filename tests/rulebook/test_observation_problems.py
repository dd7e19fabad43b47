"""One row a fault: what rules say that does not fit the figures that there are."""

from fractions import Fraction

import pytest

from monitor.core.exact import micro
from monitor.rulebook.loader import read_rulebook
from monitor.rulebook.observed import ObservedFigures, ObservedRange
from tests.support.rule_texts import alert, areas, expected, indicator, place_of, route, rule_file

DISTRICTS = ("Swale", "Thanet", "Ashford", "Folkestone and Hythe")


def seen(
    least: str = "40", most: str = "110", count: int = 24, *, of: str = "open_assessments"
) -> ObservedFigures:
    """Figures in all districts but the last."""
    return {(of, area): ObservedRange(count, micro(least), micro(most)) for area in DISTRICTS[:3]}


def ratios(least: float, most: float) -> ObservedFigures:
    """Figures that came as numerator and denominator."""
    return {("open_assessments", area): ObservedRange(24, None, None, least, most) for area in DISTRICTS}


def found(text: dict[str, str], figures: ObservedFigures | None) -> list[tuple[str, object]]:
    contents = {name: each.encode() for name, each in text.items()}
    outcome = read_rulebook(contents, areas=areas(), observed=figures)
    return [(problem.code, place_of(problem)) for problem in outcome.problems]


LIMITS = "limits: [{from: 2012-04-01, areas: district, upper: 900, reference: r}]"
SOUND = rule_file()
PERCENT = "unit: percent\ndecimals: 1"

ROWS: list[tuple[str, str, str, ObservedFigures]] = [
    (
        "LIM421",
        "a digit too many",
        rule_file(alerts=alert("levels: {warning: value > 85, critical: «value > 1000»}")),
        seen(),
    ),
    (
        "LIM421",
        "a digit too few",
        rule_file(alerts=alert("levels: {warning: «value > 8», critical: value > 100}")),
        seen(),
    ),
    (
        "LIM421",
        "an upper limit that is never reached",
        rule_file(indicator(LIMITS), alert("levels: {warning: value > 85, critical: «value > upper»}")),
        seen(),
    ),
    (
        "LIM421",
        "an override that is never reached",
        rule_file(alerts=alert("overrides: {Swale: {levels: {critical: «value > 500»}}}")),
        seen(),
    ),
    (
        "LIM421",
        "a limit beyond every ratio",
        rule_file(indicator(PERCENT), alert("levels: {warning: value > 50, critical: «value > 90»}")),
        ratios(0.125, 0.75),
    ),
    ("LIM422", "for longer than any series", rule_file(alerts=alert("«for»: 25 periods")), seen()),
    (
        "LIM422",
        "an override for longer than its series",
        rule_file(alerts=alert("«overrides»: {Swale: {for: 25 periods}}")),
        seen(),
    ),
    (
        "LIM423",
        "an indicator without any figure",
        rule_file(alerts=alert("indicator: «open_assessments»")),
        seen(of="other"),
    ),
    (
        "LIM423",
        "no figure in the areas of the rule",
        rule_file(alerts=alert("areas: county\nindicator: «open_assessments»")),
        seen(),
    ),
]


@pytest.mark.parametrize(
    ("code", "fault", "text", "figures"), ROWS, ids=[f"{code} {fault}" for code, fault, _, _ in ROWS]
)
def test_what_does_not_fit_the_figures_is_reported_where_it_stands(
    code: str, fault: str, text: str, figures: ObservedFigures
) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    assert found(files, figures) == problems
    assert not found(files, None)


@pytest.mark.parametrize(
    "text",
    [
        SOUND,
        rule_file(alerts=alert("levels: {warning: value > 85, critical: value > 109}")),
        rule_file(alerts=alert("levels: {warning: value > 85, critical: value > 100 and change(1) > 900}")),
        rule_file(
            alerts=alert("levels: {warning: value < 1000 or value > 2000}\nrecover: value >= 1000"),
            routes=route(),
        ),
        rule_file(alerts=alert("for: 24 periods")),
    ],
)
def test_rules_that_fit_the_figures_have_no_problem_of_this_kind(text: str) -> None:
    assert not [code for code, _ in found({"a.yaml": text}, seen()) if code.startswith("LIM42")]


def test_of_fewer_than_twelve_figures_nothing_is_said_about_limits() -> None:
    rule = {"a.yaml": rule_file(alerts=alert("levels: {warning: value > 85, critical: value > 1000}"))}
    assert not found(rule, seen(count=3))
    assert [code for code, _ in found(rule, seen(count=4))] == ["LIM421"]


@pytest.mark.parametrize("many", [5, 6])
def test_many_rules_without_figures_are_one_line_for_their_file(many: int) -> None:
    text = rule_file(alerts="".join(alert(id=f"rule-{number}") for number in range(many)))
    contents = {"a.yaml": text.encode(), "b.yaml": rule_file("", alert(id="another"), "").encode()}
    outcome = read_rulebook(contents, areas=areas(), observed=seen(of="other"))
    messages = [problem.message for problem in outcome.problems]
    one = "there is no figure of open_assessments in Swale, Thanet, Ashford and 1 more"
    all_of_them = "6 rules of this file have no figures to watch, of open_assessments"
    assert messages == [*([one] * 5 if many == 5 else [all_of_them]), one]


@pytest.mark.parametrize("changes", ["retired: {on: 2013-11-15}", ""])
def test_a_rule_that_has_an_end_needs_no_figures(changes: str) -> None:
    text = rule_file(indicator(changes), alert("effective: {until: 2013-11-15}"))
    assert not found({"a.yaml": text}, seen(of="other"))


def test_figures_are_compared_as_they_are_published() -> None:
    rule = rule_file(
        indicator("decimals: 1"), alert("levels: {warning: value > 85, critical: value >= 110.1}")
    )
    assert not found({"a.yaml": rule}, seen(most="110.05"))
    assert [code for code, _ in found({"a.yaml": rule}, seen(most="110.04"))] == ["LIM421"]


def test_nothing_is_said_while_there_are_no_figures_or_an_error() -> None:
    assert not found({"a.yaml": SOUND}, {})
    faulty = rule_file(alerts=alert("for: soon\nlevels: {warning: value > 5000}"))
    assert [code for code, _ in found({"a.yaml": faulty}, seen())] == ["LIM122"]


def test_no_message_says_a_least_or_greatest_figure() -> None:
    text = rule_file(alerts=alert("levels: {warning: value > 85, critical: value > 1000}\nfor: 30 periods"))
    outcome = read_rulebook({"a.yaml": text.encode()}, areas=areas(), observed=seen("3", "97"))
    words = " ".join(problem.message for problem in outcome.problems)
    assert "72 figures in 3 areas" in words
    assert not {"3.", "97"} & set(words.split())


def test_the_ends_of_a_range_are_of_values_and_ratios_alike() -> None:
    both = ObservedRange(4, micro("12"), micro("30"), 0.1, 0.5)
    assert both.ends(100) == (Fraction(0.1) * 100, Fraction(50))
    assert both.ends(None) == (Fraction(12), Fraction(30))
    assert ObservedRange(1, None, None, 0.5, 0.5).ends(None) is None


SETS = """neighbour_sets:
  some:
    file: some.csv
    reference: r
"""
BENCHMARK = (
    "benchmarks:\n  - {from: 2012-04-01, areas: district, "
    "neighbours: {set: «some», statistic: mean, minimum: 2}, reference: r}"
)


@pytest.mark.parametrize(
    ("table", "is_fault"),
    [("Swale,Thanet\nSwale,Ashford\n", False), ("Swale,Thanet\nSwale,Folkestone and Hythe\n", True)],
)
def test_a_set_of_neighbours_without_figures_is_reported_where_it_is_named(
    table: str, is_fault: bool
) -> None:
    marked = rule_file(indicator(BENCHMARK)) + SETS
    files, problems = expected("LIM424", marked)
    contents = {**files, "some.csv": f"area,neighbour\n{table}"}
    assert found(contents, seen()) == (problems if is_fault else [])
