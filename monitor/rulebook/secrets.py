"""Passwords and keys that have no place in a file that many read, and how they are kept off screens."""

import re
from functools import lru_cache
from typing import Final

_SECRET: Final = re.compile(
    r"""(?ix)
      \b(?:password|passwd|pwd|passphrase|client[_-]?secret|secret|api[_-]?key|access[_-]?key|private[_-]?key
         |auth[_-]?token|bearer|token)["']?[ \t]*[:=][ \t]*["']?(?P<named>[^\s"'{}\[\],]{4,})
    | \bkey=(?P<key>[^\s"'&]{8,})
    | \baddress["']?[ \t]*:[ \t]*["']?[a-z][a-z0-9+.-]{1,20}://(?P<target>[^\s"',}]{4,})
    | [a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,80}:(?P<url>[^\s:/@]{1,80})@
    | (?P<block>-----BEGIN\ (?:[A-Z]{1,20}\ )?PRIVATE\ KEY-----)
    | \b(?P<amazon>AKIA[0-9A-Z]{16})\b
    """
)
_HIDDEN: Final = "•"


def secrets(line: str) -> list[tuple[int, int]]:
    """Returns where in a line something looks like a secret, as start and end."""
    return [match.span(match.lastgroup or 0) for match in _SECRET.finditer(line)]


@lru_cache(maxsize=16)  # one long line may hold thousands of problems
def hidden(line: str) -> str:
    """Returns the line with every secret covered, character by character."""
    for start, end in secrets(line):
        line = line[:start] + _HIDDEN * (end - start) + line[end:]
    return line
