"""Mail, by SMTP: one connection carries many mails, and every failure is an Outcome.

What the server's replies mean is in `notifiers.smtp_replies`; how a mail looks on the wire is in
`notifiers.mime`.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from notifiers.message import Address, Deferred, Message, Outcome, OutcomeCode, Rejected
from notifiers.mime import InvalidAddressError, Mailbox, mail_bytes
from notifiers.smtp import ExchangeFailedError, SmtpSession
from notifiers.smtp_settings import SmtpSettings

__all__ = ["EmailNotifier", "SmtpSettings"]

_BROKEN_OFF = frozenset({OutcomeCode.TIMED_OUT, OutcomeCode.CONNECTION_LOST, OutcomeCode.REPLY_LOST})
_STALE = frozenset({OutcomeCode.CONNECTION_LOST, OutcomeCode.SERVICE_UNAVAILABLE})


class EmailNotifier:
    """A Notifier for mail.

    The connection is kept between mails. Before it is used again the server is asked (RSET); when it has gone
    away, was idle too long or has carried enough mails, a new one is made. A server that takes leave of a
    connection that was used before (421, or just closes it), and has not accepted the mail, gets one more try
    on a new one.

    An exchange that breaks off speaks of this mail only: the next one gets its chance. When that breaks off
    too, the server is at fault and the deferral is about the channel.

    `monotonic` gives seconds that never go back: the age of an idle connection, the time one mail takes.
    """

    channel = "email"

    def __init__(self, settings: SmtpSettings, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._sender = settings.sender_mailbox
        self._bounce = settings.bounce_mailbox
        self._monotonic = monotonic
        self._session: SmtpSession | None = None
        self._begun = 0.0
        self._last_used = 0.0
        self._last_broke_off = False

    def send(self, message: Message) -> Outcome:
        try:
            recipient = Mailbox.parse(message.recipient)
        except InvalidAddressError as error:
            return Rejected(str(error), OutcomeCode.ADDRESS_INVALID)
        try:
            bounce = Mailbox.parse(Address("", message.return_path)) if message.return_path else self._bounce
        except InvalidAddressError as error:
            return Deferred(f"the address for bounces: {error}", OutcomeCode.MISCONFIGURED, "channel")
        content = mail_bytes(message, self._sender, recipient)
        self._begun = self._monotonic()
        used_before = self._reusable()
        outcome = self._attempt(content, bounce, recipient)
        if used_before and isinstance(outcome, Deferred) and outcome.code in _STALE:
            self._drop()
            outcome = self._attempt(content, bounce, recipient)
        return self._in_view_of_the_last(outcome)

    def close(self) -> None:
        if self._session is not None:
            self._session.quit()
            self._session = None

    def _attempt(self, content: bytes, bounce: Mailbox, recipient: Mailbox) -> Outcome:
        try:
            session = self._session or SmtpSession.open(self._settings)
            self._session = session
            if not content.isascii() and not session.takes_utf8:
                return _no_smtputf8(recipient)
            outcome = session.transfer(content, bounce, recipient, self._too_late)
        except ExchangeFailedError as failure:
            outcome = failure.outcome
        if isinstance(outcome, Deferred) and (outcome.scope == "channel" or outcome.code in _BROKEN_OFF):
            self._drop()
        self._last_used = self._monotonic()
        return outcome

    def _too_late(self) -> bool:
        return self._monotonic() - self._begun > self._settings.exchange_timeout

    def _reusable(self) -> bool:
        """Whether there is a connection for the next mail; one that is not fit for it is closed."""
        session = self._session
        if session is None:
            return False
        idle = self._monotonic() - self._last_used
        if idle > self._settings.idle_limit or session.mails >= self._settings.mails_per_connection:
            self.close()
        elif not session.alive():
            self._drop()
        return self._session is not None

    def _drop(self) -> None:
        if self._session is not None:
            self._session.abandon()
            self._session = None

    def _in_view_of_the_last(self, outcome: Outcome) -> Outcome:
        broke_off = isinstance(outcome, Deferred) and outcome.code in _BROKEN_OFF
        twice = broke_off and self._last_broke_off
        self._last_broke_off = broke_off
        return replace(outcome, scope="channel") if twice and isinstance(outcome, Deferred) else outcome


def _no_smtputf8(recipient: Mailbox) -> Rejected:
    return Rejected(
        f"the mail server cannot carry letters outside ASCII before the @, as in {recipient.address}",
        OutcomeCode.ADDRESS_UNSUPPORTED,
    )
