"""A source of pages that fares as a test tells it, behind a real HTTP port, and a page's words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import httpx

from monitor.metrics import Metrics
from monitor.scoreboard import Scoreboard
from monitor.web.application import web_application
from monitor.web.server import HttpPort
from monitor.web.status import Readiness, Vitals, readiness
from tests.support.board import NOON, RULEBOOK

WELL = Vitals(
    version="1.2.3",
    started=NOON - timedelta(hours=1),
    rulebook=RULEBOOK.version,
    last_success=NOON - timedelta(seconds=30),
    store_reached=True,
    outbox={"pending": 2, "sent": 40},
)


@dataclass
class Source:
    """A daemon that fares as told."""

    told: Vitals = WELL
    metrics: Metrics = field(default_factory=lambda: Metrics("1.2.3"))

    @property
    def scoreboard(self) -> Scoreboard:
        return self.metrics.scoreboard

    def now(self) -> datetime:
        return NOON

    def vitals(self) -> Vitals:
        return self.told

    def readiness(self) -> Readiness:
        return readiness(self.told, NOON, timedelta(minutes=4))

    def exposition(self, accept: str) -> tuple[bytes, str]:
        return self.metrics.negotiated(accept)


@contextmanager
def served(source: Source) -> Iterator[httpx.Client]:
    """A client of a real HTTP port that shows the source."""
    port = HttpPort(web_application(source, ZoneInfo("Europe/London")), "127.0.0.1", 0)
    port.start()
    try:
        with httpx.Client(base_url=f"http://{port.address}") as client:
            yield client
    finally:
        port.stop()
        assert not port.alive


class Text(HTMLParser):
    """The words of a page as a reader sees them, and its elements' names and addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.addresses: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.words += f"{data} "

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attributes if name in {"href", "src", "action"}]


def words(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return " ".join(Text(answer.text).words.split())
