"""One row a fault: what cannot be meant under ``derived:``, and exactly where it says so."""

import pytest

from monitor.rulebook.checks.derivations import circular
from tests.support.rule_texts import expected, found, indicator, loaded, rule_file, source

RATE = "unit: per 10,000 aged 0-17\ndecimals: 1\n"
COUNT = "unit: children\nbasis: month\n"
TO_DATE = "unit: children\nbasis: year to date\n"
YEAR = "unit: children\nfrequency: annual\nbasis: year\n"
ROLLING_YEAR = "unit: children\nbasis: rolling 12 months\n"
RATED = "rag: [{from: 2013-04-01, green: value <= 60, reference: r}]\n"
PLANS = indicator(COUNT + RATED, id="plans")
OTHERS = indicator(COUNT + RATED, id="others")
PEOPLE = indicator("unit: children\nfrequency: annual\n" + RATED, id="people")
SHARE = indicator("unit: percent\ndecimals: 1\n" + RATED, id="share")


def derived(text: str, changes: str = COUNT, more: str = "") -> str:
    """A rule file of a derived indicator, of those that it may be made of, and of an alert rule on it."""
    made = indicator(f"{changes}\nderived: {text}\n")
    return rule_file(made + PLANS + OTHERS + PEOPLE + SHARE + more)


def rate(text: str, changes: str = RATE) -> str:
    return derived(f"{{ratio: {{{text}}}}}", changes)


