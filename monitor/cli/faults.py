"""What ended a command, in words for the person who typed it, and the exit code that goes with it."""

import os
import tempfile
import traceback
from dataclasses import dataclass
from typing import Final

import sqlalchemy.exc

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.cli.session import RulesRefusedError
from monitor.directory.faults import ConfigurationProblems
from monitor.logs import redact
from monitor.settings import SettingsError
from monitor.store.errors import PayloadError, StoreError
from monitor.world import NoRulebookError

_RULES_REFUSED: Final = (
    "The rules or the configuration can't be used. `limen check` shows all of it.\n"
    "Until they are mended, look things up with a good copy of the rules: LIMEN_RULES_DIR=FOLDER limen ... "
    "`limen alerts` and `limen outbox` work without."
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a command ended: its exit code, and what to say on standard error."""

    code: int
    text: str


def ending_of(fault: Exception, *, debug: bool) -> Ending:
    """Words a fault. ``debug`` adds the traceback; else that of an unexpected fault goes into a file."""
    known = _known(fault)
    if known is not None:
        return Ending(known.code, f"{_traceback(fault)}\n{known.text}") if debug else known
    return Ending(exit_codes.FAULT, _unexpected(fault, debug=debug))


def _known(fault: Exception) -> Ending | None:
    match fault:
        case UnknownNameError():
            return Ending(exit_codes.USAGE, str(fault))
        case SettingsError():
            return Ending(exit_codes.CONFIGURATION, f"The settings can't be used.\n{fault}")
        case RulesRefusedError() | NoRulebookError() | ConfigurationProblems():
            return Ending(exit_codes.CONFIGURATION, f"{fault}\n{_RULES_REFUSED}")
        case PayloadError():
            return Ending(exit_codes.PROBLEMS, str(fault))
        case StoreError():
            return Ending(exit_codes.DATABASE, with_notes(fault))
        case sqlalchemy.exc.DBAPIError():
            told = str(redact(str(fault.orig).splitlines()[0])) if fault.orig else type(fault).__name__
            return Ending(exit_codes.DATABASE, f"The database refused what limen asked of it: {told}")
        case OSError():
            return Ending(exit_codes.PROBLEMS, in_words(fault))
    return None


def with_notes(fault: Exception) -> str:
    """The fault's own text and what was noted on its way here."""
    return " ".join([str(fault), *getattr(fault, "__notes__", ())])


def in_words(fault: OSError) -> str:
    """What the system refused, and of which file."""
    reason = fault.strerror or str(fault) or type(fault).__name__
    return f"{os.fsdecode(fault.filename)}: {reason}" if fault.filename is not None else reason


def _unexpected(fault: Exception, *, debug: bool) -> str:
    first = next(iter(str(redact(str(fault))).splitlines()), "")
    told = f"limen met an unexpected fault: {type(fault).__name__}: {first}".rstrip(": ")
    if debug:
        return f"{_traceback(fault)}\n{told}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", prefix="limen-fault-", suffix=".log", delete=False
        ) as file:
            file.write(_traceback(fault))
    except OSError:
        return f"{told}\nPlease report it, with what `limen --debug ...` prints."
    return f"{told}\nPlease report it, with the details in {file.name}"


def _traceback(fault: Exception) -> str:
    return str(redact("".join(traceback.format_exception(fault)))).rstrip() + "\n"
