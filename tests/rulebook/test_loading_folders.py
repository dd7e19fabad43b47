"""Which files of a folder are read, what cannot be read, and the folder's version and revision."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.rulebook.loader import LoadedRulebook, contents_version, load_rulebook
from monitor.rulebook.revision import folder_revision
from tests.support.components import require
from tests.support.rule_texts import alert, areas, directory, indicator, route, rule_file


def load(folder: Path) -> LoadedRulebook:
    return load_rulebook(folder, areas=areas(), directory=directory())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = tmp_path / "rules"
    (rules / "sub").mkdir(parents=True)
    (rules / "b.yaml").write_text(rule_file(alerts="", routes=""), encoding="utf-8")
    (rules / "sub" / "a.yml").write_text(rule_file("", alert(), ""), encoding="utf-8")
    (rules / "z.YAML").write_text(rule_file("", "", route()), encoding="utf-8")
    return rules


def test_all_files_of_a_folder_and_its_subfolders_are_one_rulebook(folder: Path) -> None:
    outcome = load(folder)
    assert outcome.rulebook is not None
    assert list(outcome.sources) == ["b.yaml", "sub/a.yml", "z.YAML"]
    assert outcome.rulebook.alerts["assessments-open-too-long"].position.file == "sub/a.yml"
    contents = {name: (folder / name).read_bytes() for name in outcome.sources}
    assert outcome.rulebook.version == contents_version(contents)


def test_tests_hidden_files_and_other_files_are_not_rules(folder: Path) -> None:
    for name in (
        "tests/rules.yaml",
        "sub/tests/x.yaml",
        ".hidden/x.yaml",
        ".b.yaml.swp",
        ".x.yaml",
        "notes.txt",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("- not a rule file", encoding="utf-8")
    assert not load(folder).problems


SETS = "  near: {file: near.csv, reference: r}\n"


def test_tables_beside_the_rule_files_are_read_with_them_and_part_of_the_version(folder: Path) -> None:
    (folder / "sub" / "c.yaml").write_text(rule_file("", "", "", neighbour_sets=SETS), encoding="utf-8")
    (folder / "sub" / "near.csv").write_text("area,neighbour\nSwale,Thanet\n", encoding="utf-8")
    first = load(folder)
    assert first.rulebook is not None
    assert first.rulebook.neighbour_sets["near"].neighbours == {"Swale": ("Thanet",)}
    assert "sub/near.csv" in first.sources
    (folder / "sub" / "near.csv").write_text("area,neighbour\nSwale,Ashford\n", encoding="utf-8")
    second = load(folder)
    assert second.rulebook is not None
    assert second.rulebook.version != first.rulebook.version


def test_a_table_that_cannot_be_read_is_not_said_to_be_missing(folder: Path) -> None:
    (folder / "c.yaml").write_text(rule_file("", "", "", neighbour_sets=SETS), encoding="utf-8")
    os.mkfifo(folder / "near.csv")
    assert [problem.code for problem in load(folder).problems] == ["LIM120"]


def test_a_table_of_any_size_costs_no_more_than_its_beginning(folder: Path) -> None:
    with (folder / "near.csv").open("wb") as file:
        file.truncate(10**12)  # a sparse file
    assert not load(folder).problems
    (folder / "c.yaml").write_text(rule_file("", "", "", neighbour_sets=SETS), encoding="utf-8")
    assert [problem.code for problem in load(folder).problems] == ["LIM107"]


def test_a_folder_of_tables_alone_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "near.csv").write_text("area,neighbour\n", encoding="utf-8")
    assert [problem.code for problem in load(tmp_path).problems] == ["LIM121"]


def test_a_folder_that_is_not_there_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    (problem,) = load(tmp_path / "none").problems
    assert (problem.code, "no such file" in problem.message) == ("LIM120", True)


def test_a_folder_without_rule_files_is_a_problem(tmp_path: Path) -> None:
    outcome = load(tmp_path)
    assert [problem.code for problem in outcome.problems] == ["LIM121"]
    assert outcome.rulebook is None


def test_what_is_no_ordinary_file_is_a_problem_and_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    (folder / "lost.yaml").symlink_to(folder / "nowhere")
    (folder / "round.yaml").symlink_to(folder / "round.yaml")
    problems = load(folder).problems
    assert [(problem.code, problem.position.file) for problem in problems] == [
        ("LIM120", "lost.yaml"),
        ("LIM120", "pipe.yaml"),
        ("LIM120", "round.yaml"),
    ]


def test_a_file_name_that_is_no_text_is_shown_with_stand_ins(folder: Path) -> None:
    path = os.path.join(os.fsencode(folder), b"caf\xe9\n.yaml")  # noqa: PTH118 - a Path holds no bytes
    with open(path, "wb") as file:  # noqa: PTH123 - see above
        file.write(b"alerts: [")
    (problem,) = load(folder).problems
    assert problem.position.file == "caf��.yaml"


def test_a_problem_of_a_file_that_cannot_be_read_accuses_nobody_of_what_it_holds(folder: Path) -> None:
    (folder / "b.yaml").write_bytes(b"\xff")
    assert [problem.code for problem in load(folder).problems] == ["LIM101"]


def git(folder: Path, *arguments: str) -> str:
    person = ("-c", "user.name=A", "-c", "user.email=a@kent.example", "-c", "commit.gpgsign=false")
    run = subprocess.run(
        ["git", *person, "-C", str(folder), *arguments], check=True, capture_output=True, text=True
    )
    return run.stdout.strip()


@pytest.fixture
def committed(folder: Path) -> Path:
    require(shutil.which("git"), "needs git (Debian: apt-get install git)")
    git(folder.parent, "init", "--quiet")
    git(folder.parent, "add", ".")
    git(folder.parent, "commit", "--quiet", "--message", "Rules")
    return folder


def test_the_revision_is_the_commit_that_last_changed_the_folder(committed: Path) -> None:
    first = git(committed, "rev-parse", "HEAD")
    (committed.parent / "other.txt").write_text("x", encoding="utf-8")
    git(committed.parent, "add", ".")
    git(committed.parent, "commit", "--quiet", "--message", "Other")
    assert git(committed, "rev-parse", "HEAD") != first
    assert folder_revision(committed) == first
    outcome = load(committed)
    assert outcome.rulebook is not None
    assert outcome.rulebook.revision == first


@pytest.mark.parametrize("change", ["edited", "added", "deleted"])
def test_a_change_since_the_commit_is_said(committed: Path, change: str) -> None:
    head = git(committed, "rev-parse", "HEAD")
    if change == "edited":
        (committed / "b.yaml").write_text(rule_file(indicator("title: Other"), "", ""), encoding="utf-8")
    elif change == "added":
        (committed / "new.yaml").write_text("alerts: {}\n", encoding="utf-8")
    else:
        (committed / "z.YAML").unlink()
    assert folder_revision(committed) == f"{head}+changes"


def test_a_folder_without_git_or_outside_of_it_has_no_revision(
    committed: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(elsewhere.parent))
    assert folder_revision(elsewhere) is None
    (committed.parent / "new").mkdir()
    (committed.parent / "new" / "a.yaml").write_text("x", encoding="utf-8")
    assert folder_revision(committed.parent / "new") is None
    monkeypatch.setenv("PATH", str(elsewhere))
    assert folder_revision(committed) is None


def test_a_git_that_hangs_or_fails_costs_the_revision_and_nothing_else(
    committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("monitor.rulebook.revision.TIMEOUT", 0.2)
    for script in ("#!/bin/sh\nexec sleep 30\n", "#!/bin/sh\nexit 128\n"):
        program.write_text(script, encoding="utf-8")
        program.chmod(0o755)
        outcome = load(committed)
        assert outcome.rulebook is not None
        assert outcome.rulebook.revision is None
