"""``limen test``: authors' tests of their rules, and what of the rules they reach."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.formats import OutcomeFormat
from monitor.cli.reports import show_problems
from monitor.cli.session import Session
from monitor.rule_tests.coverage import Coverage, Part
from monitor.rule_tests.reports import as_junit, as_values, difference_lines, lines_by_file
from monitor.rule_tests.results import RuleTestResult
from monitor.rule_tests.suite import Outcome, run_suite
from monitor.rulebook.rule_files import TESTS
from monitor.terminal import counted, table, write_plainly


@dataclass(frozen=True, slots=True)
class RuleTestOptions:
    """Which tests are run, and how it is told.

    ``fail_under``: less coverage than this, in percent, is a failure. ``verbose``: names what passed too.
    """

    paths: Sequence[Path] = ()
    pattern: str | None = None
    format: OutcomeFormat = OutcomeFormat.TEXT
    coverage: bool = False
    fail_under: float | None = None
    verbose: bool = False


def run_rule_tests(session: Session, options: RuleTestOptions) -> int:
    """Runs the tests of the paths, else those beside the rules of the settings."""
    session.hush()
    paths = options.paths or [session.settings.rules_dir / TESTS]
    missing = [path for path in paths if not path.exists()]
    if missing:
        session.err.print(f"There is no test file and no folder {missing[0]}.", soft_wrap=True)
        return exit_codes.USAGE
    outcome = run_suite(
        paths,
        config=session.settings.config_dir,
        here=Path.cwd(),
        zone=session.settings.zone,
        pattern=options.pattern,
    )
    with_coverage = options.coverage or options.fail_under is not None
    match options.format:
        case OutcomeFormat.TEXT:
            _show(session, outcome, options, with_coverage=with_coverage)
        case OutcomeFormat.JSON:
            values = as_values(outcome, with_coverage=with_coverage)
            write_plainly(json.dumps(values, indent=2, ensure_ascii=False) + "\n")
        case OutcomeFormat.JUNIT:
            write_plainly(as_junit(outcome))
    return _code(session, outcome, options)


def _code(session: Session, outcome: Outcome, options: RuleTestOptions) -> int:
    if not outcome.readable:
        return exit_codes.USAGE
    if outcome.refusals:
        return exit_codes.CONFIGURATION
    if not outcome.results:
        what = "no test" if options.pattern is None else f"no test with “{options.pattern}” in its name"
        session.err.print(f"There is {what}.", soft_wrap=True)
        return exit_codes.USAGE
    if outcome.failed:
        return exit_codes.PROBLEMS
    if options.fail_under is not None and outcome.percent < options.fail_under:
        session.err.print(
            f"The tests reach {outcome.percent:.1f}% of the rules, less than {options.fail_under:g}%.",
            soft_wrap=True,
        )
        return exit_codes.PROBLEMS
    return exit_codes.OK


def _show(session: Session, outcome: Outcome, options: RuleTestOptions, *, with_coverage: bool) -> None:
    show_problems(session.out, outcome.problems, outcome.sources)
    for folder, refusal in outcome.refusals.items():
        session.out.print(Text(f"{folder} can't be used:", "bold"), Text(refusal), sep="\n", soft_wrap=True)
    lines = lines_by_file(outcome)
    for file, results in groupby(outcome.results, key=lambda result: result.file):
        for text in _file_lines(file, list(results), lines, verbose=options.verbose):
            session.out.print(text, soft_wrap=True)
    if with_coverage:
        for rules, coverage in outcome.coverages.items():
            _show_coverage(session, rules, coverage)
    session.out.print(_summary(outcome), soft_wrap=True)


def _file_lines(
    file: str, results: Sequence[RuleTestResult], lines: Mapping[str, Sequence[str]], *, verbose: bool
) -> Iterator[Text]:
    failed = [result for result in results if not result.passed]
    passed = counted(len(results) - len(failed), "test")
    yield Text.assemble(
        (file, "bold"), f": {passed} passed", (f", {len(failed)} failed" if failed else "", "bright_red")
    )
    for result in results:
        if not result.passed:
            yield Text.assemble(
                ("✗ ", "bold bright_red"), (result.name, "bold"), f" ({result.span.position})"
            )
            for difference in result.differences:
                yield _coloured(difference_lines(difference, lines), len(difference.context))
        elif verbose:
            yield Text.assemble(("✓ ", "green"), result.name)


def _coloured(lines: Sequence[str], context: int) -> Text:
    """A difference, set in; its carets red, its context dim."""
    text = Text()
    for number, line in enumerate(lines):
        is_carets = not line.strip("^ ")
        style = "bright_red" if is_carets else "dim" if number >= len(lines) - context else ""
        text.append("\n" if number else "").append(f"  {line}", style)
    return text


def _summary(outcome: Outcome) -> Text:
    passed = len(outcome.results) - len(outcome.failed)
    seconds = sum(result.seconds for result in outcome.results)
    said = f"{counted(passed, 'test')} passed, {len(outcome.failed)} failed, in {seconds:.1f} s"
    return Text(said, "bold bright_red" if outcome.failed else "bold green" if passed else "bold")


def _show_coverage(session: Session, rules: str, coverage: Coverage) -> None:
    made = table("", "reached", "of", "%", right=["reached", "of", "%"], title=f"What tests reach of {rules}")
    for part in Part:
        of_part = coverage.of_part(part)
        if of_part.items:
            made.add_row(part.value, *_numbers(of_part))
    made.add_row("all", *_numbers(coverage))
    session.out.print(made)
    for item in coverage.unreached:
        session.out.print(
            f"  no test reaches {item.part} {item.of} {item.what}".rstrip() + f" ({rules}/{item.position})",
            soft_wrap=True,
        )


def _numbers(coverage: Coverage) -> tuple[str, str, str]:
    reached = len(coverage.items) - len(coverage.unreached)
    return f"{reached:,}", f"{len(coverage.items):,}", f"{coverage.percent:.1f}"
