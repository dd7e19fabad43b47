"""``limen demo``: three years of a county's figures in a minute."""

from pathlib import Path

from monitor.cli import exit_codes
from monitor.cli.choices import UnknownNameError
from monitor.cli.session import Session, present


def play_demo(session: Session, folder: Path | None, *, once: bool, fast: bool) -> int:
    """Plays it. Settings of this machine play no part: the demo has a store and a mail server of its own."""
    try:
        from monitor.demo.play import play
        from monitor.demo.stage import FolderTakenError
    except ModuleNotFoundError as missing:
        if missing.name != "aiosmtpd":
            raise
        session.err.print(
            "The demo's mail server is not installed. Install limen with it: pip install 'limen[demo]'"
        )
        return exit_codes.PROBLEMS
    try:
        play(folder, once=once, fast=fast, console=session.out, present=present)
    except FolderTakenError as refusal:
        raise UnknownNameError(str(refusal)) from refusal
    return exit_codes.OK
