"""What is printed of tests: for people, for programs, for CI.

After a change that is meant, write the golden text anew with LIMEN_WRITE_GOLDEN=1 and read the difference.
"""

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from monitor.cli.entry import run
from monitor.rule_tests.reports import UNUSABLE, as_junit
from tests.support.rule_benches import Bench, case

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = Path(__file__).parents[1] / "support" / "schemas" / "junit-10.xsd"
"""That of Jenkins' xUnit plug-in; see the README beside it."""

WRITES_GOLDEN = bool(os.environ.get("LIMEN_WRITE_GOLDEN"))
PASSING = case("- {at: 2013-05-31, alerts: []}")


@pytest.fixture(autouse=True)
def _here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LIMEN_WRITE_GOLDEN", raising=False)  # limen would take it for a setting
    monkeypatch.chdir(bench.folder)
    monkeypatch.setenv("LIMEN_RULES_DIR", str(bench.rules))
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(bench.config))


@pytest.fixture(name="failing")
def _failing(bench: Bench) -> Bench:
    bench.write((GOLDEN / "failing.yaml").read_text(encoding="utf-8"), "failing.yaml")
    return bench


@pytest.mark.usefixtures("failing")
def test_what_failed_reads_as_it_should(capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["test", "--coverage", "--verbose"])
    text = re.sub(r"in [0-9.]+ s$", "in 0.0 s", capsys.readouterr().out, flags=re.MULTILINE)
    text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    golden = GOLDEN / "failing.txt"
    if WRITES_GOLDEN:
        golden.write_text(text, encoding="utf-8")

    assert code == 1
    assert text == golden.read_text(encoding="utf-8")


def test_a_difference_points_at_what_is_wrong_and_at_the_rule(failing: Bench) -> None:
    outcome = failing.run(pattern="not the one in the rules")
    (result,) = outcome.results
    first = result.differences[0]

    assert str(first.span.position) == "rules/tests/failing.yaml:8:26"
    assert first.span.length == len("warning")
    assert any(re.fullmatch(r"rule rules/cases\.yaml:\d+:\d+", line) for line in first.context)


def test_for_other_programs_the_outcome_is_values(failing: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["test", "--coverage", "--format", "json"])
    report = json.loads(capsys.readouterr().out)

    assert code == 1
    assert (report["ok"], report["passed"], report["failed"]) == (False, 1, 4)
    assert [test["name"] for test in report["tests"] if test["ok"]] == ["this one passes"]
    assert report["tests"][0]["differences"][0] == {
        "file": "rules/tests/failing.yaml",
        "line": 8,
        "column": 26,
        "at": "2013-03-31",
        "message": "the level of too-many-open in Swale is critical, not warning",
        "context": list(failing.run().results[0].differences[0].context),
    }
    assert set(report["coverage"]["rulebooks"]) == {"rules"}


def test_problems_of_test_files_are_values_too(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write("tests: [{name: a}]\n")

    code = run(["test", "--format", "json"])
    report = json.loads(capsys.readouterr().out)

    assert code == 2
    assert [problem["code"] for problem in report["problems"]] == ["LIM909"]
    assert report["tests"] == []


def test_junit_keeps_to_the_schema_that_jenkins_accepts(failing: Bench) -> None:
    failing.write("tests: [\n", "unreadable.yaml")
    schema = xmlschema.XMLSchema(SCHEMA)

    schema.validate(as_junit(failing.run()))
    schema.validate(as_junit(failing.run(pattern="no such test")))


def test_junit_says_what_failed_and_why(failing: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    failing.write(PASSING, "good.yaml")
    code = run(["test", "--format", "junit"])
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - limen wrote it

    suites = {suite.attrib["name"]: suite.attrib for suite in root}
    failures = list(root.iter("failure"))
    assert code == 1
    assert root.tag == "testsuites"
    assert (root.attrib["tests"], root.attrib["failures"]) == ("6", "4")
    assert suites["rules/tests/good.yaml"]["failures"] == "0"
    assert suites["rules/tests/failing.yaml"]["tests"] == "5"
    assert failures[0].attrib["message"] == "the level of too-many-open in Swale is critical, not warning"
    assert failures[0].text is not None
    assert "rules/tests/failing.yaml:8:26: on 2013-03-31" in failures[0].text


def test_in_junit_a_file_that_cannot_be_used_is_a_failure(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.write("tests: [\n")

    code = run(["test", "--format", "junit"])
    root = ET.fromstring(capsys.readouterr().out)  # noqa: S314 - limen wrote it

    (case_of,) = root.iter("testcase")
    assert code == 2
    assert (case_of.attrib["classname"], case_of.attrib["name"]) == ("rules/tests/cases.yaml", UNUSABLE)
    assert "LIM102" in case_of[0].attrib["message"]
