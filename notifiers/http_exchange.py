"""One request and its answer over HTTP/1.1 (RFC 9112), within one deadline.

http.client speaks the protocol. Done here: a deadline for the whole exchange, where a socket's timeout
counts anew with every byte that drips in; an answer that is read only so far; and a failure that says whether
the server may have taken the request. No redirect is followed, and no connection is kept: channels send a
few messages a day.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from notifiers.http_target import HttpTarget
from notifiers.message import Deferred, Outcome, OutcomeCode, Scope

LONGEST_ANSWER = 65_536
"""Bytes of an answer that are read; the rest is left."""

_SENT_AT_ONCE = 16_384


class HttpFailedError(Exception):
    """There is no answer; `outcome` says what that means for the message."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What the server said. `body` is cut off at LONGEST_ANSWER, or at what was asked for."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    target: HttpTarget,
    method: str,
    path: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str],
    longest: int = LONGEST_ANSWER,
    monotonic: Callable[[], float] = time.monotonic,
) -> HttpAnswer:
    """Sends one request and reads the answer, up to `longest` bytes of it.

    Raises:
        HttpFailedError: no connection, or none that can be trusted; or it broke off.
    """
    deadline = _Deadline(monotonic, monotonic() + target.timeout)
    try:
        raw = _connected(target, deadline)
    except (OSError, UnicodeError) as error:
        raise _not_connected(error, target) from error
    try:
        return _converse(target, _TimedSocket(raw, deadline), (method, path, body, headers), longest)
    finally:
        raw.close()


@dataclass(frozen=True, slots=True)
class _Deadline:
    monotonic: Callable[[], float]
    at: float

    def left(self) -> float:
        """Seconds that are left, more than none."""
        left = self.at - self.monotonic()
        if left <= 0:
            raise TimeoutError("the time for the exchange is over")
        return left


class _TimedSocket(io.RawIOBase):
    """A socket as http.client uses one; every step takes what is left of the time."""

    def __init__(self, sock: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # what io hands over
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)

    def sendall(self, content: bytes) -> None:
        for start in range(0, len(content), _SENT_AT_ONCE):
            self._sock.settimeout(self._deadline.left())
            self._sock.sendall(content[start : start + _SENT_AT_ONCE])

    def makefile(self, *_: object) -> io.BufferedReader:
        return io.BufferedReader(self)

    def close(self) -> None:
        """Does nothing: http.client closes early what it has yet to read; `exchange` closes the socket."""


def _connected(target: HttpTarget, deadline: _Deadline) -> socket.socket:
    """A connection, encrypted where the target says so; each address of the name gets its share of time."""
    addresses = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    failure = OSError("the name has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(deadline.left() / (len(addresses) - tried))
            sock.connect(address)
            if not target.encrypted:
                return sock
            sock.settimeout(deadline.left())
            return _tls(target).wrap_socket(sock, server_hostname=target.host)
        except ssl.SSLError:
            sock.close()
            raise
        except OSError as error:
            sock.close()
            failure = error
    raise failure


def _tls(target: HttpTarget) -> ssl.SSLContext:
    """A context that always verifies; its faults are ours, not the server's."""
    try:
        return ssl.create_default_context(cafile=target.ca_file)
    except OSError as error:
        reason = f"the certificate authorities in {target.ca_file} cannot be read: {error.strerror or error}"
        raise HttpFailedError(Deferred(reason, OutcomeCode.MISCONFIGURED, "channel")) from error


def _converse(
    target: HttpTarget,
    timed: _TimedSocket,
    request: tuple[str, str, bytes | None, Mapping[str, str]],
    longest: int,
) -> HttpAnswer:
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.default_port = 443 if target.encrypted else 80  # for the Host header
    connection.sock = timed
    method, path, body, headers = request
    own = {"User-Agent": "limen", "Connection": "close"}
    if target.authorization is not None:
        own["Authorization"] = target.authorization
    refused_early = False
    try:
        connection.request(method, path, body=body, headers=own | dict(headers))
    except (BrokenPipeError, ConnectionResetError):
        refused_early = True  # a server that takes no more may still have said why
    except OSError as error:
        raise _broken_off(error, target) from error
    try:
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise (_broken_off if refused_early else _unheard)(error, target) from error
    content = b""
    with suppress(OSError, http.client.HTTPException, ValueError):  # the status has said what matters
        content = response.read(longest)
    return HttpAnswer(response.status, dict(response.headers), content)


def _failed(code: OutcomeCode, reason: str, scope: Scope) -> HttpFailedError:
    return HttpFailedError(Deferred(reason, code, scope))


def _not_connected(error: Exception, target: HttpTarget) -> HttpFailedError:
    """Why there is no connection, in words for whoever has to mend it."""
    server = target.shown
    match error:
        case socket.gaierror() | UnicodeError():
            code, why = OutcomeCode.NAME_NOT_RESOLVED, f"the name of {server} cannot be resolved"
        case ssl.SSLCertVerificationError(verify_message=message):
            code, why = OutcomeCode.TLS_FAILED, f"{server} could not prove who it is: {message}"
        case ssl.SSLError(reason=message):
            code, why = OutcomeCode.TLS_FAILED, f"no encryption with {server}: {message or 'broken off'}"
        case TimeoutError():
            code, why = OutcomeCode.TIMED_OUT, f"{server} did not answer within {target.timeout:g} seconds"
        case OSError(strerror=str(message)):
            code, why = OutcomeCode.CONNECTION_FAILED, f"no connection to {server}: {message}"
        case _:
            code, why = OutcomeCode.CONNECTION_FAILED, f"no connection to {server}"
    return _failed(code, why, "channel")


def _broken_off(error: Exception, target: HttpTarget) -> HttpFailedError:
    """The server had only part of the request."""
    if isinstance(error, TimeoutError):
        reason = f"{target.shown} did not take the message within {target.timeout:g} seconds"
        return _failed(OutcomeCode.TIMED_OUT, reason, "message")
    reason = f"{target.shown} closed the connection before it had the message"
    return _failed(OutcomeCode.CONNECTION_LOST, reason, "message")


def _unheard(error: Exception, target: HttpTarget) -> HttpFailedError:
    """The server had the whole request: it may have taken it."""
    how = "did not answer in time" if isinstance(error, TimeoutError) else "gave no answer that can be read"
    reason = f"{target.shown} {how} after it had the message, so it may have been accepted"
    return _failed(OutcomeCode.REPLY_LOST, reason, "message")
