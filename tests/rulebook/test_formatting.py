"""What the canonical form looks like: one row a rule of it; and how files are put into it."""

import re
import stat
from pathlib import Path

import pytest

from monitor.rulebook.formatting.files import format_files, replace_file
from monitor.rulebook.formatting.formatter import formatted
from monitor.rulebook.problems import ProblemLog
from tests.support.repository import ROOT

GOLDEN = Path(__file__).parent / "golden" / "formatting"


def form(text: str) -> str:
    outcome = formatted("rules.yaml", text.encode(), ProblemLog())
    assert outcome is not None
    return outcome.after


def entry(text: str) -> str:
    """An indicator's part, in its form."""
    indented = "".join(f"    {line}\n" if line else "\n" for line in text.rstrip("\n").split("\n"))
    head = "indicators:\n  a:\n"
    outcome = form(head + indented)
    assert outcome.startswith(head)
    return "".join(line.removeprefix("    ") for line in outcome.removeprefix(head).splitlines(keepends=True))


def rows() -> list[tuple[str, str, str]]:
    """Rule, before and after of each row of golden/formatting/rows.txt."""
    text = (GOLDEN / "rows.txt").read_text(encoding="utf-8")
    return re.findall(r"^## (.+)\n((?:.*\n)*?)=>\n((?:.*\n)*?)(?=\n## |\Z)", text, re.MULTILINE)


ROWS = rows()

ROUTE_BEFORE = """\
routes:
  a:
    escalate:
    - {to: x, after: 5  working days}
    remind: >
      5 working
      days
    when:
      at: 08:00
      digest: daily
"""
ROUTE_AFTER = """\
routes:
  a:
    when:
      digest: daily
      at: "08:00"
    remind: 5 working days
    escalate:
      - {after: 5 working days, to: x}
"""
HOLDING_BEFORE = """\
maintenance: {a: {until: 2013-11-18 08:00, from: '2013-11-15   18:00'}}
inhibitions: {a: {hold: {}, while: {}, within: true, same: area}}
"""
HOLDING_AFTER = """\
inhibitions:
  a:
    while: {}
    hold: {}
    same: area
    within: true

maintenance:
  a:
    from: "2013-11-15 18:00"
    until: "2013-11-18 08:00"
"""


@pytest.mark.parametrize(("rule", "before", "after"), ROWS, ids=[row[0] for row in ROWS])
def test_the_form(rule: str, before: str, after: str) -> None:
    assert entry(before) == after, rule
    assert entry(after) == after


def test_every_rule_of_the_form_is_tried() -> None:
    assert len(ROWS) == (GOLDEN / "rows.txt").read_text(encoding="utf-8").count("\n## ") > 25


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("alerts: {}\nindicators: {}\n", "indicators: {}\n\nalerts: {}\n"),
        ("indicators: {a: {title: x}, b: {}}\n", "indicators:\n  a:\n    title: x\n\n  b: {}\n"),
        ("indicators:\r\n  a:\r\n    title: x", "indicators:\n  a:\n    title: x\n"),
        ("\ufeff\n\n# c\n\n\n# d\nroutes: {}\n\n\n", "# c\n\n# d\nroutes: {}\n"),
        ("# top\nalerts: {}\nindicators: {}\n", "# top\n\nindicators: {}\n\nalerts: {}\n"),
        ("%YAML 1.2\n---\nroutes: {}\n...\n", "routes: {}\n"),
        ("# only\n\n\n#   this   \n", "# only\n\n#   this\n"),
        (
            "routes: {a: {when: {until: 24:00, from: '08:00', days:  [Monday]}, match: {}}}\n",
            'routes:\n  a:\n    match: {}\n    when: {days: [Monday], from: "08:00", until: "24:00"}\n',
        ),
        (ROUTE_BEFORE, ROUTE_AFTER),
        (HOLDING_BEFORE, HOLDING_AFTER),
        ("", ""),
        ("people: {a: {name: x}}\n", "people: {a: {name: x}}\n"),
    ],
)
def test_the_form_of_a_file(before: str, after: str) -> None:
    assert form(before) == after
    assert form(after) == after


def test_the_golden_file_comes_out_as_it_was_approved() -> None:
    assert form((GOLDEN / "before.yaml").read_text(encoding="utf-8")) == (GOLDEN / "after.yaml").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize("text", ["a: [b\n", "a: &x b\n", "a: !t b\n", "a: 1\n---\nb: 2\n", "a: \u202e\n"])
def test_what_is_no_sound_yaml_has_no_form_but_problems(text: str) -> None:
    log = ProblemLog()
    assert formatted("rules.yaml", text.encode(), log) is None
    assert log.errors


def test_the_files_of_a_folder_are_found_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for name in ("b.yaml", "a.yml", "table.csv", ".hidden.yaml", "tests/t.yaml"):
        (tmp_path / name).write_text("routes:   {}\n", encoding="utf-8")
    found = format_files([tmp_path, tmp_path / "b.yaml", tmp_path / "gone.yaml"])

    assert [file.path.name for file in found.files] == ["a.yml", "b.yaml"]
    assert all(file.is_changed for file in found.files)
    assert [problem.code for problem in found.problems] == ["LIM120"]
    assert (tmp_path / "b.yaml").read_text(encoding="utf-8") == "routes:   {}\n"


def test_a_file_is_replaced_whole_with_its_mode_and_through_a_link(tmp_path: Path) -> None:
    file, link = tmp_path / "rules.yaml", tmp_path / "link.yaml"
    file.write_text("old\n", encoding="utf-8")
    file.chmod(0o640)
    link.symlink_to(file)
    before = file.stat().st_ino

    replace_file(link, "new: é\n")

    assert link.is_symlink()
    assert file.read_bytes() == "new: é\n".encode()
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_ino != before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.yaml", "rules.yaml"]


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("old\n", encoding="utf-8")

    with pytest.raises(UnicodeEncodeError):
        replace_file(file, "new \ud800\n")

    assert file.read_text(encoding="utf-8") == "old\n"
    assert [path.name for path in tmp_path.iterdir()] == ["rules.yaml"]


def test_the_shipped_rules_are_in_canonical_form() -> None:
    folders = [ROOT / "rules", *(ROOT / "config" / "examples").glob("*/rules")]
    found = format_files(folders)

    assert not found.problems
    assert [file.shown for file in found.files if file.is_changed] == [], "run `limen fmt`"
