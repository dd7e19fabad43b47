"""The hooks that other repositories can use: tried by pre-commit itself, on a repository of rules."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.components import require, require_program
from tests.support.repository import ROOT

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
AUTHOR = ("-c", "user.name=A", "-c", "user.email=a@kent.example", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *AUTHOR, *arguments], cwd=folder, check=True, capture_output=True)


def committed(folder: Path) -> Path:
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "All")
    return folder


@pytest.fixture
def hooks(tmp_path: Path) -> Path:
    """A repository with limen's hooks, which run the limen of this environment instead of installing one."""
    folder = tmp_path / "hooks"
    folder.mkdir()
    local = [hook | {"language": "system"} for hook in HOOKS]
    (folder / ".pre-commit-hooks.yaml").write_text(yaml.safe_dump(local), encoding="utf-8")
    return committed(folder)


@pytest.fixture
def council(tmp_path: Path) -> Path:
    """A council's repository: rules, areas and contacts, as shipped."""
    folder = tmp_path / "council"
    (folder / "config").mkdir(parents=True)
    shutil.copytree(ROOT / "rules", folder / "rules")
    for name in ("areas.csv", "contacts.yaml"):
        shutil.copy(ROOT / "config" / name, folder / "config")
    return committed(folder)


def tried(hooks: Path, council: Path, hook: str) -> subprocess.CompletedProcess[str]:
    require_program("git", "git")
    require(PRE_COMMIT.exists(), "needs pre-commit (`make install-dev`)")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LIMEN_", "GIT_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        [PRE_COMMIT, "try-repo", hooks, hook, "--all-files", "--verbose"],
        cwd=council,
        env=kept | {"PATH": path, "PRE_COMMIT_HOME": str(hooks.parent / "cache"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_hooks_install_limen_from_its_repository() -> None:
    assert [hook["id"] for hook in HOOKS] == ["limen-check", "limen-fmt"]
    assert {hook["language"] for hook in HOOKS} == {"python"}
    assert all(hook["entry"].startswith("limen ") and hook["files"] for hook in HOOKS)


def test_sound_rules_pass_both_hooks(hooks: Path, council: Path) -> None:
    for hook in HOOKS:
        run = tried(hooks, council, hook["id"])
        assert run.returncode == 0, run.stdout + run.stderr
        assert "Passed" in run.stdout


def test_a_faulty_rule_is_stopped_and_explained(hooks: Path, council: Path) -> None:
    (council / "rules" / "more.yaml").write_text("alerts:\n  a-b: {titel: x}\n", encoding="utf-8")
    git(council, "add", "--all")

    run = tried(hooks, council, "limen-check")

    assert run.returncode == 1
    assert "rules/more.yaml:2:9: LIM110" in run.stdout


def test_an_untidy_rule_is_put_in_order_and_stopped_once(hooks: Path, council: Path) -> None:
    rule = council / "rules" / "routes.yaml"
    tidy = rule.read_text(encoding="utf-8")
    rule.write_text(
        tidy.replace("    to: district manager", "    to:    'district manager'"), encoding="utf-8"
    )
    git(council, "add", "--all")

    first, second = (tried(hooks, council, "limen-fmt") for _ in range(2))

    assert (first.returncode, second.returncode) == (1, 0)
    assert "formatted rules/routes.yaml" in first.stdout
    assert rule.read_text(encoding="utf-8") == tidy