ROWS: list[tuple[str, str, str]] = [
    (
        "LIM801",
        "two ways at once",
        derived("{year to date: plans, «sum»: [plans, others]}"),
    ),
    ("LIM801", "no way at all", derived("{}").replace("derived:", "«derived»:")),
    (
        "LIM802",
        "an indicator that is part of itself",
        derived("{sum: [plans, open_assessments]}").replace("derived:", "«derived»:"),
    ),
    (
        "LIM802",
        "a circle of three",
        derived(
            "{sum: [plans, first]}",
            more=indicator(f"{COUNT}\nderived: {{sum: [plans, second]}}", id="first")
            + indicator(f"{TO_DATE}\nderived: {{year to date: open_assessments}}", id="second")
            + indicator(f"{COUNT}{RATED}derived: {{sum: [plans, second]}}", id="outside"),
        ).replace("derived:", "«derived»:", 3),
    ),
    ("LIM803", "a sum of percentages", derived("{sum: [plans, «share»]}")),
    ("LIM803", "a ratio of a percentage", rate("of: «share», to: people, figure: latest")),
    ("LIM803", "a denominator that is a percentage", rate("of: plans, to: «share»")),
    ("LIM804", "a sum of different things", derived("{sum: [«plans», «others»]}", "unit: visits")),
    (
        "LIM804",
        "a total in another unit",
        derived("{rolling: {of: «plans», figures: 12}}", ROLLING_YEAR.replace("children", "visits")),
    ),
    (
        "LIM805",
        "a ratio that is said to be a count",
        rate("of: plans, to: people, figure: latest", "«unit»: children"),
    ),
    (
        "LIM805",
        "a sum with the unit of a rate",
        derived("{sum: [plans, others]}", RATE.replace("unit", "«unit»")),
    ),
    (
        "LIM805",
        "a sum with a scale",
        derived("{sum: [plans, others]}", COUNT + "«scale»: 1000\n"),
    ),
    (
        "LIM806",
        "a numerator in words beside the indicators",
        rate("of: plans, to: people, figure: latest", RATE + "«numerator»: plans\n«denominator»: children\n"),
    ),
    (
        "LIM806",
        "a figure beside denominators with dates",
        rate(
            "of: plans, «figure»: latest, "
            "to: [{from: 2013-04-01, indicator: people, figure: latest, reference: r}]"
        ),
    ),
    ("LIM807", "a sum of one", derived("{«sum»: plans}")),
    ("LIM807", "a difference of three", derived("{«difference»: [plans, others, people]}")),
    (
        "LIM808",
        "a ratio of monthly to annual figures of the same period",
        rate("of: plans, to: «people»"),
    ),
    (
        "LIM808",
        "a monthly figure made of annual ones",
        derived("{sum: [plans, «people»]}"),
    ),
    (
        "LIM809",
        "a running total of running totals",
        derived(
            "{year to date: «so_far»}",
            TO_DATE,
            more=indicator("unit: children\nbasis: year to date", id="so_far"),
        ),
    ),
    (
        "LIM809",
        "a rolling total of what is there at the end of each month",
        derived(
            "{rolling: {of: «there», figures: 12}}",
            ROLLING_YEAR,
            more=indicator("unit: children\nbasis: snapshot", id="there"),
        ),
    ),
    ("LIM822", "a ratio of plans to plans", rate("of: plans, to: «plans»")),
    (
        "LIM824",
        "waiting for a derived figure",
        derived("{year to date: plans}", TO_DATE + "«expected_within»: 5 working days\n"),
    ),
    (
        "LIM826",
        "a total of the year to date that is said to be a month's",
        derived("{year to date: plans}", COUNT.replace("basis", "«basis»")),
    ),
    (
        "LIM826",
        "a total of the year to date that is said to be of a rolling year",
        derived("{year to date: plans}", ROLLING_YEAR.replace("basis", "«basis»")),
    ),
    (
        "LIM826",
        "a rolling year that is said to be the year to date",
        derived("{rolling: {of: plans, figures: 12}}", TO_DATE.replace("basis", "«basis»")),
    ),
    (
        "LIM826",
        "three months that are said to be a rolling year",
        derived("{rolling: {of: plans, figures: 3}}", ROLLING_YEAR.replace("basis", "«basis»")),
    ),
    (
        "LIM826",
        "three years of annual figures that are said to be one",
        derived(
            "{rolling: {of: yearly, figures: 3}}",
            YEAR.replace("basis", "«basis»"),
            indicator(YEAR, id="yearly"),
        ),
    ),
    ("LIM402", "an input that is not there", derived("{sum: [plans, «othrs»]}")),
    ("LIM402", "a denominator that is not there", rate("of: plans, to: «poeple», figure: latest")),
    ("LIM123", "a sum of the same twice", derived("{sum: [plans, «plans»]}")),
    ("LIM117", "a figure that there is not", rate("of: plans, to: people, figure: «last»")),
    ("LIM119", "a rolling total of one figure", derived("{rolling: {of: plans, figures: «1»}}")),
    ("LIM112", "a ratio without what is below", derived("{«ratio»: {of: plans}}", RATE)),
    ("LIM110", "a way that there is not", derived("{year to date: plans, «average»: plans}", TO_DATE)),
    ("LIM108", "a ratio in words", derived("{ratio: «plans / people»}", RATE)),
    ("LIM108", "a list of ways", derived("«[»sum, plans]")),
    (
        "LIM202",
        "denominators that overlap",
        rate(
            "of: plans, to: [{from: 2013-04-01, indicator: people, figure: latest, reference: r}, "
            "{«from»: 2013-04-01, indicator: others, reference: r}]"
        ),
    ),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_derivation_that_cannot_be_meant_is_reported_where_it_stands(
    code: str, fault: str, text: str
) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    assert found(files) == problems


@pytest.mark.parametrize(
    "text",
    [
        rate("of: plans, to: people, figure: latest"),
        rate("of: plans, to: others"),
        rate("of: plans, to: people, figure: latest", "unit: children per worker\nscale: 1\ndecimals: 1\n"),
        derived("{sum: [plans, others]}"),
        derived("{difference: [plans, others]}"),
        derived("{year to date: plans}", TO_DATE),
        derived("{year to date: yearly}", YEAR, indicator(YEAR, id="yearly")),
        derived("{rolling: {of: plans, figures: 12}}", ROLLING_YEAR),
        derived("{rolling: {of: plans, figures: 3}}", "unit: children\nbasis: quarter\n"),
        derived("{rolling: {of: plans, figures: 6}}", "unit: children\nbasis: snapshot\n"),
    ],
)
def test_a_sound_derivation_is_left_alone(text: str) -> None:
    assert not found(text)


def test_a_mapping_of_a_published_file_to_a_derived_indicator_is_refused() -> None:
    text = (
        derived("{year to date: plans}", TO_DATE)
        + "sources:\n"
        + source("indicators: {«open_assessments»: {value: x}}")
    )
    files, problems = expected("LIM823", text)
    assert found(files) == problems


def test_an_input_in_a_file_that_cannot_be_read_is_not_said_to_be_missing() -> None:
    files: dict[str, str | bytes] = {"a.yaml": derived("{sum: [plans, elsewhere]}"), "b.yaml": b"\xff"}
    assert [problem.code for problem in loaded(files).problems] == ["LIM101"]


def test_a_faulty_scale_is_not_reported_again_as_a_missing_one() -> None:
    text = rate("of: plans, to: people, figure: latest", "unit: visits\nscale: many\n")
    assert [code for code, _ in found(text)] == ["LIM114"]


def test_a_hint_names_the_indicator_that_was_meant() -> None:
    (problem,) = loaded(derived("{sum: [plans, othrs]}")).problems
    assert problem.hint == "did you mean others?"


@pytest.mark.parametrize(
    ("links", "circles"),
    [
        ({}, set()),
        ({"a": ["b"], "b": []}, set()),
        ({"a": ["a"]}, {"a"}),
        ({"a": ["b"], "b": ["a"]}, {"a", "b"}),
        ({"a": ["b"], "b": ["c"], "c": ["b"], "d": ["a"]}, {"b", "c"}),
        # What lies between two circles is in neither.
        ({"a": ["a", "b"], "b": ["c"], "c": ["d"], "d": ["c"]}, {"a", "c", "d"}),
    ],
)
def test_what_is_in_a_circle_is_told_from_what_leads_to_one(
    links: dict[str, list[str]], circles: set[str]
) -> None:
    assert circular(links) == circles


def test_a_very_long_line_of_derivations_is_no_circle_and_overflows_nothing() -> None:
    line = {str(number): [str(number + 1)] for number in range(20_000)} | {"20000": []}
    assert circular(line) == set()
    assert circular(line | {"20000": ["0"]}) == set(line)
