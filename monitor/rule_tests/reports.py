"""What came of tests, for people's eyes, for other programs, and as JUnit XML for CI.

JUnit has no standard. What is written here is what Jenkins' xUnit plug-in accepts (its schema junit-10.xsd)
and GitLab ("Unit test reports") and the usual actions for GitHub read: testsuites > testsuite > testcase >
failure, with counts, times in seconds and the file on the suite.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any
from xml.etree import ElementTree as ET

from monitor.core.positions import Position
from monitor.rule_tests.coverage import Coverage, Part
from monitor.rule_tests.results import Difference, RuleTestResult
from monitor.rule_tests.suite import Outcome
from monitor.rulebook.problems import Severity, lines_of, pointed_at
from monitor.rulebook.reports.values import problem_values

UNUSABLE = "the file can be used"
"""The name of the test that fails for a test file with errors, or for rules with errors."""


def difference_lines(difference: Difference, sources: Mapping[str, Sequence[str]]) -> list[str]:
    """A difference on lines: where and what, the line of the file with carets, and what helps to see why."""
    position = difference.span.position
    lines = [f"{position}: on {difference.at} {difference.message}"]
    text = sources.get(position.file, ())
    if position.line <= len(text):
        lines += pointed_at(text[position.line - 1], position.column, difference.span.length).split("\n")
    return [*lines, *(f"    {each}" for each in difference.context)]


def lines_by_file(outcome: Outcome) -> Mapping[str, Sequence[str]]:
    """Each test file's lines."""
    return {file: lines_of(text) for file, text in outcome.sources.items()}


def as_values(outcome: Outcome, *, with_coverage: bool) -> dict[str, Any]:
    """All of it as values that JSON can say."""
    report: dict[str, Any] = {
        **problem_values(outcome.problems),
        "ok": outcome.readable and not outcome.refusals and not outcome.failed,
        "passed": len(outcome.results) - len(outcome.failed),
        "failed": len(outcome.failed),
        "tests": [_test_values(result) for result in outcome.results],
        "refused": dict(outcome.refusals),
    }
    if with_coverage:
        report["coverage"] = {
            "percent": round(outcome.percent, 1),
            "rulebooks": {rules: _coverage_values(each) for rules, each in outcome.coverages.items()},
        }
    return report


def _place(position: Position) -> dict[str, Any]:
    return {"file": position.file, "line": position.line, "column": position.column}


def _test_values(result: RuleTestResult) -> dict[str, Any]:
    return {
        **_place(result.span.position),
        "name": result.name,
        "ok": result.passed,
        "seconds": round(result.seconds, 3),
        "differences": [
            {
                **_place(each.span.position),
                "at": str(each.at),
                "message": each.message,
                "context": list(each.context),
            }
            for each in result.differences
        ],
    }


def _coverage_values(coverage: Coverage) -> dict[str, Any]:
    return {
        "percent": round(coverage.percent, 1),
        "parts": {
            part.value: {
                "items": len(coverage.of_part(part).items),
                "reached": len(coverage.of_part(part).items) - len(coverage.of_part(part).unreached),
            }
            for part in Part
        },
        "unreached": [
            {**_place(item.position), "part": item.part.value, "of": item.of, "what": item.what}
            for item in coverage.unreached
        ],
    }


def as_junit(outcome: Outcome) -> str:
    """All of it as JUnit XML. A file with errors is a suite with one test that failed."""
    lines = lines_by_file(outcome)
    suites = [
        *(_suite(file, list(found), lines) for file, found in _by_file(outcome.results)),
        *(_unusable(file, text) for file, text in _faults(outcome)),
    ]
    root = ET.Element("testsuites", {"name": "limen test", **_totals(suites)})
    root.extend(suites)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _by_file(results: Iterable[RuleTestResult]) -> Iterable[tuple[str, Iterable[RuleTestResult]]]:
    return groupby(results, key=lambda result: result.file)


def _faults(outcome: Outcome) -> Iterable[tuple[str, str]]:
    errors = [problem for problem in outcome.problems if problem.severity is Severity.ERROR]
    for file, found in groupby(errors, key=lambda problem: problem.position.file):
        yield file, "\n".join(str(problem) for problem in found)
    yield from outcome.refusals.items()


def _suite(file: str, results: Sequence[RuleTestResult], lines: Mapping[str, Sequence[str]]) -> ET.Element:
    failed = sum(not result.passed for result in results)
    seconds = sum(result.seconds for result in results)
    suite = ET.Element("testsuite", _counts(file, len(results), failed, seconds))
    for result in results:
        case = ET.SubElement(
            suite, "testcase", {"name": result.name, "classname": file, "time": f"{result.seconds:.3f}"}
        )
        if result.differences:
            first = result.differences[0]
            failure = ET.SubElement(case, "failure", {"type": "difference", "message": first.message})
            failure.text = "\n".join(
                line for each in result.differences for line in difference_lines(each, lines)
            )
    return suite


def _unusable(file: str, text: str) -> ET.Element:
    suite = ET.Element("testsuite", _counts(file, 1, 1, 0))
    case = ET.SubElement(suite, "testcase", {"name": UNUSABLE, "classname": file, "time": "0.000"})
    first = text.partition("\n")[0]
    ET.SubElement(case, "failure", {"type": "problem", "message": first}).text = text
    return suite


def _counts(file: str, tests: int, failed: int, seconds: float) -> dict[str, str]:
    return {
        "name": file,
        "file": file,
        "tests": str(tests),
        "failures": str(failed),
        "errors": "0",
        "skipped": "0",
        "time": f"{seconds:.3f}",
    }


def _totals(suites: Iterable[ET.Element]) -> dict[str, str]:
    found = list(suites)
    totals = {
        key: str(sum(int(each.attrib[key]) for each in found)) for key in ("tests", "failures", "errors")
    }
    return {**totals, "time": f"{sum(float(each.attrib['time']) for each in found):.3f}"}
