"""The mail on the wire: structure, headers, and nothing that data could smuggle in."""

from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.message import Address
from notifiers.mime import InvalidAddressError, Mailbox, mail_bytes, one_line
from tests.support.post import ANN, PNG, a_message

SENDER = Mailbox.parse(Address("limen at Kent", "limen@kent.example"))
HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from("\r\n\t\0\x0b\x0c\x85\u2028\u202e ,;:<>@\"'()[]\\=?_.é—ß")),
    max_size=200,
)


def wire(**changes: Any) -> bytes:
    message = a_message(**changes)
    return mail_bytes(message, SENDER, Mailbox.parse(message.recipient))


def parsed(**changes: Any) -> EmailMessage:
    return cast("EmailMessage", message_from_bytes(wire(**changes), policy=cast("Any", default)))


def as_read(header: str) -> str:
    """A header as a mail program shows it, by a decoder that is not the writer's."""
    return " ".join(str(make_header(decode_header(header))).split())


def test_headers_say_who_what_when_and_that_no_person_wrote_it() -> None:
    mail = parsed()

    assert dict(mail.items()) | {"Content-Type": ""} == {
        "From": "limen at Kent <limen@kent.example>",
        "To": "Ann Archer <ann@kent.example>",
        "Subject": "Swale: core assessments out of timescale 46, limit 40 — red",
        "Date": "Mon, 01 Jul 2013 08:30:00 +0000",
        "Message-ID": "<outbox-17.ann@limen.example>",
        "In-Reply-To": "<outbox-3.1c@limen.example>",
        "References": "<outbox-1.9b@limen.example> <outbox-3.1c@limen.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "X-Limen-Rule": "core-assessments-out-of-timescale",
        "MIME-Version": "1.0",
        "Content-Type": "",
        "Content-Language": "en-GB",
    }


def test_text_comes_first_and_html_holds_its_pictures() -> None:
    mail = parsed()

    text, related = mail.iter_parts()
    html, image = related.iter_parts()
    assert mail.get_content_type() == "multipart/alternative"
    assert related.get_content_type() == "multipart/related"
    assert [part.get_content_type() for part in (text, html, image)] == [
        "text/plain",
        "text/html",
        "image/png",
    ]
    assert cast("EmailMessage", image).get_content() == PNG
    assert image["Content-ID"] == "<chart@limen.example>"
    assert image["Content-Disposition"] == "inline"
    assert image["Content-Description"] == "46 against a limit of 40"


def test_html_without_pictures_stands_alone() -> None:
    _, html = parsed(images=()).iter_parts()

    assert html.get_content_type() == "text/html"


def test_a_message_without_html_is_plain_text() -> None:
    assert parsed(html=None, images=()).get_content_type() == "text/plain"


def test_a_first_message_has_no_thread() -> None:
    mail = parsed(in_reply_to=None, references=())

    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_the_time_of_day_is_that_of_its_place() -> None:
    bst = timezone(timedelta(hours=1))

    assert parsed(date=datetime(2013, 7, 1, 9, 30, tzinfo=bst))["Date"] == "Mon, 01 Jul 2013 09:30:00 +0100"


def test_a_repeat_is_the_same_mail_to_the_byte() -> None:
    assert wire() == wire()


def test_long_ids_survive_folding() -> None:
    ids = tuple(f"<outbox-{number}.{'f' * 150}@limen.example>" for number in range(40))

    raw = wire(in_reply_to=ids[-1], references=ids, message_id=f"<{'m' * 200}@limen.example>")
    mail = cast("EmailMessage", message_from_bytes(raw, policy=cast("Any", default)))

    assert mail["References"] == " ".join(ids)
    assert mail["In-Reply-To"] == ids[-1]
    assert b"<" + b"m" * 200 + b"@limen.example>" in raw


