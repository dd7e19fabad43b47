"""Every command, its options and its help. What a command does stands in a module of its own, imported late.

So `limen --help` needs Typer alone, and `limen check` what reads rules and nothing more.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.audit_commands import audit, bounce
from monitor.cli.formats import (
    BacktestFormat,
    CheckFormat,
    OutcomeFormat,
    PlanFormat,
    PreviewFormat,
    TableFormat,
    TextFormat,
)
from monitor.cli.help_screen import HELP_NAMES, Commands
from monitor.cli.outbox_commands import outbox
from monitor.cli.telling_commands import ack, silence, who

if TYPE_CHECKING:
    from monitor.cli.session import Session

application = typer.Typer(
    cls=Commands,
    help="Watches performance indicators and tells the people concerned when a limit is breached.",
    epilog="Settings come from /etc/limen/limen.toml, --settings FILE and LIMEN_* variables. "
    "“limen help” lists limen’s pages; “limen help command-line” explains the exit codes.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": HELP_NAMES},
)
database = typer.Typer(help="Look after the database.", no_args_is_help=True)
application.add_typer(outbox, name="outbox")
application.add_typer(audit, name="audit")
application.add_typer(database, name="db")
application.command()(bounce)

TextStyle = Annotated[TextFormat, typer.Option("--format", help="How to print.")]
AreaOption = Annotated[
    str | None, typer.Option("--area", "-a", metavar="AREA", help="Only this area: name, GSS code or alias.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"limen {version('limen')}")
        raise typer.Exit


@application.callback()
def options(
    context: typer.Context,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", metavar="FILE", help="TOML file of settings, instead of the usual one."),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the log, and the traceback of a fault.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Notes what holds for every command."""
    del version
    context.obj = (settings, debug)


def _session(context: typer.Context) -> "Session":
    from monitor.cli.session import Session

    settings, debug = context.find_root().obj
    return Session(settings, debug)


@application.command()
def run(context: typer.Context) -> None:
    """Run the daemon: take in, judge and tell, until it is asked to stop."""
    import signal

    # A signal that comes while the program is still being loaded waits for the daemon, which takes it then.
    # Blocked before any library starts threads of its own (NumPy's OpenBLAS does), in those too (signal(7)).
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
    from monitor.cli.service import run_daemon

    raise typer.Exit(run_daemon(_session(context)))


@application.command()
def once(context: typer.Context) -> None:
    """Do once what the daemon does all the time, and say what came of it."""
    from monitor.cli.once import run_once

    raise typer.Exit(run_once(_session(context)))


@application.command()
def check(
    context: typer.Context,
    folder: Annotated[
        Path | None, typer.Argument(metavar="[DIR]", help="Folder of rule files; else that of the settings.")
    ] = None,
    *,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config", metavar="DIR", help="Folder of areas and contacts; else that of the settings."
        ),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        CheckFormat, typer.Option("--format", help="How to print: github and sarif are for what runs in CI.")
    ] = CheckFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings are a failure too.")] = False,
    data: Annotated[
        bool, typer.Option("--data", help="Compare limits with the figures of the database too.")
    ] = False,
) -> None:
    """Check rules and configuration; show every problem with its line."""
    from monitor.cli.check import CheckOptions, check_rules

    options = CheckOptions(folder, config, format, strict=strict, with_data=data)
    raise typer.Exit(check_rules(_session(context), options))


@application.command("test")
def rule_tests(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Test files, or folders of them; else tests/ of the rules."),
    ] = None,
    *,
    pattern: Annotated[
        str | None,
        typer.Option(
            "--filter", "-k", metavar="TEXT", help="Only tests with this in their name or that of their file."
        ),
    ] = None,
    format: Annotated[OutcomeFormat, typer.Option("--format", help="How to print.")] = OutcomeFormat.TEXT,  # noqa: A002 - the option's name
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Show which levels, bands and routes no test reaches.")
    ] = False,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="Fail where tests reach less."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Name the tests that passed too.")] = False,
) -> None:
    """Run the tests of the rules: what figures lead to, and who is told."""
    from monitor.cli.rule_tests import RuleTestOptions, run_rule_tests

    options = RuleTestOptions(paths or (), pattern, format, coverage, fail_under, verbose)
    raise typer.Exit(run_rule_tests(_session(context), options))


