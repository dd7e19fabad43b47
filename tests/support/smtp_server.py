"""A real SMTP server on loopback that keeps what it accepts and fails as it is told.

In a test:

    with SmtpServer(security="starttls", login=("limen", "secret")) as server:
        server.faults["ann@kent.example"] = "550"          # for ever
        server.faults["bob@kent.example"] = "greylist:1"   # the first time only
        server.faults["*"] = "ok"                          # everybody who is not named
        ... connect to server.host, server.port, trusting server.ca_file ...
        server.wait_for(2)
        server.mails, server.connections

As a process of its own, which `kill -9` of its client cannot hurt:

    python -m tests.support.smtp_server --port 0 --folder DIR --ca-file DIR/ca.pem --faults '*=greylist:1'

It prints its port on the first line and runs until SIGTERM or SIGINT. Every accepted mail lies in the folder
as `000001.eml` with its envelope in `000001.json`, written and renamed before the client hears 250;
`mails_in(folder)` reads them back. `start(...)` starts such a process and waits for its port.

Faults, per recipient (the address, or `*`); `FAULT:N` holds for the first N times only:

| fault | when | what |
|---|---|---|
| ok | | accepted |
| greylist | RCPT | 451 4.7.1 |
| 421 | RCPT | 421, and the connection is closed |
| 450, 550, relay, 530 | RCPT | 450 4.2.1; 550 5.1.1; 554 5.7.1 relay access denied; 530 5.7.0 |
| 452, 552, 554 | end of DATA | 452 4.3.1; 552 5.3.4; 554 5.6.0 |
| hang | RCPT | never answered |
| drop-before-data | RCPT | connection reset |
| drop-after-data | end of DATA | accepted and kept, connection reset: the client never hears |
| hang-after-data | end of DATA | accepted and kept, never answered |
| slow | end of DATA | answered after 0.3 s |
| 535 | AUTH (as `*` only) | every login is refused |
| sender-550, sender-451 | MAIL (as `*` only) | the sender is refused |
"""

import argparse
import asyncio
import json
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Literal, Self, cast

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

_AT_RECIPIENT = {
    "greylist": "451 4.7.1 Greylisted, try again later",
    "450": "450 4.2.1 Mailbox busy",
    "550": "550 5.1.1 No such user",
    "relay": "554 5.7.1 Relay access denied",
    "530": "530 5.7.0 Authentication required",
}
_AT_CONTENT = {
    "452": "452 4.3.1 Insufficient system storage",
    "552": "552 5.3.4 Message too big for system",
    "554": "554 5.6.0 Message content refused",
}
_AT_SENDER = {"sender-550": "550 5.7.1 Sender refused", "sender-451": "451 4.3.0 Try again later"}
_KEPT_UNHEARD = frozenset({"drop-after-data", "hang-after-data"})
_ACCEPTED = "250 2.0.0 Accepted"
_CLOSING = "421 4.3.2 Service shutting down"
_SLOW = 0.3
_FOR_EVER = 3600.0

