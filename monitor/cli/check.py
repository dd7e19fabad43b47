"""``limen check``: every problem of rules and configuration, with its line."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.session import Session
from monitor.directory.folders import AREAS, CONTACTS, LoadedFolders, load_folders
from monitor.rulebook.problems import Problem, Severity, has_errors, render_problems
from monitor.terminal import counted, write_plainly


def check_rules(session: Session, folder: Path | None, *, as_json: bool) -> int:
    """Checks the folder with the configuration of the settings; warnings alone are no failure."""
    rules, config = folder or session.settings.rules_dir, session.settings.config_dir
    found = load_folders(rules, config)
    places = {file: _place(file, rules, config) for file in {each.position.file for each in found.problems}}
    problems = [_placed(problem, places) for problem in found.problems]
    if as_json:
        write_plainly(json.dumps(_report(found, problems), indent=2, ensure_ascii=False) + "\n")
    else:
        sources = {places.get(file, file): text for file, text in found.sources.items()}
        for problem in problems:
            session.out.print(_coloured(problem, render_problems([problem], sources)), soft_wrap=True)
        session.out.print(summary(found, problems), soft_wrap=True)
    return exit_codes.PROBLEMS if has_errors(problems) else exit_codes.OK


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
    return f"{counted(len(problems), 'problem')} in {files}"


def _place(file: str, rules: Path, config: Path) -> str:
    """The file as it is reached from here, so that editors can open it."""
    is_config = file in (AREAS, CONTACTS) and not (rules / file).exists()
    return str((config if is_config else rules) / file)


def _placed(problem: Problem, places: dict[str, str]) -> Problem:
    return replace(problem, position=replace(problem.position, file=places[problem.position.file]))


def _coloured(problem: Problem, rendered: str) -> Text:
    """The first line with code in the colour of its severity, and the carets too."""
    colour = "bright_red" if problem.severity is Severity.ERROR else "yellow"
    head, *quoted = rendered.split("\n")
    text = Text(head)
    text.highlight_words([str(problem.position)], "bold")
    text.highlight_words([f" {problem.code} "], f"bold {colour}")
    for number, line in enumerate(quoted, 1):
        text.append("\n").append(line, colour if number == len(quoted) else "")
    return text


def _report(found: LoadedFolders, problems: Sequence[Problem]) -> dict[str, object]:
    errors = sum(problem.severity is Severity.ERROR for problem in problems)
    book = found.rulebook
    return {
        "ok": not errors,
        "errors": errors,
        "warnings": len(problems) - errors,
        "rules": None if book is None else len(book.alerts),
        "indicators": None if book is None else len(book.indicators),
        "routes": None if book is None else len(book.routes),
        "version": None if book is None else book.version,
        "problems": [
            {
                "file": problem.position.file,
                "line": problem.position.line,
                "column": problem.position.column,
                "length": problem.length,
                "code": problem.code,
                "severity": str(problem.severity),
                "message": problem.message,
                "hint": problem.hint,
            }
            for problem in problems
        ],
    }
