"""A composed mail becomes a real Internet mail whose pictures are found again."""

import email
import email.policy
import re

from notifiers.message import Address
from notifiers.mime import Mailbox, mail_bytes
from tests.compose.conftest import Composing
from tests.support.notices import BREACH, RECIPIENT, RECOVERED


def test_the_mail_that_is_sent_holds_text_html_and_the_pictures_that_the_html_shows(mail: Composing) -> None:
    message = mail(BREACH, RECOVERED)
    sender = Mailbox.parse(Address("Performance team", "limen@kent.example"))
    recipient = Mailbox.parse(Address(RECIPIENT.name, RECIPIENT.address))

    raw = mail_bytes(message, sender, recipient)
    parsed = email.message_from_bytes(raw, policy=email.policy.default)

    assert parsed["Subject"] == message.subject
    assert parsed["X-Limen-Area"] == "Swale"
    text, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == message.text.splitlines()
    wanted = re.findall(r'src="cid:([^"]+)"', html.get_content())
    pictures = {part["Content-ID"]: part.get_content() for part in parsed.walk() if part["Content-ID"]}
    assert [pictures[f"<{content_id}>"] for content_id in wanted] == [image.png for image in message.images]
    assert max(map(len, raw.split(b"\r\n"))) <= 998
