"""What a mail server's reply means for a mail: delivered, try again, or never. Pure.

The reply code says permanent or not (RFC 5321, 4.2.1), but not whose fault it is. A permanent refusal that
speaks of our login, our sender address or our configuration would meet every mail to every manager: such a
mail is deferred, so that nothing is lost while the settings are mended. Only what speaks of this recipient or
this mail is rejected. The stage of the exchange and the enhanced status code (RFC 3463, RFC 5248 and the
registry that it opened) tell which it is.

| stage | reply | outcome |
|---|---|---|
| any | 421 | deferred, channel: the server is closing down (RFC 5321, 3.8) |
| greeting, hello, TLS, login | 4xx, 5xx | deferred, channel |
| sender | 4xx | deferred, channel: nothing in it is about the recipient |
| sender | 552, x.3.4, x.2.3 | rejected: too large (RFC 1870, 6) |
| sender | x.6.7 | rejected: the address needs SMTPUTF8 (RFC 6531, 3.5) |
| sender | any other 5xx | deferred, channel |
| recipient, content | 4xx | deferred, this mail: greylisting (RFC 6647), storage and so on |
| recipient, content | 53x, x.7.8 and its like | deferred, channel: our login or lack of TLS (RFC 4954, 6) |
| recipient, content | x.1.7, x.1.8, x.7.20 to x.7.28 | deferred: our sender address, DKIM, SPF (RFC 7372) |
| recipient, content | 500, 502 to 504, 555 | deferred: command not understood (RFC 5321, 4.2.2) |
| recipient | 5xx that names relaying | deferred: the server does not relay for us |
| content | 552, x.3.4, x.2.3 | rejected: too large |
| recipient, content | any other 5xx | rejected |
| content | 2xx | delivered |

A rejection says that the address itself fails where the enhanced status code does (x.1.0 to x.1.4, x.1.6:
RFC 3463, 3.2; x.1.10: RFC 7505, 4.2; x.2.1: a disabled mailbox; x.2.2: a full one; x.4.1: Exchange Online's
"Recipient address rejected" for an unknown user), or where the recipient is refused with 550, 551, 553 or
556 (RFC 5321, 4.2.3; RFC 7504) and no status code that says more. A refusal by policy (x.7.x) or of a content
does not.

Relaying is recognised by its text: Postfix ("Relay access denied"), Exim ("relay not permitted"), Sendmail
("Relaying denied") and Exchange ("Unable to relay") share no code for it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from notifiers.message import Deferred, Delivered, Outcome, OutcomeCode, Rejected, Scope

_ENHANCED = re.compile(r"[245]\.(\d{1,3})\.(\d{1,3})(?!\d)", re.ASCII)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\u00a0-\uffff]+")
_LONGEST_TEXT = 300

_POSITIVE, _TEMPORARY, _PERMANENT = 2, 4, 5
_CLOSING_DOWN = 421
_STORAGE_EXCEEDED = 552
_NOT_UNDERSTOOD = frozenset({500, 502, 503, 504, 555})
_LOGIN_CODES = frozenset({523, 525, 530, 534, 535, 538})
_LOGIN_STATUS = frozenset({(7, 8), (7, 9), (7, 10), (7, 11), (7, 13), (7, 14)})
_SENDER_STATUS = frozenset({(1, 7), (1, 8)} | {(7, detail) for detail in range(20, 29)})
_TOO_LARGE_STATUS = frozenset({(2, 3), (3, 4)})
_MAILBOX_FULL = (2, 2)
_NEEDS_SMTPUTF8 = (6, 7)
_ADDRESS_CODES = frozenset({550, 551, 553, 556})
_ADDRESS_STATUS = frozenset(
    {(1, detail) for detail in (0, 1, 2, 3, 4, 6, 10)} | {(2, 1), _MAILBOX_FULL, (4, 1)}
)
_NOTHING_SAID = frozenset({None, (0, 0)})


class Stage(StrEnum):
    """How far the exchange had come when the server spoke; the value completes "the server refused ..."."""

    GREETING = "the connection"
    HELLO = "our greeting"
    SECURITY = "encryption"
    LOGIN = "the login"
    SENDER = "the sender"
    RECIPIENT = "the recipient"
    CONTENT = "the message"


_SETUP_CODE = {
    Stage.GREETING: OutcomeCode.SERVICE_UNAVAILABLE,
    Stage.HELLO: OutcomeCode.SERVICE_UNAVAILABLE,
    Stage.SECURITY: OutcomeCode.TLS_FAILED,
    Stage.LOGIN: OutcomeCode.LOGIN_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the server: its code and its text, which may hold an enhanced status code."""

    code: int
    text: str

    @classmethod
    def from_wire(cls, code: int, text: bytes) -> "Reply":
        """The reply as smtplib hands it over, made safe to print and cut to a length fit for a log."""
        readable = _UNPRINTABLE.sub(" ", text.decode("utf-8", "replace")).strip()
        return cls(code, readable[:_LONGEST_TEXT])

    @property
    def status(self) -> tuple[int, int] | None:
        """Subject and detail of the enhanced status code (RFC 3463, 2), or None."""
        found = _ENHANCED.match(self.text)
        return (int(found[1]), int(found[2])) if found else None

    @property
    def permanent(self) -> bool:
        return self.code // 100 == _PERMANENT

    @property
    def temporary(self) -> bool:
        return self.code // 100 == _TEMPORARY

    @property
    def positive(self) -> bool:
        return self.code // 100 == _POSITIVE

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def outcome_of(stage: Stage, reply: Reply) -> Outcome:
    """What `reply` means at `stage`. Before CONTENT only replies that stop the exchange are judged."""
    if stage is Stage.CONTENT and reply.positive:
        return Delivered(str(reply))
    if reply.code == _CLOSING_DOWN:
        return Deferred(
            f"the mail server is closing down: {reply}", OutcomeCode.SERVICE_UNAVAILABLE, scope="channel"
        )
    if not (reply.permanent or reply.temporary):
        return _not_smtp(stage, reply)
    if stage in _SETUP_CODE:
        return Deferred(_refusal(stage, reply), _SETUP_CODE[stage], scope="channel")
    if stage is Stage.SENDER:
        return _about_the_sender(reply)
    return _about_the_message(stage, reply)