@application.command()
def fmt(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATHS]...", help="Rule files and folders of them; else that of the settings."
        ),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file is not in canonical form.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
) -> None:
    """Put rule files into canonical form; comments are kept."""
    from monitor.cli.fmt import format_rules

    raise typer.Exit(format_rules(_session(context), paths or [], check=check, diff=diff))


@application.command()
def schema(
    tests: Annotated[bool, typer.Option("--tests", help="That of the tests of rules.")] = False,
) -> None:
    """Print the JSON Schema of rule files, for completion and inline errors in editors."""
    from monitor.cli.schema import print_schema

    raise typer.Exit(print_schema(of_tests=tests))


@application.command()
def ingest(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="CSV or XLSX files of figures.")],
    area: Annotated[
        str | None,
        typer.Option("--area", "-a", metavar="AREA", help="The area meant where a file names none."),
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(
            "--source", "-s", metavar="ID", help="The source that the files are of, whatever their names."
        ),
    ] = None,
    evaluate: Annotated[bool, typer.Option("--evaluate", help="Judge the figures at once.")] = False,
) -> None:
    """Load files of figures by hand. They stay where they are."""
    from monitor.cli.ingest import ingest_files

    raise typer.Exit(ingest_files(_session(context), files, area, source, evaluate=evaluate))


@application.command()
def ratings(
    context: typer.Context,
    *,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DATE", help="The latest periods that end on or before this day."),
    ] = None,
    area: AreaOption = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", "-i", metavar="INDICATOR", help="Only this indicator.")
    ] = None,
    history: Annotated[
        bool, typer.Option("--history", help="Every period, not the latest one only.")
    ] = False,
    format: Annotated[TableFormat, typer.Option("--format", help="How to print.")] = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Show figures with their targets, ratings and direction of travel."""
    from monitor.cli.ratings import show_ratings

    raise typer.Exit(show_ratings(_session(context), as_of, area, indicator, history=history, style=format))


@application.command()
def alerts(
    context: typer.Context,
    area: AreaOption = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that are over or never fired.")
    ] = False,
    format: Annotated[TableFormat, typer.Option("--format", help="How to print.")] = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Show alerts that fire or are about to, and who was told of them."""
    from monitor.cli.alerts import show_alerts

    raise typer.Exit(show_alerts(_session(context), area, everything=everything, style=format))


@application.command()
def explain(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(metavar="ALERT|INDICATOR", help="Id of a rule or an indicator.")],
    *,
    area: Annotated[
        str, typer.Option("--area", "-a", metavar="AREA", help="Name, GSS code or alias.", show_default=False)
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="The latest period that ends on or before this day."),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="PERSON", help="Only why this person (id, name or address) was told, or was not."
        ),
    ] = None,
    format: Annotated[TextFormat, typer.Option("--format", help="How to print.")] = TextFormat.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Explain a figure, its rating, its alerts, and who was told or not, and why."""
    from monitor.cli.explain import explain_figure

    as_json = format is TextFormat.JSON
    raise typer.Exit(explain_figure(_session(context), subject, area, at, person=person, as_json=as_json))


@application.command()
def plan(
    context: typer.Context,
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="[OLD]", help="Folder or git revision; else the revision that judged last, or HEAD."
        ),
    ] = None,
    new: Annotated[
        str | None, typer.Argument(metavar="[NEW]", help="Folder or git revision; else the rules folder.")
    ] = None,
    format: Annotated[PlanFormat, typer.Option("--format", help="How to print.")] = PlanFormat.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Show what an edit of the rules would change, before it is merged. Writes nothing, sends nothing."""
    from monitor.cli.plan import show_plan

    raise typer.Exit(show_plan(_session(context), old, new, format))


