"""Tries in a process of its own whether a mail can be composed: what ends that process ends nothing else.

A fault in a library that draws ends the process it is in, and so may memory that runs out. No way is known to
see that beforehand but to let it happen elsewhere.
"""

import json
import tempfile
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

from monitor.compose.bounded import memory_of, process_apart

LONGEST: Final = 20.0
"""Seconds that the process may take, its start included; it takes two, or five on a busy machine."""

MOST_MEMORY: Final = 800_000_000
"""Bytes that it may hold, watched where Linux's ``/proc`` is there; with charts it holds 150 million."""

_LOOK: Final = 0.02  # seconds between two looks at it
_ENDED_BY_ITSELF: Final = (0, 1)  # 1: with an error, which whoever composes it can deal with


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail that is to be composed: ``payload`` is its notification as JSON.

    ``config`` is the folder in which the house's own templates may lie. ``plain``: only its text.
    """

    payload: str
    message_id: str
    config: str
    plain: bool = False


class End(StrEnum):
    """How a trial ended: ``WELL`` also in an error, which whoever composes the mail can deal with."""

    WELL = "well"
    DIED = "died"
    TOO_LONG = "too long"


def tried(trial: Trial, *, longest: float = LONGEST, most_memory: int = MOST_MEMORY) -> End:
    """How a process ends that composes the mail; it dies too where it takes too much memory.

    Raises:
        OSError: no process can be started.
    """
    with tempfile.TemporaryFile() as order:
        order.write(json.dumps(asdict(trial)).encode())
        order.seek(0)
        process = process_apart("monitor.compose.apart_process", stdin=order)
    until = time.monotonic() + longest
    try:
        while process.poll() is None:
            if time.monotonic() > until:
                return End.TOO_LONG
            if memory_of(process.pid) > most_memory:
                return End.DIED
            time.sleep(_LOOK)
    finally:
        process.kill()
        process.wait()
    return End.WELL if process.returncode in _ENDED_BY_ITSELF else End.DIED
