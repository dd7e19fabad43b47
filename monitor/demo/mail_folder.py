"""The demo's mails in a folder: each as it was sent, as a page with its pictures, and a list of them all."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from html import escape
from pathlib import Path
from typing import Final, cast

from monitor.compose.standalone import standalone_html

INDEX: Final = "index.html"

_PAGE: Final = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>The demo's mails</title><style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
table {{ border-collapse: collapse }} td, th {{ padding: .25rem 1rem .25rem 0; text-align: left }}
td {{ border-top: 1px solid #8886 }} .day {{ white-space: nowrap }} td {{ overflow-wrap: anywhere }}
@media (max-width: 40rem) {{
body {{ margin: 1rem auto }} thead {{ display: none }} table, tbody, tr, td {{ display: block }}
tr {{ border-top: 1px solid #8886; padding: .5rem 0 }} td {{ border: 0; padding: 0 }}
}}
</style></head><body><h1>{count} mails</h1>
<table><thead><tr><th>Sent</th><th>To</th><th>Subject</th><th>Source</th></tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""
_ROW: Final = (
    '<tr><td class="day">{day}</td><td>{to}</td><td><a href="{html}">{subject}</a></td>'
    '<td><a href="{eml}">eml</a></td></tr>'
)


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """A mail that was delivered: to whom, and under which name it lies in the folder."""

    number: int
    name: str
    address: str
    subject: str
    day: str
    eml: Path
    html: Path


class MailFolder:
    """Keeps mails in the order in which they come. One thread writes; others may read :attr:`mails`."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.mails: list[CaughtMail] = []

    @property
    def index(self) -> Path:
        """The page that lists all mails."""
        return self._folder / INDEX

    def keep(self, content: bytes) -> None:
        """Writes a mail down, and its page, and puts it into the list."""
        message = message_from_bytes(content, policy=default)
        number = len(self.mails) + 1
        name, address = parseaddr(str(message["To"]))
        sent = parsedate_to_datetime(str(message["Date"]))
        local_part = re.sub(r"[^\w.-]", "-", address.partition("@")[0])
        path = self._folder / f"{number:03}-{sent:%Y-%m-%d}-{local_part}"
        mail = CaughtMail(
            number=number,
            name=name or address,
            address=address,
            subject=str(message["Subject"]),
            day=f"{sent.day} {sent:%b %Y}",
            eml=path.with_name(f"{path.name}.eml"),
            html=path.with_name(f"{path.name}.html"),
        )
        mail.eml.write_bytes(content)
        mail.html.write_text(page_of(message), encoding="utf-8")
        self.mails.append(mail)
        self._list()

    def _list(self) -> None:
        rows = (
            _ROW.format(
                day=mail.day,
                to=escape(mail.name),
                html=escape(mail.html.name),
                subject=escape(mail.subject),
                eml=escape(mail.eml.name),
            )
            for mail in self.mails
        )
        self.index.write_text(_PAGE.format(count=len(self.mails), rows="\n".join(rows)), encoding="utf-8")


def page_of(message: EmailMessage) -> str:
    """The mail's HTML with its pictures in it; its text where it has no HTML."""
    body = message.get_body(("html", "plain"))
    if body is None:
        return ""
    content = str(body.get_content())
    if body.get_content_subtype() != "html":
        return f"<pre>{escape(content)}</pre>"
    pictures = {
        str(part["Content-ID"]).strip("<>"): cast("bytes", part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }
    return standalone_html(content, pictures)
