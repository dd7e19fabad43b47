"""Who runs the command, for the audit trail."""

import getpass
import os
from collections.abc import Mapping

from monitor.core.recipients import Recipient


def author_named(given: str | None, people: Mapping[str, Recipient]) -> str:
    """The id of whoever is named by id, name or address, else what is given; without that, the caller."""
    text = (given or caller() or "unknown").strip()
    for person in people.values():
        if text.casefold() in (person.id.casefold(), person.name.casefold(), person.address.casefold()):
            return person.id
    return text


def caller() -> str:
    """The account's name; behind sudo that of whoever called it. "" where the system knows none."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # no such account: OSError from Python 3.13 on
        return ""
