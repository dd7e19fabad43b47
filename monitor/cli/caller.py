"""Who runs the command, for the audit trail."""

import getpass
import os


def caller() -> str:
    """The account's name; behind sudo that of whoever called it. "" where the system knows none."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # no such account: OSError from Python 3.13 on
        return ""
