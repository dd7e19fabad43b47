"""From a mail's text, ready in pieces, to its layout: the templates, where they are rendered, and what then.

limen's own templates are rendered here. Those that operations staff write are rendered in a process of
their own (:mod:`monitor.compose.rendering_process`), for a template can run for ever.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Protocol

import css_inline
from jinja2 import BaseLoader, Environment, PackageLoader, StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from monitor import palette
from monitor.compose.plain import as_it_is, item, labelled, table, underlined, wrapped
from monitor.compose.sheet import MailView

HTML, TEXT = "mail/mail.html.j2", "mail/mail.txt.j2"
CHART_WIDTH, CHART_HEIGHT = 440, 240
"""As :mod:`monitor.charts` draws them; said again here, so that rendering needs no drawing."""

_TAG: Final = re.compile(r'<[A-Za-z][^>"]*(?:"[^"]*"[^>"]*)*>')
_VALUE: Final = re.compile(r'"[^"]*"')
_BODIES_OF_TABLES: Final = re.compile("</?tbody>")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the templates make of a mail: its plain text and its HTML."""

    text: str
    html: str


class Templates(Protocol):
    """Lays mails out."""

    def lay_out(self, mail: MailView) -> Layout:
        """The mail's plain text and HTML, ready to be sent."""
        ...


@dataclass(frozen=True, slots=True)
class ShippedTemplates:
    """Templates that are trusted to come to an end: limen's own, unless another environment is given."""

    environment: Environment

    def lay_out(self, mail: MailView) -> Layout:
        """The mail's plain text and HTML.

        Raises:
            jinja2.TemplateError: a template can't be rendered.
        """
        return finished(rendered(self.environment, mail))


@cache
def shipped_templates() -> ShippedTemplates:
    """Limen's own templates."""
    return ShippedTemplates(mail_environment())


def plain_text(mail: MailView) -> str:
    """The mail's plain text by limen's own template, without making HTML of it."""
    return _finished_text(shipped_templates().environment.get_template(TEXT).render(mail=mail))


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
    environment.globals |= {
        "light": palette.LIGHT,
        "dark": palette.DARK,
        "tones": palette.TONES,
        "chart_width": CHART_WIDTH,
        "chart_height": CHART_HEIGHT,
    }
    return environment


def rendered(environment: Environment, mail: MailView) -> Layout:
    """What the templates say, as they say it.

    Raises:
        jinja2.TemplateError: a template can't be rendered.
    """
    return Layout(
        text=environment.get_template(TEXT).render(mail=mail),
        html=environment.get_template(HTML).render(mail=mail),
    )


def finished(layout: Layout) -> Layout:
    """The layout as it is sent: text with single empty lines, HTML with its styles in the elements."""
    return Layout(_finished_text(layout.text), _finished_html(layout.html))


def _finished_text(text: str) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


def _finished_html(html: str) -> str:
    """For Gmail and Outlook, which read styles in elements best; the dark ones stay in the head."""
    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    inlined = _with_quiet_attributes(inliner.inline(html))
    lines = (line.strip() for line in _without_added_tags(inlined, html).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def _without_added_tags(inlined: str, html: str) -> str:
    """The HTML without the ``tbody`` tags that the inliner wrote around all rows, if there were none before.

    Every reader of HTML thinks them there (HTML, 13.1.2.4 "Optional tags"); long mails are shorter for it.
    """
    return inlined if "<tbody" in html.lower() else _BODIES_OF_TABLES.sub("", inlined)


def _with_quiet_attributes(html: str) -> str:
    """The HTML with ``<`` and ``>`` escaped in attribute values too.

    The inliner writes HTML as the standard says (HTML, 13.3 "Serializing HTML fragments"), where they stand
    as they are; mail programs' own readers have not all been written by the standard.
    """

    def quiet(tag: re.Match[str]) -> str:
        return _VALUE.sub(lambda value: value[0].replace("<", "&lt;").replace(">", "&gt;"), tag[0])

    return _TAG.sub(quiet, html)
