"""Signals as a queue that the main thread waits on, whichever of the process's threads the system picks.

Blocking signals and waiting with sigtimedwait(2) does not do: a library's threads that began before (numpy's
begin when it is imported) block nothing, and the system hands a signal that the main thread is not just then
waiting for to one of those; its default is to end the process. A handler that does nothing keeps the process
alive, and Python writes the signal's number to the wake-up descriptor from whatever thread it came in.

Source: Python's ``signal.set_wakeup_fd``; signal(7), "a process-directed signal may be delivered to any one
of the threads that does not currently have the signal blocked".
"""

import select
import signal
import socket
from collections.abc import Iterable
from types import FrameType
from typing import Self

_NUMBERS = 64
"""Taken from the queue at a time."""


class SignalQueue:
    """A context: within it, ``signals`` do nothing but join the queue. For the main thread alone.

    Those that the thread had blocked until then, as while the program was being loaded, come into the queue.
    """

    def __init__(self, signals: Iterable[signal.Signals]) -> None:
        self._signals = tuple(signals)
        self._received: list[int] = []

    def __enter__(self) -> Self:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, _nothing) for number in self._signals}
        self._mask_before = signal.pthread_sigmask(signal.SIG_UNBLOCK, self._signals)
        return self

    def __exit__(self, *_: object) -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, self._mask_before)
        for number, handler in self._before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
        signal.set_wakeup_fd(self._wakeup_before)
        self._ours.close()
        self._theirs.close()

    def wait(self, seconds: float, among: Iterable[signal.Signals]) -> signal.Signals | None:
        """The next signal that is one of ``among``, the others being dropped; None: none within the time."""
        wanted = frozenset(among)
        while True:
            while self._received:
                number = self._received.pop(0)
                if number in wanted:
                    return signal.Signals(number)
            if not select.select([self._ours], [], [], seconds)[0]:
                return None
            self._received.extend(self._ours.recv(_NUMBERS))


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """Python has queued the number already."""
