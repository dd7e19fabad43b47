"""The git revision of a folder of rule files."""

import os
import subprocess
from pathlib import Path
from typing import Final

TIMEOUT: Final = 5.0
"""Seconds that git is given; a rulebook without a revision is better than none."""

CHANGED: Final = "+changes"

# A repository's own settings must not make git run other programs or wait for somebody to answer.
_OPTIONS: Final = ("--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_ENVIRONMENT: Final = {"GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "LC_ALL": "C"}
_OTHERS: Final = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE")


def folder_revision(folder: Path) -> str | None:
    """Returns the commit that last changed the folder, ``+changes`` added where files differ from it.

    None where the folder is in no git work tree or was never committed, where git is not installed, refuses
    (another user's repository) or takes longer than :data:`TIMEOUT`.
    """
    commit = _git(folder, "log", "-1", "--format=%H", "--", ".")
    if not commit:
        return None
    changes = _git(folder, "status", "--porcelain", "--untracked-files=normal", "--", ".")
    if changes is None:
        return None
    return commit + CHANGED if changes else commit


def run_git(folder: Path, *arguments: str, given: bytes = b"") -> bytes | None:
    """What git answers in ``folder``; None where it is not there, refuses or takes too long."""
    environment = {key: value for key, value in os.environ.items() if key not in _OTHERS} | _ENVIRONMENT
    try:
        run = subprocess.run(  # noqa: S603 - git itself; what it is asked are arguments, not a command line
            ["git", *_OPTIONS, "-C", str(folder), *arguments],  # noqa: S607 - git is where the system has it
            capture_output=True,
            check=False,
            input=given,
            timeout=TIMEOUT,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return run.stdout if run.returncode == 0 else None


def _git(folder: Path, *arguments: str) -> str | None:
    said = run_git(folder, *arguments)
    return None if said is None else said.decode("utf-8", "replace").strip()
