"""A Notification becomes a Message. Pure: the same facts, the same mail, to the last byte.

The order of things is that of a reader with ten seconds: colour and word, area and measure, the figure and
its limit, what to do; then the chart and the details; then why they get it and which rule it was.
"""

import hashlib
import re
from collections.abc import Sequence
from functools import cache

import css_inline
from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from monitor import palette
from monitor.charts import HEIGHT, WIDTH, series_chart
from monitor.compose.operations import OPERATIONS_HEADERS, operations_view
from monitor.compose.payload import payload_of
from monitor.compose.plain import as_it_is, item, labelled, table, underlined, wrapped
from monitor.compose.shield import chart_series, shown
from monitor.compose.stories import Story, stories
from monitor.compose.subject import subject_line
from monitor.compose.views import MOST_DETAILED, Links, MailView, has_chart, mail_view
from monitor.core.notices import urgency
from monitor.core.notifications import Notification
from notifiers.message import Address, InlineImage, Message
from notifiers.mime import one_line

_TAG = re.compile(r'<[A-Za-z][^>"]*(?:"[^"]*"[^>"]*)*>')
_VALUE = re.compile(r'"[^"]*"')
_HTML, _TEXT = "mail/mail.html.j2", "mail/mail.txt.j2"


def compose(
    notification: Notification,
    *,
    message_id: str,
    in_reply_to: str | None,
    references: tuple[str, ...],
    links: Links,
    templates: Environment | None = None,
) -> Message:
    """Writes the mail that tells a person all that concerns them of one cycle, or of limen itself.

    Args:
        notification: Who is told what.
        message_id: In angle brackets; the same at every repeat.
        in_reply_to: The message_id of the mail that this one follows.
        references: The thread's message_ids, the oldest first.
        links: Where the mail points to.
        templates: An environment as from :func:`mail_environment`; None: limen's own templates.

    Raises:
        ValueError: the notification holds no notice and no news, or an id is malformed.
    """
    if not notification.notices and notification.operations is None:
        raise ValueError(f"there is nothing to tell {notification.recipient.id}")
    notices = sorted((shown(notice) for notice in notification.notices), key=urgency)
    told = stories(notices)
    if notification.operations is not None:
        view = operations_view(notification, notification.operations, links)
    else:
        pictured = [has_chart(each[0]) for each in told[:MOST_DETAILED]]
        content_ids = [_content_id(message_id, n) if has else "" for n, has in enumerate(pictured, 1)]
        view = mail_view(notification, told, content_ids, links)
    environment = templates or _shipped_environment()
    recipient = notification.recipient
    return Message(
        recipient=Address(recipient.name, recipient.address),
        subject=subject_line(notification),
        text=_text(environment, view),
        html=_html(environment, view),
        images=_images(told, view),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        date=notification.decided_at,
        headers=_headers(told[0]) if told else OPERATIONS_HEADERS,
        payload=payload_of(notification, notices),
    )


def mail_environment(loader: BaseLoader | None = None) -> Environment:
    """Where templates are rendered: sandboxed, for operations staff may write their own, and strict.

    HTML templates (``.html`` in their name) are escaped; an unknown name is an error, never a blank.
    """
    environment = SandboxedEnvironment(
        loader=loader or PackageLoader("monitor", "templates"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "wrapped": wrapped,
        "labelled": labelled,
        "item": item,
        "table": table,
        "underlined": underlined,
        "as_it_is": as_it_is,
    }
    tones = (
        *(palette.RED, palette.AMBER, palette.NOTICE, palette.RECOVERED, palette.CLOSED),
        *(palette.LATE, palette.ARRIVED, palette.REFUSED),
    )
    environment.globals |= {
        "light": palette.LIGHT,
        "dark": palette.DARK,
        "tones": tones,
        "chart_width": WIDTH,
        "chart_height": HEIGHT,
    }
    return environment


@cache
def _shipped_environment() -> Environment:
    return mail_environment()


def _text(environment: Environment, view: MailView) -> str:
    """The plain text, with single empty lines between its parts."""
    lines: list[str] = []
    for line in environment.get_template(_TEXT).render(mail=view).splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


def _html(environment: Environment, view: MailView) -> str:
    """The HTML with its styles in the elements, for Gmail and Outlook; the dark ones stay in the head."""
    html = environment.get_template(_HTML).render(mail=view)
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    lines = (line.strip() for line in _with_quiet_attributes(inliner.inline(html)).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _with_quiet_attributes(html: str) -> str:
    """The HTML with ``<`` and ``>`` escaped in attribute values too.

    The inliner writes HTML as the standard says (HTML, 13.3 "Serializing HTML fragments"), where they stand
    as they are; mail programs' own readers have not all been written by the standard.
    """

    def quiet(tag: re.Match[str]) -> str:
        return _VALUE.sub(lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), tag[0])

    return _TAG.sub(quiet, html)


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
