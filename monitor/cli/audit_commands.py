"""The commands about the audit trail and about mails that come back; see :mod:`monitor.cli.commands`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.formats import AuditKinds, TableFormat, TextFormat

if TYPE_CHECKING:
    from monitor.cli.session import Session

audit = typer.Typer(help="Show who was told what and why; verify that record, and erase people from it.")

MonthsOption = Annotated[
    int | None, typer.Option("--months", min=1, help="Keep so many months, instead of the settings'.")
]


def _session(context: typer.Context) -> "Session":
    from monitor.cli.session import Session

    settings, debug = context.find_root().obj
    return Session(settings, debug)


@audit.callback(invoke_without_command=True)
def audit_itself(
    context: typer.Context,
    *,
    person: Annotated[
        str | None, typer.Option("--person", "-p", metavar="PERSON", help="Only of this id, name or address.")
    ] = None,
    alert: Annotated[
        str | None, typer.Option("--alert", "-r", metavar="RULE", help="Only of this alert rule.")
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", "-a", metavar="AREA", help="Only of this area.")
    ] = None,
    since: Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on.")] = None,
    until: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Until this day.")] = None,
    kind: Annotated[
        list[AuditKinds] | None, typer.Option("--kind", "-k", help="Only this kind; may be repeated.")
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, help="At most so many, the newest. A table shows 100."),
    ] = None,
    format: Annotated[TableFormat, typer.Option("--format", help="How to print.")] = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Show who was told what, when and why, what servers answered, and who acknowledged or silenced."""
    if context.invoked_subcommand is not None:
        return
    from monitor.cli.audit import AuditFilter, show_audit

    asked = AuditFilter(person, alert, area, tuple(str(each) for each in kind or ()), since, until, limit)
    raise typer.Exit(show_audit(_session(context), asked, style=format))


@audit.command("verify")
def audit_verify(
    context: typer.Context,
    expected: Annotated[
        str | None,
        typer.Option("--expect-head", metavar="HASH", help="The head that an earlier verification showed."),
    ] = None,
    style: Annotated[TextFormat, typer.Option("--format", help="How to print.")] = TextFormat.TEXT,
) -> None:
    """Check that nothing in the audit trail was changed, removed, put in, moved or cut off."""
    from monitor.cli.audit import verify_audit

    raise typer.Exit(verify_audit(_session(context), expected, as_json=style is TextFormat.JSON))


@audit.command("erase")
def audit_erase(
    context: typer.Context,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="The person's id, name or address.")],
    reason: Annotated[
        str,
        typer.Option("--reason", metavar="TEXT", help="Why; it is kept. Name nobody.", show_default=False),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask first.")] = False,
) -> None:
    """Erase a person wherever limen keeps them. This can't be undone; the history stays, without them."""
    from monitor.cli import exit_codes
    from monitor.cli.audit import erase_person

    try:
        wanted = yes or typer.confirm(f"Erase {person} for good?")
    except typer.Abort:
        raise typer.Exit(exit_codes.INTERRUPTED) from None
    if not wanted:
        typer.echo("Nothing was erased.")
        raise typer.Exit(exit_codes.PROBLEMS)
    raise typer.Exit(erase_person(_session(context), person, reason))


@audit.command("prune")
def audit_prune(context: typer.Context, months: MonthsOption = None) -> None:
    """Erase everybody from what is older than audit.keep_personal_months in the settings."""
    from monitor.cli.audit import prune_audit

    raise typer.Exit(prune_audit(_session(context), months))


def bounce(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The mail that came back; - is standard input.")
    ] = None,
    *,
    recipient: Annotated[
        str | None,
        typer.Option("--recipient", metavar="ADDRESS", help="The address it came to, as the MTA has it."),
    ] = None,
    maildir: Annotated[
        Path | None, typer.Option("--maildir", metavar="DIR", help="Read what is new in this Maildir.")
    ] = None,
    clear: Annotated[
        str | None, typer.Option("--clear", metavar="ADDRESS|PERSON", help="It does not fail any more.")
    ] = None,
) -> None:
    """Take in mails that came back, so that an address that fails is seen."""
    from monitor.cli import bounce as command

    given = [each for each in (file, maildir, clear) if each is not None]
    if len(given) != 1 or (recipient is not None and file is None):
        raise typer.BadParameter("give a FILE (- for standard input), --maildir or --clear, one of them")
    session = _session(context)
    if clear is not None:
        raise typer.Exit(command.clear_address(session, clear))
    if maildir is not None:
        raise typer.Exit(command.take_maildir(session, maildir))
    raise typer.Exit(command.take_bounce(session, file or Path("-"), recipient))
