"""A Notification becomes a Message. Pure: the same facts, the same mail, to the last byte.

The order of things is that of a reader with ten seconds: colour and word, area and measure, the figure and
its limit, what to do; then the chart and the details; then why they get it and which rule it was.
"""

import hashlib
from collections.abc import Sequence
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from monitor.charts import series_chart
from monitor.compose.again import Moment
from monitor.compose.links import Links
from monitor.compose.operations import OPERATIONS_HEADERS, operations_view
from monitor.compose.overview import most_detailed
from monitor.compose.payload import payload_of
from monitor.compose.rendering import Templates, plain_text, shipped_templates
from monitor.compose.sheet import MailView
from monitor.compose.shield import chart_series, shown
from monitor.compose.stories import Story, stories
from monitor.compose.subject import subject_line
from monitor.compose.views import has_chart, mail_view
from monitor.core.notices import urgency
from monitor.core.notifications import Notice, Notification
from notifiers.message import Address, InlineImage, Message
from notifiers.mime import one_line

LONDON: Final = ZoneInfo("Europe/London")


def compose(
    notification: Notification,
    *,
    message_id: str,
    in_reply_to: str | None,
    references: tuple[str, ...],
    links: Links,
    templates: Templates | None = None,
    zone: tzinfo = LONDON,
    plain: bool = False,
) -> Message:
    """Writes the mail that tells a person all that concerns them of one cycle, or of limen itself.

    Args:
        notification: Who is told what.
        message_id: In angle brackets; the same at every repeat.
        in_reply_to: The message_id of the mail that this one follows.
        references: The thread's message_ids, the oldest first.
        links: Where the mail points to.
        templates: What lays it out; None: limen's own templates.
        zone: Where the reader's clock hangs.
        plain: Only its text, by limen's own template: nothing is drawn, and no HTML is made.

    Raises:
        ValueError: the notification holds no notice and no news, or an id is malformed.
    """
    if not notification.notices and notification.operations is None:
        raise ValueError(f"there is nothing to tell {notification.recipient.id}")
    told = told_stories(notification.notices)
    view = view_of(notification, told, message_id=message_id, links=links, zone=zone)
    layout = None if plain else (templates or shipped_templates()).lay_out(view)
    recipient = notification.recipient
    return Message(
        recipient=Address(recipient.name, recipient.address),
        subject=subject_line(notification),
        text=plain_text(view) if layout is None else layout.text,
        html=None if layout is None else layout.html,
        images=() if layout is None else _images(told, view),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        date=notification.decided_at,
        headers=_headers(told[0]) if told else OPERATIONS_HEADERS,
        payload=payload_of(notification, [notice for story in told for notice in story]),
    )


def view_of(
    notification: Notification, told: Sequence[Story], *, message_id: str, links: Links, zone: tzinfo = LONDON
) -> MailView:
    """The mail's text, ready for templates; ``told`` are its stories, shielded and in order."""
    if notification.operations is not None:
        return operations_view(notification, notification.operations, links)
    pictured = [has_chart(each[0]) for each in told[: most_detailed(len(told))]]
    content_ids = [_content_id(message_id, n) if has else "" for n, has in enumerate(pictured, 1)]
    return mail_view(notification, told, content_ids, links, Moment(notification.decided_at, zone))


def told_stories(notices: Sequence[Notice]) -> tuple[Story, ...]:
    """The stories of notices, without what must not be shown, the most urgent first."""
    return stories(sorted((shown(notice) for notice in notices), key=urgency))


def _content_id(message_id: str, number: int) -> str:
    """Unique in the world by way of the message's own id (RFC 2392, 2), and the same at every repeat."""
    return f"chart-{number}.{hashlib.sha256(message_id.encode()).hexdigest()[:16]}@limen.invalid"


def _images(told: Sequence[Story], view: MailView) -> tuple[InlineImage, ...]:
    return tuple(
        InlineImage(
            content_id=shown_as.chart.content_id,
            png=series_chart(chart_series(story[0])),
            alternative_text=shown_as.chart.alternative_text,
        )
        for story, shown_as in zip(told, view.detailed, strict=False)
        if shown_as.chart is not None
    )


def _headers(told: Story) -> dict[str, str]:
    """What mail programs' own rules can sort by, of the worst that the mail tells of."""
    worst = told[0]
    return {
        "X-Limen-Kind": worst.kind.value,
        "X-Limen-Level": "none" if worst.level is None else worst.level.value,
        "X-Limen-Area": ", ".join(one_line(each.area) for each in told),
        "X-Limen-Rule": one_line(worst.rule),
    }