FAULTS = frozenset(
    {"ok", "421", "535", "hang", "drop-before-data", "slow"}
    | {*_AT_RECIPIENT, *_AT_CONTENT, *_AT_SENDER, *_KEPT_UNHEARD}
)

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A mail that the server accepted; `heard` is False where the client was not told so."""

    number: int
    connection: int
    mail_from: str
    recipients: tuple[str, ...]
    content: bytes
    heard: bool

    @property
    def message(self) -> EmailMessage:
        return cast("EmailMessage", message_from_bytes(self.content, policy=cast("Any", default)))

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])


class Faults(dict[str, str]):
    """Recipient (or `*`) -> fault; refuses a fault that it does not know, and counts those with `:N` down."""

    def __init__(self, faults: Mapping[str, str] | None = None) -> None:
        super().__init__()
        for recipient, fault in (faults or {}).items():
            self[recipient] = fault

    def __setitem__(self, recipient: str, fault: str) -> None:
        name, _, times = fault.partition(":")
        if name not in FAULTS or (times and not times.isdecimal()):
            raise ValueError(f"no such fault: {fault!r}")
        super().__setitem__(recipient, fault)

    def next(self, recipient: str, among: frozenset[str] = FAULTS) -> str:
        """The fault for `recipient` now, "ok" if it is not `among` those asked; a counted one is used up."""
        key = recipient if recipient in self else "*"
        name, _, times = self.get(key, "ok").partition(":")
        if name not in among or times == "0":
            return "ok"
        if times:
            self[key] = f"{name}:{int(times) - 1}"
        return name


class _Protocol(SMTP):
    """aiosmtpd's protocol, which numbers its connections and lists them while they are open."""

    def __init__(self, server: "SmtpServer", **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server
        self.number = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:
            self._server.connections += 1
            self.number = self._server.connections
            self._server.open.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._server.open.discard(self)
        super().connection_lost(error)

    def reset(self) -> None:
        """Cuts the connection without a word."""
        if self.transport is not None:
            # Python 3.11.2's TLS transport forgets its protocol when it is closed: no abort then.
            with suppress(AttributeError):
                cast("asyncio.Transport", self.transport).abort()

    async def smtp_RSET(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's naming
        self._server.resets += 1
        await super().smtp_RSET(arg)


class SmtpServer:
    """See the module. Runs in a thread of its own; `start` and `stop`, or use it as a context manager.

    `login` is (user name, password) and makes AUTH obligatory; `mechanisms` are those offered. With a
    `folder` accepted mails are written there. `port` 0 takes a free one, which is kept over stop and start.
    """

    host = "localhost"

    def __init__(
        self,
        *,
        port: int = 0,
        security: Security = "starttls",
        login: tuple[str, str] | None = None,
        mechanisms: Sequence[str] = ("PLAIN", "LOGIN"),
        faults: Mapping[str, str] | None = None,
        folder: Path | None = None,
        ca_file: Path | None = None,
        size_limit: int = 33_554_432,
        smtputf8: bool = True,
        certified_for: Sequence[str] = ("localhost", "127.0.0.1"),
    ) -> None:
        self.port = port
        self.security = security
        self.faults = Faults(faults)
        self.mails: list[ReceivedMail] = []
        self.connections = 0
        self.resets = 0
        self.open: set[_Protocol] = set()
        self._login = login
        self._folder = folder
        self._options: dict[str, Any] = {
            "hostname": "localhost",
            "data_size_limit": size_limit,
            "enable_SMTPUTF8": smtputf8,
            "auth_require_tls": security == "starttls",
            "auth_exclude_mechanism": {"PLAIN", "LOGIN"} - set(mechanisms),
            "authenticator": self._authenticate,
        }
        self._scratch = None if ca_file else tempfile.TemporaryDirectory(prefix="smtp-server-")
        self.ca_file = ca_file or Path(self._scratch.name if self._scratch else "") / "ca.pem"
        self.tls = self._certified(certified_for)
        self._arrived = threading.Condition()
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        if self._scratch is not None:
            self._scratch.cleanup()

    def start(self) -> None:
        self._ready.clear()
        self._thread = threading.Thread(target=self._run, name="smtp-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Closes every connection and the port; may be called twice."""
        if self._thread is not None and self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
        self._thread = None

    def drop_connections(self) -> None:
        """Cuts every open connection, as a restarted server would."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self._cut(), self._loop).result()

    def wait_for(self, count: int, timeout: float = 30.0) -> list[ReceivedMail]:
        """The mails, once there are at least `count`; raises TimeoutError with what is there."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.mails) >= count, timeout):
                raise TimeoutError(f"{len(self.mails)} of {count} mails came")
            return list(self.mails)

    def to(self, recipient: str) -> list[ReceivedMail]:
        """The accepted mails for one recipient."""
        return [mail for mail in self.mails if recipient in mail.recipients]

    def _certified(self, names: Sequence[str]) -> ssl.SSLContext | None:
        if self.security == "none":
            return None
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(context)
        return context

    def _run(self) -> None:
        try:
            asyncio.run(self.serve(lambda _port: self._ready.set()))
        except OSError as failure:
            self._failure = failure
            self._ready.set()

    async def serve(self, announce: Callable[[int], object]) -> None:
        """Serves until `end`, and says its port once it listens."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        listener = await self._loop.create_server(
            self._protocol, "127.0.0.1", self.port, ssl=self.tls if self.security == "tls" else None
        )
        self.port = listener.sockets[0].getsockname()[1]
        announce(self.port)
        await self._stop.wait()
        listener.close()
        await self._cut()
        await listener.wait_closed()

    def end(self) -> None:
        """Ends `serve`; to be called in its own event loop."""
        assert self._stop is not None
        self._stop.set()

    def _protocol(self) -> _Protocol:
        tls = self.tls if self.security == "starttls" else None
        return _Protocol(
            self, tls_context=tls, require_starttls=tls is not None, loop=self._loop, **self._options
        )

    async def _cut(self) -> None:
        handlers = [session._handler_coroutine for session in self.open]
        for session in list(self.open):
            session.reset()
        await asyncio.gather(*filter(None, handlers), return_exceptions=True)

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        known = isinstance(given, LoginPassword) and self._login is not None
        right = known and (given.login.decode(), given.password.decode()) == self._login  # type: ignore[attr-defined]
        refused = self.faults.next("*", frozenset({"535"})) == "535"
        return AuthResult(success=right and not refused, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's naming
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._login is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        fault = self.faults.next("*", frozenset(_AT_SENDER))
        if fault in _AT_SENDER:
            return _AT_SENDER[fault]
        envelope.mail_from = address
        return "250 2.1.0 Sender accepted"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's naming
        self, server: _Protocol, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        fault = self.faults.next(address, frozenset({*_AT_RECIPIENT, "421", "hang", "drop-before-data"}))
        if fault in _AT_RECIPIENT:
            return _AT_RECIPIENT[fault]
        if fault == "421":
            await server.push(_CLOSING)
            cast("asyncio.Transport", server.transport).close()
        elif fault == "drop-before-data":
            server.reset()
        if fault != "ok":
            await asyncio.sleep(_FOR_EVER)  # until the lost connection cancels it
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient accepted"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's naming
        self, server: _Protocol, _session: Session, envelope: Envelope
    ) -> str:
        fault = self.faults.next(envelope.rcpt_tos[0], frozenset({*_AT_CONTENT, *_KEPT_UNHEARD, "slow"}))
        if fault in _AT_CONTENT:
            return _AT_CONTENT[fault]
        self._keep(server, envelope, heard=fault not in _KEPT_UNHEARD)
        if fault == "drop-after-data":
            server.reset()
        if fault in _KEPT_UNHEARD:
            await asyncio.sleep(_FOR_EVER)  # until the lost connection cancels it
        if fault == "slow":
            await asyncio.sleep(_SLOW)
        return f"{_ACCEPTED} as {len(self.mails)}"

    def _keep(self, server: _Protocol, envelope: Envelope, *, heard: bool) -> None:
        with self._arrived:
            mail = ReceivedMail(
                number=len(self.mails) + 1,
                connection=server.number,
                mail_from=envelope.mail_from or "",
                recipients=tuple(envelope.rcpt_tos),
                content=cast("bytes", envelope.original_content),
                heard=heard,
            )
            if self._folder is not None:
                _write(mail, self._folder)
            self.mails.append(mail)
            self._arrived.notify_all()


def _write(mail: ReceivedMail, folder: Path) -> None:
    """The content first and then the envelope: a mail counts once its envelope is there."""
    number = len(list(folder.glob("*.json"))) + 1
    envelope = {name: value for name, value in asdict(mail).items() if name != "content"}
    for suffix, content in ((".eml", mail.content), (".json", json.dumps(envelope).encode())):
        part = folder / f"{number:06}{suffix}.part"
        part.write_bytes(content)
        part.rename(folder / f"{number:06}{suffix}")


def mails_in(folder: Path) -> list[ReceivedMail]:
    """What a server with this folder accepted, in order, over all its lives."""
    return [_read(envelope) for envelope in sorted(folder.glob("*.json"))]


def _read(envelope: Path) -> ReceivedMail:
    fields = json.loads(envelope.read_text())
    fields["recipients"] = tuple(fields["recipients"])
    return ReceivedMail(content=envelope.with_suffix(".eml").read_bytes(), **fields)


@contextmanager
def start(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server process that writes to `folder`, and its port; it is ended on leaving."""
    command = [sys.executable, "-m", "tests.support.smtp_server", "--folder", str(folder), *arguments]
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if not line:
                raise RuntimeError("the SMTP server did not start; its own message stands above")
            yield process, int(line)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Asks the server to end, and ends it if it does not: what it accepted lies in its folder already."""
    process.terminate()
    try:
        process.wait(5.0)
    except subprocess.TimeoutExpired:
        process.kill()


async def _serve(server: SmtpServer) -> None:
    loop = asyncio.get_running_loop()
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, server.end)
    await server.serve(lambda port: print(port, flush=True))  # noqa: T201 - what the caller waits for


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="an SMTP server for tests")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True, help="where accepted mails are written")
    parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
    parser.add_argument("--ca-file", type=Path, help="where the certificate authority is written")
    parser.add_argument("--login", type=_pair, metavar="USER=PASSWORD")
    parser.add_argument("--faults", type=_pair, nargs="*", default=[], metavar="RECIPIENT=FAULT[:N]")
    options = parser.parse_args(arguments)
    # Whoever started it may have them blocked.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT})
    options.folder.mkdir(parents=True, exist_ok=True)
    server = SmtpServer(
        port=options.port,
        security=options.security,
        login=options.login,
        faults=dict(options.faults),
        folder=options.folder,
        ca_file=options.ca_file or (options.folder / "ca.pem"),
    )
    asyncio.run(_serve(server))


if __name__ == "__main__":
    main()
