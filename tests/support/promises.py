"""What every channel promises (`notifiers.message.Notifier`), held against a server that fails as told."""

import socket
from collections.abc import Callable, Collection
from typing import Protocol

import pytest

from notifiers.message import Deferred, Delivered, Message, Notifier


class OtherSide(Protocol):
    """A server that takes what it is sent, until it is told otherwise."""

    @property
    def port(self) -> int: ...

    def drop(self) -> None:
        """Takes each message whole from now on, and cuts the connection without an answer."""

    def fail(self) -> None:
        """Answers each message from now on with a fault that passes."""


def keeps_its_promises(
    make: Callable[[int], Notifier],
    other_side: OtherSide,
    message: Message,
    secrets: Collection[str],
    log: pytest.LogCaptureFixture,
) -> None:
    """Asserts them of the channel that ``make`` makes for a port.

    It raises for none of these: nobody listens, the answer is lost, the other side fails. It can be used
    after it was closed, and closed twice. None of its secrets shows in what it answers, in its settings or in
    the log.
    """
    log.set_level("DEBUG")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nobody = make(unused.getsockname()[1])
        down = nobody.send(message)
    nobody.close()
    there = make(other_side.port)
    good = there.send(message)
    there.close()
    again = there.send(message)
    other_side.drop()
    lost = there.send(message)
    other_side.fail()
    failed = there.send(message)
    there.close()
    there.close()

    assert [type(each) for each in (down, good, again, lost, failed)] == [
        Deferred,
        Delivered,
        Delivered,
        Deferred,
        Deferred,
    ]
    seen = f"{down} {good} {again} {lost} {failed} {there!r} {vars(there)['_settings']!r} {log.text}"
    assert [secret for secret in secrets if secret in seen] == []
