"""`limen fmt` and `limen schema`."""

from pathlib import Path

import pytest

from monitor.rulebook.schema import schema_text
from tests.support.command import Command

UNTIDY = "indicators:\n  a:   # why\n    unit: 'x'\n    title: y\n"
TIDY = "indicators:\n  a:  # why\n    title: y\n    unit: x\n"


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two files, only one of them in canonical form; seen from the folder around it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text(UNTIDY, encoding="utf-8")
    (folder / "b.yaml").write_text("routes: {}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LIMEN_RULES_DIR", str(folder))
    return folder


def test_files_are_formatted_in_place_and_named(limen: Command, rules: Path) -> None:
    first, again = limen("fmt"), limen("fmt", rules)

    assert (first.code, first.out) == (0, "formatted rules/a.yaml\n")
    assert first.err == "1 file formatted, 1 file in canonical form already\n"
    assert (rules / "a.yaml").read_text(encoding="utf-8") == TIDY
    assert (again.code, again.out, again.err) == (0, "", "2 files in canonical form\n")


def test_check_writes_nothing_and_fails(limen: Command, rules: Path) -> None:
    said = limen("fmt", "--check")

    assert (said.code, said.out) == (1, "would format rules/a.yaml\n")
    assert (rules / "a.yaml").read_text(encoding="utf-8") == UNTIDY
    assert limen("fmt", "--check", rules / "b.yaml").code == 0


def test_diff_shows_what_would_change_and_writes_nothing(limen: Command, rules: Path) -> None:
    said = limen("fmt", "--diff")

    assert said.code == 0
    assert said.out.startswith("--- rules/a.yaml\n+++ rules/a.yaml\n@@ -1,4 +1,4 @@\n")
    assert "\n-    unit: 'x'\n" in said.out
    assert "\n+    unit: x\n" in said.out
    assert (rules / "a.yaml").read_text(encoding="utf-8") == UNTIDY
    assert limen("fmt", "--diff", "--check").code == 1


def test_a_file_that_is_no_yaml_is_left_alone_and_explained(limen: Command, rules: Path) -> None:
    (rules / "c.yaml").write_text("alerts: [\n", encoding="utf-8")

    said = limen("fmt")

    assert said.code == 1
    assert "rules/c.yaml:1:9: LIM102" in said.err
    assert "    alerts: [\n            ^" in said.err
    assert (rules / "c.yaml").read_text(encoding="utf-8") == "alerts: [\n"
    assert (rules / "a.yaml").read_text(encoding="utf-8") == TIDY


def test_a_file_that_is_not_there_is_said(limen: Command, rules: Path) -> None:
    said = limen("fmt", rules / "gone.yaml")
    assert said.code == 1
    assert "LIM120" in said.err


def test_the_schema_is_printed(limen: Command) -> None:
    said = limen("schema")
    assert (said.code, said.out) == (0, schema_text())
