"""What the tests of mails share: a composed mail, golden files and a browser."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from monitor.compose import Links, compose
from monitor.core.notifications import Notice, Notification, OperationsNews
from notifiers.message import Message
from tests.support.components import require_program
from tests.support.notices import notification, operations_mail

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LINKS = Links(
    base_url="https://limen.kent.example",
    contact="performance.team@kent.example",
    acknowledging=lambda notice, recipient: (
        f"https://limen.kent.example/acknowledge/{recipient}.{notice.kind}.5c1f09e2b7"
    ),
)

Composing = Callable[..., Message]


@pytest.fixture
def mail() -> Composing:
    """Composes notices to Swale's district manager, or news of limen itself, under a fixed Message-ID.

    ``whole`` is a notification of one's own instead.
    """

    def composed(
        *notices: Notice,
        links: Links = LINKS,
        about_limen: OperationsNews | None = None,
        whole: Notification | None = None,
    ) -> Message:
        return compose(
            whole or (operations_mail(about_limen) if about_limen else notification(*notices)),
            message_id="<outbox-17.5f3a@limen.example>",
            in_reply_to=None,
            references=(),
            links=links,
        )

    return composed


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """A real Chromium, without network."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where a browser is there

    program = require_program("chromium", "chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",  # CI runs as root, where Chromium's sandbox cannot start
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield chromium
        chromium.close()
