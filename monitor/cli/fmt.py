"""``limen fmt``: rule files in their canonical form."""

import difflib
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.reports import path_from_here, show_problems
from monitor.cli.session import Session
from monitor.rulebook.formatting.files import FormattedFile, format_files, replace_file
from monitor.rulebook.problems import has_errors
from monitor.terminal import counted

_COLOURS = {"+": "green", "-": "bright_red", "@": "cyan"}


def format_rules(session: Session, paths: Sequence[Path], *, check: bool, diff: bool) -> int:
    """Formats the files, or those of the rules folder of the settings; says which, or why not.

    ``check`` and ``diff`` write nothing; with ``check`` a file in another form is a failure.
    """
    found = format_files(paths or [session.settings.rules_dir], path_from_here)
    errors = [problem for problem in found.problems if problem.severity == "error"]
    show_problems(session.err, errors, found.sources)
    changed = [file for file in found.files if file.is_changed]
    for file in changed if diff else ():
        session.out.print(_coloured(_difference(file)), soft_wrap=True, end="")
    if not (check or diff):
        for file in changed:
            replace_file(file.path, file.text.after)
    for file in () if diff else changed:
        session.out.print(f"{'would format' if check else 'formatted'} {file.shown}", soft_wrap=True)
    session.err.print(_summary(len(changed), len(found.files), written=not (check or diff)), soft_wrap=True)
    return exit_codes.PROBLEMS if has_errors(errors) or (check and changed) else exit_codes.OK


def _summary(changed: int, total: int, *, written: bool) -> str:
    rest = counted(total - changed, "file")
    if not changed:
        return f"{counted(total, 'file')} in canonical form"
    verb = "formatted" if written else "to be formatted"
    return f"{counted(changed, 'file')} {verb}, {rest} in canonical form already"


def _difference(file: FormattedFile) -> str:
    before, after = (text.splitlines(keepends=True) for text in (file.text.before, file.text.after))
    lines = difflib.unified_diff(before, after, file.shown, file.shown)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _coloured(difference: str) -> Text:
    text = Text()
    for line in difference.splitlines(keepends=True):
        is_name = line.startswith(("---", "+++"))
        text.append(line, "bold" if is_name else _COLOURS.get(line[:1], ""))
    return text
