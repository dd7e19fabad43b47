"""What the canonical form looks like: one row a rule of it; and how files are put into it."""

import os
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
    indented = "".join(f"    {line}\n" if line else "\n" for line in text.split("\n"))
    head = "indicators:\n  a:\n"
    outcome = form(head + indented)
    assert outcome.startswith(head)
    return "\n".join(line.removeprefix("    ") for line in outcome.removeprefix(head).splitlines())


WORDS = "word " * 30

ROWS = [
    ("keys stand in the order of the guide", "unit: x\ntitle: y", "title: y\nunit: x"),
    ("unknown keys come last, as they were", "b: 1\ntitle: y\na: 2", "title: y\nb: 1\na: 2"),
    ("keys within braces too", "direction: {figures: 6, method: regression}", "direction: {method: regression, figures: 6}"),
    (
        "a reference comes last in an entry",
        "targets:\n- reference: r\n  value: 9\n  from: 2013-04-01",
        "targets:\n  - from: 2013-04-01\n    value: 9\n    reference: r",
    ),
    (
        "entries of the same areas stand by date",
        "targets:\n  - {from: 2014-04-01}\n  - {from: 2013-04-01}",
        "targets:\n  - {from: 2013-04-01}\n  - {from: 2014-04-01}",
    ),
    (
        "groups of areas stay together",
        "targets:\n  - {from: 2012-04-01, areas: county}\n  - {from: 2013-04-01, areas: county}\n"
        "  - {from: 2012-04-01, areas: district}",
        "targets:\n  - {from: 2012-04-01, areas: county}\n  - {from: 2013-04-01, areas: county}\n"
        "  - {from: 2012-04-01, areas: district}",
    ),
    (
        "entries stay where sorting would change which of one date is read first",
        "targets:\n  - {from: 2013-04-01, areas: a, value: 1}\n  - {from: 2012-04-01, areas: b}\n"
        "  - {from: 2012-04-01, areas: a, value: 2}",
        "targets:\n  - {from: 2013-04-01, areas: a, value: 1}\n  - {from: 2012-04-01, areas: b}\n"
        "  - {from: 2012-04-01, areas: a, value: 2}",
    ),
    ("entries with a date that is none stay", "targets: [{from: x}, {from: a}]", "targets: [{from: x}, {from: a}]"),
    ("needless quotation marks go", "title: 'Assessments'\nunit: \"it's\"", "title: Assessments\nunit: it's"),
    ("dates and numbers need none", 'targets: [{from: "2013-04-01", value: "9"}]', "targets: [{from: 2013-04-01, value: 9}]"),
    ("a colon needs them", "title: 'a: b'", 'title: "a: b"'),
    ("text with marks in it takes the others", "title: \"a: \\\"b\\\"\"", "title: 'a: \"b\"'"),
    ("what would be no text without them keeps them", "title: 'No'\nunit: '12'\nsource: 'null'", "title: 'No'\nunit: '12'\nsource: 'null'".replace("'", '"')),
    ("nothing stays nothing", "title:\nunit: ~", "title:\nunit: ~"),
    (
        "a line that is too long becomes a block",
        f"definition: {WORDS}",
        f"definition: >-\n  {('word ' * 20).strip()}\n  {('word ' * 10).strip()}",
    ),
    ("a block that fits becomes a line", "definition: >-\n  One\n  two.", "definition: One two."),
    ("but not where it would need quotation marks", "definition: >-\n  One: two.", "definition: >-\n  One: two."),
    ("paragraphs stay", "definition: >\n  One\n  two.\n\n  Three.\n", "definition: >-\n  One two.\n\n  Three."),
    ("lines that an author divided stay", "definition: |\n  One\n    two\n", "definition: |-\n  One\n    two"),
    ("brackets that do not fit are opened up", f"theme:\n  x: [{WORDS}, b]", f"theme:\n  x:\n    - {WORDS.strip()}\n    - b".replace(WORDS.strip(), f">-\n      {('word ' * 20).strip()}\n      {('word ' * 10).strip()}")),
    ("empty brackets stay", "x: [ ]\ny: { }", "x: []\ny: {}"),
    ("one blank line stays, more become one", "title: x\n\n\n\nunit: y", "title: x\n\nunit: y"),
    ("a comment stays above what it is above", "# c\nunit: y\n# d\ntitle: x", "# d\ntitle: x\n# c\nunit: y"),
    ("a comment stays beside what it is beside", "unit: y # c\ntitle: x   # d", "title: x  # d\nunit: y  # c"),
    ("a comment in brackets opens them up", "x: [a, # c\n  b]", "x:\n  - a  # c\n  - b"),
    ("a comment stays with a block", "definition: >- # c\n  One: two.", "definition: >-  # c\n  One: two."),
    (
        "a comment that is indented further ends what it is indented with",
        "rag:\n  - from: 2013-04-01\n    # end of entry\n  # end of list\nretired: {}",
        "rag:\n  - from: 2013-04-01\n    # end of entry\n  # end of list\nretired: {}",
    ),
    ("a comment behind a dash goes above it", "rag:\n  - # c\n    from: x", "rag:\n  # c\n  - from: x"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), ROWS, ids=[row[0] for row in ROWS])
def test_the_form(rule: str, before: str, after: str) -> None:
    assert entry(before) == after, rule
    assert entry(after) == after


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
    assert sorted(os.listdir(tmp_path)) == ["link.yaml", "rules.yaml"]


def test_what_cannot_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("old\n", encoding="utf-8")

    with pytest.raises(UnicodeEncodeError):
        replace_file(file, "new \ud800\n")

    assert file.read_text(encoding="utf-8") == "old\n"
    assert os.listdir(tmp_path) == ["rules.yaml"]


def test_the_shipped_rules_are_in_canonical_form() -> None:
    folders = [ROOT / "rules", *(ROOT / "config" / "examples").glob("*/rules")]
    found = format_files(folders)

    assert not found.problems
    assert [file.shown for file in found.files if file.is_changed] == [], "run `limen fmt`"
