"""``limen check``: every problem of rules and configuration, with its line."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from monitor.cli import exit_codes
from monitor.cli.formats import CheckFormat
from monitor.cli.reports import path_from_here, show_problems
from monitor.cli.session import Session, present
from monitor.directory.folders import AREAS, CONTACTS, LoadedFolders, load_folders
from monitor.rulebook.observed import ObservedFigures
from monitor.rulebook.problems import Problem, has_errors
from monitor.rulebook.reports.values import problem_values
from monitor.terminal import counted, write_plainly

TEMPLATES: Final = "templates"
"""The folder of the house's own templates of mails within that of the configuration."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What is checked, and how it is told. ``with_data``: against the figures of the database too.

    ``strict``: warnings are a failure as errors are.
    """

    rules: Path | None = None
    config: Path | None = None
    format: CheckFormat = CheckFormat.TEXT
    strict: bool = False
    with_data: bool = False


def check_rules(session: Session, options: CheckOptions) -> int:
    """Checks the folders of the options, else of the settings, and tells every problem."""
    own_folders = (("rules_dir", options.rules), ("config_dir", options.config))
    rules = options.rules or session.settings.rules_dir
    config = options.config or session.settings.config_dir
    session.settings.require_folders([name for name, own in own_folders if own is None])
    for folder in filter(None, (options.rules, options.config)):
        if not folder.is_dir():
            session.err.print(_no_folder(folder), soft_wrap=True)
            return exit_codes.PROBLEMS
    observed = _observed(session) if options.with_data else None
    channels = {"email", *session.settings.channels}
    found = load_folders(rules, config, observed=observed, today=present().date(), channels=channels)
    found = _with_templates(found, config)
    places = {file: _place(file, rules, config) for file in _files(found)}
    problems = [_placed(problem, places) for problem in found.problems]
    sources = {places.get(file, file): text for file, text in found.sources.items()}
    _tell(session, options.format, found, problems, sources)
    failed = has_errors(problems) or (options.strict and bool(problems))
    return exit_codes.PROBLEMS if failed else exit_codes.OK


def _with_templates(found: LoadedFolders, config: Path) -> LoadedFolders:
    """What was found, and what is wrong with the house's own templates of mails."""
    folder = config / TEMPLATES
    if not folder.is_dir():
        return found
    from monitor.compose.template_checks import check_templates

    checked = check_templates(folder)
    return replace(
        found,
        problems=(*found.problems, *checked.problems),
        sources={**found.sources, **checked.sources},
    )


def _no_folder(path: Path) -> str:
    if not path.exists():
        return f"There is no folder {path}."
    return (
        f"{path} is a file. limen check looks at whole folders, as one file refers to others. "
        f"Name its folder: limen check {path_from_here(path.absolute().parent)}"
    )


def _tell(
    session: Session,
    style: CheckFormat,
    found: LoadedFolders,
    problems: Sequence[Problem],
    sources: Mapping[str, str],
) -> None:
    match style:
        case CheckFormat.TEXT:
            show_problems(session.out, problems, sources)
            session.out.print(summary(found, problems), soft_wrap=True)
        case CheckFormat.JSON:
            _write_json(_report(found, problems))
        case CheckFormat.GITHUB:
            from monitor.rulebook.reports.github import annotations

            write_plainly(f"{annotations(problems)}{summary(found, problems)}\n")
        case CheckFormat.SARIF:
            from importlib.metadata import version

            from monitor.rulebook.reports.sarif import sarif

            _write_json(sarif(problems, sources, version=version("limen")))


def _observed(session: Session) -> ObservedFigures:
    from monitor.store.observed import observed_figures

    with session.store() as store, store.reading() as connection:
        return observed_figures(connection)


def summary(found: LoadedFolders, problems: Sequence[Problem]) -> str:
    """One line: how many problems in how many files, or what there is that is good."""
    book = found.rulebook
    holds = ""
    if book is not None:
        holds = (
            f"{counted(len(book.alerts), 'rule')}, {counted(len(book.indicators), 'indicator')}, "
            f"{counted(len(book.routes), 'route')}"
        )
    if not problems:
        return f"{holds}: all good"
    files = counted(len({problem.position.file for problem in problems}), "file")
    if not has_errors(problems):
        return f"{counted(len(problems), 'warning')} in {files}; {holds} can be used"
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = len(problems) - errors
    more = f", {counted(warnings, 'warning')}" if warnings else ""
    return f"{counted(errors, 'error')}{more} in {files}"


def _files(found: LoadedFolders) -> set[str]:
    return {*(problem.position.file for problem in found.problems), *found.sources}


def _place(file: str, rules: Path, config: Path) -> str:
    """The file as it is reached from here, so that editors can open it and GitHub can show it."""
    is_config = (file in (AREAS, CONTACTS) or file.startswith(f"{TEMPLATES}/")) and not (
        rules / file
    ).exists()
    return path_from_here((config if is_config else rules) / file)


def _placed(problem: Problem, places: dict[str, str]) -> Problem:
    return replace(problem, position=replace(problem.position, file=places[problem.position.file]))


def _write_json(content: Mapping[str, object]) -> None:
    write_plainly(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _report(found: LoadedFolders, problems: Sequence[Problem]) -> dict[str, object]:
    book = found.rulebook
    return {
        **problem_values(problems),
        "rules": None if book is None else len(book.alerts),
        "indicators": None if book is None else len(book.indicators),
        "routes": None if book is None else len(book.routes),
        "version": None if book is None else book.version,
    }
