"""Tells the service manager how the daemon fares, by systemd's notification protocol.

The protocol is one datagram of ``NAME=value`` lines to the UNIX socket named in ``NOTIFY_SOCKET``; a name
that begins with ``@`` is in the abstract namespace. Source: sd_notify(3), sd_watchdog_enabled(3).
"""

import os
import socket
import time
from collections.abc import Mapping
from typing import Self

_MICRO = 1_000_000


class ServiceManager:
    """Where notifications go. Where there is no service manager, or it can't be reached, nothing happens."""

    def __init__(self, address: str | None, watchdog_seconds: float | None = None) -> None:
        self._address = address
        self.watchdog_seconds = watchdog_seconds
        """Within how many seconds it expects each sign of life; None: it does not watch."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Finds the service manager that started this process.

        ``WATCHDOG_PID`` names the process meant: what a parent's environment handed down is not ours.
        """
        microseconds = environ.get("WATCHDOG_USEC", "")
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        seconds = int(microseconds) / _MICRO if meant and microseconds.isdecimal() else None
        return cls(environ.get("NOTIFY_SOCKET") or None, seconds or None)

    def ready(self, status: str) -> None:
        """Startup, or a reload, is complete."""
        self._send("READY=1", _status(status))

    def reloading(self) -> None:
        """A reload has begun; :meth:`ready` must follow."""
        monotonic = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={monotonic}")

    def stopping(self, status: str) -> None:
        """Shutdown has begun."""
        self._send("STOPPING=1", _status(status))

    def status(self, text: str) -> None:
        """Shows a sentence to people in ``systemctl status``."""
        self._send(_status(text))

    def alive(self) -> None:
        """Feeds the watchdog."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if self._address is None:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            try:
                sender.sendto("\n".join(lines).encode(), address)
            except OSError:
                return  # the daemon's work does not depend on who hears of it


def _status(text: str) -> str:
    """A status is one line: another one would be read as an assignment of its own."""
    return "STATUS=" + " ".join(text.split())
