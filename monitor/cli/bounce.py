"""``limen bounce``: mails that came back, from a mail server's pipe, a file or a Maildir.

Behind a pipe the exit codes are those of sysexits.h, by which mail servers know whether to keep the mail.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from monitor.bounces.taking import BounceDesk
from monitor.cli import exit_codes
from monitor.cli.caller import caller
from monitor.cli.choices import UnknownNameError
from monitor.cli.faults import ending_of
from monitor.cli.session import Session, present
from monitor.settings import Settings, SettingsError
from monitor.signing_keys import KEY_FILE
from monitor.store.failing_addresses import BounceOutcome, clear_failing

DATA_ERROR: Final = 65
"""EX_DATAERR: it is no bounce that can be read."""

NO_USER: Final = 67
"""EX_NOUSER: it came to no address of limen's."""

_CODES: Final = {BounceOutcome.UNCLEAR: DATA_ERROR, BounceOutcome.FORGED: NO_USER}
_TO_BE_LOOKED_AT: Final = frozenset(_CODES)


def take_bounce(session: Session, file: Path, recipient: str | None) -> int:
    """Takes in one mail; whatever keeps limen from it, the mail server is asked to try again."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        with _desk(session) as desk:
            taken = desk.take(content, present(), recipient=recipient or "")
    except Exception as fault:  # noqa: BLE001 - the mail is in the mail server's hands, and lost if it lets go of it
        session.err.print(ending_of(fault, debug=session.debug).text, soft_wrap=True)
        return exit_codes.TRY_AGAIN
    code = _CODES.get(taken.outcome, exit_codes.OK)
    # A mail server puts what is said into the mail that it sends back: nothing of a person's in it.
    if code == exit_codes.OK:
        session.out.print(taken.text, soft_wrap=True)
    else:
        session.err.print(taken.text, soft_wrap=True)
    return code


def take_maildir(session: Session, folder: Path) -> int:
    """Takes in what is new in a Maildir; each mail then goes to ``cur``, flagged if somebody must look at it.

    A mail that limen was kept from taking in stays where it is. (D. J. Bernstein, "Using maildir format":
    readers move mails from ``new`` to ``cur`` and add flags after ``:2,``; S seen, F flagged.)
    """
    new, current = folder / "new", folder / "cur"
    if not (new.is_dir() and current.is_dir()):
        raise UnknownNameError(f"{folder} is not a Maildir: it has no folders new and cur.")
    mails = sorted(each for each in new.iterdir() if each.is_file() and not each.name.startswith("."))
    with _desk(session) as desk:
        for mail in mails:
            taken = desk.take(mail.read_bytes(), present())
            flags = "FS" if taken.outcome in _TO_BE_LOOKED_AT else "S"
            mail.rename(current / f"{mail.name.partition(':')[0]}:2,{flags}")
            session.out.print(f"{mail.name}: {taken.text}", soft_wrap=True)
    return exit_codes.OK


def clear_address(session: Session, text: str) -> int:
    """Says that an address, or those of a person, do not fail any more."""
    with session.store() as store, store.writing() as connection:
        cleared = clear_failing(connection, text, at=present(), author=caller())
    if not cleared:
        raise UnknownNameError(f"No address that fails is “{text}” or theirs: `limen status` lists them.")
    for each in cleared:
        session.out.print(f"{each.address} counts as good again.", soft_wrap=True)
    return exit_codes.OK


@contextmanager
def _desk(session: Session) -> Iterator[BounceDesk]:
    settings = session.settings
    if settings.smtp.bounce_address is None:
        raise SettingsError(
            "smtp.bounce_address: set the address that mails come back to (“limen help bounces”)."
        )
    world = session.world
    with session.store() as store:
        yield BounceDesk(
            store=store,
            world=world,
            bounce_address=settings.smtp.bounce_address,
            keys=_keys(settings),
            domain=settings.smtp.sender.rpartition("@")[2],
            rules_folder=str(settings.rules_dir),
        )


def _keys(settings: Settings) -> tuple[bytes, ...]:
    """The keys that signed the mails; none is made: by a new one all that comes back would look forged."""
    if settings.secret_key is None and not (settings.state_dir / KEY_FILE).exists():
        raise SettingsError(
            f"secret_key: the key that limen signs with can't be seen here, and there is no {KEY_FILE} in "
            f"{settings.state_dir}. “limen help bounces” says how this command gets it."
        )
    return settings.signing_keys()
