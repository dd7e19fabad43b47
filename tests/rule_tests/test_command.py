"""`limen test`: which tests are run, and how it ends."""

from pathlib import Path

import pytest

from monitor.cli.entry import run
from tests.support.rule_benches import Bench, case

PASSES = case("- {at: 2013-05-31, alerts: []}")
FAILS = case("- {at: 2013-05-31, alerts: [{}]}").replace("a case", "another")


@pytest.fixture(autouse=True)
def _here(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bench.folder)
    monkeypatch.setenv("LIMEN_RULES_DIR", str(bench.rules))
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(bench.config))


def test_tests_that_pass_end_with_0(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write(PASSES)

    assert run(["test"]) == 0
    assert capsys.readouterr().out.startswith(
        "rules/tests/cases.yaml: 1 test passed\n1 test passed, 0 failed"
    )


def test_a_test_that_fails_ends_with_1(bench: Bench) -> None:
    bench.write(PASSES, "one.yaml")
    bench.write(FAILS, "other.yml")

    assert run(["test"]) == 1


def test_a_test_file_with_an_error_ends_with_2_and_the_problem(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.write("tests: {}\n")

    assert run(["test"]) == 2
    assert "rules/tests/cases.yaml:1:8: LIM108" in capsys.readouterr().out


def test_rules_with_an_error_end_with_78_and_the_problem(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    bench.write(PASSES)
    (bench.rules / "cases.yaml").write_text("alerts: []\n", encoding="utf-8")

    assert run(["test"]) == 78
    assert "rules can't be used:\ncases.yaml:1:9: LIM108" in capsys.readouterr().out


def test_a_warning_is_shown_and_is_no_failure(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write(case("- {at: 2013-01-31, alerts: []}"))

    assert run(["test"]) == 0
    assert "LIM911" in capsys.readouterr().out


def test_no_test_is_no_success(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["test"]) == 2
    assert capsys.readouterr().err == "There is no test.\n"
    bench.tests.rmdir()
    assert run(["test"]) == 2
    assert "There is no test file and no folder" in capsys.readouterr().err


def test_only_the_tests_that_are_named_are_run(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write(PASSES, "one.yaml")
    bench.write(FAILS, "other.yaml")

    assert run(["test", "--filter", "A CASE"]) == 0
    assert run(["test", "--filter", "*one.yaml"]) == 0
    assert run(["test", "--filter", "ano*"]) == 1
    assert run(["test", "rules/tests/one.yaml"]) == 0
    assert run(["test", "rules/tests/one.yaml", "rules/tests/other.yaml"]) == 1
    assert run(["test", "--filter", "nothing"]) == 2
    assert "no test with “nothing” in its name" in capsys.readouterr().err


def test_a_file_may_name_the_folders_of_its_rules_and_areas(bench: Bench, tmp_path: Path) -> None:
    place = tmp_path / "elsewhere"
    place.mkdir()
    (place / "cases.yaml").write_text(f"rulebook: ../rules\nconfig: ../config\n{PASSES}", encoding="utf-8")
    (bench.config / "areas.csv").rename(bench.config / "areas.txt")

    assert run(["test", "elsewhere"]) == 78
    (bench.config / "areas.txt").rename(bench.config / "areas.csv")
    assert run(["test", "elsewhere"]) == 0


def test_less_coverage_than_asked_for_is_a_failure(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    bench.write(PASSES)

    assert run(["test", "--coverage"]) == 0
    assert run(["test", "--fail-under", "1"]) == 1
    assert run(["test", "--fail-under", "0"]) == 0
    said = capsys.readouterr()
    assert "The tests reach 0.0% of the rules, less than 1%." in said.err
    assert "no test reaches level too-many-open critical (rules/cases.yaml:" in said.out
