"""All tests that were asked for: found, read, run and counted."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from monitor.core.rulebook import Rulebook
from monitor.rule_tests.coverage import Coverage, CoverageItem, coverage_of
from monitor.rule_tests.model import RuleTestFile
from monitor.rule_tests.reading import read_rule_tests
from monitor.rule_tests.results import RuleTestResult
from monitor.rule_tests.running import run_test, throw_away_store
from monitor.rule_tests.settings import KnownSettings, shown_from
from monitor.rulebook.problems import Problem, ProblemLog, has_errors
from monitor.rulebook.rule_files import SUFFIXES

_PATTERN_SIGNS: Final = frozenset("*?[")


@dataclass(frozen=True)
class Outcome:
    """What came of the tests of some files.

    ``problems`` are those of the test files, ``refusals`` those of rules and configuration, rendered, by
    folder. ``sources`` maps each test file to its text. ``coverages``: by folder of rules.
    """

    results: tuple[RuleTestResult, ...]
    problems: tuple[Problem, ...]
    refusals: Mapping[str, str]
    sources: Mapping[str, str]
    coverages: Mapping[str, Coverage]

    @property
    def failed(self) -> tuple[RuleTestResult, ...]:
        """The tests that did not pass."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def readable(self) -> bool:
        """Whether every test file could be used."""
        return not has_errors(self.problems)

    @property
    def percent(self) -> float:
        """How much of all rulebooks together is reached, from 0 to 100."""
        items = sum(len(each.items) for each in self.coverages.values())
        unreached = sum(len(each.unreached) for each in self.coverages.values())
        return 100 * (items - unreached) / items if items else 100.0


def run_suite(
    paths: Sequence[Path], *, config: Path, here: Path, zone: ZoneInfo, pattern: str | None = None
) -> Outcome:
    """Runs the tests of files and of all files below folders; never raises for what the files hold.

    Args:
        paths: test files, and folders of them.
        config: the folder of areas and people, for files that name none.
        here: the folder from which paths are shown.
        zone: where the council is.
        pattern: only tests whose name, or that of whose file, has this in it, or matches it (``*``, ``?``).
    """
    log, sources = ProblemLog(), dict[str, str]()
    settings = KnownSettings(config.resolve(), here)
    files = []
    for path in _files(paths):
        read = read_rule_tests(path, shown_from(here, path.absolute()), settings, log, sources)
        if read is not None:
            files.append(read)
    counted = _Counted()
    with throw_away_store() as store:
        for file in files:
            for test in file.tests:
                if pattern is None or _is_meant(pattern, file.file, test.name):
                    counted.add(file, run_test(store, file, test, zone))
    refusals = {shown_from(here, folder): text for folder, text in settings.refusals.items()}
    return Outcome(tuple(counted.results), log.sorted(), refusals, sources, counted.coverages())


@dataclass
class _Counted:
    results: list[RuleTestResult] = field(default_factory=list)
    rulebooks: dict[str, Rulebook] = field(default_factory=dict)
    reached: dict[str, set[CoverageItem]] = field(default_factory=dict)

    def add(self, file: RuleTestFile, result: RuleTestResult) -> None:
        self.results.append(result)
        self.rulebooks.setdefault(file.setting.rules, file.setting.world.rulebook)
        self.reached.setdefault(file.setting.rules, set()).update(result.reached)

    def coverages(self) -> dict[str, Coverage]:
        return {rules: coverage_of(book, self.reached[rules]) for rules, book in self.rulebooks.items()}


def _files(paths: Iterable[Path]) -> list[Path]:
    """The files themselves, and of folders every YAML file below, hidden ones left out; each once."""
    found: dict[Path, None] = {}
    for path in paths:
        within = sorted(_below(path)) if path.is_dir() else [path]
        found.update(dict.fromkeys(within))
    return list(found)


def _below(folder: Path) -> Iterable[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and name.lower().endswith(SUFFIXES):
                yield Path(place, name)


def _is_meant(pattern: str, file: str, name: str) -> bool:
    wanted = pattern.casefold()
    matches: Callable[[str], bool] = (
        (lambda text: fnmatchcase(text, wanted))
        if _PATTERN_SIGNS.intersection(wanted)
        else (lambda text: wanted in text)
    )
    return matches(name.casefold()) or matches(file.casefold())
