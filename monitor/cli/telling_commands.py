"""The commands about who is told: ack, silence and who; see :mod:`monitor.cli.commands`."""

from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.formats import AlertLevel, TableFormat, TextFormat

if TYPE_CHECKING:
    from monitor.cli.session import Session

silence = typer.Typer(help="Keep news from people for a time, and see what is kept.", no_args_is_help=True)

TableStyle = Annotated[TableFormat, typer.Option("--format", help="How to print.")]
AuthorOption = Annotated[
    str | None,
    typer.Option("--author", metavar="PERSON", help="Who says so: id, name or address; else your login."),
]
CommentOption = Annotated[
    str, typer.Option("--comment", "-c", metavar="TEXT", help="Why. Name no child.", show_default=False)
]


def _session(context: typer.Context) -> "Session":
    from monitor.cli.session import Session

    settings, debug = context.find_root().obj
    return Session(settings, debug)


def ack(
    context: typer.Context,
    rule: Annotated[
        str | None,
        typer.Argument(metavar="[RULE]", help="The alert’s rule; late:INDICATOR or fault:INDICATOR."),
    ] = None,
    *,
    area: Annotated[
        str | None, typer.Option("--area", "-a", metavar="AREA", help="Name, GSS code or alias.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="TIME",
            help="2026-12-24, Friday, “2 weeks” or “5 working days”; else until it is over.",
        ),
    ] = None,
    comment: Annotated[
        str | None,
        typer.Option("--comment", "-c", metavar="TEXT", help="What is done about it. Name no child."),
    ] = None,
    author: AuthorOption = None,
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take an acknowledgement back.")] = False,
    listing: Annotated[bool, typer.Option("--list", help="Show who has acknowledged what.")] = False,
    format: TableStyle = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Acknowledge an alert: somebody deals with it, so no reminders and no escalation, unless it worsens.

    Acknowledging fault:INDICATOR confirms the figure that looked wrong.
    """
    from monitor.cli import acknowledging as command

    if listing:
        if rule is not None or withdraw:
            raise typer.BadParameter("--list stands alone")
        raise typer.Exit(command.list_acknowledgements(_session(context), format))
    if rule is None or area is None:
        raise typer.BadParameter("name the RULE and its --area, or give --list")
    if comment is None or not comment.strip():
        raise typer.BadParameter("give a --comment: it is what others read")
    options = command.AckOptions(rule, area, until, comment, author)
    if withdraw:
        raise typer.Exit(command.withdraw_acknowledgement(_session(context), options))
    raise typer.Exit(command.acknowledge_alert(_session(context), options))


@silence.command("add")
def silence_add(
    context: typer.Context,
    *,
    until: Annotated[
        str,
        typer.Option(
            "--until",
            metavar="TIME",
            help="“2026-12-24 17:00”, “tomorrow 18:00” or “3 days”; at most 92 days ahead.",
            show_default=False,
        ),
    ],
    comment: CommentOption,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="When it begins; else now.")
    ] = None,
    author: AuthorOption = None,
    alert: Annotated[
        list[str] | None,
        typer.Option("--alert", "-r", metavar="RULE", help="Only this rule; may be repeated."),
    ] = None,
    indicator: Annotated[
        list[str] | None,
        typer.Option("--indicator", "-i", metavar="INDICATOR", help="Only about this; may be repeated."),
    ] = None,
    theme: Annotated[
        list[str] | None, typer.Option("--theme", metavar="THEME", help="Only this theme; may be repeated.")
    ] = None,
    area: Annotated[
        list[str] | None,
        typer.Option("--area", "-a", metavar="AREA", help="Only here and within; may be repeated."),
    ] = None,
    level: Annotated[
        list[AlertLevel] | None, typer.Option("--level", help="Only at this level; may be repeated.")
    ] = None,
) -> None:
    """Silence alerts for a time. They are judged and recorded; what still holds at the end is told then."""
    from monitor.cli.silencing import SilenceOptions, add_silence

    options = SilenceOptions(
        until, comment, start, author, alert or (), indicator or (), theme or (), area or (), level or ()
    )
    raise typer.Exit(add_silence(_session(context), options))


@silence.command("list")
def silence_list(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    format: TableStyle = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """List the silences that are active or to come."""
    from monitor.cli.silencing import list_silences

    raise typer.Exit(list_silences(_session(context), format, everything=everything))


@silence.command("show")
def silence_show(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in `limen silence list`.")],
    format: Annotated[TextFormat, typer.Option("--format", help="How to print.")] = TextFormat.TEXT,  # noqa: A002 - the option's name
) -> None:
    """Show a silence, and what it keeps from whom."""
    from monitor.cli.silencing import show_silence

    raise typer.Exit(show_silence(_session(context), number, format))


@silence.command("end")
def silence_end(
    context: typer.Context,
    number: Annotated[int, typer.Argument(metavar="ID", help="Its number in `limen silence list`.")],
    *,
    comment: CommentOption,
    author: AuthorOption = None,
) -> None:
    """End a silence before its time."""
    from monitor.cli.silencing import end_silence_now

    raise typer.Exit(end_silence_now(_session(context), number, comment, author))


def who(
    context: typer.Context,
    subject: Annotated[
        str, typer.Argument(metavar="RULE|INDICATOR", help="Also late:INDICATOR or fault:INDICATOR.")
    ],
    area: Annotated[
        str, typer.Option("--area", "-a", metavar="AREA", help="Name, GSS code or alias.", show_default=False)
    ],
    *,
    at: Annotated[
        str | None, typer.Option("--at", metavar="TIME", help="“2026-12-24 17:00”, say; else now.")
    ] = None,
    level: Annotated[AlertLevel | None, typer.Option("--level", help="Only at this level.")] = None,
    format: TableStyle = TableFormat.TABLE,  # noqa: A002 - the option's name
) -> None:
    """Show whom an alert would reach at a time, when each is told, and what would follow. Sends nothing."""
    from monitor.cli.who import show_who

    raise typer.Exit(show_who(_session(context), subject, area, at=at, level=level, style=format))
