"""What the tests of mails share: a composed mail and golden files."""

from collections.abc import Callable

import pytest

from monitor.compose import Links, compose
from monitor.core.notifications import Notice, Notification, OperationsNews
from notifiers.message import Message
from tests.support.notices import notification, operations_mail

LINKS = Links(
    page_url="https://limen.kent.example",
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
