"""What a mail that came to the bounce address says: gave up, not yet delivered, an automatic reply.

Delivery status notifications are read by RFC 3464: ``Action: failed`` means that the server "has abandoned
any attempts" (2.3.3), whatever the class of its status: a mail that waited five days in vain fails with
4.4.7, and its reader has not got it. ``Action: delayed`` is not a bounce yet. Fields are structured as RFC
822 has it: text in parentheses is a comment, and no part of what a field says (2.1.1).

Older mail programs write plain text. That is believed only where the mail says that it is a bounce by its
``X-Failed-Recipients`` (Exim), by coming from the mail system's own account, or by qmail's first line; and
only with a reply code of SMTP (RFC 5321, 4.2.1) or an enhanced one (RFC 3463, 2) in it.

Automatic replies of people who are away carry ``Auto-Submitted`` (RFC 3834, 5), and are no bounces. A bounce
comes from the null sender (RFC 5321, 6.1), so one that does not is not taken for one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message as Mail
from email.utils import getaddresses, parseaddr
from enum import StrEnum
from typing import Final

from notifiers.mime import one_line

LONGEST_ANSWER: Final = 1000
"""Characters kept of what the other server said."""

_ADDRESSED: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")
_MAIL_SYSTEM: Final = ("mailer-daemon", "postmaster", "mail-daemon")
_QMAIL: Final = "Hi. This is the"
_ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.\d{1,3}\.\d{1,3}(?![\d.])")
_SIGN: Final = re.compile(r"\\.|.", re.DOTALL)
_REPLY: Final = re.compile(r"(?:^|[\s(:])([45])\d\d[ -]", re.MULTILINE)


class Verdict(StrEnum):
    """What a mail is."""

    FAILED = "failed"
    DELAYED = "delayed"
    AUTOMATIC_REPLY = "automatic reply"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Report:
    """What a mail says. ``addresses`` are those that it came to; ``answer`` is the other server's."""

    verdict: Verdict
    answer: str
    addresses: tuple[str, ...]


def read_report(content: bytes) -> Report:
    """Reads a mail; whatever it is, it never raises."""
    try:
        mail = message_from_bytes(content)
        addresses = tuple(dict.fromkeys(_addresses(mail)))
        verdict, answer = _judged(mail)
    except Exception:  # noqa: BLE001 - anybody can send anything here, and Python's parser raises many things
        return Report(Verdict.UNCLEAR, "it is no mail that can be read", ())
    return Report(verdict, one_line(answer)[:LONGEST_ANSWER], addresses)


def _addresses(mail: Mail) -> Iterator[str]:
    for name in _ADDRESSED:
        values = [str(value) for value in mail.get_all(name, [])]
        yield from (address for _, address in getaddresses(values) if address)
    # Where all bounces land in one mailbox: the mail as it was sent names where it comes back to.
    for returned in _returned(mail):
        yield from (parseaddr(str(value))[1] for value in returned.get_all("Return-Path", []))


def _payload(part: Mail) -> object:
    """A part's contents; "" where its character set is one that Python's parser stumbles over."""
    try:
        return part.get_payload()
    except (LookupError, TypeError, ValueError):
        return ""


def _returned(mail: Mail) -> Iterator[Mail]:
    for part in mail.walk():
        payload = _payload(part)
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
            yield from (each for each in payload if isinstance(each, Mail))
        elif part.get_content_type() == "text/rfc822-headers" and isinstance(payload, str):
            yield message_from_string(payload)


def _judged(mail: Mail) -> tuple[Verdict, str]:
    kind, report = mail.get_content_type(), str(mail.get_param("report-type", "")).lower()
    is_report = kind == "multipart/report" and report in ("delivery-status", "global-delivery-status")
    if not is_report and _says_it_is_a_reply(mail):
        return Verdict.AUTOMATIC_REPLY, ""
    if not _from_null_sender(mail):
        return Verdict.UNCLEAR, "it does not come from the null sender, so it is no bounce"
    if is_report:
        return _of_report(mail)
    return _of_text(mail)


