"""One connection to a mail server: opened, secured, logged in, and used for one mail after another.

What goes wrong is raised as `ExchangeFailedError`, which carries the Outcome; nothing else leaves this
module. smtplib speaks the protocol. Two things are done here instead: the login, since smtplib tries every
mechanism in turn (three failures count towards a lock-out) and knows ASCII passwords only; and the end of
DATA, since `SMTP.data` does not tell a connection lost before the mail was handed over from one lost after.
"""

import base64
import re
import smtplib
import socket
import ssl
from collections.abc import Callable

from notifiers.message import Deferred, Outcome, OutcomeCode, Scope
from notifiers.mime import Mailbox
from notifiers.smtp_replies import Reply, Stage, outcome_of
from notifiers.smtp_settings import HOST_NAME, SmtpSettings

_LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
_GO_AHEAD, _OK, _FORWARDED, _LOGGED_IN, _CHALLENGE = 354, 250, 251, 235, 334


class ExchangeFailedError(Exception):
    """The exchange with the server cannot go on; `outcome` says what that means for the mail."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def _failed(code: OutcomeCode, reason: str, scope: Scope = "channel") -> ExchangeFailedError:
    return ExchangeFailedError(Deferred(reason, code, scope))


class SmtpSession:
    """A connection that is ready for mail. Use `SmtpSession.open`; after a failure only `abandon` is left."""

    def __init__(self, connection: smtplib.SMTP, settings: SmtpSettings) -> None:
        self._connection = connection
        self._settings = settings
        self.mails = 0

    @classmethod
    def open(cls, settings: SmtpSettings) -> "SmtpSession":
        """Connects, secures and logs in, in that order."""
        connection = _connection(settings)
        try:
            _greet(connection, settings)
            if settings.username is not None and settings.password is not None:
                _log_in(connection, settings.username, settings.password)
        except ExchangeFailedError:
            connection.close()
            raise
        except (OSError, smtplib.SMTPException) as error:
            connection.close()
            raise _not_opened(error, settings) from error
        return cls(connection, settings)

    @property
    def takes_utf8(self) -> bool:
        return self._connection.has_extn("smtputf8")

    def alive(self) -> bool:
        """Whether the server still answers; RSET also forgets whatever came before (RFC 5321, 4.1.1.5)."""
        try:
            code, _ = self._connection.rset()
        except (OSError, smtplib.SMTPException):
            return False
        return code == _OK

    def transfer(
        self, content: bytes, bounce: Mailbox, recipient: Mailbox, too_late: Callable[[], bool]
    ) -> Outcome:
        """Hands one mail over, unless it is `too_late` once the server is ready for its content.

        `content` has CRLF line ends.
        """
        self.mails += 1
        try:
            self._envelope(content, bounce, recipient)
        except (OSError, smtplib.SMTPException) as error:
            raise _broken_off(error, self._settings) from error
        if too_late():
            raise _failed(
                OutcomeCode.TIMED_OUT,
                f"the mail server took longer than {self._settings.exchange_timeout:g} seconds to get ready",
                scope="message",
            )
        return self._hand_over(content)

    def _envelope(self, content: bytes, bounce: Mailbox, recipient: Mailbox) -> None:
        options = [f"SIZE={len(content)}"] if self._connection.has_extn("size") else []
        if bounce.needs_smtputf8 or recipient.needs_smtputf8 or not content.isascii():
            options.append("SMTPUTF8")
        _expect(Stage.SENDER, self._connection.mail(bounce.address, options), _OK)
        _expect(Stage.RECIPIENT, self._connection.rcpt(recipient.address), _OK, _FORWARDED)
        _expect(Stage.CONTENT, self._connection.docmd("DATA"), _GO_AHEAD)

    def _hand_over(self, content: bytes) -> Outcome:
        """From the first byte of the mail on, a lost connection leaves open whether it was accepted."""
        ended = content if content.endswith(b"\r\n") else content + b"\r\n"
        try:
            self._connection.send(_LEADING_DOT.sub(b"..", ended) + b".\r\n")
            self._patience(self._settings.final_timeout)
            code, text = self._connection.getreply()
            self._patience(self._settings.timeout)
        except (OSError, smtplib.SMTPException) as error:
            raise _failed(
                OutcomeCode.REPLY_LOST,
                "the mail server did not answer after the mail was handed over, so it may have been accepted",
                scope="message",
            ) from error
        return outcome_of(Stage.CONTENT, Reply.from_wire(code, text))

    def _patience(self, seconds: float) -> None:
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)

    def quit(self) -> None:
        try:
            self._connection.quit()
        except (OSError, smtplib.SMTPException):
            self._connection.close()

    def abandon(self) -> None:
        self._connection.close()


def _expect(stage: Stage, answer: tuple[int, bytes], *wanted: int) -> None:
    code, text = answer
    if code not in wanted:
        raise ExchangeFailedError(outcome_of(stage, Reply.from_wire(code, text)))


def _connection(settings: SmtpSettings) -> smtplib.SMTP:
    """A connected smtplib client that has read the server's greeting."""
    name = _local_hostname(settings)
    try:
        if settings.security == "tls":
            return smtplib.SMTP_SSL(
                settings.host, settings.port, name, timeout=settings.timeout, context=_tls(settings)
            )
        return smtplib.SMTP(settings.host, settings.port, name, timeout=settings.timeout)
    except smtplib.SMTPConnectError as error:
        reply = Reply.from_wire(error.smtp_code, _as_bytes(error.smtp_error))
        raise ExchangeFailedError(outcome_of(Stage.GREETING, reply)) from error
    except (OSError, UnicodeError, smtplib.SMTPException) as error:
        raise _not_opened(error, settings) from error


