"""A Message as an Internet mail: bytes ready for SMTP, the same bytes at every repeat.

The mail is multipart/alternative (plain text, then HTML), the HTML together with its pictures as
multipart/related. Names and subjects come from data: what would end a header line is replaced, and an address
that is none is refused.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address as HeaderAddress
from email.headerregistry import BaseHeader, HeaderRegistry, UniqueSingleAddressHeader, UnstructuredHeader
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP, EmailPolicy, Policy

from notifiers.message import Address, Message

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_LONGEST_LOCAL_PART = 64
_LONGEST_ADDRESS = 254
_LINE_BREAKERS = frozenset({"Cc", "Zl", "Zp", "Cs"})
_DIRECTION_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class InvalidAddressError(ValueError):
    """A mail address that no server could take; the text says why."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address that has been checked: domain in ASCII (IDNA), local part as written.

    Only dot-atoms are taken as local part (RFC 5321, 4.1.2): a quoted one is legal, and in a contact list
    nearly always a mistake. Lengths are those of RFC 5321, 4.5.3.1, counted in octets.

    Raises:
        InvalidAddressError: from `parse`.
    """

    display_name: str
    local_part: str
    domain: str

    @classmethod
    def parse(cls, address: Address) -> "Mailbox":
        local_part, at, domain = address.address.rpartition("@")
        if not at or not local_part or not domain:
            raise InvalidAddressError(
                f"{address.address!r} is not a mail address, which has the form name@domain"
            )
        if not _LOCAL_PART.fullmatch(local_part) or not local_part.isprintable():
            raise InvalidAddressError(
                f"{address.address!r} has a character before the @ that may not stand there"
            )
        mailbox = cls(one_line(address.display_name), local_part, _ascii_domain(domain, address.address))
        if len(local_part.encode()) > _LONGEST_LOCAL_PART or len(mailbox.address.encode()) > _LONGEST_ADDRESS:
            raise InvalidAddressError(f"{address.address!r} is longer than a mail address may be")
        return mailbox

    @property
    def address(self) -> str:
        return f"{self.local_part}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only servers with SMTPUTF8 (RFC 6531) can carry mail for it."""
        return not self.local_part.isascii()

    def as_header(self) -> HeaderAddress:
        return HeaderAddress(self.display_name, self.local_part, self.domain)


def _ascii_domain(domain: str, address: str) -> str:
    try:
        ascii_domain = domain.encode("idna").decode("ascii") if not domain.isascii() else domain
    except UnicodeError as error:
        raise InvalidAddressError(f"{address!r} has a domain that cannot exist") from error
    if not _DOMAIN.fullmatch(ascii_domain):
        raise InvalidAddressError(f"{address!r} has a domain that cannot exist")
    return ascii_domain


def one_line(text: str) -> str:
    """`text` on one line, to be shown as it is.

    Control characters and line ends become spaces, text direction overrides go, and what would be read as the
    beginning of an encoded word (RFC 2047) is pulled apart.
    """
    kept = (
        " " if unicodedata.category(c) in _LINE_BREAKERS else c for c in text if c not in _DIRECTION_MARKS
    )
    return " ".join("".join(kept).replace("=?", "= ?").split())


class _Text(UnstructuredHeader, BaseHeader):
    """Free text. The standard fold loses spaces between encoded words; email.header keeps them."""

    def fold(self, *, policy: Policy) -> str:
        text = str(self)
        if text.isascii() or _utf8(policy):
            return super().fold(policy=policy)
        return f"{self.name}: {_encoded(self.name, text, policy)}{policy.linesep}"


class _OneMailbox(UniqueSingleAddressHeader, BaseHeader):  # type: ignore[misc]  # as HeaderRegistry does
    """From and To, with the name encoded as in `_Text`."""

    def fold(self, *, policy: Policy) -> str:
        name = self.address.display_name
        if name.isascii() or _utf8(policy):
            return super().fold(policy=policy)
        encoded = _encoded(self.name, name, policy)
        return f"{self.name}: {encoded}{policy.linesep} <{self.address.addr_spec}>{policy.linesep}"


