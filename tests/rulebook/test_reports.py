"""Problems for other programs: GitHub's annotations, SARIF, and where a code is explained."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from monitor.core.positions import Position
from monitor.rulebook.problems import PROBLEMS, Problem, Severity
from monitor.rulebook.reports.documentation import PAGE, page_of
from monitor.rulebook.reports.github import annotations
from monitor.rulebook.reports.sarif import sarif
from monitor.rulebook.reports.values import problem_values
from tests.support.repository import ROOT
from tests.support.rule_texts import directory, loaded

OFFICIAL = Draft7Validator(
    json.loads((ROOT / "tests" / "support" / "schemas" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
)
TEN_FAULTS = (ROOT / "tests" / "rulebook" / "golden" / "ten-faults.yaml").read_bytes()

PROBLEM = st.builds(
    Problem,
    position=st.builds(
        Position, file=st.text(min_size=1), line=st.integers(1, 9), column=st.integers(1, 200)
    ),
    length=st.integers(1, 50),
    code=st.sampled_from(sorted(PROBLEMS)),
    severity=st.sampled_from(Severity),
    message=st.text(),
    hint=st.text(),
)


def ten() -> tuple[tuple[Problem, ...], dict[str, str]]:
    outcome = loaded({"ten-faults.yaml": TEN_FAULTS}, people=directory())
    return outcome.problems, dict(outcome.sources)


def slugs(text: str) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("code", PROBLEMS)
def test_a_code_leads_to_its_heading(code: str) -> None:
    page, _, anchor = page_of(code).partition("#")
    assert page == PAGE
    assert anchor.startswith(code.lower())
    assert re.fullmatch(r"[a-z0-9_-]+", anchor)
    assert anchor in slugs((ROOT / page).read_text(encoding="utf-8"))


def test_an_annotation_names_file_line_and_columns() -> None:
    problem = Problem(Position("rules/a.yaml", 3, 5), 7, "LIM110", Severity.ERROR, "no key “x”", "write y")
    assert annotations([problem]) == (
        "::error file=rules/a.yaml,line=3,endLine=3,col=5,endColumn=12,title=LIM110 unknown key"
        "::no key “x” — write y%0ASee docs/problems.md#lim110-unknown-key\n"
    )


def test_a_warning_is_annotated_as_one() -> None:
    problem = Problem(Position("a.yaml", 1, 1), 1, "LIM109", Severity.WARNING, "m", "h")
    assert annotations([problem]).startswith("::warning ")


def test_signs_that_commands_are_made_of_are_escaped() -> None:
    problem = Problem(
        Position("100%,a:b.yaml", 1, 1), 1, "LIM109", Severity.ERROR, "90% of\r\na: b, c", "::x"
    )
    line = annotations([problem])
    assert "file=100%25%2Ca%3Ab.yaml," in line
    assert "::90%25 of%0D%0Aa: b, c — ::x%0A" in line


@given(st.lists(PROBLEM, max_size=5))
def test_every_annotation_is_one_line_from_which_its_parts_can_be_had_again(problems: list[Problem]) -> None:
    lines = annotations(problems).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(problems)
    for line, problem in zip(lines, problems, strict=True):
        found = re.fullmatch(r"::(error|warning) ([^:]*)::([^\r\n]*)", line)
        assert found
        named = dict(part.split("=", 1) for part in found[2].split(","))
        assert unescaped(named["file"]) == problem.position.file
        assert unescaped(found[3]).startswith(f"{problem.message} — {problem.hint}\nSee ")


def unescaped(text: str) -> str:
    for code, sign in (("%3A", ":"), ("%2C", ","), ("%0D", "\r"), ("%0A", "\n"), ("%25", "%")):
        text = text.replace(code, sign)
    return text


def test_a_run_of_ten_faults_is_sarif_by_the_official_schema() -> None:
    problems, sources = ten()
    log = sarif(problems, sources, version="1.2.3")

    OFFICIAL.validate(log)
    (run,) = log["runs"]
    assert run["tool"]["driver"]["name"] == "limen"
    assert len(run["results"]) == len(problems) == 10
    for result, problem in zip(run["results"], problems, strict=True):
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == problem.code
        region = result["locations"][0]["physicalLocation"]["region"]
        assert (region["startLine"], region["startColumn"]) == (
            problem.position.line,
            problem.position.column,
        )
        assert region["endColumn"] - region["startColumn"] == problem.length


def test_a_run_without_problems_is_sarif_too() -> None:
    log = sarif([], {}, version="1.2.3")
    OFFICIAL.validate(log)
    assert log["runs"][0]["results"] == []


@given(st.lists(PROBLEM, max_size=4))
def test_whatever_the_problems_the_log_is_sarif(problems: list[Problem]) -> None:
    log = sarif(problems, {}, version="1")
    OFFICIAL.validate(log)
    assert json.loads(json.dumps(log)) == log


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_rule_is_explained_in_the_log(code: str) -> None:
    problem = Problem(Position("a.yaml", 1, 1), 1, code, PROBLEMS[code].severity, "m", "h")
    rule: dict[str, Any] = sarif([problem], {}, version="1")["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["defaultConfiguration"]["level"] == PROBLEMS[code].severity
    assert page_of(code) in rule["help"]["markdown"]
    assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", rule["name"])


def test_a_problem_is_known_again_when_lines_above_come_and_go() -> None:
    first, again = (
        sarif(found.problems, found.sources, version="1")["runs"][0]["results"]
        for found in (
            loaded({"a.yaml": TEN_FAULTS}, people=directory()),
            loaded({"a.yaml": b"# a\n# b\n" + TEN_FAULTS}, people=directory()),
        )
    )
    marks = [
        [result["partialFingerprints"]["lineAndMessage/v1"] for result in each] for each in (first, again)
    ]
    moved = [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in again]
    assert all(one <= other for one, other in pairwise(moved))
    assert len(set(marks[0])) == 10
    same = set(marks[0]) & set(marks[1])
    assert len(same) >= 9  # one message names the line of another


def test_plain_values_count_errors_and_warnings() -> None:
    problems, _ = ten()
    values = problem_values(problems)
    assert values["errors"] == sum(problem.severity is Severity.ERROR for problem in problems)
    assert values["ok"] is False
    assert problem_values([]) == {"ok": True, "errors": 0, "warnings": 0, "problems": []}
