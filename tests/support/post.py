"""For tests of mail: a message, a real server and a notifier for it, a server that reads a script."""

import socketserver
import ssl
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from notifiers.email import EmailNotifier, SmtpSettings
from notifiers.message import Address, InlineImage, Message
from tests.support.smtp_server import SmtpServer

ANN = Address("Ann Archer", "ann@kent.example")
BOB = Address("Bob Baker", "bob@kent.example")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def a_message(recipient: Address = ANN, **changes: Any) -> Message:
    """An alert as the composer makes them, with HTML, a chart and a thread; `changes` replace fields."""
    fields: dict[str, Any] = {
        "recipient": recipient,
        "subject": "Swale: core assessments out of timescale 46, limit 40 — red",
        "text": "Swale has 46 core assessments out of timescale.\n\nThe limit is 40.\n",
        "html": '<p>Swale has <b>46</b>.</p><img src="cid:chart@limen.example" alt="46 against 40">',
        "images": (InlineImage("chart@limen.example", PNG, "46 against a limit of 40"),),
        "message_id": f"<outbox-17.{recipient.address.partition('@')[0]}@limen.example>",
        "in_reply_to": "<outbox-3.1c@limen.example>",
        "references": ("<outbox-1.9b@limen.example>", "<outbox-3.1c@limen.example>"),
        "date": datetime(2013, 7, 1, 8, 30, tzinfo=UTC),
        "headers": {"X-Limen-Rule": "core-assessments-out-of-timescale"},
        "payload": {"value": 46},
    }
    return Message(**fields | changes)


def plain_message(recipient: Address, number: int = 1) -> Message:
    """A short text without a thread, as the `number`th of the outbox."""
    message_id = f"<outbox-{number}.aa@limen.example>"
    return a_message(recipient, html=None, images=(), message_id=message_id, in_reply_to=None, references=())


@dataclass
class HandClock:
    """Seconds that pass when a test says so."""

    seconds: float = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Post:
    """Starts servers, and notifiers that send to them; all are closed with `resources`."""

    resources: ExitStack
    clock: HandClock = field(default_factory=HandClock)

    def server(self, **options: Any) -> SmtpServer:
        return self.resources.enter_context(SmtpServer(**options))

    def notifier(self, server: SmtpServer, **options: Any) -> EmailNotifier:
        trusted = None if server.security == "none" else server.ca_file
        return self.notifier_for(
            **{"port": server.port, "security": server.security, "ca_file": trusted} | options
        )

    def notifier_for(self, port: int, **options: Any) -> EmailNotifier:
        known: dict[str, Any] = {
            "host": "localhost",
            "port": port,
            "security": "none",
            "sender": Address("limen at Kent", "limen@kent.example"),
            "timeout": 5.0,
            "final_timeout": 5.0,
        }
        notifier = EmailNotifier(SmtpSettings(**known | options), monotonic=self.clock)
        self.resources.callback(notifier.close)
        return notifier

    def scripted(self, *, tls: ssl.SSLContext | None = None, **replies: str) -> int:
        """The port of a server that answers each command, and `greeting` and `content`, as told."""
        return self.resources.enter_context(ScriptedServer(replies, tls)).port


class ScriptedServer:
    """Says what no decent server says. `replies` are by command in small letters; "" closes the connection.

    With `tls` it speaks TLS from the first byte.
    """

    DEFAULT: ClassVar = {
        "greeting": "220 script",
        "ehlo": "250-script\r\n250 SIZE",
        "helo": "250 script",
        "mail": "250 ok",
        "rcpt": "250 ok",
        "data": "354 go ahead",
        "content": "250 ok",
        "rset": "250 ok",
        "quit": "221 bye",
    }

    def __init__(self, replies: dict[str, str], tls: ssl.SSLContext | None = None) -> None:
        self.commands: list[str] = []
        self._replies = self.DEFAULT | replies
        script = self

        class Handler(socketserver.StreamRequestHandler):
            def setup(self) -> None:
                if tls is not None:
                    self.request = tls.wrap_socket(self.request, server_side=True)
                super().setup()

            def handle(self) -> None:
                script._converse(self)

            def finish(self) -> None:
                super().finish()
                self.request.close()

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def _converse(self, client: socketserver.StreamRequestHandler) -> None:
        if not self._answer(client, "greeting"):
            return
        for line in client.rfile:
            command = line.decode().partition(" ")[0].strip().lower()
            self.commands.append(line.decode().strip())
            if not self._answer(client, command) or command == "quit":
                return
            if command == "data" and self._replies["data"].startswith("354"):
                while client.rfile.readline() not in {b".\r\n", b""}:
                    pass
                if not self._answer(client, "content"):
                    return

    def _answer(self, client: socketserver.StreamRequestHandler, step: str) -> bool:
        reply = self._replies.get(step, "502 5.5.1 what?")
        if reply:
            client.wfile.write(f"{reply}\r\n".encode())
        return bool(reply)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
