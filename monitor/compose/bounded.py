"""Rendering in another process that is ended when it takes too long or too much memory."""

import contextlib
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import IO, Final

from monitor.compose.rendering import Layout
from monitor.compose.rendering_process import Fault, Order
from monitor.compose.sheet import MailView

LONGEST: Final = 5.0
"""Seconds that a mail may take to be laid out; limen's own templates take a hundredth of one."""

MOST_MEMORY: Final = 512_000_000
"""Bytes that the process may hold; with limen's own templates it holds about 80 million."""

ENDED: Final = "the process that renders templates ended"
"""What is said when something else ended it: of the machine, not of the template."""

_START: Final = 30.0  # seconds until a process that starts on a busy machine must answer
_LOOK: Final = 0.02  # seconds between two looks at its memory
_PASSED_ON: Final = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "SYSTEMROOT")


class TemplateFaultError(Exception):
    """A template of the house can't be used."""

    def __init__(self, fault: Fault) -> None:
        """Takes what is wrong."""
        super().__init__(fault.message)
        self.fault = fault


@dataclass(slots=True)
class _Running:
    process: subprocess.Popen[bytes]
    connection: Connection
    answered: bool = False

    def end(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()


@dataclass
class BoundedRendering:
    """Renders in one other process, which starts with the first mail and starts anew after it was ended.

    For threads: one mail at a time. ``longest`` in seconds, ``most_memory`` in bytes (watched where Linux's
    ``/proc`` is there).
    """

    longest: float = LONGEST
    most_memory: int = MOST_MEMORY
    _running: _Running | None = field(default=None, init=False, repr=False)
    _turn: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def render(self, mail: MailView, sources: Mapping[str, str]) -> Layout:
        """Lays a mail out with ``sources``, the house's templates by name, and limen's own for the rest.

        Raises:
            TemplateFaultError: it can't be done, or not within the bounds.
        """
        with self._turn:
            found = json.loads(self._answer(Order(mail, tuple(sorted(sources.items())))))
        if "fault" in found:
            raise TemplateFaultError(Fault(**found["fault"]))
        return Layout(found["text"], found["html"])

    def close(self) -> None:
        """Ends the process."""
        with self._turn:
            self._end()

    def _end(self) -> None:
        if self._running is not None:
            self._running.end()
            self._running = None

    def _answer(self, order: Order) -> bytes:
        if self._running is None:
            self._running = _started()
        running = self._running
        try:
            running.connection.send(order)
            why = self._waited_for(running)
            if not why:
                found = running.connection.recv_bytes()
                running.answered = True
                return found
        except (EOFError, OSError):
            self._end()
            ended = Fault("LIM756", _only(order), 1, "", ENDED)
            raise TemplateFaultError(ended) from None
        self._end()
        raise TemplateFaultError(Fault("LIM755", _only(order), 1, "", why))

    def _waited_for(self, running: _Running) -> str:
        """Waits for the answer; returns why it is not waited for any longer, "" when it is there."""
        longest = self.longest if running.answered else self.longest + _START
        until = time.monotonic() + longest
        while not running.connection.poll(_LOOK):
            if time.monotonic() > until:
                return f"the mail was not laid out within {self.longest:g} seconds"
            if memory_of(running.process.pid) > self.most_memory:
                return f"laying the mail out took more than {self.most_memory // 1_000_000:,} MB of memory"
        return ""


def _only(order: Order) -> str:
    """The template, where only one of the house's can be it."""
    names = [name for name, _ in order.sources]
    return names[0] if len(names) == 1 else ""


def _started() -> _Running:
    ours, theirs = multiprocessing.Pipe()
    with theirs:
        number = theirs.fileno()
        process = process_apart("monitor.compose.rendering_process", str(number), pass_fds=[number])
    return _Running(process, ours)


def process_apart(
    module: str, *arguments: str, stdin: IO[bytes] | int = subprocess.DEVNULL, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """A process of limen's own: without this one's secrets in its environment, deaf to what ends this one.

    A service manager tells every process of the service to end; the mail in hand is to be finished first.
    """
    with _blocked(signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        return subprocess.Popen(  # noqa: S603 - this program itself
            [sys.executable, "-P", "-m", module, *arguments],
            pass_fds=pass_fds,
            env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
            stdin=stdin,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


@contextlib.contextmanager
def _blocked(*signals: signal.Signals) -> Iterator[None]:
    """Has a process that is started meanwhile block these: it inherits this thread's mask (execve(2))."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def memory_of(process: int) -> int:
    """Bytes of memory that a process holds; 0 where that can't be seen (proc(5), statm)."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")
    return 0
