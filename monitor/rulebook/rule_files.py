"""The rule files of a folder and the tables beside them: which they are, and their bytes."""

import os
import stat
from pathlib import Path
from typing import Final

from monitor.core.positions import Position
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.source_text import LARGEST_FILE

SUFFIXES: Final = (".yaml", ".yml")
TABLE_SUFFIX: Final = ".csv"
TESTS: Final = "tests"
"""Folders of this name hold authors' tests of the rules, not rules."""


def read_rule_files(folder: Path, log: ProblemLog) -> dict[str, bytes]:
    """Returns the bytes of every rule file and table by its path below the folder (with /), sorted.

    Rule files are those that end in .yaml or .yml, tables those that end in .csv, in the folder and those
    below it. Left out are hidden files and folders, and folders called ``tests``. What cannot be read is
    noted. Of a table that is too large to be read, no more than shows that is returned.
    """
    contents: dict[str, bytes] = {}
    faults = 0
    for path in sorted(rule_file_paths(folder, log)):
        name = shown_path(path.relative_to(folder).as_posix())
        content = read_bytes(path, name, log, most=LARGEST_FILE + 1 if is_table(name) else -1)
        if content is None:
            faults += 1
        else:
            contents[name] = content
    if all(map(is_table, contents)) and not faults and not len(log):
        at = Span(Position(shown_path(folder.name or str(folder)), 1, 1))
        log.note("LIM121", at, f"the folder {shown_path(str(folder))} holds no rule files")
    return contents


def is_table(name: str) -> bool:
    """Says whether a file is a table, which holds no rules but may be named in some."""
    return name.lower().endswith(TABLE_SUFFIX)


def read_bytes(path: Path, name: str, log: ProblemLog, *, most: int = -1) -> bytes | None:
    """Returns the bytes of a regular file, ``most`` of them if not negative.

    None, with the reason noted, where there are none to be had.
    """
    at = Span(Position(name, 1, 1))
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            log.note("LIM120", at, f"{name} is not an ordinary file")
            return None
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        log.note("LIM120", at, f"{name} cannot be read: {(error.strerror or 'unknown reason').lower()}")
        return None


def shown_path(path: str) -> str:
    """Returns a path as it can be printed: bytes that are no text and invisible characters replaced."""
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


def rule_file_paths(folder: Path, log: ProblemLog) -> list[Path]:
    """Returns where the rule files of a folder lie, in no order; what cannot be listed is noted."""
    found: list[Path] = []

    def note(error: OSError) -> None:
        name = shown_path(str(error.filename or folder))
        log.note(
            "LIM120",
            Span(Position(name, 1, 1)),
            f"the folder cannot be read: {(error.strerror or '').lower()}",
        )

    for place, folders, files in os.walk(folder, onerror=note):
        folders[:] = [name for name in folders if not name.startswith(".") and name != TESTS]
        found += [Path(place, name) for name in files if _is_rule_file(name)]
    return found


def _is_rule_file(name: str) -> bool:
    return not name.startswith(".") and name.lower().endswith((*SUFFIXES, TABLE_SUFFIX))
