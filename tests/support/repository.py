"""The checkout that the tests run in: its place, its files, its project file."""

import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

from tests.support.components import require

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("monitor", "notifiers")


def project_file() -> dict[str, Any]:
    """`pyproject.toml`, parsed."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def own_files(*folders: str) -> list[Path]:
    """The files that are, or would be, committed below some folders (or below all), as absolute paths.

    Leaves the test by `require` where git or the checkout's history is missing.
    """
    require(
        shutil.which("git") and (ROOT / ".git").exists(),
        "needs git and a checkout, to tell the project's files",
    )
    listing = subprocess.run(
        [
            "git",
            "-c",
            f"safe.directory={ROOT}",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--",
            *folders,
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    paths = {ROOT / name for name in listing.stdout.split("\0") if name}
    return sorted(path for path in paths if path.is_file())


def modules(*folders: str) -> list[Path]:
    """The Python files below some of the repository's folders; needs no git."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))