@given(subject=HOSTILE, name=HOSTILE, header=HOSTILE, alternative=HOSTILE)
def test_data_cannot_add_a_header_or_break_a_line(
    subject: str, name: str, header: str, alternative: str
) -> None:
    image = a_message().images[0]
    changed = type(image)(image.content_id, image.png, alternative)
    raw = wire(
        subject=subject,
        recipient=Address(name, "ann@kent.example"),
        headers={"X-Limen-Rule": header},
        images=(changed,),
    )
    mail = cast("EmailMessage", message_from_bytes(raw, policy=cast("Any", default)))

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert list(mail.keys()) == list(parsed().keys())
    assert [part.get_content_type() for part in mail.walk()] == [
        part.get_content_type() for part in parsed().walk()
    ]


@given(subject=HOSTILE, header=HOSTILE)
def test_a_subject_reads_as_it_was_written(subject: str, header: str) -> None:
    raw = wire(subject=subject, headers={"X-Limen-Rule": header})
    simple = message_from_bytes(raw)
    full = cast("EmailMessage", message_from_bytes(raw, policy=cast("Any", default)))

    assert as_read(simple["Subject"]) == as_read(full["Subject"]) == one_line(subject)
    assert as_read(simple["X-Limen-Rule"]) == one_line(header)


@given(HOSTILE)
def test_a_recipient_is_one_person_whatever_the_name(name: str) -> None:
    raw = wire(recipient=Address(name, "ann@kent.example"))

    [(written, address)] = getaddresses([message_from_bytes(raw)["To"]])

    assert address == "ann@kent.example"
    assert as_read(written) == one_line(name)


def test_an_encoded_line_end_stays_text() -> None:
    smuggled = "=?utf-8?q?red=0D=0ABcc:_eve@example.org?="

    mail = parsed(subject=smuggled, recipient=Address(smuggled, "ann@kent.example"))

    assert mail["Bcc"] is None
    assert mail["Subject"] == "= ?utf-8?q?red=0D=0ABcc:_eve@example.org?="
    assert len(mail["To"].addresses) == 1


def test_a_long_name_in_an_address_with_other_alphabets_goes_as_utf8() -> None:
    subject = "Zoë " * 60

    raw = wire(recipient=Address("Zoë " * 40, "zoë@kent.example"), subject=subject, message_id="<1@b>")
    mail = cast("EmailMessage", message_from_bytes(raw, policy=cast("Any", default)))

    assert mail["Subject"].split() == subject.split()
    assert "<zoë@kent.example>\r\n".encode() in raw


@given(st.text())
def test_a_body_reads_as_it_was_written(text: str) -> None:
    lines = parsed(text=text, html=None, images=()).get_content()

    assert lines.split() == text.replace("\0", "\ufffd").split()


@pytest.mark.parametrize("body", ["half a pair \ud800", "NUL \0", "=_alternative_"])
def test_what_cannot_be_sent_is_replaced_not_raised(body: str) -> None:
    assert parsed(text=body).get_body(("plain",)) is not None


def test_an_address_before_the_at_in_other_alphabets_makes_a_mail_in_utf8() -> None:
    raw = wire(recipient=Address("Zoë", "zoë@kent.example"), message_id="<1@limen.example>")

    assert "To: Zoë <zoë@kent.example>".encode() in raw


def test_a_good_address_is_kept_as_it_is() -> None:
    assert Mailbox.parse(ANN) == Mailbox("Ann Archer", "ann", "kent.example")
    assert Mailbox.parse(Address("", "o'neil+x@a-b.kent.example")).address == "o'neil+x@a-b.kent.example"


def test_a_domain_that_idna_cannot_write_is_refused() -> None:
    with pytest.raises(InvalidAddressError, match="a domain that cannot exist"):
        Mailbox.parse(Address("", f"ann@{'é' * 70}.example"))


@given(st.text())
def test_an_address_is_taken_or_refused_with_a_reason_but_never_fails(address: str) -> None:
    try:
        mailbox = Mailbox.parse(Address("", address))
    except InvalidAddressError as refusal:
        assert repr(address)[:20] in str(refusal)  # noqa: PT017 - both ends are good
    else:
        assert mailbox.address.isprintable()
