"""How ``limen --help`` and ``limen COMMAND --help`` look: commands by how often they are needed."""

from typing import TYPE_CHECKING, Final

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import (
        Command,
        Context,
    )  # what typer.main.get_command returns and takes; no public names

HELP_NAMES: Final = ["-h", "--help"]

ORDER: Final = (
    "run",
    "once",
    "check",
    "status",
    "alerts",
    "ratings",
    "explain",
    "who",
    "ack",
    "silence",
    "outbox",
    "audit",
    "ingest",
    "test",
    "fmt",
    "schema",
    "plan",
    "backtest",
    "preview",
    "demo",
    "help",
    "db",
    "bounce",
)
"""What runs limen, what shows how things stand, what answers, what looks after data and rules, the rest."""


class Commands(TyperGroup):
    """limen's commands, in :data:`ORDER`; one that has no place there comes last."""

    def list_commands(self, ctx: "Context") -> list[str]:
        """Returns every command's name."""
        del ctx
        return sorted(self.commands, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


def without_types_of_flags(command: "Command") -> None:
    """Takes ``<bool>`` from the help of flags: they take no value. Goes through all that is below too."""
    own = command.get_help_option(typer.Context(command, help_option_names=HELP_NAMES))
    for each in (*command.params, *([own] if own is not None else [])):
        if getattr(each, "is_flag", False) and each.metavar is None:
            each.metavar = ""
    if isinstance(command, TyperGroup):
        for below in command.commands.values():
            without_types_of_flags(below)
