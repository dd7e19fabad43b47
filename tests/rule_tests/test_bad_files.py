"""What is wrong with a test file, shown with its line; nothing that it holds ends in a traceback."""
# ruff: noqa: E501 - flow YAML on one line is the case

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.rulebook.problems import PROBLEMS
from tests.support.rule_benches import Bench, bench, case

SERIES = "[{from: 2013-01-31, values: [10, 30]}]"
EXPECT = "- {at: 2013-02-28, alerts: [{state: pending}]}"


def with_figures(figures: str) -> str:
    return case(EXPECT, figures)


def with_line(line: str, day: str = "2013-02-28") -> str:
    return case(f"- at: {day}\n  {line}", SERIES)


def with_event(*events: str) -> str:
    return case(EXPECT, SERIES).replace("    expect:", f"    events: [{', '.join(events)}]\n    expect:")


FAULTS = {
    "figure that is none": (with_figures("[{from: 2013-01-31, values: [10, many]}]"), ["4:LIM901"]),
    "no values": (with_figures("[{from: 2013-01-31}]"), ["4:LIM112"]),
    "no first period": (with_figures("[{values: [1]}]"), ["4:LIM112"]),
    "not a month's end": (with_figures("[{from: 2013-01-30, values: [1]}]"), ["4:LIM912"]),
    "lists of different length": (
        with_figures(
            "[{indicator: cases_in_time, area: Kent, from: 2013-01-31, numerator: [1, 2], denominator: [3]}]"
        ),
        ["4:LIM903"],
    ),
    "numerator alone": (
        with_figures("[{indicator: cases_in_time, area: Kent, from: 2013-01-31, numerator: [1]}]"),
        ["4:LIM903"],
    ),
    "parts of a count": (with_figures("[{from: 2013-01-31, numerator: [1], denominator: [2]}]"), ["4:LIM905"]),
    "figure twice": (
        with_figures("[{from: 2013-01-31, values: 1 2}, {values: {2013-02-28: 3}}]"),
        ["4:LIM904"],
    ),
    "known before its period ended": (
        with_figures("[{from: 2013-01-31, values: 1 2, known: 2013-02-10}]"),
        ["4:LIM913"],
    ),
    "known some day": (with_figures("[{from: 2013-01-31, values: 1, known: soon}]"), ["4:LIM917"]),
    "known on no day": (with_figures("[{from: 2013-01-31, values: 1, known: 2013-02-30}]"), ["4:LIM115"]),
    "changed before known": (
        with_figures("[{from: 2013-01-31, values: 1, revise: {period: 2013-01-31, value: 2, on: 2013-01-31}}]"),
        ["4:LIM913"],
    ),
    "change of what is not there": (
        with_figures("[{from: 2013-01-31, values: 1, revise: {period: 2013-02-28, value: 2, on: 2013-03-31}}]"),
        ["4:LIM914"],
    ),
    "change that changes nothing": (
        with_figures("[{from: 2013-01-31, values: 1, revise: {period: 2013-01-31, on: 2013-02-20}}]"),
        ["4:LIM113"],
    ),
    "change to no figure": (
        with_figures("[{from: 2013-01-31, values: 1, revise: {period: 2013-01-31, value: _, on: 2013-02-20}}]"),
        ["4:LIM901"],
    ),
    "figures that nothing looks at": (with_figures("[{from: 2013-02-28, values: [30, 30]}]"), ["4:LIM911"]),
    "unknown indicator": (with_figures("[{indicator: opencases, from: 2013-01-31, values: 1}]"), ["4:LIM402"]),
    "unknown area": (with_figures("[{area: Swail, from: 2013-01-31, values: 1}]"), ["4:LIM403"]),
    "unknown key": (with_figures("[{form: 2013-01-31, from: 2013-01-31, values: 1}]"), ["4:LIM110"]),
    "unknown rule": (with_line("alerts: [{alert: too-many}]"), ["7:LIM408"]),
    "rule of another area": (with_line("alerts: [{alert: late-cases}]"), ["7:LIM915"]),
    "no such state": (with_line("alerts: [{state: fireing}]"), ["7:LIM117"]),
    "no such rating": (with_line("ratings: [{rag: yellow}]"), ["7:LIM117"]),
    "rating of nothing": (with_line("ratings: [{area: Swale}]"), ["7:LIM909"]),
    "two values": (with_line("ratings: [{value: 1 2}]"), ["7:LIM901"]),
    "a target that is a symbol": (with_line("ratings: [{target: c}]"), ["7:LIM901"]),
    "a time that is none": (with_line("told: [{who: ada, on: 2013-02-28 5pm}]"), ["7:LIM126"]),
    "an hour that there is not": (with_line("told: []", "2013-02-28 25:00"), ["6:LIM126"]),
    "a mail of no kind": (with_line("told: [{who: ada, as: letter}]"), ["7:LIM117"]),
    "held until no day": (with_line("not_told: [{until: soon}]"), ["7:LIM115"]),
    "an event of nothing": (with_event("{at: 2013-02-28}"), ["5:LIM918"]),
    "an event of two things": (
        with_event("{at: 2013-02-28, acknowledge: {by: ada}, withdraw: {by: ada}}"),
        ["5:LIM918"],
    ),
    "an event at no time": (with_event("{acknowledge: {by: ada}}"), ["5:LIM112"]),
    "an event by nobody": (with_event("{at: 2013-02-28, acknowledge: {comment: Yes.}}"), ["5:LIM112"]),
    "an event by a stranger": (with_event("{at: 2013-02-28, acknowledge: {by: adah}}"), ["5:LIM906"]),
    "an event where no rule is": (
        with_event("{at: 2013-02-28, acknowledge: {by: ada, area: Kent}}"),
        ["5:LIM915"],
    ),
    "a silence of everything": (
        with_event("{silence: {from: 2013-02-01, until: 2013-02-28, by: ada}}"),
        ["5:LIM918"],
    ),
    "a silence without an end": (
        with_event("{silence: {areas: Kent, from: 2013-02-01, by: ada}}"),
        ["5:LIM112"],
    ),
    "a silence without a beginning": (
        with_event("{silence: {areas: Kent, until: 2013-02-28, by: ada}}"),
        ["5:LIM112"],
    ),
    "a silence of what is not there": (
        with_event(
            "{silence: {themes: case, alerts: too-much, indicators: opencases, levels: bad, areas: Kenn, "
            "from: 2013-02-01, until: 2013-02-28, by: ada}}"
        ),
        ["5:LIM409", "5:LIM408", "5:LIM402", "5:LIM117", "5:LIM403"],
    ),
    "a silence named twice": (
        with_event(
            "{silence: {name: a, areas: Kent, from: 2013-02-01, until: 2013-02-28, by: ada}}",
            "{silence: {name: a, areas: Kent, from: 2013-02-02, until: 2013-02-28, by: ada}}",
        ),
        ["5:LIM910"],
    ),
    "the end of no silence": (with_event("{at: 2013-02-28, end_silence: {by: ada}}"), ["5:LIM919"]),
    "the end of a silence by another name": (
        with_event(
            "{silence: {name: moving, areas: Kent, from: 2013-02-01, until: 2013-02-28, by: ada}}",
            "{at: 2013-02-20, end_silence: {name: movin, by: ada}}",
        ),
        ["5:LIM919"],
    ),
    "events out of order": (
        with_event("{at: 2013-02-28, acknowledge: {by: ada}}", "{at: 2013-02-27, withdraw: {by: ada}}"),
        ["5:LIM908"],
    ),
    "an event that nothing looks at": (with_event("{at: 2013-03-28, acknowledge: {by: ada}}"), ["5:LIM911"]),
    "nobody of that name": (with_line("told: [{who: adah}]"), ["7:LIM906"]),
    "no such role": (with_line("told: [{who: chief of Swale}]"), ["7:LIM906"]),
    "no such route": (with_line("told: [{who: ada, because: route manager}]"), ["7:LIM907"]),
    "a reason for silence where somebody is told": (
        with_line("told: [{who: ada, because: the breach has not lasted long enough yet}]"),
        ["7:LIM907"],
    ),
    "a word that is no list": (with_line("told: nobody"), ["7:LIM108"]),
    "silence about nothing": (
        case("- {at: 2013-02-28, not_told: [{}]}", SERIES).replace("about: {alert: too-many-open, area: Swale}", "about: {indicator: open_cases, area: Swale}"),
        ["6:LIM909"],
    ),
    "expects nothing on a day": (case("- {at: 2013-02-28}", SERIES), ["6:LIM909"]),
    "expects nothing at all": ("tests:\n  - name: empty\n", ["2:LIM909"]),
    "no test": ("tests: []\n", ["1:LIM909"]),
    "no name": ("tests:\n  - expect: [{at: 2013-02-28, alerts: []}]\n", ["2:LIM112"]),
    "two of a name": (
        "tests:\n" + 2 * "  - {name: a, expect: [{at: 2013-02-28, alerts: []}]}\n",
        ["3:LIM910"],
    ),
    "days out of order": (
        case("- {at: 2013-02-28, told: []}\n- {at: 2013-02-28, alerts: [{state: pending}]}", SERIES),
        ["7:LIM908"],
    ),
    "no such folder of rules": ("rulebook: ../../roles\ntests: []\n", ["1:LIM902"]),
    "no such folder of configuration": ("config: nowhere\ntests: []\n", ["1:LIM902"]),
    "people without operations": ("people:\n  zoe: {name: Zoe, address: zoe@kent.example}\ntests: []\n", ["1:LIM606", "3:LIM909"]),
    "not a mapping": ("- tests\n", ["1:LIM108"]),
    "no YAML": ("tests: [\n", ["1:LIM102"]),
    "a secret": ("# password: hunter2-hunter2\n" + case(EXPECT, SERIES), ["1:LIM219"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_shown_where_it_stands(bench: Bench, name: str) -> None:
    text, problems = FAULTS[name]

    assert bench.codes(text) == problems


def test_every_problem_of_test_files_has_its_case() -> None:
    shown = {problem.partition(":")[2] for _, problems in FAULTS.values() for problem in problems}
    elsewhere = {"LIM916"}  # test_notation.py

    assert {code for code in PROBLEMS if code.startswith("LIM9")} <= shown | elsewhere


def test_all_faults_of_a_file_are_shown_at_once(bench: Bench) -> None:
    text = case(
        """
        - at: 2013-02-28
          ratings: [{rag: yellow}]
          alerts: [{level: bad}]
          told: [{who: nobody}]
        """,
        "[{from: 2013-01-30, values: [many]}]",
    )
    assert bench.codes(text) == ["4:LIM912", "4:LIM901", "7:LIM117", "8:LIM117", "9:LIM906"]


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ("{alert: too-mani-open, area: Swale}", "LIM408"),
        ("{alert: nothing-like-it, area: Swale}", "LIM408"),
        ("{allert: too-many-open, area: Swale}", "LIM110"),
        ("{alert: too-many-open, area: Swail}", "LIM403"),
        ("nothing", "LIM108"),
    ],
)
def test_what_only_follows_from_a_slip_in_about_is_left_out(bench: Bench, about: str, code: str) -> None:
    text = case("- {at: 2013-02-28, told: [{who: district manager, kind: breech}]}", SERIES)
    slipped = text.replace("{alert: too-many-open, area: Swale}", about)
    assert slipped != text

    assert [each.partition(":")[2] for each in bench.codes(slipped)] == [code, "LIM117"]


def test_a_slip_in_about_hides_no_fault_of_the_figures(bench: Bench) -> None:
    text = with_figures("[{from: 2013-01-30, values: [10, 30]}]").replace("too-many-open", "too-many-opn")
    assert bench.codes(text) == ["3:LIM408", "4:LIM912"]


def test_expectations_under_a_misspelt_key_are_not_missed_as_well(bench: Bench) -> None:
    assert bench.codes(with_line("alrts: [{state: pending}]")) == ["7:LIM110"]
    assert bench.codes(with_line("ratings: [{targt: 5}]")) == ["7:LIM110"]


def test_a_file_with_an_error_is_not_run_and_the_others_are(bench: Bench) -> None:
    bench.write(case("- {at: 2013-02-28, alerts: []}", "[]"), "good.yaml")
    outcome = bench.run("tests: {}\n")

    assert not outcome.readable
    assert [(result.file, result.passed) for result in outcome.results] == [("rules/tests/good.yaml", True)]


def test_rules_with_an_error_are_shown_and_nothing_is_run(bench: Bench) -> None:
    (bench.rules / "bad.yaml").write_text("alerts: [1]\n", encoding="utf-8")
    outcome = bench.run(case(EXPECT, SERIES))

    assert outcome.results == ()
    assert outcome.problems == ()
    assert list(outcome.refusals) == ["rules"]
    assert "bad.yaml:1:9: LIM108" in outcome.refusals["rules"]


def test_areas_or_people_with_an_error_are_shown(bench: Bench) -> None:
    (bench.config / "contacts.yaml").write_text("people: {}\n", encoding="utf-8")
    outcome = bench.run(case(EXPECT, SERIES))

    assert list(outcome.refusals) == ["config"]
    assert "LIM606" in outcome.refusals["config"]


def test_with_its_own_people_a_file_needs_no_contacts(bench: Bench) -> None:
    (bench.config / "contacts.yaml").unlink()
    people = "people:\n  zoe: {name: Zoe, address: zoe@kent.example}\noperations: zoe\n"

    assert bench.differences(people + case(EXPECT, SERIES)) == []


WORDS = st.sampled_from(
    [
        *(
            "tests:",
            "- name: a",
            "figures:",
            "expect:",
            "at: 2013-02-28",
            "from: 2013-01-31",
            "values: [1, 2x3]",
        ),
        *(
            "alerts: []",
            "told:",
            "- {who: ada}",
            "about: {area: Swale}",
            "x",
            "[",
            "]",
            "{",
            "}",
            "|",
            "&a",
            "*a",
        ),
        *(
            "revise: {}",
            "known: 1 day after",
            "values: {2013-01-31: 1}",
            "indicator: open_cases",
            "2013-13-01",
            "events:",
            "silence: {areas: Kent}",
            "acknowledge:",
            "at: 2013-02-28 17:00",
        ),
    ]
)
LINES = st.lists(st.tuples(st.integers(0, 5), WORDS), max_size=14)


@given(LINES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_test_file_ends_in_a_traceback(tmp_path: Path, lines: list[tuple[int, str]]) -> None:
    place = tmp_path / "council"
    made = Bench(place) if place.exists() else bench(place)
    text = "\n".join(f"{'  ' * depth}{word}" for depth, word in lines) + "\n"

    outcome = made.run(text)

    assert all(problem.code in PROBLEMS for problem in outcome.problems)