@application.command("backtest")
def backtest_rules(
    context: typer.Context,
    *,
    start: Annotated[str, typer.Option("--from", metavar="DATE", help="The first day.", show_default=False)],
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="The last day.", show_default=False)],
    rule: Annotated[
        str | None, typer.Option("--rule", "-r", metavar="RULE", help="Only this alert rule.")
    ] = None,
    area: AreaOption = None,
    rules: Annotated[
        Path | None,
        typer.Option("--rules", metavar="DIR", help="Rules to judge by, instead of the settings'."),
    ] = None,
    style: Annotated[BacktestFormat, typer.Option("--format", help="How to show it.")] = BacktestFormat.TABLE,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write into this file.")
    ] = None,
    most: Annotated[
        int,
        typer.Option(
            "--most", min=1, help="Show at most so many alerts over time: those that fired longest."
        ),
    ] = 60,
    acknowledged_after: Annotated[
        int | None,
        typer.Option(
            "--acknowledged-after",
            min=0,
            max=999,
            metavar="DAYS",
            help="As if each breach were acknowledged so many working days after it is told.",
        ),
    ] = None,
) -> None:
    """Replay history: when alerts would have fired, and how many mails that makes."""
    from monitor.cli.backtest import BacktestOptions, run_backtest

    options = BacktestOptions(start, until, rule, area, rules, style, output, most, acknowledged_after)
    raise typer.Exit(run_backtest(_session(context), options))


@application.command()
def status(context: typer.Context, style: TextStyle = TextFormat.TEXT) -> None:
    """Say whether limen does its work: rules, daemon, database, alerts, late figures, mails."""
    from monitor.cli.status import show_status

    raise typer.Exit(show_status(_session(context), as_json=style is TextFormat.JSON))


@application.command()
def demo(
    context: typer.Context,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Where everything is put: a new or an empty folder."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when all has been played.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Play without pauses.")] = False,
) -> None:
    """Play Kent from April 2011 to March 2014, with real mails and metrics."""
    from monitor.cli.demo import play_demo

    raise typer.Exit(play_demo(_session(context), folder, once=once, fast=fast))


@application.command()
def preview(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[KIND]", help="One kind of mail, such as alert; with --copy-templates, what to copy."
        ),
    ] = None,
    *,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="FOLDER", help="Write files and a page that shows them all."),
    ] = None,
    width: Annotated[
        list[int] | None,
        typer.Option("--width", min=200, max=2000, help="Width of a frame on that page; may be repeated."),
    ] = None,
    format: Annotated[  # noqa: A002 - the option's name
        PreviewFormat | None, typer.Option("--format", help="Only this form; printed as text without --to.")
    ] = None,
    number: Annotated[
        int | None, typer.Option("--outbox", metavar="ID", help="A real mail, by its number in the outbox.")
    ] = None,
    copies: Annotated[
        Path | None,
        typer.Option(
            "--copy-templates", metavar="DIR", help="Copy limen’s own templates there, to be changed."
        ),
    ] = None,
) -> None:
    """Show mails of every kind, from sample facts, as your templates lay them out."""
    if copies is not None:
        if to is not None or width or format is not None or number is not None:
            raise typer.BadParameter("--copy-templates stands alone, or with names of templates")
        from monitor.cli.template_copies import copy_templates

        raise typer.Exit(copy_templates(_session(context), copies, names or ()))
    from monitor.cli.preview import WIDTHS, PreviewOptions, preview_mails

    if names and len(names) > 1:
        raise typer.BadParameter("give one kind, or none")
    kind = names[0] if names else None
    if kind is not None and number is not None:
        raise typer.BadParameter("give a kind or --outbox, not both")
    options = PreviewOptions(kind, to, format, tuple(width or WIDTHS), number)
    raise typer.Exit(preview_mails(_session(context), options))


@application.command("help")
def show_help(
    topic: Annotated[
        str | None,
        typer.Argument(metavar="[TOPIC|CODE]", help="A page, a command, or a code such as LIM403."),
    ] = None,
) -> None:
    """Show a page of limen’s documentation, or what a code of a problem means; alone, list the pages."""
    from monitor.cli.help import print_help

    raise typer.Exit(print_help(topic))


@database.command("upgrade")
def database_upgrade(context: typer.Context) -> None:
    """Set up the database, or bring it up to this version of limen."""
    from monitor.cli.database import upgrade_database

    raise typer.Exit(upgrade_database(_session(context)))


application.command()(ack)
application.command()(who)
application.add_typer(silence, name="silence")
