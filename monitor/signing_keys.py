"""The keys that sign links and addresses in limen's mails: given as a secret, or made at the first start.

One key a line. The first signs; all of them are accepted, so that a key can be replaced while mails that the
old one signed are still about.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from monitor.durable_files import private_part

KEY_FILE: Final = "secret-key"
"""In the state folder, where no key is set."""

SHORTEST_KEY: Final = 32
"""Characters. Thirty-two of sixteen kinds are 128 bits, which nobody guesses."""

_HEADER: Final = "# Signs links in limen's mails. One key a line: the first signs, all are accepted.\n"


def keys_in(text: str) -> tuple[bytes, ...]:
    """Returns the keys, one a line; empty lines and those that begin with # are none.

    Raises:
        ValueError: there is none, or one is too short to be safe.
    """
    lines = [line.strip() for line in text.splitlines()]
    keys = [line for line in lines if line and not line.startswith("#")]
    if not keys:
        raise ValueError("holds no key; `openssl rand -hex 32` makes one")
    if min(map(len, keys)) < SHORTEST_KEY:
        raise ValueError(
            f"a key is shorter than {SHORTEST_KEY} characters; `openssl rand -hex 32` makes a good one"
        )
    return tuple(key.encode() for key in keys)


def keys_kept_in(folder: Path) -> tuple[bytes, ...]:
    """Returns the keys of the folder's key file; where there is none, one is made that only its owner reads.

    Of several programs that begin at once all get the same key.

    Raises:
        OSError: the file can't be read or made.
        ValueError: the file holds no key that can be used; the text names it.
    """
    file = folder / KEY_FILE
    if not file.exists():
        _make(file)
    try:
        return keys_in(file.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise ValueError(f"{file}: {fault}") from None


def _make(file: Path) -> None:
    """Writes a new key to the disk, whole, and then gives it its name unless that is taken."""
    file.parent.mkdir(parents=True, exist_ok=True)
    key = f"{_HEADER}{secrets.token_hex(32)}\n".encode()
    # Where another program was first, its key counts.
    with private_part(file, key) as part, suppress(FileExistsError):
        os.link(part, file)
