"""Links in the demo's mails lead somewhere: the same pages as in service, by the time in the play."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.answers import AnswerDesk
from monitor.core.ack_tokens import AckClaim, TokenFault, read_token


@dataclass(frozen=True)
class DemoDesk(AnswerDesk):
    """Answers as in service, but no link runs out: three years pass in a minute, and all mails lie to hand.

    ``began`` is when the play began.
    """

    began: datetime

    @classmethod
    def of(cls, desk: AnswerDesk, began: datetime) -> Self:
        """The demo's desk in place of the one in service."""
        return cls(desk.store, desk.world, desk.keys, desk.zone, desk.clock, began)

    def claim(self, token: str) -> AckClaim | TokenFault:
        """What a link stands for, or why it can't be used."""
        return read_token(self.keys, token, self.began)


@dataclass
class ServedApplication:
    """What the HTTP port serves. Its address has to be known before there is anything to serve all of it."""

    application: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves what is there now."""
        await self.application(scope, receive, send)
