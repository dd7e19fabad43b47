"""What a channel is given, what it answers, and the protocol it keeps.

A `Message` is for one recipient. A `Notifier` carries it over one channel and answers with one of three
outcomes:

- `Delivered`: the other side has taken responsibility for the message;
- `Deferred`: it has not, or nobody can know, and the same message is to be sent again later, unchanged and
  under the same `message_id`;
- `Rejected`: it never will, as it stands, and a person has to look.

Channels differ in what they can carry. Mail uses everything but `payload`; a webhook or Alertmanager uses
`payload`; a text service uses `subject` and `text`. No channel may need more than a `Message` holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

_MESSAGE_ID = re.compile(r"(?=.{5,250}$)<[!#$%&'*+/=?^_`{|}~.\w-]+@[!#$%&'*+/=?^_`{|}~.\w-]+>", re.ASCII)
_HEADER_NAME = re.compile(r"X-[A-Za-z0-9-]+", re.ASCII)

Scope = Literal["message", "channel"]
"""What a deferral is about: this message only, or the whole channel, not worth trying again just now."""


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a channel reaches: a mail address, a telephone number, a URL, with a name for people or "".

    Both parts come from data and are not trusted here: each channel decides what it can reach.
    """

    display_name: str
    address: str


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture that the HTML shows by `cid:content_id`; its id has the form `name@domain`, no brackets."""

    content_id: str
    png: bytes
    alternative_text: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one recipient.

    Attributes:
        recipient: whom it is for.
        subject: one line that says it all.
        text: the whole message in plain text.
        html: the same as HTML, or None.
        images: pictures shown in the HTML; none without HTML.
        message_id: stable over repeats, in angle brackets: `<outbox-17.5f3a@limen.example>`.
            RFC 5322, 3.6.4; ASCII, at most 250 characters.
        in_reply_to: message_id of the message that this one follows, or None.
        references: message_ids of the thread, oldest first.
        date: when the message was composed; aware.
        headers: further header fields; names start with `X-`.
        payload: machine-readable facts for channels that carry data; JSON types only.
        return_path: the address that this mail comes back to if it can't be delivered (RFC 5321, 4.4); None:
            that of the channel's settings.

    Raises:
        ValueError: for a naive date, a malformed message_id, a header name without `X-`, images without HTML.
    """

    recipient: Address
    subject: str
    text: str
    html: str | None
    images: tuple[InlineImage, ...]
    message_id: str
    in_reply_to: str | None
    references: tuple[str, ...]
    date: datetime
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    payload: Mapping[str, object] = field(default_factory=dict, hash=False)
    return_path: str | None = None

    def __post_init__(self) -> None:
        if self.date.utcoffset() is None:
            raise ValueError("a message's date must be aware")
        if self.images and self.html is None:
            raise ValueError("images need HTML that shows them")
        for identifier in (self.message_id, *self.references, *filter(None, [self.in_reply_to])):
            if not _MESSAGE_ID.fullmatch(identifier):
                raise ValueError(f"not a message id, which has the form <left@right>: {identifier!r}")
        for name in self.headers:
            if not _HEADER_NAME.fullmatch(name):
                raise ValueError(f"a further header's name must start with X-: {name!r}")


class OutcomeCode(StrEnum):
    """Stable names of outcomes, for metrics, the outbox and tests; a name never changes its meaning."""

    DELIVERED = "delivered"

    # Deferred, the channel as a whole
    NAME_NOT_RESOLVED = "name_not_resolved"
    CONNECTION_FAILED = "connection_failed"
    TLS_FAILED = "tls_failed"
    LOGIN_REFUSED = "login_refused"
    SERVICE_UNAVAILABLE = "service_unavailable"
    SENDER_REFUSED = "sender_refused"
    MISCONFIGURED = "misconfigured"
    RATE_LIMITED = "rate_limited"
    """The other side asks us to slow down; what it said about how long is in `retry_after`."""

    # Deferred, one cannot say more than that the exchange broke off
    TIMED_OUT = "timed_out"
    CONNECTION_LOST = "connection_lost"
    REPLY_LOST = "reply_lost"
    """The whole message was handed over but no answer came: it may have been accepted."""

    # Deferred, this message only
    RECIPIENT_DEFERRED = "recipient_deferred"
    MESSAGE_DEFERRED = "message_deferred"

    # Rejected
    RECIPIENT_REFUSED = "recipient_refused"
    MESSAGE_REFUSED = "message_refused"
    MESSAGE_TOO_LARGE = "message_too_large"
    ADDRESS_INVALID = "address_invalid"
    ADDRESS_UNSUPPORTED = "address_unsupported"


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side has taken the message; `response` is what it said, for the audit."""

    response: str
    code: OutcomeCode = OutcomeCode.DELIVERED

    @property
    def reason(self) -> str:
        return f"accepted by the server: {self.response}"


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not delivered, or not known to be: send the same message again.

    Attributes:
        reason: for a person; holds no secret.
        code: stable name.
        scope: "channel" means that the next message would meet the same, so a batch had better stop.
        retry_after: how long the other side asked us to wait, or None.
    """

    reason: str
    code: OutcomeCode
    scope: Scope
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """This message will never be delivered as it stands; `reason` is for the person who has to look.

    `address_fails`: the other side says that nobody can be reached at this address, whatever the message.
    """

    reason: str
    code: OutcomeCode
    address_fails: bool = False


Outcome = Delivered | Deferred | Rejected


class Notifier(Protocol):
    """One channel. Not thread-safe: each sender has its own.

    `send` answers with an Outcome and raises only for programming errors; it may block for as long as the
    channel's timeouts allow. `close` gives connections back, never raises, and may be called twice; `send`
    may follow it.
    """

    @property
    def channel(self) -> str:
        """The channel's name in routes, contacts and metrics, such as `email`."""

    def send(self, message: Message) -> Outcome: ...

    def close(self) -> None: ...
