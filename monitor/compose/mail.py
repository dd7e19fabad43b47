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
from monitor.compose.payload import payload_of
from monitor.compose.plain import item, labelled, table, underlined, wrapped
from monitor.compose.shield import chart_series, shown
from monitor.compose.subject import subject_of
from monitor.compose.views import MOST_DETAILED, Links, MailView, mail_view
from monitor.core.notices import urgency
from monitor.core.notifications import Notice, Notification
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
    """Writes the mail that tells a person all that concerns them of one cycle.

    Args:
        notification: Who is told what.
        message_id: In angle brackets; the same at every repeat.
        in_reply_to: The message_id of the mail that this one follows.
        references: The thread's message_ids, the oldest first.
        links: Where the mail points to.
        templates: An environment as from :func:`mail_environment`; None: limen's own templates.

    Raises:
        ValueError: the notification holds no notice, or an id is malformed.
    """
    if not notification.notices:
        raise ValueError(f"there is nothing to tell {notification.recipient.id}")
    notices = sorted((shown(notice) for notice in notification.notices), key=urgency)
    pictured = [bool(notice.history) for notice in notices[:MOST_DETAILED]]
    content_ids = [_content_id(message_id, n) if has else "" for n, has in enumerate(pictured, 1)]
    view = mail_view(notification, notices, content_ids, links)
    environment = templates or _shipped_environment()
    recipient = notification.recipient
    return Message(
        recipient=Address(recipient.name, recipient.address),
        subject=subject_of(notices),
        text=_text(environment, view),
        html=_html(environment, view),
        images=_images(notices, view),
        message_id=message_id,
        in_reply_to=in_reply_to,
        references=references,
        date=notification.decided_at,
        headers=_headers(notices),
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
    }
    tones = (palette.RED, palette.AMBER, palette.NOTICE, palette.RECOVERED, palette.CLOSED)
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


def _images(notices: Sequence[Notice], view: MailView) -> tuple[InlineImage, ...]:
    return tuple(
        InlineImage(
            content_id=told.chart.content_id,
            png=series_chart(chart_series(notice)),
            alternative_text=told.chart.alternative_text,
        )
        for notice, told in zip(notices, view.detailed, strict=False)
        if told.chart is not None
    )


def _headers(notices: Sequence[Notice]) -> dict[str, str]:
    """What mail programs' own rules can sort by, of the worst notice."""
    worst = notices[0]
    return {
        "X-Limen-Kind": worst.kind.value,
        "X-Limen-Level": "none" if worst.level is None else worst.level.value,
        "X-Limen-Area": one_line(worst.area),
        "X-Limen-Rule": one_line(worst.rule),
    }