def _refusal(stage: Stage, reply: Reply) -> str:
    verb = "refused" if reply.permanent else "put off"
    return f"the mail server {verb} {stage}: {reply}"


def _not_smtp(stage: Stage, reply: Reply) -> Deferred:
    """An answer outside the protocol; after the content it leaves open whether the mail was accepted."""
    code = OutcomeCode.REPLY_LOST if stage is Stage.CONTENT else OutcomeCode.CONNECTION_LOST
    scope: Scope = "channel" if stage in _SETUP_CODE else "message"
    return Deferred(f"the mail server's answer to {stage} makes no sense: {reply}", code, scope)


def _too_large(reply: Reply) -> bool:
    bare = reply.code == _STORAGE_EXCEEDED and reply.status != _MAILBOX_FULL
    return bare or reply.status in _TOO_LARGE_STATUS


def _about_the_sender(reply: Reply) -> Outcome:
    if reply.temporary:
        return Deferred(_refusal(Stage.SENDER, reply), OutcomeCode.SERVICE_UNAVAILABLE, scope="channel")
    if reply.status == _NEEDS_SMTPUTF8:
        return Rejected(_refusal(Stage.SENDER, reply), OutcomeCode.ADDRESS_UNSUPPORTED)
    if _too_large(reply):
        return Rejected(_refusal(Stage.CONTENT, reply), OutcomeCode.MESSAGE_TOO_LARGE)
    if _login_wanted(reply):
        return Deferred(_refusal(Stage.LOGIN, reply), OutcomeCode.LOGIN_REFUSED, scope="channel")
    code = OutcomeCode.MISCONFIGURED if reply.code in _NOT_UNDERSTOOD else OutcomeCode.SENDER_REFUSED
    return Deferred(_refusal(Stage.SENDER, reply), code, scope="channel")


def _about_the_message(stage: Stage, reply: Reply) -> Outcome:
    to_recipient = stage is Stage.RECIPIENT
    if reply.temporary:
        code = OutcomeCode.RECIPIENT_DEFERRED if to_recipient else OutcomeCode.MESSAGE_DEFERRED
        return Deferred(_refusal(stage, reply), code, scope="message")
    return _our_fault(stage, reply) or Rejected(
        _refusal(stage, reply), _rejection_code(stage, reply), address_fails=_address_fails(stage, reply)
    )


def _our_fault(stage: Stage, reply: Reply) -> Deferred | None:
    """A permanent refusal for which neither recipient nor mail can be blamed."""
    if _login_wanted(reply):
        return Deferred(_refusal(Stage.LOGIN, reply), OutcomeCode.LOGIN_REFUSED, scope="channel")
    if reply.status in _SENDER_STATUS:
        return Deferred(_refusal(Stage.SENDER, reply), OutcomeCode.SENDER_REFUSED, scope="message")
    relaying = stage is Stage.RECIPIENT and "relay" in reply.text.lower()
    if relaying or reply.code in _NOT_UNDERSTOOD:
        return Deferred(_refusal(stage, reply), OutcomeCode.MISCONFIGURED, scope="message")
    return None


def _rejection_code(stage: Stage, reply: Reply) -> OutcomeCode:
    if reply.status == _NEEDS_SMTPUTF8:
        return OutcomeCode.ADDRESS_UNSUPPORTED
    if stage is Stage.RECIPIENT or reply.status == _MAILBOX_FULL:
        return OutcomeCode.RECIPIENT_REFUSED
    return OutcomeCode.MESSAGE_TOO_LARGE if _too_large(reply) else OutcomeCode.MESSAGE_REFUSED


def _address_fails(stage: Stage, reply: Reply) -> bool:
    """Whether a rejection is of the address: after the content too, for each mail has one recipient."""
    bare = stage is Stage.RECIPIENT and reply.code in _ADDRESS_CODES and reply.status in _NOTHING_SAID
    return bare or reply.status in _ADDRESS_STATUS


def _login_wanted(reply: Reply) -> bool:
    return reply.code in _LOGIN_CODES or reply.status in _LOGIN_STATUS
