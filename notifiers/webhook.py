"""A signed webhook: one message as JSON to one HTTPS address.

It keeps the Standard Webhooks specification 1.0.0 (standardwebhooks.com, spec/standard-webhooks.md): the
headers `webhook-id`, `webhook-timestamp` and `webhook-signature`; what is signed by HMAC-SHA256 is
`{id}.{timestamp}.{body}`; a secret is the base64 of 24 to 64 bytes behind `whsec_`; a signature is `v1,` and
base64, and several stand in one header with spaces between them while a secret is being replaced.

The id is the Message's own and stays the same however often it is sent: receivers know a repeat by it. The
timestamp is that of the attempt.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from notifiers.http_answers import BreakOffs, outcome_of
from notifiers.http_exchange import HttpFailedError, exchange
from notifiers.http_target import HttpTarget
from notifiers.message import Message, Outcome

TYPE = "limen.notification"
_PREFIX = "whsec_"
_FEWEST_BYTES, _MOST_BYTES = 24, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where a webhook goes and what it is signed with.

    Attributes:
        target: the receiver's address.
        secrets: `whsec_` and base64 each; the first is the present one, another one that of before.

    Raises:
        ValueError: a secret can't be one; the text doesn't hold it.
    """

    target: HttpTarget
    secrets: tuple[str, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.secrets:
            raise ValueError("a webhook needs a secret to sign with")
        for secret in self.secrets:
            key_of(secret)

    @property
    def longest_exchange(self) -> float:
        return self.target.timeout


def key_of(secret: str) -> bytes:
    """The key that a secret stands for.

    Raises:
        ValueError: it isn't base64 of 24 to 64 bytes; the text says how to make one, and doesn't repeat it.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not _FEWEST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(
            f"secret must be {_PREFIX} and the base64 of {_FEWEST_BYTES} to {_MOST_BYTES} random bytes, "
            "such as: openssl rand -base64 32"
        )
    return key


def signature(secrets: tuple[str, ...], identifier: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`: one signature for each secret."""
    signed = f"{identifier}.{timestamp}.".encode() + body
    digests = (hmac.new(key_of(secret), signed, hashlib.sha256).digest() for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode('ascii')}" for digest in digests)


def body_of(message: Message) -> bytes:
    """The JSON that is sent: the same bytes at every repeat.

    `type`, `timestamp` and `data` are where the specification recommends them.
    """
    content = {
        "type": TYPE,
        "timestamp": message.date.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "id": message.message_id,
            "in_reply_to": message.in_reply_to,
            "recipient": {"name": message.recipient.display_name, "address": message.recipient.address},
            "subject": message.subject,
            "text": message.text,
            "payload": dict(message.payload),
        },
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class WebhookNotifier:
    """A Notifier for one webhook. `clock` gives the present instant: receivers refuse what is old."""

    def __init__(self, channel: str, settings: WebhookSettings, *, clock: Callable[[], datetime]) -> None:
        self._channel = channel
        self._settings = settings
        self._clock = clock
        self._break_offs = BreakOffs()

    @property
    def channel(self) -> str:
        return self._channel

    def send(self, message: Message) -> Outcome:
        target, secrets = self._settings.target, self._settings.secrets
        now, body = self._clock(), body_of(message)
        seconds = int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message.message_id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": signature(secrets, message.message_id, seconds, body),
        }
        try:
            answer = exchange(target, "POST", target.path, body=body, headers=headers)
        except HttpFailedError as failure:
            return self._break_offs.in_view_of_the_last(failure.outcome)
        shown_as = [secret.removeprefix(_PREFIX) for secret in secrets]
        outcome = outcome_of(answer, target, now, *shown_as)
        return self._break_offs.in_view_of_the_last(outcome)

    def close(self) -> None:
        """Nothing is kept open between messages."""