def _as_bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


def _local_hostname(settings: SmtpSettings) -> str:
    """The name for EHLO, without the look-up that smtplib would do; an address literal where it is none."""
    name = settings.local_hostname or socket.gethostname()
    return name if HOST_NAME.fullmatch(name) else "[127.0.0.1]"


def _tls(settings: SmtpSettings) -> ssl.SSLContext:
    """A context that always verifies; its faults are ours, not the server's."""
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:
        raise _failed(
            OutcomeCode.MISCONFIGURED,
            f"the certificate authorities in {settings.ca_file} cannot be read: {error}",
        ) from error


def _greet(connection: smtplib.SMTP, settings: SmtpSettings) -> None:
    """EHLO, and STARTTLS with another EHLO where asked for: what was said before TLS counts for nothing."""
    _say_hello(connection)
    if settings.security != "starttls":
        return
    if not connection.has_extn("starttls"):
        raise _failed(OutcomeCode.TLS_FAILED, f"the mail server {settings.host} offers no STARTTLS")
    try:
        connection.starttls(context=_tls(settings))
    except smtplib.SMTPResponseException as error:
        reply = Reply.from_wire(error.smtp_code, _as_bytes(error.smtp_error))
        raise ExchangeFailedError(outcome_of(Stage.SECURITY, reply)) from error
    _say_hello(connection)


def _say_hello(connection: smtplib.SMTP) -> None:
    code, _ = connection.ehlo()
    if code != _OK:
        _expect(Stage.HELLO, connection.helo(), _OK)


def _log_in(connection: smtplib.SMTP, username: str, password: str) -> None:
    """One attempt by PLAIN (RFC 4616), or by LOGIN where the server offers no PLAIN."""
    offered = connection.esmtp_features.get("auth", "").upper().split()
    if "PLAIN" in offered:
        answer = connection.docmd("AUTH", f"PLAIN {_base64(f'{chr(0)}{username}{chr(0)}{password}')}")
    elif "LOGIN" in offered:
        answer = connection.docmd("AUTH", "LOGIN")
        for secret in (username, password):
            if answer[0] == _CHALLENGE:
                answer = connection.docmd(_base64(secret))
    else:
        raise _failed(OutcomeCode.LOGIN_REFUSED, "the mail server offers no login by user name and password")
    _expect(Stage.LOGIN, _without_secrets(answer, username, password), _LOGGED_IN)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _without_secrets(answer: tuple[int, bytes], username: str, password: str) -> tuple[int, bytes]:
    """The server's answer, should it repeat what we sent, without it."""
    code, text = answer
    for secret in (_base64(f"\0{username}\0{password}"), _base64(password), password):
        text = text.replace(secret.encode(), b"***") if secret else text
    return code, text


def _cause(error: Exception) -> BaseException:
    """The failure of the socket, which tells more than the exception that smtplib puts in its place."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ is not None:
        return error.__context__
    return error


def _not_opened(error: Exception, settings: SmtpSettings) -> ExchangeFailedError:
    """Why there is no connection ready for mail, in words for whoever has to mend it."""
    server = f"the mail server {settings.host}:{settings.port}"
    match _cause(error):
        case socket.gaierror() | UnicodeError():
            return _failed(OutcomeCode.NAME_NOT_RESOLVED, f"the name of {server} cannot be resolved")
        case ssl.SSLCertVerificationError(verify_message=why):
            return _failed(OutcomeCode.TLS_FAILED, f"{server} could not prove who it is: {why}")
        case ssl.SSLError(reason=why):
            return _failed(OutcomeCode.TLS_FAILED, f"no encryption with {server}: {why or 'broken off'}")
        case TimeoutError():
            return _failed(
                OutcomeCode.TIMED_OUT, f"{server} did not answer within {settings.timeout:g} seconds"
            )
        case OSError(strerror=str(why)):
            return _failed(OutcomeCode.CONNECTION_FAILED, f"no connection to {server}: {why}")
        case _:
            return _failed(OutcomeCode.CONNECTION_LOST, f"{server} closed the connection before any mail")


def _broken_off(error: Exception, settings: SmtpSettings) -> ExchangeFailedError:
    """What it means that the exchange ended before the mail was handed over."""
    if isinstance(_cause(error), TimeoutError):
        reason = f"the mail server did not answer within {settings.timeout:g} seconds"
        return _failed(OutcomeCode.TIMED_OUT, reason, scope="message")
    reason = "the mail server closed the connection before it had the mail"
    return _failed(OutcomeCode.CONNECTION_LOST, reason, scope="message")
