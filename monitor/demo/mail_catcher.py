"""A real mail server on loopback that sends nothing on: it keeps what it is given."""

import asyncio
import threading
from collections.abc import Callable
from typing import Final, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

HOST: Final = "127.0.0.1"

Keep = Callable[[bytes], None]
"""Takes a whole mail as it came over the wire; once it returns, the client hears that it was accepted."""


class MailCatcher:
    """The server, in a thread of its own, for as long as the ``with`` block lasts; :attr:`port` is free."""

    def __init__(self, keep: Keep) -> None:
        self.port = 0
        self._keep = keep
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="mail-catcher", daemon=True)

    def __enter__(self) -> Self:
        """Starts to listen.

        Raises:
            OSError: no port can be had.
        """
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        """Closes the port and ends the thread."""
        if self._loop is not None and self._stopped is not None:
            self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as failure:  # noqa: BLE001 - told in the thread that waits for the port
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        listener = await self._loop.create_server(self._protocol, HOST, 0)
        self.port = listener.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopped.wait()
        listener.close()

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="localhost", enable_SMTPUTF8=True, loop=self._loop)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's naming
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keeps the mail before the client hears of it."""
        self._keep(bytes(envelope.original_content or b""))
        return "250 2.0.0 Kept for you to read"
