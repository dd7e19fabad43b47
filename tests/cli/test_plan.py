"""`limen plan`: exit codes, formats, and what rules are meant."""

import json
import subprocess
from pathlib import Path
from shutil import copytree

import pytest

from monitor.directory.kept_files import KEPT_FILE
from monitor.shipped_files import shipped_rules_dir
from tests.support.command import GOOD, Command


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A rules folder of one's own, as shipped, under git."""
    folder = tmp_path / "own rules"
    copytree(shipped_rules_dir(), folder)
    monkeypatch.setenv("LIMEN_RULES_DIR", str(folder))
    git(folder, "init", "--initial-branch", "main")
    commit(folder, "as shipped")
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Ann", "-c", "user.email=ann@kent.example", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, "-C", str(folder), *arguments], check=True, capture_output=True)


def commit(folder: Path, message: str) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--message", message)


def edit(folder: Path, before: str, after: str) -> None:
    (file,) = [each for each in folder.glob("*.yaml") if before in each.read_text()]
    file.write_text(file.read_text().replace(before, after))


def lower_target(folder: Path) -> None:
    """Kent's 12.0 of March 2013 was amber against a target of 13."""
    edit(folder, "value: 13\n", "value: 11.5\n")


@pytest.fixture
def judged(limen: Command, rules: Path, tmp_path: Path) -> Command:
    """A store with two figures that the committed rules have judged."""
    assert rules.exists()
    file = tmp_path / "figures.csv"
    file.write_text(GOOD)
    assert limen("ingest", file, "--evaluate").code == 0
    return limen


def test_without_an_edit_nothing_changes_and_the_exit_code_is_0(judged: Command) -> None:
    said = judged("plan")

    assert (said.code, said.err) == (0, "")
    assert "The two are the same but for comments, order and spelling." in said.out
    assert "Plan: no alert changes; no rating changes; no mail." in said.out


def test_an_edit_that_changes_ratings_has_exit_code_10(judged: Command, rules: Path) -> None:
    lower_target(rules)
    said = judged("plan")

    assert said.code == 10, said.err
    assert "~ indicator leaving_care_adopted edited" in said.out
    assert ": 13 → 11.5" in said.out
    assert "amber (target 13.0%)" in said.out
    assert "green (target 11.5%)" in said.out
    assert "Nothing was written or sent." in said.out
    assert "judged by other rules" not in said.out


def test_the_rules_that_judged_last_are_the_old_ones(judged: Command, rules: Path) -> None:
    lower_target(rules)
    commit(rules, "lower the target")

    assert "From the rules that judged last (" in judged("plan").out
    assert judged("plan").code == 10
    assert judged("plan", "HEAD").code == 0
    assert judged("plan", "HEAD~1").code == 10
    assert judged("plan", "HEAD~1", "main").code == 10
    assert judged("plan", "main", rules).code == 0


@pytest.mark.parametrize("place", ["old", "new"])
def test_rules_with_errors_make_no_plan(judged: Command, rules: Path, tmp_path: Path, place: str) -> None:
    bad = tmp_path / "bad"
    copytree(rules, bad)
    edit(bad, "title: Referrals received", "titel: Referrals received")
    said = judged("plan", *((bad, rules) if place == "old" else (rules, bad)))

    assert said.code == 1
    assert "“titel”" in said.err
    assert f"The rules of {bad} have errors; there is no plan." in said.err


def test_what_is_neither_folder_nor_revision_is_wrong_usage(judged: Command) -> None:
    said = judged("plan", "no-such-branch")

    assert (said.code, said.out) == (2, "")
    assert "“no-such-branch” is neither a folder nor a git revision" in said.err


@pytest.fixture
def bare(judged: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same rules in a folder without git, for the figures that were judged already."""
    assert judged is not None
    folder = tmp_path / "bare"
    copytree(shipped_rules_dir(), folder)
    monkeypatch.setenv("LIMEN_RULES_DIR", str(folder))
    return folder


def test_where_nothing_is_known_of_the_old_rules_it_says_how_to_keep_them(
    judged: Command, rules: Path, bare: Path
) -> None:
    said = judged("plan")

    assert (said.code, said.out) == (2, "")
    assert "so its rules before the edit are not known" in said.err
    assert f"cp -r {bare} {bare}-before" in said.err
    assert f"limen plan {bare}-before {bare}" in said.err
    assert judged("plan", rules).code == 0


@pytest.mark.parametrize("around", ["no git", "a history of other folders"])
def test_without_a_history_the_last_good_rules_are_the_old_ones(
    judged: Command, bare: Path, around: str
) -> None:
    if around == "a history of other folders":
        git(bare.parent, "init")
        (bare.parent / "notes.txt").write_text("Kent\n")
        git(bare.parent, "add", "notes.txt")
        git(bare.parent, "commit", "--message", "notes")
    assert judged("once").code == 0
    unedited = judged("plan")
    lower_target(bare)
    edited = judged("plan")

    assert (unedited.code, unedited.err) == (0, "")
    assert "From the last good rules, kept on " in unedited.out
    assert edited.code == 10, edited.err
    assert ": 13 → 11.5" in edited.out


def test_kept_rules_that_are_damaged_are_spoken_of(judged: Command, bare: Path, state: Path) -> None:
    assert bare.exists()
    (state / KEPT_FILE).write_bytes(b"PK")
    said = judged("plan")

    assert said.code == 2
    assert f"{KEPT_FILE} is damaged" in said.err


def test_json_has_everything(judged: Command, rules: Path) -> None:
    lower_target(rules)
    said = json.loads(judged("plan", "--format", "json").out)

    assert said["changes_anything"] is True
    assert [(each["kind"], each["id"], each["edit"]) for each in said["rules"]] == [
        ("indicator", "leaving_care_adopted", "edited")
    ]
    (change,) = said["ratings"]
    assert change["area"] == "Kent"
    assert (change["value"], change["old"], change["new"]) == (
        12.0,
        {"rag": "amber", "target": 13.0},
        {"rag": "green", "target": 11.5},
    )
    (alert,) = said["alerts"]
    assert (alert["course"], alert["before"]["level"], alert["after"]["state"]) == (
        "ends",
        "warning",
        "resolved",
    )
    assert {mail["subject"] for mail in said["mails"]} == {
        "Judged anew: Kent, children leaving care who are adopted 12.0% — no longer beyond the limit"
    }


def test_markdown_is_fit_for_a_comment(judged: Command, rules: Path) -> None:
    lower_target(rules)
    said = judged("plan", "--format", "markdown")

    lines = said.out.splitlines()
    assert lines[0].startswith("### limen plan: 1 alert ends; 1 rating changes (1 of latest figures); ")
    assert "```diff" in lines
    assert any(line.startswith("! targets from ") and line.endswith(": 13 → 11.5") for line in lines)
    rating = [line for line in lines if line.startswith("| leaving")]
    assert [cell.strip() for cell in rating[0].strip("|").split("|")] == [
        "leaving\\_care\\_adopted",
        "Kent",
        "Apr 2012–Mar 2013",
        "12.0%",
        "amber (target 13.0%)",
        "green (target 11.5%)",
        "1",
    ]
    assert "\x1b" not in said.out


def test_a_plan_leaves_the_database_as_it_was(judged: Command, rules: Path, state: Path) -> None:
    lower_target(rules)
    before = judged("alerts").out
    content = (state / "limen.db").read_bytes()
    judged("plan")

    assert judged("alerts").out == before
    assert (state / "limen.db").read_bytes() == content
