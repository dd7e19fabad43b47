"""The commands about the outbox; see :mod:`monitor.cli.commands`."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.formats import MailState, TableFormat

if TYPE_CHECKING:
    from monitor.cli.session import Session

outbox = typer.Typer(help="Look at the mails: what waits, what was sent, what was refused.")


def _session(context: typer.Context) -> "Session":
    from monitor.cli.session import Session

    settings, debug = context.find_root().obj
    return Session(settings, debug)


SHOWN = 50
"""Mails that a list shows unless it is told another number."""

States = Annotated[
    list[MailState] | None,
    typer.Option("--state", "-s", help="Only mails in this state; may be repeated."),
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, the newest first.")]
Format = Annotated[TableFormat, typer.Option("--format", help="How to print.")]


@outbox.callback(invoke_without_command=True)
def outbox_itself(
    context: typer.Context,
    state: States = None,
    limit: Limit = SHOWN,
    format: Format = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Look at the mails: what waits, what was sent, what was refused. Without a command: list them."""
    if context.invoked_subcommand is None:
        outbox_list(context, state, limit, format)
    elif state or limit != SHOWN or format is not TableFormat.TABLE:
        raise typer.BadParameter(f"write this after the command: limen outbox {context.invoked_subcommand} …")


@outbox.command("list")
def outbox_list(
    context: typer.Context,
    state: States = None,
    limit: Limit = SHOWN,
    format: Format = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """List mails, the newest first."""
    from monitor.cli.outbox import list_outbox

    raise typer.Exit(list_outbox(_session(context), [str(each) for each in state or ()], limit, style=format))


@outbox.command("show")
def outbox_show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="The mail's number in `limen outbox`.")],
    eml: Annotated[bool, typer.Option("--eml", help="Print the mail as it goes over the wire.")] = False,
    html: Annotated[bool, typer.Option("--html", help="Print its HTML with the pictures in it.")] = False,
) -> None:
    """Show one mail and every attempt to deliver it."""
    from monitor.cli.outbox import show_mail

    if eml and html:
        raise typer.BadParameter("give --eml or --html, not both")
    raise typer.Exit(show_mail(_session(context), number, eml=eml, html=html))


@outbox.command("retry")
def outbox_retry(
    context: typer.Context,
    numbers: Annotated[
        list[int] | None, typer.Argument(metavar="ID...", help="Numbers of mails in `limen outbox`.")
    ] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every mail that was refused.")] = False,
    even_sent: Annotated[
        bool, typer.Option("--even-sent", help="Also a sent one, if mails to its address came back.")
    ] = False,
    even_overtaken: Annotated[
        bool,
        typer.Option("--even-overtaken", help="Also one that a later mail of the same alert has passed."),
    ] = False,
) -> None:
    """Make refused or waiting mails due now, each to the address that it was written to."""
    from monitor.cli.outbox import retry_mails

    if bool(numbers) == all_dead:
        raise typer.BadParameter("name the mails by their numbers, or give --all-dead")
    raise typer.Exit(
        retry_mails(_session(context), numbers or [], even_sent=even_sent, even_overtaken=even_overtaken)
    )
