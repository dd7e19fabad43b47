"""Links in mails by which their readers say that they are dealing with a breach: signed, and good for a time.

A token is what it says (a JSON list) and an HMAC-SHA256 of that (RFC 2104), both in the URL-safe base64 of
RFC 4648, section 5, without padding, with a dot between them. Whoever has the link acts as the person it was
sent to; without the key nobody can make one, or change what one says.
"""

import hashlib
import hmac
import json
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from monitor.core.notifications import Notice
from monitor.core.rulebook import Level

LINK_LASTS: Final = timedelta(days=42)
"""How long a link in a mail can be used: longer than the longest distance of two reminders."""

LONGEST_TOKEN: Final = 2_000
"""Characters; a longer one is not looked at. Addresses of this length pass every common proxy."""

_LINK: Final = "limen acknowledgement 1"
_PAGE: Final = "limen acknowledgement page 1"
_NO_LEVEL: Final = ""


@dataclass(frozen=True, slots=True)
class AckClaim:
    """What a link stands for: one breach, the person it was sent to, and the level that they were told."""

    rule: str
    area: str
    episode: int
    recipient: str
    level: Level | None
    expires: datetime


class TokenFault(StrEnum):
    """Why a link can't be used. Only of one that limen signed itself is anything said of its contents."""

    INCOMPLETE = "the link is not complete"
    NOT_OURS = "the link was not made by this limen, or it was changed on its way"
    EXPIRED = "the link is too old"


def ack_token(key: bytes, claim: AckClaim) -> str:
    """Returns the token of a claim, signed; all its characters may stand in a URL as they are."""
    level = _NO_LEVEL if claim.level is None else claim.level.value
    expires = math.ceil(claim.expires.timestamp())
    said = [claim.rule, claim.area, claim.episode, claim.recipient, level, expires]
    payload = _encoded(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{payload}.{_signature(key, _LINK, payload)}"


def read_token(keys: Sequence[bytes], token: str, now: datetime) -> AckClaim | TokenFault:
    """Returns what a token stands for if one of ``keys`` signed it and it has not expired, else why not."""
    payload, dot, signature = token.partition(".")
    if not (payload and dot and signature) or len(token) > LONGEST_TOKEN or not token.isascii():
        return TokenFault.INCOMPLETE
    if not _is_signed(keys, _LINK, payload, signature):
        return TokenFault.NOT_OURS
    claim = _claim(payload)
    if claim is None:
        return TokenFault.NOT_OURS
    return claim if now < claim.expires else TokenFault.EXPIRED


def page_seal(key: bytes, token: str, level: Level | None) -> str:
    """Returns what only the page has that was shown for a token: it binds the level that its reader saw."""
    return _signature(key, _PAGE, f"{token} {_NO_LEVEL if level is None else level.value}")


def is_page_seal(keys: Sequence[bytes], token: str, level: Level | None, seal: str) -> bool:
    """Says whether ``seal`` came with the page for this token and level."""
    return seal.isascii() and any(hmac.compare_digest(page_seal(key, token, level), seal) for key in keys)


def acknowledge_link(base_url: str, key: bytes, notice: Notice, recipient: str, now: datetime) -> str:
    """Returns the address of the page on which one reader acknowledges what a notice tells of.

    Args:
        base_url: where limen's pages are, with the path that a proxy puts before them.
        key: what signs it.
        notice: what the mail tells.
        recipient: the id of the mail's reader.
        now: when the mail was decided; a mail that is sent again has the same link.

    Raises:
        ValueError: the notice's thread does not end with the number of a breach.
    """
    episode = int(notice.thread.rpartition("/")[2])
    claim = AckClaim(notice.rule, notice.area, episode, recipient, notice.level, now + LINK_LASTS)
    return f"{base_url.rstrip('/')}/acknowledge?token={ack_token(key, claim)}"


def acknowledge_links(base_url: str, key: bytes, now: datetime) -> Callable[[Notice, str], str]:
    """Returns :func:`acknowledge_link` for one mail, as ``compose.Links.acknowledging`` has it."""

    def link(notice: Notice, recipient: str) -> str:
        return acknowledge_link(base_url, key, notice, recipient, now)

    return link


def _claim(payload: str) -> AckClaim | None:
    """What a signed payload says; None: another version of limen wrote it."""
    try:
        rule, area, episode, recipient, level, expires = json.loads(_decoded(payload))
        return AckClaim(
            rule,
            area,
            episode,
            recipient,
            None if level == _NO_LEVEL else Level(level),
            datetime.fromtimestamp(expires, UTC),
        )
    except (ValueError, TypeError, OverflowError):
        return None


def _is_signed(keys: Sequence[bytes], purpose: str, text: str, signature: str) -> bool:
    # The text of a signature is compared, so that no other spelling of the same bytes passes.
    return any(hmac.compare_digest(_signature(key, purpose, text), signature) for key in keys)


def _signature(key: bytes, purpose: str, text: str) -> str:
    """The label keeps the uses of one key apart."""
    return _encoded(hmac.digest(key, f"{purpose}\n{text}".encode(), hashlib.sha256))


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
