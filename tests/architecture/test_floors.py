"""Imports run down the floors only."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import unmeasured
from tests.support.repository import ROOT, project_file

LINT_IMPORTS = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        LINT_IMPORTS,
        cwd=folder,
        env=unmeasured(os.environ) | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_contract_of_the_floors_is_kept() -> None:
    result = _lint_imports(ROOT)

    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(project_file()['tool']['importlinter']['contracts'])} kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("monitor/core/periods.py", "import monitor.rulebook", "on the floors below it"),
        ("monitor/core/periods.py", "import sqlalchemy", "The core is pure"),
        ("monitor/core/periods.py", "import time", "The core is pure"),
        ("monitor/core/periods.py", "import notifiers", "The core is pure"),
        ("monitor/store/__init__.py", "import rich", "talk to a terminal"),
        ("monitor/store/__init__.py", "import signal", "know signals"),
        ("monitor/store/__init__.py", "import notifiers", "knows no channel"),
        ("monitor/stray.py", "", "on the floors below it"),
        ("notifiers/__init__.py", "import monitor.core", "notifiers imports nothing of monitor"),
    ],
)
def test_a_forbidden_import_breaks_its_contract(
    module: str, line: str, contract: str, tmp_path: Path
) -> None:
    for name in (
        "monitor",
        "monitor/core",
        "monitor/rulebook",
        "monitor/store",
        "monitor/intake",
        "notifiers",
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for leaf in ("shipped_files", "durable_files"):
        (tmp_path / f"monitor/{leaf}.py").touch()
    (tmp_path / module).write_text(line + "\n")
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())

    result = _lint_imports(tmp_path)

    assert result.returncode == 1, result.stdout + result.stderr
    if line:
        assert any(contract in row and "BROKEN" in row for row in result.stdout.splitlines()), result.stdout
    else:
        assert "stray" in result.stdout
