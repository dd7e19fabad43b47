"""A service manager's notification socket, and a wait for what a process does."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

T = TypeVar("T")


def wait_for(look: Callable[[], T], what: str | Callable[[], str], seconds: float = 30.0) -> T:
    """What `look` returns once that is true; raises TimeoutError that says `what` if it never is."""
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise TimeoutError(f"still waiting for {what if isinstance(what, str) else what()}")
        time.sleep(0.02)
    return found


class NotificationSocket:
    """Receives what a daemon tells its service manager; `messages` are datagrams as lists of lines."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.messages: list[list[str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._receive)

    def __enter__(self) -> Self:
        self._socket.bind(str(self.path))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RD)
        self._thread.join()
        self._socket.close()

    def _receive(self) -> None:
        while datagram := self._socket.recv(65536):
            self.messages.append(datagram.decode().split("\n"))

    def count(self, line: str) -> int:
        """How many messages so far hold this line."""
        return sum(line in message for message in self.messages)

    def wait(self, line: str, times: int = 1) -> None:
        """Waits until this line has come this many times."""
        wait_for(lambda: self.count(line) >= times, f"{times} x {line} in {self.messages}")

    @property
    def status(self) -> str:
        """The sentence shown last."""
        found = [line for message in self.messages for line in message if line.startswith("STATUS=")]
        return found[-1].removeprefix("STATUS=") if found else ""