def _says_it_is_a_reply(mail: Mail) -> bool:
    submitted = _uncommented(mail.get("Auto-Submitted", "no")).partition(";")[0].strip().lower()
    return submitted not in ("no", "") and not _says_it_bounced(mail)


def _from_null_sender(mail: Mail) -> bool:
    """Whether the envelope's sender is null, as far as it is told; Postfix can write it as MAILER-DAEMON."""
    senders = [str(value).strip() for value in mail.get_all("Return-Path", [])]
    return all(parseaddr(sender)[1].lower().partition("@")[0] in ("", "mailer-daemon") for sender in senders)


def _of_report(mail: Mail) -> tuple[Verdict, str]:
    blocks = [block for part in mail.walk() for block in _status_blocks(part)]
    said = [(_uncommented(block["Action"]).strip().lower(), block) for block in blocks if block["Action"]]
    actions = dict(reversed(said))
    for action, verdict in (("failed", Verdict.FAILED), ("delayed", Verdict.DELAYED)):
        if action in actions:
            return verdict, _answer(actions[action])
    told = ", ".join(sorted(actions)) or "nothing"
    return Verdict.UNCLEAR, f"its report says {told}, neither failed nor delayed"


def _uncommented(field: object) -> str:
    """A structured field without its comments: they nest, and a backslash quotes a sign (RFC 5322, 3.2.2).

    One that is not closed goes on to the end. Nothing that is read so is a quoted string.
    """
    kept, depth = [], 0
    for sign in _SIGN.findall(str(field)):
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif not depth:
            kept.append(sign)
    return "".join(kept)


def _status_blocks(part: Mail) -> Iterator[Mail]:
    """The groups of fields of a report: first those of the mail, then those of each recipient."""
    kind, payload = part.get_content_type(), _payload(part)
    if kind == "message/delivery-status" and isinstance(payload, list):
        yield from (each for each in payload if isinstance(each, Mail))
    elif kind == "message/global-delivery-status":  # RFC 6533, which Python's parser takes for a mail
        parts = payload if isinstance(payload, list) else ()
        text = payload if isinstance(payload, str) else "\n\n".join(map(str, parts))
        yield from map(message_from_string, re.split(r"\r?\n\s*\r?\n", text))


def _answer(block: Mail) -> str:
    """``550 5.1.1 No such user`` from ``Diagnostic-Code: smtp; 550 5.1.1 No such user``."""
    diagnostic = str(block.get("Diagnostic-Code", "")).partition(";")[2]
    status = next(iter(_uncommented(block.get("Status", "")).split()), "")
    return diagnostic if status and status in diagnostic else f"{status} {diagnostic}"


def _says_it_bounced(mail: Mail) -> bool:
    sender = parseaddr(str(mail.get("From", "")))[1].partition("@")[0].lower()
    return "X-Failed-Recipients" in mail or sender in _MAIL_SYSTEM or _text(mail).startswith(_QMAIL)


def _of_text(mail: Mail) -> tuple[Verdict, str]:
    text = _text(mail)
    if not _says_it_bounced(mail):
        return Verdict.UNCLEAR, "it does not say that a mail could not be delivered"
    for line in text.splitlines():
        found = _ENHANCED.search(line) or _REPLY.search(line)
        if found and found[1] in "45":
            return (Verdict.FAILED if found[1] == "5" else Verdict.DELAYED), line
    if "X-Failed-Recipients" in mail:  # Exim names them when it gives up, and else sends a warning without
        return Verdict.FAILED, "given up"
    return Verdict.UNCLEAR, "it says neither why a mail could not be delivered nor for whom"


def _text(mail: Mail) -> str:
    """The first part that people read; a returned mail is not looked into."""
    for part in mail.walk():
        if part.get_content_type() == "text/plain":
            content = part.get_payload(decode=True)
            return content.decode("utf-8", "replace").lstrip() if isinstance(content, bytes) else ""
    return ""
