"""``limen backtest``: what the rules would have told, as bars over the months, and how much mail that is."""

from dataclasses import dataclass
from pathlib import Path

from monitor.backtest import Backtest, Question, backtest
from monitor.calendar_england import calendar_of
from monitor.cli import exit_codes
from monitor.cli.backtest_files import as_csv, as_json
from monitor.cli.backtest_screen import show_backtest
from monitor.cli.choices import UnknownNameError, area_named, day, rule_named
from monitor.cli.formats import BacktestFormat
from monitor.cli.session import RulesRefusedError, Session
from monitor.terminal import console, write_plainly
from monitor.world import World, load_world

WIDTH_OF_A_FILE = 120
"""Columns of a table that goes into a file."""


@dataclass(frozen=True, slots=True)
class BacktestOptions:
    """What was asked for on the command line."""

    start: str
    until: str
    rule: str | None
    area: str | None
    rules: Path | None
    format: BacktestFormat
    output: Path | None
    most: int
    acknowledged_after: int | None


def run_backtest(session: Session, options: BacktestOptions) -> int:
    """Replays history and shows it, or writes it to a file."""
    world = _world(session, options.rules)
    question = _question(options, world)
    if options.format is BacktestFormat.PNG and options.output is None:
        raise UnknownNameError("--format png: say where the picture goes with --output FILE.")
    with session.store() as store, store.reading() as connection:
        found = backtest(connection, world, question, calendar=calendar_of(session.settings.zone))
    match options.format:
        case BacktestFormat.TABLE:
            _print(session, found, world, options)
        case BacktestFormat.JSON:
            _write(as_json(found, world), options.output)
        case BacktestFormat.CSV:
            _write(as_csv(found, world), options.output)
        case BacktestFormat.PNG:
            from monitor.cli.backtest_picture import picture

            (options.output or Path()).write_bytes(picture(found, options.most))
    return exit_codes.OK


def _world(session: Session, rules: Path | None) -> World:
    if rules is None:
        return session.world
    loaded = load_world(session.settings.model_copy(update={"rules_dir": rules}))
    if loaded.world is None:
        raise RulesRefusedError(loaded.text)
    return loaded.world


def _question(options: BacktestOptions, world: World) -> Question:
    start, until = day(options.start, "--from"), day(options.until, "--to")
    if until < start:
        raise UnknownNameError(f"--to {until} is before --from {start}.")
    rule = rule_named(options.rule, world).id if options.rule else None
    area = area_named(options.area, world).name if options.area else None
    return Question(start, until, rule, area, options.acknowledged_after)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        write_plainly(text)
    else:
        output.write_text(text, encoding="utf-8")


def _print(session: Session, found: Backtest, world: World, options: BacktestOptions) -> None:
    if options.output is None:
        show_backtest(session.out, found, world, options.most)
        return
    with options.output.open("w", encoding="utf-8") as file:
        out = console(file)
        out.width = WIDTH_OF_A_FILE
        show_backtest(out, found, world, options.most)
