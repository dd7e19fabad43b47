"""Where and how mail is handed over, checked before the first connection."""

import ipaddress
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from notifiers.message import Address
from notifiers.mime import InvalidAddressError, Mailbox

Security = Literal["starttls", "tls", "none"]

HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?", re.ASCII)
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpSettings:
    """Where and how mail is handed over.

    Attributes:
        host: the mail server's name, which its certificate must bear.
        port: 587 for submission with STARTTLS, 465 with implicit TLS (RFC 8314, 3.3).
        sender: what stands in From.
        security: "starttls" (required, never just tried), "tls" from the first byte, or "none".
        envelope_sender: the address that bounces go to (MAIL FROM); None is the sender's.
        username, password: both or neither; sent over TLS only. The password is in no repr.
        timeout: seconds for connecting and for each reply.
        final_timeout: seconds for the reply to the whole mail. RFC 5321, 4.5.3.2.6 asks for ten minutes,
            since giving up early sends the mail twice; two minutes let a daemon stop in time.
        exchange_timeout: seconds for all that comes before a mail's content. A server that is slower gets
            the mail at another time, so that one mail never takes longer than `longest_exchange`.
        idle_limit: seconds after which an unused connection is not trusted any more.
        mails_per_connection: after so many a new connection is made; servers limit them.
        ca_file: PEM file of certificate authorities to trust in place of the system's.
        local_hostname: the name we give in EHLO; None is this machine's.
        allow_insecure: lets security be "none" for a host that is not this machine.

    Raises:
        ValueError: naming the setting that cannot be used and what it should be.
    """

    host: str
    port: int
    sender: Address
    security: Security = "starttls"
    envelope_sender: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    timeout: float = 30.0
    final_timeout: float = 120.0
    exchange_timeout: float = 90.0
    idle_limit: float = 60.0
    mails_per_connection: int = 100
    ca_file: Path | None = None
    local_hostname: str | None = None
    allow_insecure: bool = False

    def __post_init__(self) -> None:
        for problem in self._problems():
            raise ValueError(problem)

    def _problems(self) -> list[str]:
        parts = [self.username, self.password]
        checks = [
            (
                not self.host or not self.host.isprintable() or " " in self.host,
                "host must name the mail server",
            ),
            (
                not 0 < self.port <= _HIGHEST_PORT,
                f"port must be between 1 and {_HIGHEST_PORT}, not {self.port}",
            ),
            (self.security not in {"starttls", "tls", "none"}, "security must be starttls, tls or none"),
            (
                self.security == "none" and not self.allow_insecure and not is_loopback(self.host),
                f"security none would send mail to {self.host} unencrypted: use starttls or tls",
            ),
            (parts.count(None) == 1, "username and password belong together: give both or neither"),
            (
                self.security == "none" and self.username is not None,
                "a password is sent over TLS only: use starttls or tls",
            ),
            (any("\0" in part for part in parts if part), "username and password may not hold a NUL"),
            (
                min(self.timeout, self.final_timeout, self.exchange_timeout) <= 0,
                "timeouts must be above 0 seconds",
            ),
            (self.idle_limit < 0, "idle_limit must not be below 0 seconds"),
            (self.mails_per_connection < 1, "mails_per_connection must be at least 1"),
            (
                self.local_hostname is not None and not HOST_NAME.fullmatch(self.local_hostname),
                "local_hostname must be a host name",
            ),
        ]
        return [problem for holds, problem in checks if holds] + self._address_problems()

    def _address_problems(self) -> list[str]:
        try:
            _ = self.sender_mailbox, self.bounce_mailbox
        except InvalidAddressError as error:
            return [f"the sender's address cannot be used: {error}"]
        return []

    @property
    def longest_exchange(self) -> float:
        """Seconds after which a mail, once begun, is no longer being handed over."""
        return self.exchange_timeout + self.timeout + self.final_timeout

    @property
    def sender_mailbox(self) -> Mailbox:
        return Mailbox.parse(self.sender)

    @property
    def bounce_mailbox(self) -> Mailbox:
        return Mailbox.parse(Address("", self.envelope_sender or self.sender.address))


def is_loopback(host: str) -> bool:
    """Whether traffic to `host` stays on this machine; names other than localhost are not looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
