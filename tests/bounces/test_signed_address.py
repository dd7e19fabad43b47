"""The address that a mail comes back to names the mail, and only limen can write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.bounces.signed_address import LONGEST_OWN_PART, mail_number, signed_address
from notifiers.message import Address
from notifiers.mime import Mailbox

OWN, KEY = "Bounces@council.example", b"a key of thirty-two bytes or so."
NUMBERS = st.integers(1, 2**63 - 1)


@given(NUMBERS)
def test_an_address_names_its_mail_whatever_happens_to_its_capitals(number: int) -> None:
    address = signed_address(OWN, number, KEY)
    for written in (address, address.upper(), f"<{address}>"):
        assert mail_number(written, OWN, [KEY]) == number


@given(NUMBERS, NUMBERS, st.text("abcdefghijklmnopqrstuvwxyz234567", max_size=16))
def test_nobody_else_can_write_one(number: int, other: int, guess: str) -> None:
    signed = signed_address(OWN, number, KEY)
    signature = signed.partition(".")[2].partition("@")[0]
    if other != number:
        assert mail_number(signed.replace(f"+{number}.", f"+{other}."), OWN, [KEY]) is None
    if guess != signature:
        assert mail_number(signed.replace(signature, guess), OWN, [KEY]) is None
    assert mail_number(signed, OWN, [b"another key"]) is None
    assert mail_number(signed, OWN, [b"the new one", KEY]) == number


@given(st.text(max_size=80))
def test_any_other_address_is_refused(text: str) -> None:
    assert mail_number(text, OWN, [KEY]) is None
    assert mail_number(f"bounces+{text}@council.example", OWN, [KEY]) is None


def test_one_of_another_domain_or_name_is_refused() -> None:
    signed = signed_address(OWN, 17, KEY)
    assert mail_number(signed.replace("council", "kouncil"), OWN, [KEY]) is None
    assert mail_number(signed.replace("Bounces", "limen"), OWN, [KEY]) is None


def test_the_longest_one_is_still_a_mail_address() -> None:
    own = "b" * LONGEST_OWN_PART
    address = signed_address(f"{own}@council.example", 2**63 - 1, KEY)
    assert Mailbox.parse(Address("", address)).address == address
    with pytest.raises(ValueError, match="longer than"):
        signed_address(f"b{own}@council.example", 1, KEY)
