"""Where the command begins, and where every fault ends: as a sentence and an exit code, never a traceback."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from typer import Exit, TyperException
from typer.main import get_command

from monitor.cli import exit_codes
from monitor.cli.commands import application
from monitor.cli.help_screen import without_types_of_flags


def main() -> NoReturn:
    """Runs limen with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a sign shows ? in its place
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Runs limen with these arguments; returns its exit code."""
    try:
        command = get_command(application)
        without_types_of_flags(command)
        code = command(list(arguments), prog_name="limen", standalone_mode=False)
        sys.stdout.flush()
        return int(code or 0)
    except Exit as ending:
        return ending.exit_code
    except TyperException as fault:  # wrong usage, which it words itself, but for Pydantic's own words in it
        fault.message = fault.message.removeprefix("Value error, ")
        fault.show()  # type: ignore[attr-defined]  # every TyperException that is raised has it
        return exit_codes.USAGE
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return exit_codes.READER_GONE
    except Exception as fault:  # noqa: BLE001 - whatever it is, no traceback reaches a user
        return _ended_by(fault, arguments)


def _ended_by(fault: Exception, arguments: Sequence[str]) -> int:
    try:
        from monitor.cli.faults import ending_of
        from monitor.terminal import ReaderGoneError
    except ImportError as missing:
        return _not_whole(missing, arguments)
    if isinstance(fault, ReaderGoneError):
        _forget_output()
        return exit_codes.READER_GONE
    ending = ending_of(fault, debug="--debug" in arguments)
    sys.stderr.write(f"{ending.text}\n")
    return ending.code


def _not_whole(missing: ImportError, arguments: Sequence[str]) -> int:
    """Parts of limen are missing, as during an upgrade; a mail server keeps its report for later."""
    advice = "If it is not being upgraded just now, install it anew."
    sys.stderr.write(f"limen is not installed whole: {missing}. {advice}\n")
    return exit_codes.TRY_AGAIN if "bounce" in arguments[:2] else exit_codes.FAULT


def _forget_output() -> None:
    """Keeps the interpreter from writing once more at its end (library/signal, "Note on SIGPIPE")."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