class _MessageIds(UnstructuredHeader, BaseHeader):
    """In-Reply-To and References, one id a line: the standard fold would encode a long id and so lose it."""

    def fold(self, *, policy: Policy) -> str:
        ids = f"{policy.linesep} ".join(str(self).split())
        return f"{self.name}: {ids}{policy.linesep}"


def _encoded(header: str, text: str, policy: Policy) -> str:
    return Header(text, "utf-8", header_name=header).encode(linesep=policy.linesep)


def _utf8(policy: Policy) -> bool:
    return isinstance(policy, EmailPolicy) and policy.utf8


def _policy(*, utf8: bool) -> "EmailPolicy[EmailMessage]":
    registry = HeaderRegistry(default_class=_Text)
    for name, header in _HEADERS.items():
        registry.map_to_type(name, header)
    return SMTP.clone(header_factory=registry, utf8=utf8)


_HEADERS: dict[str, type[BaseHeader]] = {
    "from": _OneMailbox,
    "to": _OneMailbox,
    "subject": _Text,
    "in-reply-to": _MessageIds,
    "references": _MessageIds,
}


def mail_bytes(message: Message, sender: Mailbox, recipient: Mailbox) -> bytes:
    """The whole mail with CRLF line ends, no line over 998 octets, ASCII unless an address needs SMTPUTF8.

    Headers that tell automatic answers to stay away:

    - `Auto-Submitted: auto-generated`: made by a process, no answer to a mail (RFC 3834, 5).
    - `X-Auto-Response-Suppress`: for Exchange (MS-OXCMAIL, 2.1.3.2.20). Each kind is named; `All` would
      suppress non-delivery reports too, and those we want to have.
    - No `Precedence`: not a standard, of no fixed meaning, and not recommended (RFC 3834, 3.1.8).

    Boundaries are derived from the message_id, so that a repeat is the same mail; they hold `=_`, which can
    occur in no encoded body (RFC 2045, 6.7).
    """
    mail = EmailMessage(policy=_policy(utf8=sender.needs_smtputf8 or recipient.needs_smtputf8))
    _add_headers(mail, message, sender, recipient)
    mail.set_content(_body(message.text), cte="quoted-printable")
    if message.html is not None:
        mail.add_alternative(_body(message.html), subtype="html", cte="quoted-printable")
        mail.set_boundary(_boundary("alternative", message))
        *_, html = mail.iter_parts()
        _add_images(html, message)
    # English, also where a greeting is not: it says which readers the mail is meant for, not each language in
    # it (RFC 3282; RFC 9110, 8.5, on "A First Lesson in Latin").
    mail["Content-Language"] = "en-GB"  # last: what is set before, the text takes with it into its part
    return mail.as_bytes()


def _add_headers(mail: EmailMessage, message: Message, sender: Mailbox, recipient: Mailbox) -> None:
    mail["From"] = sender.as_header()
    mail["To"] = recipient.as_header()
    mail["Subject"] = one_line(message.subject)
    mail["Date"] = message.date
    mail["Message-ID"] = message.message_id
    if message.in_reply_to is not None:
        mail["In-Reply-To"] = message.in_reply_to
    if message.references:
        mail["References"] = " ".join(message.references)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    for name, value in message.headers.items():
        mail[name] = one_line(value)


def _add_images(html: MIMEPart, message: Message) -> None:
    for image in message.images:
        html.add_related(image.png, "image", "png", cid=f"<{image.content_id}>", disposition="inline")
        *_, part = html.iter_parts()
        part["Content-Description"] = one_line(image.alternative_text)
    if message.images:
        html.set_boundary(_boundary("related", message))


def _boundary(kind: str, message: Message) -> str:
    return f"=_{kind}_{hashlib.sha256(message.message_id.encode()).hexdigest()[:32]}"


def _body(text: str) -> str:
    """`text` without what cannot be encoded (half a surrogate pair) or must not be sent (NUL)."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
