"""The JSON Schema of test files takes what limen takes, and underlines what one file can show to be wrong."""

import re
from pathlib import Path
from textwrap import indent

import pytest
from jsonschema import Draft7Validator, FormatChecker

from monitor.cli.entry import run
from monitor.rule_tests.schema import FILE, rule_tests_schema, rule_tests_schema_text
from tests.rule_tests.test_bad_files import FAULTS
from tests.support.editor import as_an_editor_reads
from tests.support.repository import ROOT

SCHEMA = rule_tests_schema()
VALIDATOR = Draft7Validator(SCHEMA, format_checker=FormatChecker())
FOLDERS = (ROOT / "rules", ROOT / "config" / "examples", ROOT / "tests" / "rule_tests" / "data")
TEST_FILES = sorted(path for folder in FOLDERS for path in folder.rglob("tests/*.yaml"))
GUIDE = (ROOT / "docs" / "test-rules.md").read_text(encoding="utf-8")

SEEN_BY_A_SCHEMA = {"LIM108", "LIM110", "LIM112", "LIM117", "LIM907", "LIM909", "LIM917"}
"""Problems that show in the shape of a file, or in its words."""

BEYOND_A_SCHEMA = {
    "no such route",  # stands in other files
    "no first period",  # a mapping of periods needs none
    "a silence without a beginning",  # may begin when the event is
}


def faults(text: str) -> list[str]:
    content = as_an_editor_reads(text)
    return [error.message for error in VALIDATOR.iter_errors({} if content is None else content)]


def test_it_is_a_schema_of_the_draft_that_editors_read() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_the_shipped_schema_is_the_one_that_the_program_makes(capsys: pytest.CaptureFixture[str]) -> None:
    path = ROOT / "config" / "schema" / FILE
    assert run(["schema", "--tests"]) == 0

    assert capsys.readouterr().out == rule_tests_schema_text()
    assert path.read_text(encoding="utf-8") == rule_tests_schema_text(), f"run: limen schema --tests > {path}"


@pytest.mark.parametrize("path", TEST_FILES, ids=[path.relative_to(ROOT).as_posix() for path in TEST_FILES])
def test_every_test_file_of_this_repository_is_valid(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


def test_the_examples_of_the_guide_are_valid() -> None:
    blocks = dict(re.findall(r"^```(yaml[^\n]*)\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL))
    alone = "tests:\n  - name: a\n    expect: [{at: 2026-12-24, told: []}]\n"

    assert faults(blocks["yaml test"]) == []
    assert faults(blocks["yaml test of the story"]) == []
    assert faults(alone + indent(blocks["yaml events"], "    ")) == []


SHOWN = {
    name: text
    for name, (text, problems) in FAULTS.items()
    if name not in BEYOND_A_SCHEMA and {problem.partition(":")[2] for problem in problems} <= SEEN_BY_A_SCHEMA
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_the_shape_of_a_file_shows_is_underlined(name: str) -> None:
    assert faults(SHOWN[name])
